"""Run by the Python of powerdrill: a method is a path, and what is done there: `compute_resources/1/images.list`."""

import functools
import importlib
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

powerdrill = importlib.import_module("powerdrill")  # the other Python has none of it


def perform(call: Call) -> Any:
    ours = client(call["endpoint"], call["user"], call["token"])
    path, _, action = call["method"].rpartition(".")
    return getattr(ours.api(*path.split("/")), action)(*call["arguments"], **call["fields"])


@functools.cache
def client(url: str, user: str, password: str) -> Any:
    """One client for each caller; its pages are small, so that a short list has several."""
    return powerdrill.ForemanClient(url, username=user, password=password, per_page=2)


if __name__ == "__main__":
    serve(perform)
