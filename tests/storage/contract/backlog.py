"""The backlog: images that the reaper still has to finish."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ClaimTaken
from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.storage.tables import ImageItem
from tests.factories import START, an_image
from tests.storage.contract.faults import Request, answering, cancelled
from tests.storage.contract.shelf import EVERYTHING, add, listed, rows, stored

LATER = START + timedelta(seconds=1)
PLACE = "s3://bucket/key"


def unfinished(world: World, before: datetime) -> list[str]:
    """The ids of all unfinished images, of any status."""
    return [*world.backlog.unfinished(before), *world.backlog.pending_delete(before)]


def deleted(world: World, image: Image) -> Image:
    gone = replace(image, status=Status.DELETED, deleted_at=START, updated_at=START)
    return world.images.save(world.images.add(image), gone)


class Backlog:
    """Images are in the backlog as long as the reaper has work with them."""

    @pytest.mark.parametrize(
        ("image", "is_in"),
        [
            (an_image(status=Status.QUEUED), False),
            (an_image(status=Status.SAVING), True),
            (an_image(status=Status.SAVING, transition=Transition.CREATING), False),
            (an_image(status=Status.ACTIVE, location=PLACE), False),
            (an_image(status=Status.KILLED), False),
            (an_image(status=Status.KILLED, location=PLACE), True),
            (an_image(status=Status.PENDING_DELETE), True),
            (an_image(status=Status.DELETED), False),
            (an_image(status=Status.DELETED, location=PLACE), True),
            (an_image(status=Status.DELETED, member_count=1), True),
        ],
        ids=lambda value: value.status.value if isinstance(value, Image) else str(value),
    )
    def test_it_has_every_unfinished_image(self, world: World, image: Image, is_in: bool) -> None:
        world.images.add(image)

        assert unfinished(world, LATER) == [image.id] * is_in

    def test_a_finished_image_leaves_it(self, world: World) -> None:
        saving = world.images.add(an_image(status=Status.SAVING))

        world.images.save(saving, replace(saving, status=Status.ACTIVE))

        assert unfinished(world, LATER) == []

    def test_it_is_sorted_by_age_and_omits_images_younger_than_the_limit(self, world: World) -> None:
        times = [START + timedelta(microseconds=step) for step in (2, 0, 1, 3)]
        images = add(world, [an_image(status=Status.SAVING, status_changed_at=instant) for instant in times])

        found = unfinished(world, times[3])

        assert found == [images[1].id, images[2].id, images[0].id]

    def test_other_changes_do_not_reset_the_age(self, world: World) -> None:
        image = world.images.add(an_image(status=Status.PENDING_DELETE))

        world.images.save(image, replace(image, name="new", updated_at=LATER))

        assert list(world.backlog.pending_delete(LATER)) == [image.id]

    def test_delayed_deletions_are_listed_separately(self, world: World) -> None:
        images = add(world, [an_image(status=status, location=PLACE) for status in Status])
        soon = {image.id for image in images if image.status in {Status.SAVING, Status.KILLED, Status.DELETED}}

        assert set(world.backlog.unfinished(LATER)) == soon
        assert set(world.backlog.pending_delete(LATER)) == {
            image.id for image in images if image.status is Status.PENDING_DELETE
        }

    def test_deleted_images_expire_in_the_order_of_their_deletion(self, world: World) -> None:
        one, two = deleted(world, an_image()), deleted(world, an_image())
        world.images.save(two, replace(two, updated_at=LATER))
        world.images.add(an_image())

        assert list(world.backlog.expired(LATER)) == [one.id]
        assert list(world.backlog.expired(LATER + timedelta(microseconds=1))) == [one.id, two.id]

    def test_a_purged_image_leaves_nothing_but_its_aliases(self, world: World) -> None:
        image = an_image(number=7, aliases={"x": "1"}, architecture="arm64", location=PLACE)
        tombstone = deleted(world, image)

        assert world.backlog.forget(tombstone.id)

        assert world.images.get(tombstone.id) is None
        assert rows(tombstone.id) == []
        assert world.images.add(an_image(id=tombstone.id, number=7)).version == 1
        with pytest.raises(ClaimTaken):
            world.images.add(an_image(aliases={"x": "1"}))

    def test_the_history_of_an_image_is_purged_with_it(self, world: World) -> None:
        tombstone, other = deleted(world, an_image()), deleted(world, an_image())

        world.backlog.forget(tombstone.id)

        assert world.chronicle.of(tombstone.id, 0, 10) == []
        assert len(world.chronicle.of(other.id, 0, 10)) == 2

    def test_a_tombstone_that_the_engine_has_removed_is_purged_completely(self, world: World) -> None:
        tombstone = deleted(world, an_image())
        ImageItem(tombstone.id).delete()

        assert not world.backlog.forget(tombstone.id)

        assert world.chronicle.of(tombstone.id, 0, 10) == []
        assert list(world.backlog.expired(LATER)) == []

    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
    def test_an_image_that_is_not_deleted_is_not_purged(self, world: World, status: Status) -> None:
        image = world.images.add(an_image(status=status))

        assert not world.backlog.forget(image.id)
        assert len(listed(world, EVERYTHING)) == (status is not Status.PENDING_DELETE)

    def test_an_unknown_image_is_not_purged(self, world: World) -> None:
        assert not world.backlog.forget(an_image().id)

    def test_an_image_that_changes_meanwhile_is_not_purged(self, world: World) -> None:
        tombstone = deleted(world, an_image())
        changes = iter([replace(tombstone, location=PLACE, updated_at=LATER)])

        def meanwhile(_request: Request) -> None:
            for changed in changes:
                world.images.save(tombstone, changed)

        with answering("TransactWriteItems", meanwhile):
            assert not world.backlog.forget(tombstone.id)

        assert stored(world, tombstone.id).location == PLACE
        assert unfinished(world, LATER + timedelta(seconds=1)) == [tombstone.id]

    def test_a_refusal_by_the_engine_is_not_taken_for_a_race(self, world: World) -> None:
        tombstone = deleted(world, an_image())

        with answering("TransactWriteItems", lambda _: cancelled("ValidationError")), pytest.raises(TransactWriteError):
            world.backlog.forget(tombstone.id)
