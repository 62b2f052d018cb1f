"""The API reference in a real browser: what is found there, and asked from there."""

import json
from collections.abc import Mapping

import pytest

from tests.e2e.browser import CHROMIUM, Page, flaws
from tests.e2e.console import register
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

SLOW = 60_000
"""Milliseconds: the page reads the whole description before it shows any of it."""
LEFT: Mapping[str, str] = {
    "nested-interactive": "the line of an operation is a button, and has a link in it",
    "scrollable-region-focusable": "examples scroll, and the keyboard does not reach them",
    "select-name": "parameters that are chosen from a list have no label",
    "color-contrast": "numbers in examples are pale",
}
"""What axe-core finds within operations, whose markup is Swagger UI's alone, by its rules."""
LIST = "#operations-OpenStack_Glance_v2-glance_v2_list_images"


def test_a_person_finds_an_operation_signs_in_and_tries_it(page: Page, server: Server) -> None:
    register(server, "t1", name="golden")
    page.goto("/docs")

    page.get_by_label("Search operations, parameters and fields").fill("member_status get", timeout=SLOW)

    page.locator(".opblock").first.wait_for(timeout=SLOW)
    assert page.locator(".opblock-summary-path").all_inner_texts() == ["/v2/images"]
    page.get_by_role("button", name="Authorize").click()
    page.locator("#api_key_value").fill(server.token("t1"))
    page.locator(".modal-ux").get_by_role("button", name="Apply credentials").first.click()
    page.locator(".modal-ux").get_by_role("button", name="Close").first.click()
    page.locator(LIST).locator(".opblock-summary-control").click()
    page.locator(LIST).get_by_role("button", name="Try it out").click()
    with page.expect_response("**/v2/images**") as answered:
        page.locator(LIST).get_by_role("button", name="Execute").click()
    assert [image["name"] for image in json.loads(answered.value.text())["images"]] == ["golden"]
    page.locator(LIST).locator(".live-responses-table .response-col_status").get_by_text("200").wait_for()
    assert "curl" in page.locator(LIST).locator(".curl").inner_text()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_page_says_how_to_sign_in(page: Page) -> None:
    page.goto("/docs")

    page.get_by_role("heading", name="Sign in", exact=True).wait_for(timeout=SLOW)

    assert "curl" in page.locator(".info").inner_text()
    assert page.locator(".opblock-tag").first.inner_text().startswith("OpenStack Glance v1")


def test_all_that_is_ours_of_the_page_is_without_flaws(page: Page) -> None:
    page.goto("/docs")
    page.get_by_role("search").get_by_role("textbox").wait_for(timeout=SLOW)
    assert flaws(page) == []

    page.get_by_role("textbox").fill("member_status get")
    page.locator(LIST).locator(".opblock-summary-control").click()
    page.locator(LIST).locator(".opblock-body .highlight-code").first.wait_for(timeout=SLOW)

    assert flaws(page, {"exclude": [[".opblock"]]}) == []
    assert {flaw.split(": ")[1] for flaw in flaws(page, ".opblock")} == LEFT.keys()
