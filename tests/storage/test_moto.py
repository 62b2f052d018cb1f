"""The promises of the ports, kept with moto."""

from tests.storage import contract


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
