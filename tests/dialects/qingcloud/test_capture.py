"""What becomes of an instance that is captured: cases 6 to 12, 20 and 45."""

import json
import re
from urllib.parse import quote

import pytest

from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    FORM,
    IMAGES,
    JSON,
    ZONES,
    add,
    capture,
    capture_image,
    job,
    job_of,
    listed,
    listed_ids,
    modify,
    query,
    show,
    status_of,
)
from tests.dialects.qingcloud.shapes import (
    assert_image,
    assert_ok,
)

MEDIA = {
    "form": FORM,
    "none": {},
    "charset": {"Content-Type": "application/json; charset=UTF-8"},
    "form with a charset": {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    "text": {"Content-Type": "text/plain"},
    "octets": {"Content-Type": "application/octet-stream"},
    "no media type": {"Content-Type": "json"},
}
EACH_MEDIA_TYPE = pytest.mark.parametrize("headers", MEDIA.values(), ids=MEDIA.keys())
NAMES = {
    "Chinese": "测试映像",
    "accents": "Zürich, déjà vu",
    "wide": "disk 💿",
    "markup": "<b>&amp;</b> \"quoted\" 'too'",
}


@pytest.mark.parametrize("zone", ZONES)
def test_case_006_the_answer_is_a_whole_job(alice: Caller, machines: Machines, zone: str) -> None:
    instance = machines.start(zone=zone)

    found = capture(alice, instance, zone=zone, image_name="web")

    assert (found["action"], found["zone"]) == ("CaptureInstance", zone)
    assert found["request_id"]


def test_case_006_each_request_has_an_id_of_its_own(alice: Caller, stopped: str) -> None:
    jobs = [capture(alice, stopped) for _ in range(3)]

    assert len({found["request_id"] for found in jobs}) == 3
    assert len({found["job_id"] for found in jobs}) == 3


def test_case_007_the_first_answer_names_the_one_new_image(alice: Caller, stopped: str) -> None:
    found = capture(alice, stopped)

    assert len(found["resource_ids"]) == 1
    assert re.fullmatch("img-[0-9A-Z]{8}", found["resource_ids"][0])
    assert listed_ids(alice) == found["resource_ids"]


def test_case_007_an_instance_can_be_captured_again(alice: Caller, stopped: str) -> None:
    captured = [capture(alice, stopped, image_name="same")["resource_ids"][0] for _ in range(3)]

    assert len(set(captured)) == 3
    assert sorted(listed_ids(alice)) == sorted(captured)


def test_case_008_the_image_is_listed_at_once(alice: Caller, stopped: str) -> None:
    (image_id,) = capture(alice, stopped, image_name="web")["resource_ids"]

    (image,) = listed(alice)

    assert_image(image)
    assert (image["image_id"], image["image_name"]) == (image_id, "web")
    assert (image["status"], image["transition_status"]) in {("pending", "creating"), ("available", "")}
    assert (image["visibility"], image["provider"], image["description"]) == ("private", "self", "")


def test_an_image_is_being_made_until_its_job_has_ended(api: Api, alice: Caller, stopped: str) -> None:
    found = capture(alice, stopped)
    (image_id,) = found["resource_ids"]

    before = job(alice, found["job_id"])["status"], status_of(alice, image_id)
    api.work()
    after = job(alice, found["job_id"])["status"], status_of(alice, image_id)

    assert before in {("pending", ("pending", "creating")), ("working", ("pending", "creating"))}
    assert after == ("successful", ("available", ""))


def test_case_009_the_job_becomes_successful(api: Api, alice: Caller, stopped: str) -> None:
    first = capture(alice, stopped)
    api.clock.advance(5)

    api.work()
    found = job(alice, first["job_id"])

    assert found["status"] == "successful"
    assert found["create_time"] <= found["begin_time"] <= found["finished_time"]
    assert found["resource_ids"] == first["resource_ids"]
    assert found["info"] == ""
    kept = ("action", "zone", "create_time", "request_id")
    assert [found[name] for name in kept] == [first[name] for name in kept]


def test_work_that_is_done_again_changes_nothing(api: Api, alice: Caller, stopped: str) -> None:
    found = capture(alice, stopped)
    api.work()
    before = job(alice, found["job_id"]), listed(alice)

    api.clock.advance(60)
    api.work()

    assert (job(alice, found["job_id"]), listed(alice)) == before


def test_case_010_then_the_image_is_available_and_well_typed(alice: Caller, stopped: str) -> None:
    image = capture_image(alice, stopped, image_name="web")

    assert_image(image)
    assert (image["status"], image["transition_status"]) == ("available", "")
    assert (image["image_name"], image["visibility"], image["provider"]) == ("web", "private", "self")
    assert listed(alice) == [image]


def test_case_010_the_time_of_the_status_is_that_of_its_change(api: Api, alice: Caller, stopped: str) -> None:
    found = capture(alice, stopped)
    before = show(alice, found["resource_ids"][0])
    api.clock.advance(90)
    api.work()

    image = show(alice, found["resource_ids"][0])

    assert image["create_time"] == before["create_time"]
    assert image["status_time"] > before["status_time"]


@pytest.mark.parametrize("given", [{}, {"image_name": ""}], ids=["absent", "empty"])
def test_case_011_an_image_needs_no_name(alice: Caller, stopped: str, given: dict[str, str]) -> None:
    image = capture_image(alice, stopped, **given)

    assert_image(image)
    assert image["image_name"] == ""


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_case_012_a_name_survives(alice: Caller, stopped: str, name: str) -> None:
    image = capture_image(alice, stopped, image_name=name)

    assert image["image_name"] == name


@pytest.mark.parametrize(
    ("name", "word"),
    [("测试映像", "试映"), ("Zürich", "zÜr"), ("disk 💿", "💿")],
    ids=["Chinese", "accents", "wide"],
)
def test_case_012_a_name_is_found_by_a_part_of_it(api: Api, alice: Caller, stopped: str, name: str, word: str) -> None:
    image = capture_image(alice, stopped, image_name=name)
    add(api, name="another")

    found = listed_ids(alice, f"?search_word={quote(word)}")

    assert found == [image["image_id"]]


@pytest.mark.parametrize("letter", ["x", "测", "💿"], ids=["ASCII", "Chinese", "wide"])
def test_a_name_may_have_255_characters(alice: Caller, stopped: str, letter: str) -> None:
    image = capture_image(alice, stopped, image_name=letter * 255)

    assert image["image_name"] == letter * 255


@EACH_MEDIA_TYPE
def test_case_020_a_capture_may_have_any_media_type(alice: Caller, stopped: str, headers: dict[str, str]) -> None:
    answer = alice.post(IMAGES, headers, json.dumps({"instance": stopped, "image_name": "web"}).encode())

    assert job_of(answer)["action"] == "CaptureInstance"
    assert listed(alice)[0]["image_name"] == "web"


@EACH_MEDIA_TYPE
def test_case_020_a_change_may_have_any_media_type(api: Api, alice: Caller, headers: dict[str, str]) -> None:
    image = add(api)

    answer = alice.put(IMAGES, headers, json.dumps({"image": image, "image_name": "web"}).encode())

    assert job_of(answer)["action"] == "ModifyImageAttributes"
    assert show(alice, image)["image_name"] == "web"


def test_blanks_around_the_body_and_unknown_keys_are_fine(alice: Caller, stopped: str) -> None:
    document = {"instance": stopped, "image_name": "web", "verbose": 1, "zone": "ac2", "": None}

    answer = alice.post(IMAGES, JSON, b" \r\n" + json.dumps(document, indent=4).encode() + b"\n")

    assert job_of(answer)["zone"] == "ac1"
    assert listed(alice)[0]["image_name"] == "web"


@pytest.mark.parametrize(("architecture", "processor"), [("x86_64", "64bit"), ("i386", "32bit")])
@pytest.mark.parametrize(("family", "platform"), [("ubuntu", "linux"), ("windows", "windows")])
def test_case_045_an_image_is_what_its_instance_was(
    alice: Caller, machines: Machines, architecture: str, processor: str, family: str, platform: str
) -> None:
    instance = machines.start(architecture=architecture, os_family=family, platform=platform, size_gb=17)

    image = capture_image(alice, instance)

    assert (image["os_family"], image["processor_type"]) == (family, processor)
    assert (image["platform"], image["size"]) == (platform, 17)
    assert listed(alice, query(os_family=family, processor_type=processor)) == [image]


def test_case_045_that_is_known_at_once(alice: Caller, machines: Machines) -> None:
    capture(alice, machines.start(architecture="i386", os_family="debian"))

    (image,) = listed(alice)

    assert (image["os_family"], image["processor_type"]) == ("debian", "32bit")


def test_an_image_is_captured_beside_those_that_are_there(api: Api, alice: Caller, stopped: str) -> None:
    others = [add(api, name="web"), add(api)]

    image = capture_image(alice, stopped, image_name="web")

    assert sorted(listed_ids(alice)) == sorted([*others, image["image_id"]])
    assert_ok(modify(alice, image["image_id"], image_name="still mine"))
