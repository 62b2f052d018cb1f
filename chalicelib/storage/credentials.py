"""Credentials of AWS: from the environment, or from what stands beside the function and gives new ones in time."""

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
"""The only places that botocore, too, tells a token without TLS: the machine itself, and those of ECS and EKS."""
FIXED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
"""Variables of credentials that nobody renews."""
ADVISORY_SECONDS, MANDATORY_SECONDS = 15 * 60, 10 * 60
"""How long before they end credentials are renewed by whoever comes first, and all others wait for that."""
RETRY_SECONDS = 10
"""How long after a failure the old ones are used without another try."""
ATTEMPTS, PAUSE_SECONDS, ANSWER_SECONDS = 3, 0.1, 2
OK = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Credentials(NamedTuple):
    """A key with its secret, and the token without which temporary ones do not count."""

    key: str
    secret: str
    token: str | None = None

    def __repr__(self) -> str:
        """The key, which is no secret."""
        return f"Credentials({self.key!r})"


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether `credentials_of` finds any."""
    if environ.get("AWS_ACCESS_KEY_ID"):
        return bool(environ.get("AWS_SECRET_ACCESS_KEY")) and all(_is_sendable(environ.get(name, "")) for name in FIXED)
    return re.fullmatch(CONTAINER, environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")) is not None


def credentials_of(environ: Mapping[str, str], clock: Callable[[], float] = time.time) -> Callable[[], Credentials]:
    """What tells the present credentials of an environment that `has_credentials`.

    It asks for them when they are first needed, and again before they end. Old ones serve as long as there are no new
    ones and they have not ended; then it raises CredentialRetrievalError. `clock` tells seconds since the epoch.
    """
    key = environ.get("AWS_ACCESS_KEY_ID")
    if not key:
        return _Renewed(environ, clock)
    token = environ.get("AWS_SECURITY_TOKEN") or environ.get("AWS_SESSION_TOKEN")
    found = Credentials(key, environ["AWS_SECRET_ACCESS_KEY"], token or None)
    return lambda: found


class _Renewed:
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
                if self._clock() >= self._due:  # nobody else has renewed them meanwhile
                    self._renew()
            finally:
                self._lock.release()
        return self._found

    def _renew(self) -> None:
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
    """New credentials, and when they end. Raises CredentialRetrievalError, which tells nothing of what was sent."""
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
    """With the token of the file, which somebody else writes anew, or that of the environment. Raises ValueError."""
    from pathlib import Path  # noqa: PLC0415  # as below

    file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(file).read_text("utf-8") if file else environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    if not _is_sendable(token):
        raise ValueError("no value of a header")
    return {"Accept": "application/json"} | ({"Authorization": token} if token else {})


def _answer(url: str, headers: dict[str, str]) -> bytes:
    """What a GET is answered, past all proxies. Raises OSError if that is anything but a 200."""
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415  # most processes do without
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
    """What the document says. Raises LookupError, TypeError, ValueError."""
    found = json.loads(answer)
    ends = (datetime.fromisoformat(found["Expiration"]) - EPOCH).total_seconds()
    if ends <= now:
        raise ValueError("they have ended already")
    credentials = Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
    if not all(map(_is_sendable, credentials)):
        raise ValueError("no values of headers")
    return credentials, ends


def _is_sendable(text: object) -> bool:
    """Whether a header may have it as its value, and nothing else comes of it."""
    return isinstance(text, str) and text.isascii() and text.isprintable()
