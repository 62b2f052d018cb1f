"""Repairs of moto, for tests and local server alike: atomic DynamoDB calls, cheaper answers and transactions."""

import base64
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import Table

DYNAMODB_LOCK = threading.RLock()
"""Held while moto answers: its conditional writes and transactions are not atomic by themselves."""

ITEM_SHAPES = frozenset({"AttributeMap", "Key", "PutItemInputAttributeMap"})


def lock_moto() -> None:
    """Let one thread at a time into moto's in-process answers (`mock_aws`).

    Calling it again changes nothing.
    """
    original = BotocoreStubber.__call__
    if getattr(original, "locked", False):
        return

    def call(self: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
        with DYNAMODB_LOCK:
            return original(self, *args, **kwargs)

    call.locked = True  # type: ignore[attr-defined]  # a mark on the function, so that it is wrapped once
    BotocoreStubber.__call__ = call  # type: ignore[method-assign]  # the repair is this assignment


def speed_up_moto() -> None:
    """Write DynamoDB items out as they are instead of walking their shapes, which costs 3 ms an item.

    Calling it again changes nothing.
    """
    write_map = BaseJSONSerializer._serialize_type_map  # noqa: SLF001  # moto offers no public place for this
    write_structure = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001  # the same
    if getattr(write_map, "fast", False):
        return

    def write_item(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name in ITEM_SHAPES and value is not None:
            serialized[key] = _plain(value)
        else:
            write_map(self, serialized, value, shape, key)

    def write_attribute(self: Any, serialized: Any, value: Any, shape: Any, key: Any) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and key is not None:
            serialized[key] = _plain(value)
        else:
            write_structure(self, serialized, value, shape, key)

    write_item.fast = True  # type: ignore[attr-defined]  # a mark on the function, so that it is replaced once
    BaseJSONSerializer._serialize_type_map = write_item  # type: ignore[method-assign]  # noqa: SLF001  # the repair
    BaseJSONSerializer._serialize_type_structure = write_attribute  # type: ignore[method-assign]  # noqa: SLF001  # the repair


def share_items() -> None:
    """Have the copy of a table that moto makes for each action of a transaction share its items.

    Moto copies them all, in case it has to roll back. Puts and deletions replace items and leave the copy as it
    was; updates inside a transaction would change it, and are not used here. Calling it again changes nothing.
    """

    def snapshot(self: Table, _memo: object) -> Table:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.items = defaultdict(dict)
        found: Any  # an item, or the items of one hash key by their range key
        for key, found in self.items.items():
            copied.items[key] = dict(found) if isinstance(found, dict) else found
        return copied

    Table.__deepcopy__ = snapshot  # type: ignore[attr-defined]  # the repair is this assignment


def _plain(value: Any) -> Any:
    """A value as DynamoDB's JSON has it: moto's own types resolved, bytes in base64."""
    for method in ("to_regular_json", "to_json"):
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
