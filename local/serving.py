"""Servers that finish all requests before they stop."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

GRACE_SECONDS = 5.0
"""How long clients may take to receive their last responses."""


def free_port() -> int:
    """A port of the loopback on which nothing listens at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class ThreadedServer(socketserver.ThreadingTCPServer):
    """A server with a thread per connection."""

    daemon_threads = True  # let the process exit even if the server was not stopped
    stopping = False

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection and keep track of both."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        thread.start()
        alive = {each: connection for each, connection in self._connections.items() if each.is_alive()}
        self._connections: dict[threading.Thread, socket.socket] = {**alive, thread: request}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the block ends, then finish every request that has arrived completely."""
        self._connections, self.stopping = {}, False
        thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping = True
            self.shutdown()
            thread.join()
            self._end(socket.SHUT_RD, GRACE_SECONDS)  # no more requests
            self._end(socket.SHUT_RDWR, None)  # drop clients that do not read their responses

    def _end(self, how: int, seconds: float | None) -> None:
        """Shut down all connections, and wait for their threads, at most `seconds` unless it is None."""
        deadline = None if seconds is None else time.monotonic() + seconds
        for connection in self._connections.values():
            with contextlib.suppress(OSError):  # already closed
                socket.socket.shutdown(connection, how)  # SSLSocket.shutdown would drop the encryption
        for thread in self._connections:
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
