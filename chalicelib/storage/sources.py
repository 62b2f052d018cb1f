"""External bytes: objects in other buckets, and files on public web servers."""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.catalog.outages import source_outage
from chalicelib.catalog.ports import Located, Reading
from chalicelib.storage.answers import code_of, failure_of
from chalicelib.storage.ranges import PIECE, answering, check_status, length, reading, version_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

SECONDS = 10.0
"""The timeout for connecting, and for each read."""
WEB = ("https", "http")
SCHEMES = ("s3", *WEB)
BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
UNREADABLE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "403", "AccessDenied", "301", "400"})
"""S3's codes for objects that do not exist, or that we may not read; it does not always say which."""
UNICAST = ipaddress.IPv6Network("2000::/3")
SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2002::/16", "3fff::/20")
)
"""Reserved for protocols, tunnels to IPv4, a cloud's metadata and documentation; not every Python knows them all."""
WITHOUT_HEAD = frozenset({403, 405, 501})
"""Statuses of servers that do not support HEAD."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_SHOWN = 500
"""Characters of a refused source that the error repeats."""
MAX_REDIRECTS = 5
"""The most redirects that are followed."""


class ExternalSources:
    """Implements `ports.Sources`. The registry's own bucket is refused: its keys belong to other images."""

    def __init__(self, own_bucket: str, client: Callable[[], "S3Client"], web: "WebSource") -> None:
        self._own_bucket = own_bucket
        self._client = client
        self._web = web

    def check(self, url: str) -> None:
        """Checks only the scheme; the error repeats the URL."""
        if url.partition(":")[0] not in SCHEMES:
            raise _unsupported(url)

    def locate(self, url: str) -> Located:
        """One HeadObject, or one HEAD request."""
        return self._object(url) if url.startswith("s3:") else self._web.locate(url)

    def read_from(self, url: str, offset: int, version: str) -> AbstractContextManager[Reading]:
        """One GET request; objects in other buckets are not read here, but copied inside S3."""
        return self._web.read_from(url, offset, version)

    def screen(self, url: str) -> None:
        """Checks the name of an object, or the addresses of a server, if it has any."""
        self.check(url)
        if url.startswith("s3:"):
            self._named(url)
        else:
            self._web.screen(url)

    def _named(self, url: str) -> tuple[str, str]:
        bucket, key = split_s3(url)
        if not key or not re.fullmatch(BUCKET, bucket) or bucket == self._own_bucket:
            raise SourceRefused("Invalid location: not an object that can be read from here")
        return bucket, key

    def _object(self, url: str) -> Located:
        bucket, key = self._named(url)
        try:
            found = self._client().head_object(Bucket=bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in UNREADABLE:
                raise SourceNotFound(url) from error
            raise source_outage(failure_of(error)) from error
        return Located(found["ContentLength"], found["ETag"])


def split_s3(url: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


def is_public(address: str) -> bool:
    """Whether an IP address is public: not loopback, private, link-local or metadata."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed not in UNICAST:
        return False  # the rest is either not global, or translated to an IPv4 address
    return parsed.is_global and not parsed.is_multicast and not any(parsed in network for network in SPECIAL)


class WebSource:
    """Files on web servers, behind up to five redirects. It connects to the address that it has checked.

    Redirects may take `longest_read` seconds in all, and so may a file that is read at once.
    """

    def __init__(self, allowed: Callable[[str], bool] = is_public, longest_read: float = 20.0) -> None:
        self._allowed = allowed
        self._longest_read = longest_read

    def screen(self, url: str) -> None:
        """Raise SourceRefused for an invalid URL, or a server that is not public; no request is made."""
        parts, port = _checked(url)
        with suppress(SourceNotFound):
            self._resolve(parts.hostname or "", port)

    def locate(self, url: str) -> Located:
        """One HEAD request, or a GET if HEAD is refused: signed links often allow GET only."""
        with self._opened("HEAD", url) as response:
            if response.status not in WITHOUT_HEAD:
                return _announced(url, response)
        with self._opened("GET", url) as response:
            return _announced(url, response)

    def read(self, url: str, limit: int) -> tuple[Located, bytes]:
        """Size and version of a file, and its content.

        Raises StoreUnavailable if it is longer than `limit` bytes or takes too long, and as `locate`.
        """
        end = time.monotonic() + self._longest_read
        content = bytearray()
        with self._opened("GET", url) as response, answering():
            found = _announced(url, response)
            while piece := response.read(min(PIECE, limit + 1 - len(content))):
                content += piece
                if len(content) > limit or time.monotonic() > end:
                    raise StoreUnavailable("The bytes at the image's location have grown, or are sent too slowly")
        return found._replace(size=len(content)), bytes(content)

    @contextmanager
    def read_from(self, url: str, offset: int, version: str) -> Iterator[Reading]:
        """One GET request; the pieces raise StoreUnavailable if they end early.

        For an offset of zero it has no Range header, which not every server supports.
        """
        with self._opened("GET", url, {"Range": f"bytes={offset}-"} if offset else {}) as response:
            yield reading(url, response, offset, version)

    @contextmanager
    def _opened(self, method: str, url: str, headers: dict[str, str] | None = None) -> "Iterator[BaseHTTPResponse]":
        end = time.monotonic() + self._longest_read
        for _ in range(1 + MAX_REDIRECTS):
            with self._asked(method, url, headers or {}) as response:
                if response.status not in REDIRECTS:
                    yield response
                    return
                url = _redirected(url, response.headers.get("Location"))
            if time.monotonic() > end:
                raise StoreUnavailable("Invalid location: its servers redirect too slowly")
        raise SourceRefused("Invalid location: it is redirected too often")

    @contextmanager
    def _asked(self, method: str, url: str, headers: dict[str, str]) -> "Iterator[BaseHTTPResponse]":
        parts, port = _checked(url)
        with self._pool(parts, port) as pool:
            with answering():
                response = pool.request(
                    method,
                    parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl(),
                    headers={"Host": parts.netloc, "Accept-Encoding": "identity", **headers},
                    redirect=False,
                    retries=False,
                    preload_content=False,
                )
            with closing(response):
                yield response

    def _pool(self, parts: SplitResult, port: int) -> "HTTPConnectionPool":
        import urllib3  # noqa: PLC0415  # slow, and few requests need it

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
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise SourceRefused("Invalid location: its address is not public")
        return addresses[0]


def _announced(url: str, response: "BaseHTTPResponse") -> Located:
    check_status(url, response, 200)
    return Located(length(response), version_of(response) or None)


def _unsupported(source: str) -> SourceRefused:
    return SourceRefused(f"External sources are not supported: '{source[:LONGEST_SHOWN]}'")


def _redirected(url: str, place: str | None) -> str:
    """The URL that a redirect leads to, which may be relative. Raises SourceRefused."""
    if not place:
        raise SourceRefused("Invalid location: its redirect has no target")
    try:
        target = urljoin(url, place)
        schemes = urlsplit(url).scheme, urlsplit(target).scheme
    except ValueError as error:
        raise SourceRefused("Invalid location: it is redirected to an invalid URL") from error
    if schemes == ("https", "http"):
        raise SourceRefused("Invalid location: it is redirected from https to http")
    return target


def _checked(url: str) -> tuple[SplitResult, int]:
    """The parts of a URL that may be fetched, with its port. Raises SourceRefused."""
    try:
        parts = urlsplit(url)
        parts, port = parts._replace(netloc=parts.netloc.encode("idna").decode()), parts.port
    except ValueError as error:
        raise SourceRefused("Invalid location: not a URL") from error
    if parts.scheme not in WEB:
        raise _unsupported(parts.scheme)  # not the whole URL: a redirect may have led here, and it may be secret
    if not parts.hostname:
        raise SourceRefused("Invalid location: it has no host")
    if parts.username is not None or parts.password is not None:
        raise SourceRefused("Invalid location: it must not contain credentials")
    return parts, port if port is not None else (443 if parts.scheme == "https" else 80)
