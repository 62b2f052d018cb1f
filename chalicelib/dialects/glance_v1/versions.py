"""Recognise requests for this version of the API (wire §1)."""

from chalicelib.http.message import Request

MEDIA_TYPE = "application/vnd.openstack.images-"
VERSIONS = ("v1", "v1.0", "v1.1")
ROOTS = tuple(f"/{version}" for version in VERSIONS)


def is_addressed(request: Request) -> bool:
    """Whether `Accept` names this version: then any path but the list of versions belongs to it."""
    media, _, version = (request.header("accept") or "").rpartition("-")
    return f"{media}-" == MEDIA_TYPE and version in VERSIONS and request.path.split("/")[1] != "versions"


def resolve(request: Request) -> Request:
    """Normalize the path to one below `/v1`."""
    _, _, *rest = request.path.split("/")
    if is_addressed(request):
        return request._replace(path=f"/v1{request.path}".rstrip("/"))
    return request._replace(path="/".join(["", "v1", *rest]))
