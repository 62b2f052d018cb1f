"""Changes of an image while other requests, dialects or threads change it too."""

from functools import partial

import pytest

from chalicelib.catalog.query import ImageQuery, Scope
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.qingcloud.cloud import sweep
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    RAW,
    TWO_HOURS,
    add,
    capture,
    capture_image,
    delete,
    delete_image,
    job,
    job_of,
    lease,
    listed,
    listed_ids,
    modify,
    show,
    status_of,
    try_capture,
)
from tests.dialects.qingcloud.shapes import (
    assert_image,
    assert_ok,
    assert_wrong_state,
)
from tests.storage.contract.faults import answering, nothing_left
from tests.threads import at_once, statuses

REPEATED = pytest.mark.parametrize("turn", range(3))


@pytest.fixture
def glance(api: Api) -> Caller:
    """Alice, as she uses Glance."""
    return api.caller("t1", *ORDINARY, user="alice")


def kept_as(api: Api) -> str:
    """What the catalogue calls the only image of the tenant."""
    (image,) = api.world.catalog(a_caller("t1", "read_images")).images(ImageQuery(scope=Scope.OWN))
    return image.id


def test_an_image_that_is_deleted_elsewhere_does_not_come_back(
    api: Api, alice: Caller, glance: Caller, stopped: str
) -> None:
    made = capture(alice, stopped)
    answer = glance.delete(f"/v1/images/{kept_as(api)}")
    api.work()

    assert answer.status < 300
    assert status_of(alice, made["resource_ids"][0]) == ("ceased", "")
    assert job(alice, made["job_id"])["status"] == "failed"
    assert listed(alice) == []


def test_an_image_that_is_given_up_elsewhere_does_not_come_back(
    api: Api, alice: Caller, glance: Caller, stopped: str
) -> None:
    made = capture(alice, stopped)
    (image_id,) = made["resource_ids"]
    glance.put(f"/v1/images/{kept_as(api)}", RAW, b"less than an image")
    before = show(alice, image_id)
    api.work()
    after = show(alice, image_id)

    assert_image(before)
    assert_image(after)
    ended = {"ceased": ("ceased", "failed"), "pending": ("available", "successful")}[before["status"]]
    assert (after["status"], job(alice, made["job_id"])["status"]) == ended


def test_an_image_that_is_deleted_twice_in_two_dialects_is_gone_for_good(
    api: Api, alice: Caller, glance: Caller
) -> None:
    image = add(api)
    made = job_of(delete(alice, image))
    answer = glance.delete(f"/v1/images/{image}")
    api.work()

    assert answer.status < 300
    assert status_of(alice, image) == ("ceased", "")
    assert job(alice, made["job_id"])["status"] in {"successful", "failed"}
    assert_wrong_state(lease(alice, image))


def test_an_image_that_waits_for_its_end_is_not_deleted_elsewhere(api: Api, alice: Caller, glance: Caller) -> None:
    image = add(api)
    delete_image(alice, image)

    answer = glance.delete(f"/v1/images/{image}")
    job_of(lease(alice, image))
    api.work()

    assert 400 <= answer.status < 500
    assert status_of(alice, image) == ("available", "")


def test_a_captured_image_is_one_image_in_all_dialects(api: Api, alice: Caller, glance: Caller, stopped: str) -> None:
    image = capture_image(alice, stopped, image_name="web")
    kept = kept_as(api)

    renamed = glance.put(f"/v1/images/{kept}", {"x-image-meta-name": "renamed"})
    deleted = glance.delete(f"/v1/images/{kept}")

    assert (renamed.status, renamed.json["image"]["status"]) == (200, "active")
    assert deleted.status < 300
    assert show(alice, image["image_id"])["image_name"] == "renamed"
    assert status_of(alice, image["image_id"]) == ("ceased", "")


def test_many_images_are_shown_as_being_deleted_too(api: Api, alice: Caller) -> None:
    images = [add(api) for _ in range(40)]

    job_of(delete(alice, *images))

    shown = {status_of(alice, image) for image in images}
    assert shown <= {("available", "deleting"), ("deleted", "")}


