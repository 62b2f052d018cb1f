"""Who is let in, what comes first, and the envelopes: cases 1 to 5 and 73."""

from datetime import timedelta

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    JOBS,
    JSON,
    LEASE,
    UNFINISHED,
    UNKNOWN,
    UNKNOWN_JOB,
    ZONE,
    add,
    add_system_image,
    capture,
    delete,
    delete_image,
    job,
    lease,
    listed,
    listed_ids,
    modify,
    send,
    show,
    status_of,
    try_capture,
)
from tests.dialects.qingcloud.shapes import (
    assert_error,
    assert_forbidden,
    assert_malformed,
    assert_not_found,
    assert_ok,
)

REQUESTS = {
    "list": ("GET", IMAGES, b""),
    "capture": ("POST", IMAGES, b'{"instance": "i-IN234BH"}'),
    "modify": ("PUT", IMAGES, b'{"image": "img-00000000"}'),
    "delete": ("DELETE", f"{IMAGES}/{UNKNOWN}", b""),
    "job": ("GET", f"/v2/zone/{ZONE}/job/{UNKNOWN_JOB}", b""),
    "jobs": ("GET", JOBS, b""),
    "unfinished jobs": ("GET", UNFINISHED, b""),
    "recover": ("POST", LEASE, b'{"resources": ["img-00000000"]}'),
}
OTHER_ZONES = pytest.mark.parametrize("zone", ["ac4", "ac9", "AC1", "ac", "ac1,ac2", "default", "*"])
EACH_REQUEST = pytest.mark.parametrize(("method", "target", "body"), REQUESTS.values(), ids=REQUESTS.keys())


@EACH_REQUEST
def test_case_001_without_credentials_nothing_is_answered(
    anonymous: Caller, method: str, target: str, body: bytes
) -> None:
    answer = anonymous.request(method, target, JSON, body)

    assert_error(answer, 401, 1200)


@EACH_REQUEST
def test_case_002_credentials_that_do_not_verify_are_refused(
    invalid: Caller, method: str, target: str, body: bytes
) -> None:
    answer = invalid.request(method, target, JSON, body)

    assert_error(answer, 401, 1200)


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer ", "Bearer tökén", f"Bearer {'t' * 5000}", "Basic", "Basic !!!", "Basic Og==", "Digest x", " "],
    ids=["nothing", "blank", "Unicode", "long", "no user", "no base64", "empty user", "digest", "no scheme"],
)
def test_case_002_an_odd_header_is_refused(api: Api, value: str) -> None:
    answer = Caller(api, {"Authorization": value}).get(IMAGES)

    assert_error(answer, 401, 1200)


def test_case_002_a_wrong_secret_of_a_user_is_refused(api: Api, alice: Caller) -> None:
    answer = Caller(api, basic("alice", "never-issued")).get(IMAGES)

    assert_error(answer, 401, 1200)


def test_a_secret_in_another_header_is_none(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY))

    answer = Caller(api, {"X-Auth-Token": secret}).get(IMAGES)

    assert_error(answer, 401, 1200)


def test_case_002_a_token_that_was_revoked_is_refused(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY))
    api.world.identities.revoke(secret)

    answer = Caller(api, {"Authorization": f"Bearer {secret}"}).get(IMAGES)

    assert_error(answer, 401, 1200)


def test_a_token_that_has_expired_is_refused(api: Api) -> None:
    expires = api.clock.now() + timedelta(hours=1)
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY), expires=expires)
    caller = Caller(api, {"Authorization": f"Bearer {secret}"})
    before = caller.get(IMAGES)
    api.clock.advance(3601)

    answer = caller.get(IMAGES)

    assert_ok(before)
    assert answer.status == 401
    assert answer.json["ret_code"] in {1200, 1300}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_secret_is_a_bearer_token(api: Api, scheme: str) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY))

    answer = Caller(api, {"Authorization": f"{scheme} {secret}"}).get(IMAGES)

    assert_ok(answer)


def test_user_and_secret_are_credentials_too(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="alice"))

    answer = Caller(api, basic("alice", secret)).get(IMAGES)

    assert_ok(answer)


@OTHER_ZONES
def test_case_003_there_are_no_other_zones(alice: Caller, stopped: str, zone: str) -> None:
    lists = alice.get(f"/v2/zone/{zone}/images")
    captured = try_capture(alice, stopped, zone=zone)

    assert_not_found(lists)
    assert_not_found(captured)
    assert listed(alice) == []


@OTHER_ZONES
def test_other_zones_have_no_jobs(api: Api, alice: Caller, zone: str) -> None:
    found = modify(alice, add(api)).json

    answers = [alice.get(f"/v2/zone/{zone}/{rest}") for rest in (f"job/{found['job_id']}", "jobs", "unfinished_jobs")]

    for answer in answers:
        assert_not_found(answer)


