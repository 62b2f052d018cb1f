"""Writing single images: ids, versions, claims, and the rows of an image."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ClaimTaken, IdTaken, StaleImage
from chalicelib.catalog.image import ImageNumber, Inspecting, Status, TenantAlias, Visibility
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import ImageQuery, Order
from tests.factories import START, a_principal, an_image
from tests.storage.contract.shelf import EVERYTHING, listed, scopes, stored

FULL: dict[str, Any] = {
    "number": 7,
    "aliases": {"one": "img-1", "two": "t1/img-2"},
    "tenant_aliases": {"one": "ami-1"},
    "name": "CentOS é \U0001f600",
    "description": "",
    "status": Status.DEPRECATED,
    "status_changed_at": START + timedelta(microseconds=1),
    "visibility": Visibility.PUBLIC,
    "hidden": True,
    "tags": ("b", "a b"),
    "protected": True,
    "size": 2**63 - 1,
    "checksum": "d41d8cd98f00b204e9800998ecf8427e",
    "sha256": "2" * 64,
    "sha512": "5" * 128,
    "virtual_size": 0,
    "inspecting": Inspecting.RECORD,
    "allowed": True,
    "inspection": {"formats": ["iso"], "findings": ["unusual_gpt"]},
    "signature": {"signature": "trusted", "signature_by": "CN=Releases"},
    "disk_format": "qcow2",
    "container_format": "bare",
    "min_disk": 2**31 - 1,
    "min_ram": 512,
    "properties": {"kernel.id": "1", "empty": "", "null": None, "a[0] b/%": "x"},
    "architecture": "x86_64",
    "os_family": "centos",
    "os_title": "CentOS 7.9",
    "platform": "linux",
    "login_user": "root",
    "provider": "ec2",
    "provider_image_id": "ami-1",
    "compute_resource": 3,
    "dialect_facts": {
        "foreman": {"user_data": False, "iam_role": "role"},
        "devops": {"bootstrap_template": "template"},
        "scaleway": {
            "root_volume": {"size": 1.5, "tags": ["a", None]},
            "extra_volumes": {},
            "default_bootscript": {"initrd": {"id": "x"}},
        },
        "qingcloud": {"recommended_type": "small"},
    },
    "zone": "z1",
    "source_instance": "i-1",
    "updated_at": START + timedelta(days=1, microseconds=999999),
}
PRIVATE: dict[str, Any] = {
    "login_password": "hunter2",
    "location": "s3://bucket/key",
    "member_count": 4,
    "retriable": True,
    "uninspected": True,
}


class Writes:
    """A write is atomic, and the next read sees it."""

    def test_an_image_is_read_as_it_was_written(self, world: World) -> None:
        image = world.images.add(an_image(**FULL, **PRIVATE))

        assert stored(world, image.id) == image

    def test_nulls_are_read_as_they_were_written(self, world: World) -> None:
        image = world.images.add(an_image(owner=None))

        assert stored(world, image.id) == image

    def test_a_list_has_all_of_an_image_but_what_is_private(self, world: World) -> None:
        image = world.images.add(an_image(**FULL, **PRIVATE))

        (row,) = world.images.images(a_principal(), ImageQuery())

        private: dict[str, Any] = {"login_password": None, "location": None, "retriable": False, "uninspected": False}
        assert row == replace(image, **private, member_count=0, version=0)

    def test_an_unknown_image_is_not_found(self, world: World) -> None:
        assert world.images.get(an_image().id, "t1") is None

    def test_several_images_are_read_together_each_once(self, world: World) -> None:
        one, two = world.images.add(an_image()), world.images.add(an_image())

        found = world.images.many([one.id, an_image().id, two.id, one.id])

        assert sorted(image.id for image in found) == sorted([one.id, two.id])

    def test_numbers_are_assigned_once(self, world: World) -> None:
        numbers = [world.images.number() for _ in range(5)]

        assert numbers == sorted(set(numbers))
        assert numbers[0] > 0

    def test_each_write_counts_in_the_version(self, world: World) -> None:
        image = world.images.add(an_image(version=41))

        saved = world.images.save(image, replace(image, name="new"))

        assert (image.version, saved.version) == (1, 2)
        assert stored(world, image.id) == saved

    def test_an_id_is_taken_once(self, world: World) -> None:
        image = world.images.add(an_image(name="first"))

        with pytest.raises(IdTaken) as refusal:
            world.images.add(an_image(id=image.id, name="second", owner="t2"))

        assert refusal.value.image_id == image.id
        assert stored(world, image.id) == image
        assert listed(world, tenant="t2") == []

    def test_a_change_of_an_image_changed_meanwhile_is_stale(self, world: World) -> None:
        old = world.images.add(an_image())
        changed = world.images.save(old, replace(old, name="faster"))

        with pytest.raises(StaleImage):
            world.images.save(old, replace(old, name="slower", visibility=Visibility.PUBLIC, aliases={"x": "1"}))

        assert stored(world, old.id) == changed
        assert listed(world, tenant="t2") == []
        assert world.images.add(an_image(aliases={"x": "1"})).version == 1

    def test_a_change_of_a_missing_image_is_stale(self, world: World) -> None:
        image = an_image(version=1)

        with pytest.raises(StaleImage):
            world.images.save(image, replace(image, name="new"))

        assert world.images.get(image.id) is None
        assert listed(world, EVERYTHING) == []

    @pytest.mark.parametrize("order", [Order(key) for key in SortKey], ids=str)
    def test_a_written_image_is_in_the_next_list_in_every_order(self, world: World, order: Order) -> None:
        image = world.images.add(an_image(name="old"))
        query = ImageQuery(order=order)

        after_adding = [(row.id, row.name) for row in world.images.images(a_principal(), query)]
        image = world.images.save(image, replace(image, name="new"))
        after_saving = [(row.id, row.name) for row in world.images.images(a_principal(), query)]
        world.images.save(image, replace(image, status=Status.DELETED, deleted_at=START))
        after_deleting = listed(world, query)

        assert after_adding == [(image.id, "old")]
        assert after_saving == [(image.id, "new")]
        assert after_deleting == []

    @pytest.mark.parametrize(
        ("before", "after", "gone", "come"),
        [
            pytest.param({}, {"visibility": Visibility.PUBLIC}, set(), {"public"}, id="published"),
            pytest.param(
                {"visibility": Visibility.PUBLIC}, {"visibility": Visibility.SHARED}, {"public"}, set(), id="withdrawn"
            ),
            pytest.param({}, {"owner": "t2"}, {"tenant/t1"}, {"tenant/t2"}, id="given-away"),
            pytest.param({}, {"owner": None}, {"tenant/t1"}, set(), id="disowned"),
            pytest.param(
                {"architecture": "x86_64", "os_title": "A", "compute_resource": 1},
                {"owner": "t2"},
                {"tenant/t1", "architecture/t1/x86_64", "operatingsystem/t1/A", "compute_resource/t1/1"},
                {"tenant/t2", "architecture/t2/x86_64", "operatingsystem/t2/A", "compute_resource/t2/1"},
                id="given-away-with-parents",
            ),
            pytest.param(
                {"architecture": "arm"},
                {"architecture": "arm64"},
                {"architecture/t1/arm"},
                {"architecture/t1/arm64"},
                id="architecture",
            ),
            pytest.param({"os_title": "A"}, {"os_title": None}, {"operatingsystem/t1/A"}, set(), id="os-title"),
            pytest.param(
                {"compute_resource": 1},
                {"compute_resource": 0},
                {"compute_resource/t1/1"},
                {"compute_resource/t1/0"},
                id="compute-resource",
            ),
        ],
    )
    def test_the_lists_of_an_image_follow_its_facts(
        self, world: World, before: dict[str, Any], after: dict[str, Any], gone: set[str], come: set[str]
    ) -> None:
        image = world.images.add(an_image(**before))
        at_first = scopes(image.id)

        world.images.save(image, replace(image, **after))

        assert gone <= at_first
        assert scopes(image.id) == at_first - gone | come


class Claims:
    """Claims: names that only one image at a time can have."""

    @pytest.mark.parametrize(
        ("facts", "claim"),
        [
            ({"number": 5}, "number/5"),
            ({"aliases": {"qingcloud": "img-1"}}, "alias/qingcloud/img-1"),
            ({"tenant_aliases": {"devops": "ami-1"}}, "alias/devops/t1/ami-1"),
            ({"compute_resource": 1, "provider_image_id": "ami"}, "uuid/t1/1/ami"),
            ({"compute_resource": 1, "name": "a", "os_title": "b"}, "name/t1/1/b/a"),
            ({"compute_resource": 1, "name": "a"}, "name/t1/1//a"),
        ],
    )
    def test_a_claim_is_taken_once(self, world: World, facts: dict[str, Any], claim: str) -> None:
        world.images.add(an_image(**facts))

        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(**facts))

        assert refusal.value.claims == (claim,)

    def test_an_alias_leads_to_its_holder(self, world: World) -> None:
        image = world.images.add(an_image(number=7, tenant_aliases={"x": "3"}))
        other = world.images.add(an_image(owner="t2", tenant_aliases={"x": "3"}))
        alias = TenantAlias("x", "3")

        number = ImageNumber(7)
        assert world.images.holders([number, alias], "t1") == {number: image.id, alias: image.id}
        assert world.images.holders([alias], "t2") == {alias: other.id}
        assert not world.images.holders([alias], "t3")
        assert not world.images.holders([TenantAlias("y", "3"), ImageNumber(8)], "t1")

    def test_every_lost_claim_is_named(self, world: World) -> None:
        world.images.add(an_image(compute_resource=1, provider_image_id="ami-1"))
        world.images.add(an_image(compute_resource=1, name="web"))

        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(number=1, compute_resource=1, provider_image_id="ami-1", name="web"))

        assert refusal.value.claims == ("name/t1/1//web", "uuid/t1/1/ami-1")

    def test_an_image_that_loses_a_claim_leaves_nothing_behind(self, world: World) -> None:
        world.images.add(an_image(number=1, owner="t2"))
        loser = an_image(number=1, aliases={"x": "free"}, visibility=Visibility.PUBLIC)

        with pytest.raises(ClaimTaken):
            world.images.add(loser)

        assert world.images.get(loser.id) is None
        assert scopes(loser.id) == set()
        assert world.images.add(an_image(aliases={"x": "free"})).version == 1

    def test_a_change_that_loses_a_claim_changes_nothing(self, world: World) -> None:
        world.images.add(an_image(compute_resource=1, name="web"))
        image = world.images.add(an_image(compute_resource=1, name="db"))

        with pytest.raises(ClaimTaken) as refusal:
            world.images.save(image, replace(image, name="web", visibility=Visibility.PUBLIC))

        assert refusal.value.claims == ("name/t1/1//web",)
        assert stored(world, image.id) == image
        assert "public" not in scopes(image.id)

    def test_a_taken_id_is_reported_before_a_lost_claim(self, world: World) -> None:
        image = world.images.add(an_image(number=1))

        with pytest.raises(IdTaken):
            world.images.add(an_image(id=image.id, number=1, aliases={"x": "1"}))

        assert world.images.add(an_image(aliases={"x": "1"})).version == 1

    def test_a_stale_version_is_reported_before_a_lost_claim(self, world: World) -> None:
        world.images.add(an_image(compute_resource=1, name="web"))
        old = world.images.add(an_image(compute_resource=1, name="db"))
        world.images.save(old, replace(old, description="faster"))

        with pytest.raises(StaleImage):
            world.images.save(old, replace(old, name="web"))

        assert stored(world, old.id).name == "db"

    def test_an_image_keeps_its_own_claims(self, world: World) -> None:
        image = world.images.add(an_image(number=1, aliases={"x": "1"}, compute_resource=1, name="web"))

        image = world.images.save(image, replace(image, description="new"))

        with pytest.raises(ClaimTaken) as refusal:
            world.images.add(an_image(number=1, aliases={"x": "1"}, compute_resource=1, name="web"))
        assert refusal.value.claims == ("alias/x/1", "name/t1/1//web", "number/1")

    def test_a_change_frees_what_is_no_longer_held(self, world: World) -> None:
        image = world.images.add(an_image(compute_resource=1, name="web"))
        world.images.save(image, replace(image, name="db"))

        heir = world.images.add(an_image(compute_resource=1, name="web"))

        assert stored(world, heir.id) == heir

    def test_the_names_of_other_tenants_are_free(self, world: World) -> None:
        world.images.add(an_image(compute_resource=1, name="web", provider_image_id="ami"))

        other = world.images.add(an_image(owner="t2", compute_resource=1, name="web", provider_image_id="ami"))

        assert stored(world, other.id) == other
