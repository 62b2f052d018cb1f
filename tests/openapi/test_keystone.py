"""What the sign-in answers is what it says of itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bootstrap import Aws
from chalicelib.dialects.keystone import openapi, schema
from chalicelib.http.errors import BadMessage
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.keystone.keystone import by_credential, by_token, password, project
from tests.openapi.checking import Case, Facts, documented, is_valid
from tests.openapi.sharing import an_api

ANN = a_caller("described-keystone", *ORDINARY, user="ann")
MOUNT, V3, V2 = "/identity", "/identity/v3", "/identity/v2.0"
ALL_PROJECTS, A_PROJECT = f"{V3}/projects", f"{V3}/projects/{{project_id}}"
TOKENS, TOKENS_2, CATALOG, PROJECTS = f"{V3}/auth/tokens", f"{V2}/tokens", f"{V3}/auth/catalog", f"{V3}/auth/projects"
SECRET = "{secret}"
USER = {"name": "ann", "domain": {"name": "Default", "id": None}, "password": SECRET}

CASES = [
    Case("GET", MOUNT, 300, MOUNT),
    Case("GET", V3, 200, V3),
    Case("GET", V2, 200, V2),
    Case("POST", TOKENS, 201, TOKENS, body=password(USER, project(name="described-keystone", domain=None))),
    Case("POST", TOKENS, 201, TOKENS, body=password({**USER, "id": "", "x": 1}, "unscoped")),
    Case("POST", TOKENS, 201, TOKENS, body=by_token("{homeless}")),
    Case("POST", TOKENS, 201, TOKENS, body=by_token(SECRET, project(id="described-keystone"))),
    Case("POST", TOKENS, 201, TOKENS, body=by_credential(name="", user={"name": "ann"}, secret=SECRET)),
    Case("POST", TOKENS, 400, TOKENS, body=by_credential(id="", secret=SECRET), conforms=False),
    Case("POST", TOKENS, 400, TOKENS, body={"auth": {}}, conforms=False),
    Case("POST", TOKENS, 400, TOKENS, body="no JSON", conforms=False),
    Case("POST", TOKENS, 401, TOKENS, body=by_token("never-issued")),
    Case("GET", TOKENS, 200, TOKENS, "itself"),
    Case("GET", TOKENS, 401, TOKENS, "anonymous"),
    Case("GET", TOKENS, 404, TOKENS, "ann"),
    Case("GET", CATALOG, 200, CATALOG, "ann"),
    Case("GET", CATALOG, 401, CATALOG, "anonymous"),
    Case("GET", CATALOG, 403, CATALOG, "homeless"),
    Case("GET", PROJECTS, 200, PROJECTS, "ann"),
    Case("GET", PROJECTS, 200, PROJECTS, "homeless"),
    Case("GET", PROJECTS, 401, PROJECTS, "anonymous"),
    Case("GET", ALL_PROJECTS, 401, ALL_PROJECTS, "anonymous"),
    Case("GET", ALL_PROJECTS, 403, ALL_PROJECTS, "ann"),
    Case("GET", A_PROJECT, 200, f"{V3}/projects/described-keystone", "ann"),
    Case("GET", A_PROJECT, 401, f"{V3}/projects/described-keystone", "anonymous"),
    Case("GET", A_PROJECT, 403, f"{V3}/projects/other", "ann"),
    Case("POST", TOKENS_2, 200, TOKENS_2, body={"auth": {"token": {"id": SECRET}, "tenantName": None}}),
    Case("POST", TOKENS_2, 200, TOKENS_2, body={"auth": {"token": {"id": "{homeless}"}}}),
    Case("POST", TOKENS_2, 400, TOKENS_2, body={"auth": {}}, conforms=False),
    Case("POST", TOKENS_2, 401, TOKENS_2, body={"auth": {"passwordCredentials": {"username": "a", "password": ""}}}),
]


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws)


@pytest.fixture(scope="module")
def facts(api: Api) -> Facts:
    issue = api.world.identities.issue
    return Facts({"secret": lambda: issue(ANN), "homeless": lambda: issue(a_caller(None, "read_images"))})


@pytest.fixture(scope="module")
def callers(api: Api, facts: Facts) -> dict[str, Caller]:
    secret = facts["secret"]
    return {
        "owner": api.anonymous(),
        "anonymous": api.anonymous(),
        "ann": Caller(api, {"X-Auth-Token": secret}),
        "itself": Caller(api, {"X-Auth-Token": secret, "X-Subject-Token": secret}),
        "homeless": Caller(api, {"X-Auth-Token": facts["homeless"]}),
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


def test_every_documented_status_is_asked_for() -> None:
    assert {(case.operation, case.status) for case in CASES} == documented("keystone")


VALUES: st.SearchStrategy[Any] = st.sampled_from([None, True, 0, [], {}, "", " ", "ann", "unscoped"])
DOMAINS = VALUES | st.fixed_dictionaries({}, optional={"id": VALUES, "name": VALUES})
NAMED = st.fixed_dictionaries({}, optional={"id": VALUES, "name": VALUES, "domain": DOMAINS, "password": VALUES})
SCOPES = VALUES | st.fixed_dictionaries({}, optional={"project": VALUES | NAMED, "system": VALUES})
IDENTITIES = st.fixed_dictionaries(
    {"methods": st.sampled_from([["password"], ["token"], ["application_credential"], ["totp"], [], "token", None])},
    optional={
        "password": VALUES | st.fixed_dictionaries({"user": NAMED | VALUES}),
        "token": VALUES | st.fixed_dictionaries({}, optional={"id": VALUES}),
        "application_credential": st.fixed_dictionaries(
            {"secret": VALUES}, optional={"id": VALUES, "name": VALUES, "user": NAMED | VALUES}
        ),
    },
)
GOOD = st.just({"methods": ["token"], "token": {"id": "a"}})
SIGN_INS = st.fixed_dictionaries({"identity": GOOD | IDENTITIES | VALUES}, optional={"scope": SCOPES})
SIGN_INS_2 = st.fixed_dictionaries(
    {},
    optional={
        "token": VALUES | st.fixed_dictionaries({}, optional={"id": VALUES}),
        "passwordCredentials": VALUES
        | st.fixed_dictionaries({"password": VALUES}, optional={"username": VALUES, "userId": VALUES}),
        "tenantName": VALUES,
        "tenantId": VALUES,
    },
)
EXAMPLES = settings(derandomize=True, database=None, max_examples=400)


def is_read(sign_in: Any, parse: Callable[[bytes], object]) -> bool:
    """Whether a sign-in can be read, be it true or not."""
    try:
        parse(json.dumps({"auth": sign_in}).encode())
    except BadMessage:
        return False
    return True


@EXAMPLES
@given(SIGN_INS)
def test_a_sign_in_is_read_if_the_description_allows_it(sign_in: dict[str, Any]) -> None:
    assert is_read(sign_in, schema.parse_v3) is is_valid(openapi.SIGN_IN_3, {"auth": sign_in})


@EXAMPLES
@given(SIGN_INS_2)
def test_a_sign_in_by_v2_is_read_if_the_description_allows_it(sign_in: dict[str, Any]) -> None:
    assert is_read(sign_in, schema.parse_v2) is is_valid(openapi.SIGN_IN_2, {"auth": sign_in})
