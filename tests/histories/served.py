"""The application behind the local server: the same interface as `Api`, over sockets, with running workers."""

import http.client
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from chalicelib.bootstrap import Aws, build_app, build_world
from local.events import Router
from local.queue import pump
from local.schedule import repeating
from local.server import LocalServer
from tests.api import Answer, Api

WORKERS = 2
PUMP_SECONDS, SWEEP_SECONDS = 0.05, 0.5
PATIENCE = 30.0
"""Seconds until a response counts as lost."""
LONGEST_DELAY = 0.004
SWITCH_SECONDS = 0.0005
"""The switch interval of threads: a tenth of the default, so that calls interleave more often."""


class Served(Api):
    """The application over sockets, a connection for each thread."""

    def __init__(self, aws: Aws, port: int) -> None:
        super().__init__({}, aws)
        self.world = build_world({}, aws=aws)  # uses the machine's clock, as the fake one is not thread-safe
        self.app = build_app(world=self.world)
        self._port = port
        self._own = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        connection = self._connection()
        connection.request(method, target, body or None, dict(headers))
        response = connection.getresponse()
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            header_names=[name for name, _ in response.getheaders()],
            body=response.read(),
        )

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            self._connections.append(self._own.connection)
        connection: http.client.HTTPConnection = self._own.connection
        return connection

    def work(self) -> None:
        """Do nothing: the workers are running."""

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


@contextmanager
def served(aws: Aws) -> Iterator[Served]:
    """The server with workers and sweeps, as in `python -m local`."""
    with ExitStack() as stack:
        server = stack.enter_context(LocalServer(0))
        api = Served(aws, server.port)
        stack.callback(api.close)
        for _ in range(WORKERS):
            stack.enter_context(repeating(lambda: pump(api.world), PUMP_SECONDS, eagerly=True))
        stack.enter_context(repeating(api.world.reaper.sweep, SWEEP_SECONDS))
        most = api.world.settings.limits.inline_bytes
        stack.enter_context(server.serving(api.app, Router(api.app.routes), most))
        yield api


@contextmanager
def delays(aws: Aws, rng: random.Random) -> Iterator[None]:
    """Delay some DynamoDB calls, and switch threads often, so that requests interleave."""

    def wait(**_: Any) -> None:
        if rng.random() < 0.5:
            time.sleep(rng.uniform(0, LONGEST_DELAY))

    events, usual = aws.dynamodb.client.meta.events, sys.getswitchinterval()
    events.register_first("before-send.dynamodb", wait)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        events.unregister("before-send.dynamodb", wait)
