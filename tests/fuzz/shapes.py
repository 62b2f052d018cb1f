"""The rules for all responses, and the shape of each dialect's errors (the section on errors of its page)."""

import gzip
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tests.fuzz.exchange import Got, Sent

MAX_HEADER_BYTES = 10_240
"""API Gateway's limit; longer headers cause an error of API Gateway's."""
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
BODILESS = frozenset({204, 304})

OAUTH_ERRORS = {
    400: ("invalid_request", "unsupported_grant_type"),
    401: ("invalid_client",),
    405: ("invalid_request",),
}

Shape = Callable[[Sent, Got], None]

SCALEWAY_TYPES = {
    400: "invalid_request_error",
    401: "invalid_auth",
    403: "authorization_required",
    404: "unknown_resource",
    405: "405",
    415: "invalid_request_error",
    500: "api_error",
}
QINGCLOUD_CODES = {
    400: (1100, "InvalidRequestFormat"),
    401: (1200, "AuthFailure"),
    403: (1400, "PermissionDenied"),
    404: (2100, "ResourceNotFound"),
    405: (1101, "InvalidMethod"),
    409: (1400, "PermissionDenied"),
    413: (1100, "InvalidRequestFormat"),
    429: (2500, "QuotaExceeded"),
    500: (5000, "InternalError"),
    503: (5100, "ServerBusy"),
}


def check(sent: Sent, got: Got) -> None:
    """Assert that this is a proper response, and that an error has the shape of the dialect."""
    assert got.status < 500
    check_headers(got)
    check_body(sent, got)
    if got.status >= 400:
        if got.status == HTTPStatus.METHOD_NOT_ALLOWED:
            assert got.headers["allow"]
        check_always(sent, got)
        if sent.method != "HEAD":
            REFUSALS[sent.dialect](sent, got)


def check_headers(got: Got) -> None:
    """Assert that API Gateway can send the headers: valid, and not too long."""
    for name, value in got.headers.items():
        assert TOKEN.fullmatch(name)
        assert not CONTROLS.search(value)
        assert value.isascii()
    assert sum(len(f"{name}: {value}\r\n") for name, value in got.headers.items()) < MAX_HEADER_BYTES


def check_body(sent: Sent, got: Got) -> None:
    """Assert that the body matches its media type, and is absent where the response cannot have one."""
    if sent.method == "HEAD" or got.status in BODILESS:
        assert got.body == b""
        return
    match got.media_type:
        case "application/json":
            assert isinstance(got.document, dict | list)
        case "text/html" | "text/plain" | "text/javascript":
            plain = gzip.decompress(got.body) if "content-encoding" in got.headers else got.body
            plain.decode()
        case other:
            assert other == "application/octet-stream"


def check_always(sent: Sent, got: Got) -> None:
    """Assert the headers that each error of the dialect must have."""
    if sent.dialect == "foreman":
        assert got.headers["apipie-checksum"]
        assert got.headers["content-type"] == "application/json; charset=utf-8"
    if sent.dialect in ("glance_v1", "glance_v2"):
        assert re.fullmatch(r"req-\S.*", got.headers["x-openstack-request-id"])


def _scaleway(_sent: Sent, got: Got) -> None:
    assert got.media_type == "application/json"
    document = got.document
    assert document.keys() <= {"type", "message", "fields"}
    assert is_text(document["message"])
    assert is_text(document["type"])
    assert document["type"] == SCALEWAY_TYPES.get(got.status, document["type"])
    notes = document.get("fields", {})
    assert not notes or got.status == 400
    assert all(isinstance(texts, list) and texts and all(map(is_text, texts)) for texts in notes.values())


def _foreman(_sent: Sent, got: Got) -> None:
    document = got.document
    error = document["error"]
    if isinstance(error, str):
        # Malformed JSON, and unknown paths (Foreman's wire §8.6 and §8.8).
        assert got.status in {400, 404}
        assert document == {"status": got.status, "error": error}
        assert error
    elif "errors" in error:
        assert got.status == 422
        assert error.keys() == {"id", "errors", "full_messages"}
        assert error["id"] is None or type(error["id"]) is int
        assert all(map(is_text, error["full_messages"]))
        assert all(isinstance(texts, list) and all(map(is_text, texts)) for texts in error["errors"].values())
        assert error["errors"]
    else:
        assert document.keys() == {"error"}
        assert is_text(error["message"])


def _glance(sent: Sent, got: Got) -> None:
    """HTML, text or JSON, depending on `Accept`; JSON is never flat, as clients fail at that (Glance v1's wire §6)."""
    accept, title = sent.header("accept"), f"{got.status} {HTTPStatus(got.status).phrase}"
    if "*/*" in accept or "text/html" in accept:
        assert got.headers["content-type"] == "text/html; charset=UTF-8"
        page = got.body.decode()
        assert f"<title>{title}</title>" in page
        assert not re.search("<(?!/?(html|head|title|body|h1|br /)>)", page)
    elif "application/json" in accept:
        assert got.media_type == "application/json"
        assert got.document.keys() == {"error"}
        error = got.document["error"]
        assert (error["code"], error["title"]) == (got.status, HTTPStatus(got.status).phrase)
        assert is_text(error["message"])
    else:
        assert got.headers["content-type"] == "text/plain; charset=UTF-8"
        assert got.body.decode().startswith(f"{title}\n\n")


def _qingcloud(sent: Sent, got: Got) -> None:
    assert got.media_type == "application/json"
    document = got.document
    if sent.signs_in:
        assert document.keys() == {"error", "error_description"}
        assert document["error"] in OAUTH_ERRORS[got.status]
        assert is_text(document["error_description"])
        return
    number, name = QINGCLOUD_CODES[got.status]
    assert type(document["ret_code"]) is int
    assert (document["ret_code"], document["code"]) == (number, str(number))
    assert document["message"].startswith(f"{name}, ")
    assert isinstance(document.get("detail", ""), str)
    assert isinstance(document.get("request_id", ""), str)


def _devops_service(sent: Sent, got: Got) -> None:
    _documentation(sent, got)
    if got.status == HTTPStatus.UNAUTHORIZED:
        assert got.headers["www-authenticate"].startswith("Basic ")


def _nested(_sent: Sent, got: Got) -> None:
    assert got.media_type == "application/json"
    assert got.document.keys() == {"error"}
    error = got.document["error"]
    assert (error["code"], error["title"]) == (got.status, HTTPStatus(got.status).phrase)
    assert is_text(error["message"])
    if got.status == HTTPStatus.UNAUTHORIZED:
        assert got.headers["www-authenticate"].startswith("Keystone uri=")


def _documentation(_sent: Sent, got: Got) -> None:
    assert got.media_type == "application/json"
    assert got.document.keys() == {"message"}
    assert is_text(got.document["message"])


def is_text(value: Any) -> bool:
    """Whether this is a text that is not blank."""
    return isinstance(value, str) and bool(value)


REFUSALS: dict[str, Shape] = {
    "scaleway": _scaleway,
    "foreman": _foreman,
    "glance_v1": _glance,
    "qingcloud": _qingcloud,
    "devops_service": _devops_service,
    "glance_v2": _nested,
    "keystone": _nested,
    "documentation": _documentation,
    "health": _documentation,
}
