"""Items of other releases: unknown attributes are kept, unreadable items left out of lists."""

import logging
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from typing import Any, TypeVar

from chalicelib.catalog.outages import Unreadable

Raw = Mapping[str, Mapping[str, Any]]
Item = TypeVar("Item")
Thing = TypeVar("Thing")

FIRST = 1
"""The format of items without one."""
FIRST_LAYOUT = FIRST
"""The format of images whose rows are in the first layout."""
FORMAT = 2
"""The format of the images that this release writes, and the newest that it reads."""

_log = logging.getLogger(__name__)


def check_format(found: int, what: str, thing_id: str) -> None:
    """Raise Unreadable for a newer format than this release reads."""
    if found > FORMAT:
        raise Unreadable(what, thing_id)


def readable(read: Callable[[Item], Thing], items: Iterable[Item]) -> Generator[Thing, None, None]:
    """The items as `read` returns them; those that this release cannot read are logged and left out."""
    for item in items:
        try:
            yield read(item)
        except Unreadable as error:
            _log.warning("left out of a list: %s", error)


def unknown(raw: Raw, known: Collection[str]) -> Raw:
    """The attributes of a raw item that are not among the known ones."""
    return {name: raw[name] for name in raw.keys() - known}
