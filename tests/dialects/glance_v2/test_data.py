"""Bytes up and down: cases 42 to 58."""

import hashlib
from threading import Thread
from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1 import glance as v1
from tests.dialects.glance_v1.sending import begin, complete, send_all
from tests.dialects.glance_v2.glance import (
    HELLO,
    IMAGES,
    OCTETS,
    RAW,
    UNKNOWN,
    a_raw_one,
    an_active_one,
    change,
    create,
    path_of,
    record,
    refusal,
    rewrite,
    says,
    shown,
    upload,
)

MD5 = hashlib.md5(HELLO, usedforsecurity=False).hexdigest()
SHA512 = hashlib.sha512(HELLO).hexdigest()


def read(caller: Caller, image: dict[str, Any], **headers: str) -> Any:
    return caller.get(path_of(image, "file"), headers)


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        ({}, "Properties disk_format, container_format must be set prior to saving data."),
        ({"disk_format": "raw"}, "Property container_format must be set prior to saving data."),
        ({"container_format": "bare"}, "Property disk_format must be set prior to saving data."),
    ],
    ids=str,
)
def test_case_042_bytes_need_formats(a: Caller, formats: dict[str, str], text: str) -> None:
    image = create(a, **formats)

    assert says(upload(a, image), 400, text)
    assert shown(a, image)["status"] == "queued"


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}, {"Content-Type": ""}], ids=str)
def test_case_043_bytes_say_that_they_are_bytes(a: Caller, headers: dict[str, str]) -> None:
    assert says(a.put(f"{IMAGES}/{UNKNOWN}/file", headers, HELLO), 415, "Unsupported Content-Type")


def test_case_043_the_media_type_may_have_parameters(a: Caller) -> None:
    headers = {"Content-Type": "application/octet-stream; charset=utf-8", "x-image-meta-store": "file"}

    assert a.put(path_of(a_raw_one(a), "file"), headers, HELLO).status == 204


def test_case_044_bytes_make_an_image_active(a: Caller) -> None:
    image = a_raw_one(a)

    answer = upload(a, image)

    assert (answer.status, answer.body) == (204, b"")
    found = shown(a, image)
    assert found["status"] == "active"
    assert (found["size"], found["virtual_size"], found["checksum"]) == (5, 5, MD5)
    assert (found["os_hash_algo"], found["os_hash_value"]) == ("sha512", SHA512)


def test_case_044_an_amazon_image_needs_no_second_format_of_amazon(a: Caller) -> None:
    image = create(a, disk_format="ami", container_format="bare")

    assert upload(a, image).status == 204
    assert shown(a, image)["virtual_size"] is None


def test_case_045_an_active_image_keeps_its_bytes(a: Caller, admin: Caller) -> None:
    image = an_active_one(a)

    for caller in (a, admin):
        answer = upload(caller, image, b"other")
        assert says(answer, 409, "Image status transition from active to saving is not allowed")
    assert shown(a, image) == image
    assert read(a, image).body == HELLO


def test_case_046_bytes_may_come_in_chunks(a: Caller) -> None:
    image = a_raw_one(a)

    assert a.put(path_of(image, "file"), OCTETS, HELLO, chunked=True).status == 204
    assert shown(a, image)["size"] == 5


def test_case_047_no_bytes_make_an_image_active_too(a: Caller) -> None:
    image = a_raw_one(a)

    assert upload(a, image, b"").status == 204
    found = shown(a, image)
    assert (found["status"], found["size"], found["virtual_size"]) == ("active", 0, None)
    assert found["checksum"] == hashlib.md5(b"", usedforsecurity=False).hexdigest()
    answer = read(a, image)
    assert (answer.status, answer.body) == (200, b"")


