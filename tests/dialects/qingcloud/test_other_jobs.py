"""Jobs that were begun through another dialect: uploads and copies."""

import json

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.sending import SMALL, begin, complete, send_all
from tests.dialects.qingcloud.qingcloud import JOBS, RAW, UNFINISHED, ZONE, page
from tests.dialects.qingcloud.shapes import Record, assert_job


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1")


@pytest.fixture
def upload(t1: Caller) -> Record:
    return begin(t1, SMALL)


@pytest.fixture
def copied(api: Api, t1: Caller) -> str:
    """The id of an image that is to be copied."""
    source = api.put_elsewhere("disk.raw", SMALL)
    formats = {name: value for name, value in RAW.items() if name.startswith("x-")}
    answer = t1.post("/v1/images", {**formats, "x-glance-api-copy-from": source})
    return str(answer.json["image"]["id"])


def test_an_upload_is_listed(api: Api, t1: Caller, alice: Caller, upload: Record) -> None:
    [unfinished] = json.loads(alice.get(UNFINISHED).body)
    complete(t1, upload, send_all(upload, SMALL))
    api.work()

    [listed] = page(alice.get(JOBS))["jobs"]

    assert (unfinished["job_id"], unfinished["status"]) == (upload["id"], "pending")
    assert (listed["action"], listed["status"]) == ("UploadImage", "successful")
    assert listed["resource_ids"] == [upload["image_id"]]
    assert listed == alice.get(f"/v2/zone/{ZONE}/job/{upload['id']}").json


def test_a_copy_is_listed(api: Api, alice: Caller, copied: str) -> None:
    api.work()

    [listed] = page(alice.get(JOBS))["jobs"]

    assert (listed["action"], listed["status"], listed["resource_ids"]) == ("CopyImage", "successful", [copied])


def test_a_copy_that_failed_says_why(api: Api, alice: Caller, copied: str) -> None:
    api.world.blobs.client().delete_object(Bucket="elsewhere", Key="disk.raw")
    api.work()

    [listed] = page(alice.get(JOBS))["jobs"]

    assert (listed["status"], listed["info"]) == ("failed", "Invalid location: nothing was found there")
    assert listed["error"]["message"].endswith(listed["info"])


def test_jobs_of_others_are_not_listed(bob: Caller, upload: Record, copied: str) -> None:
    assert page(bob.get(JOBS))["jobs"] == []
    assert json.loads(bob.get(UNFINISHED).body) == []


def test_jobs_of_another_dialect_have_all_fields(api: Api, alice: Caller, upload: Record, copied: str) -> None:
    api.work()

    for listed in page(alice.get(JOBS))["jobs"]:
        assert_job(listed)
