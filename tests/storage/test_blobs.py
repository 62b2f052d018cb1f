"""The bytes of images in S3, and what storage makes of S3's errors."""

from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ConnectionClosedError, NoCredentialsError

from chalicelib.bootstrap import Aws, World
from chalicelib.catalog.errors import StoreDisabled, StoreError, StoreRefused, StoreUnavailable
from chalicelib.catalog.ports import Located
from chalicelib.storage.blobs import S3BlobStore
from chalicelib.storage.links import ClientLinks
from chalicelib.storage.sources import WebSource
from tests.api import ELSEWHERE, Api
from tests.conftest import MakeApi
from tests.storage.web import CONTENT, VERSION, File, Resolver, Web, serving

PUT, GET, HEAD, DELETE = "PutObject", "GetObject", "HeadObject", "DeleteObject"


@pytest.fixture
def world(api: Api) -> World:
    return api.world


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 5000], ids=["empty", "binary"])
def test_bytes_are_read_as_they_were_stored(api: Api, content: bytes) -> None:
    location = api.world.blobs.put("image", content)

    assert api.world.blobs.get(location) == content


def test_bytes_whose_store_does_not_say_that_it_has_them_are_removed(api: Api) -> None:
    def lose(**_: object) -> None:
        raise ConnectionClosedError(endpoint_url="https://s3.example")

    events = api.world.blobs.client().meta.events
    events.register_first("after-call.s3.PutObject", lose)
    with pytest.raises(StoreUnavailable):
        api.world.blobs.put("image", b"1")
    events.unregister("after-call.s3.PutObject", lose)

    assert api.stored() == []


def test_a_store_that_fails_all_the_time_is_told_by_what_failed_first(api: Api) -> None:
    with (
        api.s3_fault(PUT, "InternalError", 500),
        api.s3_fault(DELETE, "AccessDenied", 403),
        pytest.raises(StoreUnavailable, match="failing"),
    ):
        api.world.blobs.put("image", b"1")


def test_links_to_the_bucket_lead_to_its_origin(api: Api) -> None:
    assert api.world.blobs.origin == f"https://{api.world.blobs.bucket}.s3.us-east-1.amazonaws.com"


def test_without_credentials_links_lead_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise NoCredentialsError

    monkeypatch.setattr(world.blobs.client(), "generate_presigned_url", refuse)
    blobs = S3BlobStore("images", world.blobs.client, ClientLinks(world.blobs.client), WebSource(), 1)

    assert blobs.origin is None


def test_each_upload_has_a_place_of_its_own(api: Api) -> None:
    one, two = api.world.blobs.put("image", b"1"), api.world.blobs.put("image", b"2")

    api.world.blobs.delete(one)

    assert api.world.blobs.get(one) is None
    assert api.world.blobs.get(two) == b"2"
    assert [key.partition("/")[0] for key in api.stored()] == ["image"]


def test_bytes_that_are_gone_are_deleted_without_complaint(api: Api) -> None:
    location = api.world.blobs.put("image", b"1")

    api.world.blobs.delete(location)
    api.world.blobs.delete(location)

    assert api.stored() == []


@pytest.mark.parametrize("key", ["image.raw", "a b/%2F?x=1#é"])
def test_bytes_of_others_are_read_but_never_deleted(api: Api, key: str) -> None:
    location = api.put_elsewhere(key, b"theirs")

    api.world.blobs.delete(location)

    assert api.world.blobs.get(location) == b"theirs"


def test_a_bucket_whose_name_begins_like_ours_is_somebody_elses(api: Api) -> None:
    client, other = api.world.blobs.client(), api.world.blobs.bucket + "-2"
    client.create_bucket(Bucket=other)
    client.put_object(Bucket=other, Key="k", Body=b"theirs")

    api.world.blobs.delete(f"s3://{other}/k")

    assert api.world.blobs.get(f"s3://{other}/k") == b"theirs"


def test_a_link_serves_octets_for_some_minutes_and_shows_no_secret(api: Api) -> None:
    location = api.world.blobs.put("image", b"1")

    link = api.world.blobs.link(location)

    assert link is not None
    url = urlsplit(link.url)
    asked = parse_qs(url.query)
    assert url.scheme == "https"
    assert url.path.endswith(location.rpartition("/")[2])
    assert asked["response-content-type"] == ["application/octet-stream"]
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert 60 <= int(asked["X-Amz-Expires"][0]) <= 3600
    assert "response-content-disposition" not in asked