def test_an_image_can_be_changed_while_it_is_deleted(api: Api, alice: Caller) -> None:
    image = add(api, name="old")
    job_of(delete(alice, image))

    job_of(modify(alice, image, image_name="new"))
    api.work()

    assert status_of(alice, image) == ("deleted", "")
    assert show(alice, image)["image_name"] == "new"


def test_an_image_can_be_changed_while_it_comes_back(api: Api, alice: Caller) -> None:
    image = add(api, name="old")
    delete_image(alice, image)
    job_of(lease(alice, image))

    job_of(modify(alice, image, image_name="new"))
    api.work()

    assert status_of(alice, image) == ("available", "")
    assert show(alice, image)["image_name"] == "new"


@pytest.mark.parametrize("delayed", ["deleting", "recovering"])
def test_what_is_under_way_forbids_anything_else(api: Api, alice: Caller, delayed: str) -> None:
    image = add(api)
    if delayed == "recovering":
        delete_image(alice, image)
    job_of({"deleting": delete, "recovering": lease}[delayed](alice, image))

    answers = [delete(alice, image), lease(alice, image)]
    api.work()

    for answer in answers:
        assert_wrong_state(answer)
    assert status_of(alice, image) == {"deleting": ("deleted", ""), "recovering": ("available", "")}[delayed]


def test_an_image_on_its_way_back_is_not_swept_away(api: Api, alice: Caller, stopped: str) -> None:
    image = capture_image(alice, stopped)["image_id"]
    delete_image(alice, image)
    api.clock.advance(TWO_HOURS - 300)
    made = job_of(lease(alice, image))

    sweep(api)

    assert job(alice, made["job_id"])["status"] == "successful"
    assert status_of(alice, image) == ("available", "")


def test_a_capture_that_has_ceased_leaves_nothing_in_the_cloud(
    api: Api, alice: Caller, machines: Machines, stopped: str
) -> None:
    def left() -> int:
        return len(machines.ec2.describe_images(Owners=["self"])["Images"])

    before = left()
    image = capture_image(alice, stopped)["image_id"]
    captured = left()
    delete_image(alice, image)
    kept = left()
    api.clock.advance(TWO_HOURS)
    sweep(api)
    sweep(api)

    assert (captured, kept, left()) == (before + 1, before + 1, before)
    assert status_of(alice, image) == ("ceased", "")


def test_a_total_counts_what_is_shown_though_images_go_meanwhile(api: Api, alice: Caller) -> None:
    for _ in range(5):
        add(api)

    with answering("BatchGetItem", nothing_left):
        found = alice.get(f"{IMAGES}?limit=2").json

    assert (len(found["images"]), found["total_count"]) == (2, 2)


@REPEATED
def test_of_deletions_at_once_one_succeeds(api: Api, alice: Caller, turn: int) -> None:
    image = add(api)

    answers = at_once(*[partial(delete, alice, image)] * 4)
    api.work()

    assert statuses(answers) == [200, 409, 409, 409]
    assert status_of(alice, image) == ("deleted", "")


@REPEATED
def test_of_deletions_that_overlap_one_is_done_and_the_other_not_at_all(api: Api, alice: Caller, turn: int) -> None:
    first, both, second = add(api), add(api), add(api)

    answers = at_once(partial(delete, alice, first, both), partial(delete, alice, second, both))
    api.work()

    left = second if answers[0].status == 200 else first
    assert statuses(answers) == [200, 409]
    assert listed_ids(alice) == [left]


@REPEATED
def test_captures_at_once_are_images_of_their_own(api: Api, alice: Caller, stopped: str, turn: int) -> None:
    answers = at_once(*(partial(try_capture, alice, stopped, image_name=str(number)) for number in range(4)))
    api.work()

    made = [job_of(answer) for answer in answers]
    assert len({each["job_id"] for each in made}) == 4
    assert sorted(listed_ids(alice)) == sorted(image_id for each in made for image_id in each["resource_ids"])
    for image in listed(alice):
        assert_image(image)
        assert image["status"] == "available"


@REPEATED
def test_changes_at_once_are_all_made(api: Api, alice: Caller, turn: int) -> None:
    image = add(api, name="old", description="old")

    answers = at_once(partial(modify, alice, image, image_name="new"), partial(modify, alice, image, description="new"))

    for answer in answers:
        assert_ok(answer)
    found = show(alice, image)
    assert (found["image_name"], found["description"]) == ("new", "new")
