"""Which version a request asks for, and the document that lists them (contract §1)."""

import re
from typing import Any

from chalicelib.http.errors import PathUnknown
from chalicelib.http.message import Request

MEDIA_TYPE = "application/vnd.openstack.images-"
VERSIONS = ("v1", "v1.0", "v1.1")
A_VERSION = re.compile(r"v.*[0-9].*")
"""What the first segment of a path is if somebody looks for a version of this API."""


def is_addressed(request: Request) -> bool:
    """Whether `Accept` names a version of this API, which makes the request ours wherever it goes."""
    return (request.header("accept") or "").startswith(MEDIA_TYPE)


def negotiate(request: Request) -> Request:
    """The request with its path below `/v1`, at `/versions`, or at `/` if a version is asked for that is not known.

    Raises PathUnknown for a path that belongs to nobody.
    """
    _, first, *rest = request.path.split("/")
    if first == "versions":
        return request._replace(path="/versions")
    if is_addressed(request):
        known = (request.header("accept") or "").removeprefix(MEDIA_TYPE) in VERSIONS
        return request._replace(path=f"/v1{request.path}".rstrip("/") if known else "/")
    if first in VERSIONS:
        return request._replace(path="/".join(["", "v1", *rest]))
    if first and not A_VERSION.fullmatch(first):
        raise PathUnknown
    return request._replace(path="/")


def render_versions(request: Request) -> dict[str, Any]:
    """Only what is served here: clients prefer a v2 that is listed."""
    links = [{"rel": "self", "href": f"{request.base_url}/v1/"}]
    return {
        "versions": [
            {"id": "v1.1", "status": "CURRENT", "links": links},
            {"id": "v1.0", "status": "SUPPORTED", "links": links},
        ]
    }
