"""The console in a real browser: images come in from this machine and from an address, and go out."""

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import CHROMIUM, Page, flaws, open_page, sign_in
from tests.e2e.console import shown
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

MEGABYTE = 1 << 20
PART = 16 * MEGABYTE
VERIFIED = 60_000
"""Milliseconds that the registry may take to read what has come."""
KEPT = "JSON.parse(localStorage.getItem('rosetta-uploads') ?? '[]')"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "golden.raw"
    path.write_bytes(os.urandom(2 * PART + MEGABYTE))
    return path


@pytest.fixture
def bucket_page(browser: Any, server: Server) -> Iterator[Page]:
    """A page that may ask the store besides."""
    with server.s3() as s3:
        store = s3.meta.endpoint_url
    with open_page(browser, server, store) as page:
        yield page


def qcow2(virtual_size: int = 64 * MEGABYTE, backing: bool = False) -> bytes:
    """The header of an image, and nothing in it."""
    offset, length = (512, 11) if backing else (0, 0)
    head = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, offset, length, 16, virtual_size, 0, 1, 65536, 131072, 1, 0, 0)
    content = bytearray(3 * 65536 + 65536)
    content[: len(head)] = head
    content[512 : 512 + length] = b"/etc/passwd"[:length]
    return bytes(content)


def choose(page: Page, path: Path) -> None:
    page.get_by_label("Choose a file").set_input_files(path)


def begin(page: Page, server: Server, path: Path) -> None:
    sign_in(page, server, "t1", keep=True, where="#/upload")
    choose(page, path)
    page.get_by_role("button", name="Upload", exact=True).click()


def ready(page: Page) -> None:
    page.get_by_text("ready to be used").wait_for(timeout=VERIFIED)


def image_of(page: Page, name: str) -> str:
    """The id of the image that a transfer is about."""
    target: str = page.get_by_role("heading", name=name, level=3).get_by_role("link").get_attribute("href")
    return target.rpartition("/")[2]


def test_a_file_is_sent_in_parts_and_verified(bucket_page: Page, server: Server, raw: Path) -> None:
    page, sent = bucket_page, []
    page.on("request", lambda asked: sent.append(asked.headers) if "partNumber" in asked.url else None)
    sign_in(page, server, "t1", where="#/upload")
    assert flaws(page) == []
    choose(page, raw)
    assert page.get_by_label("Name", exact=True).input_value() == "golden"
    assert page.get_by_label("Disk format").input_value() == "raw"
    assert flaws(page) == []

    page.get_by_role("button", name="Upload", exact=True).click()
    ready(page)

    assert flaws(page) == []
    image = shown(server, "t1", image_of(page, "golden"))
    assert (image["status"], image["size"], image["visibility"]) == ("active", raw.stat().st_size, "private")
    assert image["checksum"] == hashlib.md5(raw.read_bytes(), usedforsecurity=False).hexdigest()
    assert len([headers for headers in sent if "content-md5" in headers]) == 3
    assert [headers for headers in sent if "x-auth-token" in headers] == []
    assert page.evaluate(KEPT) == []


def test_an_upload_goes_on_after_the_tab_was_closed(browser: Any, server: Server, raw: Path) -> None:
    with server.s3() as s3:
        store = s3.meta.endpoint_url
    with open_page(browser, server, store) as page:
        page.route("**/*partNumber=3*", lambda route: None)  # it never ends
        begin(page, server, raw)
        page.get_by_text("Sending").wait_for()
        page.wait_for_function("() => document.querySelector('progress')?.value >= 33554432")
        records = page.evaluate(KEPT)
        page.get_by_role("button", name="Pause").click()
        assert page.get_by_text("Paused").is_visible()
        assert flaws(page) == []
        page.unroute_all(behavior="ignoreErrors")

        page.close()
        sent: list[str] = []
        tab = page.context.new_page()
        tab.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
        sign_in(tab, server, "t1", where="#/upload")
        tab.get_by_text("Begun earlier").wait_for()
        assert flaws(tab) == []
        choose(tab, raw)
        ready(tab)

    assert [{*record} for record in records] == [
        {"user", "tenant", "image", "upload", "name", "file", "size", "edges", "at"}
    ]
    assert server.token("t1") not in json.dumps(records)
    assert len(sent) == 1
    image = shown(server, "t1", records[0]["image"])
    assert (image["status"], image["size"]) == ("active", raw.stat().st_size)


