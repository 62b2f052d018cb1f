"""Run by the Python of Apache Libcloud: a method is one for images of its driver for Scaleway.

Images are told by their id; the node that one is created of by its `arch` and its root `volume`. The tenant is the
organization that the driver acts for.
"""

import functools
import importlib
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

compute = importlib.import_module("libcloud.compute.base")  # the other Python has none of it
scaleway = importlib.import_module("libcloud.compute.drivers.scaleway")


def perform(call: Call) -> Any:
    ours = driver(call["endpoint"], call["tenant"], call["token"])
    return METHODS[call["method"]](ours, *call["arguments"], **call["fields"])


@functools.cache
def driver(endpoint: str, organization: str, token: str) -> Any:
    """One driver for each caller, its connection led to the endpoint."""
    overrides = {"_ex_connection_class_kwargs": lambda _self: {"url": endpoint}}
    return type("Driver", (scaleway.ScalewayNodeDriver,), overrides)(organization, token)


def list_images(ours: Any) -> list[dict[str, Any]]:
    return [plain(image) for image in ours.list_images()]


def get_image(ours: Any, image_id: str) -> dict[str, Any]:
    return plain(ours.get_image(image_id))


def create_image(ours: Any, name: str, *, arch: str, volume: str) -> dict[str, Any]:
    extra = {"arch": arch, "volumes": {"0": {"id": volume}}}
    node = compute.Node("a node", "a node", "running", [], [], ours, extra=extra)
    return plain(ours.create_image(node, name))


def delete_image(ours: Any, image_id: str) -> Any:
    return ours.delete_image(compute.NodeImage(image_id, "any name", ours))


METHODS = {function.__name__: function for function in (list_images, get_image, create_image, delete_image)}


def plain(image: Any) -> dict[str, Any]:
    """What the library makes of an image, dates as text."""
    dates = {name: image.extra[name].isoformat() for name in ("creation_date", "modification_date")}
    return {"id": image.id, "name": image.name, "extra": {**image.extra, **dates}}


if __name__ == "__main__":
    serve(perform)
