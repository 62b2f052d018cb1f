"""Tokens, usage and tenants in the console, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import CHROMIUM, Page, flaws, open_page, sign_in
from tests.e2e.console import create_token, register, revoke, shows, upload
from tests.e2e.server import Server, running_server

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


def test_a_token_is_made_shown_once_and_revoked(page: Page, server: Server, browser: Any) -> None:
    sign_in(page, server, "t1", where="#/tokens")
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").wait_for()
    assert flaws(page) == []
    assert page.get_by_label("Publish images").count() == 0
    page.keyboard.press("Escape")
    secret = create_token(page, "nightly build", "Create and change images")
    assert flaws(page) == []

    with open_page(browser, server) as other:
        other.goto("console#/tokens")
        other.locator("#token").fill(secret)
        other.get_by_role("button", name="Sign in").click()
        other.get_by_role("row", name="nightly build").get_by_text("this session").wait_for()
        assert other.get_by_role("row", name="nightly build").get_by_text("read_images, create_image").is_visible()
        revoke(other, "nightly build")
        other.get_by_text("You have revoked the token of this session.").wait_for()
    page.get_by_role("button", name="I have it").click()
    page.get_by_role("link", name="Usage").click()
    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("row", name="this session").wait_for()
    assert page.get_by_text(secret).count() == 0
    assert page.get_by_text("nightly build").count() == 0


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, USER_STORAGE_QUOTA="100") as server:
        yield server


def test_usage_is_shown_against_the_quota(browser: Any, limited: Server) -> None:
    upload(limited, "t1", register(limited, "t1", name="golden"), b"b" * 25)
    with open_page(browser, limited) as page:
        sign_in(page, limited, "t1", where="#/usage")

        page.get_by_role("heading", name="Usage of t1").wait_for()
        page.get_by_text("of 100 bytes · 25%").wait_for()
        assert page.get_by_role("meter", name="Bytes").get_attribute("value") == "25"
        assert flaws(page) == []

    with open_page(browser, limited) as page:
        sign_in(page, limited, "admin", where="#/usage")
        page.get_by_label("Tenant", exact=True).fill("t1")
        page.get_by_role("button", name="Show").click()
        page.get_by_text("of 100 bytes · 25%").wait_for()


def test_an_administrator_sees_what_each_tenant_uses(browser: Any, limited: Server) -> None:
    upload(limited, "t1", register(limited, "t1", name="golden"), b"b" * 25)
    register(limited, "t2", name="theirs", visibility="private")
    with open_page(browser, limited) as page:
        sign_in(page, limited, "admin")
        page.get_by_role("link", name="Tenants").click()

        page.get_by_role("row", name="t1").get_by_text("25 bytes of 100 bytes").wait_for()
        page.get_by_role("row", name="t2").get_by_text("0 bytes of 100 bytes").wait_for()
        page.get_by_text("Owners of the 2 latest images: 2").wait_for()
        assert flaws(page) == []
        page.get_by_role("link", name="Images of t2").click()
        shows(page, "theirs")
        page.get_by_role("link", name="Tenants").click()
        page.get_by_label("Tenant", exact=True).fill("t3")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("row", name="t3").get_by_text("0 bytes of 100 bytes").wait_for()
        assert page.get_by_role("row", name="t1").count() == 0


def test_owners_of_older_images_are_found_once_asked_for(page: Page, server: Server) -> None:
    for who in ("t1", "t2", "s1"):
        register(server, who, name="image")
    page.route("**/v2/images?*", lambda route: route.continue_(url=route.request.url.replace("limit=200", "limit=2")))
    sign_in(page, server, "admin", where="#/tenants")
    page.get_by_text("Owners of the 2 latest images: 2").wait_for()

    page.get_by_role("button", name="Look at older images").click()

    page.get_by_text("Owners of the 3 latest images: 3").wait_for()
    page.get_by_role("row", name="t1").wait_for()
    assert page.get_by_role("button", name="Look at older images").count() == 0


def test_an_administrator_sees_whether_the_deployment_is_well(page: Page, server: Server) -> None:
    sign_in(page, server, "admin", where="#/tenants")
    health = page.get_by_role("region", name="Health of the deployment")
    health.get_by_text("answers").nth(2).wait_for()

    ill = {"status": "not ready", "tables": "timed out"}
    page.route("**/readyz", lambda route: route.fulfill(status=503, json=ill))
    health.get_by_role("button", name="Check again").click()

    health.get_by_text("timed out").wait_for()
    assert health.get_by_text("answers").count() == 2
    assert flaws(page) == []


def test_tenants_are_for_administrators(page: Page, server: Server) -> None:
    sign_in(page, server, "t1", where="#/tenants")

    page.get_by_text("For administrators").wait_for()
    assert page.get_by_role("link", name="Tenants").count() == 0
