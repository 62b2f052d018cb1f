"""Images whose bytes are copied from elsewhere: ordered by a header, done by the worker (wire §2.4 and §2.6)."""

import hashlib
import socket
from urllib.parse import quote
from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status
from tests.api import ELSEWHERE, Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import RAW, create, header_block, ids, is_unknown, meta, set_status, status_of
from tests.dialects.glance_v1.sending import JSON, SMALL, begin, md5, refusal
from tests.storage.web import REFUSED_ADDRESSES, Resolver, host_of

CLASSES = (
    "loopback",
    "loopback-v6",
    "private-10",
    "private-172",
    "private-192",
    "link-local",
    "metadata",
    "unique-local-v6",
    "metadata-v6",
    "carrier-nat",
    "mapped-metadata",
    "unspecified",
)
COPY_FROM = "x-glance-api-copy-from"


def copied(url: str) -> dict[str, str]:
    return {**JSON, COPY_FROM: quote(url, safe="/~:")}


def put(caller: Caller, image_id: str, url: str) -> Answer:
    return caller.put(f"/v1/images/{image_id}", copied(url))


@pytest.fixture
def source(api: Api) -> str:
    return api.put_elsewhere("disk.raw", SMALL)


def test_an_image_is_queued_until_it_is_copied(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})
    [begun] = t1.get("/v1/jobs").json["jobs"]

    api.work()

    shown = header_block(t1.head(f"/v1/images/{image['id']}"))
    job = t1.get(f"/v1/jobs/{begun['id']}").json["job"]
    assert (image["status"], image["size"], image["checksum"]) == ("queued", len(SMALL), None)
    assert (begun["action"], begun["status"], begun["images"]) == ("copy", "pending", [image["id"]])
    assert (job["status"], job["done"], job["size"]) == ("successful", len(SMALL), len(SMALL))
    assert (shown["status"], shown["checksum"]) == ("active", md5(SMALL))
    assert shown["property-os_hash_value"] == hashlib.sha256(SMALL).hexdigest()
    assert t1.get(f"/v1/images/{image['id']}").body == SMALL


def test_where_an_image_was_copied_from_is_never_shown(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})
    jobs = t1.get("/v1/jobs")

    api.work()

    shown = t1.head(f"/v1/images/{image['id']}")
    assert source not in str(image) + jobs.text + str(shown.headers)


def test_a_queued_image_is_copied_by_an_update(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, RAW)

    answer = put(t1, image["id"], source)
    api.work()

    assert (answer.status, answer.json["image"]["status"]) == (200, "queued")
    assert t1.get(f"/v1/images/{image['id']}").body == SMALL


def test_an_update_may_change_other_things_at_once(api: Api, t1: Caller, source: str) -> None:
    image = create(t1)

    answer = t1.put(f"/v1/images/{image['id']}", {**RAW, **copied(source), **meta(name="copy")})
    api.work()

    shown = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert answer.status == 200
    assert (shown["name"], shown["disk_format"], shown["status"]) == ("copy", "raw", "active")


@pytest.mark.parametrize("status", ["active", "killed", "saving", "deactivated"])
def test_an_image_that_does_not_wait_is_not_copied(api: Api, t1: Caller, source: str, status: str) -> None:
    image = create(t1, RAW)
    set_status(api, image["id"], Status(status))

    answer = put(t1, image["id"], source)

    assert refusal(answer)[0] == 400
    assert "not in queued status" in refusal(answer)[1]
    assert t1.get("/v1/jobs").json == {"jobs": []}


def test_an_image_that_is_being_copied_is_not_copied_again(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})

    answer = put(t1, image["id"], source)
    api.work()

    assert refusal(answer)[0] == 400
    assert "not in queued status" in refusal(answer)[1]
    assert status_of(t1, image["id"]) == "active"
    assert len(t1.get("/v1/jobs").json["jobs"]) == 1


def test_an_image_that_is_being_copied_takes_no_location(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})

    answer = t1.put(f"/v1/images/{image['id']}", {**JSON, **meta(location=source)})

    assert refusal(answer)[0] == 400
    assert "not in queued status" in refusal(answer)[1]


