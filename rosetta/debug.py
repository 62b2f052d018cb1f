"""`--debug`: log requests and responses to stderr, with secrets masked."""

import json
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from rosetta.console import say

MASK = "***"
SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|password|signature", re.IGNORECASE)
SECRET_FIELD = re.compile(r"secret|password|token|authorization|signature|credential|key$|^sig$", re.IGNORECASE)
"""Names of secret fields in documents and of secret query parameters."""
ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
ENCODED_QUERY = "%3F"
QUERY = re.compile(r"([^&=?#]+)=([^&#]*)")
LONGEST = 4000
"""Characters of a body that are shown."""


class Trace:
    """Logs requests and responses. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def asked(self, method: str, url: str, headers: Mapping[str, str], body: object) -> None:
        """Log a request before it is sent; JSON bodies are shown, others only by size."""
        said = shown_body(headers, body) if isinstance(body, bytes) else "" if body is None else "(bytes)"
        self._show(">", f"{method} {masked_url(url)}", headers, said)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Log the status and headers of a response."""
        self._show("<", str(status), headers, "")

    def read(self, headers: Mapping[str, str], body: bytes) -> None:
        """Log the body of a response."""
        self._show("<", shown_body(headers, body), {}, "")

    def _show(self, mark: str, first: str, headers: Mapping[str, str], last: str) -> None:
        lines = [first, *(f"{name}: {masked_header(name, value)}" for name, value in headers.items()), last]
        with self._lock:
            for line in filter(None, lines):
                say(f"{mark} {line}")


def masked_header(name: str, value: str) -> str:
    """The value of a header with secrets masked."""
    if SECRET_HEADER.search(name):
        return MASK
    return masked_text(unquote(value) if ENCODED_QUERY in value.upper() else value)


def masked_text(text: str) -> str:
    """A text with the secrets in its URLs masked."""
    return ADDRESS.sub(lambda found: masked_url(found[0]), text)


def masked_url(url: str) -> str:
    """A URL with credentials and signatures masked; one that cannot be parsed is masked entirely."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    host = f"{MASK}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    query = QUERY.sub(lambda found: f"{found[1]}={MASK if SECRET_FIELD.search(found[1]) else found[2]}", parts.query)
    return urlunsplit(parts._replace(netloc=host, query=query, fragment=""))


def shown_body(headers: Mapping[str, str], body: bytes) -> str:
    """A JSON document with secrets masked; the size of any other body."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if "json" not in kind:
        return f"({len(body)} bytes)" if body else ""
    try:
        return json.dumps(masked_document(json.loads(body)), ensure_ascii=False)[:LONGEST]
    except ValueError:
        return f"({len(body)} bytes, not JSON)"


def masked_document(document: Any) -> Any:
    """A document with secrets and the signatures of its URLs masked."""
    if isinstance(document, dict):
        return {name: _masked_field(name, value) for name, value in document.items()}
    if isinstance(document, list):
        return [masked_document(each) for each in document]
    return masked_text(document) if isinstance(document, str) else document


def _masked_field(name: str, value: Any) -> Any:
    is_secret = SECRET_FIELD.search(name) is not None and isinstance(value, str | int | float)
    return MASK if is_secret and not isinstance(value, bool) else masked_document(value)
