"""Bytes that others keep: objects in other buckets, and files on public web servers."""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import urllib3
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECONDS = 10.0
"""How long a server may be silent."""
PIECE = 1 << 20
SCHEMES = ("s3", "https", "http")
BUCKET = re.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
UNREADABLE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "403", "AccessDenied", "301", "400"})
"""What S3 says of objects that are not there, or not for us; it does not always tell which."""
UNICAST = ipaddress.IPv6Network("2000::/3")


class ExternalSources:
    """Promises of `ports.Sources`. The registry's own bucket is no source: its keys belong to other images."""

    def __init__(self, own_bucket: str, client: Callable[[], "S3Client"], web: "WebSource") -> None:
        self._own_bucket = own_bucket
        self._client = client
        self._web = web

    def check(self, url: str) -> None:
        """The scheme alone."""
        scheme = url.partition(":")[0]
        if scheme not in SCHEMES:
            raise SourceRefused(f"External sources are not supported: '{scheme[:64]}'")

    def size(self, url: str) -> int | None:
        """One HeadObject, or one HEAD request."""
        return self._object_size(url) if url.startswith("s3:") else self._web.size(url)

    def _object_size(self, url: str) -> int:
        bucket, key = split_s3(url)
        if not key or not BUCKET.fullmatch(bucket) or bucket == self._own_bucket:
            raise SourceRefused("Invalid location: no object that could be read from here")
        try:
            return self._client().head_object(Bucket=bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] in UNREADABLE:
                raise SourceNotFound(url) from error
            raise StoreUnavailable("Invalid location: its store does not answer") from error
        except BotoCoreError as error:
            raise StoreUnavailable("Invalid location: its store does not answer") from error


def split_s3(url: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody could reach: not loopback, private, link-local or metadata."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        # All else either is not global, or leads to some IPv4 address by translation.
        return parsed.is_global and parsed in UNICAST and parsed.sixtofour is None and parsed.teredo is None
    return parsed.is_global and not parsed.is_multicast


@dataclass(frozen=True, slots=True)
class WebSource:
    """Files on web servers. The address that was checked is the one connected to; redirects are not followed."""

    allowed: Callable[[str], bool] = is_public
    longest_read: float = 20.0
    """How many seconds a file may take in all."""

    def size(self, url: str) -> int | None:
        """The announced length; None if the server does not say."""
        with self._request("HEAD", url) as response:
            length = response.headers.get("Content-Length", "")
        return int(length) if re.fullmatch("[0-9]{1,18}", length) else None

    def read(self, url: str, limit: int) -> bytes:
        """The content. Raises StoreUnavailable if it is longer than `limit` bytes or takes too long, and as `size`."""
        end = time.monotonic() + self.longest_read
        content = bytearray()
        with self._request("GET", url) as response:
            while piece := response.read(min(PIECE, limit + 1 - len(content))):
                content += piece
                if len(content) > limit or time.monotonic() > end:
                    raise StoreUnavailable("The image at its location has grown, or comes too slowly")
        return bytes(content)

    @contextmanager
    def _request(self, method: str, url: str) -> Iterator[urllib3.BaseHTTPResponse]:
        parts, port = _checked(url)
        try:
            with (
                self._pool(parts, port) as pool,
                closing(
                    pool.request(
                        method,
                        parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl(),
                        headers={"Host": parts.netloc, "Accept-Encoding": "identity"},
                        redirect=False,
                        retries=False,
                        preload_content=False,
                    )
                ) as response,
            ):
                _check_status(url, response.status)
                yield response
        except HTTPError as error:
            raise StoreUnavailable("Invalid location: its server does not answer") from error

    def _pool(self, parts: SplitResult, port: int) -> urllib3.HTTPConnectionPool:
        host = parts.hostname or ""
        address = self._resolve(host, port)
        if parts.scheme == "http":
            return urllib3.HTTPConnectionPool(address, port, timeout=SECONDS)
        return urllib3.HTTPSConnectionPool(address, port, timeout=SECONDS, server_hostname=host, assert_hostname=host)

    def _resolve(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise SourceNotFound(host) from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        if not addresses or not all(self.allowed(address) for address in addresses):
            raise SourceRefused("Invalid location: its address is not public")
        return addresses[0]


def _check_status(url: str, status: int) -> None:
    if status in (404, 410):
        raise SourceNotFound(url)
    if status != 200:
        raise SourceRefused(f"Invalid location: its server answers {status}")


def _checked(url: str) -> tuple[SplitResult, int]:
    """The parts of a URL that may be fetched, with its port. Raises SourceRefused."""
    try:
        parts = urlsplit(url)
        parts, port = parts._replace(netloc=parts.netloc.encode("idna").decode()), parts.port
    except ValueError as error:
        raise SourceRefused("Invalid location: not a URL") from error
    if not parts.hostname:
        raise SourceRefused("Invalid location: it names no server")
    if parts.username is not None or parts.password is not None:
        raise SourceRefused("Invalid location: credentials do not belong into it")
    return parts, port if port is not None else (443 if parts.scheme == "https" else 80)
