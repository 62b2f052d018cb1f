"""Servers that have stopped have no request at work any more, and wait for nobody who has not asked for anything."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from local import serving
from local.aws import moto_server
from local.events import Router
from local.server import LocalServer

PATIENCE = 10
ROUTES = {"/{proxy+}": {"GET": None, "PUT": None}}
REQUEST = b"GET /first HTTP/1.1\r\nHost: h\r\n\r\n"
LARGE = 64 << 20


class Handling:
    """A server, and what its handler has done; the handler ends only when the server is about to stop."""

    def __init__(self) -> None:
        self.server = LocalServer(0)
        self.begun = threading.Semaphore(0)
        self.done: list[str] = []
        self.body = "answer"

    def __call__(self, event: Mapping[str, Any], _context: object) -> Mapping[str, Any]:
        self.begun.release()
        deadline = time.monotonic() + PATIENCE
        while not self.server.stopping and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        self.done.append(event["path"])
        return {"statusCode": 200, "body": self.body}

    def connect(self) -> socket.socket:
        """A connection that the server knows of."""
        known = self.connections()
        wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        while self.connections() <= known:
            time.sleep(0.01)
        return wire

    def connections(self) -> set[threading.Thread]:
        return set(self.server._connections)  # noqa: SLF001  # nobody else asks


@pytest.fixture
def handling() -> Handling:
    return Handling()


@pytest.fixture
def stop(handling: Handling) -> Iterator[Callable[[], float]]:
    """Stop the server; returns how many seconds that took."""
    before = set(threading.enumerate())
    with handling.server, ExitStack() as stack:
        stack.enter_context(handling.server.serving(handling, Router(ROUTES), 1000))

        def stop() -> float:
            began = time.monotonic()
            stack.close()
            assert set(threading.enumerate()) <= before
            return time.monotonic() - began

        yield stop


def everything(wire: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    return b"".join(iter(lambda: wire.recv(65536), b""))


def test_a_request_that_is_being_handled_is_answered_first(handling: Handling, stop: Callable[[], float]) -> None:
    with handling.connect() as wire:
        wire.sendall(REQUEST)
        assert handling.begun.acquire(timeout=PATIENCE)

        stop()

        assert handling.done == ["/first"]
        assert everything(wire).endswith(b"answer")


def test_a_request_that_waits_behind_it_is_not_handled(handling: Handling, stop: Callable[[], float]) -> None:
    with handling.connect() as wire:
        wire.sendall(REQUEST * 2)
        assert handling.begun.acquire(timeout=PATIENCE)

        stop()

        assert handling.done == ["/first"]
        assert everything(wire).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /first HT", b"PUT /first HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_who_has_not_asked_is_not_waited_for(handling: Handling, stop: Callable[[], float], sent: bytes) -> None:
    with handling.connect() as wire:
        wire.sendall(sent)

        took = stop()

        assert everything(wire) == b""
    assert handling.done == []
    assert took < serving.GRACE_SECONDS


def test_who_does_not_take_an_answer_is_not_waited_for_long(
    handling: Handling, stop: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GRACE_SECONDS", 0.2)
    handling.body = "x" * LARGE
    with handling.connect() as wire:
        wire.sendall(REQUEST)
        assert handling.begun.acquire(timeout=PATIENCE)

        stop()

        assert handling.done == ["/first"]
        assert len(everything(wire)) < LARGE


def test_connections_that_have_ended_are_forgotten(handling: Handling, stop: Callable[[], float]) -> None:
    handling.connect().close()
    [ended] = handling.connections()
    ended.join(PATIENCE)

    with handling.connect():
        assert ended not in handling.connections()
        stop()


@pytest.mark.usefixtures("aws")
def test_an_aws_that_has_stopped_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with moto_server() as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
        connection.request("GET", "/moto-api/")
        status = connection.getresponse().status

    assert status == 200
    assert set(threading.enumerate()) <= before
    connection.close()
