"""What callers of Keystone send, and how a test reads what comes back."""

import json
from typing import Any

from chalicelib.catalog.principal import Principal
from chalicelib.storage.identities import DynamoIdentities
from tests.api import Answer, Api, Caller

MOUNT = "/identity"
V3, V2 = "/identity/v3/auth/tokens", "/identity/v2.0/tokens"
AT_V3 = (V3, "/v3/auth/tokens", f"{V3}/", "//v3/auth/tokens")
AT_V2 = (V2, "/v2.0/tokens")
URL = "http://registry.example"
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
DEFAULT = {"name": "Default"}
UNAUTHORIZED = "The secret is not known, or not that of this user and project"


def signing_in(api: Api, document: Any, path: str = V3) -> Answer:
    """Sign in with no other credentials than those in the body."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return api.anonymous().post(path, JSON, body)


def password(user: Any, scope: Any = None) -> dict[str, Any]:
    """A sign-in of v3 by password; without a scope it does not say any."""
    identity = {"methods": ["password"], "password": {"user": user}}
    return auth(identity, scope)


def auth(identity: Any, scope: Any = None) -> dict[str, Any]:
    return {"auth": {"identity": identity} if scope is None else {"identity": identity, "scope": scope}}


def by_token(secret: Any, scope: Any = None) -> dict[str, Any]:
    return auth({"methods": ["token"], "token": {"id": secret}}, scope)


def by_credential(**told: Any) -> dict[str, Any]:
    return auth({"methods": ["application_credential"], "application_credential": told})


def project(**named: Any) -> dict[str, Any]:
    return {"project": named}


def issued(api: Api, principal: Principal) -> tuple[str, str]:
    """A secret, and the id of its token, which was used today, elsewhere: once a day that is written down."""
    secret = api.world.identities.issue(principal)
    DynamoIdentities(api.world.images.connection, api.clock).authenticate(secret)
    [token] = api.world.identities.list()
    return secret, token.id


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and message of a refusal, which is in the form that clients read."""
    error = answer.json["error"]
    assert answer.headers["content-type"] == "application/json"
    assert error.keys() == {"code", "title", "message"}
    assert error["code"] == answer.status
    assert error["title"]
    return answer.status, error["message"]


def shown(caller: Caller, path: str = V3, **headers: str) -> Answer:
    """A token asked about; `X_Subject_Token` is the header of that name."""
    return caller.get(path, {name.replace("_", "-"): value for name, value in headers.items()})
