"""Files on web servers, read from any byte on."""

import gzip

import pytest
from urllib3.exceptions import HTTPError

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.storage.sources import WebSource
from tests.storage.web import CONTENT, DATE, SIZE, VERSION, Web

ANY = WebSource(allowed=lambda address: True)
WHOLE = len(CONTENT)
OTHER = '"2-def"'
HALF = {"Content-Range": f"bytes 512-{WHOLE - 1}/{WHOLE}"}


def read(url: str, offset: int = 0, version: str = "") -> bytes:
    """What comes from there."""
    with ANY.read_from(url, offset, version) as reading:
        return b"".join(reading.pieces)


def test_from_the_beginning_a_server_needs_no_parts(web: Web) -> None:
    with ANY.read_from(web.url("/file"), 0, "") as reading:
        assert (reading.size, reading.version) == (WHOLE, "")
        assert b"".join(reading.pieces) == CONTENT

    assert web.ranges == [None]


@pytest.mark.parametrize("offset", [1, 512, WHOLE - 1])
def test_the_rest_of_a_file_is_read(web: Web, offset: int) -> None:
    with ANY.read_from(web.url("/parts"), offset, "") as reading:
        assert (reading.size, reading.version) == (WHOLE, VERSION)
        assert b"".join(reading.pieces) == CONTENT[offset:]

    assert web.ranges == [f"bytes={offset}-"]


def test_a_file_that_was_read_to_its_end_has_nothing_left(web: Web) -> None:
    with ANY.read_from(web.url("/parts"), WHOLE, VERSION) as reading:
        assert (reading.size, reading.version) == (WHOLE, VERSION)
        assert list(reading.pieces) == []


def test_an_empty_file_has_no_pieces(web: Web) -> None:
    with ANY.read_from(web.answer("/empty", 200, {"Content-Length": "0"}, b""), 0, "") as reading:
        assert reading.size == 0
        assert list(reading.pieces) == []


def test_a_size_that_is_not_announced_is_unknown(web: Web) -> None:
    with ANY.read_from(web.url("/endless"), 0, "") as reading:
        assert reading.size is None
        assert b"".join(reading.pieces) == CONTENT


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"ETag": VERSION, "Last-Modified": DATE}, VERSION),
        ({"ETag": f"W/{VERSION}", "Last-Modified": DATE}, DATE),
        ({"ETag": "unquoted", "Last-Modified": DATE}, DATE),
        ({"Last-Modified": DATE}, DATE),
        ({"ETag": f"W/{VERSION}"}, ""),
        ({}, ""),
    ],
    ids=["strong-tag", "weak-tag-and-date", "no-tag-and-date", "date", "weak-tag", "nothing"],
)
def test_a_version_is_what_changes_with_the_bytes(web: Web, headers: dict[str, str], version: str) -> None:
    first, second = web.answer("/1", 200, headers), web.answer("/2", 206, headers | HALF, CONTENT[512:])

    for url, offset in ((first, 0), (second, 512)):
        with ANY.read_from(url, offset, version) as reading:
            assert reading.version == version
            assert b"".join(reading.pieces) == CONTENT[offset:]


@pytest.mark.parametrize("headers", [{"ETag": OTHER}, {"ETag": f"W/{VERSION}"}, {"Last-Modified": DATE}, {}])
@pytest.mark.parametrize(("status", "offset"), [(200, 0), (206, 512)])
def test_a_file_of_another_version_is_refused(web: Web, status: int, offset: int, headers: dict[str, str]) -> None:
    url = web.answer("/file", status, headers | HALF, CONTENT[offset:])

    with pytest.raises(SourceRefused, match="changed while it was being copied"):
        read(url, offset, VERSION)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": f"bytes */{WHOLE - 1}"},
        {"Content-Range": f"bytes */{WHOLE + 1}"},
        {"Content-Range": f"bytes */{WHOLE}", "ETag": OTHER},
        {"Content-Range": "bytes */*"},
        {},
    ],
    ids=["shorter", "longer", "other-version", "unknown", "missing"],
)
def test_a_file_that_ends_elsewhere_now_is_refused(web: Web, headers: dict[str, str]) -> None:
    url = web.answer("/file", 416, headers, b"")

    with pytest.raises(SourceRefused, match="changed while it was being copied"):
        read(url, WHOLE, VERSION)


def test_a_server_without_parts_is_refused_where_one_is_needed(web: Web) -> None:
    with pytest.raises(SourceRefused, match="has to support Range requests"):
        read(web.url("/file"), 1)


