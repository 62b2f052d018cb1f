"""Requests that mean one version of an image, so that nobody overwrites what somebody else has changed meanwhile."""

import re

from chalicelib.catalog.image import Image
from chalicelib.http.errors import HttpError
from chalicelib.http.message import Request

IF_MATCH = "If-Match"
TAG = r'(?<!/)"[^"]*"'


class VersionChanged(HttpError):
    """The image is not the one that the caller has seen."""

    status = 412

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} has been changed since this version of it")


def entity_tag(image: Image) -> str:
    """What stands for a version of an image in `ETag` and `If-Match`: `"7"`."""
    return f'"{image.version}"'


def check_version(request: Request, image: Image) -> None:
    """Raise VersionChanged if the request names versions, none of which this is."""
    asked = request.header(IF_MATCH)
    if asked is not None and asked.strip() != "*" and entity_tag(image) not in re.findall(TAG, asked):
        raise VersionChanged(image.id)
