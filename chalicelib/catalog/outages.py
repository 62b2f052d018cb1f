"""Errors of the tables, byte store, queue, cloud and identity service."""

from chalicelib.catalog.errors import (
    CatalogError,
    CloudError,
    CloudUnavailable,
    StoreRefused,
    StoreUnavailable,
    Unavailable,
)
from chalicelib.catalog.outage import Outage


class TablesUnavailable(StoreUnavailable):
    """The tables do not answer, or are too busy; nothing was written."""

    def __init__(self, outage: Outage = Outage.BUSY) -> None:
        super().__init__(f"{_of_tables(outage)}, try again")
        self.outage = outage


class OutcomeUnknown(TablesUnavailable):
    """It is unknown whether the tables have written everything or nothing."""

    def __init__(self, outage: Outage = Outage.TIMED_OUT) -> None:
        super().__init__(outage)
        self.args = (f"{_of_tables(outage)}: check whether it was done, and try again if it was not",)


class TablesRefused(CatalogError):
    """The registry lacks permissions on its tables, which its operator has to fix."""

    def __init__(self) -> None:
        super().__init__(_of_tables(Outage.REFUSED))
        self.outage = Outage.REFUSED


TABLES_FAILED = (TablesUnavailable, TablesRefused)
"""The errors of a write that failed, or that may have failed."""


class Unreadable(StoreUnavailable):
    """Something was written by another release of the registry, and this one cannot read it."""

    def __init__(self, what: str, thing_id: str) -> None:
        super().__init__(f"The {what} {thing_id} was written by another release of the registry")


class IdentitiesUnavailable(Unavailable):
    """The identity service does not answer, denies the registry access, or sends an invalid response."""

    def __init__(self, outage: Outage) -> None:
        super().__init__(outage.sentence("The identity service"))
        self.outage = outage


class CaptureRefused(CloudError):
    """The cloud refuses to capture this machine."""


class MachineBusy(CaptureRefused):
    """The cloud refuses to capture this machine in its present state, which may pass."""


def tables_outage(outage: Outage) -> TablesUnavailable | TablesRefused:
    """The error for an outage of the tables that has written nothing."""
    return TablesRefused() if outage is Outage.REFUSED else TablesUnavailable(outage)


def store_outage(outage: Outage) -> StoreRefused | StoreUnavailable:
    """The error for an outage of the byte store."""
    error = (StoreRefused if outage is Outage.REFUSED else StoreUnavailable)(outage.sentence("The image store"))
    error.outage = outage
    return error


def source_outage(outage: Outage) -> StoreUnavailable:
    """The error for an outage of a server that a location leads to."""
    error = StoreUnavailable(outage.sentence("Invalid location: its server"))
    error.outage = outage
    return error


def cloud_outage(what: str, outage: Outage) -> CloudUnavailable:
    """The error for an outage of the cloud, or the queue."""
    error = CloudUnavailable(outage.sentence(what))
    error.outage = outage
    return error


def _of_tables(outage: Outage) -> str:
    return outage.sentence("The tables", plural=True)
