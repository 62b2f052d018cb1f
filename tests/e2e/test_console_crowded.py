"""The console over ten thousand images: nobody waits, nothing stutters."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.dynoxide import VERSION, binary_below
from local.state import local_dir
from tests.e2e.browser import CHROMIUM, Page, open_page, sign_in
from tests.e2e.console import shows
from tests.e2e.server import Server, running_server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

IMAGES, PAGE = 10_000, 50
STUTTER = 200
"""Milliseconds that no task of the page may take."""
OBSERVED = """
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });
"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with many images on dynoxide, which finds one of them in less than a second; moto takes ten."""
    if not binary_below(local_dir()).exists():
        pytest.skip("dynoxide is not installed: run `make dynoxide`")
    folder, kept = tmp_path_factory.mktemp("crowded"), local_dir().resolve() / f"dynoxide-{VERSION}"
    (folder / kept.name).symlink_to(kept)
    with running_server(folder, ENGINE="dynoxide") as server:
        server.crowd(IMAGES)
        yield server


@pytest.fixture
def watched(browser: Any, crowded: Server) -> Iterator[Page]:
    """The list, signed in as the owner of all images; no task of its may take long."""
    with open_page(browser, crowded) as page:
        page.add_init_script(OBSERVED)
        sign_in(page, crowded, "t1")
        yield page
        assert [task for task in page.evaluate("tasks") if task >= STUTTER] == []


def names(first: int, step: int = 1, count: int = PAGE) -> list[str]:
    """As many names as a page has, downwards from a number."""
    return [f"image-{first - step * number:06}" for number in range(count)]


def test_the_list_opens_with_the_newest_and_pages_on(watched: Page) -> None:
    shows(watched, *names(9999))
    for first in (9949, 9899, 9849):
        watched.get_by_role("button", name="Next").click()
        shows(watched, *names(first))

    watched.get_by_role("button", name="Previous").click()

    shows(watched, *names(9899))


def test_one_of_ten_thousand_is_found(watched: Page) -> None:
    for text in ("rare", "role=rare"):
        watched.get_by_role("searchbox").fill(text)
        watched.get_by_role("searchbox").press("Enter")
        shows(watched, "rare")


def test_filters_and_orders_are_those_of_the_whole(watched: Page) -> None:
    watched.get_by_role("combobox", name="Format").select_option("raw")
    shows(watched, *names(9999, 2))
    watched.get_by_role("button", name="Name").click()
    shows(watched, *reversed(names(99, 2)))
    watched.get_by_role("combobox", name="Status").select_option("queued")
    watched.get_by_text("No image matches").wait_for()


def test_the_keyboard_alone_searches_and_pages_on(watched: Page) -> None:
    shows(watched, *names(9999))
    watched.keyboard.press("Tab")
    reach(watched, "search")
    watched.keyboard.type("image-00")
    watched.keyboard.press("Enter")
    shows(watched, *names(9999))
    reach(watched, "Next →")

    watched.keyboard.press("Enter")

    shows(watched, *names(9949))


def reach(page: Page, wanted: str) -> None:
    """Go on with the tabulator until this has the focus."""
    for _ in range(2 * PAGE):
        focused = "document.activeElement.name || document.activeElement.textContent.trim()"
        if page.evaluate(focused) == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} was not reached")
