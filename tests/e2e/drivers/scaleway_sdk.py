"""Run by the Python of scaleway-sdk: a method is `get`, `post`, `put` or `delete` of `images`, or of one by its id."""

import functools
import importlib
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

scaleway = importlib.import_module("scaleway.apis")  # it has no types, and the other Python has none of it


def perform(call: Call) -> Any:
    images = client(call["endpoint"], call["token"]).images
    return getattr(images(*call["arguments"]), call["method"])(**call["fields"])


@functools.cache
def client(endpoint: str, token: str) -> Any:
    """One client for each caller, so that connections are kept alive from call to call."""
    return scaleway.ComputeAPI(base_url=endpoint, auth_token=token).query()


if __name__ == "__main__":
    serve(perform)
