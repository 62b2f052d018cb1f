"""The base of HTTP servers that tests run in threads of their own process."""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from local.serving import ThreadedServer


class HttpServer(ThreadedServer, HTTPServer):
    """A server on a free port of the loopback, which serves within `running()`.

    Clients that hang up cause no output.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    def use_tls(self, certificate: Path) -> None:
        """Serve over TLS, with a file that contains the certificate and its key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback of an error, unless it is the client's connection that has failed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class QuietHandler(BaseHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""
