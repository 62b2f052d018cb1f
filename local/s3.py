"""Checks that S3 makes and moto does not: signatures of links, and digests of bodies."""

import base64
import binascii
import hashlib
import hmac
import html
import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

SIGNATURE = "X-Amz-Signature"
UNSIGNED = ("x-amz-content-sha256",)
"""AWS headers that need not be signed."""
DIGESTS: Mapping[str, Callable[[bytes], bytes]] = {
    "content-md5": lambda content: hashlib.md5(content, usedforsecurity=False).digest(),
    "x-amz-checksum-crc32": lambda content: zlib.crc32(content).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda content: hashlib.sha256(content).digest(),
}
"""Headers with a base64 digest of the body, and how to compute it."""


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher; moto loses bodies that are labelled as forms, as curl's `--data-binary` does by default."""

    def _get_body(self, environ: dict[str, Any]) -> str | None:
        if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            return None
        try:
            return read(environ).decode() or None
        except UnicodeDecodeError:
            return None


class Refused(Exception):
    """An error of S3."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def answer(self, start_response: Any) -> Iterable[bytes]:
        """The error as S3's XML."""
        body = (
            f"<Error><Code>{self.code}</Code><Message>{html.escape(str(self), quote=False)}</Message></Error>".encode()
        )
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
        start_response(f"{self.status.value} {self.status.phrase}", headers)
        return [body]


def checked(app: WsgiApp, secrets: Mapping[str, str]) -> WsgiApp:
    """Wrap the app in S3's checks; `secrets` maps access keys to the secrets that may sign links."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "OPTIONS":  # CORS preflights are never signed
            return app(environ, start_response)
        try:
            check(environ, secrets, datetime.now(UTC))
        except Refused as refusal:
            return refusal.answer(start_response)
        return app(environ, start_response)

    return call


def check(environ: dict[str, Any], secrets: Mapping[str, str], now: datetime) -> None:
    """Raise Refused for an invalid or expired link, and for a body that does not match its digests."""
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    is_link = SIGNATURE in query
    if not is_link and "/s3/aws4_request" not in environ.get("HTTP_AUTHORIZATION", ""):
        return
    content = read(environ) if environ["REQUEST_METHOD"] == "PUT" else b""
    if is_link:
        _check_link(environ, query, secrets, now)
    if environ["REQUEST_METHOD"] == "PUT" and "aws-chunked" not in environ.get("HTTP_CONTENT_ENCODING", ""):
        _check_digests(environ, content)


def read(environ: dict[str, Any]) -> bytes:
    """Read the body, so that it can be read again. Raises Refused if the client disconnects."""
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    content: bytes = stream.read(int(length)) if length else stream.read() if _is_terminated(environ) else b""
    environ["wsgi.input"] = io.BytesIO(content)
    if length and len(content) < int(length):
        raise Refused(HTTPStatus.BAD_REQUEST, "IncompleteBody", "The request body terminated unexpectedly")
    return content


def _is_terminated(environ: Mapping[str, Any]) -> bool:
    """Whether a body without a length is chunked."""
    return bool(environ.get("wsgi.input_terminated"))


def _header(environ: Mapping[str, Any], name: str) -> str | None:
    key = name.upper().replace("-", "_")
    value: str | None = environ.get(key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}")
    return value


def _check_link(
    environ: Mapping[str, Any], query: Mapping[str, str], secrets: Mapping[str, str], now: datetime
) -> None:
    signed = query.get("X-Amz-SignedHeaders", "").split(";")
    own = [key[5:].lower().replace("_", "-") for key in environ if key.startswith("HTTP_X_AMZ_")]
    if set(own).difference(signed, UNSIGNED):
        message = "There were headers present in the request which were not signed"
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", message)
    key, _, scope = query.get("X-Amz-Credential", "").partition("/")
    if key not in secrets:
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise Refused(HTTPStatus.FORBIDDEN, "InvalidAccessKeyId", message)
    if _end(query) < now:
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", "Request has expired")
    region = scope.split("/")[1] if scope.count("/") == 3 else ""
    expected = _signature(environ, query, signed, Credentials(key, secrets[key]), region)
    if not hmac.compare_digest(expected, query[SIGNATURE]):
        message = "The request signature we calculated does not match the signature you provided."
        raise Refused(HTTPStatus.FORBIDDEN, "SignatureDoesNotMatch", message)


def _end(query: Mapping[str, str]) -> datetime:
    try:
        began = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return began + timedelta(seconds=int(query["X-Amz-Expires"]))
    except (KeyError, ValueError) as error:
        message = "Query-string authentication version 4 requires X-Amz-Date and X-Amz-Expires"
        raise Refused(HTTPStatus.BAD_REQUEST, "AuthorizationQueryParametersError", message) from error


def _signature(
    environ: Mapping[str, Any], query: Mapping[str, str], signed: Iterable[str], credentials: Credentials, region: str
) -> str:
    """Compute the signature of a link to this request."""
    path = quote(unquote(urlsplit(environ["RAW_URI"]).path), safe="/-_.~")
    pairs = [
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items() if name != SIGNATURE
    ]
    headers = {name: value for name in signed if (value := _header(environ, name)) is not None}
    url = f"http://{environ['HTTP_HOST']}{path}?{'&'.join(pairs)}"
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, headers=headers)
    request.context["timestamp"] = query["X-Amz-Date"]
    signer = S3SigV4QueryAuth(credentials, "s3", region)
    signature: str = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return signature


def _check_digests(environ: Mapping[str, Any], content: bytes) -> None:
    for name, compute in DIGESTS.items():
        said = _header(environ, name)
        if said is None:
            continue
        found = compute(content)
        try:
            declared = base64.b64decode(said, validate=True)
        except binascii.Error:
            declared = b""
        what = name.removeprefix("x-amz-checksum-").removeprefix("content-").upper()
        if len(declared) != len(found):
            code = "InvalidDigest" if name == "content-md5" else "InvalidRequest"
            raise Refused(HTTPStatus.BAD_REQUEST, code, f"The {name} you specified is not valid.")
        if declared != found:
            message = f"The {what} you specified did not match what we received."
            raise Refused(HTTPStatus.BAD_REQUEST, "BadDigest", message)
