"""A client of Keystone v3: the registry logs in, and validates tokens."""

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
"""The form of a token: visible ASCII, and no longer than servers accept a header."""
LONGEST_ANSWER = 1 << 20
PIECE = 1 << 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(seconds=60)
"""How long before it expires the registry's own token is replaced."""
PAUSE = timedelta(seconds=10)
"""How long to wait after a failed login: more attempts might lock the user out of Keystone."""
REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
BUSY_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Timeouts(NamedTuple):
    """Seconds for connecting, for reading, and for one caller, all attempts together.

    An error can still be returned within API Gateway's 29 seconds.
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
        """Leaves out the secret."""
        return f"Login({self.name!r})"


class Reply(NamedTuple):
    """A response of Keystone; redirects are not followed."""

    status: int
    token: str | None
    body: bytes

    def __repr__(self) -> str:
        """Leaves out token and body."""
        return f"Reply({self.status})"


class UnexpectedStatus(Exception):
    """An unexpected status, in the form in which errors of AWS are logged: `GET 403`."""

    def __init__(self, expected: HTTPStatus, status: int) -> None:
        code = f"{'POST' if expected is HTTPStatus.CREATED else 'GET'} {status}"
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


DEFAULT_TIMEOUTS = Timeouts()


class KeystoneService:
    """A thread-safe client that keeps its connections and the registry's own token."""

    def __init__(
        self, url: str, login: Login, ca_file: str | None, clock: Clock, timeouts: Timeouts = DEFAULT_TIMEOUTS
    ) -> None:
        """`url` may end in the version. `ca_file` has the trusted certificates; None trusts those of botocore.

        Nothing is sent yet.
        """
        self._url = f"{url.rstrip('/').removesuffix('/v3')}/v3/auth/tokens"
        self._login, self._ca_file, self._clock = login, ca_file, clock
        self._timeouts, self._lock = timeouts, Lock()
        self._own: str | None = None
        self._ends = self._refused_until = EPOCH

    def validate(self, secret: str) -> dict[str, Any] | None:
        """Keystone's document about a token; None if it is unknown, expired or revoked.

        A secret without the form of a token is not sent. Raises IdentitiesUnavailable.
        """
        if not TOKEN.fullmatch(secret):
            return None
        end = time.monotonic() + self._timeouts.whole
        own = self._signed_in(end)
        reply = self._asked_twice(secret, own, end)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            self._forget(own)
            reply = self._asked_twice(secret, self._signed_in(end), end)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        return _document(reply, HTTPStatus.OK)

    def _asked_twice(self, secret: str, own: str, end: float) -> Reply:
        """The response about a token; a failed request is retried once."""
        headers = {"X-Auth-Token": own, "X-Subject-Token": secret}
        try:
            reply = self._sent("GET", headers, None, end)
        except IdentitiesUnavailable:
            return self._sent("GET", headers, None, end)
        is_failing = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return self._sent("GET", headers, None, end) if is_failing else reply

    def _signed_in(self, end: float) -> str:
        """The registry's own token; while one thread replaces it, the others wait."""
        with self._lock:
            now = self._clock.now()
            if now < self._refused_until:
                raise IdentitiesUnavailable(Outage.REFUSED)
            if self._own is None or now + MARGIN >= self._ends:
                self._own, self._ends = self._sign_in(now, end)
            return self._own

    def _sign_in(self, now: datetime, end: float) -> tuple[str, datetime]:
        """A new token, and when it expires."""
        reply = self._sent("POST", {"Content-Type": "application/json"}, _request_of(self._login), end)
        if reply.status in REFUSED:
            self._refused_until = now + PAUSE
        document = _document(reply, HTTPStatus.CREATED)
        if reply.token is None or not TOKEN.fullmatch(reply.token):
            raise IdentitiesUnavailable(Outage.FAILING)
        with outage_if_malformed():
            return reply.token, instant(document["token"]["expires_at"])

    def _forget(self, own: str) -> None:
        """Log in again next time, unless another thread has done so."""
        with self._lock:
            if self._own == own:
                self._own = None

    def _sent(self, method: str, headers: Mapping[str, str], body: bytes | None, end: float) -> Reply:
        """The response to one request, whatever its status. Raises IdentitiesUnavailable if there is none."""
        import urllib3  # noqa: PLC0415  # slow, and only needed for tokens of Keystone

        connect, read, left = self._timeouts.connect, self._timeouts.read, end - time.monotonic()
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
def outage_if_malformed() -> Iterator[None]:
    """Raise IdentitiesUnavailable for a malformed response."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise IdentitiesUnavailable(Outage.FAILING) from error


def instant(text: str) -> datetime:
    """`2026-11-30T12:00:00.000000Z` in UTC. Raises ValueError, ArithmeticError; TypeError for a time without a zone."""
    return EPOCH + (datetime.fromisoformat(text) - EPOCH)


def _document(reply: Reply, expected: HTTPStatus) -> dict[str, Any]:
    """The JSON object of a response with this status. Raises IdentitiesUnavailable for any other."""
    if reply.status != expected:
        outage = (
            Outage.REFUSED
            if reply.status in REFUSED
            else Outage.BUSY
            if reply.status in BUSY_STATUSES
            else Outage.FAILING
        )
        raise IdentitiesUnavailable(outage) from UnexpectedStatus(expected, reply.status)
    with outage_if_malformed():
        found = json.loads(reply.body)
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return found


def _request_of(login: Login) -> bytes:
    """The body of a login request."""
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
    """The body of a response. Raises IdentitiesUnavailable if it is too long, or takes too long."""
    content = bytearray()
    while piece := response.read1(PIECE):
        content += piece
        if len(content) > LONGEST_ANSWER:
            raise IdentitiesUnavailable(Outage.FAILING)
        if time.monotonic() > end:
            raise IdentitiesUnavailable(Outage.TIMED_OUT)
    return bytes(content)
