"""Foreman; an image is known by its number, below parents of which each tenant has its own."""

from collections.abc import Iterator
from functools import partial

from tests.permissions.operations.operation import Operation

JSON = {"Content-Type": "application/json"}
IMAGE = {"name": "{new}", "username": "root", "uuid": "{new}"}
BELOW = {"operatingsystem_id": 1, "architecture_id": 1, "compute_resource_id": 1}
RENAMED = {"image": {"username": "{new}"}}
KINDS = ("compute_resource", "operatingsystem", "architecture")

_op = partial(Operation, "foreman")


def _parents(kind: str) -> Iterator[Operation]:
    all_of, one_of = f"/api/{kind}s", f"/api/{kind}s/{{parent_id}}"
    new = {kind: {"name": "{new}", "provider": "EC2"}}
    yield _op("GET", all_of, "parents", all_of, kind)
    yield _op("GET", one_of, "the owner's parent", f"{all_of}/{{id}}", kind)
    yield _op("POST", all_of, "create a parent", all_of, headers=JSON, body=new, stores=True)
    renamed = {kind: {"name": "{new}"}}
    for method in ("PUT", "PATCH"):
        yield _op(method, one_of, "change a parent", f"{all_of}/{{id}}", kind, JSON, renamed, stores=True)
    yield _op("DELETE", one_of, "delete a parent", f"{all_of}/{{id}}", kind, stores=True)


def _images(kind: str) -> Iterator[Operation]:
    images = f"/api/{kind}s/{{parent_id}}/images"
    image, here = f"{images}/{{image_id}}", f"/api/{kind}s/1/images"
    create = partial(_op, "POST", images, headers=JSON, stores=True, creates=True)
    new = {"image": {**IMAGE, **BELOW}}
    yield _op("GET", images, "images", here, "number")
    yield _op("GET", images, "images", f"{here}?search=name~name-&order=name", "number", variant="searched")
    yield _op("GET", images, "the owner's parent", f"/api/{kind}s/{{id}}/images", kind, variant="the owner's")
    yield create(table="create", target=here, body=new)
    yield create(
        table="create below the owner's",
        target=f"/api/{kind}s/{{id}}/images",
        about=kind,
        body=new,
        variant="the owner's",
    )
    yield _op("GET", image, "show", f"{here}/{{id}}", "number")
    for method in ("PUT", "PATCH"):
        yield _op(method, image, "update", f"{here}/{{id}}", "number", JSON, RENAMED, stores=True)
    yield _op("DELETE", image, "delete", f"{here}/{{id}}", "number", stores=True)


OPERATIONS = (
    _op("GET", "/api/status", "status", "/api/status"),
    _op("GET", "/api/statuses", "status", "/api/statuses"),
    _op("GET", "/api/ping", "ping", "/api/ping"),
    *(operation for kind in KINDS for operation in _parents(kind)),
    *(operation for kind in KINDS for operation in _images(kind)),
    _op("GET", "/apidoc/v2.json", "description", "/apidoc/v2.json"),
    _op("GET", "/apidoc/apipie_checksum", "description", "/apidoc/apipie_checksum"),
)
