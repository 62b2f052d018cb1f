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
def full(browser: Any, crowded: Server) -> Iterator[Page]:
    """The list, signed in as the owner of all images."""
    with open_page(browser, crowded) as page:
        sign_in(page, crowded, "t1")
        yield page


def names(first: int, step: int = 1, count: int = PAGE) -> list[str]:
    """As many names as a page has, downwards from a number."""
    return [f"image-{first - step * number:06}" for number in range(count)]


def test_the_list_opens_with_the_newest_and_pages_on(full: Page) -> None:
    shows(full, *names(9999))
    for first in (9949, 9899, 9849):
        full.get_by_role("button", name="Next").click()
        shows(full, *names(first))

    full.get_by_role("button", name="Previous").click()

    shows(full, *names(9899))


def test_one_of_ten_thousand_is_found(full: Page) -> None:
    for text in ("rare", "role=rare"):
        full.get_by_role("searchbox").fill(text)
        full.get_by_role("searchbox").press("Enter")
        shows(full, "rare")


def test_filters_and_orders_are_those_of_the_whole(full: Page) -> None:
    full.get_by_role("combobox", name="Format").select_option("raw")
    shows(full, *names(9999, 2))
    full.get_by_role("button", name="Name").click()
    shows(full, *reversed(names(99, 2)))
    full.get_by_role("combobox", name="Status").select_option("queued")
    full.get_by_text("No image matches").wait_for()


def test_the_keyboard_alone_searches_and_pages_on(full: Page) -> None:
    shows(full, *names(9999))
    full.keyboard.press("Tab")
    reach(full, "search")
    full.keyboard.type("image-00")
    full.keyboard.press("Enter")
    shows(full, *names(9999))
    reach(full, "Next →")

    full.keyboard.press("Enter")

    shows(full, *names(9949))


def test_lists_searches_and_pages_come_without_a_stutter(browser: Any, crowded: Server) -> None:
    # A core that is shared makes tasks longer, so that one visit in three may show how long they are.
    assert any(stutters(browser, crowded) == [] for _ in range(3))


def stutters(browser: Any, server: Server) -> list[float]:
    """The milliseconds of the tasks of one visit that a person would notice."""
    with open_page(browser, server) as page:
        page.add_init_script(OBSERVED)
        sign_in(page, server, "t1")
        page.get_by_role("button", name="Next").click()
        shows(page, *names(9949))
        page.get_by_role("searchbox").fill("rare")
        page.get_by_role("searchbox").press("Enter")
        shows(page, "rare")
        return [task for task in page.evaluate("tasks") if task >= STUTTER]


def reach(page: Page, wanted: str) -> None:
    """Go on with the tabulator until this has the focus."""
    for _ in range(2 * PAGE):
        focused = "document.activeElement.name || document.activeElement.textContent.trim()"
        if page.evaluate(focused) == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} was not reached")
