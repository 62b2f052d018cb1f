"""Links to S3: the host that is signed, that ours are botocore's, and the checksums of what is sent there."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import BotoCoreError

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.catalog.errors import StoreRefused
from chalicelib.catalog.ports import Multipart
from chalicelib.storage.links import ClientLinks, PlainLinks, S3Links, address, attachment
from tests.api import Api, FakeClock
from tests.storage.web import Web

REGIONS = {
    "us-east-1": "s3.us-east-1.amazonaws.com",
    "eu-central-1": "s3.eu-central-1.amazonaws.com",
    "af-south-1": "s3.af-south-1.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
}
EACH_REGION = pytest.mark.parametrize(("region", "host"), REGIONS.items(), ids=REGIONS)
MULTIPART = Multipart("s3://rosetta-images/image/name", "upload")
MD5 = "5d41402abc4b2a76b9719d911017c592"
HEADERS = {"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg==", "Content-Length": "5"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+b"}
KINDS: dict[str, dict[str, str]] = {"botocores": {}, "ours": CREDENTIALS}
EACH_KIND = pytest.mark.parametrize("credentials", KINDS.values(), ids=KINDS)
"""Only an environment with credentials of its own is plain."""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with no files of botocore."""
    monkeypatch.setenv("HOME", str(tmp_path))


def world_in(aws: Aws, region: str, **environ: str) -> World:
    environ = {"AWS_REGION": region, **environ}
    return build_world(environ, FakeClock(), Aws.from_environ(environ))


def download(world: World) -> str:
    """A link to bytes of ours."""
    link = world.blobs.link("s3://rosetta-images/image/name")
    assert link is not None
    return link.url


@EACH_KIND
@EACH_REGION
def test_a_download_is_signed_for_the_host_of_its_region(
    aws: Aws, region: str, host: str, credentials: dict[str, str]
) -> None:
    link = urlsplit(download(world_in(aws, region, **credentials)))

    assert (link.scheme, link.netloc, link.path) == ("https", f"rosetta-images.{host}", "/image/name")
    assert "host" in parse_qs(link.query)["X-Amz-SignedHeaders"][0].split(";")
    assert f"/{region}/s3/" in parse_qs(link.query)["X-Amz-Credential"][0]


@EACH_KIND
@EACH_REGION
def test_a_part_is_signed_for_the_host_of_its_region(
    aws: Aws, region: str, host: str, credentials: dict[str, str]
) -> None:
    link = urlsplit(world_in(aws, region, **credentials).multiparts.link(MULTIPART, 1, 5, MD5).url)

    assert (link.scheme, link.netloc, link.path) == ("https", f"rosetta-images.{host}", "/image/name")
    assert parse_qs(link.query)["X-Amz-SignedHeaders"] == ["content-length;content-md5;host"]


@EACH_KIND
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://localhost:5000"])
def test_a_local_endpoint_has_the_bucket_in_the_path(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, name: str, endpoint: str, credentials: dict[str, str]
) -> None:
    monkeypatch.setenv(name, endpoint)

    link = download(world_in(aws, "us-east-1", **{name: endpoint}, **credentials))

    assert link.startswith(f"{endpoint}/rosetta-images/image/name?")