def test_a_link_has_its_bytes_saved_under_a_name(api: Api) -> None:
    location = api.world.blobs.put("image", b"1")

    link = api.world.blobs.link(location, name="golden.raw")

    assert link is not None
    asked = parse_qs(urlsplit(link.url).query)
    assert asked["response-content-disposition"] == ['attachment; filename="golden.raw"']


def test_bytes_on_the_web_are_never_deleted(world: World, resolver: Resolver) -> None:
    world.blobs.delete("https://files.example/image.raw")

    assert resolver.asked == []


@pytest.fixture
def on_the_web(world: World, aws: Aws) -> Iterator[tuple[S3BlobStore, Web]]:
    """A store that takes a server of ours for a public one."""
    with serving() as web:
        source = WebSource(allowed=lambda _: True)
        yield S3BlobStore(world.blobs.bucket, world.blobs.client, aws.links, source, len(CONTENT)), web


def test_bytes_on_the_web_are_read_from_there(on_the_web: tuple[S3BlobStore, Web]) -> None:
    blobs, web = on_the_web

    assert blobs.get(web.url("/file")) == CONTENT


@pytest.mark.parametrize("path", ["/missing", "/gone"])
def test_bytes_that_the_web_has_lost_are_missing(on_the_web: tuple[S3BlobStore, Web], path: str) -> None:
    blobs, web = on_the_web

    assert blobs.get(web.url(path)) is None


@pytest.mark.parametrize("path", ["/broken", "/forbidden", "/moved", "/short", "/silent"])
def test_bytes_that_the_web_does_not_give_are_unavailable(on_the_web: tuple[S3BlobStore, Web], path: str) -> None:
    blobs, web = on_the_web

    with pytest.raises(StoreUnavailable):
        blobs.get(web.url(path))


@pytest.mark.parametrize("location", ["http://127.0.0.1/image.raw", "http://nowhere.invalid:99999/image.raw"])
def test_bytes_at_a_place_that_became_private_are_unavailable(world: World, location: str) -> None:
    with pytest.raises(StoreUnavailable):
        world.blobs.get(location)


Call = Callable[[World], object]
CALLS: dict[str, Call] = {
    PUT: lambda world: world.blobs.put("image", b"1"),
    GET: lambda world: world.blobs.get(f"s3://{world.blobs.bucket}/image/1"),
    HEAD: lambda world: world.blobs.size(f"s3://{world.blobs.bucket}/image/1"),
    DELETE: lambda world: world.blobs.delete(f"s3://{world.blobs.bucket}/image/1"),
}


@pytest.mark.parametrize("operation", CALLS)
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


@pytest.mark.parametrize("operation", CALLS)
def test_a_store_that_does_not_answer_is_unavailable(api: Api, operation: str) -> None:
    def hang_up() -> None:
        raise ConnectionClosedError(endpoint_url="https://s3.example")

    with api.on_s3(operation, hang_up), pytest.raises(StoreUnavailable):
        CALLS[operation](api.world)


def test_an_object_that_grew_at_its_place_is_not_read(api: Api, make_api: MakeApi) -> None:
    location = api.put_elsewhere("image.raw", b"x" * 11)

    with pytest.raises(StoreUnavailable):
        make_api(MAX_INLINE_BYTES="10").world.blobs.get(location)


MARKED, UNMARKED = "with its mark", "by its size"


def registered(api: Api, location: str, how: str) -> Located:
    """What is remembered of an object that is registered where it is."""
    found = api.world.sources.locate(location)
    return found if how == MARKED else found._replace(version=None)


@pytest.mark.parametrize("how", [MARKED, UNMARKED])
def test_an_object_that_is_as_it_was_registered_is_read_and_linked(api: Api, how: str) -> None:
    location = api.put_elsewhere("image.raw", b"as registered")
    known = registered(api, location, how)

    link = api.world.blobs.link(location, known)

    assert api.world.blobs.get(location, known) == b"as registered"
    assert link is not None
    assert "X-Amz-Expires=60&" in link.url


