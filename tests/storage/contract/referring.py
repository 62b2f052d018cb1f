"""References change only in the version that was read, and images can only refer to existing ones."""

from dataclasses import replace

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import IdTaken, StaleImage, TitleTaken
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.vacancy import ReferenceGone
from chalicelib.storage.tables import ReferenceItem
from tests.factories import an_image
from tests.storage.contract.references import a_reference

CLOUD = Kind.COMPUTE_RESOURCE
EACH_KIND = pytest.mark.parametrize("kind", Kind)


def added(world: World, name: str = "a", kind: Kind = Kind.ARCHITECTURE) -> Reference:
    return world.references.add(a_reference(name, kind))


def named(reference: Reference, name: str) -> Reference:
    """The reference with another name."""
    return reference._replace(facts={**reference.facts, "name": name})


def read(world: World, reference: Reference) -> Reference | None:
    """The reference as it is stored."""
    found = world.references.of(reference.owner, reference.kind)
    return next((each for each in found if each.number == reference.number), None)


def refer(world: World, reference: Reference) -> None:
    """Store an image that refers to it."""
    world.images.add(an_image(), refers=[reference])


def written_of_old(reference: Reference) -> None:
    """Rewrite the stored item in its first format, without title and version."""
    item = ReferenceItem.get(f"{reference.kind}/{reference.owner}", reference.number)
    item.update(actions=[ReferenceItem.title.remove(), ReferenceItem.version.remove()])


class Referring:
    """Changes to references race with images that start to refer to them."""

    def test_a_change_of_a_reference_is_read_back(self, world: World) -> None:
        old, other = added(world), added(world, "other")

        saved = world.references.save(old, old._replace(facts={"name": "a", "major": "8"}))

        assert world.references.of("t1", Kind.ARCHITECTURE) == [saved, other]
        assert (saved.facts["major"], saved.version) == ("8", old.version + 1)

    @EACH_KIND
    def test_an_old_title_is_free(self, world: World, kind: Kind) -> None:
        old = added(world, kind=kind)

        renamed = world.references.save(old, named(old, "b"))

        assert added(world, kind=kind).number == 2
        with pytest.raises(TitleTaken):
            added(world, "b", kind)
        assert read(world, renamed) == renamed

    def test_a_title_that_another_has_is_not_taken_over(self, world: World) -> None:
        old, _ = added(world), added(world, "b")

        with pytest.raises(StaleImage):
            world.references.save(old, named(old, "b"))

        assert read(world, old) == old

    @pytest.mark.parametrize("of_old", [False, True], ids=["now", "of old"])
    def test_a_reference_is_changed_only_as_it_was_read(self, world: World, of_old: bool) -> None:
        read_once = added(world)
        if of_old:
            written_of_old(read_once)
            read_once = read_once._replace(version=0)
        world.references.save(read_once, read_once._replace(facts={"name": "a", "major": "8"}))

        with pytest.raises(StaleImage):
            world.references.save(read_once, read_once._replace(facts={"name": "a", "major": "9"}))
        with pytest.raises(StaleImage):
            world.references.remove(read_once)

        assert [each.facts["major"] for each in world.references.of("t1", Kind.ARCHITECTURE)] == ["8"]

    @pytest.mark.parametrize("of_old", [False, True], ids=["now", "of old"])
    @EACH_KIND
    def test_a_removed_reference_is_gone_and_its_title_free(self, world: World, kind: Kind, of_old: bool) -> None:
        reference = added(world, kind=kind)
        if of_old:
            written_of_old(reference)
            reference = reference._replace(version=0)

        world.references.remove(reference)

        assert world.references.of("t1", kind) == []
        with pytest.raises(StaleImage):
            world.references.remove(reference)
        with pytest.raises(StaleImage):
            world.references.save(reference, named(reference, "b"))
        assert added(world, kind=kind).title == "a"

    def test_a_number_is_given_once(self, world: World) -> None:
        numbers = []
        for name in "abcd":
            reference = added(world, name)
            numbers.append(reference.number)
            world.references.remove(reference)

        assert numbers == [1, 2, 3, 4]
        assert len(list(ReferenceItem.query("architecture/t1"))) == 1

    def test_a_lower_number_that_is_given_leaves_higher_ones_taken(self, world: World) -> None:
        world.references.remove(world.references.add(a_reference("a", number=9)))

        world.references.add(a_reference("b", number=3))

        assert added(world, "c").number == 10

    @EACH_KIND
    def test_an_image_added_meanwhile_prevents_the_removal_of_a_reference(self, world: World, kind: Kind) -> None:
        reference = added(world, kind=kind)
        refer(world, reference)

        with pytest.raises(StaleImage):
            world.references.remove(reference)

        again = read(world, reference)
        assert again is not None
        refer(world, reference)
        with pytest.raises(StaleImage):
            world.references.remove(again)

    def test_an_image_added_meanwhile_prevents_the_change_of_a_key(self, world: World) -> None:
        reference = added(world)
        refer(world, reference)

        with pytest.raises(StaleImage):
            world.references.save(reference, named(reference, "b"))

        assert [each.title for each in world.references.of("t1", Kind.ARCHITECTURE)] == ["a"]

    def test_fields_that_are_not_keys_can_change_while_images_are_added(self, world: World) -> None:
        system, cloud = added(world), added(world, kind=CLOUD)
        for reference in (system, cloud):
            refer(world, reference)

        world.references.save(system, system._replace(facts={"name": "a", "major": "8"}))
        renamed = world.references.save(cloud, named(cloud, "b"))

        refer(world, renamed)
        refer(world, cloud)  # it has the same number, by which images refer to it

    @EACH_KIND
    def test_no_image_can_refer_to_a_removed_reference(self, world: World, kind: Kind) -> None:
        reference, other = added(world, kind=kind), added(world, "other", kind)
        world.references.remove(reference)
        image = an_image()

        with pytest.raises(ReferenceGone) as refusal:
            world.images.add(image, refers=[other, reference])

        assert (refusal.value.kind, refusal.value.title) == (kind, "a")
        assert world.images.get(image.id) is None
        assert read(world, other) == other

    def test_no_image_can_refer_to_an_unknown_reference(self, world: World) -> None:
        with pytest.raises(ReferenceGone):
            refer(world, a_reference("a", CLOUD, number=7))

        assert world.references.of("t1", CLOUD) == []

    def test_no_image_can_refer_to_an_old_title(self, world: World) -> None:
        reference = added(world)
        world.references.save(reference, named(reference, "b"))

        with pytest.raises(ReferenceGone):
            refer(world, reference)

    def test_an_image_can_refer_to_items_in_the_first_format(self, world: World) -> None:
        reference = added(world)
        written_of_old(reference)

        refer(world, reference)

        assert [each.title for each in world.references.of("t1", Kind.ARCHITECTURE)] == ["a"]

    def test_a_changed_image_can_only_refer_to_existing_references(self, world: World) -> None:
        reference, image = added(world), world.images.add(an_image())
        changed = world.images.save(image, replace(image, name="changed"), refers=[reference])
        after = read(world, reference)
        assert after is not None

        with pytest.raises(ReferenceGone):
            world.images.save(changed, replace(changed, name="lost"), refers=[a_reference("b", number=9)])

        found = world.images.get(image.id)
        assert after.last_image == image.id
        assert found is not None
        assert found.image == changed

    def test_a_taken_id_and_a_missing_reference_are_different_errors(self, world: World) -> None:
        reference, image = added(world), world.images.add(an_image())

        with pytest.raises(IdTaken):
            world.images.add(image, refers=[reference])
