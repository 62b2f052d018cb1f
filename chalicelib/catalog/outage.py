"""How a service that the catalogue needs fails, in one word for logs and responses."""

from enum import StrEnum


class Outage(StrEnum):
    """How a service of the cloud fails."""

    BUSY = "busy"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    FAILING = "failing"

    def sentence(self, what: str, *, plural: bool = False) -> str:
        """A sentence without its full stop: `The image store is too busy`."""
        return f"{what} {_WORDS[self][plural]}"


_WORDS = {
    Outage.BUSY: ("is too busy", "are too busy"),
    Outage.UNREACHABLE: ("is unreachable", "are unreachable"),
    Outage.REFUSED: ("has refused the registry access", "have refused the registry access"),
    Outage.TIMED_OUT: ("has timed out", "have timed out"),
    Outage.FAILING: ("is failing", "are failing"),
}
"""Singular and plural."""
