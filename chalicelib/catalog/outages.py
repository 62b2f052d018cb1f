"""When the tables do not answer."""

from chalicelib.catalog.errors import StoreUnavailable


class TablesUnavailable(StoreUnavailable):
    """The tables do not answer, or are too busy; nothing was written."""

    def __init__(self, reason: str = "The tables are too busy, try again") -> None:
        super().__init__(reason)


class OutcomeUnknown(TablesUnavailable):
    """The tables do not say whether they have written what they were sent: all of it, or nothing."""

    def __init__(self) -> None:
        super().__init__("The tables do not answer: look whether it was done, and try again if it was not")
