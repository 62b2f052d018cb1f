"""Keystone v3 over HTTP: the registry signs in, and asks whose a token is."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import IdentitiesUnavailable
from chalicelib.catalog.ports import Clock
from chalicelib.storage import trust

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

TOKEN = re.compile("[!-~]{1,4096}")
"""What can be a token: visible ASCII, and no longer than servers take a header."""
LONGEST_ANSWER = 1 << 20
PIECE = 1 << 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(seconds=60)
"""How long before its end the registry's own token is replaced."""
PAUSE = timedelta(seconds=10)
"""After credentials were refused: more attempts might lock the user out of Keystone."""
REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
BUSY_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Patience(NamedTuple):
    """Seconds for connecting, for an answer, and for one caller, all attempts together.

    That leaves time to say so within API Gateway's 29 seconds.
    """

    connect: float = 2.0
    read: float = 5.0
    whole: float = 20.0


class Login(NamedTuple):
    """A user with its password and project; without a project, the id and the secret of an application credential."""

    name: str
    secret: str
    project: str | None = None
    user_domain: str = "Default"
    project_domain: str = "Default"

    def __repr__(self) -> str:
        """The name, which is no secret."""
        return f"Login({self.name!r})"


class Reply(NamedTuple):
    """An answer of Keystone's; a redirect is one, and leads nowhere."""

    status: int
    token: str | None
    body: bytes

    def __repr__(self) -> str:
        """The status alone."""
        return f"Reply({self.status})"


class Refusal(Exception):
    """An answer that is not the expected one, in the form in which the log tells of AWS's: `GET 403`."""

    def __init__(self, expected: HTTPStatus, status: int) -> None:
        code = f"{'POST' if expected is HTTPStatus.CREATED else 'GET'} {status}"
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


PATIENCE = Patience()