def test_another_file_does_not_go_on_with_an_upload_and_it_can_be_given_up(
    bucket_page: Page, server: Server, raw: Path
) -> None:
    page = bucket_page
    page.route("**/*partNumber=3*", lambda route: None)
    begin(page, server, raw)
    page.wait_for_function("() => document.querySelector('progress')?.value >= 33554432")
    page.get_by_role("button", name="Pause").click()
    page.unroute_all(behavior="ignoreErrors")
    content = bytearray(raw.read_bytes())
    content[PART] ^= 1
    raw.write_bytes(content)
    page.reload()

    page.get_by_label("Choose the same file to go on").set_input_files(raw)
    page.get_by_role("alert").wait_for()
    assert "another file" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Give up").click()
    page.get_by_role("button", name="Give up").wait_for(state="detached")

    assert page.evaluate(KEPT) == []
    assert server.images("t1") == []


def test_a_lost_connection_is_said_and_the_upload_goes_on_when_asked(
    bucket_page: Page, server: Server, raw: Path
) -> None:
    page = bucket_page
    page.clock.install()
    page.route("**/*partNumber=2*", lambda route: route.abort())
    begin(page, server, raw)
    page.get_by_text("Sending").wait_for()
    for _ in range(20):
        page.clock.run_for(2000)
        if page.get_by_role("alert").is_visible():
            break
        page.wait_for_timeout(100)
    assert "could not be reached" in page.get_by_role("alert").inner_text()
    page.unroute_all(behavior="ignoreErrors")

    page.clock.resume()
    page.get_by_role("button", name="Go on").click()
    ready(page)

    assert shown(server, "t1", image_of(page, "golden"))["status"] == "active"


def test_an_image_that_is_refused_says_why_and_what_to_do(bucket_page: Page, server: Server, tmp_path: Path) -> None:
    page, path = bucket_page, tmp_path / "backed.img"
    path.write_bytes(qcow2(backing=True))
    sign_in(page, server, "t1", where="#/upload")
    choose(page, path)
    assert page.get_by_label("Disk format").input_value() == "qcow2"
    page.get_by_role("button", name="Upload", exact=True).click()

    page.get_by_text("The registry did not take it.").wait_for(timeout=VERIFIED)

    assert "backing" in page.get_by_role("alert").inner_text()
    assert flaws(page) == []
    page.get_by_role("button", name="Try again with this file").click()
    assert page.get_by_label("Name", exact=True).input_value() == "backed"


def test_a_file_is_recognised_by_its_bytes_and_what_was_found_is_shown(
    bucket_page: Page, server: Server, tmp_path: Path
) -> None:
    page, path = bucket_page, tmp_path / "disk.img"
    path.write_bytes(qcow2())
    begin(page, server, path)
    ready(page)

    facts = page.locator("dl.found").inner_text()

    assert "qcow2" in facts
    assert "67.1 MB" in facts


def test_an_empty_file_is_refused(page: Page, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "empty.raw"
    path.touch()
    sign_in(page, server, "t1", where="#/upload")
    choose(page, path)

    page.get_by_role("alert").wait_for()

    assert page.get_by_role("alert").inner_text() == "empty.raw is empty."


def test_a_file_is_dropped(page: Page, server: Server) -> None:
    sign_in(page, server, "t1", where="#/upload")
    dropped = page.evaluate_handle(
        "() => { const it = new DataTransfer(); it.items.add(new File(['x'.repeat(9)], 'dropped.iso')); return it; }"
    )

    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})

    page.get_by_label("Name", exact=True).wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "dropped"
    assert page.get_by_label("Disk format").input_value() == "iso"


def test_who_may_not_create_images_is_told_so(page: Page, server: Server) -> None:
    sign_in(page, server, "reader", where="#/upload")

    page.get_by_text("may not create images").wait_for()

    assert flaws(page) == []
