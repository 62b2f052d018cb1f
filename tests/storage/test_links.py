"""Links to S3: the host that is signed, and the checksums of what is sent there."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.catalog.ports import Multipart
from tests.api import Api, FakeClock

REGIONS = {
    "us-east-1": "s3.us-east-1.amazonaws.com",
    "eu-central-1": "s3.eu-central-1.amazonaws.com",
    "af-south-1": "s3.af-south-1.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
}
EACH_REGION = pytest.mark.parametrize(("region", "host"), REGIONS.items(), ids=REGIONS)
MULTIPART = Multipart("s3://rosetta-images/image/name", "upload")


def world_in(aws: Aws, region: str, **environ: str) -> World:
    environ = {"AWS_REGION": region, **environ}
    return build_world(environ, FakeClock(), Aws.from_environ(environ))


def download(world: World) -> str:
    """A link to bytes of ours."""
    link = world.blobs.link("s3://rosetta-images/image/name")
    assert link is not None
    return link.url


@EACH_REGION
def test_a_download_is_signed_for_the_host_of_its_region(aws: Aws, region: str, host: str) -> None:
    link = urlsplit(download(world_in(aws, region)))

    assert (link.scheme, link.netloc, link.path) == ("https", f"rosetta-images.{host}", "/image/name")
    assert "host" in parse_qs(link.query)["X-Amz-SignedHeaders"][0].split(";")
    assert f"/{region}/s3/" in parse_qs(link.query)["X-Amz-Credential"][0]


@EACH_REGION
def test_a_part_is_signed_for_the_host_of_its_region(aws: Aws, region: str, host: str) -> None:
    link = urlsplit(world_in(aws, region).multiparts.link(MULTIPART, 1, 5, "5d41402abc4b2a76b9719d911017c592").url)

    assert (link.scheme, link.netloc, link.path) == ("https", f"rosetta-images.{host}", "/image/name")
    assert parse_qs(link.query)["X-Amz-SignedHeaders"] == ["content-length;content-md5;host"]


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://localhost:5000"])
def test_a_local_endpoint_has_the_bucket_in_the_path(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, name: str, endpoint: str
) -> None:
    monkeypatch.setenv(name, endpoint)

    link = download(world_in(aws, "us-east-1", **{name: endpoint}))

    assert link.startswith(f"{endpoint}/rosetta-images/image/name?")


def test_bytes_are_sent_with_their_md5_and_no_checksum_of_another_kind(api: Api) -> None:
    sent: list[Any] = []
    events = api.world.blobs.client().meta.events

    def see(request: Any, **_: Any) -> None:
        sent.append({name.lower(): value for name, value in request.headers.items()})

    multipart = api.world.multiparts.begin("image", "name")
    events.register_first("before-send.s3", see)
    try:
        api.world.multiparts.put(multipart, 1, b"hello")
        api.world.blobs.put("image", b"hello")
    finally:
        events.unregister("before-send.s3", see)

    assert [headers["content-md5"] for headers in sent] == [b"XUFAKrxLKna5cZ2REBfFkg=="] * 2
    assert [name for headers in sent for name in headers if "checksum" in name or "trailer" in name] == []
