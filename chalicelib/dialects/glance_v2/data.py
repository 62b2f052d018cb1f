"""Upload and download image data: whole, in ranges, or by redirect (wire §5.3 and §5.4)."""

import re
from dataclasses import replace

from chalicelib.catalog.errors import NotQueued
from chalicelib.catalog.image import Changes, Image, Status
from chalicelib.catalog.ports import Link
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.documents import bodiless
from chalicelib.dialects.glance_v2.rights import allowed, allowed_on, visible
from chalicelib.dialects.glance_v2.schema import FORMATS
from chalicelib.http import media
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage, HttpError, TooLarge
from chalicelib.http.message import Request, Response

OCTETS = "application/octet-stream"
FILE = "/v2/images/{image_id}/file"
SIZE = "x-openstack-image-size"
LINK = "link"
LINKED = {"Preference-Applied": LINK}
WITHOUT_BYTES = frozenset({Status.QUEUED, Status.UPLOADING, Status.SAVING})
DIGITS = "[0-9]{1,1000}"
RANGE = rf"(?i:bytes)=\s*(?:({DIGITS})-((?:{DIGITS})?)|-({DIGITS}))\s*"


class OctetsExpected(HttpError):
    """The media type of the data is not `application/octet-stream`."""

    status = 415

    def __init__(self) -> None:
        super().__init__(f"Unsupported Content-Type. It must be {OCTETS}.")


class RangeUnknown(HttpError):
    """The range is outside of the data."""

    status = 416

    def __init__(self, text: str, size: int) -> None:
        super().__init__(f"The image of {size} bytes has no range '{text}'")
        self.size = size


def parse_content(request: Request, limit: int) -> bytes:
    """The data of a request. Raises OctetsExpected; BadMessage if its size is not the announced one."""
    if media.content_type(request) != OCTETS:
        raise OctetsExpected
    announced = request.header(SIZE)
    if announced is None:
        return request.body
    if not re.fullmatch("[0-9]{1,18}", announced.strip()):
        raise BadMessage(SIZE, f"Invalid or missing image size: {announced}")
    size = len(request.body)
    if int(announced) != size and size <= limit:
        raise BadMessage(SIZE, f"Size mismatch: expected {int(announced)} bytes, got {size} bytes")
    return request.body


def check_passable(content: bytes, limit: int) -> None:
    """Refuse data that is too large for a request, and name the alternatives."""
    if len(content) > limit:
        raise TooLarge(
            f"At most {limit} bytes of image data can be sent this way. Have larger images fetched"
            " (POST /v2/images/{id}/import, method web-download), or send them in parts"
            " (POST /v1/images/{id}/uploads)"
        )


def check_formats(image: Image) -> None:
    """Refuse data for an image without formats."""
    missing = [name for name in FORMATS if getattr(image, name) is None]
    if missing:
        noun = "Property" if len(missing) == 1 else "Properties"
        raise BadMessage("body", f"{noun} {', '.join(missing)} must be set prior to saving data.")


def upload_file(catalog: Catalog, request: Request, image_id: str) -> Response:
    limit = catalog.limits.inline_bytes
    content = parse_content(request, limit)

    def begin(image: Image) -> Changes:
        if not image.waits:
            raise NotQueued(image.id, image.status)
        check_formats(image)
        check_passable(content, limit)
        return {"status": Status.SAVING, "retriable": True}

    with allowed_on(catalog, request, image_id, "upload_image") as known_id:
        image = catalog.update(known_id, begin)
    catalog.content.upload(image, content)
    return Response(status=204)


def download_file(catalog: Catalog, request: Request, image_id: str) -> Response:
    with allowed(catalog, request, "download_image"):
        image = visible(catalog, image_id)
    if image.status in WITHOUT_BYTES:
        return Response(status=204)
    content = _content(catalog, image)
    checksum = {} if image.checksum is None else {"Content-MD5": image.checksum}
    if isinstance(content, Link):
        place = {"Location": content.url, **checksum}
        if prefers_link(request):
            return Response(status=204, headers={**place, **LINKED})
        return Response(status=302, headers=place)
    wanted = request.header("range")
    part = None if wanted is None else parse_range(wanted, len(content))
    headers = {"Content-Type": OCTETS, **checksum}
    if part is None:
        return Response(content, headers={**headers, "Content-Length": str(len(content))})
    told = f"bytes {part.start}-{part.stop - 1}/{len(content)}"
    headers |= {"Content-Range": told, "Content-Length": str(len(part))}
    return Response(content[part.start : part.stop], 206, headers)


def prefers_link(request: Request) -> bool:
    """Whether the client prefers a link to a redirect, which scripts in browsers cannot see."""
    preferences = (request.header("prefer") or "").split(",")
    return any(each.partition(";")[0].strip().lower() == LINK for each in preferences)


def _content(catalog: Catalog, image: Image) -> bytes | Link:
    """Read the data; of deactivated images only for administrators. Raises as `Content.read`, and ImageDeactivated."""
    if image.status is Status.DEACTIVATED and catalog.principal.is_admin:
        image = replace(image, status=Status.ACTIVE)
    return catalog.content.read(image)


def parse_range(text: str, size: int) -> range:
    """Parse one range: `bytes=1-3`, `bytes=2-` or `bytes=-2`. Raises RangeUnknown, and BadMessage for several."""
    if "," in text:
        raise BadMessage("range", "Only one range of bytes can be asked for at once")
    found = re.fullmatch(RANGE, text)
    if found is None:
        raise RangeUnknown(text, size)
    first, last, suffix = found.groups()
    if suffix is not None:
        part = range(max(size - int(suffix), 0), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise RangeUnknown(text, size)
    return part


ROUTES = (
    Route("GET", FILE, bodiless(download_file), heads=False),
    Route("PUT", FILE, upload_file),
)
