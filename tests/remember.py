"""Worlds that many tests begin with: built once in a process, and put back for each further test."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from chalicelib.settings import Settings
from tests.api import Api, Caller
from tests.moto_state import Items, has_bytes, has_machines, restore, saved, tables

World = TypeVar("World")
Keys = Mapping[str, Mapping[Any, set[Any] | None]]
TOKENS = Settings.from_environ({}).table_prefix + "tokens"


class Remembered(NamedTuple):
    """What was built over which items, the items that there were afterwards, and the time when it was done."""

    built: Any
    before: Keys
    items: Items
    now: datetime


_KEPT: dict[Callable[..., Any], Remembered] = {}


def remembered(api: Api, build: Callable[..., World], *given: object) -> World:
    """What `build(*given)` makes of items and nothing else, without bytes and machines; built only once over the same.

    Callers that it returns speak to the registry at hand, and those that the test has already stay good. What it
    returns must not be changed.
    """
    before = _keys()
    kept = _KEPT.get(build)
    if kept is None or kept.before != before:
        built = build(*given)
        assert not has_bytes(), "bytes are not remembered"
        assert not has_machines(), "machines are not remembered"
        _KEPT.setdefault(build, Remembered(built, before, saved(), api.clock.time))
        return built
    callers = dict(tables()[TOKENS].items)
    restore(kept.items)
    tables()[TOKENS].items.update(callers)
    api.clock.time = kept.now
    found: World = _through(api, kept.built)
    return found


def _keys() -> Keys:
    """What there is, but for callers."""
    return {
        name: {key: set(found) if isinstance(found, dict) else None for key, found in table.items.items()}
        for name, table in tables().items()
        if name != TOKENS
    }


def _through(api: Api, built: Any) -> Any:
    """The same, spoken to through this registry."""
    match built:
        case Api():
            return api
        case Caller():
            return built.through(api)
        case dict():
            return {name: _through(api, value) for name, value in built.items()}
        case list() | set():
            return type(built)(_through(api, value) for value in built)
    if is_dataclass(built) and not isinstance(built, type):
        return replace(built, **{each.name: _through(api, getattr(built, each.name)) for each in fields(built)})
    return built
