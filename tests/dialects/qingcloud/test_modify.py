"""What of an image can be changed, and by whom: cases 56 to 62 and 72."""

from typing import Any

import pytest

from chalicelib.catalog.image import Visibility
from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    JOBS,
    UNFINISHED,
    UNKNOWN,
    add,
    add_system_image,
    brief,
    capture,
    capture_image,
    delete_image,
    job,
    job_of,
    jobs_of,
    listed,
    modify,
    send,
    share,
    show,
    stored,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_forbidden,
    assert_malformed,
    assert_not_found,
)

NO_TEXTS: dict[str, Any] = {
    "null": None,
    "number": 7,
    "true": True,
    "array": ["new"],
    "empty array": [],
    "object": {"text": "new"},
}
NO_IDS: dict[str, Any] = {
    "empty": "",
    "null": None,
    "number": 7,
    "false": False,
    "array": ["img-00000000"],
    "empty array": [],
    "object": {},
    "comma list": "img-00000000,img-00000001",
    "comma": ",",
}
EACH_WRONG_TYPE = pytest.mark.parametrize("value", NO_TEXTS.values(), ids=NO_TEXTS.keys())


@pytest.fixture
def image(alice: Caller, stopped: str) -> Record:
    """An image that alice captured, named and described."""
    image_id = capture_image(alice, stopped, image_name="old")["image_id"]
    job_of(modify(alice, image_id, description="as it was"))
    return show(alice, image_id)


@pytest.fixture
def theirs(bob: Caller, machines: Machines) -> Record:
    """An image that bob captured."""
    return capture_image(bob, machines.start(tenant="t2"), image_name="theirs")


def test_case_056_name_and_description_change_and_nothing_else(api: Api, alice: Caller, image: Record) -> None:
    api.clock.advance(100)

    job_of(modify(alice, image["image_id"], image_name="new", description="as it is"))

    assert show(alice, image["image_id"]) == {**image, "image_name": "new", "description": "as it is"}


def test_case_056_the_job_is_already_successful(alice: Caller, image: Record) -> None:
    found = job_of(modify(alice, image["image_id"], image_name="new"))

    assert (found["action"], found["status"]) == ("ModifyImageAttributes", "successful")
    assert found["resource_ids"] == [image["image_id"]]
    assert found["info"] == ""
    assert alice.get(UNFINISHED).json == []


def test_case_056_the_job_is_found_again(alice: Caller, image: Record) -> None:
    found = job_of(modify(alice, image["image_id"], image_name="new"))

    assert job(alice, found["job_id"]) == found
    assert found["job_id"] in jobs_of(alice.get(JOBS))


@pytest.mark.parametrize(
    ("field", "value"),
    [("image_name", "测试 💿"), ("image_name", "x" * 255), ("description", "💿" * 1000), ("description", "two\nlines")],
    ids=["Unicode", "long name", "long description", "lines"],
)
def test_case_056_texts_survive(alice: Caller, image: Record, field: str, value: str) -> None:
    job_of(modify(alice, image["image_id"], **{field: value}))

    assert show(alice, image["image_id"]) == {**image, field: value}


@pytest.mark.parametrize("field", ["image_name", "description"])
def test_case_057_what_is_not_named_is_kept(alice: Caller, image: Record, field: str) -> None:
    job_of(modify(alice, image["image_id"], **{field: "new"}))

    assert show(alice, image["image_id"]) == {**image, field: "new"}


@pytest.mark.parametrize("field", ["image_name", "description"])
def test_case_057_an_empty_text_clears(alice: Caller, image: Record, field: str) -> None:
    job_of(modify(alice, image["image_id"], **{field: ""}))

    assert show(alice, image["image_id"]) == {**image, field: ""}


def test_case_057_a_change_of_nothing_is_a_job_all_the_same(api: Api, alice: Caller, image: Record) -> None:
    api.clock.advance(100)

    found = job_of(modify(alice, image["image_id"]))

    assert (found["action"], found["status"]) == ("ModifyImageAttributes", "successful")
    assert show(alice, image["image_id"]) == image


@pytest.mark.parametrize("field", ["status", "visibility", "os_family", "size", "default_passwd", "provider"])
def test_other_fields_are_ignored(alice: Caller, image: Record, field: str) -> None:
    job_of(modify(alice, image["image_id"], **{field: "public"}, image_name="new"))

    assert show(alice, image["image_id"]) == {**image, "image_name": "new"}


def test_case_058_an_image_has_to_be_named(alice: Caller, image: Record) -> None:
    answer = send(alice, "PUT", IMAGES, {"images": image["image_id"], "image_name": "new"})

    assert_malformed(answer)
    assert listed(alice) == [image]


