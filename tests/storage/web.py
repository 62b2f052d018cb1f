"""A web server on the loopback that behaves as its paths say."""

import gzip
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

CONTENT = bytes(range(256)) * 4
SIZE = {"Content-Length": str(len(CONTENT))}


class Web(ThreadingHTTPServer):
    """Remembers the paths and Host headers of what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Files)
        self.asked: list[tuple[str, str, str]] = []

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


class _Files(BaseHTTPRequestHandler):
    server: Web
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/missing": (404, {"Content-Length": "0"}, b""),
        "/gone": (410, {"Content-Length": "0"}, b""),
        "/forbidden": (403, {"Content-Length": "0"}, b""),
        "/broken": (500, {"Content-Length": "0"}, b""),
        "/partial": (206, SIZE, CONTENT),
        "/moved": (302, {"Location": "/file", "Content-Length": "0"}, b""),
        "/moved-for-good": (308, {"Location": "/file", "Content-Length": "0"}, b""),
        "/endless": (200, {}, CONTENT),
        "/word": (200, {"Content-Length": "many"}, b""),
        "/digits": (200, {"Content-Length": "9" * 5000}, b""),
        "/short": (200, {"Content-Length": str(len(CONTENT) + 1)}, CONTENT),
        "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(100_000))),
        "/garbled": (200, {"Content-Encoding": "gzip"}, CONTENT),
    }

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
        if self.path == "/silent":
            return
        status, headers, content = self.answers.get(self.path, (200, SIZE, CONTENT))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    do_HEAD = do_GET  # noqa: N815  # the name that http.server looks for

    def log_message(self, *_args: object) -> None:
        """Nothing is said on the console."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Web]:
    """A server that runs within the block, over TLS if it has a certificate with its key."""
    with Web() as web:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            web.socket = context.wrap_socket(web.socket, server_side=True)
        thread = threading.Thread(target=web.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield web
        finally:
            web.shutdown()
            thread.join()


def self_signed(path: Path) -> Path:
    """A certificate for localhost that nobody vouches for, with its key."""
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