def test_case_048_a_size_that_is_announced_must_be_right(a: Caller) -> None:
    image = a_raw_one(a)

    assert says(upload(a, image, x_openstack_image_size="five"), 400, "Invalid or missing image size")
    answer = upload(a, image, x_openstack_image_size="9")
    assert says(answer, 400, "Size mismatch: expected 9 bytes, got 5 bytes")
    found = shown(a, image)
    assert (found["status"], found["checksum"], found["size"]) == ("queued", None, None)
    assert upload(a, image, x_openstack_image_size="5").status == 204


def test_case_049_who_may_send_bytes(
    a: Caller, b: Caller, reader: Caller, nobody: Caller, colleague: Caller, admin: Caller
) -> None:
    image = a_raw_one(a)

    assert says(upload(reader, image), 403, "not authorized to complete upload_image action")
    assert upload(b, image).status == 404
    assert upload(nobody, image).status == 401
    assert upload(colleague, image).status == 204
    assert change(admin, image, visibility="public").status == 200
    assert upload(b, image).status == 403
    assert says(upload(a, {"id": UNKNOWN}), 404, f"No image found with ID {UNKNOWN}")


@pytest.mark.parametrize("status", [Status.QUEUED, Status.UPLOADING, Status.SAVING])
def test_case_050_an_image_without_bytes_has_none_to_read(api: Api, a: Caller, status: Status) -> None:
    image = create(a)
    rewrite(api, image, status=status)

    answer = read(a, image)

    assert (answer.status, answer.body) == (204, b"")


def test_case_050_what_is_not_there_cannot_be_read(a: Caller, b: Caller) -> None:
    assert says(read(a, {"id": UNKNOWN}), 404, f"No image found with ID {UNKNOWN}")
    assert read(b, an_active_one(a)).status == 404


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_case_051_bytes_are_bytes_whatever_is_accepted(a: Caller, accept: str) -> None:
    answer = read(a, an_active_one(a), Accept=accept)

    assert (answer.status, answer.body) == (200, HELLO)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == "5"
    assert answer.headers["content-md5"] == MD5
    assert "etag" not in answer.headers


HUGE = [f"bytes={'9' * 5000}-", f"bytes=-{'9' * 5000}", f"bytes=0-{'9' * 5000}"]
"""Numbers that Python takes for none."""


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("0-1", b"he", "bytes 0-1/5"),
        ("1-3", b"ell", "bytes 1-3/5"),
        ("2-", b"llo", "bytes 2-4/5"),
        ("-2", b"lo", "bytes 3-4/5"),
        ("0-4", b"hello", "bytes 0-4/5"),
        ("2-99", b"llo", "bytes 2-4/5"),
        ("-99", b"hello", "bytes 0-4/5"),
        (f"0-{'9' * 1000}", b"hello", "bytes 0-4/5"),
    ],
)
def test_case_052_a_part_of_the_bytes(a: Caller, wanted: str, part: bytes, told: str) -> None:
    answer = read(a, an_active_one(a), Range=f"bytes={wanted}")

    assert (answer.status, answer.body) == (206, part)
    assert answer.headers["content-range"] == told
    assert answer.headers["content-length"] == str(len(part))
    assert answer.headers["content-md5"] == MD5


@pytest.mark.parametrize(
    "wanted",
    ["bytes=5-6", "bytes=100-", "bytes=x", "items=0-1", "bytes=3-1", "bytes=", "", "bytes=-0", "bytes=-", *HUGE],
)
def test_case_053_a_part_that_is_not_there(a: Caller, wanted: str) -> None:
    assert refusal(read(a, an_active_one(a), Range=wanted))[0] == 416


def test_case_053_an_empty_image_has_no_parts(a: Caller) -> None:
    image = an_active_one(a, b"")

    for wanted in ("bytes=0-", "bytes=0-1", "bytes=-1"):
        assert refusal(read(a, image, Range=wanted))[0] == 416


def test_case_054_one_part_at_a_time(a: Caller) -> None:
    image = an_active_one(a)

    assert says(read(a, image, Range="bytes=0-1,3-4"), 400, "Only one range")
    assert read(a, image, **{"If-None-Match": MD5}).status == 200