@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS.keys())
def test_case_058_an_image_is_named_by_one_id(alice: Caller, image: Record, value: object) -> None:
    answer = modify(alice, value, image_name="new")

    assert_malformed(answer)
    assert listed(alice) == [image]


def test_case_058_so_are_those_that_exist(api: Api, alice: Caller, image: Record) -> None:
    other = add(api, name="other")
    before = listed(alice)

    answers = [
        modify(alice, [image["image_id"]], image_name="new"),
        modify(alice, f"{image['image_id']},{other}", image_name="new"),
        modify(alice, f"{image['image_id']},", image_name="new"),
    ]

    for answer in answers:
        assert_malformed(answer)
    assert listed(alice) == before


@pytest.mark.parametrize("image_id", [UNKNOWN, "img-9SSE88S", "centos65x64d", "测试", "x" * 255, "%"], ids=brief)
def test_case_059_an_unknown_image_is_not_found(alice: Caller, image_id: str) -> None:
    answer = modify(alice, image_id, image_name="new")

    assert_not_found(answer)
    assert jobs_of(alice.get(JOBS)) == []


def test_case_060_an_image_of_another_tenant_is_not_found(alice: Caller, bob: Caller, theirs: Record) -> None:
    answer = modify(alice, theirs["image_id"], image_name="mine")

    assert_not_found(answer)
    assert show(bob, theirs["image_id"]) == theirs


@pytest.mark.parametrize("fields", [{"image_name": "mine"}, {}], ids=["name", "nothing"])
def test_case_061_a_system_image_cannot_be_changed(api: Api, alice: Caller, fields: dict[str, Any]) -> None:
    system = add_system_image(api, name="CentOS")
    before = show(alice, system)

    answer = modify(alice, system, **fields)

    assert_forbidden(answer)
    assert show(alice, system) == before


def test_an_image_that_is_public_or_shared_cannot_be_changed_by_others(api: Api, alice: Caller) -> None:
    images = [add(api, owner="t2", visibility=Visibility.PUBLIC), add(api, owner="t2")]
    share(api, images[1], "t1")

    answers = [modify(alice, image, image_name="mine") for image in images]

    for answer in answers:
        assert_forbidden(answer)
    assert [stored(api, image).name for image in images] == [None, None]


@EACH_WRONG_TYPE
@pytest.mark.parametrize("field", ["image_name", "description"])
def test_case_062_a_text_of_another_type_is_refused(alice: Caller, image: Record, field: str, value: Any) -> None:
    answer = modify(alice, image["image_id"], **{field: value})

    assert_malformed(answer)
    assert listed(alice) == [image]


@pytest.mark.parametrize(
    ("field", "value"),
    [("image_name", "x" * 256), ("image_name", "测" * 256), ("description", "x" * 1001), ("description", "💿" * 1001)],
    ids=["name", "Chinese name", "description", "wide description"],
)
def test_case_062_a_text_that_is_too_long_is_refused(alice: Caller, image: Record, field: str, value: str) -> None:
    answer = modify(alice, image["image_id"], **{field: value})

    assert_malformed(answer)
    assert listed(alice) == [image]


@pytest.mark.parametrize(
    "fields",
    [
        {"image_name": "new", "description": "x" * 1001},
        {"image_name": "new", "description": 7},
        {"image_name": "new", "description": None},
        {"image_name": None, "description": "new"},
    ],
    ids=["long description", "number", "null", "null name"],
)
def test_case_062_nothing_is_applied_if_one_is_wrong(alice: Caller, image: Record, fields: dict[str, Any]) -> None:
    answer = modify(alice, image["image_id"], **fields)

    assert_malformed(answer)
    assert listed(alice) == [image]


def test_case_072_a_deleted_image_can_still_be_changed(alice: Caller, image: Record) -> None:
    delete_image(alice, image["image_id"])
    before = show(alice, image["image_id"])

    found = job_of(modify(alice, image["image_id"], description="in the bin"))

    assert found["status"] == "successful"
    assert before["status"] == "deleted"
    assert show(alice, image["image_id"]) == {**before, "description": "in the bin"}


def test_an_image_that_is_being_made_can_be_changed(api: Api, alice: Caller, stopped: str) -> None:
    (image_id,) = capture(alice, stopped, image_name="old")["resource_ids"]

    job_of(modify(alice, image_id, image_name="new", description="soon"))
    before = show(alice, image_id)
    api.work()
    after = show(alice, image_id)

    assert [(each["image_name"], each["description"]) for each in (before, after)] == [("new", "soon")] * 2
    assert after["status"] == "available"
