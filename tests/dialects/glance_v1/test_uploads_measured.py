"""What the server finds out itself, hashes, formats and reasons: shown as properties, and never taken from clients."""

import hashlib

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import OCTETS, RAW, create, header_block, meta, properties, record
from tests.dialects.glance_v1.sending import SMALL, abort, begin, complete, send_all

CLAIMED = {"os_hash_algo": "md5", "os_hash_value": "0" * 64, "status_reason": "because"}
MEASURED = {
    "os_hash_algo": "sha256",
    "os_hash_value": hashlib.sha256(SMALL).hexdigest(),
    "inspection_formats": "raw",
}


@pytest.fixture
def image_id(api: Api, t1: Caller) -> str:
    """An image that went up in parts."""
    upload = begin(t1, SMALL)
    complete(t1, upload, send_all(upload, SMALL))
    api.work()
    return str(upload["image_id"])


@pytest.fixture
def killed(t1: Caller) -> str:
    """An image whose upload was aborted."""
    upload = begin(t1, SMALL)
    abort(t1, upload)
    return str(upload["image_id"])


def shown(caller: Caller, image_id: str) -> dict[str, str]:
    """The properties of an image."""
    headers = header_block(caller.head(f"/v1/images/{image_id}"))
    return {name.removeprefix("property-"): value for name, value in headers.items() if name.startswith("property-")}


def test_what_is_claimed_at_creation_is_ignored(t1: Caller) -> None:
    image = create(t1, {**RAW, **properties(**CLAIMED, other="kept")})

    assert image["properties"] == {"other": "kept"}
    assert shown(t1, image["id"]) == {"other": "kept"}


def test_an_inline_upload_claims_nothing_either(t1: Caller) -> None:
    image = create(t1, {**properties(**CLAIMED), **OCTETS}, data=SMALL)

    assert image["status"] == "active"
    assert not {"os_hash_value", "status_reason"} & shown(t1, image["id"]).items() & CLAIMED.items()
    assert CLAIMED["os_hash_value"] not in shown(t1, image["id"]).values()


@pytest.mark.parametrize("purge", ["true", "false"])
def test_what_was_measured_survives_an_update_that_claims_others(t1: Caller, image_id: str, purge: str) -> None:
    headers = {**properties(**CLAIMED, other="new"), "x-glance-registry-purge-props": purge}

    answer = t1.put(f"/v1/images/{image_id}", headers)

    assert answer.status == 200
    assert answer.json["image"]["properties"] == shown(t1, image_id) == {**MEASURED, "other": "new"}


def test_what_was_measured_survives_a_purge(t1: Caller, image_id: str) -> None:
    t1.put(f"/v1/images/{image_id}", {**properties(other="new")})

    answer = t1.put(f"/v1/images/{image_id}", {**meta(name="renamed"), "x-glance-registry-purge-props": "true"})

    assert answer.json["image"]["properties"] == shown(t1, image_id) == MEASURED


def test_a_reason_survives_a_purge(t1: Caller, killed: str) -> None:
    headers = {**properties(status_reason="none"), "x-glance-registry-purge-props": "true"}

    answer = t1.put(f"/v1/images/{killed}", headers)

    assert answer.status == 200
    assert shown(t1, killed) == {"status_reason": "its upload was aborted"}


def test_what_a_client_read_it_may_write_back(t1: Caller, image_id: str) -> None:
    answer = t1.put(f"/v1/images/{image_id}", properties(**shown(t1, image_id)))

    assert answer.status == 200
    assert shown(t1, image_id) == MEASURED


def test_what_was_measured_is_shown_in_lists(t1: Caller, image_id: str) -> None:
    [image] = t1.get("/v1/images/detail").json["images"]

    assert image["id"] == image_id
    assert image["properties"] == MEASURED


def test_what_was_measured_counts_against_no_quota(api: Api, t1: Caller, image_id: str) -> None:
    many = {f"p{number}": "v" for number in range(128)}

    answer = t1.put(f"/v1/images/{image_id}", properties(**many))

    assert answer.status == 200
    assert answer.json["image"]["properties"] == {**many, **MEASURED}


def test_of_bytes_that_came_in_a_request_no_hash_is_shown(api: Api, t1: Caller) -> None:
    image = t1.post("/v1/images", {**RAW, **OCTETS}, b"bytes").json["image"]

    assert image["properties"] == shown(t1, image["id"]) == {}
    assert record(api, image["id"]).sha256 == hashlib.sha256(b"bytes").hexdigest()
