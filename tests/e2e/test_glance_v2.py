"""The `glance` command and library of python-glanceclient 4.13.0 on images of v2."""

import json
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import Library, LibraryCaller, install, refusal, running_library
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW, download_of
from tests.e2e.server import Server
from tests.e2e.test_glance_command_line import table
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

FORMATS = ("--disk-format", "raw", "--container-format", "bare")


@dataclass(frozen=True)
class CallerV2(LibraryCaller):
    """A principal who speaks v2 through the library and the command, which keeps descriptions at `home`."""

    home: Path

    def glance(self, *words: str) -> Mapping[str, str]:
        """The fields that a command printed which succeeded, and had nothing to complain of."""
        return {row[0]: row[1] for row in self.rows(*words) if len(row) > 1}

    def rows(self, *words: str) -> list[list[str]]:
        """The rows of the table that a command printed which succeeded."""
        done = self.run(*words)
        assert (done["status"], done["stderr"]) == (0, ""), done
        return table(done["stdout"])

    def run(self, *words: str) -> Mapping[str, Any]:
        """The command: its exit status, and what it printed."""
        done: Mapping[str, Any] = self._call("command", words, {}, home=str(self.home))
        return done

    def upload(self, image_id: str, path: Path) -> None:
        self._call("images.upload", (image_id,), {}, file=str(path))


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_library(install("glanceclient", "4.13.0"), "glanceclient_v2") as library:
        yield library


@pytest.fixture
def t1(library: Library, server: Server, tmp_path: Path) -> CallerV2:
    return CallerV2(library, server.url, server.token("t1"), "t1", tmp_path)


@pytest.fixture
def t2(library: Library, server: Server, tmp_path: Path) -> CallerV2:
    return CallerV2(library, server.url, server.token("t2"), "t2", tmp_path)


def test_case_180_the_command_finds_version_2_by_itself(
    t1: CallerV2, server: Server, make_file: MakeFile, tmp_path: Path
) -> None:
    path, saved = make_file(70_000), tmp_path / "saved"
    before = len(server.answered())

    told = ("--file", str(path), "--property", "a=1", "--property", "Two Words=b", "--tag", "x")
    created = t1.glance("image-create", "--name", "Zwölf Bäume", *FORMATS, *told)
    updated = t1.glance("image-update", created["id"], "--name", "other", "--remove-property", "a", "--min-ram", "64")
    t1.rows("image-tag-update", created["id"], "ein Wort")
    shown = t1.glance("image-show", created["id"])
    t1.rows("image-download", created["id"], "--file", str(saved))
    t1.rows("image-delete", created["id"])

    assert (created["status"], created["size"], created["name"]) == ("active", "70000", "Zwölf Bäume")
    assert (updated["name"], updated["min_ram"], updated["Two Words"], "a" in updated) == ("other", "64", "b", False)
    assert sorted(json.loads(shown["tags"])) == ["ein Wort", "x"]
    assert saved.read_bytes() == path.read_bytes()
    routes = {line["route"] for line in server.answered()[before:]}
    assert not [route for route in routes if route.startswith("/v1")]


def test_case_180_images_are_listed_page_by_page(t1: CallerV2) -> None:
    for name in ("b", "c", "a"):
        t1.call("images.create", name=name)

    assert [row[1] for row in t1.rows("image-list", "--page-size", "2")] == ["Name", "a", "b", "c"]


def test_case_180_an_image_is_shared_and_accepted(t1: CallerV2, t2: CallerV2) -> None:
    image_id = t1.call("images.create", name="shared")["id"]

    t1.rows("member-create", image_id, "t2")
    pending = t2.rows("image-list", "--member-status", "pending")
    t2.rows("member-update", image_id, "t2", "accepted")
    accepted, members = t2.rows("image-list"), t1.rows("member-list", "--image-id", image_id)
    t1.rows("member-delete", image_id, "t2")

    assert pending[1:] == accepted[1:] == [[image_id, "shared"]]
    assert members[1:] == [[image_id, "t2", "accepted"]]
    assert t2.rows("image-list")[1:] == []


def test_case_180_a_refusal_is_shown_in_the_servers_words(t1: CallerV2) -> None:
    refused = t1.run("image-show", "00000000-0000-4000-8000-000000000000")

    assert refused["status"] == 1
    assert "No image found with ID 00000000-0000-4000-8000-000000000000" in refused["stderr"]


def test_the_library_uploads_downloads_and_changes(t1: CallerV2, make_file: MakeFile) -> None:
    path = make_file(3 << 20)

    image_id = t1.call("images.create", name="golden", tags=["a"], **RAW)["id"]
    t1.upload(image_id, path)
    t1.call("images.update", image_id, remove_props=["nothing"], note="two words", visibility="community")
    shown, fetched = t1.call("images.get", image_id), t1.call("images.data", image_id)

    assert (shown["status"], shown["note"], shown["visibility"]) == ("active", "two words", "community")
    assert fetched == download_of(path)


def test_the_library_is_told_why_it_is_refused(t1: CallerV2, make_file: MakeFile) -> None:
    image_id = t1.call("images.create", name="golden")["id"]

    with refusal("HTTPBadRequest", "must be set prior to saving data", 400):
        t1.upload(image_id, make_file(10))
    with refusal("HTTPForbidden", "", 403):
        t1.call("images.update", image_id, visibility="public")


def signed_by_openssl(path: Path, folder: Path) -> Mapping[str, str]:
    """The properties of an image that OpenSSL's command has signed."""
    key, certificate, signature = folder / "key.pem", folder / "certificate.pem", folder / "signature"
    new = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "1")
    pss = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:max")
    for words in (
        ("req", "-x509", *new, "-subj", "/CN=Releases"),
        ("dgst", "-sha384", *pss, "-sign", str(key), "-out", str(signature), str(path)),
    ):
        subprocess.run(("openssl", *words), check=True, capture_output=True)  # noqa: S603, S607  # our own words
    return {
        "img_signature": b64encode(signature.read_bytes()).decode(),
        "img_signature_hash_method": "SHA-384",
        "img_signature_key_type": "RSA-PSS",
        "img_signature_certificate": certificate.read_text(),
    }


def once_verified(caller: CallerV2, image_id: str) -> Mapping[str, Any]:
    """An image once the worker has looked at it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        image: Mapping[str, Any] = caller.call("images.get", image_id)
        if image["status"] == "killed" or "inspection_signature" in image:
            return image
        assert time.monotonic() < deadline, image
        time.sleep(0.1)


def test_an_image_that_openssl_has_signed_is_verified(t1: CallerV2, make_file: MakeFile, tmp_path: Path) -> None:
    path, flipped = make_file(3 << 20), tmp_path / "flipped"
    content = path.read_bytes()
    flipped.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    properties = signed_by_openssl(path, tmp_path)

    found = []
    for file in (path, flipped):
        image_id = t1.call("images.create", name="signed", **RAW, **properties)["id"]
        t1.upload(image_id, file)
        found.append(once_verified(t1, image_id))

    assert [image["status"] for image in found] == ["active", "killed"]
    assert found[0]["inspection_signature"] == "untrusted"
    assert found[0]["inspection_signature_by"].startswith("CN=Releases, sha256 fingerprint ")
    assert found[0]["os_hash_algo"] == "sha512"
