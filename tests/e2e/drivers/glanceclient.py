"""Run by the Python of python-glanceclient: a method is a path such as `images.create`.

Where data are sent, a call has a `"file"` or a `"stream"`: a path, opened as a file that can seek or read from a pipe
that cannot.
"""

import functools
import hashlib
import importlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from tests.e2e.drivers.protocol import Call, serve

glanceclient = importlib.import_module("glanceclient")  # it has no types, and the other Python has none of it


def perform(call: Call) -> Any:
    with data(call) as given:
        method = attrgetter(call["method"])(client(call["endpoint"], call["token"]))
        result = method(*call["arguments"], **call["fields"], **given)
        return digest(result) if call["method"] == "images.data" else plain(result)


@functools.cache
def client(endpoint: str, token: str) -> Any:
    """One client for each caller, so that connections are kept alive from call to call."""
    return glanceclient.Client("1", endpoint, token=token)


@contextmanager
def data(call: Call) -> Iterator[dict[str, IO[bytes]]]:
    if "file" in call:
        with Path(call["file"]).open("rb") as file:
            yield {"data": file}
    elif "stream" in call:
        with subprocess.Popen(["cat", call["stream"]], stdout=subprocess.PIPE) as cat:  # noqa: S603, S607  # our own file
            assert cat.stdout is not None
            yield {"data": cat.stdout}
    else:
        yield {}


def plain(result: Any) -> Any:
    """Images and members as dictionaries, what iterates as a list."""
    if hasattr(result, "to_dict"):
        return result.to_dict()
    return result if result is None or isinstance(result, dict) else [plain(item) for item in result]


def digest(chunks: Any) -> dict[str, Any]:
    """What was downloaded, in short, and the length that the client announced before."""
    content = b"".join(chunks)
    return {"length": len(chunks), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


if __name__ == "__main__":
    serve(perform)