def test_case_004_no_success_looks_like_an_error(api: Api, alice: Caller, stopped: str) -> None:
    image, other = add(api), add(api)

    answers = [
        alice.get(IMAGES),
        try_capture(alice, stopped),
        modify(alice, image, image_name="new"),
        delete(alice, other),
        alice.get(JOBS),
        alice.get(UNFINISHED),
    ]

    for answer in answers:
        assert_ok(answer)


def test_case_005_each_refusal_has_the_same_shape(api: Api, alice: Caller, anonymous: Caller, running: str) -> None:
    system = add_system_image(api)

    answers = {
        (401, 1200): anonymous.get(IMAGES),
        (400, 1100): alice.get(f"{IMAGES}?limit=0"),
        (403, 1400): modify(alice, system, image_name="mine"),
        (404, 2100): modify(alice, UNKNOWN, image_name="mine"),
        (405, 1101): alice.request("PATCH", IMAGES),
        (409, 1400): try_capture(alice, running),
    }

    for (status, number), answer in answers.items():
        assert_error(answer, status, number)


def test_case_073_a_reader_lists(api: Api, alice: Caller, reader: Caller, stopped: str) -> None:
    (captured,) = capture(alice, stopped)["resource_ids"]
    system = add_system_image(api)

    found = listed_ids(reader)

    assert sorted(found) == sorted([captured, system])


def test_case_073_a_reader_changes_nothing(api: Api, alice: Caller, reader: Caller, stopped: str) -> None:
    image = add(api, name="old")
    before = show(alice, image)

    answers = [try_capture(reader, stopped), modify(reader, image, image_name="new"), delete(reader, image)]

    for answer in answers:
        assert_forbidden(answer)
    assert listed(alice) == [before]


def test_a_reader_recovers_nothing(api: Api, alice: Caller, reader: Caller) -> None:
    image = add(api)
    delete_image(alice, image)

    answer = lease(reader, image)

    assert_forbidden(answer)
    assert status_of(alice, image) == ("deleted", "")


def test_a_reader_sees_the_jobs_of_its_tenant(api: Api, alice: Caller, reader: Caller) -> None:
    found = modify(alice, add(api)).json

    assert job(reader, found["job_id"]) == job(alice, found["job_id"])


def test_a_caller_without_rights_reads_nothing(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1"))

    answer = Caller(api, {"Authorization": f"Bearer {secret}"}).get(IMAGES)

    assert_forbidden(answer)


def test_the_zone_is_looked_at_after_the_credentials(invalid: Caller) -> None:
    answer = invalid.get("/v2/zone/ac9/images")

    assert_error(answer, 401, 1200)


@pytest.mark.parametrize("name", ["capture", "modify", "delete", "recover"])
def test_rights_are_looked_at_after_the_zone(reader: Caller, name: str) -> None:
    method, target, body = REQUESTS[name]

    answer = reader.request(method, target.replace(ZONE, "ac9"), JSON, body)

    assert_not_found(answer)


@pytest.mark.parametrize(
    ("method", "target"),
    [("POST", IMAGES), ("PUT", IMAGES), ("DELETE", f"{IMAGES}/,"), ("POST", LEASE)],
    ids=["capture", "modify", "delete", "recover"],
)
def test_the_form_is_looked_at_after_the_rights(reader: Caller, method: str, target: str) -> None:
    answer = reader.request(method, target, JSON, b"{")

    assert_forbidden(answer)


def test_existence_is_looked_at_after_the_form(alice: Caller) -> None:
    answers = [
        modify(alice, UNKNOWN, description=7),
        send(alice, "POST", IMAGES, {"instance": "i-IN234BH", "image_name": 7}),
    ]

    for answer in answers:
        assert_malformed(answer)


def test_ownership_is_looked_at_after_existence(api: Api, alice: Caller) -> None:
    answer = delete(alice, add_system_image(api), UNKNOWN)

    assert_not_found(answer)


def test_the_state_is_looked_at_after_ownership(api: Api, alice: Caller) -> None:
    image = add(api)
    delete_image(alice, image)

    answer = delete(alice, image, add_system_image(api))

    assert_forbidden(answer)


def test_another_user_of_the_tenant_may_do_the_same(api: Api, alice: Caller) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY, user="carol"))
    carol = Caller(api, {"Authorization": f"Bearer {secret}"})
    image = add(api)

    answers = [modify(carol, image, image_name="ours"), delete(carol, image)]

    for answer in answers:
        assert_ok(answer)
    assert show(alice, image)["image_name"] == "ours"
