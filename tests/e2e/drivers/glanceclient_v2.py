"""Run by the Python of python-glanceclient: a method of v2 is a path such as `images.list`; see `glanceclient.py`.

The method `command` is the command `glance` itself, which finds out for itself what the server speaks.
"""

import functools
import importlib
import os
import sys
from operator import attrgetter
from pathlib import Path
from typing import Any

from tests.e2e.drivers.glanceclient import digest
from tests.e2e.drivers.protocol import Call, in_process, serve

glanceclient = importlib.import_module("glanceclient")  # it has no types, and the other Python has none of it
shell = importlib.import_module("glanceclient.shell")  # as above


def perform(call: Call) -> Any:
    if call["method"] == "command":
        return in_process(lambda: command(call))
    method = attrgetter(call["method"])(client(call["endpoint"], call["token"]))
    if "file" in call:
        with Path(call["file"]).open("rb") as file:
            method(*call["arguments"], file)
        return None
    result = method(*call["arguments"], **call["fields"])
    return digest(result) if call["method"] == "images.data" else plain(result)


@functools.cache
def client(endpoint: str, token: str) -> Any:
    """One client for each caller."""
    return glanceclient.Client("2", endpoint, token=token)


def command(call: Call) -> Any:
    """The command; the descriptions that it keeps are kept where its user says."""
    os.environ["HOME"] = call["home"]
    account = (f"--os-image-url={call['endpoint']}", f"--os-auth-token={call['token']}")
    sys.argv = ["glance", *account, *call["arguments"]]
    return shell.main()


def plain(result: Any) -> Any:
    """What is like a dictionary as one, what iterates as a list."""
    if hasattr(result, "keys"):
        return dict(result)
    return [plain(each) for each in result] if hasattr(result, "__next__") else result


if __name__ == "__main__":
    serve(perform)
