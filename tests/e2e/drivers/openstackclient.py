"""Run by the Python of python-openstackclient: a method is one of openstacksdk's for images, such as `images`."""

import functools
import importlib
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

connection = importlib.import_module("openstack.connection")  # the other Python has none of it


def perform(call: Call) -> Any:
    found = getattr(images(call["endpoint"], call["user"], call["token"]), call["method"])(
        *call["arguments"], **call["fields"]
    )
    return [image.to_dict() for image in found] if call["method"] == "images" else found


@functools.cache
def images(url: str, user: str, password: str) -> Any:
    """Images, with the credentials in each request: no Keystone is asked."""
    account = {"endpoint": f"{url}/v1", "username": user, "password": password}
    return connection.Connection(auth_type="http_basic", auth=account, image_api_version="1").image


if __name__ == "__main__":
    serve(perform)
