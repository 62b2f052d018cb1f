"""How images are deleted, and which are not: cases 63 to 71."""

from urllib.parse import quote

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    FORM,
    IMAGES,
    TWO_HOURS,
    UNKNOWN,
    add,
    add_system_image,
    brief,
    capture,
    capture_image,
    delete,
    delete_image,
    job,
    job_of,
    listed,
    listed_ids,
    show,
    status_of,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_error,
    assert_forbidden,
    assert_image,
    assert_malformed,
    assert_not_found,
    assert_wrong_state,
)

BODIES = {
    "line break": b"\n",
    "empty object": b"{}",
    "filters": b'{"images": "img-00000000", "status": 7}',
    "array": b"[]",
    "malformed": b"{",
    "no UTF-8": b"\xff\xfe",
    "form": b"a=b&c",
    "null byte": b"\x00",
}
SEPARATORS = [",", ",,,", "%2C", "%2c%2C", "%20", ",%20,", "%20%2C%20"]


@pytest.fixture
def mine(alice: Caller, stopped: str) -> list[str]:
    """The ids of four images that alice captured."""
    captured = [capture(alice, stopped)["resource_ids"][0] for _ in range(4)]
    alice.api.work()
    return captured


@pytest.fixture
def theirs(bob: Caller, machines: Machines) -> Record:
    """An image that bob captured."""
    return capture_image(bob, machines.start(tenant="t2"))


def statuses(caller: Caller, image_ids: list[str]) -> list[str]:
    return [status_of(caller, image_id)[0] for image_id in image_ids]


def test_case_063_a_deletion_is_a_job(api: Api, alice: Caller, mine: list[str]) -> None:
    first = job_of(delete(alice, mine[0]))
    api.work()
    found = job(alice, first["job_id"])

    assert (first["action"], first["resource_ids"]) == ("DeleteImages", [mine[0]])
    assert (found["status"], found["resource_ids"]) == ("successful", [mine[0]])


def test_case_063_the_image_is_being_deleted_or_is_deleted_at_once(alice: Caller, mine: list[str]) -> None:
    job_of(delete(alice, mine[0]))

    assert status_of(alice, mine[0]) in {("available", "deleting"), ("deleted", "")}


def test_case_063_the_image_ends_deleted(api: Api, alice: Caller, mine: list[str]) -> None:
    before = show(alice, mine[0])
    api.clock.advance(60)
    job_of(delete(alice, mine[0]))
    api.work()

    after = show(alice, mine[0])

    assert_image(after)
    assert (after["status"], after["transition_status"]) == ("deleted", "")
    assert after["status_time"] > before["status_time"]
    kept = ("image_name", "size", "os_family", "create_time", "visibility", "provider")
    assert [after[name] for name in kept] == [before[name] for name in kept]


def test_case_063_the_image_is_listed_only_if_deleted_ones_are_asked_for(alice: Caller, mine: list[str]) -> None:
    delete_image(alice, mine[0])

    assert sorted(listed_ids(alice)) == sorted(mine[1:])
    assert listed_ids(alice, "?status=deleted") == [mine[0]]
    assert sorted(listed_ids(alice, "?status=deleted,available")) == sorted(mine)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED])
def test_case_063_usable_images_are_deletable(api: Api, alice: Caller, status: Status) -> None:
    image = add(api, status=status)

    delete_image(alice, image)

    assert status_of(alice, image) == ("deleted", "")


def test_case_064_several_are_deleted_in_the_order_asked(api: Api, alice: Caller, mine: list[str]) -> None:
    asked = [mine[2], mine[0], mine[3]]

    first = job_of(delete(alice, *asked))
    api.work()

    assert first["resource_ids"] == job(alice, first["job_id"])["resource_ids"] == asked
    assert statuses(alice, mine) == ["deleted", "available", "deleted", "deleted"]


@pytest.mark.parametrize(
    "path",
    ["{0}%2C{1}", "{0}%2c%20{1}", "{0},{1},{0}", "%20{0}%20,%2C,{1}%20%2C", "{0}%2C{0},,{1}"],
    ids=["quoted", "lower case", "double", "untidy", "quoted double"],
)
def test_case_065_ids_may_be_untidy(api: Api, alice: Caller, mine: list[str], path: str) -> None:
    found = job_of(alice.delete(f"{IMAGES}/{path.format(*mine)}"))
    api.work()

    assert found["resource_ids"] == mine[:2]
    assert statuses(alice, mine) == ["deleted", "deleted", "available", "available"]


