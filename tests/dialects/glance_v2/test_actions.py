"""Withholding bytes: cases 146 to 150."""

from uuid import uuid4

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v2.glance import (
    HELLO,
    IMAGES,
    UNKNOWN,
    a_raw_one,
    an_active_one,
    change,
    listed,
    path_of,
    refusal,
    says,
    shown,
    upload,
)

ACTIONS = ("deactivate", "reactivate")


def act(caller: Caller, image: dict[str, str], action: str, body: bytes = b"") -> int:
    return caller.post(path_of(image, "actions", action), {}, body).status


def test_case_146_an_active_image_is_deactivated(a: Caller) -> None:
    image = an_active_one(a)

    for _ in range(2):
        answer = a.post(path_of(image, "actions", "deactivate"))
        assert (answer.status, answer.body) == (204, b"")
    assert shown(a, image)["status"] == "deactivated"


@pytest.mark.parametrize("action", ACTIONS)
def test_case_146_an_image_without_bytes_has_none_to_withhold(a: Caller, action: str) -> None:
    answer = a.post(path_of(a_raw_one(a), "actions", action))

    assert says(answer, 403, f"Not allowed to {action} image in status 'queued'")


def test_case_147_a_deactivated_image_is_reactivated(a: Caller) -> None:
    image = an_active_one(a)
    act(a, image, "deactivate")

    assert [act(a, image, "reactivate") for _ in range(2)] == [204, 204]
    assert a.get(path_of(image, "file")).body == HELLO


def test_case_148_what_a_deactivated_image_allows(a: Caller, admin: Caller) -> None:
    image = an_active_one(a)
    act(a, image, "deactivate")

    assert says(a.get(path_of(image, "file")), 403, "deactivated")
    assert admin.get(path_of(image, "file")).body == HELLO
    assert [each["status"] for each in listed(a)] == ["deactivated"]
    assert change(a, image, name="x").status == 200
    assert refusal(change(a, image, disk_format="iso"))[0] == 403
    assert says(upload(a, image), 409, "from deactivated to saving")
    assert a.delete(path_of(image)).status == 204


@pytest.mark.parametrize("action", ACTIONS)
def test_case_149_who_may_withhold_bytes(a: Caller, b: Caller, reader: Caller, admin: Caller, action: str) -> None:
    image = an_active_one(a)

    assert act(reader, image, action) == 403
    assert act(b, image, action) == 404
    assert act(a, image, action, b"{}") == 400
    assert says(a.post(f"{IMAGES}/{UNKNOWN}/actions/{action}"), 404, UNKNOWN)
    change(admin, image, visibility="public")
    assert act(b, image, action) == 403
    assert act(admin, image, action) == 204


def test_case_150_what_is_deactivated_here_is_so_everywhere(api: Api) -> None:
    tenant = str(uuid4())
    a = api.caller(tenant)
    image = an_active_one(a, name="x")
    act(a, image, "deactivate")

    assert a.get(f"/v1/images/{image['id']}").status == 403
    bearer = Caller(api, {"Authorization": f"Bearer {a.shown('X-Auth-Token')}"})
    [found] = bearer.get("/v2/zone/ac1/images").json["images"]
    assert found["status"] == "suspended"
