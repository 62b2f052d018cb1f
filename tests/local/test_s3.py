"""The local AWS takes by a signed link what S3 takes, and refuses what S3 refuses."""

import base64
import hashlib
import http.client
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.config import Config
from moto.moto_server.werkzeug_app import create_backend_app

from local.environment import ACCESS_KEY, SECRET, SECRETS
from local.s3 import Dispatcher, Refused, check, checked, read
from tests.local.conftest import Start, ready
from tests.processes import PATIENCE

HOST = "127.0.0.1:5000"
CONTENT = b"\xff\xfe bytes that are no text & no=form \x00" * 10
UNPREFIXED = ("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Link(NamedTuple):
    """A signed link, and the headers that go with it."""

    url: str
    headers: Mapping[str, str]


def client(access_key: str = ACCESS_KEY, secret: str = SECRET) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}",
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4"),
    )


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def a_part(content: bytes = CONTENT, signer: Any = None, expires: int = 3600) -> Link:
    """A link for a part of a multipart upload, as the registry makes it."""
    headers = {"Content-MD5": digest(content), "Content-Length": str(len(content))}
    asked = {"Bucket": "images", "Key": "an image/é+~(1)", "UploadId": "u/+=", "PartNumber": 1}
    asked |= {"ContentMD5": headers["Content-MD5"], "ContentLength": len(content)}
    signed = (signer or client()).generate_presigned_url("upload_part", Params=asked, ExpiresIn=expires)
    return Link(signed, headers)


