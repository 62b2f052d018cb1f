"""What images, jobs and errors look like, whatever they say."""

import re
from typing import Any

from tests.api import Answer

Record = dict[str, Any]

SIXTEEN = {
    "image_id",
    "image_name",
    "description",
    "size",
    "platform",
    "os_family",
    "processor_type",
    "visibility",
    "provider",
    "status",
    "transition_status",
    "create_time",
    "status_time",
    "default_user",
    "default_passwd",
    "recommended_type",
}
"""The fields of an image that are always there (wire §6)."""
TRANSITIONS = {
    "pending": {"", "creating"},
    "available": {"", "suspending", "deleting"},
    "deprecated": {"", "deleting"},
    "suspended": {"", "resuming", "deleting"},
    "deleted": {"", "recovering"},
    "ceased": {""},
}
"""The statuses, and the transition statuses that each may have (wire §7)."""
JOB_TEXTS = {
    "job_id",
    "id_prefix",
    "action",
    "request_id",
    "status",
    "create_time",
    "begin_time",
    "finished_time",
    "info",
    "extra",
    "zone",
}
"""The fields of a job that are texts (wire §8)."""
ACTIONS = {"CaptureInstance", "DeleteImages", "ModifyImageAttributes", "Lease", "UploadImage", "CopyImage"}
ENDED = {"successful", "failed"}
JOB_STATUSES = {"pending", "working"} | ENDED
ERROR_NAMES = {
    1100: "InvalidRequestFormat",
    1101: "InvalidMethod",
    1200: "AuthFailure",
    1300: "RequestHasExpired",
    1400: "PermissionDenied",
    2100: "ResourceNotFound",
}
"""What the message of an error begins with (wire §5)."""


def media_type(answer: Answer) -> str:
    return answer.headers["content-type"].partition(";")[0].strip()


def is_time(value: Any) -> bool:
    """Whether this is a time in UTC without a fraction."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


def is_job_id(value: Any) -> bool:
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return isinstance(value, str) and re.fullmatch(f"{uuid}|j-[0-9a-zA-Z]{{8}}", value) is not None


def assert_ok(answer: Answer) -> None:
    """The answer is a success in JSON that no client takes for an error (wire §4)."""
    assert answer.status == 200, answer.text
    assert media_type(answer) == "application/json"
    if isinstance(answer.json, dict):
        assert not {"code", "message"} <= set(answer.json)
        assert answer.json.get("ret_code", 0) == 0


def assert_image(image: Record) -> None:
    """The image has all fields, and each has its type (wire §6)."""
    assert set(image) >= SIXTEEN
    assert {name for name in SIXTEEN - {"size"} if not isinstance(image[name], str)} == set()
    assert type(image["size"]) is int
    assert image["size"] >= 0
    assert image["image_id"]
    assert image["platform"] in {"linux", "windows", ""}
    assert image["processor_type"] in {"64bit", "32bit", ""}
    assert image["visibility"] in {"public", "private"}
    assert image["provider"] in {"self", "system", "shared"}
    assert image["transition_status"] in TRANSITIONS[image["status"]]
    assert is_time(image["create_time"])
    assert is_time(image["status_time"])


def assert_job(found: Record) -> None:
    """The job has all fields, and each has its type and goes with the others (wire §8)."""
    assert set(found) >= JOB_TEXTS | {"resource_ids"}
    assert {name for name in JOB_TEXTS if not isinstance(found[name], str)} == set()
    assert is_job_id(found["job_id"])
    assert (found["id_prefix"], found["extra"]) == ("", "")
    assert found["action"] in ACTIONS
    assert found["request_id"]
    assert found["status"] in JOB_STATUSES
    assert isinstance(found["resource_ids"], list)
    assert all(isinstance(image_id, str) for image_id in found["resource_ids"])
    assert "error" not in found or found["status"] == "failed"
    _assert_times(found)


def _assert_times(found: Record) -> None:
    assert is_time(found["create_time"])
    assert is_time(found["begin_time"]) or found["begin_time"] == ""
    if found["status"] != "failed":  # a job may fail before it begins
        assert (found["begin_time"] == "") == (found["status"] == "pending")
    assert is_time(found["finished_time"]) == (found["status"] in ENDED)
    past = [found[name] for name in ("create_time", "begin_time", "finished_time") if found[name]]
    assert past == sorted(past)


def assert_error(answer: Answer, status: int, number: int) -> None:
    """The answer refuses in the one shape there is, with this number (wire §5)."""
    assert answer.status == status, answer.text
    assert media_type(answer) == "application/json"
    error = answer.json
    assert type(error["ret_code"]) is int
    assert (error["ret_code"], error["code"]) == (number, str(number))
    assert isinstance(error["message"], str)
    assert error["message"].startswith(f"{ERROR_NAMES[number]},")
    assert isinstance(error.get("detail", ""), str)
    assert isinstance(error.get("request_id", ""), str)


def assert_malformed(answer: Answer) -> None:
    assert_error(answer, 400, 1100)


def assert_forbidden(answer: Answer) -> None:
    assert_error(answer, 403, 1400)


def assert_not_found(answer: Answer) -> None:
    assert_error(answer, 404, 2100)


def assert_wrong_state(answer: Answer) -> None:
    assert_error(answer, 409, 1400)