def test_case_065_ids_are_unquoted_once(alice: Caller, mine: list[str]) -> None:
    answer = alice.delete(f"{IMAGES}/{mine[0]}%252C{mine[1]}")

    assert_not_found(answer)
    assert statuses(alice, mine) == ["available"] * 4


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_case_066_the_body_is_ignored(api: Api, alice: Caller, body: bytes) -> None:
    image, other = add(api), add(api)

    found = job_of(alice.delete(f"{IMAGES}/{image}", FORM, body))
    api.work()

    assert found["resource_ids"] == [image]
    assert statuses(alice, [image, other]) == ["deleted", "available"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_case_067_with_an_unknown_id_nothing_is_deleted(api: Api, alice: Caller, mine: list[str], place: int) -> None:
    asked = mine[:2]
    asked.insert(place, UNKNOWN)

    answer = delete(alice, *asked)
    api.work()

    assert_not_found(answer)
    assert statuses(alice, mine) == ["available"] * 4


@pytest.mark.parametrize("image_id", ["img-9SSE88S", "测试", "x" * 3000, "a/b", "%", "i-IN234BH"], ids=brief)
def test_case_067_an_unknown_id_alone_is_not_found(alice: Caller, image_id: str) -> None:
    answer = alice.delete(f"{IMAGES}/{quote(image_id, safe='')}")

    assert_not_found(answer)


@pytest.mark.parametrize("company", [0, 2], ids=["alone", "among own ones"])
def test_case_068_an_image_of_another_tenant_is_kept(
    api: Api, alice: Caller, bob: Caller, mine: list[str], theirs: Record, company: int
) -> None:
    answer = delete(alice, *mine[:company], theirs["image_id"])
    api.work()

    assert_not_found(answer)
    assert show(bob, theirs["image_id"]) == theirs
    assert statuses(alice, mine) == ["available"] * 4


@pytest.mark.parametrize("company", [0, 2], ids=["alone", "among own ones"])
def test_case_069_a_system_image_is_kept(api: Api, alice: Caller, mine: list[str], company: int) -> None:
    system = add_system_image(api)

    answer = delete(alice, *mine[:company], system)
    api.work()

    assert_forbidden(answer)
    assert statuses(alice, [*mine, system]) == ["available"] * 5


def test_a_public_image_of_another_tenant_is_kept(api: Api, alice: Caller, mine: list[str]) -> None:
    public = add(api, owner="t2", visibility=Visibility.PUBLIC)

    answer = delete(alice, mine[0], public)
    api.work()

    assert_forbidden(answer)
    assert statuses(alice, [mine[0], public]) == ["available"] * 2


@pytest.mark.parametrize("company", [0, 2], ids=["alone", "among others"])
def test_case_070_what_is_deleted_is_not_deleted_again(api: Api, alice: Caller, mine: list[str], company: int) -> None:
    delete_image(alice, mine[3])
    before = show(alice, mine[3])
    api.clock.advance(60)

    answer = delete(alice, *mine[:company], mine[3])
    api.work()

    assert_wrong_state(answer)
    assert statuses(alice, mine[:3]) == ["available"] * 3
    assert show(alice, mine[3]) == before


def test_case_070_not_even_while_it_is_being_deleted(api: Api, alice: Caller, mine: list[str]) -> None:
    job_of(delete(alice, mine[0]))

    answer = delete(alice, mine[1], mine[0])
    api.work()

    assert_wrong_state(answer)
    assert statuses(alice, mine[:2]) == ["deleted", "available"]


def test_an_image_that_is_being_made_is_not_deleted(api: Api, alice: Caller, mine: list[str], stopped: str) -> None:
    (pending,) = capture(alice, stopped)["resource_ids"]

    answer = delete(alice, mine[0], pending)
    api.work()

    assert_wrong_state(answer)
    assert statuses(alice, [mine[0], pending]) == ["available"] * 2


@pytest.mark.parametrize("path", SEPARATORS)
def test_case_071_separators_alone_are_refused(alice: Caller, path: str) -> None:
    answer = alice.delete(f"{IMAGES}/{path}")

    assert_malformed(answer)


def test_case_071_101_ids_are_too_many(api: Api, alice: Caller) -> None:
    image = add(api)

    answer = delete(alice, image, *(f"img-{number:08}" for number in range(100)))
    api.work()

    assert_malformed(answer)
    assert status_of(alice, image) == ("available", "")


def test_case_071_a_hundred_ids_are_not(alice: Caller) -> None:
    answer = delete(alice, *(f"img-{number:08}" for number in range(100)))

    assert_not_found(answer)


def test_a_hundred_images_are_deleted_at_once(api: Api, alice: Caller) -> None:
    images = [add(api) for _ in range(100)]

    found = job_of(delete(alice, *images))
    api.work()

    assert found["resource_ids"] == images
    assert job(alice, found["job_id"])["status"] == "successful"
    assert listed(alice) == []
    assert len(listed_ids(alice, "?status=deleted&limit=100")) == 100


def test_two_hours_later_it_is_gone_for_good(api: Api, alice: Caller, mine: list[str]) -> None:
    delete_image(alice, mine[0])
    api.clock.advance(TWO_HOURS - 60)
    before = status_of(alice, mine[0])
    api.clock.advance(120)

    after = status_of(alice, mine[0])

    assert (before, after) == (("deleted", ""), ("ceased", ""))
    assert listed_ids(alice, "?status=deleted") == []
    assert listed_ids(alice, "?status=ceased") == [mine[0]]
    assert_error(delete(alice, mine[0]), 409, 1400)


def test_a_list_of_nothing_deletes_nothing(alice: Caller, mine: list[str]) -> None:
    answer = alice.delete(f"{IMAGES}/")

    assert answer.status in {400, 405}
    assert answer.json["ret_code"] in {1100, 1101}
    assert sorted(listed_ids(alice)) == sorted(mine)
