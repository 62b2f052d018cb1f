"""What is wrong with a request before the catalogue is asked, and how a dialect finds its answer to an error."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from chalicelib.catalog.errors import CatalogError, Unavailable

RETRY_AFTER = 1
"""After how many seconds it is worth trying again, whatever it was that did not answer."""


class HttpError(Exception):
    """A refusal that has a status of its own in every dialect."""

    status: ClassVar[int] = 500


class ServerError(HttpError):
    """A defect of ours; what it was stands in the log only."""

    def __init__(self) -> None:
        super().__init__("The server could not complete the request because of an internal error")


class BadMessage(HttpError):
    """A request that cannot be read; `field` names the part."""

    status = 400

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


class Unauthorized(HttpError):
    """No credentials, or none that are known. `challenge` says which scheme would do."""

    status = 401

    def __init__(self, challenge: str, reason: str) -> None:
        super().__init__(reason)
        self.challenge = challenge


class Refused(HttpError):
    """The caller may not do this at all."""

    status = 403


class PathUnknown(HttpError):
    """Nothing is at this path."""

    status = 404

    def __init__(self) -> None:
        super().__init__("The resource could not be found")


class MethodNotAllowed(HttpError):
    """The path is known, the method is none of `allowed`."""

    status = 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("The method is not allowed for this resource")
        self.allowed = tuple(allowed)


class TooLarge(HttpError):
    """More bytes than can pass this way."""

    status = 413


class AnswerTooLarge(HttpError):
    """More was asked for than can be answered at once."""

    status = 400

    def __init__(self) -> None:
        super().__init__("The answer would be too large: ask for less at once")


def nearest(table: Mapping[type[Exception], int], error: Exception) -> int:
    """The entry of the error's class, or of its nearest ancestor that has one; 500 if none has."""
    return next((table[ancestor] for ancestor in type(error).__mro__ if ancestor in table), 500)


def headers(error: CatalogError | HttpError, status: int) -> dict[str, str]:
    """What a refusal with this status says beside its body in every dialect: `Allow` and `Retry-After`."""
    match error:
        case MethodNotAllowed() if status == MethodNotAllowed.status:
            return {"Allow": ", ".join(error.allowed)}
        case Unavailable() if status == 503:
            return {"Retry-After": str(RETRY_AFTER)}
    return {}
