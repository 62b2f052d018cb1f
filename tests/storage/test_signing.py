"""Signatures, byte for byte those of botocore."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import botocore.auth
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from chalicelib.storage.credentials import Credentials
from chalicelib.storage.signing import S3Request, link, signed

DATES = {
    "usual": datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC),
    "midnight": datetime(2027, 1, 1, tzinfo=UTC),
    "leap-day": datetime(2028, 2, 29, 12, 1, 2, 999_999, tzinfo=UTC),
    "beyond-32-bits": datetime(2040, 3, 4, 5, 6, 7, tzinfo=UTC),
}
USUAL = DATES["usual"]
FIXED = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = FIXED._replace(token="IQoJb3//+ab==&x y~z")
EACH_KIND = pytest.mark.parametrize("credentials", [FIXED, TEMPORARY], ids=["fixed", "temporary"])
EACH_DATE = pytest.mark.parametrize("date", DATES.values(), ids=DATES)
BODY = b'{"TableName": "rosetta-images", "Key": {"image_id": {"S": "\xc3\xa9"}}}'
JSON = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem"}
HEADERS = {
    "usual": JSON,
    "none": {},
    "upper-case": {"X-Amz-Target": "DynamoDB_20120810.Query", "Content-Type": "application/x-amz-json-1.0"},
    "blanks": {**JSON, "amz-sdk-request": "  attempt=1;   max=4 \t ", "x-empty": ""},
    "beyond-ascii": {**JSON, "x-name": "Zürich"},
    "in-another-order": {"z": "1", "a": "2", "host-x": "3", "x-amz-d": "4", "x-amz-e": "5"},
}
ADDRESS = "https://rosetta-images.s3.eu-central-1.amazonaws.com"
KEYS = {
    "usual": "0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f/0123456789abcdef",
    "odd": "a b+c/é~*'()!//../x?y#z%20&=;:@$,",
    "slash-first": "/a",
    "slash-last": "a/",
    "dots": "./../a",
    "beyond-the-plane": "😀",
}
DOWNLOAD = {"response-content-type": "application/octet-stream"}
QUERIES = {
    "none": {},
    "download": DOWNLOAD,
    "part": {"uploadId": "VXBsb2FkSWQ~.-_+/=&é", "partNumber": "10000"},
    "blank": {"uploads": ""},
    "behind-the-signature": {"x-id": "1", "zebra": "2", "X-Amz-Zebra": "3", "A": "4"},
}


@pytest.fixture(autouse=True)
def _stop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore sign at the date of the test."""
    date = request.node.callspec.params.get("date", USUAL) if hasattr(request.node, "callspec") else USUAL
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: date)


def botocores(credentials: Credentials) -> BotocoreCredentials:
    return BotocoreCredentials(credentials.key, credentials.secret, credentials.token)


def signed_by_botocore(
    credentials: Credentials, region: str, service: str, url: str, headers: dict[str, str], body: bytes
) -> dict[str, str]:
    request = AWSRequest(method="POST", url=url, headers=headers, data=body)
    SigV4Auth(botocores(credentials), service, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def link_by_botocore(credentials: Credentials, region: str, ask: S3Request, seconds: int) -> str:
    query = f"?{urlencode(ask.query, quote_via=quote, safe='')}" if ask.query else ""
    request = AWSRequest(method=ask.method, url=f"{ask.url}{query}", headers=ask.headers)
    S3SigV4QueryAuth(botocores(credentials), "s3", region, expires=seconds).add_auth(request)
    return str(request.url)


@EACH_KIND
@EACH_DATE
def test_a_request_is_signed_as_botocore_signs_it(credentials: Credentials, date: datetime) -> None:
    host = "dynamodb.eu-central-1.amazonaws.com"

    found = signed(credentials, "eu-central-1", "dynamodb", host, JSON, BODY, date.timestamp())

    expected = signed_by_botocore(credentials, "eu-central-1", "dynamodb", f"https://{host}/", JSON, BODY)
    assert found == {**expected, "host": host}


@EACH_KIND
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_all_headers_of_a_request_are_signed(credentials: Credentials, headers: dict[str, str]) -> None:
    host = "127.0.0.1:8000"

    found = signed(credentials, "cn-north-1", "dynamodb", host, headers, b"", USUAL.timestamp())

    expected = signed_by_botocore(credentials, "cn-north-1", "dynamodb", f"http://{host}/", headers, b"")
    assert found == {**expected, "host": host}


def test_keys_of_other_days_regions_services_and_secrets_are_others() -> None:
    def signature(secret: str, region: str, service: str, date: datetime) -> str:
        credentials = Credentials("AKIDEXAMPLE", secret)
        found = signed(credentials, region, service, "example.org", {}, b"", date.timestamp())
        return found["authorization"].partition("Signature=")[2]

    asked = [
        ("a", "us-east-1", "dynamodb", USUAL),
        ("b", "us-east-1", "dynamodb", USUAL),
        ("a", "us-east-2", "dynamodb", USUAL),
        ("a", "us-east-1", "s3", USUAL),
        ("a", "us-east-1", "dynamodb", DATES["midnight"]),
    ]

    assert len({signature(*each) for each in asked}) == len(asked)
    assert [signature(*each) for each in asked] == [signature(*each) for each in asked]


def test_a_request_is_signed_at_this_moment_if_no_other_is_given() -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    stamp = signed(FIXED, "us-east-1", "dynamodb", "example.org", {}, b"")["x-amz-date"]

    assert before <= datetime.strptime(stamp, "%Y%m%dT%H%M%S%z") <= datetime.now(UTC)


@EACH_KIND
@EACH_DATE
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_link_is_signed_as_botocore_signs_it(credentials: Credentials, date: datetime, key: str) -> None:
    ask = S3Request("GET", f"{ADDRESS}/{quote(key, '/~')}", DOWNLOAD)

    found = link(credentials, "eu-central-1", ask, 900, date.timestamp())

    assert found == link_by_botocore(credentials, "eu-central-1", ask, 900)


@EACH_KIND
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("address", [ADDRESS, "http://127.0.0.1:5000/images", "http://localhost:9000/a.b"])
def test_the_query_of_a_link_is_signed(credentials: Credentials, query: dict[str, str], address: str) -> None:
    ask = S3Request("GET", f"{address}/key", query)

    found = link(credentials, "us-east-1", ask, 60, USUAL.timestamp())

    assert found == link_by_botocore(credentials, "us-east-1", ask, 60)


@EACH_KIND
def test_the_headers_of_a_link_are_signed(credentials: Credentials) -> None:
    headers = {"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg==", "Content-Length": "5", "x-amz-meta-a": "  b   c "}
    ask = S3Request("PUT", f"{ADDRESS}/key", QUERIES["part"], headers)

    found = link(credentials, "eu-central-1", ask, 3600, USUAL.timestamp())

    assert found == link_by_botocore(credentials, "eu-central-1", ask, 3600)
