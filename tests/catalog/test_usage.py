"""What a tenant uses and is allowed, and who may know."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.catalog.errors import Invalid, PolicyMissing, TenantMissing
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator
from chalicelib.catalog.usage import Usage
from tests.api import Api
from tests.catalog.conftest import RIGHTS, Open
from tests.conftest import MakeApi
from tests.factories import START, a_membership, an_image

STRANGE = "t/1 %2F \N{SNOWMAN}"


def test_images_their_bytes_and_what_is_shared_are_counted(api: Api, open_catalog: Open) -> None:
    for image in (
        an_image(status=Status.ACTIVE, size=7),
        an_image(status=Status.ACTIVE, size=5, visibility=Visibility.PUBLIC),
        an_image(),
        an_image(status=Status.ACTIVE, size=1000, owner="t2"),
    ):
        api.world.images.add(image)
    for visibility in Visibility:
        given = api.world.images.add(an_image(owner="t2", visibility=visibility))
        api.world.memberships.change(given, [a_membership(given, "t1")], [])

    usage = open_catalog().usage.of()

    assert usage == Usage("t1", size=12, size_allowed=None, images=3, public=1, shared=2, shared_allowed=1000)


@pytest.mark.parametrize("status", Status)
def test_the_images_are_those_that_a_list_shows(api: Api, open_catalog: Open, status: Status) -> None:
    catalog = open_catalog()
    api.world.images.add(an_image(status=status, deleted_at=START if status is Status.DELETED else None))
    shown = ImageQuery(conditions=(Condition("status", Operator.UNEQUAL, Status.KILLED),))

    usage = catalog.usage.of()

    assert usage.images == len([*catalog.images(shown)])


def test_what_waits_for_its_deletion_still_takes_room(api: Api, open_catalog: Open) -> None:
    mine = api.world.images.add(an_image(status=Status.ACTIVE, size=7))
    given = api.world.images.add(an_image(owner="t2", status=Status.ACTIVE, size=7))
    api.world.memberships.change(given, [a_membership(given, "t1")], [])
    for image in (mine, _stored(api, given)):
        api.world.images.save(image, replace(image, status=Status.PENDING_DELETE))

    usage = open_catalog().usage.of()

    assert (usage.images, usage.size, usage.shared) == (0, 7, 1)


def _stored(api: Api, image: Image) -> Image:
    found = api.world.images.get(image.id)
    assert found is not None
    return found.image


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, (None, 1000)),
        ({"USER_STORAGE_QUOTA": "10GB", "SHARED_IMAGES_QUOTA": "0"}, (10 * 2**30, 0)),
        ({"USER_STORAGE_QUOTA": "0", "SHARED_IMAGES_QUOTA": "-1"}, (None, None)),
    ],
    ids=["default", "limited", "unlimited"],
)
def test_what_has_no_limit_allows_none(
    make_api: MakeApi, settings: Mapping[str, str], allowed: tuple[int | None, int | None]
) -> None:
    usage = make_api(**settings).world.catalog(Principal("user", "t1", RIGHTS)).usage.of()

    assert (usage.size_allowed, usage.shared_allowed) == allowed


def test_an_administrator_may_ask_for_any_tenant(api: Api, open_catalog: Open) -> None:
    api.world.images.add(an_image(owner=STRANGE, status=Status.ACTIVE, size=7))
    admin = open_catalog(None, Policy.ADMIN)

    known, unknown = admin.usage.of(STRANGE), admin.usage.of("nobody")

    assert (known.tenant, known.images, known.size) == (STRANGE, 1, 7)
    assert (unknown.tenant, unknown.images, unknown.size, unknown.shared) == ("nobody", 0, 0, 0)


def test_others_may_ask_for_their_own_tenant_only(open_catalog: Open) -> None:
    catalog = open_catalog()

    assert catalog.usage.of("t1") == catalog.usage.of()
    with pytest.raises(PolicyMissing) as caught:
        catalog.usage.of("t2")
    assert caught.value.policy is Policy.ADMIN


def test_it_needs_the_right_to_read(open_catalog: Open) -> None:
    with pytest.raises(PolicyMissing) as caught:
        open_catalog("t1", Policy.CREATE_IMAGE).usage.of()

    assert caught.value.policy is Policy.READ_IMAGES


@pytest.mark.parametrize("right", [Policy.READ_IMAGES, Policy.ADMIN])
def test_a_caller_that_acts_for_no_tenant_has_none(open_catalog: Open, right: Policy) -> None:
    with pytest.raises(TenantMissing):
        open_catalog(None, right).usage.of()


@pytest.mark.parametrize("name", ["", "t" * 256], ids=["empty", "long"])
def test_a_name_that_no_tenant_can_have_is_refused(open_catalog: Open, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 255 characters"):
        open_catalog("t1", Policy.ADMIN).usage.of(name)
