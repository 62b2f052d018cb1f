"""Requests and responses as plain frozen data, free of any framework."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

NONE: Mapping[str, Any] = MappingProxyType({})
"""No headers, or no parameters."""


class Request(NamedTuple):
    """A request.

    `path` is below the stage and still percent-encoded, without a slash at its end; `slashed` is whether it had one.
    Names of headers are in lower case; the last value of a repeated header or query parameter counts. `options` are
    those of its dialect; `base_url` is the URL before `path`, without a slash.
    """

    method: str
    path: str
    headers: Mapping[str, str] = NONE
    query: Mapping[str, Sequence[str]] = NONE
    body: bytes = b""
    base_url: str = ""
    options: object = None
    request_id: str = ""
    slashed: bool = False

    def header(self, name: str) -> str | None:
        """The value of a header, None if it was not sent."""
        return self.headers.get(name.lower())

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter, None if it was not sent."""
        values = self.query.get(name)
        return values[-1] if values else None


class Response(NamedTuple):
    """A response. Dictionaries and lists are sent as JSON; text and bytes need a `Content-Type` of their own."""

    body: dict[str, Any] | list[Any] | str | bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = NONE
