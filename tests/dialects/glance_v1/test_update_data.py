"""Updates with data: cases 78, 81 to 83, 87, 93 and 94."""

from collections.abc import Callable

import pytest

from chalicelib.catalog.image import Status
from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import (
    DELETE_OK,
    OCTETS,
    RAW,
    create,
    header_block,
    listed_one,
    md5,
    meta,
    properties,
    record,
    says,
    set_status,
    upload,
)

DATA = b"bytes of an image"
FRESH_ID = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"


@pytest.mark.parametrize("purge", [{}, {"x-glance-registry-purge-props": "true"}], ids=["no header", "true"])
def test_case_078_data_never_purge_properties(t1: Caller, purge: dict[str, str]) -> None:
    image = create(t1, {**RAW, **properties(distro="arch")})

    answer = upload(t1, image["id"], DATA, {**purge, **properties(pants="on")})

    assert answer.status == 200
    changed = answer.json["image"]
    assert changed["status"] == "active"
    assert changed["properties"] == {"distro": "arch", "pants": "on"}


def test_case_081_data_make_a_queued_image_active(t1: Caller) -> None:
    image = create(t1, RAW)

    answer = upload(t1, image["id"], DATA)

    assert answer.status == 200
    assert answer.headers["etag"] == md5(DATA)
    changed = answer.json["image"]
    assert (changed["status"], changed["size"], changed["checksum"]) == ("active", len(DATA), md5(DATA))
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_081_chunked_data_make_a_queued_image_active(t1: Caller) -> None:
    image = create(t1, RAW)

    answer = t1.put(f"/v1/images/{image['id']}", OCTETS, DATA, chunked=True)

    assert answer.status == 200
    assert answer.json["image"]["size"] == len(DATA)
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_081_data_for_an_active_image_are_refused(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = upload(t1, image["id"], b"other bytes")

    assert answer.status == 409
    assert says(answer, "Cannot upload to an unqueued image")
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


@pytest.mark.parametrize("status", [Status.SAVING, Status.KILLED, Status.DEACTIVATED])
def test_case_081_data_for_an_image_that_does_not_wait_for_any_are_refused(
    api: Api, t1: Caller, status: Status
) -> None:
    image = create(t1, RAW)
    set_status(api, image["id"], status)

    answer = upload(t1, image["id"], DATA)

    assert answer.status == 409
    assert says(answer, "Cannot upload to an unqueued image")
    assert record(api, image["id"]).status is status
    assert api.stored() == []


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        ({}, "Disk format is not specified"),
        (meta(container_format="bare"), "Disk format is not specified"),
        (meta(disk_format="raw"), "Container format is not specified"),
    ],
    ids=["no formats", "no disk format", "no container format"],
)
def test_case_082_data_without_known_formats_are_refused(
    api: Api, t1: Caller, stored: dict[str, str], complaint: str
) -> None:
    image = create(t1, stored)

    answer = upload(t1, image["id"], DATA)

    assert answer.status == 400
    assert says(answer, complaint)
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["status"] == "queued"
    assert api.stored() == []


def test_case_082_formats_may_come_with_the_data(t1: Caller) -> None:
    image = create(t1)

    answer = upload(t1, image["id"], DATA, RAW)

    assert answer.status == 200
    assert answer.json["image"]["status"] == "active"
    assert answer.json["image"]["disk_format"] == "raw"


@pytest.mark.parametrize(("field", "value"), [("size", "3"), ("checksum", "0" * 32), ("checksum", md5(DATA).upper())])
def test_case_083_data_that_differ_from_what_was_reserved_kill_the_image(
    api: Api, t1: Caller, field: str, value: str
) -> None:
    image = create(t1, {**RAW, **meta(**{field: value})})

    answer = upload(t1, image["id"], DATA)

    assert answer.status == 400
    assert says(answer, "did not match")
    left = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert (left["status"], left[field]) == ("killed", value)
    assert api.stored() == []


def test_case_083_data_as_they_were_reserved_are_taken(t1: Caller) -> None:
    image = create(t1, {**RAW, **meta(size=str(len(DATA)), checksum=md5(DATA))})

    answer = upload(t1, image["id"], DATA)

    assert answer.status == 200
    assert answer.json["image"]["status"] == "active"


def test_case_087_a_location_makes_a_queued_image_active(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)
    url = api.put_elsewhere("disk.raw", DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(location=url))

    assert answer.status == 200
    changed = answer.json["image"]
    assert (changed["status"], changed["size"]) == ("active", len(DATA))
    assert "location" not in changed
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_087_a_location_for_an_active_image_is_refused(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)
    url = api.put_elsewhere("disk.raw", b"other bytes")

    answer = t1.put(f"/v1/images/{image['id']}", meta(location=url))

    assert answer.status == 400
    assert says(answer, "not in queued status")
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


