"""Run by the Python of python-foreman: a method is one that the description gives the client: `architectures.index`."""

import functools
import importlib
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

foreman = importlib.import_module("foreman.client")  # the other Python has none of it


def perform(call: Call) -> Any:
    ours = client(call["endpoint"], call["user"], call["token"], call["cache"])
    resource, _, action = call["method"].partition(".")
    return getattr(getattr(ours, resource), action)(*call["arguments"], **call["fields"])


@functools.cache
def client(url: str, user: str, password: str, cache: str) -> Any:
    """One client for each caller, so that the description is loaded once."""
    return foreman.Foreman(url, (user, password), api_version=2, cache_dir=cache)


if __name__ == "__main__":
    serve(perform)
