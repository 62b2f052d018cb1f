"""Jobs that fail, and those that take longer because the cloud does not answer (wire §5, §7 and §8)."""

import pytest

from chalicelib.bootstrap import Aws
from tests.api import Api, Caller
from tests.dialects.qingcloud.cloud import failing, sweep
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    JOBS,
    UNFINISHED,
    add,
    capture,
    delete,
    delete_image,
    job,
    job_of,
    jobs_of,
    lease,
    listed,
    listed_ids,
    modify,
    show,
    status_of,
    try_capture,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_image,
    assert_ok,
    assert_wrong_state,
)

DAY = 24 * 60 * 60


@pytest.fixture
def refused(api: Api, alice: Caller, aws: Aws, stopped: str) -> Record:
    """The job of a capture that the cloud refuses."""
    made = capture(alice, stopped, image_name="web")
    with failing(aws.ec2(None), "CreateImage", "InvalidInstanceID.NotFound", 400):
        api.work()
    return job(alice, made["job_id"])


@pytest.fixture
def late(api: Api, alice: Caller, stopped: str) -> Record:
    """The job of a capture that nobody has worked on for a day."""
    made = capture(alice, stopped, image_name="web")
    api.clock.advance(DAY)
    api.work()
    return job(alice, made["job_id"])


@pytest.fixture(params=["refused", "late"])
def failed(request: pytest.FixtureRequest) -> Record:
    """The job of a capture that failed for one reason or another."""
    found: Record = request.getfixturevalue(request.param)
    return found


def test_a_job_that_failed_says_why(failed: Record) -> None:
    assert (failed["action"], failed["status"]) == ("CaptureInstance", "failed")
    assert failed["info"]
    assert failed["create_time"] <= failed["finished_time"]
    assert set(failed["error"]) == {"code", "message"}
    assert all(isinstance(text, str) and text for text in failed["error"].values())


def test_the_look_up_of_a_job_that_failed_is_no_error(alice: Caller, failed: Record) -> None:
    answers = [alice.get(f"/v2/zone/ac1/job/{failed['job_id']}"), alice.get(JOBS), alice.get(UNFINISHED)]

    for answer in answers:
        assert_ok(answer)


def test_a_job_that_failed_is_finished(alice: Caller, failed: Record) -> None:
    assert alice.get(UNFINISHED).json == []
    assert jobs_of(alice.get(f"{JOBS}?status=failed")) == [failed["job_id"]]
    assert jobs_of(alice.get(f"{JOBS}?status=pending,working,successful")) == []


def test_an_image_whose_capture_failed_ceases(alice: Caller, failed: Record) -> None:
    (image_id,) = failed["resource_ids"]

    image = show(alice, image_id)

    assert_image(image)
    assert (image["status"], image["transition_status"]) == ("ceased", "")
    assert listed(alice) == []
    assert listed_ids(alice, "?status=ceased") == [image_id]


def test_an_image_whose_capture_failed_is_gone_for_good(alice: Caller, failed: Record) -> None:
    answers = [delete(alice, *failed["resource_ids"]), lease(alice, *failed["resource_ids"])]

    for answer in answers:
        assert_wrong_state(answer)


def test_a_job_that_failed_stays_so(api: Api, alice: Caller, failed: Record) -> None:
    sweep(api)

    assert job(alice, failed["job_id"]) == failed
    assert status_of(alice, failed["resource_ids"][0]) == ("ceased", "")


def test_the_instance_can_be_captured_again(alice: Caller, stopped: str, failed: Record) -> None:
    again = capture(alice, stopped, image_name="web")
    alice.api.work()

    assert job(alice, again["job_id"])["status"] == "successful"
    assert listed_ids(alice) == again["resource_ids"]


def test_a_deletion_that_nobody_works_on_fails_and_leaves_the_images(api: Api, alice: Caller) -> None:
    images = [add(api), add(api)]
    made = job_of(delete(alice, *images))
    api.clock.advance(DAY)
    api.work()

    found = job(alice, made["job_id"])

    assert found["status"] == "failed"
    assert [status_of(alice, image) for image in images] == [("available", "")] * 2
    assert_ok(delete(alice, *images))


def test_a_recovery_that_nobody_works_on_fails(api: Api, alice: Caller) -> None:
    image = add(api)
    delete_image(alice, image)
    made = job_of(lease(alice, image))
    api.clock.advance(DAY)
    api.work()

    found = job(alice, made["job_id"])

    assert found["status"] == "failed"
    assert status_of(alice, image) == ("ceased", "")


def test_a_capture_waits_for_a_cloud_that_does_not_answer(api: Api, alice: Caller, aws: Aws, stopped: str) -> None:
    made = capture(alice, stopped)
    with failing(aws.ec2(None), "CreateImage", "InternalError", 500):
        api.work()
    before = job(alice, made["job_id"])["status"], status_of(alice, made["resource_ids"][0])

    sweep(api)

    assert before == ("working", ("pending", "creating"))
    assert job(alice, made["job_id"])["status"] == "successful"
    assert status_of(alice, made["resource_ids"][0]) == ("available", "")


def test_a_capture_that_is_stored_is_no_failure_of_ours(api: Api, alice: Caller, aws: Aws, stopped: str) -> None:
    with failing(aws.sqs(), "SendMessage", "InternalFailure", 500):
        made = job_of(try_capture(alice, stopped))
    before = job(alice, made["job_id"])["status"]

    sweep(api)

    assert before == "pending"
    assert job(alice, made["job_id"])["status"] == "successful"
    assert listed_ids(alice) == made["resource_ids"]


def test_nor_is_a_deletion_or_a_recovery(api: Api, alice: Caller, aws: Aws) -> None:
    image, other = add(api), add(api)
    delete_image(alice, other)

    with failing(aws.sqs(), "SendMessage", "InternalFailure", 500):
        made = [job_of(delete(alice, image)), job_of(lease(alice, other))]
    sweep(api)

    assert [job(alice, each["job_id"])["status"] for each in made] == ["successful"] * 2
    assert [status_of(alice, each) for each in (image, other)] == [("deleted", ""), ("available", "")]


def test_without_the_cloud_nothing_is_captured(alice: Caller, aws: Aws, stopped: str) -> None:
    with failing(aws.ec2(None), "DescribeInstances", "InternalError", 500):
        answer = try_capture(alice, stopped)

    assert answer.status == 503
    assert answer.json["ret_code"] in {5100, 5200, 5300}
    assert answer.json["code"] == str(answer.json["ret_code"])
    assert listed(alice) == []
    assert jobs_of(alice.get(JOBS)) == []


def test_without_the_cloud_images_are_listed_and_changed(api: Api, alice: Caller, aws: Aws) -> None:
    image = add(api)

    with failing(aws.ec2(None), "DescribeInstances", "InternalError", 500):
        answers = [alice.get(IMAGES), modify(alice, image, image_name="web")]

    for answer in answers:
        assert_ok(answer)
