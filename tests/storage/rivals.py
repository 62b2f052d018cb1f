"""Our own client of DynamoDB and botocore's, set up alike, so that one can be compared to the other."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any, Protocol

import botocore.session
import pytest
from botocore.retries.standard import ExponentialBackoff

from chalicelib.storage import botocore_client, connection, dynamodb
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.credentials import Credentials
from chalicelib.storage.dynamodb import Client
from chalicelib.storage.wire import Wire
from tests.storage.scripted import SILENCE, Act, Scripted

ATTEMPTS, REGION = 4, "eu-west-1"
SECONDS, SHORT = 2.0, 0.15
"""How long a server is waited for: one that answers, and one that does not."""
KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
ENVIRON = {
    "AWS_ACCESS_KEY_ID": KEYS.key,
    "AWS_SECRET_ACCESS_KEY": KEYS.secret,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
GET = {"TableName": "t", "Key": {"image_id": {"S": "a"}}}
PUT = {"TableName": "t", "Item": {"image_id": {"S": "a"}}}
TRANSACTION = "TransactWriteItems"
ACTIONS: dict[str, object] = {"TransactItems": [{"Put": PUT}]}


@cache
def session() -> Any:
    """One for all tests: to load what botocore knows of DynamoDB takes longer than anything else here."""
    return botocore.session.Session()


def prepare(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have botocore find what ours is given, and nobody wait; the pauses, which are as long as they can be."""
    for name in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(botocore.session, "get_session", session)
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(dynamodb, "monotonic", lambda: 0.0)
    monkeypatch.setattr(random.SystemRandom, "random", lambda _: 1.0)
    monkeypatch.setattr(ExponentialBackoff.__init__, "__defaults__", (20, lambda: 1.0, None, None))
    return pauses


Note = Callable[[str, Exception | None], None]


class Make(Protocol):
    """Makes a client of DynamoDB at a URL, which waits so long for answers."""

    def __call__(self, url: str, note: Note, counts: list[Callable[[], None]], seconds: float = SECONDS) -> Any: ...


def ours(url: str, note: Note, counts: list[Callable[[], None]], seconds: float = SECONDS) -> Any:
    return Client(Wire(url, SECONDS, seconds), REGION, lambda: KEYS, ATTEMPTS, note, counts)


def botocores(url: str, note: Note, counts: list[Callable[[], None]], seconds: float = SECONDS) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        return botocore_client.client(REGION, (SECONDS, seconds), ATTEMPTS, note, counts)


BOTH = pytest.mark.parametrize("make", [ours, botocores])


def unheard(_: str, __: Exception | None) -> None:
    """Nobody listens."""


@contextmanager
def client_of(url: str, make: Make = ours, seconds: float = SECONDS) -> Iterator[Any]:
    with closing(make(url, unheard, [], seconds)) as client:
        yield client


class Direct(SharedConnection):
    """Without moto in between."""

    wire_to, client_over = Wire, Client


@contextmanager
def connected(server: Scripted | str, make: Make, seconds: float = SECONDS) -> Iterator[SharedConnection]:
    """A connection with a client of this kind."""
    url = server if isinstance(server, str) else server.url
    unlike = {"AWS_PROFILE": "x"} if make is botocores else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "READ_SECONDS", seconds)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        with closing(Direct(REGION, {**ENVIRON, "AWS_ENDPOINT_URL_DYNAMODB": url, **unlike})) as found:
            assert isinstance(found.client, Client) == (make is ours)
            yield found


def seconds_for(acts: Sequence[Act]) -> float:
    """How long to wait for a server that does this."""
    return SHORT if SILENCE in acts else SECONDS
