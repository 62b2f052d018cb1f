"""Locations that clients name: objects in other buckets, and files on the web."""

import pytest
from botocore.exceptions import ConnectionClosedError

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.storage.sources import ExternalSources, WebSource
from tests.api import ELSEWHERE, Api
from tests.storage.web import CONTENT, VERSION, Resolver, serving


@pytest.mark.parametrize("key", ["image.raw", "a/b/c", "a b/%2F?x=1#é"])
def test_the_size_of_an_object_is_known(api: Api, key: str) -> None:
    url = api.put_elsewhere(key, b"12345")

    assert api.world.sources.locate(url).size == 5


@pytest.mark.parametrize("url", [f"s3://{ELSEWHERE}/unknown", "s3://unknown-bucket/key"])
def test_an_object_that_is_not_there_is_not_found(api: Api, url: str) -> None:
    api.put_elsewhere("known", b"")

    with pytest.raises(SourceNotFound):
        api.world.sources.locate(url)


def test_the_images_of_the_registry_itself_are_no_source(api: Api) -> None:
    location = api.world.blobs.put("somebodys-image", b"secret")

    with pytest.raises(SourceRefused):
        api.world.sources.locate(location)


@pytest.mark.parametrize("url", ["s3:", "s3:/", "s3://", "s3://bucket", "s3://bucket/", "s3:///key", "s3:bucket/key"])
def test_a_location_that_names_no_object_is_refused(api: Api, url: str) -> None:
    api.world.sources.check(url)

    with pytest.raises(SourceRefused):
        api.world.sources.locate(url)


@pytest.mark.parametrize("bucket", ["_", "a b", "arn:aws:s3:us-east-1:123456789012:accesspoint:x"])
def test_a_bucket_that_cannot_exist_is_refused(api: Api, bucket: str) -> None:
    with pytest.raises((SourceRefused, SourceNotFound)):
        api.world.sources.locate(f"s3://{bucket}/key")


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "filesystem:///x", "swift+config://x", "ftp://x/y", "://x", "gopher:x", "S3://b/k", "x"],
)
def test_a_kind_of_source_that_is_not_supported_is_refused(api: Api, url: str) -> None:
    with pytest.raises(SourceRefused, match="not supported"):
        api.world.sources.check(url)


def test_a_web_server_is_asked_only_where_it_is_public(api: Api) -> None:
    api.world.sources.check("http://169.254.169.254/latest/meta-data/")

    with pytest.raises(SourceRefused, match="not public"):
        api.world.sources.locate("http://169.254.169.254/latest/meta-data/")


def test_a_source_is_screened_without_being_asked(api: Api, resolver: Resolver) -> None:
    resolver.names["files.example"] = ["8.8.8.8"]

    for url in ("https://files.example/disk.raw", "https://nowhere.example/", f"s3://{ELSEWHERE}/key"):
        api.world.sources.screen(url)

    assert resolver.asked == ["files.example", "nowhere.example"]


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://", "https://me@files.example/", "s3://b", "ftp://x/y"])
def test_what_is_never_read_does_not_pass(api: Api, url: str) -> None:
    with pytest.raises(SourceRefused):
        api.world.sources.screen(url)


def test_a_file_on_the_web_is_read_from_a_byte_on(api: Api) -> None:
    own, client = api.world.settings.bucket, api.world.blobs.client
    sources = ExternalSources(own, client, WebSource(allowed=lambda address: True))

    with serving() as web, sources.read_from(web.url("/parts"), 1000, VERSION) as reading:
        assert reading.size == len(CONTENT)
        assert b"".join(reading.pieces) == CONTENT[1000:]


@pytest.mark.parametrize(
    ("url", "reason"), [("http://169.254.169.254/", "not public"), (f"s3://{ELSEWHERE}/key", "not supported: 's3'")]
)
def test_neither_what_is_not_public_nor_objects_are_read_from_the_web(api: Api, url: str, reason: str) -> None:
    with pytest.raises(SourceRefused, match=reason), api.world.sources.read_from(url, 0, ""):
        pass


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500)])
def test_a_store_that_is_busy_is_unavailable(api: Api, code: str, status: int) -> None:
    url = api.put_elsewhere("image.raw", b"1")

    with api.s3_fault("HeadObject", code, status), pytest.raises(StoreUnavailable):
        api.world.sources.locate(url)


def test_a_store_that_does_not_answer_is_unavailable(api: Api) -> None:
    url = api.put_elsewhere("image.raw", b"1")

    def hang_up() -> None:
        raise ConnectionClosedError(endpoint_url="https://s3.example")

    with api.on_s3("HeadObject", hang_up), pytest.raises(StoreUnavailable):
        api.world.sources.locate(url)
