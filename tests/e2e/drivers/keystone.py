"""Run by the Python of keystone: serves it on a free port, says which, and goes on until it is killed."""

import importlib
import socketserver
import sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    """One thread for each connection."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Leaves the log to Keystone."""

    def log_message(self, *_args: object) -> None:
        """Nothing is said."""


def main() -> None:
    application = importlib.import_module("keystone.server.wsgi").initialize_public_application()
    with make_server("127.0.0.1", 0, application, Threaded, Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