@pytest.mark.parametrize(
    ("location", "complaint"),
    [
        ("http://", "Invalid location"),
        ("", "Invalid location"),
        ("file:///etc/passwd", "External sources are not supported"),
        ("swift+config://x", "External sources are not supported"),
    ],
)
def test_case_087_a_location_that_makes_no_sense_is_refused(t1: Caller, location: str, complaint: str) -> None:
    image = create(t1, RAW)

    answer = t1.put(f"/v1/images/{image['id']}", meta(location=location))

    assert answer.status == 400
    assert says(answer, complaint)
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["status"] == "queued"


def test_case_087_a_location_without_known_formats_is_refused(api: Api, t1: Caller) -> None:
    image = create(t1)
    url = api.put_elsewhere("disk.raw", DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(location=url))

    assert answer.status == 400
    assert says(answer, "Disk format is not specified")
    assert record(api, image["id"]).status is Status.QUEUED


def test_case_087_data_and_location_exclude_each_other(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)
    url = api.put_elsewhere("disk.raw", DATA)

    answer = upload(t1, image["id"], DATA, meta(location=url))

    assert answer.status == 400
    assert says(answer, "multiple image sources")
    assert record(api, image["id"]).status is Status.QUEUED


def post_bytes(caller: Caller) -> Answer:
    return caller.post("/v1/images", {**RAW, **OCTETS, **meta(id=FRESH_ID)}, DATA)


def put_bytes(caller: Caller) -> Answer:
    create(caller, {**RAW, **meta(id=FRESH_ID)})
    return upload(caller, FRESH_ID, DATA)


UPLOADS = pytest.mark.parametrize("send", [post_bytes, put_bytes])


@UPLOADS
def test_case_093_an_image_deleted_while_its_data_come_stays_deleted(
    api: Api, t1: Caller, admin: Caller, send: Callable[[Caller], Answer]
) -> None:
    deletions: list[int] = []

    with api.on_s3("PutObject", lambda: deletions.append(t1.delete(f"/v1/images/{FRESH_ID}").status)):
        answer = send(t1)

    assert deletions == [DELETE_OK]
    assert answer.status == 412
    left = header_block(admin.head(f"/v1/images/{FRESH_ID}"))
    assert (left["status"], left["deleted"]) == ("deleted", "True")
    assert api.stored() == []


@UPLOADS
@pytest.mark.parametrize(
    ("code", "http_status", "expected"),
    [
        ("NoSuchBucket", 404, 410),
        ("AccessDenied", 403, 503),
        ("SomethingElse", 500, 500),
    ],
    ids=["disabled", "refuses", "unexpected"],
)
def test_case_094_a_store_that_fails_kills_the_image(
    api: Api, t1: Caller, send: Callable[[Caller], Answer], code: str, http_status: int, expected: int
) -> None:
    with api.s3_fault("PutObject", code, http_status):
        answer = send(t1)

    assert answer.status == expected
    assert header_block(t1.head(f"/v1/images/{FRESH_ID}"))["status"] == "killed"
    assert t1.get(f"/v1/images/{FRESH_ID}").status == 404
    assert api.stored() == []


def test_case_094_a_killed_image_takes_no_more_data(api: Api, t1: Caller) -> None:
    with api.s3_fault("PutObject", "SomethingElse", 500):
        put_bytes(t1)

    answer = upload(t1, FRESH_ID, DATA)

    assert answer.status == 409
    assert header_block(t1.head(f"/v1/images/{FRESH_ID}"))["status"] == "killed"


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/octet-st", ""], ids=["json", "cut short", "none"]
)
@pytest.mark.parametrize("formats", [RAW, {}], ids=["with formats", "without formats"])
def test_data_that_are_no_octets_leave_a_queued_image_as_it_is(
    t1: Caller, media_type: str, formats: dict[str, str]
) -> None:
    """Current clients send metadata as JSON, on which the original kills the image."""
    image = create(t1, formats)
    headers = {"Content-Type": media_type, **meta(name="changed")} if media_type else {}

    answer = t1.put(f"/v1/images/{image['id']}", headers, DATA)

    assert answer.status == 400
    assert says(answer, "Content-Type must be application/octet-stream")
    assert listed_one(t1) == image


def test_data_that_are_no_octets_are_too_late_for_an_active_image(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", {"Content-Type": "application/json"}, b"{}")

    assert answer.status == 409
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_a_size_of_zero_without_data_leaves_an_image_queued(t1: Caller) -> None:
    """Wire §10: a command line client with closed input says so of images that it only renames."""
    image = create(t1, RAW)

    answer = t1.put(f"/v1/images/{image['id']}", meta(size="0"))

    assert answer.status == 200
    assert answer.json["image"]["status"] == "queued"
