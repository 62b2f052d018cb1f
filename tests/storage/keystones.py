"""A fake Keystone on the loopback, with the tokens and the faults that a test adds."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.storage.keystone_service import Login
from tests.api import FakeClock
from tests.http_server import HttpServer, QuietHandler

USER = {"name": "rosetta", "domain": {"name": "Default"}, "password": "correct-horse"}
PROJECT = {"name": "service", "domain": {"name": "Default"}}
BY_PASSWORD = {"identity": {"methods": ["password"], "password": {"user": USER}}, "scope": {"project": PROJECT}}
CREDENTIAL = {"id": "credential-1", "secret": "battery-staple"}
BY_CREDENTIAL = {"identity": {"methods": ["application_credential"], "application_credential": CREDENTIAL}}
LOGIN = Login("rosetta", "correct-horse", "service")
CREDENTIAL_LOGIN = Login("credential-1", "battery-staple")
PATHS = ("/v3/auth/tokens", "/identity/v3/auth/tokens")
NOT_FOUND = {"error": {"code": 404, "title": "Not Found", "message": "Could not find token."}}


def a_token(*roles: str, **fields: Any) -> dict[str, Any]:
    """Keystone's document of a token of the user ann in the project p1, with these fields replaced.

    Fields that are None are omitted. `Keystone.know` adds the expiry.
    """
    token = {
        "methods": ["password"],
        "user": {"id": "u1", "name": "ann", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "p1", "name": "web", "domain": {"id": "default", "name": "Default"}},
        "is_domain": False,
        "roles": [{"id": f"id of {role}", "name": role} for role in roles],
        "issued_at": "2026-01-02T03:00:00.000000Z",
        **fields,
    }
    return {name: value for name, value in token.items() if value is not None}


@dataclass(frozen=True)
class Fault:
    """A faulty response. Without a status, the connection is closed; if `silent`, it stays open without a response."""

    status: int = 0
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    length: int | None = None
    drips: bool = False


@dataclass(frozen=True)
class Asked:
    """A request, and the number of its connection."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


class Keystone(HttpServer):
    """A fake Keystone with some `tokens`. Its `faults`, by method, are the responses to the next requests."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(_Tokens)
        self.clock = clock
        self.tokens: dict[str, Any] = {}
        self.lifetime = timedelta(hours=1)
        self.logins = [BY_PASSWORD, BY_CREDENTIAL]
        self.signed_in: list[str] = []
        self.faults: dict[str, list[Fault]] = {"GET": [], "POST": []}
        self.asked: list[Asked] = []
        self.connections = 0
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def end(self) -> str:
        """The expiry of a token that is issued now."""
        return f"{(self.clock.time + self.lifetime).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def know(self, secret: str, token: dict[str, Any]) -> str:
        """Add a token, and return its secret."""
        self.tokens[secret] = {"token": {"expires_at": self.end, **token}}
        return secret

    def fail(self, *faults: Fault, method: str = "GET") -> None:
        """Add faults to the next requests of a method."""
        self.faults[method] += faults

    def methods(self) -> list[str]:
        """The methods of the requests since the last call."""
        asked, self.asked = self.asked, []
        return [each.method for each in asked]

    def settings(self, **more: str) -> dict[str, str]:
        """The settings of an application that uses this Keystone."""
        names = ("KEYSTONE_URL", "KEYSTONE_USER", "KEYSTONE_PASSWORD", "KEYSTONE_PROJECT")
        return dict(zip(names, (self.url, *LOGIN[:2], "service"), strict=True)) | more


class _Tokens(QuietHandler):
    protocol_version = "HTTP/1.1"
    server: Keystone

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.connection_number = self.server.connections

    def handle_one(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        server.asked.append(Asked(self.command, self.path, dict(self.headers), body, self.connection_number))
        if server.faults[self.command]:
            self._fail(server.faults[self.command].pop(0))
        elif path not in PATHS:
            self._answer(404, NOT_FOUND)
        elif self.command == "POST":
            self._sign_in(json.loads(body)["auth"])
        elif self.headers["X-Auth-Token"] not in server.signed_in:
            self._answer(401, {"error": {"code": 401}})
        else:
            found = server.tokens.get(self.headers["X-Subject-Token"])
            self._answer(200 if found else 404, found or NOT_FOUND)

    do_GET = do_POST = handle_one

    def _sign_in(self, auth: dict[str, Any]) -> None:
        if auth not in self.server.logins:
            self._answer(401, {"error": {"code": 401}})
            return
        secret = f"own-{len(self.server.asked)}-{self.server.clock.time:%H%M%S}"
        self.server.signed_in.append(secret)
        self._answer(201, {"token": {"expires_at": self.server.end}}, {"X-Subject-Token": secret})

    def _fail(self, fault: Fault) -> None:
        if fault.silent:
            self.connection.settimeout(5)
            self.connection.recv(1)  # until the client gives up
            self.close_connection = True
        elif fault.status:
            self._send(fault.status, fault.body, fault.headers, fault.length, fault.drips)
        else:
            self.close_connection = True

    def _answer(self, status: int, document: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(document).encode(), headers or {}, None, drips=False)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], length: int | None, drips: bool) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) if length is None else length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = length is not None
        for piece in [body[at : at + 1] for at in range(len(body))] if drips else [body]:
            self.wfile.write(piece)
            if drips:
                time.sleep(0.05)


@contextmanager
def running_keystone(clock: FakeClock, certificate: Path | None = None) -> Iterator[Keystone]:
    """A Keystone that serves until the block ends, over TLS if there is a certificate."""
    with Keystone(clock) as server:
        if certificate is not None:
            server.use_tls(certificate)
            server.scheme = "https"
        with server.running():
            yield server
