"""devops-service; an image is known by the id that its client has chosen, or by its UUID."""

from functools import partial

from tests.permissions.operations.operation import Operation

LIST, IMAGE, ONE = "/v3/images", "/v3/image/{image_id}", "/v3/image/{id}"
JSON = {"Content-Type": "application/json"}
NEW = {"id": "{new}", "provider": "ec2", "remote_user": "root"}

_op = partial(Operation, "devops_service")
_create = partial(_op, "POST", "/v3/image", target="/v3/image", headers=JSON, stores=True, creates=True)

OPERATIONS = (
    *(
        operation
        for about in ("chosen id", "image")
        for operation in (
            _op("GET", LIST, "images", LIST, about, variant=about),
            _op("GET", LIST, "images", f"{LIST}?provider=ec2", about, variant=f"of a provider, {about}"),
            _op("GET", IMAGE, "show", ONE, about, variant=about),
            _op("PUT", IMAGE, "update", ONE, about, JSON, {"name": "{new}"}, stores=True, variant=about),
            _op("DELETE", IMAGE, "delete", ONE, about, stores=True, variant=about),
            _create(table="create again", about=about, body={**NEW, "id": "{id}"}, variant=f"again, {about}"),
        )
    ),
    _create(table="create", body=NEW),
    _op("GET", "/v3/images/provider/{provider}", "choices", "/v3/images/provider/ec2", "image"),
    _op("GET", "/v3/providers", "lists of words", "/v3/providers"),
    _op("GET", "/v3/templates", "lists of words", "/v3/templates"),
)