@pytest.mark.parametrize(
    "span",
    [
        "",
        f"bytes 0-{WHOLE - 1}/{WHOLE}",
        f"bytes 513-{WHOLE - 1}/{WHOLE}",
        f"bytes 512-{WHOLE}/{WHOLE}",
        f"bytes 512-511/{WHOLE}",
        f"bytes 512-{WHOLE - 1}/*",
        f"bytes 512-/{WHOLE}",
        f"lines 512-{WHOLE - 1}/{WHOLE}",
        f"bytes 512-{'9' * 5000}/{'9' * 5001}",
    ],
)
def test_a_part_that_was_not_asked_for_is_refused(web: Web, span: str) -> None:
    url = web.answer("/file", 206, {"Content-Range": span}, CONTENT[512:])

    with pytest.raises(SourceRefused, match="different range"):
        read(url, 512)


@pytest.mark.parametrize(
    ("path", "offset"), [("/partial", 0), ("/forbidden", 0), ("/forbidden", 1)], ids=["part", "first", "rest"]
)
def test_any_other_answer_is_refused(web: Web, path: str, offset: int) -> None:
    with pytest.raises(SourceRefused, match=r"answers (206|403)"):
        read(web.url(path), offset)


@pytest.mark.parametrize("path", ["/missing", "/gone"])
@pytest.mark.parametrize("offset", [0, 512])
def test_a_file_that_is_not_there_is_not_found(web: Web, path: str, offset: int) -> None:
    with pytest.raises(SourceNotFound):
        read(web.url(path), offset, VERSION)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("offset", [0, 512])
def test_a_server_that_is_busy_may_be_asked_again(web: Web, status: int, offset: int) -> None:
    url = web.answer("/busy", status, {"Last-Modified": DATE}, b"")

    with pytest.raises(StoreUnavailable):
        read(url, offset, VERSION)


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Length": "512"}, CONTENT[513:]),
        ({"Transfer-Encoding": "chunked"}, b"200\r\n" + CONTENT[513:]),
        ({"Transfer-Encoding": "chunked"}, b"1ff\r\n" + CONTENT[513:] + b"\r\n"),
        ({"Transfer-Encoding": "chunked"}, b"1ff\r\n" + CONTENT[513:] + b"\r\n0\r\n\r\n"),
        ({"Transfer-Encoding": "chunked"}, b"x"),
        ({}, CONTENT[513:]),
        ({}, b""),
    ],
    ids=["length", "chunk", "no-last-chunk", "chunks", "no-chunk", "closed", "nothing"],
)
def test_a_part_that_ends_early_is_unavailable(web: Web, headers: dict[str, str], content: bytes) -> None:
    url = web.answer("/file", 206, headers | HALF, content)

    with ANY.read_from(url, 512, "") as reading, pytest.raises(StoreUnavailable):
        list(reading.pieces)


def test_a_part_that_was_to_end_early_is_read_that_far(web: Web) -> None:
    url = web.answer("/file", 206, {"Content-Range": f"bytes 512-767/{WHOLE}", "Content-Length": "256"}, CONTENT[:256])

    with ANY.read_from(url, 512, "") as reading:
        assert next(reading.pieces) == CONTENT[:256]
        with pytest.raises(StoreUnavailable, match="less than its Content-Length"):
            next(reading.pieces)


@pytest.mark.parametrize("path", ["/short", "/silent"])
def test_a_file_that_breaks_off_is_unavailable(web: Web, path: str) -> None:
    with pytest.raises(StoreUnavailable):
        read(web.url(path))


def test_no_more_is_taken_than_was_announced(web: Web) -> None:
    url = web.answer("/file", 206, HALF, CONTENT[512:] + b"x")
    taken: list[bytes] = []

    with ANY.read_from(url, 512, "") as reading, pytest.raises(StoreUnavailable, match="more than its Content-Length"):
        taken.extend(reading.pieces)

    assert sum(map(len, taken)) <= 512


@pytest.mark.parametrize("encoding", ["gzip", "x-unknown"])
def test_nothing_is_decoded(web: Web, encoding: str) -> None:
    packed = gzip.compress(CONTENT)
    headers = {"Content-Encoding": encoding, "Content-Length": str(len(packed))}

    assert read(web.answer("/packed", 200, headers, packed)) == packed


def test_pieces_have_a_megabyte_at_most(web: Web) -> None:
    content = bytes(3 << 20)

    with ANY.read_from(web.answer("/large", 200, {}, content), 0, "") as reading:
        lengths = [len(piece) for piece in reading.pieces]

    assert sum(lengths) == len(content)
    assert max(lengths) <= 1 << 20


def test_a_piece_is_there_as_soon_as_it_was_sent(web: Web) -> None:
    with ANY.read_from(web.answer("/dripping", 200, SIZE), 0, "") as reading:
        first = next(reading.pieces)
        web.gate.set()

        assert first == CONTENT[:1]
        assert b"".join(reading.pieces) == CONTENT[1:]


def test_what_goes_wrong_where_the_pieces_go_is_not_blamed_on_the_server(web: Web) -> None:
    ours = HTTPError("the place where the pieces go")

    with pytest.raises(HTTPError) as caught, ANY.read_from(web.url("/file"), 0, ""):
        raise ours

    assert caught.value is ours
