"""The arithmetic of parts, and what an upload refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.catalog.errors import Invalid
from chalicelib.catalog.ports import Multipart, Part
from chalicelib.catalog.upload import (
    LARGEST_PART,
    MAX_LINKS,
    MAX_PARTS,
    MEGABYTE,
    SMALLEST_PART,
    USUAL_PART,
    Upload,
    check_parts,
    part_size_for,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MD5 = "0" * 32
TERABYTE = 2**40


def an_upload(size: int, part_size: int) -> Upload:
    return Upload("upload", "image", Multipart("s3://bucket/key", "key"), size, part_size, NOW, NOW + timedelta(days=1))


def received(upload: Upload) -> Upload:
    """The upload with all its parts, each with its number for an ETag."""
    parts = [Part(number, upload.length(number), str(number)) for number in range(1, upload.part_count + 1)]
    return upload._replace(received=parts)


@pytest.mark.parametrize(
    ("size", "part_size", "lengths"),
    [
        (1, 10, [1]),
        (9, 10, [9]),
        (10, 10, [10]),
        (11, 10, [10, 1]),
        (20, 10, [10, 10]),
        (25, 10, [10, 10, 5]),
    ],
)
def test_parts_are_alike_but_the_last(size: int, part_size: int, lengths: list[int]) -> None:
    upload = an_upload(size, part_size)

    assert [upload.length(number) for number in range(1, upload.part_count + 1)] == lengths
    assert received(upload).complete


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [Part(1, 10, "1")],
        [Part(2, 5, "2")],
        [Part(1, 10, "1"), Part(2, 4, "2")],
        [Part(1, 9, "1"), Part(2, 6, "2")],
        [Part(1, 10, "1"), Part(2, 5, "2"), Part(3, 1, "3")],
        [Part(1, 10, "1"), Part(3, 5, "2")],
    ],
    ids=["none", "first", "last", "last too short", "first too short", "one too many", "wrong number"],
)
def test_anything_else_than_all_parts_is_not_complete(parts: list[Part]) -> None:
    upload = an_upload(15, 10)._replace(received=parts)

    assert not upload.complete
    with pytest.raises(Invalid):
        upload.check_complete({part.number: part.etag for part in parts})


@pytest.mark.parametrize(
    ("etags", "reason"),
    [
        ({}, "the ETag of part 1 is 1"),
        ({1: "1"}, "the ETag of part 2 is 2"),
        ({1: "1", 2: "x"}, "the ETag of part 2 is 2"),
        ({1: "1", 2: "2", 3: "3"}, "the parts do not add up to the declared size"),
        ({0: "0", 1: "1", 2: "2"}, "the parts do not add up to the declared size"),
    ],
)
def test_all_parts_have_to_be_named(etags: dict[int, str], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        received(an_upload(15, 10)).check_complete(etags)


def test_the_order_in_which_parts_are_named_is_no_matter() -> None:
    upload = received(an_upload(25, 10))

    upload.check_complete({3: "3", 1: "1", 2: "2"})

    assert upload.complete


@pytest.mark.parametrize(
    ("size", "part_size"),
    [
        (1, USUAL_PART),
        (USUAL_PART * MAX_PARTS, USUAL_PART),
        (USUAL_PART * MAX_PARTS + 1, USUAL_PART + MEGABYTE),
        (TERABYTE, 105 * MEGABYTE),
        (5 * TERABYTE, 525 * MEGABYTE),
    ],
    ids=["a byte", "just fitting", "a byte more", "1 TiB", "5 TiB"],
)
def test_parts_are_as_usual_or_as_large_as_it_takes(size: int, part_size: int) -> None:
    found = part_size_for(size, None)

    assert found == part_size
    assert size <= found * MAX_PARTS


@pytest.mark.parametrize("asked", [SMALLEST_PART, USUAL_PART, LARGEST_PART])
def test_parts_are_as_large_as_was_asked(asked: int) -> None:
    assert part_size_for(asked * MAX_PARTS, asked) == asked


@pytest.mark.parametrize(
    ("size", "asked"),
    [
        (1, SMALLEST_PART - 1),
        (1, LARGEST_PART + 1),
        (1, 0),
        (1, -1),
        (SMALLEST_PART * MAX_PARTS + 1, SMALLEST_PART),
    ],
    ids=["too small", "too large", "zero", "negative", "too many"],
)
def test_parts_that_the_store_does_not_take_are_refused(size: int, asked: int) -> None:
    with pytest.raises(Invalid, match="parts"):
        part_size_for(size, asked)


def test_links_are_asked_for_parts_that_there_are() -> None:
    many = dict.fromkeys(range(1, MAX_LINKS + 1), MD5)

    check_parts({}, 15, 10)
    check_parts(many, 10 * MAX_LINKS, 10)

    with pytest.raises(Invalid, match="at most 100"):
        check_parts({**many, MAX_LINKS + 1: MD5}, 10 * MAX_LINKS + 1, 10)


@pytest.mark.parametrize("number", [-1, 0, 3, 10**30])
def test_a_part_that_there_is_not_is_refused(number: int) -> None:
    with pytest.raises(Invalid, match="parts 1 to 2"):
        check_parts({number: MD5}, 15, 10)


@pytest.mark.parametrize("md5", ["", "0" * 31, "0" * 33, "g" * 32, "A" * 32, "0" * 32 + "\n", "０" * 32])  # noqa: RUF001  # digits of another script
def test_what_is_no_md5_is_refused(md5: str) -> None:
    with pytest.raises(Invalid, match="32 hexadecimal digits"):
        check_parts({1: md5}, 15, 10)
