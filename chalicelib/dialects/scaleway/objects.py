"""Volumes and boot scripts of an image: objects with an id, whose known members have types.

Types are checked because typed clients would fail on a whole list for one size that is not an integer.
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from chalicelib.catalog.image import is_uuid
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage

LARGEST_NUMBER = 2**64 - 1
"""The largest size that clients can read: they use unsigned 64-bit integers."""
INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
EMPTY_VOLUMES: Collection[Any] = ("[]", [])
"""What clients have sent for no volumes at all."""

Reader = Callable[[Any], Any]
"""Converts a value to its type. Raises WrongError."""


class WrongError(Exception):
    """An invalid value; messages are those of voluptuous, as in the original."""


def uuid(value: Any) -> str:
    """A UUID in lower case."""
    if not isinstance(value, str) or not is_uuid(value.lower()):
        raise WrongError(f"{value!r:.80} is not a valid UUID.")
    return value.lower()


def text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise WrongError("expected str")
    return value


def boolean(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise WrongError("expected bool")
    return value


def reference(value: Any) -> str:
    """The id of something, given as such or in an object."""
    return uuid(value.get("id") if isinstance(value, dict) else value)


def number(value: Any) -> int:
    """A whole number, however it is written: 5e10 is one."""
    whole = _with_integers(value)
    if type(whole) is not int or not 0 <= whole <= LARGEST_NUMBER:
        raise WrongError("expected int")
    return whole


def instant(value: Any) -> str:
    """A time with its offset."""
    if not re.fullmatch(INSTANT, text(value)):
        raise WrongError("expected a date")
    try:
        fields.instant("date", value)
    except BadMessage as error:
        raise WrongError("expected a date") from error
    return text(value)


def texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list):
        raise WrongError("expected a list")
    return [text(each) for each in value]


def server(value: Any) -> dict[str, Any]:
    """The server of a volume, given as an object or as its id alone."""
    return _identified(value, SERVER)


SERVER: Mapping[str, Reader] = {"id": uuid, "name": text}
VOLUME: Mapping[str, Reader] = {
    "id": uuid,
    "size": number,
    "tags": texts,
    "server": server,
    **dict.fromkeys(("name", "volume_type", "export_uri", "organization", "project", "state", "zone"), text),
    **dict.fromkeys(("creation_date", "modification_date"), instant),
}
BOOTSCRIPT: Mapping[str, Reader] = {
    "id": uuid,
    **dict.fromkeys(("title", "kernel", "initrd", "bootcmdargs", "architecture", "dtb"), text),
    **dict.fromkeys(("organization", "project", "zone"), text),
    **dict.fromkeys(("public", "default"), boolean),
}
"""Their members, as clients know them; other members are kept as they are, and all but the id may be null."""


def volumes(value: Any) -> dict[str, Any]:
    """Volumes by their keys, each given as an object or as its id alone. Raises WrongError."""
    if value in EMPTY_VOLUMES:
        return {}
    if not isinstance(value, dict):
        raise WrongError("expected a dictionary")
    return {key: _within(key, _identified, each, VOLUME) for key, each in value.items()}


def bootscript(value: Any) -> dict[str, Any] | None:
    """A boot script, given as an object or as its id alone, or none. Raises WrongError."""
    return None if value is None else _identified(value, BOOTSCRIPT)


def _identified(value: Any, members: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {"id": uuid(value)}
    return {key: _within(key, _member, each, members, key) for key, each in {"id": None, **value}.items()}


def _member(value: Any, members: Mapping[str, Reader], key: str) -> Any:
    if value is None and key != "id":
        return None
    return members.get(key, _with_integers)(value)


def _within(key: str, read: Callable[..., Any], *arguments: Any) -> Any:
    """What `read` makes of it, or what is wrong with it, and where."""
    try:
        return read(*arguments)
    except WrongError as error:
        raise WrongError(f"{key:.80}: {error}") from error


def _with_integers(value: Any) -> Any:
    """The same, with whole numbers as integers."""
    match value:
        case dict():
            return {key: _with_integers(each) for key, each in value.items()}
        case list():
            return [_with_integers(each) for each in value]
        case float() if value.is_integer() and abs(value) <= LARGEST_NUMBER:
            return int(value)
    return value


def shown_volumes(stored: Any) -> dict[str, Any]:
    """Volumes as they may be shown, whatever was stored by a release that did not look: without those that are none."""
    known = {key: _shown(each, VOLUME) for key, each in stored.items()} if isinstance(stored, Mapping) else {}
    return {key: volume for key, volume in known.items() if volume is not None}


def shown_root_volume(stored: Any) -> dict[str, Any]:
    """What is known of a root volume, as `shown_volumes`; empty if it is none."""
    return _shown(stored, VOLUME) or {}


def shown_bootscript(stored: Any) -> dict[str, Any] | None:
    """A boot script as it may be shown, as `shown_volumes`."""
    return _shown(stored, BOOTSCRIPT)


def _shown(stored: Any, members: Mapping[str, Reader]) -> dict[str, Any] | None:
    """An object without the members that have another type; None if it has no id."""
    given = stored if isinstance(stored, Mapping) else {"id": stored}
    shown: dict[str, Any] = {}
    for key, each in given.items():
        with suppress(WrongError):
            shown[key] = _member(each, members, key)
    return shown if "id" in shown else None
