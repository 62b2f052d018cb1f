"""Run by the Python of python-openstackclient, with a file of clouds: a method is one of openstacksdk's for images.

The method `command` is the command `openstack` itself, which takes a second to be started and is started once here.
"""

import contextlib
import functools
import importlib
import io
import json
import os
import sys
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

openstack = importlib.import_module("openstack")  # the other Python has none of it
shell = importlib.import_module("openstackclient.shell")  # as above


def perform(call: Call) -> Any:
    os.environ["OS_CLIENT_CONFIG_FILE"] = call["clouds"]
    if call["method"] == "command":
        return command(call["cloud"], call["arguments"])
    method = getattr(images(call["clouds"], call["cloud"]), call["method"])
    return plain(method(*call["arguments"], **call["fields"]))


@functools.cache
def images(_clouds: str, cloud: str) -> Any:
    """The images of a cloud, once it has been signed in there."""
    return openstack.connect(cloud=cloud).image


class Terminal(io.StringIO):
    """What is typed at the command, which would take the input of this process for an image."""

    def isatty(self) -> bool:
        return True


def command(cloud: str, words: list[str]) -> Any:
    """What comes of the command in a process of its own, as it keeps its clients for ever."""
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, json.dumps(run(cloud, words)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        told = file.read()
    os.wait()
    return json.loads(told)


def run(cloud: str, words: list[str]) -> dict[str, Any]:
    """The exit status of the command, and what it printed."""
    said, told = io.StringIO(), io.StringIO()
    sys.stdin = Terminal()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            status = shell.main(["--os-cloud", cloud, *words])
        except SystemExit as error:  # words that it does not understand
            status = error.code
    return {"status": status, "stdout": said.getvalue(), "stderr": told.getvalue()}


def plain(result: Any) -> Any:
    """Images and members as dictionaries, bytes as the text that they are."""
    if hasattr(result, "to_dict"):
        return result.to_dict()
    if hasattr(result, "content"):
        return result.content.decode("latin-1")
    return [plain(each) for each in result] if hasattr(result, "__next__") else result


if __name__ == "__main__":
    serve(perform)
