"""One client for all tables: our own in an environment as plain as Lambda's, botocore's everywhere else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable

from chalicelib.storage.credentials import credentials_of
from chalicelib.storage.dynamodb import Client
from chalicelib.storage.plain import domain, is_plain
from chalicelib.storage.races import may_be_made, unavailable
from chalicelib.storage.turns import Steps
from chalicelib.storage.wire import Wire

ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 4, 2, 5
"""Attempts and timeouts, so that an error can still be returned within API Gateway's 29 seconds."""

UNMETERED = frozenset({"CreateTable", "DeleteTable", "DescribeTable", "ListTables", "UpdateTable", "UpdateTimeToLive"})
"""Operations without ReturnConsumedCapacity."""


class SharedConnection(Connection):
    """A pynamodb connection whose requests go out by `dynamodb.Client`, or by botocore."""

    wire_to = Wire
    client_over = Client
    """Overridden in tests, to have moto answer."""

    def __init__(self, region: str, environ: Mapping[str, str]) -> None:
        """`credentials` are those of a plain environment, also for signing links; None in any other."""
        self._url = url_of(environ, region)
        super().__init__(region, host=self._url)
        self.credentials = credentials_of(environ) if is_plain(environ, region) else None
        self._serializer = _Serializer(region)
        self._serializer._tables = self._tables  # noqa: SLF001  # it needs their keys
        self._counts: list[Callable[[], None]] = []
        self._found: Any = None
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"

    @property
    def client(self) -> Any:
        """The one client of this connection, for all threads."""
        with self._lock:
            self._found = self._found or self._made()
            return self._found

    def _made(self) -> Any:
        if self.credentials is not None:
            wire = self.wire_to(self._url, CONNECT_SECONDS, READ_SECONDS)
            return self.client_over(wire, self.region, self.credentials, ATTEMPTS, _note, self._counts)
        from chalicelib.storage import botocore_client  # noqa: PLC0415  # all of botocore

        return botocore_client.client(self.region, (CONNECT_SECONDS, READ_SECONDS), ATTEMPTS, _note, self._counts)

    def close(self) -> None:
        """Close idle connections; later requests reconnect."""
        if self._found is not None:
            self._found.close()

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """The response to a request, with the capacity it consumed.

        Raises TablesUnavailable, OutcomeUnknown, TablesRefused, and pynamodb's errors for defects. Unlike pynamodb's
        own method it sends no signals.
        """
        with _translating_errors(operation_name, operation_kwargs):
            return self._make_api_call(operation_name, operation_kwargs)

    def calling(self, operation: str, parameters: dict[str, Any]) -> Steps[dict[str, Any]]:
        """As `dispatch`, for anything but a transaction, in turns with other calls (see `turns`).

        botocore's client takes no turns: it sends the request and waits.
        """
        client = self.client
        with _translating_errors(operation, parameters):
            if isinstance(client, Client):
                return (yield from client.call(operation, parameters))
            answer: dict[str, Any] = client._make_api_call(operation, parameters)  # noqa: SLF001  # as pynamodb does
            return answer

    def querying(self, **asked: Any) -> Steps[dict[str, Any]]:
        """As `query`, in turns with other calls."""
        return self.calling("Query", self._serializer.query(**asked))

    def add_meta_table(self, meta_table: MetaTable) -> None:
        """Register a table's keys, which saves a DescribeTable; repeating this changes nothing."""
        if meta_table.table_name not in self._tables:
            super().add_meta_table(meta_table)

    def on_call(self, count: Callable[[], None]) -> None:
        """Call `count` before each request to DynamoDB."""
        self._counts.append(count)


class _Serializer(Connection):
    """Makes DynamoDB's parameters of pynamodb's calls, and sends nothing."""

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # as pynamodb calls it
        """The parameters."""
        return operation_kwargs


def url_of(environ: Mapping[str, str], region: str) -> str:
    """DynamoDB's URL: as set in the environment, or that of the region."""
    given = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL")
    return given or f"https://dynamodb.{region}.{domain(region)}"


_may_be_made: ContextVar[bool] = ContextVar("may_be_made", default=False)
"""Whether any attempt of the current call may have been carried out although it failed."""


@contextmanager
def _translating_errors(operation: str, parameters: dict[str, Any]) -> Iterator[None]:
    """Have a call return its consumed capacity, and raise the catalogue's errors for outages."""
    _may_be_made.set(False)
    if operation not in UNMETERED:
        parameters.setdefault("ReturnConsumedCapacity", "TOTAL")
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        refusal = unavailable(operation, error, may_be_made_before=_may_be_made.get())
        if refusal is None:
            raise
        raise refusal from error


def _note(code: str, error: Exception | None) -> None:
    """Record how an attempt failed."""
    if may_be_made(code, error):
        _may_be_made.set(True)
