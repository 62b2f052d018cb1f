"""The contracts of the ports, on moto, and on dynoxide, a second and stricter DynamoDB, where it is installed."""

import pytest

from tests.storage import contract
from tests.storage.contract.shelf import MakeWorld


@pytest.fixture(params=["moto", "dynoxide"])
def make_world(request: pytest.FixtureRequest, make_world: MakeWorld) -> MakeWorld:
    """Builds worlds on each engine."""
    if request.param == "moto":
        return make_world
    make: MakeWorld = request.getfixturevalue("make_dynoxide_world")
    return make


class TestBacklog(contract.Backlog):
    """The contract of the backlog."""


class TestClaims(contract.Claims):
    """The contract of claims."""


class TestConditions(contract.Conditions):
    """The contract of conditions."""


class TestDialectFacts(contract.DialectFacts):
    """The contract of facts of one dialect."""


class TestEvents(contract.Events):
    """The contract of events."""


class TestFaults(contract.Faults):
    """The contract of faults."""


class TestJobs(contract.Jobs):
    """The contract of jobs."""


class TestKeys(contract.Keys):
    """The contract of keys."""


class TestLists(contract.Lists):
    """The contract of lists."""


class TestReferences(contract.References):
    """The contract of references."""


class TestReferring(contract.Referring):
    """The contract of images that refer to references."""


class TestSharing(contract.Sharing):
    """The contract of sharing."""


class TestTombstones(contract.Tombstones):
    """The contract of tombstones."""


class TestVolume(contract.Volume):
    """The contract of volume."""


class TestWrites(contract.Writes):
    """The contract of writes."""
