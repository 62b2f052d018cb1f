"""The console in a real browser: what a person does there, and what is seen."""

from typing import Any

import pytest

from tests.e2e.browser import CHROMIUM, Page, flaws, open_page, sign_in
from tests.e2e.console import register, share, shows
from tests.e2e.proxy import mounted
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

UNKNOWN = "0123456789abcdef0123456789abcdef"


def test_a_person_signs_in_with_a_token_and_out_again(page: Page, server: Server) -> None:
    register(server, "t1", name="golden")

    sign_in(page, server, "t1")

    shows(page, "golden")
    assert page.get_by_text("u1", exact=True).is_visible()
    assert server.token("t1") not in page.url
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to Rosetta").wait_for()
    page.reload()
    assert page.get_by_role("heading", name="Sign in to Rosetta").is_visible()


def test_a_person_signs_in_with_user_name_and_secret(page: Page, server: Server) -> None:
    page.goto("console")
    page.get_by_text("User name and secret").click()
    page.get_by_label("User name", exact=True).fill("u1")
    page.get_by_label("Secret", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "The user name or the secret is wrong."

    page.get_by_label("Secret", exact=True).fill(server.token("t1"))
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("heading", name="Images", exact=True).wait_for()


def test_a_tab_stays_signed_in_if_that_was_asked_for_and_nobody_else_does(
    page: Page, server: Server, browser: Any
) -> None:
    sign_in(page, server, "t1", keep=True)
    page.reload()
    page.get_by_role("button", name="Sign out").wait_for()

    with open_page(browser, server) as other:
        other.goto("console")
        other.get_by_role("heading", name="Sign in to Rosetta").wait_for()
    assert page.evaluate("localStorage.length") == 0


def test_an_unknown_token_is_refused_and_an_expired_one_is_asked_for_again(page: Page, server: Server) -> None:
    register(server, "t1", name="golden")
    page.goto("console")
    page.locator("#token").fill(UNKNOWN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "The registry does not know this token."
    assert flaws(page) == []

    sign_in(page, server, "t1", where="#/images?sort=name%3Aasc")
    shows(page, "golden")
    page.route("**/v2/images*", lambda route: route.fulfill(status=401, json={"error": {"message": "no"}}))
    page.get_by_role("button", name="Size").click()

    page.get_by_text("Your token has expired or was revoked").wait_for()
    page.unroute("**/v2/images*")
    page.locator("#token").fill(server.token("t1"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Images", exact=True).wait_for()
    assert "sort=size" in page.url


def test_behind_a_prefix_nothing_is_different(browser: Any, server: Server) -> None:
    image_id = register(server, "t1", name="golden")
    with mounted(server, "behind a prefix") as mount, open_page(browser, server, mount=mount) as page:
        sign_in(page, server, "t1", where=f"#/images/{image_id}/views")

        page.locator(".comparison").wait_for()

        commands = page.locator(".command pre").all_inner_texts()
        assert [command for command in commands if f'"{mount}/' not in command] == []
        page.goto("console/")
        page.wait_for_url(f"{mount}/console")


def test_the_list_is_searched_filtered_and_sorted(page: Page, server: Server) -> None:
    first = register(server, "t1", name="alpha", disk_format="qcow2", purpose="web")
    register(server, "t1", name="beta")
    register(server, "t1", name="Alphabet", visibility="private")
    register(server, "t2", name="somebody else's")
    sign_in(page, server, "t1")
    box = page.get_by_role("searchbox")

    page.get_by_role("button", name="Name").click()
    shows(page, "Alphabet", "alpha", "beta")
    for text, found in [("alph", ["Alphabet", "alpha"]), (first, ["alpha"]), ("purpose=web", ["alpha"]), ("x", [])]:
        box.fill(text)
        box.press("Enter")
        shows(page, *found)
    assert page.get_by_text("No image matches").is_visible()
    assert flaws(page) == []
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("combobox", name="Visibility").select_option("private")
    shows(page, "Alphabet")


def test_the_list_has_pages_and_columns_to_choose(page: Page, server: Server) -> None:
    for number in range(5):
        register(server, "t1", name=f"image-{number}")
    page.route("**/v2/images?*", lambda route: route.continue_(url=route.request.url.replace("limit=50", "limit=3")))
    sign_in(page, server, "t1", where="#/images?sort=name%3Aasc")
    shows(page, "image-0", "image-1", "image-2")

    page.get_by_role("button", name="Next").click()
    shows(page, "image-3", "image-4")
    assert flaws(page) == []
    page.get_by_role("button", name="Previous").click()
    shows(page, "image-0", "image-1", "image-2")

    page.get_by_text("Columns", exact=True).first.click()
    page.get_by_label("Id", exact=True).check()
    assert page.get_by_role("columnheader", name="Id").is_visible()
    assert flaws(page) == []


def test_a_lost_connection_is_said_and_can_be_tried_again(page: Page, server: Server) -> None:
    register(server, "t1", name="golden")
    sign_in(page, server, "t1")
    shows(page, "golden")
    page.route("**/v2/images*", lambda route: route.abort())

    page.get_by_role("button", name="Name").click()
    page.get_by_role("alert").wait_for()
    assert "could not be reached" in page.get_by_role("alert").inner_text()
    page.unroute("**/v2/images*")
    page.get_by_role("button", name="Try again").click()

    page.get_by_role("link", name="golden").wait_for()
    assert flaws(page) == []


def test_a_list_is_used_with_the_keyboard_alone(page: Page, server: Server) -> None:
    register(server, "t1", name="golden")
    page.goto("console")
    page.locator("#token:focus").wait_for()
    page.keyboard.type(server.token("t1"))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="golden").wait_for()

    page.keyboard.press("Tab")
    focused = []
    for _ in range(25):
        focused.append(page.evaluate("document.activeElement.textContent || document.activeElement.name"))
        page.keyboard.press("Tab")

    assert {"Columns", "search", "golden"} <= set(focused)


@pytest.mark.parametrize(
    "place",
    [
        "images",
        "{image}",
        "{image}/views",
        "{image}/history",
        "{image}/members",
        "upload",
        "jobs",
        "tokens",
        "usage",
        "tenants",
        "deleted",
        "no",
    ],
)
def test_nothing_is_wider_than_the_window_whether_phone_or_wall(page: Page, server: Server, place: str) -> None:
    properties = {"purpose": "x" * 255, "a-long-name-of-a-property-" * 4: "unbroken" * 30}
    image_id = register(server, "t1", name="long-" * 40, **properties)
    share(server, "t1", image_id, "t2")
    sign_in(
        page, server, "admin" if place == "tenants" else "t1", where=f"#/{place.format(image=f'images/{image_id}')}"
    )

    for width in (360, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("h1").wait_for()
        page.locator(".busy").first.wait_for(state="detached")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert flaws(page) == []
