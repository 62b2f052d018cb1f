"""Images larger than the server carries itself: fetched from the storage, refused on the way in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.clients import refusal
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW, Caller, download_of
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

LIMIT = 65536
LARGE = 3 << 20


@pytest.fixture
def server(small_server: Server) -> Iterator[Server]:
    yield small_server
    small_server.forget_images()


def test_case_151_a_large_image_is_downloaded_from_the_storage(t1: Caller, server: Server, make_file: MakeFile) -> None:
    path = make_file(LARGE)

    image = t1.call("images.create", name="large", location=put_elsewhere(server, path), **RAW)

    assert (image["status"], image["size"]) == ("active", LARGE)
    assert server.request("t1", "GET", f"/v1/images/{image['id']}").status == 302
    assert t1.call("images.data", image["id"]) == download_of(path)


def test_case_151_the_command_saves_a_large_image(
    t1: Caller, server: Server, make_file: MakeFile, tmp_path: Path
) -> None:
    path, saved = make_file(LARGE), tmp_path / "saved"
    location = put_elsewhere(server, path)
    words = ("--name", "large", "--disk-format", "raw", "--container-format", "bare", "--location", location)
    created = t1.glance("image-create", *words)

    downloaded = t1.glance("image-download", "large", "--file", str(saved))

    assert (created.returncode, downloaded.returncode) == (0, 0)
    assert saved.read_bytes() == path.read_bytes()


def test_the_largest_image_that_is_carried(t1: Caller, make_file: MakeFile) -> None:
    path = make_file(LIMIT)

    image = t1.send_file(path, "images.create", **RAW)

    assert t1.call("images.data", image["id"]) == download_of(path)


@pytest.mark.parametrize("size", [LIMIT + 1, LARGE])
def test_a_larger_file_is_refused(t1: Caller, server: Server, make_file: MakeFile, size: int) -> None:
    with refusal("HTTPOverLimit", "location"):
        t1.send_file(make_file(size), "images.create", **RAW)

    assert server.images("admin") == []


@pytest.mark.parametrize("size", [LIMIT + 1, LARGE])
def test_a_larger_stream_is_refused(t1: Caller, server: Server, make_file: MakeFile, size: int) -> None:
    with refusal("HTTPOverLimit"):
        t1.send_stream(make_file(size), "images.create", **RAW)

    assert server.images("admin") == []


def test_a_reserved_image_survives_a_refused_upload(t1: Caller, make_file: MakeFile) -> None:
    path = make_file(100)
    image = t1.call("images.create", **RAW)

    with refusal("HTTPOverLimit"):
        t1.send_file(make_file(LARGE), "images.update", image["id"])

    assert t1.call("images.get", image["id"])["status"] == "queued"
    assert t1.send_file(path, "images.create", **RAW)["status"] == "active"


def test_the_command_says_why(t1: Caller, make_file: MakeFile) -> None:
    words = ("--disk-format", "raw", "--container-format", "bare", "--file", str(make_file(LARGE)))

    refused = t1.glance("image-create", *words)

    assert refused.returncode == 1
    assert "HTTP 413" in refused.stderr


def put_elsewhere(server: Server, path: Path) -> str:
    with server.s3() as s3:
        s3.create_bucket(Bucket="elsewhere")
        s3.put_object(Bucket="elsewhere", Key="some images/large+1.raw", Body=path.read_bytes())
    return "s3://elsewhere/some images/large+1.raw"
