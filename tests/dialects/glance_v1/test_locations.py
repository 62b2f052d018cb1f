"""Images whose bytes somebody else keeps, and may change: what was registered is served, or nothing."""

from dataclasses import replace

import pytest

from tests.api import ELSEWHERE, Api, Caller
from tests.dialects.glance_v1.glance import RAW, MakeApi, create, header_block, meta, record, says

DATA = b"the bytes that were registered"
WAYS = pytest.mark.parametrize("limit", ["1000", "1"], ids=["inline", "by redirect"])


@pytest.fixture
def path(api: Api, t1: Caller) -> str:
    """An image that is registered where its bytes are."""
    image = create(t1, {**RAW, **meta(location=api.put_elsewhere("latest.img", DATA))})
    return f"/v1/images/{image['id']}"


@WAYS
@pytest.mark.parametrize("now", [DATA[::-1], DATA + b"more", DATA[:-1], b""], ids=["as many", "more", "fewer", "none"])
def test_bytes_that_were_overwritten_are_not_served(
    api: Api, make_api: MakeApi, t1: Caller, path: str, limit: str, now: bytes
) -> None:
    reader = t1.through(make_api(MAX_INLINE_BYTES=limit))
    before = reader.get(path)
    api.put_elsewhere("latest.img", now)

    answer = reader.get(path)

    assert before.status == (200 if limit == "1000" else 302)
    assert answer.status == 404
    assert says(answer, "its bytes were deleted or replaced in their store")
    assert header_block(t1.head(path))["size"] == str(len(DATA))


@WAYS
def test_bytes_that_went_are_not_served(api: Api, make_api: MakeApi, t1: Caller, path: str, limit: str) -> None:
    api.world.blobs.client().delete_object(Bucket=ELSEWHERE, Key="latest.img")

    assert t1.through(make_api(MAX_INLINE_BYTES=limit)).get(path).status == 404


@WAYS
def test_bytes_that_were_put_back_are_served_again(
    api: Api, make_api: MakeApi, t1: Caller, path: str, limit: str
) -> None:
    for content in (b"others", DATA):
        api.put_elsewhere("latest.img", content)

    assert t1.through(make_api(MAX_INLINE_BYTES=limit)).get(path).status in (200, 302)


@WAYS
def test_an_image_whose_bytes_were_never_marked_is_known_by_its_size(
    api: Api, make_api: MakeApi, t1: Caller, path: str, limit: str
) -> None:
    """As are those that were registered before marks were kept."""
    old = record(api, path.rpartition("/")[2])
    api.world.images.save(old, replace(old, location_version=None))
    reader = t1.through(make_api(MAX_INLINE_BYTES=limit))

    before = reader.get(path)
    api.put_elsewhere("latest.img", DATA + b"more")

    assert before.status in (200, 302)
    assert reader.get(path).status == 404


def test_a_location_that_is_given_later_is_marked_too(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)
    path = f"/v1/images/{image['id']}"

    placed = t1.put(path, meta(location=api.put_elsewhere("latest.img", DATA)))
    api.put_elsewhere("latest.img", DATA[::-1])

    assert placed.json["image"]["status"] == "active"
    assert t1.get(path).status == 404


def test_the_mark_of_the_bytes_is_shown_to_nobody(api: Api, t1: Caller, path: str) -> None:
    mark = (record(api, path.rpartition("/")[2]).location_version or "").strip('"')

    answers = [t1.head(path), t1.get("/v1/images/detail")]

    assert mark
    assert not any(mark in answer.text or mark in str(answer.headers) for answer in answers)
