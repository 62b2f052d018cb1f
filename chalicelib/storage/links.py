"""Presigned links to objects in S3, made without a request and, in a plain environment, without botocore."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from chalicelib.catalog.ports import Multipart
from chalicelib.storage.credentials import Credentials
from chalicelib.storage.plain import domain
from chalicelib.storage.signing import S3Request, link
from chalicelib.storage.sources import split_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OBJECT = r"(?s)s3://(?!(?:[^/]*--[a-z]+-s3)/)([A-Za-z0-9._-]{1,255})/(.+)"
"""Bucket and key, except for directory buckets and the like, which have other hosts and signatures."""
LABEL = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
"""A bucket whose name, as a subdomain, matches the wildcard certificate of S3."""
BYTES = "application/octet-stream"


class S3Links(Protocol):
    """Signs links. Both methods raise CredentialRetrievalError, and botocore's errors for invalid names."""

    def download(self, location: str, seconds: int, name: str | None = None) -> str:
        """A link to the bytes at `s3://bucket/key`, served as `application/octet-stream` and saved as a file `name`."""

    def part(self, multipart: Multipart, number: int, headers: Mapping[str, str], seconds: int) -> str:
        """A link to PUT a part with these headers, `Content-Length` and `Content-MD5`."""


class ClientLinks:
    """Links made by botocore's client, in any environment."""

    def __init__(self, client: Callable[[], "S3Client"]) -> None:
        self._client = client

    def download(self, location: str, seconds: int, name: str | None = None) -> str:
        """As `S3Links` has it."""
        asked: Any = {**_named(location), "ResponseContentType": BYTES}
        if name is not None:
            asked["ResponseContentDisposition"] = attachment(name)
        return self._client().generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)

    def part(self, multipart: Multipart, number: int, headers: Mapping[str, str], seconds: int) -> str:
        """As `S3Links` has it."""
        asked: Any = {
            **_named(multipart.location),
            "UploadId": multipart.key,
            "PartNumber": number,
            "ContentLength": int(headers["Content-Length"]),
            "ContentMD5": headers["Content-MD5"],
        }
        return self._client().generate_presigned_url("upload_part", Params=asked, ExpiresIn=seconds)


class PlainLinks:
    """The same links, made in a tenth of the time; unusual names are left to `otherwise`."""

    def __init__(
        self, region: str, endpoint: str | None, credentials: Callable[[], Credentials], otherwise: S3Links
    ) -> None:
        self._region = region
        self._endpoint = endpoint
        self._credentials = credentials
        self._otherwise = otherwise

    def download(self, location: str, seconds: int, name: str | None = None) -> str:
        """As `S3Links` has it."""
        url = address(self._endpoint, self._region, location)
        if url is None:
            return self._otherwise.download(location, seconds, name)
        query = {"response-content-type": BYTES}
        if name is not None:
            query["response-content-disposition"] = attachment(name)
        return link(self._credentials(), self._region, S3Request("GET", url, query), seconds)

    def part(self, multipart: Multipart, number: int, headers: Mapping[str, str], seconds: int) -> str:
        """As `S3Links` has it."""
        url = address(self._endpoint, self._region, multipart.location)
        if url is None:
            return self._otherwise.part(multipart, number, headers, seconds)
        request = S3Request("PUT", url, {"uploadId": multipart.key, "partNumber": str(number)}, headers)
        return link(self._credentials(), self._region, request, seconds)


def links_of(
    credentials: Callable[[], Credentials] | None, region: str, endpoint: str | None, client: Callable[[], "S3Client"]
) -> S3Links:
    """PlainLinks in a plain environment, where most downloads then need no client of S3; else ClientLinks."""
    by_client = ClientLinks(client)
    return by_client if credentials is None else PlainLinks(region, endpoint, credentials, by_client)


def address(endpoint: str | None, region: str, location: str) -> str | None:
    """The URL of `s3://bucket/key` at an endpoint, or at AWS's in the region; None for an unusual name.

    At AWS the bucket is a subdomain if its name allows that (see `clients`), and otherwise in the path.
    """
    found = re.fullmatch(OBJECT, location)
    if found is None:
        return None
    bucket, key = found[1], quote(found[2], "/~")
    if endpoint is not None:
        return f"{endpoint.rstrip('/')}/{bucket}/{key}"
    host = f"s3.{region}.{domain(region)}"
    return f"https://{bucket}.{host}/{key}" if re.fullmatch(LABEL, bucket) else f"https://{host}/{bucket}/{key}"


def attachment(name: str) -> str:
    """The `Content-Disposition` of what is saved under a name without quotes and control characters (RFC 6266).

    `golden.raw` is `attachment; filename="golden.raw"`; other characters than ASCII's come encoded besides (RFC 8187).
    """
    plain = f'attachment; filename="{"".join(each if each.isascii() else "_" for each in name)}"'
    return plain if name.isascii() else f"{plain}; filename*=UTF-8''{quote(name, safe='')}"


def _named(location: str) -> dict[str, str]:
    bucket, key = split_s3(location)
    return {"Bucket": bucket, "Key": key}
