"""The console in a real browser: images come in from this machine and from an address, and go out."""

import hashlib
import http.client
import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import CHROMIUM, Page, flaws, open_page, sign_in
from tests.e2e.console import (
    MEGABYTE,
    PART,
    VERIFIED,
    await_image,
    begin,
    choose,
    download,
    image_of,
    ready,
    register,
    shown,
    upload,
)
from tests.e2e.disks import qcow2
from tests.e2e.server import Server, running_server
from tests.processes import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

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
        tab.get_by_text("Unfinished uploads").wait_for()
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

    page.get_by_label("Choose the same file to resume").set_input_files(raw)
    page.get_by_role("alert").wait_for()
    assert "not the file of the upload" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Cancel upload").click()
    page.get_by_role("button", name="Cancel upload").wait_for(state="detached")

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
    page.get_by_role("button", name="Resume").click()
    ready(page)

    assert shown(server, "t1", image_of(page, "golden"))["status"] == "active"


def test_an_image_that_is_refused_says_why_and_what_to_do(bucket_page: Page, server: Server, tmp_path: Path) -> None:
    page, path = bucket_page, tmp_path / "backed.img"
    path.write_bytes(qcow2(backing=True))
    sign_in(page, server, "t1", where="#/upload")
    choose(page, path)
    assert page.get_by_label("Disk format").input_value() == "qcow2"
    page.get_by_role("button", name="Upload", exact=True).click()

    page.get_by_text("The registry refused it.").wait_for(timeout=VERIFIED)

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


def test_an_image_is_downloaded_from_the_registry(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="small")
    upload(server, "t1", image_id, b"the bytes")
    sign_in(page, server, "t1", where=f"#/images/{image_id}")

    assert download(page) == ("small.raw", b"the bytes")


def test_a_large_image_is_downloaded_from_the_store_without_the_token(browser: Any, small_server: Server) -> None:
    content = os.urandom(100_000)
    image_id = sent_in_parts(small_server, "t1", content, name="größe 镜像")
    with small_server.s3() as s3:
        store = s3.meta.endpoint_url
    asked = []
    with open_page(browser, small_server, store) as page:
        sign_in(page, small_server, "t1", where=f"#/images/{image_id}")
        page.context.on("request", lambda request: asked.append(request) if request.url.startswith(store) else None)

        assert download(page) == ("größe 镜像.raw", content)
    assert [
        request.url for request in asked if small_server.token("t1") in json.dumps([request.url, request.headers])
    ] == []
    small_server.forget_images()


def sent_in_parts(server: Server, who: str, content: bytes, **facts: str) -> str:
    """An active image of these bytes, which came to the store in one part; returns its id."""
    image_id, md5 = register(server, who, **facts), hashlib.md5(content, usedforsecurity=False)
    part = {"number": 1, "md5": md5.hexdigest(), "etag": md5.hexdigest()}
    asked = json.dumps({"size": len(content), "parts": [part]}).encode()
    begun = json.loads(server.request(who, "POST", f"/v1/images/{image_id}/uploads", asked).body)["upload"]
    [link] = begun["links"]
    whole = urlsplit(link["url"])
    with closing(http.client.HTTPConnection(whole.netloc, timeout=PATIENCE)) as store:
        store.request("PUT", f"{whole.path}?{whole.query}", content, link["headers"])
        assert store.getresponse().status == 200
    done = server.request(who, "POST", f"/v1/images/{image_id}/uploads/{begun['id']}", asked)
    assert done.status == 202, done.body
    await_image(server, who, image_id, lambda image: image["status"] == "active")
    return image_id


def test_an_image_is_copied_from_an_address(page: Page, server: Server) -> None:
    with server.s3() as s3:
        s3.create_bucket(Bucket="shelf")
        s3.put_object(Bucket="shelf", Key="golden.raw", Body=b"bytes from elsewhere")
    sign_in(page, server, "t1", where="#/upload")
    page.get_by_text("An address").click()
    assert flaws(page) == []
    page.get_by_label("Address", exact=True).fill("s3://shelf/golden.raw")
    page.get_by_label("Name", exact=True).fill("copied")
    page.get_by_role("button", name="Copy").click()
    ready(page)

    assert shown(server, "t1", image_of(page, "copied"))["size"] == 20
    assert flaws(page) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1/it", "gopher://it"])
def test_an_address_that_cannot_be_copied_from_is_said_and_leaves_no_image(
    page: Page, server: Server, address: str
) -> None:
    sign_in(page, server, "t1", where="#/upload")
    page.get_by_text("An address").click()
    page.get_by_label("Address", exact=True).fill(address)
    page.get_by_label("Name", exact=True).fill("copied")
    page.get_by_role("button", name="Copy").click()

    page.get_by_role("alert").wait_for()

    assert address in page.get_by_role("alert").inner_text()
    assert server.images("t1") == []


def test_a_copy_that_fails_says_why(page: Page, server: Server) -> None:
    sign_in(page, server, "t1", where="#/upload")
    page.get_by_text("An address").click()
    page.get_by_label("Address", exact=True).fill("s3://missing/golden.raw")
    page.get_by_label("Name", exact=True).fill("copied")
    page.get_by_role("button", name="Copy").click()

    page.get_by_text("The registry refused it.").wait_for(timeout=VERIFIED)

    assert "nothing was found there" in page.get_by_role("alert").inner_text()
    assert flaws(page) == []


def test_jobs_are_shown_as_they_go_while_somebody_looks(page: Page, server: Server) -> None:
    sign_in(page, server, "reader", where="#/jobs")
    page.get_by_role("heading", name="Jobs").wait_for()
    image_id = sent_in_parts(server, "t1", b"the bytes")

    row = page.get_by_role("row").filter(has_text=image_id)
    row.get_by_text("successful").wait_for()
    assert flaws(page) == []
    row.get_by_role("link", name="Upload").click()
    page.get_by_role("heading", name="Upload").wait_for()
    assert page.get_by_text("9 bytes").is_visible()
    assert flaws(page) == []


def test_jobs_are_not_asked_for_while_nobody_looks(page: Page, server: Server) -> None:
    page.add_init_script("Object.defineProperty(Document.prototype, 'hidden', { get: () => window.away === true })")
    page.add_init_script("""
        const ask = window.fetch;
        window.asked = 0;
        window.fetch = (...request) => { window.asked += 1; return ask(...request); };
    """)
    page.clock.install()
    with page.expect_response("**/v1/jobs*"):
        sign_in(page, server, "t1", where="#/jobs")
    asked = page.evaluate(
        "() => { window.away = true; document.dispatchEvent(new Event('visibilitychange')); return window.asked; }"
    )

    page.clock.run_for(60_000)
    assert asked == page.evaluate("window.asked") > 0
    with page.expect_request("**/v1/jobs*"):
        page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")


def test_the_formats_are_those_that_the_registry_takes(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(qcow2())
    with running_server(tmp_path, DISK_FORMATS="vhd,raw") as server, open_page(browser, server) as page:
        sign_in(page, server, "t1", where="#/upload")
        choose(page, path)

        page.get_by_text("It looks like qcow2, which this registry does not take.").wait_for()
        assert page.get_by_label("Disk format").locator("option").all_inner_texts() == ["raw", "vhd"]
        assert "docker" in page.get_by_label("Container format").locator("option").all_inner_texts()
        assert flaws(page) == []
