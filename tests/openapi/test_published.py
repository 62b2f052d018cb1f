"""What is published of the description is for people and for generators, and allows all that the whole one does."""

import json
import re
from typing import Any

import pytest

from chalicelib.http.openapi_published import LARGEST, published
from tests.openapi.checking import DESCRIBED, described
from tests.openapi.test_document import inside, shown_operations

PUBLISHED = published(described())
PATTERNS = [(path.removesuffix("/pattern"), value) for path, value in inside(described()) if path.endswith("/pattern")]


def test_it_has_no_regular_expressions() -> None:
    assert [path for path, value in inside(PUBLISHED) if path.endswith("/pattern") and isinstance(value, str)] == []


def test_what_a_regular_expression_says_is_said_in_words_too() -> None:
    places = dict(inside(described()))
    wordless = [
        path
        for path, pattern in PATTERNS
        if isinstance(pattern, str)
        and not places[path].keys() & {"format", "examples", "description"}
        and "description" not in places[path.removesuffix("/schema")]
    ]

    assert len(PATTERNS) > 100
    assert wordless == []


def test_javascript_holds_all_its_numbers() -> None:
    assert [path for path, value in inside(PUBLISHED) if isinstance(value, int) and abs(value) > LARGEST] == []


def test_a_property_may_have_the_name_of_what_is_left_out() -> None:
    schema = {"properties": {"pattern": {"pattern": "^a"}, "maximum": {"maximum": 2**60}}, "examples": [2**60]}
    whole = {"paths": {"/": {"get": {"schema": schema}}}, "components": {"schemas": {}, "responses": {}}}

    shown = published(whole)["paths"]["/"]["get"]["schema"]

    assert shown == {"properties": {"pattern": {}, "maximum": {}}, "examples": [2**60]}


def test_an_operation_that_only_refuses_is_left_out() -> None:
    refusing = {
        (method, path)
        for path, item in described()["paths"].items()
        for method, operation in item.items()
        if min(map(int, operation["responses"])) >= 400
    }

    assert ("get", "/v2/info/stores") in refusing
    assert {(method, path) for path, item in PUBLISHED["paths"].items() for method in item}.isdisjoint(refusing)


def test_an_operation_that_does_the_same_as_another_is_left_out() -> None:
    assert "/v1" not in PUBLISHED["paths"]
    assert PUBLISHED["paths"]["/"].keys() == {"get"}


def test_everything_else_is_there() -> None:
    left_out = [
        f"{method.upper()} {path}"
        for path, item in described()["paths"].items()
        for method in item
        if method not in PUBLISHED["paths"].get(path, {})
    ]

    assert len(left_out) == 18


def test_what_nothing_refers_to_is_left_out() -> None:
    whole = {
        "paths": {"/": {"get": {"schema": {"$ref": "#/components/schemas/A"}}, "put": {"x-internal": True}}},
        "components": {
            "schemas": {"A": {"items": [{"$ref": "#/components/schemas/B"}]}, "B": {}, "C": {}},
            "responses": {"D": {}},
            "securitySchemes": {"E": {}},
        },
    }

    components = published(whole)["components"]

    assert {kind: set(named) for kind, named in components.items()} == {
        "schemas": {"A", "B"},
        "responses": set(),
        "securitySchemes": {"E"},
    }


def test_a_summary_is_a_phrase_that_no_other_operation_of_the_dialect_has() -> None:
    summaries = [(operation["tags"][0], operation["summary"]) for operation in shown_operations()]

    assert len(set(summaries)) == len(summaries)
    assert [summary for _, summary in summaries if not re.fullmatch(r"[A-Z][a-z]+( .*[^.])?", summary)] == []
    assert [summary for _, summary in summaries if len(summary) > 60] == []


def test_every_operation_says_who_may_ask() -> None:
    known = PUBLISHED["components"]["securitySchemes"]

    assert [told for told in known.values() if not told.get("description")] == []
    for operation in shown_operations():
        assert {name for each in operation["security"] for name in each} <= known.keys()


@pytest.mark.parametrize("dialect", DESCRIBED, ids=lambda dialect: dialect.name)
def test_the_introduction_asks_each_dialect(dialect: Any) -> None:
    introduction = PUBLISHED["info"]["description"]
    [tag] = [tag for tag in PUBLISHED["tags"] if tag["name"] == dialect.describe().title]
    [request] = re.findall(rf"# {re.escape(tag['name'])}\n(curl .*)\n", introduction)

    assert "{" not in request
    assert "_" not in tag["name"]
    assert tag["description"].endswith(".")


def test_it_is_smaller_than_the_whole_description() -> None:
    assert len(json.dumps(PUBLISHED)) < len(json.dumps({**described()}))
