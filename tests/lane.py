"""The lane: DynamoDB calls go from pynamodb's connection straight to moto, without botocore and HTTP in between.

Whoever listens to the client's events, or has put something in the stubber's place, gets the wire; so does every call
that moto refuses, so that the refusal has the form in which it arrives.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler

from chalicelib.storage.connection import SharedConnection
from local.moto_fixes import BYTES, DYNAMODB_LOCK, PLAIN
from tests.untraced import untraced

METHODS = {operation: camelcase_to_underscores(operation) for operation in PLAIN}
PHASES = ("provide-client-params", "before-parameter-build", "before-call", "request-created", "choose-signer")
Directly = Callable[[], dict[str, Any] | None]
Bypass = Callable[[str, dict[str, Any], Directly], dict[str, Any] | None]
LATER = ("before-sign", "before-send", "response-received", "needs-retry", "after-call", "after-call-error")


@untraced
def _asked(method: Callable[[], Any]) -> Any:
    """What moto answers, as JSON brings it."""
    with DYNAMODB_LOCK:
        return json.loads(json.dumps(method().result))


class Lane(SharedConnection):
    """A connection whose calls moto answers directly, as long as nobody could notice."""

    def __init__(self, region: str) -> None:
        super().__init__(region)
        self._counts: list[Callable[[], None]] = []
        self._notes: list[Callable[[str], None]] = []
        self._stubber: Any = None
        self._usual: dict[str, int] = {}
        self._heard: tuple[object, dict[str, bool]] = (None, {})
        self._bypass: Bypass | None = None

    def on_call(self, count: Callable[[], None]) -> None:
        """Have `count` called before each request, whichever way it goes."""
        super().on_call(count)
        self._counts.append(count)

    def open(self) -> None:
        """Take who listens and who answers now for those who always do."""
        self._stubber = BotocoreStubber.__call__
        self._usual = {operation: self._listeners(operation) for operation in METHODS}

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Send everything over the wire."""
        usual, self._usual = self._usual, {}
        try:
            yield
        finally:
            self._usual = usual

    @contextmanager
    def bypassed(self, bypass: Bypass) -> Iterator[None]:
        """Have `bypass` decide which calls go this way although something stands in the stubber's place.

        It is given the operation, what is asked, and what answers; None from it sends the call over the wire.
        """
        self._bypass = bypass
        try:
            yield
        finally:
            self._bypass = None

    @contextmanager
    def noted(self, note: Callable[[str], None]) -> Iterator[None]:
        """Have `note` called with the name of each operation, without anything else being different."""
        self._notes.append(note)
        try:
            yield
        finally:
            self._notes.remove(note)

    def is_free(self, operation: str) -> bool:
        """Whether a call may go this way: moto answers it as it always does, and nobody listens."""
        return BotocoreStubber.__call__ is self._stubber and self._is_unheard(operation)

    def _is_unheard(self, operation: str) -> bool:
        """Whether nobody listens but those who always do, and the lane is open."""
        if operation not in self._usual:
            return False
        cache = self._emitter._lookup_cache  # noqa: SLF001  # botocore replaces it whenever a listener comes or goes
        if self._heard[0] is not cache:
            self._heard = cache, {}
        heard = self._heard[1]
        if operation not in heard:
            heard[operation] = self._listeners(operation) == self._usual[operation]
        return heard[operation]

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any], *args: Any) -> dict[str, Any]:
        for note in self._notes:
            note(operation_name)
        answer = None
        if self.is_free(operation_name):
            answer = self._direct(operation_name, operation_kwargs)
        elif self._bypass is not None and self._is_unheard(operation_name):
            direct = partial(self._direct, operation_name, operation_kwargs)
            answer = self._bypass(operation_name, operation_kwargs, direct)
        return super()._make_api_call(operation_name, operation_kwargs, *args) if answer is None else answer

    def _direct(self, operation: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """The answer as JSON has it; None if there is none, so that the wire says why."""
        sent = json.dumps(asked).encode()
        if BYTES.search(sent):
            return None
        handler = DynamoHandler()
        handler.body = handler.params = json.loads(sent)
        handler.current_account, handler.region, handler.headers = DEFAULT_ACCOUNT_ID, self.region, {}
        try:
            answer: dict[str, Any] = _asked(getattr(handler, METHODS[operation]))
        except Exception:  # noqa: BLE001  # whatever it is, the wire says it in DynamoDB's words
            return None
        for count in self._counts:
            count()
        return answer

    def _listeners(self, operation: str) -> int:
        handlers = self._emitter._handlers  # noqa: SLF001  # botocore has no public way to ask
        return sum(len(handlers.prefix_search(f"{phase}.dynamodb.{operation}")) for phase in PHASES + LATER)

    @property
    def _emitter(self) -> Any:
        emitter = self.client.meta.events
        return getattr(emitter, "_emitter", emitter)
