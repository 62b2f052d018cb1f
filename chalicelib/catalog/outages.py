"""When tables, byte store, queue, cloud or identity service do not answer, and when the cloud is not ready."""

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
    """The tables do not say whether they have written what they were sent: all of it, or nothing."""

    def __init__(self, outage: Outage = Outage.TIMED_OUT) -> None:
        super().__init__(outage)
        self.args = (f"{_of_tables(outage)}: look whether it was done, and try again if it was not",)


class TablesRefused(CatalogError):
    """The registry may not do this with its tables: whoever runs it has to do something about it."""

    def __init__(self) -> None:
        super().__init__(_of_tables(Outage.REFUSED))
        self.outage = Outage.REFUSED


TABLES_FAILED = (TablesUnavailable, TablesRefused)
"""What comes of tables that have not done, or do not say that they have done, what they were asked for."""


class Unreadable(StoreUnavailable):
    """Another release of the registry has written this, and this one does not understand it."""

    def __init__(self, what: str, thing_id: str) -> None:
        super().__init__(f"The {what} {thing_id} was written by another release of the registry")


class IdentitiesUnavailable(Unavailable):
    """The service that knows the tokens of others does not answer, refuses the registry, or makes no sense."""

    def __init__(self, outage: Outage) -> None:
        super().__init__(outage.told_of("The identity service"))
        self.outage = outage


class CaptureRefused(CloudError):
    """No image is made of this machine."""


class MachineBusy(CaptureRefused):
    """No image is made of this machine in its present state, which may pass."""


def tables_outage(outage: Outage) -> TablesUnavailable | TablesRefused:
    """The refusal of what needed the tables, which have written nothing."""
    return TablesRefused() if outage is Outage.REFUSED else TablesUnavailable(outage)


def store_outage(outage: Outage) -> StoreRefused | StoreUnavailable:
    """The refusal of what needed the byte store."""
    error = (StoreRefused if outage is Outage.REFUSED else StoreUnavailable)(outage.told_of("The image store"))
    error.outage = outage
    return error


def source_outage(outage: Outage) -> StoreUnavailable:
    """The refusal of what needed a place where others keep bytes."""
    error = StoreUnavailable(outage.told_of("Invalid location: its server"))
    error.outage = outage
    return error


def cloud_outage(what: str, outage: Outage) -> CloudUnavailable:
    """The refusal of what needed the cloud, or the queue."""
    error = CloudUnavailable(outage.told_of(what))
    error.outage = outage
    return error


def _of_tables(outage: Outage) -> str:
    return outage.told_of("The tables", plural=True)
