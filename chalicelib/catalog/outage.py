"""Why something that the catalogue needs has not done what it was asked for: one word for logs and answers alike."""

from enum import StrEnum


class Outage(StrEnum):
    """What a service of the cloud does instead of its work."""

    BUSY = "busy"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    FAILING = "failing"

    def told_of(self, what: str, *, plural: bool = False) -> str:
        """The sentence, without its full stop, that says so of a service."""
        return f"{what} {_WORDS[self][plural]}"


_WORDS = {
    Outage.BUSY: ("is too busy", "are too busy"),
    Outage.UNREACHABLE: ("is unreachable", "are unreachable"),
    Outage.REFUSED: ("has refused the registry", "have refused the registry"),
    Outage.TIMED_OUT: ("has timed out", "have timed out"),
    Outage.FAILING: ("is failing", "are failing"),
}
"""Of one, and of several."""
