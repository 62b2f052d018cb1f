"""Recognise the version of a request, and list the versions (wire §1.2)."""

import re
from typing import Any

from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request

MEDIA_TYPE = "application/vnd.openstack.images-"
MINORS = ("v2.9", "v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0")
"""The original's versions for a single store that are supported: clients rely on the newest one listed."""
OLDER = ("v1.1", "v1.0")
VERSIONS = ("v2", *MINORS)
SIGN_IN = "v2.0"
"""Only paths below this one belong to this dialect: the path itself is a version of Keystone."""
SECTIONS = ("images", "schemas", "info", "tasks", "metadefs", "cache", "stores")
ROOTS = (
    "/",
    *(f"/{version}" for version in VERSIONS if version != SIGN_IN),
    *(f"/{SIGN_IN}/{section}" for section in SECTIONS),
)
A_VERSION = r"v.*[0-9].*"
"""First segments of paths that name a version."""


def is_addressed(request: Request) -> bool:
    """Whether `Accept` names a version of this API: then any path belongs to it."""
    return (request.header("accept") or "").startswith(MEDIA_TYPE)


def resolve(request: Request) -> Request:
    """Normalize the path: below `/v2`, `/versions`, or `/` for an unsupported version.

    Raises PathUnknown for a path that belongs to no dialect.
    """
    _, first, *rest = request.path.split("/")
    if first == "versions":
        return request._replace(path="/versions")
    if first in VERSIONS:
        return request._replace(path="/".join(["", "v2", *rest]) if rest else "/")
    if is_addressed(request):
        known = first and (request.header("accept") or "").removeprefix(MEDIA_TYPE) in VERSIONS
        return request._replace(path=f"/v2{request.path}" if known else "/")
    if first and not re.fullmatch(A_VERSION, first):
        raise PathUnknown
    return request._replace(path="/")


def render_versions(request: Request) -> dict[str, Any]:
    """Render the supported versions, newest first."""
    newest, *others = MINORS
    return {
        "versions": [
            _entry(request, newest, "CURRENT"),
            *(_entry(request, version, "SUPPORTED") for version in (*others, *OLDER)),
        ]
    }


def _entry(request: Request, version: str, status: str) -> dict[str, Any]:
    href = f"{request.base_url}/{version.partition('.')[0]}/"
    return {"id": version, "status": status, "links": [{"rel": "self", "href": href}]}
