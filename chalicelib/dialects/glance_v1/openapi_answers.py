"""The answers that operations of this dialect share, errors among them (wire §2 and §6)."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalicelib.dialects.glance_v1.errors import STATUS
from chalicelib.dialects.glance_v1.openapi_headers import IMAGE_HEADERS, MORE_IMAGE_HEADERS
from chalicelib.dialects.glance_v1.openapi_schemas import OCTETS, TEXT
from chalicelib.dialects.glance_v1.schema import OCTETS as OCTET_STREAM
from chalicelib.http import errors
from chalicelib.http.openapi import Answer, Schema, ref

LOCATION: Mapping[str, Schema] = {"Location": {"type": "string", "format": "uri"}}
ALWAYS: Mapping[str, Schema] = {
    "x-openstack-request-id": {"type": "string", "pattern": "^req-", "description": "`req-` and the id of the request"}
}
"""The header that every answer has."""
OF_ERRORS: Mapping[int, Mapping[str, Schema]] = {401: {"WWW-Authenticate": TEXT}, 405: {"Allow": TEXT}}
HTTP_ERRORS = (
    errors.BadMessage,
    errors.Unauthorized,
    errors.Refused,
    errors.MethodNotAllowed,
    errors.TooLarge,
    errors.ServerError,
)

LISTS = (400, 403, 503)
READS = (403, 404, 503)
WRITES = (400, 403, 404, 409, 503)
CLOSED_STORE = (410,)
"""Of operations that need the store of the bytes."""


def answer(description: str, schema: str | None = None, example: Any = None) -> Answer:
    """One with a document of this schema, or without any body."""
    return Answer(description, None if schema is None else ref(schema), headers=ALWAYS, example=example)


def _error(status: int) -> Answer:
    """In the form that `Accept` asks for."""
    return Answer(
        HTTPStatus(status).phrase,
        ref("GlanceError"),
        headers={**ALWAYS, **OF_ERRORS.get(status, {})},
        others={"text/html": TEXT, "text/plain": TEXT},
    )


ERRORS = {status: _error(status) for status in {*STATUS.values(), *(error.status for error in HTTP_ERRORS)}}

AN_IMAGE: Mapping[str, Any] = {
    "id": "71c675ab-d94f-49cd-a114-e12490b328d9",
    "name": "web golden",
    "disk_format": "qcow2",
    "container_format": "bare",
    "size": 4979632,
    "checksum": "8a40c862b5735975d82605c1dd395796",
    "virtual_size": None,
    "status": "active",
    "is_public": False,
    "protected": False,
    "min_disk": 0,
    "min_ram": 512,
    "owner": "t1",
    "created_at": "2016-05-10T21:35:15.000000",
    "updated_at": "2016-05-10T21:35:19.000000",
    "deleted_at": None,
    "deleted": False,
    "properties": {"architecture": "x86_64"},
}

NOTHING = answer("Done")
THE_IMAGE = replace(
    answer("The image", "GlanceImageAnswer", {"image": AN_IMAGE}),
    more_headers={"ETag": MORE_IMAGE_HEADERS["ETag"]},
)
NEW_IMAGE = replace(THE_IMAGE, headers={**ALWAYS, **LOCATION})
IN_HEADERS = Answer(
    "The image in headers, a property of it in `x-image-meta-property-<name>`",
    headers={**ALWAYS, **IMAGE_HEADERS},
    more_headers=MORE_IMAGE_HEADERS,
)
THE_BYTES = replace(IN_HEADERS, description="The bytes", schema=OCTETS, media=OCTET_STREAM)
BYTES_ELSEWHERE = replace(
    IN_HEADERS, description="The bytes are at `Location`", headers={**IN_HEADERS.headers, **LOCATION}
)
