"""One image in the console, in a real browser: what is seen of it, and what is done with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console_views import titles
from tests.e2e.browser import CHROMIUM, Page, flaws, open_page, sign_in
from tests.e2e.console import change, delete, register, shown, shows, upload
from tests.e2e.foreman import ForemanCaller, Parents, make
from tests.e2e.server import Server, running_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


def open_image(page: Page, server: Server, who: str, image_id: str, tab: str = "") -> None:
    sign_in(page, server, who, where=f"#/images/{image_id}{tab}")
    page.get_by_role("navigation", name="About this image").wait_for()


def actions(page: Page) -> list[str]:
    """What may be done, as buttons beside the name say."""
    found: list[str] = page.locator(".title .actions button").all_inner_texts()
    return found


def test_the_facts_of_an_image_are_shown_and_those_alone_that_there_are(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden", os_distro="debian", purpose="web", tags=["a", "b"])
    upload(server, "t1", image_id)

    open_image(page, server, "t1", image_id)

    text = page.locator("main").inner_text()
    for fact in (
        "golden",
        "debian",
        "purpose",
        "web",
        image_id,
        "5 bytes",
        "SHA-512",
        shown(server, "t1", image_id)["checksum"],
    ):
        assert fact in text
    assert "Description" not in text
    assert flaws(page) == []


@pytest.mark.parametrize("installation", ["apypie-0.8.0"], indirect=True)
def test_six_dialects_show_one_image_side_by_side(
    page: Page, server: Server, f1: ForemanCaller, parents: Parents
) -> None:
    make(f1, parents, name="golden", uuid="ami-1", username="admin")
    sign_in(page, server, "f1")
    page.get_by_role("link", name="golden").click()

    page.get_by_role("link", name="Six views").click()
    page.locator(".comparison").wait_for()

    headings = page.locator(".comparison thead th").all_inner_texts()
    assert headings[1:] == list(titles().values())
    row = page.get_by_role("row", name="Login user").locator("td .value").all_inner_texts()
    assert row == ["admin"] * 5
    status = page.get_by_role("row", name="Status").locator("td")
    assert [status.nth(place).locator("mark").count() for place in range(6)] == [0, 0, 0, 1, 1, 0]
    assert page.locator(".view", has_text="devops-service").get_by_text("Lost:").is_visible()
    commands = page.locator(".command pre").all_inner_texts()
    assert len(commands) == 6
    assert [command for command in commands if "$TOKEN" not in command or server.token("f1") in command] == []
    assert flaws(page) == []


def test_a_dialect_that_does_not_show_an_image_says_so(page: Page, server: Server) -> None:
    image_id = register(server, "s1", name="golden", visibility="public")

    open_image(page, server, "t2", image_id, "/views")

    page.get_by_text("this one is below none of yours").wait_for()
    page.get_by_text("It does not show this image to you.").wait_for()
    assert flaws(page) == []


def test_what_was_edited_is_saved_and_nothing_else_is_sent(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden", purpose="web", old="x", min_ram=512)
    open_image(page, server, "t1", image_id)

    page.get_by_role("button", name="Edit").click()
    assert flaws(page) == []
    page.get_by_label("Name", exact=True).fill("golden 2")
    page.get_by_label("Tags").fill("a, b")
    page.get_by_label("purpose", exact=True).fill("database")
    page.get_by_role("button", name="Remove old").click()
    page.get_by_label("Name of a new property").fill("new")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("new", exact=True).fill("value")
    with page.expect_request(lambda asked: asked.method == "PATCH") as sent:
        page.get_by_role("button", name="Save").click()
    page.get_by_text("Your changes are saved.").wait_for()

    assert {each["path"] for each in sent.value.post_data_json} == {"/name", "/tags", "/purpose", "/old", "/new"}
    image = shown(server, "t1", image_id)
    assert (image["name"], image["tags"], image["purpose"], image["new"]) == (
        "golden 2",
        ["a", "b"],
        "database",
        "value",
    )
    assert "old" not in image
    page.get_by_role("heading", name="golden 2").wait_for()
    page.get_by_role("link", name="History").click()
    page.get_by_text("changed it").wait_for()
    assert flaws(page) == []


def test_of_two_who_edit_the_second_is_shown_what_the_first_has_done(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden", purpose="web")
    open_image(page, server, "t1", image_id)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_label("purpose", exact=True).fill("mine too")
    change(server, "t1", image_id, name="theirs")

    page.get_by_role("button", name="Save").click()

    page.get_by_text("Your changes are not saved yet").wait_for()
    assert shown(server, "t1", image_id)["name"] == "theirs"
    assert page.get_by_label("Name", exact=True).input_value() == "theirs"
    assert page.get_by_text("name: mine").is_visible()
    assert flaws(page) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your changes are saved.").wait_for()
    image = shown(server, "t1", image_id)
    assert (image["name"], image["purpose"]) == ("theirs", "mine too")


def test_an_image_is_deprecated_deactivated_and_active_again(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden")
    upload(server, "t1", image_id)
    open_image(page, server, "t1", image_id)

    for button, words, status in [
        ("Deprecate", "It is deprecated", "active"),
        ("Deactivate", "It is deactivated", "deactivated"),
        ("Reactivate", "It is active again.", "active"),
        ("Protect", "It is protected", "active"),
    ]:
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_text(words).wait_for()
        assert shown(server, "t1", image_id)["status"] == status

    page.get_by_role("button", name="Unprotect").wait_for()
    assert "Delete" not in actions(page)
    assert flaws(page) == []


def test_an_image_is_deleted_once_its_name_is_typed(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden")
    open_image(page, server, "t1", image_id)

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("button", name="Delete").is_disabled()
    assert flaws(page) == []
    dialog.get_by_label("Name of the image").fill("golden")
    dialog.get_by_role("button", name="Delete").click()

    page.get_by_role("heading", name="golden was deleted").wait_for()
    page.get_by_text("It cannot be restored.").wait_for()
    page.get_by_role("link", name="All images").click()
    shows(page)


def test_an_image_that_changed_meanwhile_is_not_deleted(page: Page, server: Server) -> None:
    image_id = register(server, "t1", name="golden")
    open_image(page, server, "t1", image_id)
    page.get_by_role("button", name="Delete").click()
    change(server, "t1", image_id, name="precious")

    page.get_by_label("Name of the image").fill("golden")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    page.get_by_text("Somebody has changed this image").wait_for()
    assert shown(server, "t1", image_id)["name"] == "precious"


def test_two_tenants_share_an_image(page: Page, server: Server, browser: Any) -> None:
    image_id = register(server, "t1", name="golden")
    open_image(page, server, "t1", image_id, "/members")
    page.get_by_label("Share with tenant").fill("t2")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("cell", name="pending").wait_for()
    assert flaws(page) == []

    with open_page(browser, server) as other:
        open_image(other, server, "t2", image_id, "/members")
        assert actions(other) == []
        other.get_by_role("button", name="Accept").click()
        other.get_by_text("It is in your lists.").wait_for()
        assert flaws(other) == []
        other.get_by_role("link", name="Images", exact=True).click()
        shows(other, "golden")

    page.reload()
    open_image(page, server, "t1", image_id, "/members")
    page.get_by_role("cell", name="accepted").wait_for()
    page.get_by_role("button", name="Remove t2").click()
    page.get_by_text("Shared with nobody yet").wait_for()


def test_nobody_is_offered_what_is_not_allowed(page: Page, server: Server, browser: Any) -> None:
    image_id = register(server, "t1", name="golden")
    upload(server, "t1", image_id)
    open_image(page, server, "reader", image_id)
    assert actions(page) == ["Download"]

    with open_page(browser, server) as other:
        open_image(other, server, "admin", image_id)
        assert actions(other) == ["Download", "Edit", "Protect", "Deprecate", "Deactivate", "Delete"]


def test_an_image_that_is_not_there_is_said_to_be_so(page: Page, server: Server) -> None:
    sign_in(page, server, "t1", where="#/images/71c675ab-d94f-49cd-a114-e12490b328d9")

    page.get_by_role("heading", name="Image not found").wait_for()
    assert flaws(page) == []


@pytest.fixture
def delaying(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, DELAYED_DELETE="true") as server:
        yield server


def test_a_deletion_that_waits_is_undone(browser: Any, delaying: Server) -> None:
    image_id = register(delaying, "t1", name="golden")
    upload(delaying, "t1", image_id)
    with open_page(browser, delaying) as page:
        open_image(page, delaying, "t1", image_id)
        delete(page, "golden")
        page.get_by_role("button", name="Restore").wait_for()
        assert flaws(page) == []

        page.get_by_role("button", name="Restore").click()

        page.get_by_role("heading", name="golden", exact=True).wait_for()
        assert shown(delaying, "t1", image_id)["status"] == "active"


def test_deleted_images_that_wait_are_listed_and_restored(browser: Any, delaying: Server) -> None:
    ids = {
        name: register(delaying, who, name=name) for name, who in {"golden": "t1", "silver": "t1", "s": "t2"}.items()
    }
    for name, who in {"golden": "t1", "silver": "t1", "s": "t2"}.items():
        upload(delaying, who, ids[name])
        assert delaying.request(who, "DELETE", f"/v2/images/{ids[name]}").status == 204
    with open_page(browser, delaying) as page:
        sign_in(page, delaying, "t1")
        page.get_by_role("combobox", name="Status").select_option("deleted")
        page.get_by_role("button", name="Restore silver").wait_for()
        assert page.get_by_role("button", name="Restore").count() == 2
        assert flaws(page) == []

        page.get_by_role("button", name="Restore golden").click()

        page.get_by_text("Restored: golden").wait_for()
        page.get_by_role("button", name="Restore golden").wait_for(state="detached")
        assert shown(delaying, "t1", ids["golden"])["status"] == "active"

    with open_page(browser, delaying) as page:
        sign_in(page, delaying, "admin", where="#/deleted")
        page.get_by_role("button", name="Restore s", exact=True).wait_for()
        assert page.get_by_role("button", name="Restore").count() == 2
