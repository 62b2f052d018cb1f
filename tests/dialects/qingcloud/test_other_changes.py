"""How images of other dialects are changed, deleted, recovered and shared (wire §7 and §9)."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import ORDINARY, Api, Caller
from tests.dialects.qingcloud.cloud import sweep
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    RAW,
    SHOWN,
    TWO_HOURS,
    ZONES,
    add,
    add_in_status,
    delete,
    delete_image,
    job_of,
    lease,
    listed,
    listed_ids,
    modify,
    query,
    share,
    show,
    status_of,
    stored,
)
from tests.dialects.qingcloud.shapes import (
    assert_error,
    assert_forbidden,
    assert_image,
    assert_wrong_state,
)
from tests.factories import an_image

EACH_ZONE = pytest.mark.parametrize("zone", ZONES)
A_DISK: dict[str, Any] = {
    "name": "cirros",
    "disk_format": "qcow2",
    "container_format": "bare",
    "size": 7,
    "checksum": "f" * 32,
    "properties": {"distro": "arch", "status": "odd"},
}


@pytest.mark.parametrize("swept", [False, True], ids=["not swept", "swept"])
def test_a_deleted_image_ceases_after_two_hours_whatever_a_sweep_does(api: Api, alice: Caller, swept: bool) -> None:
    image = add_in_status(api, Status.PENDING_DELETE)
    api.clock.advance(TWO_HOURS - 60)
    early = status_of(alice, image), listed_ids(alice, "?status=deleted")
    api.clock.advance(60)
    if swept:
        api.world.reaper.sweep()

    assert early == (("deleted", ""), [image])
    assert status_of(alice, image) == ("ceased", "")
    assert listed_ids(alice, "?status=ceased") == [image]
    assert listed_ids(alice, "?status=deleted") == []


@pytest.mark.parametrize("status", [status for status in Status if SHOWN[status] != "ceased"])
def test_an_image_can_be_changed(api: Api, alice: Caller, status: Status) -> None:
    image = add_in_status(api, status, name="old", description="old")

    found = job_of(modify(alice, image, image_name="new", description=""))

    after = show(alice, image)
    assert (found["status"], found["resource_ids"]) == ("successful", [image])
    assert (after["image_name"], after["description"], after["status"]) == ("new", "", SHOWN[status])


@EACH_ZONE
def test_an_image_can_be_deleted_and_recovered_in_every_zone(api: Api, alice: Caller, zone: str) -> None:
    image = add(api, **A_DISK)
    before = show(alice, image)
    job_of(delete(alice, image, zone=zone))
    api.work()
    deleted = status_of(alice, image)
    job_of(lease(alice, image, zone=zone))
    api.work()

    after = show(alice, image)

    assert deleted == ("deleted", "")
    assert after == {**before, "status_time": after["status_time"]}
    assert stored(api, image).properties == A_DISK["properties"]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SAVING, Status.KILLED, Status.PENDING_DELETE, Status.DELETED])
def test_an_image_that_is_not_usable_is_not_deleted(api: Api, alice: Caller, status: Status) -> None:
    image, other = add_in_status(api, status), add(api)
    before = show(alice, image)

    answer = delete(alice, other, image)
    api.work()

    assert_wrong_state(answer)
    assert show(alice, image) == before
    assert status_of(alice, other) == ("available", "")


@pytest.mark.parametrize("company", [0, 1], ids=["alone", "with another"])
def test_a_protected_image_is_not_deleted(api: Api, alice: Caller, company: int) -> None:
    image = add(api, protected=True)
    others = [add(api) for _ in range(company)]

    answer = delete(alice, *others, image)
    api.work()

    assert_error(answer, 403, 1400)
    assert sorted(listed_ids(alice)) == sorted([*others, image])


def test_an_image_is_shared_by_membership(api: Api, alice: Caller, bob: Caller) -> None:
    image = add(api, owner="t2", name="shared")
    share(api, image, "t1")

    (found,) = listed(alice)

    assert_image(found)
    assert (found["image_id"], found["provider"], found["visibility"]) == (image, "shared", "private")
    assert listed(alice, "?provider=shared") == [show(alice, image)] == [found]
    assert listed(alice, "?provider=self") == []
    assert show(bob, image)["provider"] == "self"


@pytest.mark.parametrize("owner", ["t2", None], ids=["another tenant", "nobody"])
def test_a_public_image_of_others_is_shared(api: Api, alice: Caller, owner: str | None) -> None:
    image = add(api, owner=owner, visibility=Visibility.PUBLIC)

    found = show(alice, image)

    assert_image(found)
    assert (found["provider"], found["visibility"]) == ("shared", "public")


def test_a_member_can_neither_change_delete_nor_recover_an_image(api: Api, alice: Caller, bob: Caller) -> None:
    image = add(api, owner="t2")
    share(api, image, "t1")
    before = show(bob, image)

    answers = [modify(alice, image, image_name="mine"), delete(alice, image), lease(alice, image)]
    api.work()

    for answer in answers:
        assert_forbidden(answer)
    assert show(bob, image) == before


@pytest.mark.parametrize("owner", ["t2", "system", None], ids=["another tenant", "the operator", "nobody"])
def test_a_password_is_not_shown_to_others(api: Api, alice: Caller, owner: str | None) -> None:
    image = add(api, owner=owner, visibility=Visibility.PUBLIC, login_password="s3cret")

    answers = [alice.get(IMAGES), alice.get(IMAGES + query(images=image))]

    for answer in answers:
        assert answer.json["images"][0]["default_passwd"] == ""
        assert "s3cret" not in answer.text


def test_a_password_is_not_shown_to_members(api: Api, alice: Caller) -> None:
    image = add(api, owner="t2", login_password="s3cret")
    share(api, image, "t1")

    assert show(alice, image)["default_passwd"] == ""


def test_deleting_leaves_other_images_of_its_name(api: Api, alice: Caller) -> None:
    image, other = add(api, name="same"), add(api, name="same")

    delete_image(alice, image)

    assert listed_ids(alice) == [other]


def test_the_bytes_of_a_deleted_image_are_kept_until_it_ceases(api: Api, alice: Caller) -> None:
    glance = api.caller("t1", *ORDINARY, user="alice")
    image = glance.post("/v1/images", RAW, b"bytes of an image").json["image"]["id"]
    delete_image(alice, image)
    waiting = len(api.stored())
    job_of(lease(alice, image))
    api.work()
    recovered = glance.get(f"/v1/images/{image}").body
    delete_image(alice, image)
    api.clock.advance(TWO_HOURS)
    sweep(api)

    assert (waiting, recovered) == (1, b"bytes of an image")
    assert api.stored() == []
    assert status_of(alice, image) == ("ceased", "")


def test_a_ceased_image_is_changed_no_more(api: Api, alice: Caller) -> None:
    image = api.world.images.add(an_image(status=Status.DELETED))

    answer = modify(alice, image.id, description="too late")

    assert (answer.status, answer.json["ret_code"]) == (409, 1400)
    assert show(alice, image.id)["description"] == ""
