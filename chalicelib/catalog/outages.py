"""When the tables do not answer, and when the cloud is not ready."""

from chalicelib.catalog.errors import CloudError, StoreUnavailable


class TablesUnavailable(StoreUnavailable):
    """The tables do not answer, or are too busy; nothing was written."""

    def __init__(self, reason: str = "The tables are too busy, try again") -> None:
        super().__init__(reason)


class OutcomeUnknown(TablesUnavailable):
    """The tables do not say whether they have written what they were sent: all of it, or nothing."""

    def __init__(self) -> None:
        super().__init__("The tables do not answer: look whether it was done, and try again if it was not")


class CaptureRefused(CloudError):
    """No image is made of this machine."""


class MachineBusy(CaptureRefused):
    """No image is made of this machine in its present state, which may pass."""
