"""Links to objects of S3, signed without a request; and without botocore where the environment is plain."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from chalicelib.catalog.ports import Multipart
from chalicelib.storage.credentials import Credentials
from chalicelib.storage.plain import domain
from chalicelib.storage.signing import Ask, link
from chalicelib.storage.sources import split_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OBJECT = r"(?s)s3://(?!(?:[^/]*--[a-z]+-s3)/)([A-Za-z0-9._-]{1,255})/(.+)"
"""Bucket and key; but of directory buckets and their like, which have other hosts, and other signatures."""
LABEL = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
"""What can stand in front of a host, below its certificate."""
BYTES = "application/octet-stream"


class S3Links(Protocol):
    """Signs links. Both raise CredentialRetrievalError, and what botocore makes of names that S3 cannot have."""

    def download(self, location: str, seconds: int) -> str:
        """To the bytes at `s3://bucket/key`, which come as `application/octet-stream`."""

    def part(self, multipart: Multipart, number: int, headers: Mapping[str, str], seconds: int) -> str:
        """For a PUT of a part with these headers, `Content-Length` and `Content-MD5`."""


class ClientLinks:
    """Links as botocore's client makes them, whatever the environment is like."""

    def __init__(self, client: Callable[[], "S3Client"]) -> None:
        self._client = client

    def download(self, location: str, seconds: int) -> str:
        """As `S3Links` has it."""
        asked: Any = {**_named(location), "ResponseContentType": BYTES}
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
    """The same links, made in a tenth of the time; names out of the usual are left to another kind."""

    def __init__(
        self, region: str, endpoint: str | None, credentials: Callable[[], Credentials], otherwise: S3Links
    ) -> None:
        self._region = region
        self._endpoint = endpoint
        self._credentials = credentials
        self._otherwise = otherwise

    def download(self, location: str, seconds: int) -> str:
        """As `S3Links` has it."""
        url = address(self._endpoint, self._region, location)
        if url is None:
            return self._otherwise.download(location, seconds)
        ask = Ask("GET", url, {"response-content-type": BYTES})
        return link(self._credentials(), self._region, ask, seconds)

    def part(self, multipart: Multipart, number: int, headers: Mapping[str, str], seconds: int) -> str:
        """As `S3Links` has it."""
        url = address(self._endpoint, self._region, multipart.location)
        if url is None:
            return self._otherwise.part(multipart, number, headers, seconds)
        ask = Ask("PUT", url, {"uploadId": multipart.key, "partNumber": str(number)}, headers)
        return link(self._credentials(), self._region, ask, seconds)


def links_of(
    credentials: Callable[[], Credentials] | None, region: str, endpoint: str | None, client: Callable[[], "S3Client"]
) -> S3Links:
    """Links that need no client with the credentials of a plain environment: to most downloads they are all of S3."""
    by_client = ClientLinks(client)
    return by_client if credentials is None else PlainLinks(region, endpoint, credentials, by_client)


def address(endpoint: str | None, region: str, location: str) -> str | None:
    """The URL of `s3://bucket/key`, at somebody's endpoint or at AWS's of the region; None if that is not so simple.

    The bucket is in front of AWS's host if it can be, for which see `clients`, and in the path otherwise.
    """
    found = re.fullmatch(OBJECT, location)
    if found is None:
        return None
    bucket, key = found[1], quote(found[2], "/~")
    if endpoint is not None:
        return f"{endpoint.rstrip('/')}/{bucket}/{key}"
    host = f"s3.{region}.{domain(region)}"
    return f"https://{bucket}.{host}/{key}" if re.fullmatch(LABEL, bucket) else f"https://{host}/{bucket}/{key}"


def _named(location: str) -> dict[str, str]:
    bucket, key = split_s3(location)
    return {"Bucket": bucket, "Key": key}
