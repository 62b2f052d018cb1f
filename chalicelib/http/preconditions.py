"""Conditional requests (`If-Match`), so that clients do not overwrite each other's changes."""

import re

from chalicelib.catalog.image import Image
from chalicelib.http.errors import HttpError
from chalicelib.http.message import Request

IF_MATCH = "If-Match"
TAG = r'(?<!/)"[^"]*"'


class VersionChanged(HttpError):
    """The image is no longer in a version that the request names."""

    status = 412

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} has changed since the version in {IF_MATCH}")


def entity_tag(image: Image) -> str:
    """The version of an image in `ETag` and `If-Match`: `"7"`."""
    return f'"{image.version}"'


def check_version(request: Request, image: Image) -> None:
    """Raise VersionChanged if the request has `If-Match`, and this version is not in it."""
    asked = request.header(IF_MATCH)
    if asked is not None and asked.strip() != "*" and entity_tag(image) not in re.findall(TAG, asked):
        raise VersionChanged(image.id)
