"""The fast lane: DynamoDB requests go straight to moto, without botocore's and moto's routing in between.

Requests take the usual way while anything listens to the client's events or replaces moto's stubber. So does every
request that moto refuses, so that the error arrives in DynamoDB's form.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler

from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.wire import Reply
from local.moto_fixes import BYTES, DYNAMODB_LOCK, PLAIN
from local.moto_wire import MotoWire, TellingClient
from tests.untraced import untraced

METHODS = {operation: camelcase_to_underscores(operation) for operation in PLAIN}
PHASES = ("before-call", "before-send", "response-received", "after-call")
Directly = Callable[[], Reply | None]
Bypass = Callable[[str, bytes, Directly], Reply | None]
Asking = Callable[[str, Mapping[str, str], bytes], Reply | None]


@untraced
def _answered(method: Callable[[], Any]) -> bytes:
    """The JSON response of moto."""
    with DYNAMODB_LOCK:
        return json.dumps(method().result).encode()


class Lane(SharedConnection):
    """A connection whose requests moto answers directly, where no test can notice the difference."""

    client_over = TellingClient  # type: ignore[assignment]  # it has the wire below

    def __init__(self, region: str, environ: Mapping[str, str]) -> None:
        super().__init__(region, environ)
        self._notes: list[Callable[[str], None]] = []
        self._stubber: Any = None
        self._usual: dict[str, int] = {}
        self._heard: tuple[object, dict[str, bool]] = (None, {})
        self._bypass: Bypass | None = None

    def wire_to(self, *args: Any) -> MotoWire:  # type: ignore[override]  # it makes one
        """A wire whose requests take the lane where they may."""
        return _LaneWire(self._ask, *args)

    def open(self) -> None:
        """Open the lane; the listeners and the stubber of this moment count as the usual ones."""
        self._stubber = BotocoreStubber.__call__
        self._usual = {operation: self._listeners(operation) for operation in METHODS}

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Keep the lane closed: every request takes the usual way."""
        usual, self._usual = self._usual, {}
        try:
            yield
        finally:
            self._usual = usual

    @contextmanager
    def bypassed(self, bypass: Bypass) -> Iterator[None]:
        """Let `bypass` decide which requests take the lane although the stubber is replaced.

        Its arguments are the operation, the body, and a function that answers directly. If it returns None, the request
        takes the usual way.
        """
        self._bypass = bypass
        try:
            yield
        finally:
            self._bypass = None

    @contextmanager
    def noted(self, note: Callable[[str], None]) -> Iterator[None]:
        """Call `note` with the name of each operation, and change nothing else."""
        self._notes.append(note)
        try:
            yield
        finally:
            self._notes.remove(note)

    def is_free(self, operation: str) -> bool:
        """Whether a request may take the lane: the stubber is not replaced, and nothing unusual listens."""
        return BotocoreStubber.__call__ is self._stubber and self._is_unheard(operation)

    def _is_unheard(self, operation: str) -> bool:
        """Whether the lane is open, and only the usual listeners listen to the operation."""
        if operation not in self._usual:
            return False
        cache = self._emitter._lookup_cache  # noqa: SLF001  # botocore replaces it whenever a listener is added or removed
        if self._heard[0] is not cache:
            self._heard = cache, {}
        heard = self._heard[1]
        if operation not in heard:
            heard[operation] = self._listeners(operation) == self._usual[operation]
        return heard[operation]

    def _ask(self, usually: Asking, operation: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        for note in self._notes:
            note(operation)
        answer = None
        if self.is_free(operation):
            answer = self._direct(operation, body)
        elif self._bypass is not None and self._is_unheard(operation):
            answer = self._bypass(operation, body, partial(self._direct, operation, body))
        return usually(operation, headers, body) if answer is None else answer

    def _direct(self, operation: str, body: bytes) -> Reply | None:
        """The answer of moto; None if moto refuses, so that the usual way produces DynamoDB's error."""
        if BYTES.search(body):
            return None
        handler = DynamoHandler()
        handler.body = handler.params = json.loads(body)
        handler.current_account, handler.region, handler.headers = DEFAULT_ACCOUNT_ID, self.region, {}
        try:
            return Reply(200, {}, _answered(getattr(handler, METHODS[operation])))
        except Exception:  # noqa: BLE001  # whatever it is
            return None

    def _listeners(self, operation: str) -> int:
        handlers = self._emitter._handlers  # noqa: SLF001  # botocore has no public way to ask
        return sum(len(handlers.prefix_search(f"{phase}.dynamodb.{operation}")) for phase in PHASES)

    @property
    def _emitter(self) -> Any:
        return self.client.meta.events


class _LaneWire(MotoWire):
    def __init__(self, ask: Callable[..., Reply | None], *args: Any) -> None:
        super().__init__(*args)
        self._ask = ask

    def asked(self, operation: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        return self._ask(super().asked, operation, headers, body)