def environ(
    link: Link, content: bytes = CONTENT, method: str = "PUT", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The request as a server hands it on."""
    whole = urlsplit(link.url)
    sent = {"Host": HOST, "Content-Length": str(len(content)), **link.headers, **(headers or {})}
    named = {f"HTTP_{name}".upper().replace("-", "_"): value for name, value in sent.items()}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(whole.path),
        "QUERY_STRING": whole.query,
        "RAW_URI": f"{whole.path}?{whole.query}",
        "wsgi.input": BytesIO(content),
        **{name.removeprefix("HTTP_") if name in UNPREFIXED else name: value for name, value in named.items()},
    }


def refusal(made: dict[str, Any], after: int = 0) -> str | None:
    """The error code of a request that is sent `after` seconds from now; None if it is accepted."""
    try:
        check(made, SECRETS, datetime.now(UTC) + timedelta(seconds=after))
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "headers", [{}, FORM, {"Content-Type": "image/x", "Accept": "*/*"}], ids=["none", "form", "other"]
)
def test_a_part_is_taken_that_is_what_its_link_was_signed_for(headers: Mapping[str, str]) -> None:
    made = environ(a_part(), headers=headers)

    assert refusal(made) is None
    assert made["wsgi.input"].read() == CONTENT


def test_a_link_is_taken_however_it_is_quoted() -> None:
    link = a_part()
    quoted = link._replace(url=link.url.replace("%20", "%20").replace("~", "%7E").replace("%2F", "%2f"))

    assert quoted.url != link.url
    assert refusal(environ(quoted)) is None


OTHER = b"x" + CONTENT[1:]
FORGED: dict[str, tuple[Callable[[Link], dict[str, Any]], str]] = {
    "other bytes of this length": (lambda link: environ(link, OTHER), "BadDigest"),
    "other bytes, and their MD5": (
        lambda link: environ(link, OTHER, headers={"Content-MD5": digest(OTHER)}),
        "SignatureDoesNotMatch",
    ),
    "no MD5": (lambda link: environ(Link(link.url, {})), "SignatureDoesNotMatch"),
    "MD5 that is none": (
        lambda link: environ(link, headers={"Content-MD5": "AAAA"}),
        "SignatureDoesNotMatch",
    ),
    "fewer bytes": (lambda link: environ(link, CONTENT[:-1]), "IncompleteBody"),
    "another length": (
        lambda link: environ(link, CONTENT[:-1], headers={"Content-Length": str(len(CONTENT) - 1)}),
        "SignatureDoesNotMatch",
    ),
    "another part": (
        lambda link: environ(link._replace(url=link.url.replace("partNumber=1", "partNumber=2"))),
        "SignatureDoesNotMatch",
    ),
    "another key": (lambda link: environ(link._replace(url=link.url.replace("/an", "/of"))), "SignatureDoesNotMatch"),
    "another method": (lambda link: environ(link, method="GET"), "SignatureDoesNotMatch"),
    "another host": (lambda link: environ(link, headers={"Host": "elsewhere"}), "SignatureDoesNotMatch"),
    "another signature": (
        lambda link: environ(link._replace(url=re.sub("Signature=.", "Signature=x", link.url))),
        "SignatureDoesNotMatch",
    ),
    "a region that is none": (
        lambda link: environ(link._replace(url=link.url.replace("%2Fus-east-1", ""))),
        "SignatureDoesNotMatch",
    ),
    "a header of AWS's that is not signed": (
        lambda link: environ(link, headers={"x-amz-acl": "public-read"}),
        "AccessDenied",
    ),
    "no time": (
        lambda link: environ(link._replace(url=link.url.replace("X-Amz-Date", "X-Amz-Time"))),
        "AuthorizationQueryParametersError",
    ),
    "no end": (
        lambda link: environ(link._replace(url=link.url.replace("Expires=3600", "Expires=never"))),
        "AuthorizationQueryParametersError",
    ),
}


@pytest.mark.parametrize(("forge", "code"), FORGED.values(), ids=FORGED)
def test_what_the_link_was_not_signed_for_is_refused(forge: Callable[[Link], dict[str, Any]], code: str) -> None:
    assert refusal(forge(a_part())) == code


def test_a_link_ends() -> None:
    link = a_part(expires=600)

    assert refusal(environ(link), after=500) is None
    assert refusal(environ(link), after=601) == "AccessDenied"


@pytest.mark.parametrize(
    ("access_key", "secret", "code"),
    [("somebody", SECRET, "InvalidAccessKeyId"), (ACCESS_KEY, "guessed", "SignatureDoesNotMatch")],
)
def test_a_link_is_signed_by_whom_the_local_aws_knows(access_key: str, secret: str, code: str) -> None:
    assert refusal(environ(a_part(signer=client(access_key, secret)))) == code


def test_a_link_to_read_is_looked_at_too() -> None:
    url = client().generate_presigned_url("get_object", Params={"Bucket": "images", "Key": "k"}, ExpiresIn=60)
    link = Link(url, {})

    assert refusal(environ(link, b"", "GET", {"Range": "bytes=0-1"})) is None
    assert refusal(environ(link, b"", "DELETE")) == "SignatureDoesNotMatch"


SIGNED_BY_HEADER = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/20240305/us-east-1/s3/aws4_request, Signature=x"
}
PLAIN = Link(f"http://{HOST}/images/key?", {})
CHECKSUMS = {
    "Content-MD5": hashlib.md5(CONTENT, usedforsecurity=False).digest(),
    "x-amz-checksum-crc32": zlib.crc32(CONTENT).to_bytes(4, "big"),
    "x-amz-checksum-sha1": hashlib.sha1(CONTENT, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": hashlib.sha256(CONTENT).digest(),
}


@pytest.mark.parametrize(("name", "right"), CHECKSUMS.items(), ids=CHECKSUMS)
def test_bytes_are_held_against_what_is_said_of_them(name: str, right: bytes) -> None:
    def sent(said: str, **more: str) -> str | None:
        headers = {**SIGNED_BY_HEADER, name: said, **more}
        return refusal(environ(PLAIN, headers=headers))

    wrong = bytes([right[0] ^ 1, *right[1:]])
    assert sent(base64.b64encode(right).decode()) is None
    assert sent(base64.b64encode(wrong).decode()) == "BadDigest"
    for nonsense in ("", "!", base64.b64encode(right[:-1]).decode(), right.hex()):
        assert sent(nonsense) == ("InvalidDigest" if name == "Content-MD5" else "InvalidRequest")
    assert sent("!", **{"Content-Encoding": "aws-chunked"}) is None  # what arrives is not the bytes themselves


def test_what_is_signed_for_no_store_is_not_looked_at() -> None:
    made = environ(Link(f"http://{HOST}/", {}), headers={"Content-MD5": "!"})

    assert refusal(made) is None


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    made = environ(PLAIN)
    del made["CONTENT_LENGTH"]

    assert read(made) == b""
    made |= {"wsgi.input": BytesIO(CONTENT), "wsgi.input_terminated": True}
    assert (read(made), read(made)) == (CONTENT, CONTENT)


def test_a_refusal_is_written_as_s3_writes_it() -> None:
    begun: list[Any] = []

    def app(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        return [b"taken"]

    def begin(status: str, headers: list[tuple[str, str]]) -> None:
        begun.append((status, dict(headers)))

    link = a_part()
    [taken] = checked(app, SECRETS)(environ(link), begin)
    [asked] = checked(app, SECRETS)(environ(link, OTHER, "OPTIONS"), begin)
    [refused] = checked(app, SECRETS)(environ(link, OTHER), begin)

    message = "The MD5 you specified did not match what we received."
    assert taken == asked == b"taken"
    assert refused.decode() == f"<Error><Code>BadDigest</Code><Message>{message}</Message></Error>"
    assert begun == [("400 Bad Request", {"Content-Type": "application/xml", "Content-Length": str(len(refused))})]


@pytest.mark.parametrize(
    ("content", "text"), [(b"Action=x", "Action=x"), (CONTENT, None), (b"", None)], ids=["form", "bytes", "nothing"]
)
def test_a_form_is_looked_into_and_left_as_it_was(content: bytes, text: str | None) -> None:
    dispatcher, made = Dispatcher(create_backend_app), environ(PLAIN, content, "POST", FORM)

    assert dispatcher._get_body(made) == text  # noqa: SLF001  # what is repaired
    assert made["wsgi.input"].read() == content
    assert dispatcher._get_body(environ(PLAIN)) is None  # noqa: SLF001  # as above


@pytest.fixture
def upload(start: Start, folder: Path) -> Iterator[Link]:
    """A link to the only part of an upload that somebody has begun on a running server."""
    process = start()
    state = ready(process, folder)
    token = {"X-Auth-Token": state["principals"]["alice"]["secret"]}
    raw = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
    image = json.loads(exchange("POST", f"{state['url']}/v1/images", {**token, **raw})[1])["image"]["id"]
    parts = {"size": len(CONTENT), "parts": [{"number": 1, "md5": base64.b64decode(digest(CONTENT)).hex()}]}
    begun = exchange("POST", f"{state['url']}/v1/images/{image}/uploads", token, json.dumps(parts).encode())
    [link] = json.loads(begun[1])["upload"]["links"]
    yield Link(link["url"], link["headers"])
    process.terminate()
    process.communicate(timeout=PATIENCE)


def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
    whole = urlsplit(url)
    connection = http.client.HTTPConnection(whole.netloc, timeout=PATIENCE)
    connection.request(method, f"{whole.path}?{whole.query}", body, {**headers})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_a_part_that_calls_itself_a_form_arrives(upload: Link) -> None:
    """As `curl --data-binary` sends it, and Python's urllib."""
    refused = exchange("PUT", upload.url, {**upload.headers, **FORM}, OTHER)
    taken = exchange("PUT", upload.url, {**upload.headers, **FORM}, CONTENT)

    assert refused[0] == HTTPStatus.BAD_REQUEST
    assert b"<Code>BadDigest</Code>" in refused[1]
    assert taken == (HTTPStatus.OK, b"")


def test_a_part_may_come_from_the_console_and_from_no_other_page(upload: Link, folder: Path) -> None:
    console = json.loads((folder / "state.json").read_bytes())["url"]
    wishes = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-md5"}

    allowed = headers_of("OPTIONS", upload.url, {"Origin": console, **wishes})
    refused = headers_of("OPTIONS", upload.url, {"Origin": "http://127.0.0.1:1", **wishes})
    taken = headers_of("PUT", upload.url, {"Origin": console, **upload.headers}, CONTENT)

    assert (allowed["access-control-allow-origin"], allowed["access-control-allow-methods"]) == (console, "PUT")
    assert (allowed["access-control-allow-headers"], taken["access-control-expose-headers"]) == ("content-md5", "ETag")
    assert "access-control-allow-origin" not in refused
    assert (taken["access-control-allow-origin"], taken["etag"]) == (
        console,
        f'"{base64.b64decode(digest(CONTENT)).hex()}"',
    )


def headers_of(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Mapping[str, str]:
    whole = urlsplit(url)
    with closing(http.client.HTTPConnection(whole.netloc, timeout=PATIENCE)) as connection:
        connection.request(method, f"{whole.path}?{whole.query}", body, {**headers})
        return {name.lower(): value for name, value in connection.getresponse().getheaders()}
