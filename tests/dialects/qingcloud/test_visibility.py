"""Whose images are shown, and in which zone: cases 46 to 48 and 50."""

from typing import Any

import pytest

from chalicelib.catalog.image import Visibility
from chalicelib.catalog.query import ImageQuery, Scope
from tests.api import Api, Caller, a_caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    ELSEWHERE,
    IMAGES,
    ZONE,
    ZONES,
    add,
    add_system_image,
    capture,
    capture_image,
    delete,
    images_in,
    lease,
    listed,
    listed_ids,
    listing,
    modify,
    query,
    share,
    show,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_image,
    assert_not_found,
)

CENTOS: dict[str, Any] = {
    "name": "CentOS 7.9",
    "os_family": "centos",
    "platform": "linux",
    "architecture": "x86_64",
    "login_user": "root",
    "size": 5 * 2**30,
}
EACH_ZONE = pytest.mark.parametrize("zone", ZONES)


@pytest.fixture
def mine(alice: Caller, stopped: str) -> Record:
    """An image that alice captured."""
    return capture_image(alice, stopped, image_name="mine")


@pytest.fixture
def theirs(bob: Caller, machines: Machines) -> Record:
    """An image that bob captured."""
    return capture_image(bob, machines.start(tenant="t2"), image_name="theirs")


@pytest.fixture
def elsewhere(alice: Caller, machines: Machines) -> Record:
    """An image that alice captured in another zone."""
    return capture_image(alice, machines.start(zone=ELSEWHERE), zone=ELSEWHERE, image_name="elsewhere")


def test_case_046_own_images_are_ones_own(api: Api, alice: Caller, mine: Record, theirs: Record) -> None:
    add_system_image(api)
    add(api, owner="t2", visibility=Visibility.PUBLIC)

    found = listing(alice, "?provider=self")

    assert found == {**found, "images": [mine], "total_count": 1}


def test_case_046_private_images_are_ones_own(api: Api, alice: Caller, mine: Record, theirs: Record) -> None:
    add_system_image(api)

    found = listing(alice, "?visibility=private")

    assert found == {**found, "images": [mine], "total_count": 1}


def test_case_046_own_images_may_be_public(api: Api, alice: Caller, mine: Record) -> None:
    public = add(api, visibility=Visibility.PUBLIC)

    assert sorted(listed_ids(alice, "?provider=self")) == sorted([public, mine["image_id"]])
    assert listed_ids(alice, "?provider=self&visibility=public") == [public]
    assert listed(alice, "?visibility=private") == [mine]


@EACH_ZONE
def test_case_047_a_system_image_is_shown_to_everybody(api: Api, alice: Caller, bob: Caller, zone: str) -> None:
    image = add_system_image(api, **CENTOS)

    found = listed(alice, zone=zone)

    assert found == listed(bob, zone=zone)
    assert [each["image_id"] for each in found] == [image]
    assert_image(found[0])
    assert (found[0]["visibility"], found[0]["provider"], found[0]["status"]) == ("public", "system", "available")
    assert (found[0]["os_family"], found[0]["size"], found[0]["default_user"]) == ("centos", 5, "root")


@EACH_ZONE
def test_case_047_a_system_image_is_found(api: Api, alice: Caller, mine: Record, zone: str) -> None:
    image = add_system_image(api, **CENTOS)

    found = [
        listed_ids(alice, parameters, zone)
        for parameters in ("?provider=system", f"?images={image}", "?search_word=centos", "?visibility=public")
    ]

    assert found == [[image]] * 4


def test_case_047_a_system_image_is_not_ones_own(api: Api, alice: Caller, mine: Record) -> None:
    image = add_system_image(api, **CENTOS)

    found = [listing(alice, parameters) for parameters in (f"?provider=self&images={image}", "?provider=shared")]

    assert [(each["images"], each["total_count"]) for each in found] == [([], 0), ([], 0)]


def test_the_operator_is_who_the_settings_say(api: Api, alice: Caller) -> None:
    system = add_system_image(api)
    other = add(api, owner="operators", visibility=Visibility.PUBLIC)

    assert show(alice, system)["provider"] == "system"
    assert show(alice, other)["provider"] == "shared"


def test_case_048_a_private_image_of_another_tenant_is_not_listed(alice: Caller, mine: Record, theirs: Record) -> None:
    found = listing(alice, "?limit=100")

    assert (found["images"], found["total_count"]) == ([mine], 1)
    assert listed_ids(alice, "?search_word=theirs") == []


def test_case_048_it_is_not_found_by_its_id(alice: Caller, mine: Record, theirs: Record) -> None:
    alone = alice.get(IMAGES + query(images=theirs["image_id"]))
    among = alice.get(IMAGES + query(images=f"{mine['image_id']},{theirs['image_id']}"))

    assert_not_found(alone)
    assert_not_found(among)


def test_case_048_nor_is_one_of_another_dialect(api: Api, alice: Caller) -> None:
    image = add(api, owner="t2")

    answer = alice.get(IMAGES + query(images=image))

    assert_not_found(answer)
    assert listed(alice) == []


def test_case_050_an_image_is_listed_in_its_zone_only(alice: Caller, mine: Record, elsewhere: Record) -> None:
    found = [listing(alice, zone=zone) for zone in ZONES]

    assert [each["images"] for each in found] == [[mine], [elsewhere], []]
    assert [each["total_count"] for each in found] == [1, 1, 0]


def test_case_050_an_image_is_found_in_its_zone_only(alice: Caller, mine: Record, elsewhere: Record) -> None:
    answers = [
        alice.get(images_in(ELSEWHERE) + query(images=mine["image_id"])),
        alice.get(images_in(ZONE) + query(images=elsewhere["image_id"])),
        alice.get(images_in(ZONE) + query(images=f"{mine['image_id']},{elsewhere['image_id']}")),
    ]

    for answer in answers:
        assert_not_found(answer)
    assert listed(alice, query(search_word=elsewhere["image_id"])) == []


def test_case_050_an_image_is_deleted_in_its_zone_only(
    api: Api, alice: Caller, mine: Record, elsewhere: Record
) -> None:
    answers = [delete(alice, mine["image_id"], zone=ELSEWHERE), delete(alice, mine["image_id"], elsewhere["image_id"])]
    api.work()

    for answer in answers:
        assert_not_found(answer)
    assert show(alice, mine["image_id"]) == mine
    assert show(alice, elsewhere["image_id"], ELSEWHERE) == elsewhere


def test_an_image_is_changed_and_recovered_in_its_zone_only(api: Api, alice: Caller, mine: Record) -> None:
    answers = [
        modify(alice, mine["image_id"], zone=ELSEWHERE, image_name="theirs"),
        lease(alice, mine["image_id"], zone=ELSEWHERE),
    ]
    api.work()

    for answer in answers:
        assert_not_found(answer)
    assert show(alice, mine["image_id"]) == mine


def test_an_image_that_is_being_made_keeps_to_its_zone(alice: Caller, stopped: str) -> None:
    (image_id,) = capture(alice, stopped)["resource_ids"]

    found = [listed_ids(alice, zone=zone) for zone in ZONES]

    assert found == [[image_id], [], []]


def test_a_captured_image_that_is_shared_keeps_to_its_zone(api: Api, alice: Caller, bob: Caller, mine: Record) -> None:
    (kept,) = api.world.catalog(a_caller("t1", "read_images")).images(ImageQuery(scope=Scope.OWN))
    share(api, kept.id, "t2")

    found = [listed(bob, zone=zone) for zone in ZONES]

    assert found == [[{**mine, "provider": "shared", "default_passwd": ""}], [], []]
