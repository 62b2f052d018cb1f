"""Servers that leave nothing behind: once they have stopped, no request of theirs is at work any more."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

GRACE_SECONDS = 5.0
"""How long clients may take to receive the answers to their last requests."""


def free_port() -> int:
    """A port of the loopback on which nothing listens at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class ThreadedServer(socketserver.ThreadingTCPServer):
    """A server with a thread for each connection, which ends with it."""

    daemon_threads = True  # if the process dies before it has stopped the server
    stopping = False

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a thread for a connection, and remember both."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        thread.start()
        alive = {each: connection for each, connection in self._connections.items() if each.is_alive()}
        self._connections: dict[threading.Thread, socket.socket] = {**alive, thread: request}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the block ends, and every request is done with that has come whole by then."""
        self._connections, self.stopping = {}, False
        thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping = True
            self.shutdown()
            thread.join()
            self._end(socket.SHUT_RD, GRACE_SECONDS)  # nothing more comes from clients
            self._end(socket.SHUT_RDWR, None)  # nor goes to those that do not take it

    def _end(self, how: int, seconds: float | None) -> None:
        """Shut all connections, and wait for their threads, no longer than some seconds."""
        deadline = None if seconds is None else time.monotonic() + seconds
        for connection in self._connections.values():
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(connection, how)  # as it stands: TLS would forget how to encrypt
        for thread in self._connections:
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
