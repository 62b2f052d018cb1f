"""Uploads that are invalid, or come at the wrong time, are refused in JSON, and leave nothing behind."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import RAW, create, header_block, meta, set_status
from tests.dialects.glance_v1.sending import (
    JSON,
    MEGABYTE,
    PART,
    SMALL,
    abort,
    ask,
    begin,
    complete,
    content,
    multiparts,
    path_of,
    refusal,
    show,
)

DATA = content(12 * MEGABYTE)
UNKNOWN = "00000000-0000-4000-8000-000000000000"
MD5 = "0" * 32
HUNDRED_AND_ONE = [{"number": number, "md5": MD5} for number in range(1, 102)]
DOCUMENTS: dict[str, tuple[Any, str]] = {
    "no size": ({}, "'size' must be an integer"),
    "size 0": ({"size": 0}, "nothing to upload"),
    "negative size": ({"size": -1}, "nothing to upload"),
    "size a bool": ({"size": True}, "'size' must be an integer"),
    "size a text": ({"size": "5"}, "'size' must be an integer"),
    "size null": ({"size": None}, "'size' must be an integer"),
    "size a fraction": ({"size": 5.5}, "'size' must be an integer"),
    "part size a text": ({"size": 5, "part_size": "5242880"}, "'part_size' must be an integer"),
    "part size null": ({"size": 5, "part_size": None}, "'part_size' must be an integer"),
    "part size 0": ({"size": 5, "part_size": 0}, "5242880 to 5368709120 bytes"),
    "part size below 5 MiB": ({"size": 5, "part_size": PART - 1}, "5242880 to 5368709120 bytes"),
    "part size above 5 GiB": ({"size": 5, "part_size": 5 * 2**30 + 1}, "5242880 to 5368709120 bytes"),
    "too many parts": ({"size": PART * 10_000 + 1, "part_size": PART}, "more than 10000 parts"),
    "part 0": ({"size": 5, "parts": [{"number": 0, "md5": MD5}]}, "parts 1 to 1, not 0"),
    "part 2 of 1": ({"size": 5, "parts": [{"number": 2, "md5": MD5}]}, "parts 1 to 1, not 2"),
    "parts no list": ({"size": 5, "parts": {"number": 1, "md5": MD5}}, "'parts' must be a list"),
    "parts null": ({"size": 5, "parts": None}, "'parts' must be a list"),
    "a part no object": ({"size": 5, "parts": [1]}, "must have a 'number' and a text 'md5'"),
    "a part without MD5": ({"size": 5, "parts": [{"number": 1}]}, "must have a 'number' and a text 'md5'"),
    "a part without number": ({"size": 5, "parts": [{"md5": MD5}]}, "'number' must be an integer"),
    "number a bool": ({"size": 5, "parts": [{"number": True, "md5": MD5}]}, "'number' must be an integer"),
    "MD5 too short": ({"size": 5, "parts": [{"number": 1, "md5": MD5[1:]}]}, "32 hexadecimal digits"),
    "MD5 in base64": ({"size": 5, "parts": [{"number": 1, "md5": "x" * 32}]}, "32 hexadecimal digits"),
    "MD5 with a line end": ({"size": 5, "parts": [{"number": 1, "md5": MD5 + "\n"}]}, "32 hexadecimal digits"),
    "101 links": ({"size": PART * 200, "part_size": PART, "parts": HUNDRED_AND_ONE}, "at most 100 parts"),
    "a list": ([], "not an object"),
    "null": (None, "not an object"),
}
EACH_DOCUMENT = pytest.mark.parametrize(("document", "text"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
MALFORMED = {
    "empty": b"",
    "cut off": b'{"size": 5',
    "no UTF-8": b'{"size": "\xff"}',
    "long": b'{"size": 1' + b"0" * 5000,
}


@EACH_DOCUMENT
def test_what_makes_no_sense_begins_nothing(api: Api, t1: Caller, document: Any, text: str) -> None:
    image = create(t1, RAW)

    answer = ask(t1, f"{image['id']}/uploads", document)

    status, message = refusal(answer)
    assert status == 400
    assert text in message
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["status"] == "queued"
    assert multiparts(api) == []
    assert t1.get("/v1/jobs").json == {"jobs": []}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("place", ["", "/links", "/completion"])
def test_what_is_no_json_is_refused(t1: Caller, body: bytes, place: str) -> None:
    upload = begin(t1, SMALL)
    path = {"": f"{upload['image_id']}/uploads", "/links": f"{path_of(upload)}/links"}.get(place, path_of(upload))

    answer = t1.post(f"/v1/images/{path}", JSON, body)

    status, message = refusal(answer)
    assert (status, "Malformed JSON in the request body" in message) == (400, True)
    assert show(t1, upload).status == 200


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([{"number": 2, "md5": MD5}], "parts 1 to 1, not 2"),
        ([{"number": 1, "md5": "x"}], "32 hexadecimal digits"),
        ([{"number": 1}], "a text 'md5'"),
        ("1", "'parts' must be a list"),
    ],
    ids=["unknown part", "bad MD5", "no MD5", "no list"],
)
def test_no_links_are_made_for_what_makes_no_sense(t1: Caller, parts: Any, text: str) -> None:
    upload = begin(t1, SMALL)

    status, message = refusal(ask(t1, f"{path_of(upload)}/links", {"parts": parts}))

    assert status == 400
    assert text in message


def test_a_hundred_links_are_made_at_once_and_no_more(t1: Caller) -> None:
    image = create(t1, RAW)
    size = PART * 200

    upload = ask(t1, f"{image['id']}/uploads", {"size": size, "part_size": PART, "parts": HUNDRED_AND_ONE[:100]})
    more = ask(t1, f"{path_of(upload.json['upload'])}/links", {"parts": HUNDRED_AND_ONE})

    assert len(upload.json["upload"]["links"]) == 100
    assert refusal(more)[0] == 400


def test_more_than_an_image_may_have_is_refused(make_api: MakeApi) -> None:
    caller = make_api(IMAGE_SIZE_CAP="10").caller("t1")
    image = create(caller, RAW)

    refused = ask(caller, f"{image['id']}/uploads", {"size": 11})
    allowed = ask(caller, f"{image['id']}/uploads", {"size": 10})

    assert refusal(refused) == (400, "Denying attempt to upload image larger than 10 bytes: 11")
    assert allowed.status == 201


def test_more_than_an_owner_may_have_is_refused(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA="500")
    caller = api.caller("t1")
    create(caller, data=b"x" * 300)
    image = create(caller, RAW)

    refused = ask(caller, f"{image['id']}/uploads", {"size": 201})
    allowed = ask(caller, f"{image['id']}/uploads", {"size": 200})

    assert refusal(refused) == (413, "The limit of stored bytes is exceeded. Attempted: 501, Maximum: 500")
    assert allowed.status == 201


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "Disk format is not specified"),
        (meta(disk_format="raw"), "Container format is not specified"),
        (meta(container_format="bare"), "Disk format is not specified"),
    ],
    ids=["neither", "disk", "container"],
)
def test_bytes_need_formats(api: Api, t1: Caller, headers: dict[str, str], text: str) -> None:
    image = create(t1, headers)

    answer = ask(t1, f"{image['id']}/uploads", {"size": 5})

    assert refusal(answer) == (400, text)
    assert multiparts(api) == []


@pytest.mark.parametrize("status", ["active", "killed", "saving", "deactivated"])
def test_an_image_that_waits_for_no_bytes_takes_none(api: Api, t1: Caller, status: str) -> None:
    image = create(t1, RAW)
    set_status(api, image["id"], Status(status))

    answer = ask(t1, f"{image['id']}/uploads", {"size": 5})

    assert refusal(answer) == (409, f"Cannot upload to an unqueued image: {image['id']} is {status}")
    assert multiparts(api) == []


def test_an_image_that_is_being_copied_takes_no_other_bytes(api: Api, t1: Caller) -> None:
    source = api.put_elsewhere("disk.raw", SMALL)
    image = create(t1, {**RAW, "x-glance-api-copy-from": source})

    begun = ask(t1, f"{image['id']}/uploads", {"size": 5})
    sent = t1.put(f"/v1/images/{image['id']}", {"Content-Type": "application/octet-stream", **JSON}, b"other")

    assert [refusal(answer)[0] for answer in (begun, sent)] == [409, 409]


def test_an_image_whose_parts_come_takes_no_bytes_in_a_request(t1: Caller) -> None:
    upload = begin(t1, SMALL)

    answer = t1.put(f"/v1/images/{upload['image_id']}", {"Content-Type": "application/octet-stream", **JSON}, b"other")

    assert refusal(answer)[0] == 409
    assert show(t1, upload).status == 200


def test_another_size_than_was_declared_is_refused(api: Api, t1: Caller) -> None:
    image = create(t1, {**RAW, **meta(size="6")})

    refused = ask(t1, f"{image['id']}/uploads", {"size": 5})
    allowed = ask(t1, f"{image['id']}/uploads", {"size": 6})

    assert refusal(refused)[0] == 409
    assert (allowed.status, len(multiparts(api))) == (201, 1)


@pytest.mark.parametrize(
    "upload_id", [UNKNOWN, "x", "%00", "测", "x" * 3000], ids=["unknown", "x", "nul", "cjk", "long"]
)
def test_an_unknown_upload_is_not_found(t1: Caller, upload_id: str) -> None:
    path = f"{begin(t1, SMALL)['image_id']}/uploads/{upload_id}"

    answers = [
        t1.get(f"/v1/images/{path}", JSON),
        ask(t1, path, {"parts": []}),
        ask(t1, f"{path}/links", {"parts": []}),
        t1.delete(f"/v1/images/{path}", JSON),
    ]

    assert [refusal(answer)[0] for answer in answers] == [404] * 4


@pytest.mark.parametrize("image_id", [UNKNOWN, "x"])
def test_an_unknown_image_is_not_found(t1: Caller, image_id: str) -> None:
    path = f"{image_id}/uploads"

    answers = [
        ask(t1, path, {"size": 5}),
        t1.get(f"/v1/images/{path}", JSON),
        show(t1, {"image_id": image_id, "id": UNKNOWN}),
    ]

    assert [refusal(answer)[0] for answer in answers] == [404] * 3


def test_an_upload_of_another_image_is_not_found(t1: Caller) -> None:
    one, two = begin(t1, SMALL), begin(t1, SMALL)
    crossed = {"image_id": one["image_id"], "id": two["id"]}

    answers = [show(t1, crossed), abort(t1, crossed), complete(t1, crossed, [])]

    assert [refusal(answer) for answer in answers] == [(404, f"Upload {two['id']} not found")] * 3
    assert [show(t1, upload).status for upload in (one, two)] == [200, 200]


def test_a_job_that_is_no_upload_is_not_found_as_one(api: Api, t1: Caller) -> None:
    source = api.put_elsewhere("disk.raw", SMALL)
    image = create(t1, {**RAW, "x-glance-api-copy-from": source})
    [job] = t1.get("/v1/jobs").json["jobs"]
    copy = {"image_id": image["id"], "id": job["id"]}

    answers = [show(t1, copy), abort(t1, copy), complete(t1, copy, [])]

    assert [refusal(answer)[0] for answer in answers] == [404] * 3


def test_a_deleted_image_takes_no_bytes(t1: Caller) -> None:
    upload = begin(t1, SMALL)
    t1.delete(f"/v1/images/{upload['image_id']}")

    answers = [
        ask(t1, f"{upload['image_id']}/uploads", {"size": 5}),
        t1.get(f"/v1/images/{upload['image_id']}/uploads", JSON),
        show(t1, upload),
        complete(t1, upload, []),
        abort(t1, upload),
    ]

    assert [refusal(answer)[0] for answer in answers] == [404] * 5


def test_methods_that_are_not_offered_are_refused(t1: Caller) -> None:
    upload = begin(t1, SMALL)

    answers = [t1.put(f"/v1/images/{path_of(upload)}", JSON), t1.get(f"/v1/images/{path_of(upload)}/links", JSON)]

    assert [answer.status for answer in answers] == [405, 405]
