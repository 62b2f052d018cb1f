"""Moving images to the second layout under load, on dynoxide, which the command reaches from its own process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from tests.api import FakeClock
from tests.factories import START, a_principal, an_image
from tests.storage import older
from tests.storage.contract.shelf import MakeWorld

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
IMAGES = int(os.environ.get("MIGRATION_IMAGES", "600"))
SECONDS = 1.5 + IMAGES / 1000
"""The command is killed after this time: it has started by then, and is not done."""


class Load(Thread):
    """A thread that registers, renames, deletes and lists images, one call after the other."""

    def __init__(self, world: World, images: Sequence[Image]) -> None:
        super().__init__()
        self._world = world
        self._over = Event()
        self.names = {image.id: image.name for image in images}
        self.wrong: list[str] = []
        self.done = 0

    def run(self) -> None:
        """Run until `end` is called; each list must show the last write."""
        chosen = Random(1)  # noqa: S311  # not for secrets
        while not self._over.is_set() and not self.wrong:
            self._write(chosen)
            name = chosen.choice([*self.names.values()])
            query = ImageQuery(Scope.OWN, (Condition("name", Operator.EQUAL, name),))
            due = sorted(image_id for image_id, each in self.names.items() if each == name)
            found = sorted(image.id for image in self._world.images.images(a_principal(), query))
            self.wrong += [f"{name}: {found}, not {due}"] if found != due else []
            self.done += 1

    def _write(self, chosen: Random) -> None:
        if chosen.random() < 0.3:
            added = self._world.images.add(an_image(name=f"new {self.done}"))
            self.names[added.id] = added.name
            return
        image_id = chosen.choice([*self.names])
        found = self._world.images.get(image_id)
        assert found is not None
        changes: dict[str, Any] = {"name": f"changed {self.done}"}
        if chosen.random() < 0.3:
            changes = {"status": Status.DELETED, "deleted_at": START}
        with suppress(StaleImage):  # the migration was faster
            self._world.images.save(found.image, replace(found.image, **changes))
            self.names[image_id] = changes.get("name")
            if "name" not in changes:
                del self.names[image_id]

    def end(self) -> None:
        """Stop, and wait until the last call has returned."""
        self._over.set()
        self.join()


def test_images_move_under_load_although_the_command_is_killed_twice(
    dynoxide: Aws, make_dynoxide_world: MakeWorld
) -> None:
    world = make_dynoxide_world(MIGRATING="true")
    images = [an_image(name=f"image {n}", version=1, status=Status.ACTIVE, size=n) for n in range(IMAGES)]
    older.shelve(images)
    load = Load(world, images)
    load.start()
    try:
        for _ in range(2):
            with suppress(subprocess.TimeoutExpired):
                migrate(dynoxide, timeout=SECONDS)
        moved = migrate(dynoxide)
    finally:
        load.end()
    checked = migrate(dynoxide, "--check")

    assert (load.wrong, load.done > 0) == ([], True)
    assert "images seen" in moved.stderr
    assert (checked.returncode, checked.stdout) == (0, "All lists and totals match the images.\n")
    assert older.left() == set()
    everything = ImageQuery(Scope.OWN, order=Order(SortKey.ID, descending=False))
    assert [
        image.id for image in build_world({}, FakeClock(), dynoxide).images.images(a_principal(), everything)
    ] == sorted(load.names)


def migrate(engine: Aws, *words: str, timeout: float | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `rosetta migrate` on the tables of an engine; it is killed after `timeout`."""
    environ = {**os.environ, "AWS_ENDPOINT_URL_DYNAMODB": engine.dynamodb.host or "", "AWS_DEFAULT_REGION": REGION}
    environ.pop("PYTEST_CURRENT_TEST", None)
    command = [sys.executable, "-m", "rosetta", "migrate", *words]
    return subprocess.run(  # noqa: S603  # ours
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=timeout
    )
