"""The promises of the ports, kept with dynoxide, a second and stricter DynamoDB, where it is installed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import pytest

from chalicelib.bootstrap import Aws, World, build_world
from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.http.meter import Meter
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.tables import MODELS, create_tables
from local.dynoxide import binary_below
from local.environment import use_local_aws
from local.state import local_dir
from tests.api import FakeClock
from tests.factories import START, a_principal, an_image
from tests.storage import contract, older
from tests.storage.contract.shelf import MakeWorld

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
START_SECONDS = 10.0
IMAGES = int(os.environ.get("MIGRATION_IMAGES", "600"))
SECONDS = 1.5 + IMAGES / 1000
"""After which the command is killed: it has begun by then, and is not done."""


@pytest.fixture(scope="module")
def engine(aws: Aws) -> Iterator[Aws]:
    """Clients of a dynoxide that keeps its tables in memory until the module's last test."""
    binary = Path(os.environ.get("DYNOXIDE") or binary_below(local_dir()))
    if not binary.exists():
        pytest.skip("dynoxide is not installed: set DYNOXIDE to its binary, or run `make dynoxide`")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    command = [str(binary), "--port", str(port)]
    # pytest names the test in the environment, which may be longer than the machine lets one variable be.
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, env=environ, stdout=nothing, stderr=nothing) as process:  # noqa: S603  # installed on purpose
        try:
            _wait(port)
            there: dict[str, str] = {}
            use_local_aws(there, f"http://127.0.0.1:{port}")
            connection, meter = SharedConnection(REGION, there), Meter()
            connection.on_call(meter.count)
            yield Aws(connection, aws.s3, aws.links, aws.sqs, aws.ec2, aws.probing, meter)
            connection.close()
        finally:
            process.terminate()


@pytest.fixture
def make_world(engine: Aws) -> MakeWorld:
    """Worlds over emptied tables."""

    def make(**environ: str) -> World:
        return build_world(environ, FakeClock(), engine)

    make()
    create_tables()
    for model in MODELS:
        with model.batch_write() as batch:
            for item in model.scan():
                batch.delete(item)
    return make


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    pytest.fail("dynoxide did not start")


class Load(Thread):
    """Somebody who goes on registering, renaming, deleting and listing images, one thing after the other."""

    def __init__(self, world: World, images: Sequence[Image]) -> None:
        super().__init__()
        self._world = world
        self._over = Event()
        self.names = {image.id: image.name for image in images}
        self.wrong: list[str] = []
        self.done = 0

    def run(self) -> None:
        """Until it is told to stop; every list has to be as the last write has left it."""
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
        """Have it stop."""
        self._over.set()
        self.join()


def test_images_move_under_load_although_the_command_is_killed_twice(engine: Aws, make_world: MakeWorld) -> None:
    world = make_world(MIGRATING="true")
    images = [an_image(name=f"image {n}", version=1, status=Status.ACTIVE, size=n) for n in range(IMAGES)]
    older.shelve(images)
    load = Load(world, images)
    load.start()
    try:
        for _ in range(2):
            with suppress(subprocess.TimeoutExpired):
                migrate(engine, timeout=SECONDS)
        moved = migrate(engine)
    finally:
        load.end()
    checked = migrate(engine, "--check")

    assert (load.wrong, load.done > 0) == ([], True)
    assert "images seen" in moved.stderr
    assert (checked.returncode, checked.stdout) == (0, "All lists and totals are as the images are.\n")
    assert older.left() == set()
    everything = ImageQuery(Scope.OWN, order=Order(SortKey.ID, descending=False))
    assert [
        image.id for image in build_world({}, FakeClock(), engine).images.images(a_principal(), everything)
    ] == sorted(load.names)


def migrate(engine: Aws, *words: str, timeout: float | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command on the engine's tables; it is killed when the time is over."""
    environ = {**os.environ, "AWS_ENDPOINT_URL_DYNAMODB": engine.dynamodb.host or "", "AWS_DEFAULT_REGION": REGION}
    environ.pop("PYTEST_CURRENT_TEST", None)
    command = [sys.executable, "-m", "rosetta", "migrate", *words]
    return subprocess.run(  # noqa: S603  # ours
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=timeout
    )


class TestBacklog(contract.Backlog):
    """The promises about the backlog."""


class TestClaims(contract.Claims):
    """The promises about claims."""


class TestConditions(contract.Conditions):
    """The promises about conditions."""


class TestEvents(contract.Events):
    """The promises about events."""


class TestFaults(contract.Faults):
    """The promises about faults."""


class TestJobs(contract.Jobs):
    """The promises about jobs."""


class TestKeys(contract.Keys):
    """The promises about keys."""


class TestLists(contract.Lists):
    """The promises about lists."""


class TestReferences(contract.References):
    """The promises about references."""


class TestReferring(contract.Referring):
    """The promises about what images come to refer to."""


class TestSharing(contract.Sharing):
    """The promises about sharing."""


class TestTombstones(contract.Tombstones):
    """The promises about tombstones."""


class TestVolume(contract.Volume):
    """The promises about volume."""


class TestWrites(contract.Writes):
    """The promises about writes."""
