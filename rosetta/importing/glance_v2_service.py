"""A Glance's Image API v2, as an import speaks to it: one method a request."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import urllib3

from rosetta.answers import Image, read_image, reading
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.glance_v2_fields import Document, ImageV2, Member, read_image_v2
from rosetta.registry import Fields, Registry

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
OCTETS = {"Content-Type": "application/octet-stream"}


class GlanceV2:
    """The images of a Glance. Each method is a request and raises ServiceError."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def page(self, query: Mapping[str, str]) -> list[ImageV2]:
        """A page of the list."""
        document = self._service.call("GET", "/v2/images", query=query).json
        with reading("list of images"):
            return [read_image_v2(entry) for entry in document["images"]]

    def image(self, image_id: str) -> ImageV2 | None:
        """An image as it stands; None if there is none that the caller may see."""
        try:
            return read_image_v2(self._service.call("GET", _path(image_id)).json)
        except ServiceError as error:
            if error.status != 404:
                raise
            return None

    def create(self, document: Document) -> ImageV2:
        """Register an image that waits for its bytes."""
        return read_image_v2(self._service.call("POST", "/v2/images", document=document).json)

    def patch(self, image_id: str, operations: Sequence[Document]) -> ImageV2:
        """Change an image."""
        body = json.dumps(operations).encode()
        return read_image_v2(self._service.call("PATCH", _path(image_id), headers=PATCH, body=body).json)

    def content(self, image_id: str, /) -> AbstractContextManager[urllib3.BaseHTTPResponse]:
        """The bytes of an image, to be read in pieces, from wherever the service keeps them."""
        return self._service.stream(_path(image_id, "file"))

    def deactivate(self, image_id: str) -> None:
        """Have nobody but administrators download an image."""
        self._service.call("POST", _path(image_id, "actions", "deactivate"))

    def reactivate(self, image_id: str) -> None:
        """Undo that."""
        self._service.call("POST", _path(image_id, "actions", "reactivate"))

    def members(self, image_id: str) -> dict[str, str]:
        """Whom an image is shared with, and what each has made of it."""
        document = self._service.call("GET", _path(image_id, "members")).json
        with reading("list of members"):
            return dict(_member(row) for row in document["members"])

    def add_member(self, image_id: str, tenant: str) -> None:
        """Offer an image to a tenant."""
        self._service.call("POST", _path(image_id, "members"), document={"member": tenant})

    def answer(self, image_id: str, tenant: str, status: str) -> None:
        """Accept or reject the offer, as the tenant itself or as an administrator."""
        self._service.call("PUT", _path(image_id, "members", tenant), document={"status": status})

    def remove_member(self, image_id: str, tenant: str) -> None:
        """Share an image with a tenant no longer."""
        self._service.call("DELETE", _path(image_id, "members", tenant))


class TargetV2(Registry):
    """A Rosetta whose images take bytes as v2 does: where that fails they are queued again, and not killed."""

    def put_bytes(self, image_id: str, content: bytes, fields: Fields | None = None) -> Image:  # noqa: ARG002  # v1's
        """Send all bytes of a queued image inline; status 413 if they are too many for that."""
        self._confirmed("PUT", _path(image_id, "file"), headers=OCTETS, body=content)
        return read_image(self._service.call("GET", _path(image_id)).json)


def _member(row: Any) -> Member:
    return str(row["member_id"]), str(row["status"])


def _path(*segments: str) -> str:
    return "/v2/images/" + "/".join(quote(segment, safe="") for segment in segments)
