"""Services over HTTP, as the commands speak to them: requests that either succeed or end in one readable error."""

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
"""Bytes of a body that are read and sent at once."""
SAID = re.compile(r"<(Message|title)>(.*?)</\1>", re.DOTALL)
CONNECTION = re.compile(r"^HTTPS?Connection(Pool)?\([^)]*\): ")
"""What urllib3 begins its reasons with."""

Body = bytes | BinaryIO | Iterable[bytes]


class Closed(Exception):
    """Nobody wants to know any more; no error of the service's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether this is what a proxy, or a server of something else, shows to browsers."""
        return bool(self.body) and self.headers.get("content-type", "").startswith("text/html")

    @property
    def json(self) -> Any:
        """The document in the body. Raises ServiceError."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ServiceError("the service answers with something that is not JSON") from error


@dataclass(frozen=True, slots=True)
class Hints:
    """What to do if a service does not know who asks, or does not answer."""

    unknown: str = ""
    unreachable: str = ""


class Service:
    """A service below a URL, spoken to with the same headers every time. It may be used by several threads."""

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
        """Break off the answers that are being read; whoever asks for anything more gets Closed."""
        self._closed.set()
        for answer in tuple(self._answers):
            with suppress(OSError, ValueError, RuntimeError):  # it has just come to its end
                answer.shutdown()
        self._pool.clear()

    def pause(self, seconds: float) -> None:
        """Wait. Raises Closed if the service is closed meanwhile."""
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
        """Send a request and read the whole answer. Raises ServiceError unless its status is 2xx."""
        given = dict(headers or {})
        if document is not None:
            body, given = json.dumps(document).encode(), {"Content-Type": "application/json", **given}
        with self._advised():
            answer = self.send(method, self._url(path, query), {**self._headers, **given}, body)
            if answer.is_page:
                raise Foreign(f"{_host(self.url)} answers with a page for browsers")
            return answer

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body | None = None) -> Answer:
        """A request to any URL, such as a presigned one, with these headers and no others. Raises ServiceError."""
        with self._open(method, url, headers, body) as response:
            answer = Answer(response.status, _lower(response.headers), response.data)
        if self._trace is not None:
            self._trace.read(answer.headers, answer.body)
        return _checked(answer)

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str] | None = None) -> Iterator[urllib3.BaseHTTPResponse]:
        """GET, with the body to be read in pieces. A redirect is followed without our credentials."""
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
        """Inside, what the service itself is asked, and errors say what to do."""
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
        if isinstance(body, bytes):  # in blocks, or all of it would have to leave within the time that one may take
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
            response.close()  # a connection whose answer was read to its end is back in the pool by now


@contextmanager
def _readable(url: str, *errors: type[Exception]) -> Iterator[None]:
    """Inside, these errors are the service's: what its user's files do while an answer is read, is not."""
    try:
        yield
    except errors as error:
        raise Unreachable(f"{_host(url)} does not answer: {_reason(error)}") from error


def _host(url: str) -> str:
    """Where a URL leads, and nothing else of it: the rest may hold secrets."""
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
    """What an error body says, whichever of the dialects' shapes it has."""
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
    """What a page, or a document of S3's, says: its words alone, as what stands beside them may be a signature."""
    text = answer.body.decode("utf-8", "replace")
    said = SAID.search(text)
    said_plainly = "" if "<" in text else text.strip()
    return (said[2] if said else said_plainly) or _phrase(answer)


def _phrase(answer: Answer) -> str:
    return responses.get(answer.status, "no reason given")


def _reason(error: Exception) -> str:
    reason = str(error.args[-1]) if error.args else type(error).__name__
    return CONNECTION.sub("", reason)