@pytest.mark.parametrize(
    ("how", "now"),
    [(MARKED, b"of equal size"), (MARKED, b"longer than it was"), (MARKED, b""), (UNMARKED, b"longer"), (MARKED, None)],
)
def test_an_object_that_changed_at_its_place_is_neither_read_nor_linked(api: Api, how: str, now: bytes | None) -> None:
    location = api.put_elsewhere("image.raw", b"as registered")
    known = registered(api, location, how)
    if now is None:
        api.world.blobs.client().delete_object(Bucket=ELSEWHERE, Key="image.raw")
    else:
        api.put_elsewhere("image.raw", now)

    assert api.world.blobs.get(location, known) is None
    assert api.world.blobs.link(location, known) is None


def test_nobody_looks_at_our_own_objects_before_they_are_linked(api: Api) -> None:
    location = api.world.blobs.put("image", b"12345")
    asked: list[str] = []

    with api.on_s3("HeadObject", lambda: asked.append("HeadObject")):
        link = api.world.blobs.link(location, Located(9, None))

    assert link is not None
    assert "X-Amz-Expires=900&" in link.url
    assert asked == []
    assert api.world.blobs.get(location, Located(9, None)) == b"12345"


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Located(1024, VERSION), CONTENT),
        (Located(None, VERSION), CONTENT),
        (Located(1024, None), CONTENT),
        (Located(None, None), CONTENT),
        (Located(1024, '"2-abc"'), None),
        (Located(1023, None), None),
    ],
)
def test_a_file_on_the_web_is_read_if_it_is_as_it_was_registered(
    on_the_web: tuple[S3BlobStore, Web], known: Located, found: bytes | None
) -> None:
    blobs, web = on_the_web
    url = web.keep("/kept", File())

    assert blobs.get(url, known) == found


@pytest.mark.parametrize("content", [b"", b"12345"], ids=["empty", "some"])
def test_bytes_are_counted(world: World, content: bytes) -> None:
    location = world.blobs.put("image", content)

    assert world.blobs.size(location) == len(content)


def test_bytes_that_are_gone_are_not_counted(world: World) -> None:
    location = world.blobs.put("image", b"1")

    world.blobs.delete(location)

    assert world.blobs.size(location) is None


@pytest.mark.parametrize(
    ("offset", "length", "found"), [(0, 10, b"0123456789"), (0, 3, b"012"), (4, 2, b"45"), (8, 100, b"89")]
)
def test_bytes_are_read_from_any_offset_on(world: World, offset: int, length: int, found: bytes) -> None:
    location = world.blobs.put("image", b"0123456789")

    assert b"".join(world.blobs.pieces(location, offset, length)) == found


def test_many_bytes_come_piece_by_piece(world: World) -> None:
    content = bytes(2**20) + b"x" * 2**20 + b"end"
    location = world.blobs.put("image", content)

    pieces = list(world.blobs.pieces(location, 0, len(content)))

    assert max(map(len, pieces)) <= 2**20
    assert b"".join(pieces) == content


def test_bytes_that_are_no_longer_wanted_are_read_no_further(world: World) -> None:
    location = world.blobs.put("image", bytes(3 * 2**20))

    with closing(world.blobs.pieces(location, 0, 3 * 2**20)) as pieces:
        first = next(pieces)

    assert len(first) <= 2**20
    assert list(pieces) == []


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NoSuchKey", 404, StoreError),
        ("InvalidRange", 416, StoreError),
        ("AccessDenied", 403, StoreRefused),
        ("SlowDown", 503, StoreUnavailable),
    ],
)
def test_pieces_that_do_not_come_are_an_error(api: Api, code: str, status: int, error: type[StoreError]) -> None:
    with api.s3_fault(GET, code, status), pytest.raises(StoreError) as refusal:
        list(api.world.blobs.pieces(f"s3://{api.world.blobs.bucket}/image/1", 0, 1))

    assert type(refusal.value) is error


def test_pieces_of_a_store_that_does_not_answer_are_unavailable(api: Api) -> None:
    def hang_up() -> None:
        raise ConnectionClosedError(endpoint_url="https://s3.example")

    with api.on_s3(GET, hang_up), pytest.raises(StoreUnavailable):
        list(api.world.blobs.pieces(f"s3://{api.world.blobs.bucket}/image/1", 0, 1))
