"""Uploads as the jobs that they are."""

import json

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.sending import JSON, SMALL, abort, begin, complete, refusal, send_all

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_an_upload_that_was_given_up_is_a_failed_job(t1: Caller) -> None:
    upload = begin(t1, SMALL)

    abort(t1, upload)

    job = t1.get(f"/v1/jobs/{upload['id']}").json["job"]
    assert (job["action"], job["status"], job["reason"]) == ("upload", "failed", "its upload was aborted")
    assert job["finished_at"] is not None


def test_a_job_tells_how_far_an_upload_has_come(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    [begun] = t1.get("/v1/jobs").json["jobs"]
    complete(t1, upload, send_all(upload, SMALL))

    api.work()

    job = t1.get(f"/v1/jobs/{upload['id']}").json["job"]
    assert (begun["status"], begun["done"], begun["size"]) == ("pending", 0, len(SMALL))
    assert (begun["began_at"], begun["finished_at"], begun["reason"]) == (None, None, "")
    assert (job["status"], job["done"], job["size"]) == ("successful", len(SMALL), len(SMALL))
    assert job["images"] == [upload["image_id"]]


@pytest.mark.parametrize("limit", ["-1", "x", ""])
def test_jobs_are_listed_up_to_a_number(t1: Caller, limit: str) -> None:
    answer = t1.get(f"/v1/jobs?limit={limit}", JSON)

    assert refusal(answer)[0] == 400


def test_the_newest_jobs_are_listed_first(t1: Caller) -> None:
    uploads = [begin(t1, SMALL)["id"] for _ in range(3)]

    found = [job["id"] for job in t1.get("/v1/jobs?limit=2").json["jobs"]]

    assert found == uploads[:0:-1]
    assert t1.get("/v1/jobs?limit=0").json == {"jobs": []}
    assert json.loads(t1.get(f"/v1/jobs/{UNKNOWN}", JSON).body)["error"]["code"] == 404
