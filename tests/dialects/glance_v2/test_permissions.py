"""Who may do what with an image of each visibility: cases 151 to 158."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    HELLO,
    IMAGES,
    OCTETS,
    UNKNOWN,
    accept,
    an_active_one,
    answering,
    change,
    create,
    ids,
    patch,
    path_of,
    post,
    refusal,
    says,
    share,
    shown,
)

VISIBILITIES = ("private", "shared", "community", "public")
HIDDEN, OPEN = VISIBILITIES[:2], VISIBILITIES[2:]


Act = Callable[[Caller, dict[str, Any]], Answer]


@pytest.fixture
def make(a: Caller, admin: Caller) -> Callable[[str], dict[str, Any]]:
    """Makes an active image of A with this visibility."""

    def made(visibility: str) -> dict[str, Any]:
        image = an_active_one(a)
        assert change(admin, image, visibility=visibility).status == 200
        return shown(a, image)

    return made


READS: tuple[Act, ...] = (
    lambda caller, image: caller.get(path_of(image)),
    lambda caller, image: caller.get(path_of(image, "file")),
)
WRITES: tuple[Act, ...] = (
    lambda caller, image: change(caller, image, name="x"),
    lambda caller, image: caller.put(path_of(image, "tags", "x")),
    lambda caller, image: caller.post(path_of(image, "actions", "deactivate")),
    lambda caller, image: caller.post(path_of(image, "actions", "reactivate")),
    lambda caller, image: caller.delete(path_of(image)),
)

PROBES: tuple[Act, ...] = (
    *READS,
    *WRITES,
    lambda caller, image: post(caller, {"method": {"name": "glance-direct"}}, path_of(image, "import")),
    lambda caller, image: caller.put(path_of(image, "file"), OCTETS, HELLO),
    lambda caller, image: caller.put(path_of(image, "stage"), OCTETS, HELLO),
    lambda caller, image: caller.delete(path_of(image, "tags", "x")),
    lambda caller, image: caller.get(path_of(image, "members")),
    lambda caller, image: post(caller, {"member": "t1"}, path_of(image, "members")),
    lambda caller, image: caller.get(path_of(image, "members", "t9")),
    lambda caller, image: answering(caller, image, "accepted", "t1"),
    lambda caller, image: caller.delete(path_of(image, "members", "t9")),
)


def statuses(caller: Caller, image: dict[str, Any], acts: tuple[Act, ...]) -> list[int]:
    return [act(caller, image).status for act in acts]


Make = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_case_151_a_colleague_does_what_the_owner_does(make: Make, colleague: Caller, visibility: str) -> None:
    image = make(visibility)

    assert statuses(colleague, image, READS) == [200, 200]
    assert statuses(colleague, image, WRITES) == [200, 204, 204, 204, 204]


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_case_152_a_reader_reads(make: Make, reader: Caller, visibility: str) -> None:
    image = make(visibility)

    assert statuses(reader, image, READS) == [200, 200]
    assert statuses(reader, image, WRITES) == [403] * 5


@pytest.mark.parametrize("visibility", HIDDEN)
def test_case_153_a_stranger_learns_nothing(make: Make, b: Caller, readers: Caller, visibility: str) -> None:
    image = make(visibility)

    for caller in (b, readers):
        assert statuses(caller, image, READS + WRITES) == [404] * 7


@pytest.mark.parametrize("visibility", OPEN)
def test_case_153_a_stranger_reads_what_is_open(make: Make, b: Caller, readers: Caller, visibility: str) -> None:
    image = make(visibility)

    for caller in (b, readers):
        assert statuses(caller, image, READS) == [200, 200]
        assert statuses(caller, image, WRITES) == [403] * 5


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_case_154_nobody_does_nothing_and_administrators_everything(
    make: Make, nobody: Caller, admin: Caller, visibility: str
) -> None:
    image = make(visibility)

    assert statuses(nobody, image, READS + WRITES) == [401] * 7
    assert statuses(admin, image, READS + WRITES) == [200, 200, 200, 204, 204, 204, 204]


@pytest.mark.parametrize("visibility", ["private", "community", "public"])
def test_case_155_only_shared_images_have_members(
    make: Make, a: Caller, b: Caller, admin: Caller, visibility: str
) -> None:
    image = make(visibility)
    path = path_of(image, "members")

    for caller in (a, admin):
        assert refusal(caller.get(path))[0] == 403
        assert refusal(post(caller, {"member": "t2"}, path))[0] == 403
    hidden = visibility == "private"
    assert refusal(b.get(path))[0] == (404 if hidden else 403)
    assert refusal(post(b, {"member": "t2"}, path))[0] == (404 if hidden else 403)


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_case_156_a_patch_of_nothing_is_for_those_who_see(make: Make, b: Caller, visibility: str) -> None:
    assert patch(b, make(visibility), []).status == (200 if visibility in OPEN else 404)


@pytest.mark.parametrize("visibility", HIDDEN)
def test_case_157_what_belongs_to_nobody_is_the_administrators(
    a: Caller, reader: Caller, admin: Caller, visibility: str
) -> None:
    image = create(admin, owner=None, visibility=visibility)

    assert admin.get(path_of(image)).status == 200
    for caller in (a, reader):
        assert says(caller.get(path_of(image)), 404, f"No image found with ID {image['id']}")
        assert patch(caller, image, []).status == 404
        assert statuses(caller, image, WRITES) == [404] * 5
        assert caller.get(f"{IMAGES}?marker={image['id']}").status == 400
        assert ids(caller) == []


@pytest.mark.parametrize("visibility", HIDDEN)
@pytest.mark.parametrize("act", PROBES)
def test_case_157_no_refusal_tells_that_there_is_something_that_belongs_to_nobody(
    a: Caller, reader: Caller, admin: Caller, visibility: str, act: Act
) -> None:
    image = create(admin, owner=None, visibility=visibility, protected=True)
    if visibility == "shared":
        share(admin, image, "t9")

    for caller in (a, reader):
        found, unknown = act(caller, image), act(caller, {"id": UNKNOWN})

        assert (found.status, found.text.replace(image["id"], UNKNOWN)) == (404, unknown.text)


def test_members_see_what_belongs_to_nobody(b: Caller, admin: Caller) -> None:
    image = create(admin, owner=None)
    share(admin, image)

    accept(b, image)

    assert ids(b) == [image["id"]]
    assert [act(b, image).status for act in READS] == [200, 204]
    assert statuses(b, image, WRITES) == [403] * 5


@pytest.mark.parametrize("visibility", OPEN)
def test_case_157_what_belongs_to_nobody_may_be_open(a: Caller, admin: Caller, visibility: str) -> None:
    image = create(admin, owner=None, visibility=visibility)

    assert a.get(path_of(image)).status == 200
    assert statuses(a, image, WRITES) == [403] * 5


def test_case_158_deleting_takes_a_policy_of_its_own(api: Api) -> None:
    caller = api.caller("t1", "read_images", "create_image", user="writer")
    image = create(caller)

    assert says(caller.delete(path_of(image)), 403, "not authorized to complete delete_image action")
    assert change(caller, image, name="x").status == 200


def test_an_operator_chooses_what_a_policy_takes(make_api: MakeApi) -> None:
    api = make_api(GLANCE_V2_POLICIES='{"modify_image": "admin"}')
    a, b = api.caller("t1"), api.caller("t2")
    image = create(a)

    assert says(change(a, image, name="x"), 403, "modify_image")
    assert change(b, image, name="x").status == 404


def test_users_may_be_tenants(make_api: MakeApi) -> None:
    a = make_api(GLANCE_V2_OWNER_IS_TENANT="false").caller("t1", user="ann")

    assert create(a)["owner"] == "ann"


def test_anonymous_callers_may_read_if_that_is_allowed(make_api: MakeApi) -> None:
    api = make_api(GLANCE_V2_ALLOW_ANONYMOUS_ACCESS="true")
    image = create(api.caller("ops", "admin"), visibility="public")

    assert ids(api.anonymous()) == [image["id"]]
    assert refusal(post(api.anonymous(), {}))[0] == 403
