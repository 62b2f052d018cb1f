"""A large upload in the console that is interrupted in the middle, in a real browser."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import CHROMIUM, open_page, sign_in
from tests.e2e.console import MEGABYTE, PART, VERIFIED, begin, choose, image_of, ready, shown
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

PARTS = 12
"""Not the 64 of 1 GiB, which show the same, but take over a minute, and 5.3 GB of memory in the local server."""
AT_ONCE = 3


def sparse(path: Path, parts: int) -> Path:
    """Write a sparse file of that many parts, each with different contents, and return its path."""
    with path.open("wb") as file:
        for number in range(parts):
            file.seek(number * PART)
            file.write(b"part %d" % number)
        file.truncate(parts * PART - MEGABYTE)
    return path


def test_of_a_large_file_only_the_missing_parts_are_sent_once_its_tab_was_closed(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    path, sent = sparse(tmp_path / "large.raw", PARTS), list[str]()
    with server.s3() as s3:
        store = s3.meta.endpoint_url
    with open_page(browser, server, store) as page:
        begin(page, server, path)
        half = "(bytes) => document.querySelector('progress[aria-label^=Sending]')?.value >= bytes"
        page.wait_for_function(half, arg=PARTS // 2 * PART, timeout=VERIFIED)
        page.close()

        tab = page.context.new_page()
        tab.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
        sign_in(tab, server, "t1", where="#/upload")
        tab.get_by_text("Unfinished uploads").wait_for()
        choose(tab, path)
        ready(tab)
        image = shown(server, "t1", image_of(tab, "large"))

    with path.open("rb") as file:
        assert image["checksum"] == hashlib.file_digest(file, "md5").hexdigest()
    assert (image["status"], image["size"]) == ("active", path.stat().st_size)
    assert 0 < len(sent) <= PARTS // 2 + AT_ONCE
