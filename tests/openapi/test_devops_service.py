"""What the devops-service dialect answers is what it says of itself."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bootstrap import Aws
from chalicelib.dialects.devops_service import openapi, schema
from chalicelib.dialects.devops_service.options import read_options
from chalicelib.http.errors import BadMessage
from tests.api import ORDINARY, Api, Caller, basic
from tests.factories import INSPECTED, an_image
from tests.openapi.checking import Case, Facts, documented, is_valid, operations_of
from tests.openapi.sharing import an_api

JSON = {"Content-Type": "application/json; charset=UTF-8"}
LIST, NEW, ONE = "/v3/images", "/v3/image", "/v3/image/{image_id}"
PROVIDERS, CHOICES, TEMPLATES = "/v3/providers", "/v3/images/provider/{provider}", "/v3/templates"
TENANT = "described-devops"
RECORD = {"id": "{fresh}", "provider": "ec2", "remote_user": "root"}
TARGETS = {
    LIST: LIST,
    NEW: NEW,
    ONE: "/v3/image/{record}",
    PROVIDERS: PROVIDERS,
    CHOICES: "/v3/images/provider/ec2",
    TEMPLATES: TEMPLATES,
}
RARE = {
    *(((method, ONE), 409) for method in ("PUT", "DELETE")),  # others would have to be faster several times
    *((("GET", path), 400) for path in (LIST, CHOICES)),  # more images than an answer can hold
}


def everywhere(status: int, caller: str, **headers: str) -> list[Case]:
    """A case of each operation that is refused whatever it asks."""
    return [
        Case(method, path, status, TARGETS[path], caller, body, {**(JSON if body else {}), **headers})
        for method, path in operations_of("devops_service")
        for body in [{"POST": RECORD, "PUT": {"name": "a"}}.get(method)]
    ]


CASES = [
    Case("GET", LIST, 200, "/v3/images?seen={record}{bare}"),
    Case("GET", LIST, 200, "/v3/images?provider=static"),
    Case("GET", LIST, 404, "/v3/images?provider=foo"),
    Case("POST", NEW, 200, NEW, body=RECORD, headers=JSON),
    Case("POST", NEW, 200, NEW, body={**RECORD, "name": None, "bootstrap_template": "base", "x": 1}, headers=JSON),
    Case("POST", NEW, 400, NEW, body={}, headers=JSON, conforms=False),
    Case("POST", NEW, 400, NEW, body={**RECORD, "id": "a/b"}, headers=JSON, conforms=False),
    Case("POST", NEW, 400, NEW, body={**RECORD, "id": "{record}"}, headers=JSON),
    Case("POST", NEW, 400, NEW, headers=JSON, conforms=False),
    Case("POST", NEW, 415, NEW, body=RECORD, headers={"Content-Type": "text/plain"}),
    Case("GET", ONE, 200, "/v3/image/{record}"),
    Case("GET", ONE, 200, "/v3/image/{bare}"),
    Case("GET", ONE, 404, "/v3/image/unknown"),
    Case("PUT", ONE, 200, "/v3/image/{record}", body={"name": "a", "provider": "ec2", "id": []}, headers=JSON),
    Case("PUT", ONE, 200, "/v3/image/{bare}", body={"bootstrap_template": "base"}),
    Case("PUT", ONE, 400, "/v3/image/{record}", body={"remote_user": " "}, headers=JSON, conforms=False),
    Case("PUT", ONE, 400, "/v3/image/{record}", body={"provider": "static"}, headers=JSON),
    Case("PUT", ONE, 404, "/v3/image/unknown", body={}, headers=JSON),
    Case("PUT", ONE, 415, "/v3/image/{record}", body={}, headers={"Content-Type": "text/plain"}),
    Case("DELETE", ONE, 400, "/v3/image/{protected}"),
    Case("DELETE", ONE, 404, "/v3/image/unknown"),
    Case("DELETE", ONE, 200, "/v3/image/{record}"),
    Case("GET", PROVIDERS, 200, PROVIDERS),
    Case("GET", TEMPLATES, 200, TEMPLATES),
    Case("GET", CHOICES, 200, "/v3/images/provider/ec2?seen={record}"),
    Case("GET", CHOICES, 200, "/v3/images/provider/static"),
    Case("GET", CHOICES, 404, "/v3/images/provider/foo"),
    *everywhere(401, "anonymous"),
    *everywhere(403, "nobody"),
    *everywhere(403, "nomad"),
    *everywhere(406, "owner", Accept="text/html"),
]


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws)


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    return {
        "owner": api.basic_caller(TENANT, *ORDINARY),
        "nobody": api.basic_caller(TENANT, user="nobody"),
        "nomad": api.basic_caller(None, *ORDINARY, user="nomad"),
        "anonymous": Caller(api, basic("user", "never-issued")),
    }


@pytest.fixture
def facts(api: Api) -> Facts:
    """Images of every kind, by the name that cases call them, and an id that no image has."""

    def added(**fields: object) -> str:
        usual = {"owner": TENANT, "number": api.world.images.number(), "provider": "ec2", **INSPECTED}
        image = api.world.images.add(an_image(**{**usual, **fields}))
        return schema.shown_id(image)

    return Facts(
        {
            "fresh": lambda: str(uuid4()),
            "record": lambda: added(
                tenant_aliases={schema.NAMESPACE: f"ami-{uuid4()}"},
                **schema.FACTS.changes({"bootstrap_template": "base"}),
            ),
            "bare": lambda: added(provider=None),
            "protected": lambda: added(protected=True),
        }
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


def test_every_documented_status_is_asked_for() -> None:
    assert {(case.operation, case.status) for case in CASES} == documented("devops_service", RARE)


OPTIONS = read_options({})
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, 1.5, [], {}, "", " ", "a", " a ", "ec2", "EC2", "a b", "a/b", "a\n", "\x00", "\u3000", "\x85"),
        *("a" * 255, "a" * 256, "\N{GRINNING FACE}" * 255),
    ]
)
DOCUMENTS = st.dictionaries(st.sampled_from([*schema.REQUIRED, *schema.OPTIONAL, "image_id"]), VALUES, max_size=4)
EXAMPLES = settings(derandomize=True, database=None, max_examples=200)


@EXAMPLES
@given(DOCUMENTS)
def test_a_new_record_is_read_if_the_description_allows_it(changed: dict[str, Any]) -> None:
    sent = {**RECORD, "id": "ami-1", **changed}
    shape = openapi.SCHEMAS["DevopsServiceNew"]

    if is_valid(shape, sent) and sent["provider"] in OPTIONS.providers:
        assert schema.parse_new_image(sent, OPTIONS).tenant_aliases == {schema.NAMESPACE: sent["id"].strip()}
    elif not any(isinstance(value, str) and value != value.strip() for value in sent.values()):
        with pytest.raises(BadMessage):
            schema.parse_new_image(sent, OPTIONS)


@EXAMPLES
@given(DOCUMENTS)
def test_a_change_is_read_if_and_only_if_the_description_allows_it(sent: dict[str, Any]) -> None:
    image = an_image(provider="ec2", login_user="root")

    try:
        schema.parse_update(sent, image, OPTIONS)
        read = True
    except BadMessage:
        read = False

    known = sent.get("provider", "ec2") == "ec2"
    assert (is_valid(openapi.SCHEMAS["DevopsServiceChanges"], sent) and known) is read
