"""Bytes that others keep: objects in other buckets, and files on public web servers."""

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
from chalicelib.storage.answers import code_of, silence_of
from chalicelib.storage.ranges import PIECE, answering, check_status, length, reading, version_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

SECONDS = 10.0
"""How long a server may be silent."""
WEB = ("https", "http")
SCHEMES = ("s3", *WEB)
BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
UNREADABLE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "403", "AccessDenied", "301", "400"})
"""What S3 says of objects that are not there, or not for us; it does not always tell which."""
UNICAST = ipaddress.IPv6Network("2000::/3")
SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2002::/16", "3fff::/20")
)
"""Protocols' own, tunnels to IPv4, a cloud's metadata, documentation: not every Python knows them for what they are."""
WITHOUT_HEAD = frozenset({403, 405, 501})
"""How servers answer that do not want to be asked for the head alone."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_SHOWN = 500
"""Characters of a refused source that its refusal repeats."""
FOLLOWED = 5
"""How many redirects in a row."""


class ExternalSources:
    """Promises of `ports.Sources`. The registry's own bucket is no source: its keys belong to other images."""

    def __init__(self, own_bucket: str, client: Callable[[], "S3Client"], web: "WebSource") -> None:
        self._own_bucket = own_bucket
        self._client = client
        self._web = web

    def check(self, url: str) -> None:
        """The scheme alone; whose it is, is shown the whole."""
        if url.partition(":")[0] not in SCHEMES:
            raise _unsupported(url)

    def locate(self, url: str) -> Located:
        """One HeadObject, or one HEAD request."""
        return self._object(url) if url.startswith("s3:") else self._web.locate(url)

    def read_from(self, url: str, offset: int, version: str) -> AbstractContextManager[Reading]:
        """One GET request; objects in other buckets are not read, but copied by their store."""
        return self._web.read_from(url, offset, version)

    def screen(self, url: str) -> None:
        """The name of an object; the addresses of a server, as far as it has any by now."""
        self.check(url)
        if url.startswith("s3:"):
            self._named(url)
        else:
            self._web.screen(url)

    def _named(self, url: str) -> tuple[str, str]:
        bucket, key = split_s3(url)
        if not key or not re.fullmatch(BUCKET, bucket) or bucket == self._own_bucket:
            raise SourceRefused("Invalid location: no object that could be read from here")
        return bucket, key

    def _object(self, url: str) -> Located:
        bucket, key = self._named(url)
        try:
            found = self._client().head_object(Bucket=bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in UNREADABLE:
                raise SourceNotFound(url) from error
            raise source_outage(silence_of(error)) from error
        return Located(found["ContentLength"], found["ETag"])


def split_s3(url: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody could reach: not loopback, private, link-local or metadata."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed not in UNICAST:
        return False  # all else either is not global, or leads to some IPv4 address by translation
    return parsed.is_global and not parsed.is_multicast and not any(parsed in network for network in SPECIAL)


class WebSource:
    """Files on web servers, behind up to five redirects; the address that was checked is the one connected to.

    A file that is not read piece by piece may take `longest_read` seconds in all, and so may redirects.
    """

    def __init__(self, allowed: Callable[[str], bool] = is_public, longest_read: float = 20.0) -> None:
        self._allowed = allowed
        self._longest_read = longest_read

    def screen(self, url: str) -> None:
        """Raise SourceRefused for a server that is not public, or what is no URL of any; it is not asked."""
        parts, port = _checked(url)
        with suppress(SourceNotFound):
            self._resolve(parts.hostname or "", port)

    def locate(self, url: str) -> Located:
        """What the server announces. A signed link is often good for GET alone."""
        with self._opened("HEAD", url) as response:
            if response.status not in WITHOUT_HEAD:
                return _announced(url, response)
        with self._opened("GET", url) as response:
            return _announced(url, response)

    def read(self, url: str, limit: int) -> tuple[Located, bytes]:
        """The content, and what it is.

        Raises StoreUnavailable if it is longer than `limit` bytes or takes too long, and as `locate`.
        """
        end = time.monotonic() + self._longest_read
        content = bytearray()
        with self._opened("GET", url) as response, answering():
            found = _announced(url, response)
            while piece := response.read(min(PIECE, limit + 1 - len(content))):
                content += piece
                if len(content) > limit or time.monotonic() > end:
                    raise StoreUnavailable("The image at its location has grown, or comes too slowly")
        return found._replace(size=len(content)), bytes(content)

    @contextmanager
    def read_from(self, url: str, offset: int, version: str) -> Iterator[Reading]:
        """Promises of `ports.Sources`; the pieces raise StoreUnavailable if they end early.

        From the beginning on no range is asked for: not every server has them.
        """
        with self._opened("GET", url, {"Range": f"bytes={offset}-"} if offset else {}) as response:
            yield reading(url, response, offset, version)

    @contextmanager
    def _opened(self, method: str, url: str, headers: dict[str, str] | None = None) -> "Iterator[BaseHTTPResponse]":
        end = time.monotonic() + self._longest_read
        for _ in range(1 + FOLLOWED):
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
        import urllib3  # noqa: PLC0415  # slow, and few requests ask other servers

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
    """Where a redirect leads to, be it relative. Raises SourceRefused."""
    if not place:
        raise SourceRefused("Invalid location: it is redirected to nowhere")
    try:
        target = urljoin(url, place)
        schemes = urlsplit(url).scheme, urlsplit(target).scheme
    except ValueError as error:
        raise SourceRefused("Invalid location: it is redirected to what is not a URL") from error
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
        raise _unsupported(parts.scheme)  # a redirect may have led here, to what is nobody's business
    if not parts.hostname:
        raise SourceRefused("Invalid location: it names no server")
    if parts.username is not None or parts.password is not None:
        raise SourceRefused("Invalid location: credentials do not belong into it")
    return parts, port if port is not None else (443 if parts.scheme == "https" else 80)
