"""A web server on the loopback, whose paths choose its behaviour."""

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.http_server import HttpServer, QuietHandler

CONTENT = bytes(range(256)) * 4
SIZE = {"Content-Length": str(len(CONTENT))}


VERSION = '"1-abc"'
DATE = "Thu, 01 Jan 2015 00:00:00 GMT"
Answer = tuple[int, dict[str, str], bytes]
REFUSED_ADDRESSES = {
    "loopback": "127.0.0.1",
    "loopback-net": "127.255.255.254",
    "loopback-v6": "::1",
    "unspecified": "0.0.0.0",  # noqa: S104  # an address to refuse, not to listen on
    "unspecified-v6": "::",
    "private-10": "10.0.0.1",
    "private-172": "172.16.0.1",
    "private-172-last": "172.31.255.254",
    "private-192": "192.168.0.1",
    "carrier-nat": "100.64.0.1",
    "carrier-nat-metadata": "100.100.100.200",
    "unique-local-v6": "fd12:3456::1",
    "link-local": "169.254.1.1",
    "link-local-v6": "fe80::1",
    "site-local-v6": "fec0::1",
    "metadata": "169.254.169.254",
    "metadata-containers": "169.254.170.2",
    "metadata-protocol": "192.0.0.192",
    "metadata-public": "168.63.129.16",
    "metadata-v6": "fd00:ec2::254",
    "multicast": "224.0.0.1",
    "multicast-v6": "ff02::1",
    "multicast-v6-global": "ff0e::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "documentation": "192.0.2.1",
    "documentation-v6": "2001:db8::1",
    "documentation-v6-later": "3fff::1",
    "benchmark": "198.18.0.1",
    "benchmark-v6": "2001:2::1",
    "6to4-relay": "192.88.99.1",
    "mapped-loopback": "::ffff:127.0.0.1",
    "mapped-metadata": "::ffff:169.254.169.254",
    "mapped-private": "::ffff:10.0.0.1",
    "compatible-loopback": "::127.0.0.1",
    "translated-loopback": "::ffff:0:127.0.0.1",
    "6to4-private": "2002:a00:1::1",
    "6to4-metadata": "2002:a9fe:a9fe::1",
    "teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "nat64-loopback": "64:ff9b::7f00:1",
    "nat64-private": "64:ff9b::10.0.0.1",
    "nat64-metadata": "64:ff9b::169.254.169.254",
    "nat64-local": "64:ff9b:1::a00:1",
}
DISGUISES = {
    "short": "127.1",
    "decimal": "2130706433",
    "decimal-metadata": "2852039166",
    "hexadecimal": "0x7f.1",
    "hexadecimal-whole": "0x7f000001",
    "octal": "0177.0.0.1",
    "octal-whole": "017700000001",
    "zero": "0",
    "scoped": "[::1%25lo]",
    "mapped": "[::ffff:7f00:1]",
    "full-stop": "127。0。0。1",  # IDNA takes these for dots
    "circled": "①②⑦.0.0.1",
}
"""Other ways to write loopback and metadata addresses, which a resolver may or may not understand."""


def host_of(address: str) -> str:
    """The spelling of an address in a URL."""
    return f"[{address}]" if ":" in address else address


@dataclass
class File:
    """A file, which may support ranges and announce its length, and is cut in the middle the first `breaks` times."""

    content: bytes = CONTENT
    version: str = VERSION
    parts: bool = True
    announced: bool = True
    breaks: int = 0

    def answer(self, wanted: str | None) -> Answer:
        """The response to a request with this range."""
        found = re.fullmatch("bytes=([0-9]+)-", wanted or "") if self.parts else None
        start, whole = int(found[1]) if found else 0, len(self.content)
        if start >= whole > 0:
            return 416, {"Content-Range": f"bytes */{whole}", "Content-Length": "0"}, b""
        headers = {"ETag": self.version, "Last-Modified": DATE}
        if self.announced:
            headers["Content-Length"] = str(whole - start)
        if not found:
            return 200, headers, self.content
        return 206, headers | {"Content-Range": f"bytes {start}-{whole - 1}/{whole}"}, self.content[start:]