def test_case_055_what_is_too_much_is_told_other_ways(make_api: MakeApi) -> None:
    a = make_api(MAX_INLINE_BYTES="4").caller("t1")
    image = a_raw_one(a)

    answer = upload(a, image, x_openstack_image_size="99")

    assert says(answer, 413, "web-download")
    assert says(answer, 413, "/v1/images/{id}/uploads")
    assert shown(a, image)["status"] == "queued"
    assert upload(a, image, b"four").status == 204


def test_case_055_a_quota_leaves_the_image_queued(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA="4")
    a = api.caller("t1")
    image = a_raw_one(a)

    assert refusal(upload(a, image))[0] == 413
    found = shown(a, image)
    assert (found["status"], found["size"], found["checksum"]) == ("queued", None, None)
    assert api.stored() == []
    assert upload(a, image, b"four").status == 204


def test_case_056_what_v1_uploads_in_parts_is_active_here(make_api: MakeApi) -> None:
    api = make_api(MAX_INLINE_BYTES="4")
    a = api.caller("t1")
    sent = begin(a, HELLO)
    complete(a, sent, send_all(sent, HELLO))
    api.work()
    image = shown(a, {"id": sent["image_id"]})

    answer = read(a, image)

    assert (image["status"], image["size"], image["os_hash_value"]) == ("active", 5, SHA512)
    assert (answer.status, answer.body) == (302, b"")
    assert "location" in answer.headers
    assert answer.headers["content-md5"] == MD5


@pytest.mark.parametrize(
    ("prefer", "status"),
    [("link", 204), ("respond-async, Link; x=1", 204), ("return=minimal", 302), ("", 302), ("links", 302)],
)
def test_whoever_prefers_it_gets_a_link_instead_of_a_redirect(make_api: MakeApi, prefer: str, status: int) -> None:
    api = make_api(MAX_INLINE_BYTES="4")
    a = api.caller("t1")
    sent = begin(a, HELLO)
    complete(a, sent, send_all(sent, HELLO))
    api.work()

    answer = a.get(f"/v2/images/{sent['image_id']}/file", {"Prefer": prefer})

    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers["location"].startswith("https://")
    assert answer.headers.get("preference-applied") == ("link" if status == 204 else None)
    assert answer.headers["content-md5"] == MD5


def test_case_057_of_two_uploads_one_wins(a: Caller) -> None:
    image = a_raw_one(a)
    statuses = []

    def send() -> None:
        statuses.append(upload(a, image).status)

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [204, 409]


def test_case_058_bytes_of_v1_have_a_digest_too(a: Caller) -> None:
    image = v1.create(a, data=HELLO)

    found = shown(a, image)

    assert (found["os_hash_algo"], found["os_hash_value"]) == ("sha512", SHA512)


def test_an_image_that_is_deleted_meanwhile_is_gone(api: Api, a: Caller) -> None:
    image = a_raw_one(a)

    with api.on_s3("PutObject", lambda: a.delete(path_of(image))):
        answer = upload(a, image)

    assert says(answer, 410, "could not be found after upload")
    assert api.stored() == []


def test_an_upload_that_the_store_refuses_can_be_tried_again(api: Api, a: Caller) -> None:
    image = a_raw_one(a)

    with api.s3_fault("PutObject", "InternalError", 500):
        assert refusal(upload(a, image))[0] in (500, 503)

    assert shown(a, image)["status"] == "queued"
    assert upload(a, image).status == 204


def test_bytes_that_are_lost_are_not_found(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    api.world.blobs.delete(str(record(api, image).location))

    assert says(read(a, image), 404, "No data for image")


def test_a_token_that_may_not_read_reads_nothing(api: Api, a: Caller) -> None:
    writer = api.caller("t1", "create_image", user="writer")

    assert says(read(writer, an_active_one(a)), 403, "not authorized to complete download_image action")
    assert says(writer.get(path_of(create(a))), 403, "not authorized to complete get_image action")
    assert create(a, **RAW)["disk_format"] == "raw"
