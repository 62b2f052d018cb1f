"""Bytes that come to S3 in parts, and what storage makes of S3's errors."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.exceptions import ConnectionClosedError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import (
    CatalogError,
    SourceNotFound,
    SourceRefused,
    StoreDisabled,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)
from chalicelib.catalog.ports import Multipart
from tests.api import ELSEWHERE, Api
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5, pieces

DATA = content(12 * MEGABYTE)
PLACE = Multipart("s3://rosetta-images/image/name", "unknown")
SOURCE = f"s3://{ELSEWHERE}/disk.raw"
VERSION = f'"{md5(SMALL)}"'
WHOLE = 0, len(SMALL) - 1


@pytest.fixture
def world(api: Api) -> World:
    return api.world


@contextmanager
def paged(world: World, operation: str, name: str, size: int) -> Iterator[list[str]]:
    """Limit S3's lists to pages of `size`; yields an entry for each page."""
    events, pages = world.blobs.client().meta.events, []

    def shorten(params: dict[str, Any], **_: Any) -> None:
        pages.append("page")
        params[name] = size

    events.register(f"provide-client-params.s3.{operation}", shorten)
    try:
        yield pages
    finally:
        events.unregister(f"provide-client-params.s3.{operation}", shorten)


def test_parts_make_an_object(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    for number, piece in enumerate(pieces(DATA), 1):
        world.multiparts.put(multipart, number, piece)
    parts = world.multiparts.parts(multipart) or []

    world.multiparts.complete(multipart, parts)

    assert multipart.location == f"s3://{world.blobs.bucket}/image/name"
    assert [(part.number, part.size) for part in parts] == [(1, PART), (2, PART), (3, 2 * MEGABYTE)]
    assert [part.etag for part in parts] == [md5(piece) for piece in pieces(DATA)]
    assert world.blobs.size(multipart.location) == len(DATA)
    assert b"".join(world.blobs.pieces(multipart.location, 0, len(DATA))) == DATA


def test_an_object_may_be_of_no_bytes(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    world.multiparts.put(multipart, 1, b"")

    world.multiparts.complete(multipart, world.multiparts.parts(multipart) or [])

    assert world.blobs.size(multipart.location) == 0


def test_parts_are_listed_by_number(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    before = world.multiparts.parts(multipart)

    for number in (3, 1, 2):
        world.multiparts.put(multipart, number, bytes([number]))

    assert before == []
    assert [part.number for part in world.multiparts.parts(multipart) or []] == [1, 2, 3]


def test_more_parts_than_a_page_has_are_all_listed(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    for number in range(1, 6):
        world.multiparts.put(multipart, number, bytes([number]))

    with paged(world, "ListParts", "MaxParts", 2) as pages:
        parts = world.multiparts.parts(multipart) or []

    assert [part.number for part in parts] == [1, 2, 3, 4, 5]
    assert len(pages) == 3


def test_what_is_still_to_come_is_listed_by_image(world: World) -> None:
    mine = [world.multiparts.begin("image", name) for name in ("1", "2", "3")]
    world.multiparts.begin("image-2", "1")

    found = world.multiparts.begun("image")

    assert sorted(found) == sorted(mine)
    assert world.multiparts.begun("other") == []


def test_a_part_goes_by_its_link_without_credentials(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    link = world.multiparts.link(multipart, 1, len(SMALL), md5(SMALL))

    answer = requests.put(link.url, data=SMALL, headers=link.headers, timeout=10)

    [part] = world.multiparts.parts(multipart) or []
    assert answer.status_code == 200
    assert (part.number, part.size, part.etag) == (1, len(SMALL), md5(SMALL))


def test_a_link_is_for_one_part_of_one_upload_and_an_hour(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")

    link = world.multiparts.link(multipart, 7, 12345, md5(SMALL))

    url = urlsplit(link.url)
    asked = parse_qs(url.query)
    assert (url.scheme, url.path.endswith("/image/name")) == ("https", True)
    assert (asked["partNumber"], asked["uploadId"]) == (["7"], [multipart.key])
    assert (asked["X-Amz-Expires"], asked["X-Amz-Algorithm"]) == (["3600"], ["AWS4-HMAC-SHA256"])
    assert asked["X-Amz-SignedHeaders"] == ["content-length;content-md5;host"]
    assert base64.b64decode(link.headers["Content-MD5"]).hex() == md5(SMALL)
    assert link.headers == {"Content-MD5": link.headers["Content-MD5"], "Content-Length": "12345"}


@pytest.mark.parametrize("end", ["complete", "abort"])
def test_what_is_over_has_no_parts(world: World, end: str) -> None:
    multipart = world.multiparts.begin("image", "name")
    world.multiparts.put(multipart, 1, SMALL)

    if end == "complete":
        world.multiparts.complete(multipart, world.multiparts.parts(multipart) or [])
    else:
        world.multiparts.abort(multipart)

    assert world.multiparts.parts(multipart) is None
    assert world.multiparts.begun("image") == []


def test_what_is_aborted_twice_is_aborted(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")

    for _ in range(2):
        world.multiparts.abort(multipart)

    assert world.multiparts.begun("image") == []


def test_what_is_aborted_after_it_was_completed_stays(world: World) -> None:
    multipart = world.multiparts.begin("image", "name")
    world.multiparts.put(multipart, 1, SMALL)
    world.multiparts.complete(multipart, world.multiparts.parts(multipart) or [])

    world.multiparts.abort(multipart)

    assert world.blobs.get(multipart.location) == SMALL


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_to_what_is_over_nothing_can_be_added(api: Api, operation: str) -> None:
    with api.s3_fault(operation, "NoSuchUpload", 404), pytest.raises(StoreError):
        CALLS[operation](api.world)


def test_an_object_is_measured_and_copied_in_parts(api: Api) -> None:
    store, url = api.world.multiparts, api.put_elsewhere("disk.raw", DATA)
    multipart = store.begin("image", "name")

    size, version = store.measure(url)
    store.copy(multipart, 1, url, version, (0, PART - 1))
    store.copy(multipart, 2, url, version, (PART, size - 1))
    store.complete(multipart, store.parts(multipart) or [])

    assert (size, version) == (len(DATA), f'"{md5(DATA)}"')
    assert b"".join(api.world.blobs.pieces(multipart.location, 0, size)) == DATA


def test_an_object_that_changed_is_not_copied(api: Api) -> None:
    store, url = api.world.multiparts, api.put_elsewhere("disk.raw", SMALL)
    multipart = store.begin("image", "name")

    with (
        api.s3_fault("UploadPartCopy", "PreconditionFailed", 412),
        pytest.raises(SourceRefused, match="changed while it was being copied"),
    ):
        store.copy(multipart, 1, url, VERSION, WHOLE)


Call = Callable[[World], object]
CALLS: dict[str, Call] = {
    "CreateMultipartUpload": lambda world: world.multiparts.begin("image", "name"),
    "ListMultipartUploads": lambda world: world.multiparts.begun("image"),
    "ListParts": lambda world: world.multiparts.parts(PLACE),
    "UploadPart": lambda world: world.multiparts.put(PLACE, 1, b""),
    "CompleteMultipartUpload": lambda world: world.multiparts.complete(PLACE, []),
    "AbortMultipartUpload": lambda world: world.multiparts.abort(PLACE),
}
SOURCES: dict[str, Call] = {
    "HeadObject": lambda world: world.multiparts.measure(SOURCE),
    "UploadPartCopy": lambda world: world.multiparts.copy(PLACE, 1, SOURCE, VERSION, WHOLE),
}
EACH_CALL = pytest.mark.parametrize("operation", CALLS)
EACH_SOURCE = pytest.mark.parametrize("operation", SOURCES)


@EACH_CALL
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NoSuchBucket", 404, StoreDisabled),
        ("AccessDenied", 403, StoreRefused),
        ("SlowDown", 503, StoreUnavailable),
        ("ServiceUnavailable", 503, StoreUnavailable),
        ("InternalError", 500, StoreUnavailable),
        ("InvalidRequest", 400, StoreError),
    ],
)
def test_an_error_of_s3_is_told_in_the_words_of_the_catalogue(
    api: Api, operation: str, code: str, status: int, error: type[StoreError]
) -> None:
    with api.s3_fault(operation, code, status), pytest.raises(StoreError) as refusal:
        CALLS[operation](api.world)

    assert type(refusal.value) is error
    assert "as the test asks" not in str(refusal.value)


@EACH_SOURCE
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("404", 404, SourceNotFound),
        ("NoSuchKey", 404, SourceNotFound),
        ("NoSuchBucket", 404, SourceNotFound),
        ("403", 403, SourceNotFound),
        ("AccessDenied", 403, SourceNotFound),
        ("412", 412, SourceRefused),
        ("PreconditionFailed", 412, SourceRefused),
        ("SlowDown", 503, StoreUnavailable),
        ("503", 503, StoreUnavailable),
        ("NoSuchUpload", 404, StoreError),
        ("InternalError", 500, StoreUnavailable),
        ("InvalidRequest", 400, StoreError),
    ],
)
def test_an_error_may_be_one_of_the_source(
    api: Api, operation: str, code: str, status: int, error: type[CatalogError]
) -> None:
    with api.s3_fault(operation, code, status), pytest.raises(CatalogError) as refusal:
        SOURCES[operation](api.world)

    assert type(refusal.value) is error
    assert "as the test asks" not in str(refusal.value)


@pytest.mark.parametrize("operation", [*CALLS, *SOURCES])
def test_a_store_that_does_not_answer_is_unavailable(api: Api, operation: str) -> None:
    def hang_up() -> None:
        raise ConnectionClosedError(endpoint_url="https://s3.example")

    with api.on_s3(operation, hang_up), pytest.raises(StoreUnavailable):
        {**CALLS, **SOURCES}[operation](api.world)
