"""A client of Glance v2: one method per request."""

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
    """A Glance v2. Each method is one request and raises ServiceError."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def page(self, query: Mapping[str, str]) -> list[ImageV2]:
        """A page of the list."""
        document = self._service.call("GET", "/v2/images", query=query).json
        with reading("list of images"):
            return [read_image_v2(entry) for entry in document["images"]]

    def image(self, image_id: str) -> ImageV2 | None:
        """The image, or None if it does not exist or is not visible."""
        try:
            return read_image_v2(self._service.call("GET", _path(image_id)).json)
        except ServiceError as error:
            if error.status != 404:
                raise
            return None

    def create(self, document: Document) -> ImageV2:
        """Register an image without data."""
        return read_image_v2(self._service.call("POST", "/v2/images", document=document).json)

    def patch(self, image_id: str, operations: Sequence[Document]) -> ImageV2:
        """Change an image."""
        body = json.dumps(operations).encode()
        return read_image_v2(self._service.call("PATCH", _path(image_id), headers=PATCH, body=body).json)

    def content(self, image_id: str, /) -> AbstractContextManager[urllib3.BaseHTTPResponse]:
        """The response with the data of an image, after redirects, to be read in blocks."""
        return self._service.stream(_path(image_id, "file"))

    def deactivate(self, image_id: str) -> None:
        """Block downloads of an image, except by administrators."""
        self._service.call("POST", _path(image_id, "actions", "deactivate"))

    def reactivate(self, image_id: str) -> None:
        """Allow downloads again."""
        self._service.call("POST", _path(image_id, "actions", "reactivate"))

    def members(self, image_id: str) -> dict[str, str]:
        """The members of an image and their answers."""
        document = self._service.call("GET", _path(image_id, "members")).json
        with reading("list of members"):
            return dict(_member(row) for row in document["members"])

    def add_member(self, image_id: str, tenant: str) -> None:
        """Share an image with a tenant, who has yet to accept."""
        self._service.call("POST", _path(image_id, "members"), document={"member": tenant})

    def answer(self, image_id: str, tenant: str, status: str) -> None:
        """Accept or reject an image for a tenant: its own users and administrators may."""
        self._service.call("PUT", _path(image_id, "members", tenant), document={"status": status})

    def remove_member(self, image_id: str, tenant: str) -> None:
        """Stop sharing an image with a tenant."""
        self._service.call("DELETE", _path(image_id, "members", tenant))


class TargetV2(Registry):
    """A Rosetta that receives data through v2: after a failure the image is queued again instead of killed."""

    def put_bytes(self, image_id: str, content: bytes, fields: Fields | None = None) -> Image:  # noqa: ARG002  # v1's
        """Send the data of a queued image inline; ServiceError with status 413 if it is too large."""
        self._confirmed("PUT", _path(image_id, "file"), headers=OCTETS, body=content)
        return read_image(self._service.call("GET", _path(image_id)).json)


def _member(row: Any) -> Member:
    return str(row["member_id"]), str(row["status"])


def _path(*segments: str) -> str:
    return "/v2/images/" + "/".join(quote(segment, safe="") for segment in segments)
