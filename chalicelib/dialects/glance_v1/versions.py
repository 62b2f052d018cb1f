"""Which version a request asks for, and the document that lists them (contract §1)."""

from dataclasses import replace
from typing import Any

from chalicelib.http.message import Request

MEDIA_TYPE = "application/vnd.openstack.images-"
VERSIONS = ("v1", "v1.0", "v1.1")


def is_addressed(request: Request) -> bool:
    """Whether `Accept` names a version of this API, which makes the request ours wherever it goes."""
    return (request.header("accept") or "").startswith(MEDIA_TYPE)


def negotiate(request: Request) -> Request:
    """The request with its path below `/v1`, at `/versions`, or at `/` if no known version is asked for."""
    _, first, *rest = request.path.split("/")
    if first == "versions":
        return replace(request, path="/versions")
    if is_addressed(request):
        known = (request.header("accept") or "").removeprefix(MEDIA_TYPE) in VERSIONS
        return replace(request, path=f"/v1{request.path}".rstrip("/") if known else "/")
    if first in VERSIONS:
        return replace(request, path="/".join(["", "v1", *rest]))
    return replace(request, path="/")


def render_versions(request: Request) -> dict[str, Any]:
    """Only what is served here: clients prefer a v2 that is listed."""
    links = [{"rel": "self", "href": f"{request.base_url}/v1/"}]
    return {
        "versions": [
            {"id": "v1.1", "status": "CURRENT", "links": links},
            {"id": "v1.0", "status": "SUPPORTED", "links": links},
        ]
    }
