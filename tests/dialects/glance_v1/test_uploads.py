"""Images that are too large for a request: sent in parts, verified by the worker (wire §12)."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.api import ORDINARY, Api, Caller, a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import RAW, create, header_block, meta
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
    md5,
    multiparts,
    named,
    path_of,
    pieces,
    refusal,
    send,
    send_all,
    show,
)
from tests.threads import at_once, statuses

DATA = content(12 * MEGABYTE)


def test_an_image_goes_up_in_parts_and_is_verified(api: Api, t1: Caller) -> None:
    upload = begin(t1, DATA, meta(checksum=md5(DATA)))
    parts = send_all(upload, DATA)

    answer = complete(t1, upload, parts)
    api.work()

    shown = header_block(t1.head(f"/v1/images/{upload['image_id']}"))
    assert (answer.status, answer.json["image"]["status"]) == (202, "saving")
    assert (upload["part_size"], upload["part_count"]) == (PART, 3)
    assert (shown["status"], shown["size"], shown["checksum"]) == ("active", str(len(DATA)), md5(DATA))
    assert shown["property-os_hash_algo"] == "sha256"
    assert shown["property-os_hash_value"] == hashlib.sha256(DATA).hexdigest()
    assert requests.get(t1.get(f"/v1/images/{upload['image_id']}").headers["location"], timeout=10).content == DATA


def test_an_upload_tells_what_is_to_come(t1: Caller) -> None:
    image = create(t1, {**RAW, **meta(size="40000000")})

    answer = ask(t1, f"{image['id']}/uploads", {"size": 40_000_000})

    upload = answer.json["upload"]
    created, expires = (datetime.fromisoformat(upload[name]) for name in ("created_at", "expires_at"))
    assert answer.status == 201
    assert (upload["image_id"], upload["size"]) == (image["id"], 40_000_000)
    assert (upload["part_size"], upload["part_count"]) == (16 * MEGABYTE, 3)
    assert (upload["received"], upload["links"]) == ([], [])
    assert (expires - created).total_seconds() == 24 * 3600


def test_an_image_that_is_sent_in_parts_is_saving(t1: Caller) -> None:
    upload = begin(t1, SMALL)

    shown = header_block(t1.head(f"/v1/images/{upload['image_id']}"))

    assert (shown["status"], shown["size"]) == ("saving", str(len(SMALL)))


def test_an_upload_shows_what_has_come(t1: Caller) -> None:
    upload = begin(t1, DATA)
    first = pieces(DATA)[0]
    send(upload["links"][0], first)

    answer, listed = show(t1, upload), t1.get(f"/v1/images/{upload['image_id']}/uploads", JSON)

    assert (answer.status, listed.status) == (200, 200)
    assert answer.json["upload"]["received"] == [{"number": 1, "size": PART, "etag": md5(first)}]
    assert answer.json["upload"] == {**upload, "received": answer.json["upload"]["received"], "links": []}
    assert listed.json["uploads"] == [answer.json["upload"]]


def test_a_part_that_is_sent_again_replaces_the_first(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    other = bytes(len(SMALL))
    [again] = ask(t1, f"{path_of(upload)}/links", {"parts": named([other])}).json["links"]
    send(upload["links"][0], SMALL)

    etag = send(again, other)
    complete(t1, upload, [{"number": 1, "etag": etag}])
    api.work()

    assert t1.get(f"/v1/images/{upload['image_id']}").body == other


def test_links_are_made_for_one_part_each(t1: Caller) -> None:
    upload = begin(t1, DATA, parts=[])
    parts = named(pieces(DATA))

    answer = ask(t1, f"{path_of(upload)}/links", {"parts": parts[1:]})

    links = answer.json["links"]
    signed = [parse_qs(urlsplit(link["url"]).query) for link in links]
    assert answer.status == 200
    assert [link["number"] for link in links] == [2, 3]
    assert [link["headers"]["Content-Length"] for link in links] == [str(PART), str(2 * MEGABYTE)]
    assert [query["partNumber"] for query in signed] == [["2"], ["3"]]
    assert {query["X-Amz-Expires"][0] for query in signed} == {"3600"}
    assert {query["X-Amz-SignedHeaders"][0] for query in signed} == {"content-length;content-md5;host"}


def test_no_links_are_asked_for_by_nobody(t1: Caller) -> None:
    upload = begin(t1, SMALL)

    answer = ask(t1, f"{path_of(upload)}/links", {})

    assert (answer.status, answer.json) == (200, {"links": []})


@pytest.mark.parametrize("write", [str.upper, lambda etag: etag.strip('"'), str], ids=["upper case", "bare", "quoted"])
def test_an_etag_may_be_written_as_others_write_it(t1: Caller, write: Callable[[str], str]) -> None:
    upload = begin(t1, SMALL)
    [part] = send_all(upload, SMALL)

    answer = complete(t1, upload, [{**part, "etag": write(part["etag"])}])

    assert part["etag"].startswith('"')
    assert answer.status == 202


def test_what_is_completed_twice_is_completed(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    parts = send_all(upload, SMALL)

    answers = [complete(t1, upload, parts) for _ in range(2)]
    api.work()

    assert statuses(answers) == [202, 202]
    assert t1.get(f"/v1/images/{upload['image_id']}").body == SMALL
    assert len(api.stored()) == 1


def test_what_is_completed_while_it_is_verified_is_completed(make_api: MakeApi) -> None:
    api = make_api(SLICE_BYTES=str(PART))
    caller = api.caller("t1")
    upload = begin(caller, DATA)
    parts = send_all(upload, DATA)
    complete(caller, upload, parts)
    [message] = api.world.queue.client().receive_message(QueueUrl=api.world.queue.url)["Messages"]
    api.world.deliver([{"messageId": "1", "body": message["Body"]}])

    answer = complete(caller, upload, parts)
    api.work()

    assert (answer.status, multiparts(api)) == (202, [])
    assert header_block(caller.head(f"/v1/images/{upload['image_id']}"))["status"] == "active"


def test_an_upload_that_is_over_is_gone(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    parts = send_all(upload, SMALL)
    complete(t1, upload, parts)
    api.work()

    answers = [
        show(t1, upload),
        complete(t1, upload, parts),
        ask(t1, f"{path_of(upload)}/links", {"parts": named([SMALL])}),
        abort(t1, upload),
    ]

    assert [refusal(answer) for answer in answers] == [(404, f"Upload {upload['id']} not found")] * 4
    assert t1.get(f"/v1/images/{upload['image_id']}/uploads").json == {"uploads": []}
    assert t1.get(f"/v1/images/{upload['image_id']}").body == SMALL


def test_an_upload_that_is_put_together_shows_no_parts_any_more(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    send_all(upload, SMALL)
    [multipart] = api.world.multiparts.begun(upload["image_id"])
    api.world.multiparts.complete(multipart, api.world.multiparts.parts(multipart) or [])

    answer = show(t1, upload)

    assert refusal(answer) == (404, f"Upload {upload['id']} not found")
    assert t1.get(f"/v1/images/{upload['image_id']}/uploads").json == {"uploads": []}


def test_an_upload_can_be_given_up(api: Api, t1: Caller) -> None:
    upload = begin(t1, DATA)
    send(upload["links"][0], pieces(DATA)[0])

    answers = [abort(t1, upload), abort(t1, upload)]

    shown = header_block(t1.head(f"/v1/images/{upload['image_id']}"))
    assert [answer.status for answer in answers] == [204, 404]
    assert answers[0].body == b""
    assert (shown["status"], shown["property-status_reason"]) == ("killed", "its upload was aborted")
    assert (api.stored(), multiparts(api)) == ([], [])


def test_of_two_uploads_that_begin_at_once_one_is_refused(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)

    answers = at_once(*[lambda: ask(t1, f"{image['id']}/uploads", {"size": 5})] * 2)

    assert statuses(answers) == [201, 409]
    assert len(multiparts(api)) == 1
    assert len(t1.get(f"/v1/images/{image['id']}/uploads").json["uploads"]) == 1
    assert len(t1.get("/v1/jobs").json["jobs"]) == 1


def test_an_image_that_belongs_to_nobody_is_uploaded_by_administrators(api: Api, admin: Caller) -> None:
    image = create(api.caller(None), RAW)
    parts = named([SMALL])
    upload = ask(admin, f"{image['id']}/uploads", {"size": len(SMALL), "parts": parts}).json["upload"]

    answer = complete(admin, upload, send_all(upload, SMALL))
    api.work()

    assert answer.status == 202
    assert admin.get(f"/v1/images/{image['id']}").body == SMALL


def test_neither_tokens_nor_links_nor_login_secrets_are_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY))
    caller = Caller(api, {"X-Auth-Token": secret})
    upload = begin(caller, SMALL)
    parts = send_all(upload, SMALL)
    with api.s3_fault("ListParts", "SlowDown", 503):
        failed = complete(caller, upload, parts)
    with api.s3_fault("AbortMultipartUpload", "SlowDown", 503):
        abort(caller, upload)
    complete(caller, upload, parts)
    api.work()

    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert failed.status == 503
    assert "/v1/images/{image_id}/uploads" in logged
    assert "X-Amz-Signature" not in logged
    assert urlsplit(upload["links"][0]["url"]).query not in logged
    assert secret not in logged
