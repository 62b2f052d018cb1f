"""Keys made of any text that clients send: separators, escapes, any length, any Unicode plane."""

from itertools import pairwise
from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ClaimTaken
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.position import SortKey, position
from chalicelib.catalog.query import ImageQuery, Order
from tests.factories import a_membership, an_image
from tests.storage.contract.shelf import add, listed, stored

LONG = "long/" * 500
ODD = [
    "a",
    "a/b",
    "a%2Fb",
    "a%252Fb",
    "a/b/c",
    "a/",
    "/a",
    "%",
    "public",
    "all/0",
    "nul\x00l",
    "\U0001f600" * 255,
    LONG,
    LONG + "x",
]
LONGEST_NAMES = ["a" * 255, "a" * 254 + "b", "a" * 254 + "\uffff", "é" * 255, "é" * 254 + "\U0001f600"]


class Keys:
    """Different texts have different keys."""

    def test_tenants_with_odd_names_are_told_apart(self, world: World) -> None:
        images = {
            tenant: world.images.add(an_image(owner=tenant, size=len(tenant), status=Status.ACTIVE)) for tenant in ODD
        }

        assert {tenant: listed(world, tenant=tenant) for tenant in ODD} == {
            tenant: [image.id] for tenant, image in images.items()
        }
        assert [world.images.totals(tenant).size for tenant in ODD] == [len(tenant) for tenant in ODD]

    def test_facts_with_odd_texts_take_claims_of_their_own(self, world: World) -> None:
        facts: list[dict[str, Any]] = [{"compute_resource": 1, "name": text} for text in ODD]
        facts += [{"compute_resource": 1, "os_title": one, "name": two} for one, two in pairwise(ODD)]
        facts += [{"aliases": {"devops": text}} for text in ODD]

        images = [world.images.add(an_image(**fact)) for fact in facts]

        assert [stored(world, image.id) for image in images] == images

    @pytest.mark.parametrize("text", ODD[1:], ids=lambda text: ascii(text[:20]))
    def test_a_claim_with_an_odd_text_is_taken_once(self, world: World, text: str) -> None:
        world.images.add(an_image(aliases={"devops": text}))

        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(aliases={"devops": text}))

        assert len(refusal.value.claims) == 1

    @pytest.mark.parametrize("member", [member for member in ODD if member not in (LONG, LONG + "x")], ids=ascii)
    def test_members_with_odd_names_are_told_apart(self, world: World, member: str) -> None:
        image, other = add(world, [an_image(owner="owner"), an_image(owner="owner")])
        world.memberships.change(image, [a_membership(image, member)], [])
        world.memberships.change(other, [a_membership(other, member + "'s")], [])

        found = world.images.get(image.id, member)

        assert found is not None
        assert set(found.memberships) == {member}
        assert listed(world, tenant=member) == [image.id]

    def test_nothing_is_shared_with_a_tenant_whose_name_cannot_be_a_key(self, world: World) -> None:
        image = world.images.add(an_image(owner=LONG))

        found = world.images.get(image.id, LONG)

        assert found is not None
        assert found.memberships == {}
        assert world.memberships.of_member(LONG) == world.memberships.of_member("") == []
        assert listed(world, tenant=LONG) == [image.id]

    @pytest.mark.parametrize("descending", [False, True])
    def test_the_longest_names_are_told_apart_in_order(self, world: World, descending: bool) -> None:
        images = add(world, [an_image(name=name) for name in LONGEST_NAMES])
        order = Order(SortKey.NAME, descending)

        def name(image: Image) -> str:
            return image.name or ""

        whole = listed(world, ImageQuery(order=order))
        rest = listed(world, ImageQuery(order=order, after=position(images[2], SortKey.NAME)))

        expected = [image.id for image in sorted(images, key=name, reverse=descending)]
        assert whole == expected
        assert rest == expected[expected.index(images[2].id) + 1 :]

    def test_names_that_are_longer_than_a_key_still_make_a_total_order(self, world: World) -> None:
        images = add(world, [an_image(name="\U0001f600" * 500 + tail) for tail in "abc"])
        order = Order(SortKey.NAME, descending=False)

        whole = listed(world, ImageQuery(order=order))
        rest = listed(world, ImageQuery(order=order, after=position(stored(world, whole[0]), SortKey.NAME)))

        assert sorted(whole) == sorted(image.id for image in images)
        assert rest == whole[1:]
