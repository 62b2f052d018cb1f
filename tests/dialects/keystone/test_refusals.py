"""Who is refused learns nothing but that; what cannot be read is refused before anybody is looked up."""

import json
from typing import Any

import pytest

from tests.api import ORDINARY, Api, a_caller
from tests.dialects.keystone.keystone import (
    DEFAULT,
    UNAUTHORIZED,
    URL,
    V2,
    V3,
    by_credential,
    by_token,
    issued,
    password,
    project,
    refusal,
    signing_in,
)
from tests.security.wire import touched

ANN = a_caller("team", *ORDINARY, user="ann")
SECRET = "{secret}"
OTHER = {"name": "Other"}
UNTRUE: dict[str, Any] = {
    "an unknown secret": password({"name": "ann", "password": "wrong"}),
    "another user by name": password({"name": "bob", "password": SECRET}),
    "another user by id": password({"id": "bob", "password": SECRET}),
    "two users": password({"id": "ann", "name": "bob", "password": SECRET}),
    "another domain of the user": password({"name": "ann", "domain": OTHER, "password": SECRET}),
    "another domain by id": password({"name": "ann", "domain": {"id": "other", **DEFAULT}, "password": SECRET}),
    "another project": password({"name": "ann", "password": SECRET}, project(name="others")),
    "another project by id": by_token(SECRET, project(id="others")),
    "another domain of the project": by_token(SECRET, project(name="team", domain=OTHER)),
    "a domain": by_token(SECRET, {"domain": {"id": "default"}}),
    "the system": by_token(SECRET, {"system": {"all": True}}),
    "a trust": by_token(SECRET, {"OS-TRUST:trust": {"id": "x"}}),
    "an unknown token": by_token("wrong"),
    "another credential": by_credential(id="0123456789ab", secret=SECRET),
    "a credential of another user": by_credential(name="ci", secret=SECRET, user={"name": "bob"}),
    "a credential in another domain": by_credential(name="ci", secret=SECRET, user={"name": "ann", "domain": OTHER}),
}
UNTRUE_2: dict[str, Any] = {
    "an unknown secret": {"passwordCredentials": {"username": "ann", "password": "wrong"}},
    "another user": {"passwordCredentials": {"username": "bob", "password": SECRET}},
    "another user by id": {"passwordCredentials": {"userId": "bob", "password": SECRET}},
    "another tenant": {"passwordCredentials": {"username": "ann", "password": SECRET}, "tenantName": "others"},
    "another tenant by id": {"token": {"id": SECRET}, "tenantId": "others"},
    "an unknown token": {"token": {"id": "wrong"}},
}
FALSE = [
    *((V3, document, what) for what, document in UNTRUE.items()),
    *((V2, {"auth": auth}, what) for what, auth in UNTRUE_2.items()),
]


@pytest.mark.parametrize(("path", "document", "what"), FALSE, ids=[f"{path[10:12]} {what}" for path, _, what in FALSE])
def test_what_is_not_true_of_a_secret_is_refused_as_if_nobody_had_it(
    api: Api, path: str, document: Any, what: str
) -> None:
    secret, _ = issued(api, ANN)
    body = json.dumps(document).replace(SECRET, secret).encode()

    with touched() as keys:
        answer = signing_in(api, body, path)

    assert refusal(answer) == (401, UNAUTHORIZED), what
    assert answer.headers["www-authenticate"] == f'Keystone uri="{URL}/identity"'
    assert len(keys) == 1


@pytest.mark.parametrize("path", [V3, "/identity/v3/auth/catalog", "/v3/auth/projects"])
def test_what_is_not_for_everybody_asks_for_a_token(api: Api, path: str) -> None:
    assert refusal(api.anonymous().get(path)) == (401, UNAUTHORIZED)


def test_a_sign_in_reads_no_credentials_but_those_in_its_body(api: Api) -> None:
    assert api.caller("t1").post(V3, body=json.dumps(by_token("")).encode()).status == 401


def test_a_caller_of_no_tenant_finds_no_tenants_project(api: Api) -> None:
    secret = api.world.identities.issue(a_caller(None, "read_images"))

    assert signing_in(api, by_token(secret, project(name="None"))).status == 401


NAMED = {"name": "ann", "password": "x"}
UNREADABLE: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"auth": "\xe9"}',
    "a list": [],
    "no auth": {},
    "auth is a text": {"auth": "x"},
    "no identity": {"auth": {}},
    "no methods": {"auth": {"identity": {"password": {"user": NAMED}}}},
    "methods are a text": {"auth": {"identity": {"methods": "password", "password": {"user": NAMED}}}},
    "no method": {"auth": {"identity": {"methods": []}}},
    "an unknown method": {"auth": {"identity": {"methods": ["totp"], "totp": {}}}},
    "a method that is a list": {"auth": {"identity": {"methods": [["password"]]}}},
    "two methods": {"auth": {"identity": {"methods": ["password", "token"], "password": {"user": NAMED}}}},
    "no password": {"auth": {"identity": {"methods": ["password"]}}},
    "no user": {"auth": {"identity": {"methods": ["password"], "password": {}}}},
    "a user without a name": password({"password": "x"}),
    "a user whose name is a number": password({"name": 7, "password": "x"}),
    "a user whose name is a list": password({"name": [], "password": "x"}),
    "a password that is a number": password({"name": "ann", "password": 7}),
    "a user without a password": password({"name": "ann"}),
    "a domain that is a text": password({**NAMED, "domain": "Default"}),
    "a domain whose name is an object": password({**NAMED, "domain": {"name": {}}}),
    "a scope that is a text": password(NAMED, "everything"),
    "a scope that is a list": password(NAMED, []),
    "a project that is a text": password(NAMED, {"project": "team"}),
    "a project without a name": password(NAMED, {"project": {}}),
    "a token that is a number": by_token(7),
    "a credential without a secret": by_credential(id="x"),
    "a credential without a name": by_credential(secret="x", user={"name": "ann"}),
    "a credential without a user": by_credential(name="ci", secret="x"),
}
UNREADABLE_2: dict[str, Any] = {
    "no JSON": b"x",
    "no auth": {},
    "nothing": {"auth": {}},
    "a token that is a text": {"auth": {"token": "x"}},
    "a user without a name": {"auth": {"passwordCredentials": {"password": "x"}}},
    "a tenant that is a number": {"auth": {"token": {"id": "x"}, "tenantId": 7}},
}
NOT_READ = [
    *((V3, document, what) for what, document in UNREADABLE.items()),
    *((V2, document, what) for what, document in UNREADABLE_2.items()),
]


@pytest.mark.parametrize(
    ("path", "document", "what"), NOT_READ, ids=[f"{path[10:12]} {what}" for path, _, what in NOT_READ]
)
def test_what_cannot_be_read_is_refused_and_nobody_looked_up(api: Api, path: str, document: Any, what: str) -> None:
    with touched() as keys:
        status, message = refusal(signing_in(api, document, path))

    assert status == 400, what
    assert message
    assert keys == []
