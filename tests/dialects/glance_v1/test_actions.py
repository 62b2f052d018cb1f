"""Images that are deactivated, reactivated, deprecated and allowed, for which the original has no requests."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import create, is_json, says
from tests.factories import an_image

DATA = b"bytes of an image"
ACTIONS = ("deactivate", "reactivate", "deprecate")


@pytest.fixture
def image_id(t1: Caller) -> str:
    """An active image."""
    return str(create(t1, data=DATA)["id"])


def act(caller: Caller, image_id: str, action: str) -> tuple[int, str]:
    """The status of the answer, and that of the image."""
    answer = caller.post(f"/v1/images/{image_id}/actions/{action}")
    return answer.status, answer.json["image"]["status"]


def history(caller: Caller, image_id: str) -> list[dict[str, Any]]:
    """What has happened to the image."""
    events: list[dict[str, Any]] = caller.get(f"/v1/images/{image_id}/events").json["events"]
    return events


def test_nobody_gets_the_bytes_of_a_deactivated_image(t1: Caller, admin: Caller, image_id: str) -> None:
    assert act(t1, image_id, "deactivate") == (200, "deactivated")
    assert act(t1, image_id, "deactivate") == (200, "deactivated")

    assert {caller.get(f"/v1/images/{image_id}").status for caller in (t1, admin)} == {403}
    assert t1.get("/v1/images/detail").json["images"][0]["status"] == "deactivated"


def test_a_reactivated_image_has_its_bytes(t1: Caller, image_id: str) -> None:
    act(t1, image_id, "deactivate")

    assert act(t1, image_id, "reactivate") == act(t1, image_id, "reactivate") == (200, "active")
    assert t1.get(f"/v1/images/{image_id}").body == DATA


def test_a_deprecated_image_is_active_here(t1: Caller, image_id: str) -> None:
    assert act(t1, image_id, "deprecate") == (200, "active")
    assert t1.get(f"/v1/images/{image_id}").body == DATA


@pytest.mark.parametrize(("action", "shown"), [("deactivate", "suspended"), ("deprecate", "deprecated")])
def test_other_dialects_say_it_in_their_words(api: Api, t1: Caller, image_id: str, action: str, shown: str) -> None:
    act(t1, image_id, action)

    bearer = {"Authorization": f"Bearer {t1.shown('X-Auth-Token')}"}
    [listed] = api.anonymous().get("/v2/zone/ac1/images", bearer).json["images"]
    assert listed["status"] == shown


@pytest.mark.parametrize("action", ACTIONS)
def test_an_image_without_bytes_is_a_conflict(t1: Caller, action: str) -> None:
    image_id = create(t1)["id"]

    answer = t1.post(f"/v1/images/{image_id}/actions/{action}", {"Accept": "application/json"})

    assert answer.status == 409
    assert is_json(answer)
    assert says(answer, f"Image {image_id} is queued")


@pytest.mark.parametrize("action", ACTIONS)
def test_whoever_may_not_change_the_image_is_refused(
    api: Api, t1: Caller, t2: Caller, image_id: str, action: str
) -> None:
    path = f"/v1/images/{image_id}/actions/{action}"

    assert t2.post(path).status == 404
    assert api.caller("t1", "read_images").post(path).status == 403
    assert api.anonymous().post(path).status in (401, 403)
    assert t1.post("/v1/images/unknown/actions/" + action).status == 404


def test_what_was_done_is_told(t1: Caller, image_id: str) -> None:
    for action in ("deactivate", "reactivate", "deprecate"):
        act(t1, image_id, action)

    events = [event["event"] for event in history(t1, image_id)]
    assert events[-3:] == ["deactivated", "reactivated", "deprecated"]


def test_an_administrator_lets_an_image_through_and_the_history_tells_who(t1: Caller, admin: Caller) -> None:
    image_id = create(t1)["id"]
    path = f"/v1/images/{image_id}/actions/allow"

    assert says(t1.post(path), "This needs the policy admin")
    assert act(admin, image_id, "allow") == act(admin, image_id, "allow") == (200, "queued")

    told = [(event["event"], event["user"], event["tenant"]) for event in history(t1, image_id)]
    assert told == [("created", "user-of-t1", "t1"), ("allowed", "root", "ops")]
    assert t1.get(f"/v2/images/{image_id}").json["inspection_policy"] == "record"


def test_a_killed_image_is_not_let_through_but_it_is_said_what_to_do(api: Api, admin: Caller) -> None:
    image_id = api.world.images.add(an_image(status=Status.KILLED)).id

    answer = admin.post(f"/v1/images/{image_id}/actions/allow", {"Accept": "application/json"})

    advice = "register it again, and allow the new image before you send its bytes"
    assert answer.status == 409
    assert says(answer, f"Image {image_id} is killed: {advice}")
