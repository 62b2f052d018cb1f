"""Keystone: versions, sign-ins with the secret in the body, and requests about a token."""

from functools import partial

from tests.permissions.callers import about_itself, in_body
from tests.permissions.operations.operation import Operation

V3, V2 = "/identity/v3/auth/tokens", "/identity/v2.0/tokens"
CATALOG, PROJECTS = "/identity/v3/auth/catalog", "/identity/v3/auth/projects"
ALL_PROJECTS, A_PROJECT = "/identity/v3/projects", "/identity/v3/projects/{project_id}"
USER = {"name": "{user}", "domain": {"name": "Default"}, "password": "{secret}"}
PROJECT = {"project": {"name": "{own}", "domain": {"id": "default"}}}
PASSWORD = {"auth": {"identity": {"methods": ["password"], "password": {"user": USER}}, "scope": PROJECT}}
TOKEN = {"auth": {"identity": {"methods": ["token"], "token": {"id": "{secret}"}}}}
PASSWORD_2 = {"auth": {"passwordCredentials": {"username": "{user}", "password": "{secret}"}, "tenantId": "{own}"}}

_op = partial(Operation, "keystone")
_sign_in = partial(_op, "POST", shown_by=in_body)

OPERATIONS = (
    _op("GET", "/identity", "versions", "/identity"),
    _op("GET", "/identity/v3", "version", "/v3"),
    _op("GET", "/identity/v2.0", "version", "/identity/v2.0"),
    _sign_in(V3, "sign in", V3, body=PASSWORD, variant="password"),
    _sign_in(V3, "sign in", "/v3/auth/tokens", body=TOKEN, variant="token"),
    _sign_in(V2, "sign in by v2.0", V2, body=PASSWORD_2),
    _op("GET", V3, "own token", V3, shown_by=about_itself, variant="its own"),
    _op("GET", V3, "other token", V3, headers={"X-Subject-Token": "another"}, variant="another"),
    _op("GET", CATALOG, "told", CATALOG),
    _op("GET", PROJECTS, "told", "/v3/auth/projects"),
    _op("GET", ALL_PROJECTS, "withheld", "/v3/projects?name={own}"),
    _op("GET", A_PROJECT, "told", "/v3/projects/{own}", variant="its own"),
    _op("GET", A_PROJECT, "withheld", "/v3/projects/another", variant="another"),
)
