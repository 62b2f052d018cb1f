"""The HTTP client of the commands: a request succeeds or raises an error that fits in one line."""

import io
import json
import re
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import responses
from typing import Any, BinaryIO
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from rosetta.debug import Trace
from rosetta.errors import Foreign, ServiceError, Unreachable

TIMEOUT = urllib3.Timeout(connect=10, read=60)
REDIRECTS = (301, 302, 303, 307, 308)
BLOCK = 65536
"""Bytes of a body that are read or sent at a time."""
SAID = re.compile(r"<(Message|title)>(.*?)</\1>", re.DOTALL)
CONNECTION = re.compile(r"^HTTPS?Connection(Pool)?\([^)]*\): ")
"""The prefix of urllib3's reasons."""

Body = bytes | BinaryIO | Iterable[bytes]


class Closed(Exception):
    """The service was closed by the caller; not an error of the service."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether this is a page for browsers, as a proxy or another server sends."""
        return bool(self.body) and self.headers.get("content-type", "").startswith("text/html")

    @property
    def json(self) -> Any:
        """Parse the body. Raises ServiceError."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ServiceError("unexpected response (expected: JSON)") from error


@dataclass(frozen=True, slots=True)
class Hints:
    """Hints for the user: the service rejects the credentials, or does not answer."""

    unknown: str = ""
    unreachable: str = ""


class Service:
    """A service at a URL, with the same headers for each request. Thread-safe."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        connections: int = 8,
        *,
        hints: Hints = Hints(),  # frozen
        trace: Trace | None = None,
    ) -> None:
        _check_url(url)
        self._hints = hints
        self._trace = trace
        self.url = url.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._pool = urllib3.PoolManager(maxsize=connections, timeout=TIMEOUT, retries=False, blocksize=BLOCK)
        self._closed = threading.Event()
        self._answers: set[urllib3.BaseHTTPResponse] = set()

    def close(self) -> None:
        """Interrupt responses that are being read; any further request raises Closed."""
        self._closed.set()
        for answer in tuple(self._answers):
            with suppress(OSError, ValueError, RuntimeError):  # it has just been read to the end
                answer.shutdown()
        self._pool.clear()

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Closed if the service is closed meanwhile."""
        self._closed.wait(seconds)
        self._check_open()

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise Closed

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        document: Any = None,
        body: Body | None = None,
    ) -> Answer:
        """Send a request and read the whole response. Raises ServiceError unless its status is 2xx."""
        given = dict(headers or {})
        if document is not None:
            body, given = json.dumps(document).encode(), {"Content-Type": "application/json", **given}
        with self._advised():
            answer = self.send(method, self._url(path, query), {**self._headers, **given}, body)
            if answer.is_page:
                raise Foreign(f"{_host(self.url)} answers with a page for browsers")
            return answer

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body | None = None) -> Answer:
        """Send a request to any URL, e.g. a presigned one, with only these headers. Raises ServiceError."""
        with self._open(method, url, headers, body) as response:
            answer = Answer(response.status, _lower(response.headers), response.data)
        if self._trace is not None:
            self._trace.read(answer.headers, answer.body)
        return _checked(answer)

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str] | None = None) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send a GET, whose body the caller reads. Redirects are followed without our credentials."""
        ours = {**self._headers, **(headers or {})}
        with self._advised(), self._open("GET", self._url(path, None), ours, None) as response:
            if response.status not in REDIRECTS:
                yield _open_checked(response)
                return
            target = urljoin(self._url(path, None), response.headers.get("Location", ""))
        with self._open("GET", target, headers or {}, None) as response:
            yield _open_checked(response)

    @contextmanager
    def _advised(self) -> Iterator[None]:
        """Add the hints to errors of requests to the service itself."""
        try:
            yield
        except ServiceError as error:
            if error.status == 401:
                error.hint = self._hints.unknown
            elif isinstance(error, Unreachable | Foreign):
                error.hint = self._hints.unreachable
            raise

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        return f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")

    @contextmanager
    def _open(
        self, method: str, url: str, headers: Mapping[str, str], body: Body | None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        self._check_open()
        if self._trace is not None:
            self._trace.asked(method, url, headers, body)
        if isinstance(body, bytes):  # in blocks: the timeout applies to each of them, not to the whole body
            headers = {**headers, "Content-Length": str(len(body))}
            body = io.BytesIO(body)
        with _readable(url, HTTPError, OSError, ssl.SSLError):
            response = self._pool.request(
                method, url, headers=headers, body=body, redirect=False, preload_content=False
            )
        self._answers.add(response)
        if self._trace is not None:
            self._trace.answered(response.status, response.headers)
        try:
            self._check_open()
            with _readable(url, HTTPError):
                yield response
        finally:
            self._answers.discard(response)
            response.close()  # a connection whose response was read completely is back in the pool by now


@contextmanager
def _readable(url: str, *errors: type[Exception]) -> Iterator[None]:
    """Convert network errors to ServiceError. Do not wrap code that writes the user's files."""
    try:
        yield
    except errors as error:
        raise Unreachable(f"{_host(url)} does not answer: {_reason(error)}") from error


def _host(url: str) -> str:
    """The host of a URL. The rest is not shown, as it may contain secrets."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ServiceError("not a valid http:// or https:// URL")


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _open_checked(response: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    if not 200 <= response.status < 300:
        _checked(Answer(response.status, _lower(response.headers), response.data))
    return response


def _checked(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        kind = Foreign if answer.is_page else ServiceError
        raise kind(f"{answer.status}: {_message(answer)}", answer.status)
    return answer


def _message(answer: Answer) -> str:
    """The message of an error body in any dialect's shape."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return _text(answer)
    fields = document.get("fields") if isinstance(document, dict) else None
    while isinstance(document, dict):
        inner = [document[key] for key in ("error", "message", "full_messages", "reason") if key in document]
        if not inner:
            break
        document = inner[0]
    said = (document if isinstance(document, str) else json.dumps(document)) or _phrase(answer)
    return f"{said}: {json.dumps(fields)}" if fields else said


def _text(answer: Answer) -> str:
    """The message of an HTML page or of S3's XML, without other elements, which may contain a signature."""
    text = answer.body.decode("utf-8", "replace")
    said = SAID.search(text)
    said_plainly = "" if "<" in text else text.strip()
    return (said[2] if said else said_plainly) or _phrase(answer)


def _phrase(answer: Answer) -> str:
    return responses.get(answer.status, "no reason given")


def _reason(error: Exception) -> str:
    reason = str(error.args[-1]) if error.args else type(error).__name__
    return CONNECTION.sub("", reason)
