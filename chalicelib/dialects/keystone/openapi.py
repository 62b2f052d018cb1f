"""The description of this dialect (wire §2 to §4), built from the constants that its requests use."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.dialects.keystone import answers, schema
from chalicelib.dialects.keystone.errors import STATUS, TokenUnknown
from chalicelib.dialects.keystone.paths import (
    ALL_PROJECTS,
    ANY_PROJECT,
    CATALOG,
    MOUNT,
    PROJECTS,
    V2,
    V2_TOKENS,
    V3,
    V3_TOKENS,
)
from chalicelib.dialects.keystone.routes import SUBJECT, UNCACHED
from chalicelib.http.errors import BadMessage, ServerError, Unauthorized
from chalicelib.http.openapi import TOKEN_HEADER, Answer, Body, Description, Operation, Parameter, Schema, record, ref

TEXT: Schema = {"type": "string", "minLength": 1}
NULL: Schema = {"type": "null"}
INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$"}
URL: Schema = {"type": "string", "format": "uri", "pattern": "^https?://"}
SERVICE: Schema = {"enum": list(answers.SERVICES)}
FALSE: Schema = {"type": "boolean", "description": "Always false"}
ROLE: Schema = {"enum": list(answers.ROLES)}
DOMAIN: Schema = record({"id": {"const": schema.DOMAIN}, "name": {"const": answers.THE_DOMAIN["name"]}})


def list_of(items: Schema) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items}


def _sent(properties: Mapping[str, Schema], *required: str) -> Schema:
    """An object in a request: other keys are ignored."""
    return {"type": "object", "properties": properties, "required": list(required)}


def _only(item: str) -> Schema:
    """A list with one element."""
    return {**list_of({"const": item}), "minItems": 1, "maxItems": 1}


def _maybe(kind: Schema) -> Schema:
    return {"anyOf": [kind, NULL]}


MAYBE_TEXT: Schema = {"type": ["string", "null"]}
SENT_DOMAIN: Schema = _maybe(_sent({"id": MAYBE_TEXT, "name": MAYBE_TEXT}))


def _named(properties: Mapping[str, Schema], *required: str, keys: tuple[str, str] = ("id", "name")) -> Schema:
    """An object with at least one of two keys."""
    shown = _sent({**dict.fromkeys(keys, MAYBE_TEXT), **properties}, *required)
    one = [{"properties": {key: TEXT}, "required": [key]} for key in keys]
    return {**shown, "anyOf": one}


BY_NAME: Schema = _named({"domain": SENT_DOMAIN})
METHODS: Mapping[str, Schema] = {
    schema.PASSWORD: _sent(
        {"user": _named({"domain": SENT_DOMAIN, "password": {"type": "string"}}, "password")}, "user"
    ),
    schema.TOKEN: _sent({"id": {"type": "string"}}, "id"),
    schema.CREDENTIAL: {
        **_sent({"id": MAYBE_TEXT, "secret": {"type": "string"}}, "secret"),
        "anyOf": [
            {"properties": {"id": TEXT}, "required": ["id"]},
            {"properties": {"name": {"type": "string"}, "user": BY_NAME}, "required": ["name", "user"]},
        ],
    },
}
SCOPE: Schema = {
    "anyOf": [
        NULL,
        {"const": schema.UNSCOPED},
        {"type": "object", "properties": {"project": BY_NAME}, "required": ["project"], "maxProperties": 1},
        {"type": "object", "not": {"required": ["project"], "maxProperties": 1}},
    ],
    "description": f"`{schema.UNSCOPED}`, or a project by id or name; without one it is the token's",
}
IDENTITY: Schema = {
    "anyOf": [_sent({"methods": _only(method), method: shown}, "methods", method) for method, shown in METHODS.items()]
}
SIGN_IN_3: Schema = _sent({"auth": _sent({"identity": IDENTITY, "scope": SCOPE}, "identity")}, "auth")
PROJECT_2: Mapping[str, Schema] = {"tenantId": MAYBE_TEXT, "tenantName": MAYBE_TEXT}
SIGN_IN_2: Schema = _sent(
    {
        "auth": {
            "anyOf": [
                _sent({"token": _sent({"id": {"type": "string"}}, "id"), **PROJECT_2}, "token"),
                _sent(
                    {
                        "token": NULL,
                        "passwordCredentials": _named(
                            {"password": {"type": "string"}}, "password", keys=("userId", "username")
                        ),
                        **PROJECT_2,
                    },
                    "passwordCredentials",
                ),
            ]
        }
    },
    "auth",
)

SCHEMAS: Mapping[str, Schema] = {
    "KeystoneVersion": record(
        {
            "id": TEXT,
            "status": TEXT,
            "links": list_of(record({"rel": {"const": "self"}, "href": URL})),
        }
    ),
    "KeystoneCatalog": list_of(
        record(
            {
                "id": SERVICE,
                "type": SERVICE,
                "name": SERVICE,
                "endpoints": list_of(
                    record(
                        {
                            "id": TEXT,
                            "interface": {"enum": list(answers.INTERFACES)},
                            "region": TEXT,
                            "region_id": TEXT,
                            "url": URL,
                        }
                    )
                ),
            }
        )
    ),
    "KeystoneToken": record(
        {
            "token": record(
                {
                    "methods": list_of({"enum": list(schema.METHODS)}),
                    "user": record({"id": TEXT, "name": TEXT, "domain": DOMAIN, "password_expires_at": NULL}),
                    "audit_ids": list_of(TEXT),
                    "issued_at": INSTANT,
                    "expires_at": INSTANT,
                    "project": record({"id": TEXT, "name": TEXT, "domain": DOMAIN}),
                    "is_domain": FALSE,
                    "roles": list_of(record({"id": ROLE, "name": ROLE})),
                    "catalog": ref("KeystoneCatalog"),
                },
                optional=("project", "is_domain", "roles", "catalog"),
            )
        }
    ),
    "KeystoneProject": record(
        {
            "id": TEXT,
            "name": TEXT,
            "domain_id": {"const": schema.DOMAIN},
            "enabled": {"const": True},
            "is_domain": FALSE,
            "links": record({}),
        }
    ),
    "KeystoneProjects": record(
        {
            "projects": list_of(ref("KeystoneProject")),
            "links": record({"self": URL, "next": NULL, "previous": NULL}),
        }
    ),
    "KeystoneAccess": record(
        {
            "access": record(
                {
                    "token": record(
                        {
                            "id": TEXT,
                            "issued_at": INSTANT,
                            "expires": INSTANT,
                            "tenant": record({"id": TEXT, "name": TEXT, "enabled": {"const": True}}),
                        },
                        optional=("tenant",),
                    ),
                    "user": record(
                        {
                            "id": TEXT,
                            "name": TEXT,
                            "username": TEXT,
                            "roles_links": list_of({}),
                            "roles": list_of(record({"name": ROLE})),
                        }
                    ),
                    "serviceCatalog": list_of(
                        record(
                            {
                                "type": SERVICE,
                                "name": SERVICE,
                                "endpoints_links": list_of({}),
                                "endpoints": list_of(
                                    record(
                                        {
                                            "id": TEXT,
                                            "region": TEXT,
                                            **{f"{interface}URL": URL for interface in answers.INTERFACES},
                                        }
                                    )
                                ),
                            }
                        )
                    ),
                }
            )
        }
    ),
    "KeystoneError": record(
        {"error": record({"code": {"type": "integer"}, "title": TEXT, "message": TEXT})},
    ),
}

WORDS = {
    400: "The body is invalid",
    401: "The secret is unknown, or not that of this user and project",
    403: "The token has no tenant, or the project is not its own",
    404: "The token is not the caller's own",
}
STATUSES = {BadMessage.status, Unauthorized.status, TokenUnknown.status, ServerError.status, *STATUS.values()}
CHALLENGED: Mapping[int, Mapping[str, Schema]] = {
    401: {"WWW-Authenticate": {"type": "string", "pattern": '^Keystone uri="', "description": "Where to sign in"}}
}
ERRORS = {
    status: Answer(
        WORDS.get(status, HTTPStatus(status).phrase), ref("KeystoneError"), headers=CHALLENGED.get(status, {})
    )
    for status in sorted(STATUSES)
}
KEPT: Mapping[str, Schema] = {name: {"const": value} for name, value in UNCACHED.items()}

BASE, WHO = "https://images.example.org", "alice"
SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef"  # noqa: S105  # an example
A_PASSWORD: dict[str, Any] = {
    "auth": {
        "identity": {
            "methods": [schema.PASSWORD],
            "password": {"user": {"name": WHO, "domain": answers.THE_DOMAIN, "password": SECRET}},
        },
        "scope": {"project": {"name": "team", "domain": answers.THE_DOMAIN}},
    }
}
A_PASSWORD_2 = {"auth": {"passwordCredentials": {"username": WHO, "password": SECRET}, "tenantName": "team"}}


def _version(name: str, status: str, path: str) -> dict[str, Any]:
    return {"id": name, "status": status, "links": [{"rel": "self", "href": f"{BASE}{path}/"}]}


VERSION_3, VERSION_2 = _version("v3.14", "stable", V3), _version("v2.0", "deprecated", V2)


def _one(example: dict[str, Any]) -> dict[int, Answer]:
    return {200: Answer("The version", record({"version": ref("KeystoneVersion")}), example={"version": example})}


TOLD = Answer(
    "The token in a header, with its scope and roles in the body",
    ref("KeystoneToken"),
    headers={SUBJECT: TEXT, **KEPT},
)
STATELESS = "The token is the secret: nothing is stored, and revoking one revokes the other."

DESCRIPTION = Description(
    title="OpenStack Keystone",
    about="The parts of the Identity API, v3 and v2.0, that OpenStack's clients need to sign in. `/v3` and `/v2.0` are"
    " `/identity/v3` and `/identity/v2.0`.",
    security=TOKEN_HEADER,
    schemas=SCHEMAS,
    operations={
        ("GET", MOUNT): Operation(
            "List the API versions",
            {
                300: Answer(
                    "Both",
                    record({"versions": record({"values": list_of(ref("KeystoneVersion"))})}),
                    example={"versions": {"values": [VERSION_3, VERSION_2]}},
                )
            },
        ),
        ("GET", V3): Operation("Show version 3", _one(VERSION_3)),
        ("GET", V2): Operation("Show version 2", _one(VERSION_2)),
        ("POST", V3_TOKENS): Operation(
            "Sign in with v3",
            {201: TOLD},
            bodies=(Body(SIGN_IN_3, example=A_PASSWORD),),
            description=f"The password, or the credential's secret, is the secret of a token. {STATELESS}",
            refuses=(400,),
            security=(),
        ),
        ("GET", V3_TOKENS): Operation(
            "Validate a token, your own",
            {200: TOLD},
            (Parameter(SUBJECT, "header", TEXT, "The same as `X-Auth-Token`", required=True),),
            refuses=(404,),
        ),
        ("GET", CATALOG): Operation(
            "List services and their endpoints",
            {200: Answer("All of them", record({"catalog": ref("KeystoneCatalog"), "links": record({"self": URL})}))},
            refuses=(403,),
        ),
        ("GET", PROJECTS): Operation(
            "List your projects",
            {200: Answer("The tenant of the token, if it has one", ref("KeystoneProjects"))},
        ),
        ("GET", ALL_PROJECTS): Operation("List projects, which is refused", {}, refuses=(403,)),
        ("GET", ANY_PROJECT): Operation(
            "Show your project",
            {200: Answer("The tenant", record({"project": ref("KeystoneProject")}))},
            refuses=(403,),
        ),
        ("POST", V2_TOKENS): Operation(
            "Sign in with v2",
            {200: Answer("The token, with its roles", ref("KeystoneAccess"), headers=KEPT)},
            bodies=(Body(SIGN_IN_2, example=A_PASSWORD_2),),
            description=STATELESS,
            refuses=(400,),
            security=(),
        ),
    },
    errors=ERRORS,
    everywhere=tuple(status for status in ERRORS if status >= 500),
)
