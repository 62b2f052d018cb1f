"""Run by the Python of nailgun: a method is one of an entity's, such as `Architecture.search`.

The fields are those of the entity; a search has its query among the arguments, an update the names of what it changes.
"""

import collections.abc
import functools
import importlib
import inspect
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

# What the client, and blinker-herald beside it, look for where it was until Python 3.10.
vars(collections)["Iterable"] = collections.abc.Iterable
vars(inspect)["getargspec"] = inspect.getfullargspec

entities = importlib.import_module("nailgun.entities")  # the other Python has none of it
config = importlib.import_module("nailgun.config")


def perform(call: Call) -> Any:
    kind, method = call["method"].split(".")
    ours = server(call["endpoint"], call["user"], call["token"])
    entity = getattr(entities, kind)(ours, **call["fields"])
    if method == "search":
        return [plain(found) for found in entity.search(query=call["arguments"][0])]
    answer = getattr(entity, method)(*call["arguments"])
    return plain(answer) if isinstance(answer, type(entity)) else answer


@functools.cache
def server(url: str, user: str, password: str) -> Any:
    return config.ServerConfig(url, (user, password), verify=False)


def plain(entity: Any) -> dict[str, Any]:
    """The values of an entity; other entities among them as their ids."""
    return {name: number(value) for name, value in entity.get_values().items()}


def number(value: Any) -> Any:
    if isinstance(value, list):
        return [number(each) for each in value]
    return value.id if hasattr(value, "get_values") else value


if __name__ == "__main__":
    serve(perform)
