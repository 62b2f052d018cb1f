"""What other releases have written: kept where it is not known, and left out of lists where it cannot be read."""

import logging
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from typing import Any, TypeVar

from chalicelib.catalog.outages import Unreadable

Raw = Mapping[str, Mapping[str, Any]]
Item = TypeVar("Item")
Thing = TypeVar("Thing")

FIRST = 1
"""The format of items that do not say."""
FIRST_LAYOUT = FIRST
"""The format of images whose rows are in the first layout."""
FORMAT = 2
"""The format of the images that this release writes, and the newest that it reads."""

_log = logging.getLogger(__name__)


def check_format(found: int, what: str, thing_id: str) -> None:
    """Raise Unreadable for what a release has written that knows another format than this one."""
    if found > FORMAT:
        raise Unreadable(what, thing_id)


def readable(read: Callable[[Item], Thing], items: Iterable[Item]) -> Generator[Thing, None, None]:
    """What these items stand for; those that this release cannot read are logged, and missing."""
    for item in items:
        try:
            yield read(item)
        except Unreadable as error:
            _log.warning("left out of a list: %s", error)


def unknown(raw: Raw, known: Collection[str]) -> Raw:
    """The attributes of an item that this release does not know."""
    return {name: raw[name] for name in raw.keys() - known}
