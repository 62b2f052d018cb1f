"""Worlds that many tests start from: built once in a process, and restored for each further test."""

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
    """The result of a build, the keys of the items before it, all items after it, and the clock's time then."""

    built: Any
    before: Keys
    items: Items
    now: datetime


_KEPT: dict[Callable[..., Any], Remembered] = {}


def remembered(api: Api, build: Callable[..., World], *given: object) -> World:
    """The result of `build(*given)`, which is called only once in a process for the same items in the tables.

    `build` may store items, but no bytes and no machines. Callers in the result send to `api`; tokens that the test has
    already issued stay valid. Tests must not change the result.
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
    """The keys of all items, by table, except those of tokens."""
    return {
        name: {key: set(found) if isinstance(found, dict) else None for key, found in table.items.items()}
        for name, table in tables().items()
        if name != TOKENS
    }


def _through(api: Api, built: Any) -> Any:
    """The same result, with its callers sending to `api`."""
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