def test_an_image_whose_parts_come_is_not_copied(t1: Caller, source: str) -> None:
    upload = begin(t1, SMALL)

    answer = put(t1, upload["image_id"], source)

    assert refusal(answer)[0] == 400
    assert status_of(t1, upload["image_id"]) == "saving"


def test_another_size_than_that_of_the_source_is_refused(t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **meta(size="1")})

    answers = [put(t1, image["id"], source), t1.post("/v1/images", {**RAW, **copied(source), **meta(size="1")})]

    assert [refusal(answer)[0] for answer in answers] == [409, 409]
    assert status_of(t1, image["id"]) == "queued"


def test_a_wrong_checksum_kills_the_image_and_says_why(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source), **meta(checksum="0" * 32)})

    api.work()

    shown = header_block(t1.head(f"/v1/images/{image['id']}"))
    [job] = t1.get("/v1/jobs").json["jobs"]
    assert (shown["status"], job["status"]) == ("killed", "failed")
    assert shown["property-status_reason"] == job["reason"]
    assert "did not match the checksum" in job["reason"]
    assert api.stored() == []
    assert ids(t1.get("/v1/images")) == []


def test_a_source_that_is_gone_meanwhile_kills_the_image(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})
    api.world.blobs.client().delete_object(Bucket=ELSEWHERE, Key="disk.raw")

    api.work()

    shown = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert (shown["status"], shown["property-status_reason"]) == (
        "killed",
        "Invalid location: nothing was found there",
    )


def test_data_of_another_image_are_no_source(api: Api, t1: Caller, t2: Caller, admin: Caller) -> None:
    create(t1, data=SMALL)
    [key] = api.stored()
    image_id = str(uuid4())

    answer = t2.post("/v1/images", {**RAW, **meta(id=image_id), **copied(f"s3://{api.world.blobs.bucket}/{key}")})

    assert refusal(answer) == (400, "Invalid location: not an object that can be read from here")
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_inside_is_a_source(t1: Caller, admin: Caller, scheme: str, name: str) -> None:
    image_id = str(uuid4())
    url = f"{scheme}://{host_of(REFUSED_ADDRESSES[name])}/disk.raw"

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **copied(url)})

    assert refusal(answer) == (400, "Invalid location: its address is not public")
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"]], ids=["inside", "also inside"])
def test_no_name_of_an_address_inside_is_a_source(
    t1: Caller, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver({"files.example": addresses}))
    image = create(t1, RAW)

    answer = put(t1, image["id"], "https://files.example/disk.raw")

    assert refusal(answer) == (400, "Invalid location: its address is not public")
    assert status_of(t1, image["id"]) == "queued"


def test_more_than_an_owner_may_have_is_not_copied(api: Api, make_api: MakeApi, source: str) -> None:
    caller = make_api(USER_STORAGE_QUOTA="10").caller("t1")

    answer = caller.post("/v1/images", {**RAW, **copied(source)})

    assert refusal(answer)[0] == 413
    assert ids(caller.get("/v1/images")) == []


def test_more_than_an_image_may_have_is_not_copied(api: Api, make_api: MakeApi, source: str) -> None:
    caller = make_api(IMAGE_SIZE_CAP="10").caller("t1")

    answer = caller.post("/v1/images", {**RAW, **copied(source)})

    assert refusal(answer)[0] == 400
    assert ids(caller.get("/v1/images")) == []


def test_a_copy_of_an_image_that_is_deleted_meanwhile_is_not_made(api: Api, t1: Caller, source: str) -> None:
    image = create(t1, {**RAW, **copied(source)})
    t1.delete(f"/v1/images/{image['id']}")

    api.work()

    [job] = t1.get("/v1/jobs").json["jobs"]
    assert (job["status"], job["reason"]) == ("failed", "the image was deleted meanwhile")
    assert api.stored() == []


def test_an_image_of_somebody_else_is_not_copied_into(t1: Caller, t2: Caller, source: str) -> None:
    image = create(t1, RAW)

    answer = put(t2, image["id"], source)

    assert refusal(answer)[0] == 404
    assert status_of(t1, image["id"]) == "queued"
