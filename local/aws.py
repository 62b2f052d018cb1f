"""The local AWS: moto's server in a thread of this process, optionally with another DynamoDB."""

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer

from local.dynoxide import dynoxide
from local.environment import SECRETS, use_local_aws
from local.moto_fixes import DYNAMODB_LOCK, share_items, speed_up_moto
from local.s3 import Dispatcher, checked
from local.serving import ThreadedServer

ENGINES = ("moto", "dynoxide")
USUAL_PORT = 5000
"""moto's default port."""


@contextlib.contextmanager
def local_aws(engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run an emulated AWS and point this process's environment at it.

    Yields the endpoints as in `state.json`. Raises EngineError.
    """
    with contextlib.ExitStack() as stack:
        endpoints = {"aws_endpoint_url": stack.enter_context(moto_server(USUAL_PORT))}
        if engine == "dynoxide":
            endpoints["aws_endpoint_url_dynamodb"] = stack.enter_context(dynoxide(folder))
        use_local_aws(os.environ, **endpoints)
        yield endpoints


@contextlib.contextmanager
def moto_server(port: int = 0, secrets: Mapping[str, str] = SECRETS) -> Iterator[str]:
    """Run moto in this process and yield its URL; on any free port if this one is taken.

    `secrets` maps access keys to the secrets that may sign links.
    """
    speed_up_moto()
    share_items()
    # Cross-origin requests are allowed by the bucket's CORS rules only.
    setattr(werkzeug_app, "DISABLE_GLOBAL_CORS", True)  # noqa: B010  # moto does not export it
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = _one_at_a_time(checked(Dispatcher(create_backend_app), secrets))
    with _listener(port) as listener:
        found = listener.getsockname()[1]
        server = _MotoServer("127.0.0.1", found, app, _MotoConnection, fd=listener.fileno())
    with server, server.running():
        yield f"http://127.0.0.1:{found}"


class _MotoServer(ThreadedServer, BaseWSGIServer):
    multithread = True


class _MotoConnection(MotoRequestHandler):
    # Head and body are two writes; Nagle's algorithm would delay the second by 40 ms.
    disable_nagle_algorithm = True


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _one_at_a_time(app: WsgiApp) -> WsgiApp:
    """Serialise the app's DynamoDB calls."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        dynamodb = environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_")
        with DYNAMODB_LOCK if dynamodb else contextlib.nullcontext():
            return app(environ, start_response)

    return call
