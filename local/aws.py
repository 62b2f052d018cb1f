"""The local AWS: moto's server in a thread of this process, and another DynamoDB if one is asked for."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.dynoxide import dynoxide
from local.environment import use_local_aws
from local.moto_fixes import DYNAMODB_LOCK, share_items, speed_up_moto

ENGINES = ("moto", "dynoxide")
USUAL_PORT = 5000


@contextlib.contextmanager
def local_aws(engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """Serve an AWS on this machine and point this process's environment at it.

    Yields its endpoints as `state.json` names them. Raises EngineError.
    """
    with contextlib.ExitStack() as stack:
        endpoints = {"aws_endpoint_url": stack.enter_context(_moto())}
        if engine == "dynoxide":
            endpoints["aws_endpoint_url_dynamodb"] = stack.enter_context(dynoxide(folder))
        use_local_aws(os.environ, **endpoints)
        yield endpoints


@contextlib.contextmanager
def _moto() -> Iterator[str]:
    speed_up_moto()
    share_items()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with _listener() as listener:
        port = listener.getsockname()[1]
        server = make_server(
            "127.0.0.1",
            port,
            _one_at_a_time(DomainDispatcherApplication(create_backend_app)),
            threaded=True,
            request_handler=_MotoConnection,
            fd=listener.fileno(),
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _MotoConnection(MotoRequestHandler):
    # Head and body leave in two writes, which would otherwise wait for each other 40 ms.
    disable_nagle_algorithm = True


def _listener() -> socket.socket:
    """A socket that listens where people look for a local AWS, or on any free port."""
    try:
        return socket.create_server(("127.0.0.1", USUAL_PORT))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _one_at_a_time(app: WsgiApp) -> WsgiApp:
    """The app with its DynamoDB calls one after the other."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        dynamodb = environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_")
        with DYNAMODB_LOCK if dynamodb else contextlib.nullcontext():
            return app(environ, start_response)

    return call
