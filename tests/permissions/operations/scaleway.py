"""The early Scaleway API."""

from functools import partial

from tests.permissions.operations.operation import Operation

IMAGES, IMAGE, ONE = "/images", "/images/{image_id}", "/images/{id}"
RENAMED, PUBLIC = {"name": "{new}"}, {"public": True}
NEW = {
    "name": "{new}",
    "arch": "x86_64",
    "organization": "{own}",
    "root_volume": "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20",
}

_op = partial(Operation, "scaleway")
_create = partial(_op, "POST", IMAGES, target=IMAGES, stores=True, creates=True)

OPERATIONS = (
    *(
        operation
        for method in ("GET", "HEAD")
        for operation in (
            _op(method, IMAGES, "images", IMAGES, "image"),
            _op(method, IMAGES, "images of the owner", f"{IMAGES}?organization={{owner}}", "image", variant="owner's"),
            _op(method, IMAGES, "private images", f"{IMAGES}?public=no", "image", variant="private"),
            _op(method, IMAGE, "show", ONE, "image"),
        )
    ),
    _create(table="create", body=NEW),
    _create(table="create for the owner", body={**NEW, "organization": "{owner}"}, variant="for the owner"),
    _create(table="create public", body={**NEW, **PUBLIC}, variant="public"),
    *(
        operation
        for method in ("PUT", "PATCH")
        for operation in (
            _op(method, IMAGE, "update", ONE, "image", body=RENAMED, stores=True),
            _op(method, IMAGE, "make public", ONE, "image", body=PUBLIC, stores=True, variant="public"),
        )
    ),
    _op("DELETE", IMAGE, "delete", ONE, "image", stores=True),
)