class Web(HttpServer):
    """Records requests: method, path and Host in `asked`, and the headers Range and Authorization."""

    def __init__(self) -> None:
        super().__init__(_Files)
        self.gate = threading.Event()
        self.forget()

    def forget(self) -> None:
        """Forget all requests, files and answers, and release whoever waits at the gate."""
        self.asked: list[tuple[str, str, str]] = []
        self.ranges: list[str | None] = []
        self.authorizations: list[str | None] = []
        self.answers: dict[str, Answer] = {}
        self.heads: dict[str, Answer] = {}
        self.files: dict[str, File] = {}
        self.gate.set()
        self.gate = threading.Event()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Redirect a path to a target; returns the URL of the path."""
        self.answers[path] = (status, {"Location": target, "Content-Length": "0"}, b"")
        return self.url(path)

    def answer(self, path: str, status: int, headers: dict[str, str], content: bytes = CONTENT) -> str:
        """Set the response of a path; returns its URL."""
        self.answers[path] = (status, headers, content)
        return self.url(path)

    def keep(self, path: str, file: File) -> str:
        """Serve a file at a path; returns its URL."""
        self.files[path] = file
        return self.url(path)


class Resolver:
    """Resolves only the host names that a test adds, without the network; addresses resolve as usual."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        self.names = names
        self.asked: list[str] = []
        self._real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        self.asked.append(host)
        if host not in self.names:
            kwargs["flags"] = socket.AI_NUMERICHOST
            return self._real(host, port, *args, **kwargs)
        return [entry for address in self.names[host] for entry in self._real(address, port, *args, **kwargs)]


class _Files(QuietHandler):
    server: Web
    answers: ClassVar[dict[str, Answer]] = {
        "/missing": (404, {"Content-Length": "0"}, b""),
        "/gone": (410, {"Content-Length": "0"}, b""),
        "/forbidden": (403, {"Content-Length": "0"}, b""),
        "/broken": (500, {"Content-Length": "0"}, b""),
        "/partial": (206, SIZE, CONTENT),
        "/moved": (302, {"Content-Length": "0"}, b""),
        "/endless": (200, {}, CONTENT),
        "/word": (200, {"Content-Length": "many"}, b""),
        "/digits": (200, {"Content-Length": "9" * 5000}, b""),
        "/short": (200, {"Content-Length": str(len(CONTENT) + 1)}, CONTENT),
        "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(100_000))),
        "/garbled": (200, {"Content-Encoding": "gzip"}, CONTENT),
    }

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
        self.server.ranges.append(self.headers["Range"])
        self.server.authorizations.append(self.headers["Authorization"])
        if self.path == "/silent":
            return
        status, headers, content = self._answer()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self._send(content)

    def _answer(self) -> Answer:
        if self.command == "HEAD" and self.path in self.server.heads:
            return self.server.heads[self.path]
        if self.path == "/parts":
            return File().answer(self.headers["Range"])
        if self.path in self.server.files:
            return self.server.files[self.path].answer(self.headers["Range"])
        found = self.server.answers.get(self.path) or self.answers.get(self.path)
        return found or (200, SIZE, CONTENT)

    def _send(self, content: bytes) -> None:
        if self.path == "/dripping":
            self.wfile.write(content[:1])
            self.server.gate.wait(10)
            content = content[1:]
        file = self.server.files.get(self.path)
        if file is not None and file.breaks:
            file.breaks -= 1
            content = content[: len(content) // 2]
        self.wfile.write(content)

    do_HEAD = do_GET


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Web]:
    """A server that serves until the block ends, over TLS if there is a certificate."""
    with Web() as web:
        if certificate is not None:
            web.use_tls(certificate)
        with web.running():
            try:
                yield web
            finally:
                web.forget()


def self_signed(path: Path) -> Path:
    """Write a self-signed certificate for localhost, with its key, to a file, and return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path
