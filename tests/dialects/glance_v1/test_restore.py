"""Deletions that wait are undone, which the original leaves to operators."""

from datetime import timedelta

import pytest

from chalicelib.catalog.image import Status, Transition
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import MakeApi, create, header_block, ids, is_json, record, says, set_status
from tests.factories import an_image

DATA = b"bytes of an image"
JSON = {"Accept": "application/json"}


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(DELAYED_DELETE="true", PENDING_DELETE_HOURS="2")


@pytest.fixture
def waiting(t1: Caller) -> str:
    """The id of an image of two members whose deletion waits."""
    image_id: str = create(t1, data=DATA)["id"]
    for member in ("t2", "t3"):
        assert t1.put(f"/v1/images/{image_id}/members/{member}").status == 204
    assert t1.delete(f"/v1/images/{image_id}").status == 204
    return image_id


def test_a_restored_image_is_as_it_was(t1: Caller, t2: Caller, waiting: str) -> None:
    gone = (ids(t1.get("/v1/images")), ids(t2.get("/v1/images")))

    answer = t1.post(f"/v1/images/{waiting}/restore")

    image = answer.json["image"]
    assert gone == ([], [])
    assert (answer.status, image["id"], image["status"]) == (200, waiting, "active")
    assert (image["deleted"], image["deleted_at"]) == (False, None)
    assert answer.headers["etag"] == image["checksum"]
    assert t1.get(f"/v1/images/{waiting}").body == t2.get(f"/v1/images/{waiting}").body == DATA
    assert ids(t1.get("/v1/images")) == ids(t2.get("/v1/images")) == [waiting]
    assert len(t1.get(f"/v1/images/{waiting}/members").json["members"]) == 2


def test_that_it_was_restored_is_told_with_who_did_it(t1: Caller, admin: Caller, waiting: str) -> None:
    admin.post(f"/v1/images/{waiting}/restore")

    last = t1.get(f"/v1/images/{waiting}/events").json["events"][-1]
    assert (last["event"], last["user"], last["dialect"]) == ("restored", "root", "glance_v1")


def test_a_restored_image_outlives_the_sweep_and_counts_once(api: Api, t1: Caller, waiting: str) -> None:
    before = t1.get("/v1/usage").json["usage"]
    t1.post(f"/v1/images/{waiting}/restore")

    api.clock.advance(timedelta(hours=3).total_seconds())
    api.world.reaper.sweep()

    after = t1.get("/v1/usage").json["usage"]
    assert t1.get(f"/v1/images/{waiting}").body == DATA
    assert (before["bytes"], after["bytes"]) == (len(DATA), len(DATA))
    assert (before["images"], after["images"]) == (0, 1)


def test_what_is_deleted_again_can_be_restored_again(t1: Caller, waiting: str) -> None:
    t1.post(f"/v1/images/{waiting}/restore")
    assert t1.delete(f"/v1/images/{waiting}").status == 204

    assert t1.post(f"/v1/images/{waiting}/restore").json["image"]["status"] == "active"


@pytest.mark.parametrize("who", ["t1", "admin"])
def test_a_deletion_that_is_over_is_not_undone(api: Api, t1: Caller, admin: Caller, waiting: str, who: str) -> None:
    api.clock.advance(timedelta(hours=3).total_seconds())
    api.world.reaper.sweep()

    answer = {"t1": t1, "admin": admin}[who].post(f"/v1/images/{waiting}/restore", JSON)

    assert (answer.status, answer.json["error"]["message"]) == (404, f"Image {waiting} not found")
    assert record(api, waiting).status is Status.DELETED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING_DELETE, Status.DELETED}))
def test_an_image_whose_deletion_does_not_wait_stays_as_it_is(api: Api, t1: Caller, status: Status) -> None:
    image_id = create(t1, data=DATA)["id"]
    set_status(api, image_id, status)

    answer = t1.post(f"/v1/images/{image_id}/restore", JSON)

    assert (answer.status, is_json(answer)) == (409, True)
    assert answer.json["error"]["message"] == f"Image {image_id} is {status}"
    assert record(api, image_id).status is status


def test_what_a_job_is_restoring_is_left_to_it(api: Api, t1: Caller) -> None:
    moving = an_image(owner="t1", status=Status.PENDING_DELETE, transition=Transition.RECOVERING)
    api.world.images.add(moving)

    answer = t1.post(f"/v1/images/{moving.id}/restore")

    assert answer.status == 409
    assert says(answer, f"Image {moving.id} is recovering")


def test_whoever_may_not_delete_may_not_restore(api: Api, t2: Caller, waiting: str) -> None:
    writer = api.caller("t1", "read_images", "create_image")

    refused, member = (each.post(f"/v1/images/{waiting}/restore", JSON) for each in (writer, t2))

    assert (refused.status, member.status) == (403, 404)
    assert member.json["error"]["message"] == f"Image {waiting} not found"
    assert record(api, waiting).status is Status.PENDING_DELETE


def test_whoever_has_no_name_restores_nothing(make_api: MakeApi) -> None:
    api = make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true", GLANCE_V1_POLICIES='{"delete_image": "read_images"}')
    waiting = api.world.images.add(an_image(owner=None, status=Status.PENDING_DELETE))

    assert api.anonymous().post(f"/v1/images/{waiting.id}/restore").status == 403


def test_what_is_restored_is_not_restored_again(t1: Caller, waiting: str) -> None:
    first, second = (t1.post(f"/v1/images/{waiting}/restore") for _ in range(2))

    events = [each["event"] for each in t1.get(f"/v1/images/{waiting}/events").json["events"]]
    assert (first.status, second.status) == (200, 409)
    assert events.count("restored") == 1
    assert header_block(t1.head(f"/v1/images/{waiting}"))["status"] == "active"
