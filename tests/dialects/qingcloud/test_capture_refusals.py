"""What is not captured: cases 13 to 19, 21 and 22."""

import json
from typing import Any

import pytest

from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    ELSEWHERE,
    FORM,
    IMAGES,
    JOBS,
    JSON,
    add,
    capture,
    jobs_of,
    listed,
    send,
    show,
    status_of,
    try_capture,
)
from tests.dialects.qingcloud.shapes import (
    assert_malformed,
    assert_not_found,
    assert_wrong_state,
)

NO_TEXTS: dict[str, Any] = {
    "number": 7,
    "null": None,
    "array": ["i-IN234BH"],
    "empty array": [],
    "object": {"id": "i-IN234BH"},
    "empty object": {},
    "true": True,
    "false": False,
    "fraction": 1.5,
}
NOT_JSON = {
    "open": b'{"instance": ',
    "single quotes": b"{'instance': 'i-IN234BH'}",
    "comma at the end": b'{"instance": "i-IN234BH",}',
    "two documents": b"{} {}",
    "word": b"instance",
    "form": b"instance=i-IN234BH",
    "no UTF-8": b'{"instance": "\xff"}',
    "comment": b"{} // really",
}
NO_OBJECTS = {
    "array": b'[{"instance": "i-IN234BH"}]',
    "empty array": b"[]",
    "string": b'"i-IN234BH"',
    "number": b"7",
    "null": b"null",
    "true": b"true",
}
NOTHING = {"none": b"", "blank": b" ", "line break": b"\n", "blanks": b" \t\r\n ", "empty object": b"{}"}
UNKNOWN_INSTANCES = ["i-IN234BH", "ins-JWFQNPY", "i-0123456789abcdef0", "no such thing", "测试", "i-1,i-2", "*", "%"]


def assert_nothing_was_made(caller: Caller) -> None:
    assert listed(caller) == []
    assert jobs_of(caller.get(JOBS)) == []


@pytest.mark.parametrize(
    "document", [{"image_name": "web"}, {"instance": ""}, {"Instance": "i-1"}], ids=["missing", "empty", "capital"]
)
def test_case_013_an_instance_has_to_be_named(alice: Caller, document: dict[str, str]) -> None:
    answer = send(alice, "POST", IMAGES, document)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


def test_case_013_the_query_does_not_name_an_instance(alice: Caller, stopped: str) -> None:
    answer = alice.post(f"{IMAGES}?instance={stopped}", JSON, b"{}")

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("value", NO_TEXTS.values(), ids=NO_TEXTS.keys())
def test_case_014_an_instance_is_a_text(alice: Caller, value: object) -> None:
    answer = try_capture(alice, value)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("value", NO_TEXTS.values(), ids=NO_TEXTS.keys())
def test_case_015_a_name_is_a_text(alice: Caller, stopped: str, value: object) -> None:
    answer = try_capture(alice, stopped, image_name=value)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("name", [" ", "\t", "a\x00b", "line\nbreak", "\x7f"], ids=ascii)
def test_a_name_is_visible_and_in_one_line(alice: Caller, stopped: str, name: str) -> None:
    answer = try_capture(alice, stopped, image_name=name)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("letter", ["x", "测", "💿"], ids=["ASCII", "Chinese", "wide"])
def test_case_015_a_name_of_256_characters_is_too_long(alice: Caller, stopped: str, letter: str) -> None:
    answer = try_capture(alice, stopped, image_name=letter * 256)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("instance", UNKNOWN_INSTANCES)
def test_case_016_an_unknown_instance_is_not_found(alice: Caller, instance: str) -> None:
    answer = try_capture(alice, instance, image_name="web")

    assert_not_found(answer)
    assert_nothing_was_made(alice)


def test_an_instance_that_has_no_tags_is_not_found(alice: Caller, machines: Machines) -> None:
    answer = try_capture(alice, machines.start_untagged())

    assert_not_found(answer)
    assert_nothing_was_made(alice)


def test_an_instance_in_another_zone_is_not_found(alice: Caller, machines: Machines) -> None:
    answer = try_capture(alice, machines.start(zone=ELSEWHERE))

    assert_not_found(answer)
    assert_nothing_was_made(alice)


def test_case_017_a_running_instance_is_not_captured(alice: Caller, running: str) -> None:
    answer = try_capture(alice, running, image_name="web")

    assert_wrong_state(answer)
    assert_nothing_was_made(alice)


def test_case_017_it_is_captured_once_it_is_stopped(alice: Caller, machines: Machines, running: str) -> None:
    refused = try_capture(alice, running)
    machines.ec2.stop_instances(InstanceIds=[running])

    captured = capture(alice, running)

    assert_wrong_state(refused)
    assert [image["image_id"] for image in listed(alice)] == captured["resource_ids"]


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_case_018_a_capture_has_to_be_json(alice: Caller, body: bytes) -> None:
    answer = alice.post(IMAGES, FORM, body)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_case_018_a_change_has_to_be_json(alice: Caller, body: bytes) -> None:
    answer = alice.put(IMAGES, JSON, body)

    assert_malformed(answer)


@pytest.mark.parametrize("body", NO_OBJECTS.values(), ids=NO_OBJECTS.keys())
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_case_019_a_body_has_to_be_an_object(alice: Caller, method: str, body: bytes) -> None:
    answer = alice.request(method, IMAGES, JSON, body)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("body", NOTHING.values(), ids=NOTHING.keys())
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_case_021_a_body_that_says_nothing_is_refused(alice: Caller, method: str, body: bytes) -> None:
    answer = alice.request(method, IMAGES, JSON, body)

    assert_malformed(answer)
    assert_nothing_was_made(alice)


@pytest.mark.parametrize("state", ["stopped", "running"])
def test_case_022_an_instance_of_another_tenant_is_not_found(alice: Caller, machines: Machines, state: str) -> None:
    answer = try_capture(alice, machines.start(tenant="t2", state=state))

    assert_not_found(answer)
    assert_nothing_was_made(alice)


def test_case_022_its_own_tenant_captures_it(alice: Caller, bob: Caller, machines: Machines) -> None:
    instance = machines.start(tenant="t2")

    captured = capture(bob, instance)

    assert [image["image_id"] for image in listed(bob)] == captured["resource_ids"]
    assert listed(alice) == []


def test_a_caller_without_a_tenant_captures_nothing(nomad: Caller, stopped: str) -> None:
    answer = try_capture(nomad, stopped)

    assert answer.status in {403, 404}
    assert answer.json["ret_code"] in {1400, 2100}


def test_a_refusal_leaves_other_images_alone(api: Api, alice: Caller, running: str) -> None:
    image = add(api, name="web")
    before = show(alice, image)

    refused = [
        try_capture(alice, running, image_name="web"),
        alice.post(IMAGES, JSON, json.dumps({"image": image}).encode()),
    ]

    assert [answer.status for answer in refused] == [409, 400]
    assert show(alice, image) == before
    assert status_of(alice, image) == ("available", "")