ENDPOINTS: dict[str, dict[str, str]] = {
    "aws": {},
    "local": {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"},
    "named": {"AWS_ENDPOINT_URL": "http://127.0.0.1:1234", "AWS_ENDPOINT_URL_S3": "http://localhost:5000/"},
    "tls": {"AWS_ENDPOINT_URL_S3": "https://s3.example.org"},
    "of-tables-only": {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
}
TEMPORARY = {"AWS_SESSION_TOKEN": "IQoJb3//+ab==&x y~z"}
PLACES = [
    *(("eu-central-1", environ | TEMPORARY) for environ in ENDPOINTS.values()),
    *((region, TEMPORARY) for region in [*REGIONS, "il-central-1", "cn-northwest-1"]),
    ("eu-central-1", {}),
    ("cn-north-1", ENDPOINTS["local"]),
]
BUCKETS = [
    *("rosetta-images", "a.b.c", "1.2.3.4", "a..b", "a.", "ab", "a--b", "-ab", "ab-", "Up-Case", "under_score", "0-0"),
    *("x-s3", "rosetta-s3", "rosetta--s3", "bucket-1a2b3c-s3alias", "xn--abc", "a" * 63, "a" * 64, "a" * 255),
]
STRANGE_BUCKETS = [
    *(
        "b--use1-az4--x-s3",
        "b--op-s3",
        "b--xa-s3",
        "a" * 256,
        "a b",
        "",
        "arn:aws:s3:us-east-1:123456789012:accesspoint",
    ),
    "arn:aws:s3::123456789012:accesspoint:a.mrap",
]
KEYS = [
    "0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f/0123456789abcdef",
    *("a b+c/é~*'()!//../x?y#z%20&=;:@$,[]{}|\\^`<>\"", "/a", "a/", "./../a", ".", "😀", "a\nb", "a" * 1024),
]


@contextmanager
def at_the_moment_of(link: str) -> Iterator[None]:
    """Have botocore sign when this was signed."""
    stamp = parse_qs(urlsplit(link).query)["X-Amz-Date"][0]
    moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with patch("botocore.auth.get_current_datetime", lambda: moment):
        yield


def outcome(link: Callable[[], str]) -> str:
    """The link, or what is said instead."""
    try:
        return link()
    except (BotoCoreError, ValueError) as error:
        return repr(error)


def both_kinds(monkeypatch: pytest.MonkeyPatch, region: str, environ: dict[str, str]) -> tuple[S3Links, S3Links]:
    """Links of ours, and of a client of botocore in the same environment."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers credentials
    aws = Aws.from_environ({**environ, "AWS_REGION": region})
    return aws.links, ClientLinks(aws.s3)


@pytest.mark.parametrize(("region", "environ"), PLACES)
def test_links_are_botocores_to_the_byte(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, region: str, environ: dict[str, str]
) -> None:
    ours, botocores = both_kinds(monkeypatch, region, CREDENTIALS | environ)
    assert isinstance(ours, PlainLinks)

    places = [(f"s3://{bucket}/{KEYS[1]}", KEYS[0]) for bucket in BUCKETS]
    places += [(f"s3://rosetta-images/{key}", key) for key in KEYS]
    for location, key in places:
        multipart = Multipart(location, f"{key}~.-_+/=&é")
        link, part = ours.download(location, 900), ours.part(multipart, 10_000, HEADERS, 3600)
        saved = ours.download(location, 900, "größe 镜像.raw")
        with at_the_moment_of(link):
            assert link == botocores.download(location, 900)
        with at_the_moment_of(saved):
            assert saved == botocores.download(location, 900, "größe 镜像.raw")
        with at_the_moment_of(part):
            assert part == botocores.part(multipart, 10_000, HEADERS, 3600)


@pytest.mark.parametrize("endpoint", [ENDPOINTS["aws"], ENDPOINTS["named"]], ids=["aws", "named"])
def test_what_is_no_usual_name_is_left_to_botocore(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, endpoint: dict[str, str]
) -> None:
    ours, botocores = both_kinds(monkeypatch, "us-east-1", {**CREDENTIALS, **endpoint})
    moment = datetime(2026, 11, 30, tzinfo=UTC)

    for location in [*(f"s3://{bucket}/key" for bucket in STRANGE_BUCKETS), "s3://rosetta-images/"]:
        multipart = Multipart(location, "upload")
        assert address(None, "us-east-1", location) is None
        with patch("botocore.auth.get_current_datetime", lambda: moment):
            downloads = [outcome(partial(links.download, location, 900, "a.raw")) for links in (ours, botocores)]
            parts = [outcome(partial(links.part, multipart, 1, HEADERS, 900)) for links in (ours, botocores)]
        assert downloads[0] == downloads[1]
        assert parts[0] == parts[1]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("golden.raw", 'attachment; filename="golden.raw"'),
        ("Größe 镜.raw", "attachment; filename=\"Gr__e _.raw\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E9%95%9C.raw"),
    ],
)
def test_a_name_is_said_so_that_every_browser_reads_it(name: str, header: str) -> None:
    assert attachment(name) == header


def test_an_environment_out_of_the_usual_has_links_of_botocore(aws: Aws) -> None:
    assert isinstance(Aws.from_environ({"AWS_PROFILE": "mine", **CREDENTIALS}).links, ClientLinks)
    assert isinstance(Aws.from_environ({"AWS_REGION": "us-gov-west-1", **CREDENTIALS}).links, ClientLinks)


def test_the_credentials_of_a_link_are_those_beside_the_function(aws: Aws, web: Web) -> None:
    ends = b'"2099-01-01T00:00:00Z"'
    web.answer(
        "/c", 200, {}, b'{"AccessKeyId": "AK", "SecretAccessKey": "SK", "Token": "T", "Expiration": ' + ends + b"}"
    )
    world = world_in(aws, "eu-west-1", AWS_CONTAINER_CREDENTIALS_FULL_URI=web.url("/c"))

    asked = parse_qs(urlsplit(download(world)).query)

    assert asked["X-Amz-Credential"][0].startswith("AK/")
    assert asked["X-Amz-Security-Token"] == ["T"]


def test_without_credentials_there_is_no_link_but_a_refusal(aws: Aws, web: Web) -> None:
    web.answer("/c", 500, {}, b"hunter2")
    world = world_in(aws, "eu-west-1", AWS_CONTAINER_CREDENTIALS_FULL_URI=web.url("/c"))

    with pytest.raises(StoreRefused, match="The image store"):
        download(world)
    with pytest.raises(StoreRefused, match="The image store"):
        world.multiparts.link(MULTIPART, 1, 5, MD5)


ALONE = """
import sys
from chalicelib.catalog.ports import Multipart
from chalicelib.storage.credentials import credentials_of
from chalicelib.storage.links import PlainLinks
from chalicelib.storage.plain import is_plain

environ = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
assert is_plain(environ, "eu-west-1")
links = PlainLinks("eu-west-1", None, credentials_of(environ), otherwise=None)
assert links.download("s3://rosetta-images/image/name", 900).startswith("https://rosetta-images.s3.eu-west-1.")
links.part(Multipart("s3://rosetta-images/image/name", "upload"), 1, {}, 900)
print(*sys.modules.keys() & {"boto3", "botocore.auth", "botocore.client", "botocore.session", "botocore.utils"})
"""


def test_a_link_needs_no_client(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    root = Path(__file__).parents[2]

    done = subprocess.run(  # noqa: S603  # a script of ours
        [sys.executable, "-c", ALONE], cwd=root, env=environ, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


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
