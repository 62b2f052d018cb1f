"""The description is valid OpenAPI 3.1, complete, and true to its own examples."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import rosetta
from chalicelib.http.dialect import Dialect, Route
from chalicelib.http.openapi import Answer, Description, Operation, Parameter, record, refusals
from chalicelib.http.openapi_document import VERSION, IncompleteError, document
from chalicelib.http.openapi_published import published
from tests.http.echo import echo, echoing
from tests.openapi.checking import DESCRIBED, described, violations

ROUTES = [(dialect, route) for dialect in DESCRIBED for route in dialect.routes]


def told(dialect: Dialect) -> Description:
    assert dialect.describe is not None
    return dialect.describe()


def inside(value: Any, path: str = "#") -> Iterator[tuple[str, Any]]:
    """Everything in a document, with the way to it."""
    yield path, value
    match value:
        case dict():
            for key, inner in value.items():
                yield from inside(inner, f"{path}/{key}")
        case list():
            for number, inner in enumerate(value):
                yield from inside(inner, f"{path}/{number}")


def shown_operations() -> list[dict[str, Any]]:
    return [operation for item in published(described())["paths"].values() for operation in item.values()]


@pytest.mark.parametrize("shown", [described, lambda: published(described())], ids=["whole", "published"])
def test_the_description_is_valid_openapi(shown: Callable[[], dict[str, Any]]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator({**shown()}).iter_errors()] == []


def test_all_its_schemas_are_valid_json_schemas() -> None:
    told = [value.get("schema") for _, value in inside(described()) if isinstance(value, dict)]
    schemas = [schema for schema in told if isinstance(schema, dict)]

    for schema in [*schemas, *described()["components"]["schemas"].values()]:
        OAS31Validator.check_schema(schema)


def test_all_its_patterns_can_be_read() -> None:
    patterns = {value for path, value in inside(described()) if path.endswith("/pattern") and isinstance(value, str)}

    assert patterns
    for pattern in patterns:
        re.compile(pattern)


@pytest.mark.parametrize(("dialect", "route"), ROUTES, ids=[f"{each.method} {each.path}" for _, each in ROUTES])
def test_a_route_is_an_operation(dialect: Dialect, route: Route) -> None:
    operation = described()["paths"][route.path][route.method.lower()]

    assert operation["tags"] == [told(dialect).title]
    assert operation["summary"]
    own = told(dialect).operations[route.method, route.path].security
    taken = told(dialect).security if own is None else own
    assert operation["security"] == ([] if route.open else [{scheme: []} for scheme in taken])
    variables = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"]
    assert variables == re.findall(r"{(\w+)}", route.path)


def test_an_operation_is_a_route() -> None:
    routes = {(route.method.lower(), route.path) for _, route in ROUTES}

    assert {(method, path) for path, item in described()["paths"].items() for method in item} == routes


def test_no_two_operations_have_one_name() -> None:
    names = [operation["operationId"] for operation in shown_operations()]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]+", name)] == []
    assert {"glance_v2_list_images", "foreman_show_compute_resource", "keystone_sign_in_with_v3"} <= set(names)


def test_every_dialect_is_a_tag() -> None:
    assert [tag["name"] for tag in described()["tags"]] == [told(dialect).title for dialect in DESCRIBED]


def test_the_version_is_the_one_of_the_project() -> None:
    assert described()["info"]["version"] == rosetta.__version__ == VERSION


@pytest.mark.parametrize("dialect", DESCRIBED, ids=lambda dialect: dialect.name)
def test_the_names_of_a_dialect_begin_with_its_own(dialect: Dialect) -> None:
    prefix = dialect.name.partition("_")[0].capitalize()
    description = told(dialect)

    assert [name for name in description.schemas if not name.startswith(prefix)] == []


def test_every_shape_is_referred_to() -> None:
    references = {value for path, value in inside(described()) if path.endswith("/$ref")}
    components = described()["components"]

    assert references == {
        f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in components[kind]
    }


MEDIA = [(path, value) for path, value in inside(described()) if isinstance(value, dict) and "example" in value]


@pytest.mark.parametrize(("path", "media"), MEDIA, ids=[path for path, _ in MEDIA])
def test_an_example_is_as_its_schema_says(path: str, media: dict[str, Any]) -> None:
    assert violations(media["schema"], media["example"]) == []


EXAMPLES = [
    (path, value)
    for path, value in inside(described())
    if isinstance(value, dict) and {"type", "examples"} <= value.keys()
]


@pytest.mark.parametrize(("path", "schema"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_the_examples_of_a_value_are_as_its_schema_says(path: str, schema: dict[str, Any]) -> None:
    assert [wrong for example in schema["examples"] for wrong in violations(schema, example)] == []


def test_every_body_has_an_example() -> None:
    bodies = [
        value["requestBody"]["content"]
        for _, value in inside(described())
        if isinstance(value, dict) and "requestBody" in value
    ]

    without = [
        content
        for content in bodies
        for media, shown in content.items()
        if media.endswith("json") and "example" not in shown
    ]
    assert without == []


DESCRIPTION = Description(
    title="Echo",
    security={"EchoToken": {"type": "http", "scheme": "bearer"}},
    schemas={"EchoHeard": record({"heard": {"type": "string"}})},
    operations={
        ("GET", "/echo/{name}"): Operation("Hear", {200: Answer("Heard", {"type": "string"})}, refuses=(404,)),
        ("HEAD", "/echo/{name}"): Operation("Listen", {200: Answer("Heard", {"type": "string"})}),
    },
    errors=refusals((401, 404, 500), {"type": "string"}),
)
ECHO_ROUTES = tuple(Route(method, "/echo/{name}", echo) for method in ("GET", "HEAD"))


def echo_document(description: Description, routes: tuple[Route, ...] = ECHO_ROUTES) -> dict[str, Any]:
    return document([echoing(routes=routes, describe=lambda: description)])


def test_an_operation_refers_to_the_errors_that_it_shares() -> None:
    responses = echo_document(DESCRIPTION)["paths"]["/echo/{name}"]["get"]["responses"]

    references = {status: f"#/components/responses/echo_{status}" for status in ("401", "404", "500")}
    assert {status: told.get("$ref") for status, told in responses.items()} == {"200": None, **references}


def test_the_answer_to_a_head_has_no_body() -> None:
    responses = echo_document(DESCRIPTION)["paths"]["/echo/{name}"]["head"]["responses"]

    assert responses.keys() == {"200", "401", "500"}
    assert [told for told in responses.values() if "content" in told or "$ref" in told] == []


def test_a_header_has_the_words_of_its_schema() -> None:
    told = {200: Answer("Heard", headers={"Ear": {"type": "string", "description": "Left or right"}})}
    operations = {("GET", "/echo/{name}"): Operation("Hear", told)}

    shown = echo_document(replace(DESCRIPTION, operations=operations), ECHO_ROUTES[:1])

    headers = shown["paths"]["/echo/{name}"]["get"]["responses"]["200"]["headers"]
    assert headers == {"Ear": {"required": True, "description": "Left or right", "schema": {"type": "string"}}}


def test_a_dialect_without_a_description_is_left_out() -> None:
    assert document([echoing()])["paths"] == {}


OPERATION = Operation("Hear", {})
INCOMPLETE = {
    "a route without an operation": ({}, "not described"),
    "an operation without a route": (
        {**DESCRIPTION.operations, ("PUT", "/echo/{name}"): OPERATION},
        "described without a route",
    ),
    "a status without a shape": (
        {**DESCRIPTION.operations, ("GET", "/echo/{name}"): replace(OPERATION, refuses=(418,))},
        "refuse with a status without a shape",
    ),
    "a variable that the path lacks": (
        {
            **DESCRIPTION.operations,
            ("GET", "/echo/{name}"): replace(OPERATION, parameters=(Parameter("id", "path", {"type": "string"}),)),
        },
        "describe a variable that the path lacks",
    ),
}


@pytest.mark.parametrize(("operations", "reason"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_description_is_refused_that_does_not_fit_its_routes(
    operations: dict[tuple[str, str], Operation], reason: str
) -> None:
    with pytest.raises(IncompleteError, match=f"echo: {reason}"):
        echo_document(replace(DESCRIPTION, operations=operations))


def test_dialects_are_refused_that_have_names_in_common() -> None:
    dialects = [echoing(name=name, routes=ECHO_ROUTES, describe=lambda: DESCRIPTION) for name in ("echo", "ohce")]

    with pytest.raises(IncompleteError, match="EchoHeard"):
        document(dialects)
