"""Run by the Python of python-openstackclient, with a file of clouds: a method is one of openstacksdk's for images.

The method `command` is the command `openstack` itself, which takes a second to be started, and is loaded once here.
"""

import functools
import importlib
import os
from typing import Any

from tests.e2e.drivers.protocol import Call, in_process, serve

openstack = importlib.import_module("openstack")  # the other Python has none of it
shell = importlib.import_module("openstackclient.shell")  # as above


def perform(call: Call) -> Any:
    os.environ["OS_CLIENT_CONFIG_FILE"] = call["clouds"]
    if call["method"] == "command":
        return in_process(lambda: shell.main(["--os-cloud", call["cloud"], *call["arguments"]]))
    method = getattr(images(call["clouds"], call["cloud"]), call["method"])
    return plain(method(*call["arguments"], **call["fields"]))


@functools.cache
def images(_clouds: str, cloud: str) -> Any:
    """The images of a cloud, once it has been signed in there."""
    return openstack.connect(cloud=cloud).image


def plain(result: Any) -> Any:
    """Images and members as dictionaries, bytes as the text that they are."""
    if hasattr(result, "to_dict"):
        return result.to_dict()
    if hasattr(result, "content"):
        return result.content.decode("latin-1")
    return [plain(each) for each in result] if hasattr(result, "__next__") else result


if __name__ == "__main__":
    serve(perform)
