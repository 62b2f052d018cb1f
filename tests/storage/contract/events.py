"""The history of images."""

from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.event import SYSTEM, Actor, What
from chalicelib.catalog.image import Status, Transition
from tests.factories import a_membership, an_image

ALICE = Actor("alice", "t1", "token-1", "glance_v1", "request-1")
BOB = Actor("bob", None, None, "", "")


def told(world: World, image_id: str) -> list[str]:
    return [event.what for event in world.chronicle.of(image_id, 0, 100)]


class Events:
    """Each write that matters to users adds an event to its image, in the same transaction."""

    def test_an_event_records_who_did_what_when_and_how(self, world: World) -> None:
        image = world.images.by(ALICE).add(an_image())
        world.images.by(BOB).save(image, replace(image, name="new", properties={"a": "b"}, size=1))

        created, changed = world.chronicle.of(image.id, 0, 10)

        assert (created.image_id, created.version, created.what, created.actor) == (image.id, 1, What.CREATED, ALICE)
        assert (changed.version, changed.what, changed.actor) == (2, What.CHANGED, BOB)
        assert changed.fields == ("name", "size", "properties")
        assert created.at < changed.at < world.clock.now()

    def test_an_event_of_sharing_records_the_members(self, world: World) -> None:
        image = world.images.add(an_image())
        one, two = a_membership(image, "t2"), a_membership(image, "t3")
        world.memberships.by(ALICE).change(image, [one, two], [])
        shared = replace(image, member_count=2, version=2)
        world.memberships.change(shared, [], [one])

        _, added, removed = world.chronicle.of(image.id, 0, 10)

        assert (added.what, added.members, added.removed, added.actor) == (What.SHARED, ("t2", "t3"), (), ALICE)
        assert (removed.what, removed.members, removed.removed, removed.actor) == (What.UNSHARED, (), ("t2",), SYSTEM)

    def test_an_event_of_a_failure_records_the_reason(self, world: World) -> None:
        image = world.images.add(an_image(status=Status.SAVING))
        world.images.save(image, replace(image, status=Status.KILLED, status_reason="its bytes did not come"))

        [_, killed] = world.chronicle.of(image.id, 0, 10)

        assert (killed.what, killed.reason, killed.fields) == (What.KILLED, "its bytes did not come", ())

    def test_events_are_read_from_a_version_on(self, world: World) -> None:
        image = world.images.add(an_image())
        for number in range(4):
            image = world.images.save(image, replace(image, name=str(number)))

        assert [event.version for event in world.chronicle.of(image.id, 0, 2)] == [1, 2]
        assert [event.version for event in world.chronicle.of(image.id, 2, 2)] == [3, 4]
        assert [event.version for event in world.chronicle.of(image.id, 4, 2)] == [5]
        assert world.chronicle.of(image.id, 5, 2) == []

    def test_a_failed_write_adds_no_event(self, world: World) -> None:
        image = world.images.add(an_image())
        world.images.save(image, replace(image, name="first"))

        with pytest.raises(StaleImage):
            world.images.save(image, replace(image, status=Status.DELETED))
        with suppress(StaleImage):
            world.memberships.change(image, [a_membership(image, "t2")], [])

        assert told(world, image.id) == [What.CREATED, What.CHANGED]

    def test_a_transition_adds_no_event(self, world: World) -> None:
        image = world.images.add(an_image(status=Status.ACTIVE))
        world.images.mark([image], Transition.DELETING)
        marked = replace(image, transition=Transition.DELETING, version=2)
        world.images.save(marked, replace(marked, transition=None))

        assert told(world, image.id) == [What.CREATED]

    def test_adding_a_hundred_members_in_several_writes_is_recorded(self, world: World) -> None:
        image = world.images.add(an_image())
        members = [f"tenant-{number}" for number in range(150)]
        world.memberships.change(image, [a_membership(image, member) for member in members], [])

        events = world.chronicle.of(image.id, 1, 10)

        assert [event.what for event in events] == [What.SHARED] * 5
        assert [member for event in events for member in event.members] == members
