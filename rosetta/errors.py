"""What goes wrong at a service, apart from how it is spoken to."""

LONGEST_REASON = 300
"""Characters that are shown."""


class ServiceError(Exception):
    """A request that did not succeed, in one line; `status` is None if no answer came."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(" ".join(reason.split())[:LONGEST_REASON])
        self.status = status
