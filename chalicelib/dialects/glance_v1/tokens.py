"""Tokens that callers create for themselves: an extension; the original leaves that to Keystone."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import instant_text
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.token import ID_LENGTH, Token
from chalicelib.catalog.tokens import CURRENT, LONGEST, NewToken, TokenEnded
from chalicelib.dialects.glance_v1 import schema
from chalicelib.http import fields
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage, Unauthorized
from chalicelib.http.message import Request, Response

MEMBERS = frozenset({"name", "policies", "inspection", "expires_at", "expires_in"})
ID = f"{CURRENT}|[0-9a-f]{{{ID_LENGTH}}}"
POLICIES = {policy.value: policy for policy in Policy}
INSPECTING = {policy.value: policy for policy in Inspecting}
MAX_SECONDS = int(LONGEST.total_seconds())


def create_token(catalog: Catalog, request: Request) -> Response:
    new = parse_new_token(fields.json_body(request.body), catalog.now())
    with _signed_in(request):
        token, secret = catalog.tokens.create(new)
    return Response({"token": {**render_token(token), "secret": secret}}, 201, {"Cache-Control": "no-store"})


def list_tokens(catalog: Catalog, request: Request) -> Response:
    with _signed_in(request):
        found = catalog.tokens.all(request.parameter("tenant"))
    return Response({"tokens": [render_token(token) for token in found]})


def show_token(catalog: Catalog, request: Request, token_id: str) -> Response:
    with _signed_in(request):
        token = catalog.tokens.token(_known(token_id), request.parameter("tenant"))
    policy = token.principal.inspecting or catalog.limits.inspecting
    return Response({"token": render_token(token), "inspection": policy})


def end_token(catalog: Catalog, request: Request, token_id: str) -> Response:
    with _signed_in(request):
        catalog.tokens.end(_known(token_id), request.parameter("tenant"))
    return Response(status=204, headers=schema.HTML)


@contextmanager
def _signed_in(request: Request) -> Iterator[None]:
    """Raise Unauthorized for callers without a token, or with one that has just expired."""
    try:
        yield
    except TokenEnded as error:
        raise Unauthorized(f'Keystone uri="{request.base_url}"', "Authentication required") from error


def _known(token_id: str) -> str:
    if not re.fullmatch(ID, token_id):
        raise BadMessage("token_id", f"The id of a token has {ID_LENGTH} hexadecimal digits")
    return token_id


def parse_new_token(document: Any, now: datetime) -> NewToken:
    """Parse the requested token. Raises BadMessage."""
    wanted = _record(_record(document, "body", {"token"}).get("token"), "token", MEMBERS)
    if {"expires_at", "expires_in"} <= wanted.keys():
        raise BadMessage("expires_at", "Only one of 'expires_at' and 'expires_in' can be given")
    return NewToken(_name(wanted.get("name")), _policies(wanted), _end(wanted, now), _inspecting(wanted))


def _record(value: Any, field: str, known: frozenset[str] | set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadMessage(field, f"'{field}' must be an object")
    unknown = sorted(value.keys() - known)
    if unknown:
        raise BadMessage(field, f"'{field}' can have {', '.join(sorted(known))}, and nothing else")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= lengths.TEXT or re.search(fields.CONTROLS, value):
        raise BadMessage("name", f"'name' must be a text of 1 to {lengths.TEXT} characters, none of them for control")
    return value


def _policies(wanted: Mapping[str, Any]) -> frozenset[Policy] | None:
    if "policies" not in wanted:
        return None
    given = wanted["policies"]
    if not isinstance(given, list) or not all(isinstance(each, str) and each in POLICIES for each in given):
        raise BadMessage("policies", f"'policies' must be a list of some of {', '.join(POLICIES)}")
    return frozenset(POLICIES[each] for each in given)


def _inspecting(wanted: Mapping[str, Any]) -> Inspecting | None:
    if "inspection" not in wanted:
        return None
    given = wanted["inspection"]
    if not isinstance(given, str) or given not in INSPECTING:
        raise BadMessage("inspection", f"'inspection' must be one of {', '.join(INSPECTING)}")
    return INSPECTING[given]


def _end(wanted: Mapping[str, Any], now: datetime) -> datetime | None:
    if "expires_at" in wanted:
        if not isinstance(wanted["expires_at"], str):
            raise BadMessage("expires_at", "'expires_at' must be an ISO 8601 time")
        return fields.instant("expires_at", wanted["expires_at"])
    if "expires_in" not in wanted:
        return None
    given = wanted["expires_in"]
    if isinstance(given, bool) or not isinstance(given, int | float) or given != int(given):
        raise BadMessage("expires_in", "'expires_in' must be a whole number of seconds")
    if not 0 < given <= MAX_SECONDS:
        raise BadMessage("expires_in", f"'expires_in' must be 1 to {MAX_SECONDS} seconds")
    return now + timedelta(seconds=given)


def render_token(token: Token) -> dict[str, Any]:
    """Render a token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "user": token.principal.user,
        "tenant": token.principal.tenant,
        "policies": sorted(token.principal.policies),
        "inspection": token.principal.inspecting,
        "created_at": instant_text(token.created_at),
        "expires_at": None if token.expires_at is None else instant_text(token.expires_at),
        "last_used_at": token.last_used,
        "issuer": token.issuer,
    }


ROUTES = (
    Route("GET", "/v1/tokens", list_tokens),
    Route("POST", "/v1/tokens", create_token),
    Route("GET", "/v1/tokens/{token_id}", show_token),
    Route("DELETE", "/v1/tokens/{token_id}", end_token),
)
