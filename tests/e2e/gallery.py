"""`python -m tests.e2e.gallery FOLDER [SCENE…]`: each page and state of the console at three widths, to be seen."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.browser import PATIENCE, Page, running_browser, sign_in
from tests.e2e.console import MEGABYTE, PART, choose, create_token, ready, register, share, upload
from tests.e2e.disks import qcow2
from tests.e2e.server import Server, running_server

WIDTHS = {360: 740, 1280: 800, 3840: 2160}
"""Of a phone, a laptop and a wall, each with its height, in pixels."""
SCHEMES = ("light", "dark")
SLOW = 60_000
"""Milliseconds until the API reference is read, or an upload is verified."""
SETTLED = "() => document.querySelector('h1') && !document.querySelector('.busy, [aria-busy=true]')"
SETTINGS = {"DELAYED_DELETE": "true", "USER_STORAGE_QUOTA": "100000000"}
IMAGES: Mapping[str, Mapping[str, Any]] = {
    "debian-13-genericcloud-amd64-20260901": {"disk_format": "qcow2", "os_distro": "debian", "architecture": "x86_64"},
    "ubuntu-26.04-minimal": {
        "os_distro": "ubuntu",
        "architecture": "aarch64",
        "min_disk": 4,
        "tags": ["web", "stable"],
    },
    "windows-server-2025-datacenter-with-updates": {"disk_format": "vhd", "os_type": "windows", "protected": True},
    "rocky-10": {"visibility": "private"},
    "installer": {"disk_format": "iso", "visibility": "community"},
    "database": {"owner_team": "storage", "description": "PostgreSQL 18 with extensions, tuned for 64 GB of memory."},
}


class Studio(NamedTuple):
    """Where pictures are taken; `ids` are those of the images by their names."""

    browser: Any
    server: Server
    ids: Mapping[str, str]
    folder: Path

    def page(self, who: str, where: str) -> Page:
        """A page of a new window, in which somebody is signed in and sees what is there."""
        context = self.browser.new_context(base_url=f"{self.server.url}/", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        sign_in(page, self.server, who, where=where)
        page.wait_for_function(SETTLED)
        return page


Shown = Iterator[tuple[str, Page]]
"""The names of states, each with a page that is in it until the next one is asked for."""


def signing_in(studio: Studio) -> Shown:
    page = studio.browser.new_page(base_url=f"{studio.server.url}/")
    page.goto("console")
    page.locator("#token").wait_for()
    yield "asked", page
    page.locator("#token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    yield "refused", page
    page.get_by_text("User name and secret").click()
    yield "by-name", page


def the_list(studio: Studio) -> Shown:
    yield "empty", studio.page("t2", "")
    yield "nothing-found", studio.page("t1", "#/images?search=nothing")
    yield "of-all", studio.page("admin", "#/images?visibility=all")
    page = studio.page("t1", "")
    yield "full", page
    page.get_by_text("Columns", exact=True).first.click()
    yield "columns", page
    page.get_by_text("Columns", exact=True).first.click()
    page.route("**/v2/images*", lambda route: route.abort())
    page.get_by_role("button", name="Name").click()
    page.get_by_role("alert").wait_for()
    yield "lost", page


def an_image(studio: Studio) -> Shown:
    place = f"#/images/{studio.ids['database']}"
    for tab in ("views", "history", "members"):
        yield tab, studio.page("t1", f"{place}/{tab}")
    yield "to-a-member", studio.page("f1", f"{place}/members")
    yield "missing", studio.page("t1", "#/images/71c675ab-d94f-49cd-a114-e12490b328d9")
    yield "nowhere", studio.page("t1", "#/no")
    page = studio.page("t1", place)
    yield "facts", page
    for name in ("Edit", "Delete"):
        page.get_by_role("button", name=name).click()
        yield name.lower(), page
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Deprecate").click()
    page.get_by_text("It is deprecated").wait_for()
    yield "deprecated", page


def deleted(studio: Studio) -> Shown:
    yield "none", studio.page("t2", "#/deleted")
    image = f"/v2/images/{studio.ids['rocky-10']}"
    assert studio.server.request("t1", "DELETE", image).status == 204
    yield "one", studio.page("t1", "#/deleted")


def uploads(studio: Studio) -> Shown:
    files = {"golden.raw": os.urandom(2 * PART + MEGABYTE), "backed.img": qcow2(backing=True), "disk.qcow2": qcow2()}
    with tempfile.TemporaryDirectory() as folder:
        golden, backed, disk = (Path(folder, name) for name in files)
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        yield "not-allowed", studio.page("reader", "#/upload")
        page = studio.page("t1", "#/upload")
        yield "idle", page
        page.get_by_text("An address").click()
        page.get_by_label("Address", exact=True).wait_for()
        yield "address", page
        page.get_by_text("A file").click()
        choose(page, golden)
        page.get_by_label("Name", exact=True).wait_for()
        yield "chosen", page
        page.route("**/*partNumber=3*", lambda _: None)  # it never ends
        page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_function("(bytes) => document.querySelector('progress')?.value >= bytes", arg=2 * PART)
        yield "running", page
        page.get_by_role("button", name="Pause").click()
        yield "paused", page
        page.reload()
        sign_in(page, studio.server, "t1", where="#/upload")
        page.get_by_text("Unfinished uploads").wait_for()
        yield "unfinished", page
        for path in (backed, disk):
            choose(page, path)
            page.get_by_role("button", name="Upload", exact=True).click()
        page.get_by_text("refused it").wait_for(timeout=SLOW)
        ready(page)
        yield "over", page
    page = studio.page("t1", "#/jobs")
    yield "jobs", page
    page.get_by_role("row", name="failed").get_by_role("link").first.click()
    page.get_by_role("link", name="← Jobs").wait_for()
    yield "job", page
    yield "no-jobs", studio.page("t2", "#/jobs")


def tokens(studio: Studio) -> Shown:
    page = studio.page("t1", "#/tokens")
    yield "all", page
    page.get_by_role("button", name="New token").click()
    yield "new", page
    page.keyboard.press("Escape")
    create_token(page, "nightly build", "Create and change images")
    yield "made", page
    page.get_by_role("button", name="Revoke nightly build").click()
    yield "revoke", page


def tenants(studio: Studio) -> Shown:
    yield "usage", studio.page("t1", "#/usage")
    yield "usage-of-any", studio.page("admin", "#/usage")
    page = studio.page("admin", "#/tenants")
    page.get_by_text("answers").nth(2).wait_for()
    yield "all", page


def reference(studio: Studio) -> Shown:
    page = studio.browser.new_page(base_url=f"{studio.server.url}/")
    page.goto("docs")
    page.locator(".opblock-tag").first.wait_for(timeout=SLOW)
    yield "closed", page
    page.goto("docs#/OpenStack%20Glance%20v2/glance_v2_list_images")
    page.reload()
    page.locator(".opblock-body").first.wait_for(timeout=SLOW)
    yield "open", page


SCENES: Mapping[str, Callable[[Studio], Shown]] = {
    "sign-in": signing_in,
    "list": the_list,
    "image": an_image,
    "deleted": deleted,
    "upload": uploads,
    "tokens": tokens,
    "tenants": tenants,
    "docs": reference,
}


def main(folder: Path, wanted: list[str]) -> None:
    """Write the pictures of the scenes that are wanted, or of all, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_server(Path(place), **SETTINGS) as server:
        ids = _images(server)
        with running_browser() as browser:
            for scene in wanted or SCENES:
                for state, page in SCENES[scene](Studio(browser, server, ids, folder)):
                    _take(page, folder, f"{scene}-{state}")


def _images(server: Server) -> dict[str, str]:
    ids = {name: register(server, "t1", name=name, **facts) for name, facts in IMAGES.items()}
    for name in ("ubuntu-26.04-minimal", "rocky-10", "database"):
        upload(server, "t1", ids[name], bytes(3_000_000))
    for member in ("f1", "f2"):
        share(server, "t1", ids["database"], member)
    return ids


def _take(page: Page, folder: Path, name: str) -> None:
    for (width, height), scheme in product(WIDTHS.items(), SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.mouse.move(0, 0)
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
