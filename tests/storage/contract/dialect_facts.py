"""What one dialect alone knows of an image: kept for a namespace that nobody here has heard of."""

from typing import Any

import pytest

from chalicelib.bootstrap import World
from chalicelib.catalog.image import Changes, Image, NewImage
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.query import ImageQuery
from tests.storage.contract.shelf import stored

CALLER = Principal("user", "t1", frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE}))
KNOWN: dict[str, Any] = {"text": "é\U0001f600", "flag": False, "zero": 0, "list": [1.5, None, {"a": {}}], "none": ""}


def changed(world: World, image: Image, **facts: dict[str, Any]) -> Image:
    """The image with new facts, as it is stored then."""
    changes: Changes = {"dialect_facts": facts}
    world.catalog(CALLER).update(image.id, lambda _: changes)
    return stored(world, image.id)


class DialectFacts:
    """Facts are read as they were written, and change one by one."""

    @pytest.fixture
    def image(self, world: World) -> Image:
        return world.catalog(CALLER).register(
            NewImage({"dialect_facts": {"martian": KNOWN, "venusian": {"text": "v"}}})
        )

    def test_they_are_read_as_they_were_written(self, world: World, image: Image) -> None:
        [row] = world.images.images(CALLER, ImageQuery())

        assert stored(world, image.id).dialect_facts == {"martian": KNOWN, "venusian": {"text": "v"}}
        assert row.dialect_facts == image.dialect_facts

    def test_a_change_leaves_the_others(self, world: World, image: Image) -> None:
        found = changed(world, image, martian={"text": "m", "flag": None, "new": True})

        others = {name: value for name, value in KNOWN.items() if name != "flag"}
        assert found.dialect_facts == {"martian": {**others, "text": "m", "new": True}, "venusian": {"text": "v"}}

    def test_a_change_of_something_else_leaves_all(self, world: World, image: Image) -> None:
        world.catalog(CALLER).update(image.id, lambda _: {"name": "new", "properties": {}})

        found = stored(world, image.id)
        assert (found.name, found.dialect_facts) == ("new", image.dialect_facts)

    def test_what_is_taken_away_is_gone(self, world: World, image: Image) -> None:
        found = changed(world, image, martian=dict.fromkeys(KNOWN), venusian={"text": None})
        [row] = world.images.images(CALLER, ImageQuery())

        assert (found.dialect_facts, row.dialect_facts) == ({}, {})

    def test_their_changes_are_told_by_their_names(self, world: World, image: Image) -> None:
        changed(world, image, martian={"zero": 1, "text": "m"}, venusian={"text": None, "none": None, "visibility": 1})
        world.catalog(CALLER).update(image.id, lambda _: {"name": "new", "dialect_facts": {"martian": {"flag": True}}})

        events = world.chronicle.of(image.id, after=1, limit=9)

        told = [(event.what, event.fields) for event in events]
        assert told == [("changed", ("text", "visibility", "zero")), ("changed", ("name", "flag"))]
