"""The route table of this dialect and its handlers (wire §1 to §4)."""

from chalicelib.catalog.errors import TenantMissing
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.keystone import answers
from chalicelib.dialects.keystone.errors import ProjectWithheld, TokenUnknown
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
from chalicelib.dialects.keystone.schema import TOKEN, parse_v2, parse_v3
from chalicelib.http import auth
from chalicelib.http.dialect import Route
from chalicelib.http.message import Request, Response

SUBJECT = "X-Subject-Token"
UNCACHED = {"Cache-Control": "no-store"}


def list_versions(_catalog: Catalog, request: Request) -> Response:
    return Response({"versions": {"values": [answers.version_3(request), answers.version_2(request)]}}, 300)


def show_version_3(_catalog: Catalog, request: Request) -> Response:
    return Response({"version": answers.version_3(request)})


def show_version_2(_catalog: Catalog, request: Request) -> Response:
    return Response({"version": answers.version_2(request)})


def sign_in_3(catalog: Catalog, request: Request) -> Response:
    """Return the caller's own secret as a token: nothing is stored, and revoking it revokes both."""
    shown = parse_v3(request.body)
    return _token(catalog, request, shown.secret, shown.method, 201, unscoped=shown.unscoped)


def show_token(catalog: Catalog, request: Request) -> Response:
    secret = auth.token_header(request) or ""
    if (request.header(SUBJECT) or "").strip() != secret:
        raise TokenUnknown
    return _token(catalog, request, secret, TOKEN, 200)


def _token(
    catalog: Catalog, request: Request, secret: str, method: str, status: int, *, unscoped: bool = False
) -> Response:
    principal = catalog.principal
    scoped = principal.tenant is not None and not unscoped
    document = answers.token_3(principal, request, method, catalog.now(), scoped=scoped)
    return Response(document, status, {SUBJECT: secret, **UNCACHED})


def sign_in_2(catalog: Catalog, request: Request) -> Response:
    """Like `sign_in_3`, in v2.0's format."""
    secret = parse_v2(request.body).secret
    return Response(answers.access_2(catalog.principal, request, secret, catalog.now()), headers=UNCACHED)


def show_catalog(catalog: Catalog, request: Request) -> Response:
    if catalog.principal.tenant is None:
        raise TenantMissing
    links = {"self": f"{request.base_url}{request.path}"}
    return Response({"catalog": answers.catalog_3(request), "links": links})


def list_projects(catalog: Catalog, request: Request) -> Response:
    return Response(answers.projects(catalog.principal, request))


def show_project(catalog: Catalog, _request: Request, project_id: str) -> Response:
    tenant = catalog.principal.tenant
    if tenant is None or tenant != project_id:
        raise ProjectWithheld
    return Response({"project": answers.project(tenant)})


def withhold_projects(_catalog: Catalog, _request: Request) -> Response:
    raise ProjectWithheld


ROUTES = (
    Route("GET", MOUNT, list_versions, open=True),
    Route("GET", V3, show_version_3, open=True),
    Route("GET", V2, show_version_2, open=True),
    Route("POST", V3_TOKENS, sign_in_3),
    Route("GET", V3_TOKENS, show_token),
    Route("GET", CATALOG, show_catalog),
    Route("GET", PROJECTS, list_projects),
    Route("GET", ALL_PROJECTS, withhold_projects),
    Route("GET", ANY_PROJECT, show_project),
    Route("POST", V2_TOKENS, sign_in_2),
)