class KeystoneService:
    """One Keystone; any number of threads may ask it. Connections and the registry's own token are kept."""

    def __init__(
        self, url: str, login: Login, ca_file: str | None, clock: Clock, patience: Patience = PATIENCE
    ) -> None:
        """`url` is that of the service, with or without its version; `ca_file` says whose certificates are believed,
        those that botocore believes if it is None. Nothing is sent yet.
        """
        self._url = f"{url.rstrip('/').removesuffix('/v3')}/v3/auth/tokens"
        self._login, self._ca_file, self._clock = login, ca_file, clock
        self._patience, self._lock = patience, Lock()
        self._own: str | None = None
        self._ends = self._refused_until = EPOCH

    def validate(self, secret: str) -> dict[str, Any] | None:
        """What Keystone says of a token, as JSON has it; None if it knows no such token, or not any more.

        What cannot be a token is not sent. Raises IdentitiesUnavailable.
        """
        if not TOKEN.fullmatch(secret):
            return None
        end = time.monotonic() + self._patience.whole
        own = self._signed_in(end)
        reply = self._asked_twice(secret, own, end)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            self._forget(own)
            reply = self._asked_twice(secret, self._signed_in(end), end)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        return _document(reply, HTTPStatus.OK)

    def _asked_twice(self, secret: str, own: str, end: float) -> Reply:
        """The answer to a question about a token, which is asked again if the first attempt fails."""
        headers = {"X-Auth-Token": own, "X-Subject-Token": secret}
        try:
            reply = self._sent("GET", headers, None, end)
        except IdentitiesUnavailable:
            return self._sent("GET", headers, None, end)
        is_failing = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return self._sent("GET", headers, None, end) if is_failing else reply

    def _signed_in(self, end: float) -> str:
        """The registry's own token; those who come while it is being replaced wait for the new one."""
        with self._lock:
            now = self._clock.now()
            if now < self._refused_until:
                raise IdentitiesUnavailable(Outage.REFUSED)
            if self._own is None or now + MARGIN >= self._ends:
                self._own, self._ends = self._sign_in(now, end)
            return self._own

    def _sign_in(self, now: datetime, end: float) -> tuple[str, datetime]:
        """A new token, and when it ends."""
        reply = self._sent("POST", {"Content-Type": "application/json"}, _request_of(self._login), end)
        if reply.status in REFUSED:
            self._refused_until = now + PAUSE
        document = _document(reply, HTTPStatus.CREATED)
        if reply.token is None or not TOKEN.fullmatch(reply.token):
            raise IdentitiesUnavailable(Outage.FAILING)
        with making_sense():
            return reply.token, instant(document["token"]["expires_at"])

    def _forget(self, own: str) -> None:
        """Sign in anew next time, unless somebody else has done that."""
        with self._lock:
            if self._own == own:
                self._own = None

    def _sent(self, method: str, headers: Mapping[str, str], body: bytes | None, end: float) -> Reply:
        """What one request is answered. Raises IdentitiesUnavailable, unless that is anything that HTTP can say."""
        import urllib3  # noqa: PLC0415  # slow, and only callers with tokens of others need it

        connect, read, left = self._patience.connect, self._patience.read, end - time.monotonic()
        if left <= 0:
            raise IdentitiesUnavailable(Outage.TIMED_OUT)
        try:
            response = self._connections.request(
                method,
                self._url if body else f"{self._url}?nocatalog",
                body=body,
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                timeout=urllib3.Timeout(connect=min(connect, left), read=min(read, left)),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            with closing(response):
                return Reply(response.status, response.headers.get("X-Subject-Token"), _read(response, end))
        except urllib3.exceptions.NewConnectionError as error:  # which is a TimeoutError as well
            raise IdentitiesUnavailable(Outage.UNREACHABLE) from error
        except urllib3.exceptions.TimeoutError as error:
            raise IdentitiesUnavailable(Outage.TIMED_OUT) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise IdentitiesUnavailable(Outage.UNREACHABLE) from error

    @cached_property
    def _connections(self) -> "PoolManager":
        import urllib3  # noqa: PLC0415  # as above

        return urllib3.PoolManager(num_pools=1, maxsize=8, ssl_context=trust.roots(self._ca_file))


@contextmanager
def making_sense() -> Iterator[None]:
    """Have an answer that lacks something, or has it in another shape, count as an outage."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise IdentitiesUnavailable(Outage.FAILING) from error


def instant(text: str) -> datetime:
    """`2026-11-30T12:00:00.000000Z` in UTC. Raises ValueError, ArithmeticError; TypeError for a time without a zone."""
    return EPOCH + (datetime.fromisoformat(text) - EPOCH)


def _document(reply: Reply, expected: HTTPStatus) -> dict[str, Any]:
    """What an answer of this status says. Raises IdentitiesUnavailable for any other."""
    if reply.status != expected:
        outage = (
            Outage.REFUSED
            if reply.status in REFUSED
            else Outage.BUSY
            if reply.status in BUSY_STATUSES
            else Outage.FAILING
        )
        raise IdentitiesUnavailable(outage) from Refusal(expected, reply.status)
    with making_sense():
        found = json.loads(reply.body)
        if not isinstance(found, dict):
            raise TypeError("no object")
        return found


def _request_of(login: Login) -> bytes:
    """The body by which a login signs in."""
    if login.project is None:
        credential = {"id": login.name, "secret": login.secret}
        auth: dict[str, Any] = {
            "identity": {"methods": ["application_credential"], "application_credential": credential}
        }
    else:
        user = {"name": login.name, "domain": {"name": login.user_domain}, "password": login.secret}
        project = {"name": login.project, "domain": {"name": login.project_domain}}
        auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
    return json.dumps({"auth": auth}).encode()


def _read(response: "BaseHTTPResponse", end: float) -> bytes:
    """The content. Raises IdentitiesUnavailable if it is too long, or takes too long."""
    content = bytearray()
    while piece := response.read1(PIECE):
        content += piece
        if len(content) > LONGEST_ANSWER:
            raise IdentitiesUnavailable(Outage.FAILING)
        if time.monotonic() > end:
            raise IdentitiesUnavailable(Outage.TIMED_OUT)
    return bytes(content)
