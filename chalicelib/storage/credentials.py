"""AWS credentials: from the environment, or from a container's endpoint, which rotates them (SnapStart uses it)."""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from botocore.exceptions import CredentialRetrievalError

CONTAINER = (
    r"http://(?:localhost|127(?:\.[0-9]{1,3}){3}|169\.254\.170\.(?:2|23)|\[::1\]|\[fd00:ec2::23\])(?::[0-9]{1,5})?/.*"
)
"""The only addresses to which botocore, too, sends a token without TLS: the machine itself, ECS's and EKS's."""
FIXED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
"""Variables of credentials that do not rotate."""
ADVISORY_SECONDS, MANDATORY_SECONDS = 15 * 60, 10 * 60
"""How long before credentials expire the first caller refreshes them, and then all others wait for that."""
RETRY_SECONDS = 10
"""How long after a failed refresh the old ones are used without another attempt."""
ATTEMPTS, PAUSE_SECONDS, ANSWER_SECONDS = 3, 0.1, 2
OK = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Credentials(NamedTuple):
    """An access key with its secret and, if it is temporary, its session token."""

    key: str
    secret: str
    token: str | None = None

    def __repr__(self) -> str:
        """Shows only the key, which is not secret."""
        return f"Credentials({self.key!r})"


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether `credentials_of` finds any."""
    if environ.get("AWS_ACCESS_KEY_ID"):
        return bool(environ.get("AWS_SECRET_ACCESS_KEY")) and all(_is_sendable(environ.get(name, "")) for name in FIXED)
    return re.fullmatch(CONTAINER, environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")) is not None


def credentials_of(environ: Mapping[str, str], clock: Callable[[], float] = time.time) -> Callable[[], Credentials]:
    """A function that returns the current credentials of an environment that `has_credentials`.

    It fetches them on first use, and again before they expire. If that fails the old ones are used until they expire;
    then it raises CredentialRetrievalError. `clock` returns seconds since the epoch.
    """
    key = environ.get("AWS_ACCESS_KEY_ID")
    if not key:
        return _Refreshable(environ, clock)
    token = environ.get("AWS_SECURITY_TOKEN") or environ.get("AWS_SESSION_TOKEN")
    found = Credentials(key, environ["AWS_SECRET_ACCESS_KEY"], token or None)
    return lambda: found


class _Refreshable:
    def __init__(self, environ: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._environ = environ
        self._clock = clock
        self._lock = Lock()
        self._found = Credentials("", "")
        self._ends = self._due = float("-inf")

    def __call__(self) -> Credentials:
        now = self._clock()
        if now >= self._due and self._lock.acquire(blocking=now > self._ends - MANDATORY_SECONDS):
            try:
                if self._clock() >= self._due:  # no other thread has refreshed them meanwhile
                    self._refresh()
            finally:
                self._lock.release()
        return self._found

    def _refresh(self) -> None:
        try:
            self._found, self._ends = _fetched(self._environ, self._clock)
            self._due = self._ends - ADVISORY_SECONDS
        except CredentialRetrievalError:
            now = self._clock()
            if now >= self._ends:
                raise
            self._due = min(now + RETRY_SECONDS, self._ends)


def _fetched(
    environ: Mapping[str, str], clock: Callable[[], float], attempts: int = ATTEMPTS
) -> tuple[Credentials, float]:
    """New credentials, and when they expire. Raises CredentialRetrievalError, without anything that was sent."""
    try:
        return _read(_answer(environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], _headers(environ)), clock())
    except OSError as error:
        failure = str(error)
    except (LookupError, TypeError, ValueError) as error:
        failure = type(error).__name__
    if attempts == 1:
        raise CredentialRetrievalError(provider="container-role", error_msg=failure)
    time.sleep(PAUSE_SECONDS)
    return _fetched(environ, clock, attempts - 1)


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    """Headers with the token from the file, which is rotated, or from the environment. Raises ValueError."""
    from pathlib import Path  # noqa: PLC0415  # as below

    file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(file).read_text("utf-8") if file else environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    if not _is_sendable(token):
        raise ValueError("not a header value")
    return {"Accept": "application/json"} | ({"Authorization": token} if token else {})


def _answer(url: str, headers: dict[str, str]) -> bytes:
    """The body of the response to a GET, without proxies. Raises OSError unless its status is 200."""
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415  # most processes do not need it
    from urllib.parse import urlsplit  # noqa: PLC0415  # as above

    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="").geturl(), headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    except HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()
    if answer.status != OK:
        raise OSError(f"HTTP {answer.status}")
    return content


def _read(answer: bytes, now: float) -> tuple[Credentials, float]:
    """The credentials in a document, and when they expire. Raises LookupError, TypeError, ValueError."""
    found = json.loads(answer)
    ends = (datetime.fromisoformat(found["Expiration"]) - EPOCH).total_seconds()
    if ends <= now:
        raise ValueError("they have expired already")
    credentials = Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
    if not all(map(_is_sendable, credentials)):
        raise ValueError("not header values")
    return credentials, ends


def _is_sendable(text: object) -> bool:
    """Whether a text is safe as the value of a header."""
    return isinstance(text, str) and text.isascii() and text.isprintable()
