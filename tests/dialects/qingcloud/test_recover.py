"""How deleted images come back, which wire §9.6 leaves open and this registry offers: case 74."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    FORM,
    JSON,
    LEASE,
    TWO_HOURS,
    UNKNOWN,
    add,
    add_system_image,
    capture_image,
    delete_image,
    job,
    job_of,
    lease,
    listed,
    listed_ids,
    modify,
    send,
    show,
    status_of,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_forbidden,
    assert_image,
    assert_malformed,
    assert_not_found,
    assert_wrong_state,
)

NO_RESOURCES: dict[str, Any] = {
    "missing": {},
    "other key": {"images": ["img-00000000"]},
    "null": {"resources": None},
    "number": {"resources": 7},
    "object": {"resources": {"0": "img-00000000"}},
    "true": {"resources": True},
    "empty": {"resources": ""},
    "empty array": {"resources": []},
    "commas": {"resources": ",, "},
    "number in an array": {"resources": [7]},
    "array in an array": {"resources": [["img-00000000"]]},
    "array": ["img-00000000"],
    "text": "img-00000000",
}


@pytest.fixture
def image(alice: Caller, stopped: str) -> Record:
    """An image that alice captured, as it was before she deleted it."""
    captured = capture_image(alice, stopped, image_name="web")
    delete_image(alice, captured["image_id"])
    return captured


def test_case_074_a_recovery_is_a_job(api: Api, alice: Caller, image: Record) -> None:
    first = job_of(lease(alice, image["image_id"]))
    api.work()
    found = job(alice, first["job_id"])

    assert (first["action"], first["resource_ids"]) == ("Lease", [image["image_id"]])
    assert (found["status"], found["resource_ids"]) == ("successful", [image["image_id"]])


def test_case_074_the_image_is_recovering_or_there_at_once(alice: Caller, image: Record) -> None:
    job_of(lease(alice, image["image_id"]))

    assert status_of(alice, image["image_id"]) in {("deleted", "recovering"), ("available", "")}


def test_case_074_the_image_is_what_it_was(api: Api, alice: Caller, image: Record) -> None:
    api.clock.advance(600)
    deleted = show(alice, image["image_id"])
    job_of(lease(alice, image["image_id"]))
    api.work()

    found = show(alice, image["image_id"])

    assert_image(found)
    assert found == {**image, "status_time": found["status_time"]}
    assert found["status_time"] > deleted["status_time"]
    assert listed(alice) == [found]


def test_case_074_several_come_back(api: Api, alice: Caller, image: Record) -> None:
    other, left = add(api), add(api)
    delete_image(alice, other)
    delete_image(alice, left)

    found = job_of(lease(alice, other, image["image_id"]))
    api.work()

    assert found["resource_ids"] == [other, image["image_id"]]
    assert sorted(listed_ids(alice)) == sorted([other, image["image_id"]])
    assert listed_ids(alice, "?status=deleted") == [left]


@pytest.mark.parametrize("headers", [JSON, FORM], ids=["JSON", "form"])
@pytest.mark.parametrize("resources", ["{0},{1}", ["{0}", " {1} ", "{0}"], ["{0},{1}", ""]], ids=str)
def test_a_list_of_resources_has_many_forms(
    api: Api, alice: Caller, resources: str | list[str], headers: dict[str, str]
) -> None:
    images = [add(api), add(api)]
    for each in images:
        delete_image(alice, each)
    filled = resources.format(*images) if isinstance(resources, str) else [text.format(*images) for text in resources]

    found = job_of(send(alice, "POST", LEASE, {"resources": filled}, headers))
    api.work()

    assert found["resource_ids"] == images
    assert sorted(listed_ids(alice)) == sorted(images)


def test_what_came_back_can_be_deleted_again(api: Api, alice: Caller, image: Record) -> None:
    job_of(lease(alice, image["image_id"]))
    api.work()
    delete_image(alice, image["image_id"])
    deleted = status_of(alice, image["image_id"])
    job_of(lease(alice, image["image_id"]))
    api.work()

    assert deleted == ("deleted", "")
    assert status_of(alice, image["image_id"]) == ("available", "")


def test_what_was_changed_in_the_bin_stays_changed(api: Api, alice: Caller, image: Record) -> None:
    job_of(modify(alice, image["image_id"], image_name="db", description="was in the bin"))
    job_of(lease(alice, image["image_id"]))
    api.work()

    found = show(alice, image["image_id"])

    assert (found["image_name"], found["description"]) == ("db", "was in the bin")


@pytest.mark.parametrize("status", [Status.QUEUED, Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED, Status.KILLED])
def test_what_is_not_deleted_does_not_come_back(api: Api, alice: Caller, image: Record, status: Status) -> None:
    other = add(api, status=status)
    before = show(alice, other)

    answers = [lease(alice, other), lease(alice, image["image_id"], other)]
    api.work()

    for answer in answers:
        assert_wrong_state(answer)
    assert show(alice, other) == before
    assert status_of(alice, image["image_id"]) == ("deleted", "")


def test_what_came_back_does_not_come_back_again(api: Api, alice: Caller, image: Record) -> None:
    job_of(lease(alice, image["image_id"]))
    api.work()

    answer = lease(alice, image["image_id"])

    assert_wrong_state(answer)
    assert status_of(alice, image["image_id"]) == ("available", "")


def test_after_two_hours_nothing_comes_back(api: Api, alice: Caller, image: Record) -> None:
    api.clock.advance(TWO_HOURS)

    answer = lease(alice, image["image_id"])
    api.work()

    assert_wrong_state(answer)
    assert status_of(alice, image["image_id"]) == ("ceased", "")


def test_just_before_two_hours_are_over_it_does(api: Api, alice: Caller, image: Record) -> None:
    api.clock.advance(TWO_HOURS - 60)

    job_of(lease(alice, image["image_id"]))
    api.work()
    api.clock.advance(TWO_HOURS)

    assert status_of(alice, image["image_id"]) == ("available", "")


def test_an_unknown_image_is_not_found(api: Api, alice: Caller, image: Record) -> None:
    answers = [lease(alice, UNKNOWN), lease(alice, image["image_id"], UNKNOWN)]
    api.work()

    for answer in answers:
        assert_not_found(answer)
    assert status_of(alice, image["image_id"]) == ("deleted", "")


def test_a_deleted_image_of_another_tenant_is_not_found(
    api: Api, alice: Caller, bob: Caller, machines: Machines
) -> None:
    theirs = capture_image(bob, machines.start(tenant="t2"))["image_id"]
    delete_image(bob, theirs)

    answer = lease(alice, theirs)
    api.work()

    assert_not_found(answer)
    assert status_of(bob, theirs) == ("deleted", "")


def test_a_system_image_is_not_the_callers_to_recover(api: Api, alice: Caller, image: Record) -> None:
    answer = lease(alice, image["image_id"], add_system_image(api))
    api.work()

    assert_forbidden(answer)
    assert status_of(alice, image["image_id"]) == ("deleted", "")


@pytest.mark.parametrize("document", NO_RESOURCES.values(), ids=NO_RESOURCES.keys())
def test_resources_have_to_be_named(alice: Caller, image: Record, document: object) -> None:
    answer = send(alice, "POST", LEASE, document)

    assert_malformed(answer)
    assert status_of(alice, image["image_id"]) == ("deleted", "")
