"""Paths of the dialect (wire §5): below `/identity`, and at the root, where users guess them."""

import re

from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request

MOUNT = "/identity"
V3, V2 = f"{MOUNT}/v3", f"{MOUNT}/v2.0"
V3_TOKENS, V2_TOKENS = f"{V3}/auth/tokens", f"{V2}/tokens"
CATALOG, PROJECTS = f"{V3}/auth/catalog", f"{V3}/auth/projects"
ALL_PROJECTS = f"{V3}/projects"
ANY_PROJECT = f"{ALL_PROJECTS}/{{project_id}}"
KNOWN = frozenset({MOUNT, V3, V2, V3_TOKENS, V2_TOKENS, CATALOG, PROJECTS, ALL_PROJECTS})
A_PROJECT = rf"{ALL_PROJECTS}/[^/]+"
ROOTS = (MOUNT, "/v3", "/v2.0")


def is_project(path: str) -> bool:
    """Whether this is the path of a project."""
    return re.fullmatch(A_PROJECT, path) is not None


def resolve(request: Request) -> Request:
    """Normalize the path to one below `/identity`. Raises PathUnknown, also without a token.

    Clients look for versions before they sign in; some would deadlock on a 401.
    """
    below = request.path == MOUNT or request.path.startswith(f"{MOUNT}/")
    path = request.path if below else f"{MOUNT}{request.path}"
    if path not in KNOWN and not is_project(path):
        raise PathUnknown
    return request._replace(path=path)
