"""One botocore client for all tables: each further one costs a cold start some 100 ms of CPU."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory
from botocore.serialize import JSONSerializer
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable

from chalicelib.storage.races import may_be_made, unavailable


class SharedConnection(Connection):
    """A pynamodb connection that writes requests, and parses DynamoDB's answers, as the plain JSON they are."""

    _session: botocore.session.Session | None = None

    @property
    def session(self) -> botocore.session.Session:
        """The one session of this connection, for all threads."""
        if self._session is None:
            session = botocore.session.get_session()
            session.register_component("response_parser_factory", _PlainParserFactory())
            # The name that botocore would put together anew for each request.
            session.set_default_client_config(Config(user_agent=session.user_agent()))
            session.register("needs-retry.dynamodb", _note_attempt)
            self._session = session
        return self._session

    @property
    def client(self) -> Any:
        """The one client of this connection, for all threads."""
        client: Any = super().client
        client._serializer = _SERIALIZER  # noqa: SLF001  # no public way to choose it
        return client

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request. Raises TablesUnavailable, OutcomeUnknown, TablesRefused, and what
        pynamodb makes of defects.
        """
        _may_be_made.set(False)
        try:
            return super().dispatch(operation_name, operation_kwargs)
        except (ClientError, BotoCoreError) as error:
            refusal = unavailable(operation_name, error, may_be_made_before=_may_be_made.get())
            if refusal is None:
                raise
            raise refusal from error

    def add_meta_table(self, meta_table: MetaTable) -> None:
        """Learn a table's keys, so that they need not be asked for; learning them again changes nothing."""
        if meta_table.table_name not in self._tables:
            super().add_meta_table(meta_table)

    def on_call(self, count: Callable[[], None]) -> None:
        """Have `count` called before each request that goes to DynamoDB."""
        self.session.register("before-send.dynamodb", lambda **_: count())


_may_be_made: ContextVar[bool] = ContextVar("may_be_made", default=False)
"""Whether any attempt of the present call may have been carried out without anybody hearing of it."""


def _note_attempt(**attempt: Any) -> None:
    """Hear how an attempt ended: botocore's event `needs-retry`."""
    response = attempt["response"]
    code = response[1].get("Error", {}).get("Code", "") if response else ""
    if may_be_made(code, attempt["caught_exception"]):
        _may_be_made.set(True)


class _PlainJsonSerializer(JSONSerializer):
    """What pynamodb asks for is JSON as it stands: there are no bytes and no times in it."""

    def _serialize(self, serialized: dict[str, Any], value: Any, shape: Any, key: Any = None) -> None:  # noqa: ARG002  # botocore's signature
        serialized.update(value)


_SERIALIZER = _PlainJsonSerializer()


class _PlainJsonParser(JSONParser):
    """Items need no walk along the API's shapes; it takes most of the time of a query of many items."""

    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:  # noqa: ARG002  # botocore's signature
        return json.loads(raw_body) if raw_body else {}


class _PlainParserFactory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> ResponseParser:
        if protocol_name.startswith("json"):
            return _PlainJsonParser(**self._defaults)  # type: ignore[attr-defined]  # missing from the stubs
        return super().create_parser(protocol_name)
