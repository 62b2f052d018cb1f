"""`python -m local`: run Rosetta on this machine until SIGINT or SIGTERM.

Environment variables: PORT (default 8000; 0 for any free port), SEED (a JSON file; default: demonstration data),
ENGINE (moto or dynoxide), LOCAL_DIR (default .local), and the application's own settings.
"""

import contextlib
import errno
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from chalicelib.bootstrap import build_app, build_world
from chalicelib.dialects import DIALECTS
from chalicelib.settings import BadSetting
from chalicelib.storage.tables import create_tables
from local.aws import ENGINES, local_aws
from local.dynoxide import EngineError
from local.events import Router
from local.large_bodies import StreamingWorld
from local.queue import create_bucket, pump
from local.schedule import repeating
from local.seed_file import DEMONSTRATION, SeedError, read_seed
from local.seeds import load
from local.server import LocalServer
from local.state import FolderTaken, local_dir, own, remove_state, write_state

MAX_INLINE_BYTES = 64 << 20
SLICE_BYTES = 128 << 20
"""Small enough to be processed within a second or two, so that the server stops quickly."""
WORKERS = 2
QUEUE_SECONDS, SWEEP_SECONDS = 0.5, 5.0
"""Intervals for polling the queue and for sweeps: shorter than deployed, as a person is waiting."""


def main() -> int:
    """Serve until a signal. An error is one line on stderr; exit status 2 for invalid usage, otherwise 1."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    logging.basicConfig(format="%(message)s")
    gc.disable()  # garbage collection finds nothing during the start, but takes nearly half of it
    port, seed, engine = (os.environ.get(name, "") for name in ("PORT", "SEED", "ENGINE"))
    try:
        _serve(port or "8000", Path(seed) if seed else DEMONSTRATION, engine or "moto")
    except (BadOption, BadSetting) as error:
        return _complain(str(error), 2)
    except SeedError as error:
        return _complain(f"{seed or DEMONSTRATION.name}: {error}", 2)
    except (EngineError, FolderTaken, PortTaken) as error:
        return _complain(str(error), 1)
    except OSError as error:
        return _complain(f"{error.filename or local_dir()}: {error.strerror}", 1)
    return 0


class BadOption(Exception):
    """An environment variable has an invalid value."""


class PortTaken(Exception):
    """Another process listens on the port."""


def _stop(_number: int, _frame: object) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # a second one would interrupt the cleanup
    raise SystemExit(0)


def _complain(text: str, status: int) -> int:
    print(f"rosetta: {text}", file=sys.stderr)
    return status


def _serve(port: str, seed_file: Path, engine: str) -> None:
    if engine not in ENGINES:
        raise BadOption(f"ENGINE must be one of {', '.join(ENGINES)}, not {engine!r}")
    seed = read_seed(seed_file)
    folder = local_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("MAX_INLINE_BYTES", str(MAX_INLINE_BYTES))
    os.environ.setdefault("SLICE_BYTES", str(SLICE_BYTES))
    with contextlib.ExitStack() as stack:
        stack.enter_context(own(folder))
        server = stack.enter_context(_listening(port))
        remove_state(folder)  # left by a server that was killed
        endpoints = stack.enter_context(local_aws(engine, folder))
        world = StreamingWorld(*build_world())
        create_tables()
        # The bucket is always empty: moto's S3 does not persist, whatever the engine.
        create_bucket(world, server.url)
        loaded = load(world, seed)
        app = build_app(world=world)
        router, most = Router(app.routes), world.settings.limits.inline_bytes
        for _ in range(WORKERS):
            stack.enter_context(repeating(lambda: pump(world), QUEUE_SECONDS, eagerly=True))
        stack.enter_context(repeating(world.reaper.sweep, SWEEP_SECONDS))
        stack.enter_context(server.serving(app, router, most, streaming=True))
        stack.callback(remove_state, folder)
        write_state(folder, {"url": server.url, **endpoints, **loaded})
        gc.freeze()
        gc.enable()
        _introduce(server.url, endpoints["aws_endpoint_url"], loaded["principals"])
        while True:
            time.sleep(1)  # not signal.pause(): a signal that another thread catches does not end it


def _listening(port: str) -> LocalServer:
    if not port.isdecimal() or int(port) > 65535:
        raise BadOption(f"PORT must be a number up to 65535, not {port!r}")
    try:
        return LocalServer(int(port))
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise PortTaken(f"port {port} {reason}") from error


def _introduce(url: str, aws_url: str, principals: Mapping[str, Mapping[str, Any]]) -> None:
    """Print URLs, principals and example requests."""
    lines = [f"Rosetta is ready: {url}/console in a browser, {url} for clients (local AWS at {aws_url})", ""]
    for name, principal in principals.items():
        who = f"{name} (tenant {principal['tenant']}; {' '.join(principal['policies'])})"
        lines += [who, f"    {principal['secret']}"]
    for principal in list(principals.values())[:1]:
        lines += ["", "Try:"]
        lines += [f"    curl {dialect.example.format(url=url, **principal)}" for dialect in DIALECTS]
    print("\n".join([*lines, "", f"API reference: {url}/docs", "Press Ctrl-C to stop."]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
