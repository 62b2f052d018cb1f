"""Errors of HTTP requests, and the statuses of errors in a dialect."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from chalicelib.catalog.errors import CatalogError, Unavailable

RETRY_AFTER = 1
"""Seconds to wait before retrying, whichever service did not answer."""


class HttpError(Exception):
    """An error with the same status in every dialect."""

    status: ClassVar[int] = 500


class ServerError(HttpError):
    """A defect of ours; only the log has its details."""

    def __init__(self) -> None:
        super().__init__("The server could not complete the request because of an internal error")


class BadMessage(HttpError):
    """A malformed request; `field` names the part."""

    status = 400

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


class Unauthorized(HttpError):
    """Credentials are missing or unknown. `challenge` is the value of `WWW-Authenticate`."""

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
    """The path exists, but its methods are those in `allowed`."""

    status = 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("The method is not allowed for this resource")
        self.allowed = tuple(allowed)


class TooLarge(HttpError):
    """The body has more bytes than can be accepted within a request."""

    status = 413


class ResponseTooLarge(HttpError):
    """The response would have more bytes than Lambda can return."""

    status = 400

    def __init__(self) -> None:
        super().__init__("The response would be too large. Request fewer items at once")


def nearest(table: Mapping[type[Exception], int], error: Exception) -> int:
    """The status in a table for the error's class, or for its nearest ancestor there; 500 if there is none."""
    return next((table[ancestor] for ancestor in type(error).__mro__ if ancestor in table), 500)


def headers(error: CatalogError | HttpError, status: int) -> dict[str, str]:
    """The headers of an error with this status in every dialect: `Allow` or `Retry-After`."""
    match error:
        case MethodNotAllowed() if status == MethodNotAllowed.status:
            return {"Allow": ", ".join(error.allowed)}
        case Unavailable() if status == 503:
            return {"Retry-After": str(RETRY_AFTER)}
    return {}
