"""Parse the filters of a list into conditions of the catalogue (wire §3.2)."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NoReturn

from chalicelib.catalog.facts import INSPECTION_PREFIX, PROPERTY_FIELDS, was_found
from chalicelib.catalog.image import Status
from chalicelib.catalog.query import Condition, Operator, Predicate
from chalicelib.catalog.total import STORED
from chalicelib.dialects.glance_v2.schema import (
    IMPORTING,
    STATUS_NAMES,
    custom_properties,
    hash_of,
    size_of,
    status_of,
    virtual_size_of,
)
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

NOT_FILTERS = frozenset({"limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "member_status", "deleted"})
"""Parameters that are not filters."""
NOTHING = Condition("id", Operator.IN, ())
SIZED = Condition("status", Operator.IN, tuple(sorted(STORED)))
MOVING = frozenset({STATUS_NAMES[Status.QUEUED], STATUS_NAMES[Status.UPLOADING], IMPORTING})
"""Statuses here that depend on more than the image's status."""
OPERATOR = r"(?s)([A-Za-z_-]*):(.*)"
QUOTED = '"([^"]*:[^"]*)"'
SHA512_DIGITS = 128
COMPARISONS = ("gt", "gte", "lt", "lte", "eq", "neq")

Conditions = Iterator[Condition | Predicate]


def conditions(request: Request) -> Conditions:
    """The conditions of a query, except for its scope. Raises BadMessage."""
    yield Condition("status", Operator.UNEQUAL, Status.KILLED)
    if "os_hidden" not in request.query:
        yield Condition("hidden", Operator.EQUAL, False)  # noqa: FBT003  # a value
    for name in request.query:
        if name == "tag":
            yield from (Condition("tags", Operator.CONTAINS, tag) for tag in request.query[name])
        elif name not in NOT_FILTERS:
            read = READERS.get(name) or partial(_property, name)
            yield from read(request.parameter(name) or "")


def _operator_and_values(name: str, text: str) -> list[str]:
    """Parse the operator and values of a filter: `x`, `eq:x` or `in:x,"y, z"`."""
    if quoted := re.fullmatch(QUOTED, text):
        return [quoted[1]]
    if ":" not in text:
        return [text]
    operator, _, rest = text.partition(":")
    if operator not in ("eq", "in"):
        raise BadMessage(name, f"Unable to filter by unknown operator '{operator}'.")
    return [rest] if operator == "eq" else parse_values(name, rest)


def parse_values(name: str, text: str) -> list[str]:
    """Split values at commas outside of quotes: `a,"b, c"` → `a`, `b, c`. Raises BadMessage."""
    found, rest = [], f"{text},"
    while rest:
        if not rest.startswith('"'):
            value, _, rest = rest.partition(",")
            found.append(value)
            continue
        value, closed, rest = rest[1:].partition('"')
        if not closed:
            raise BadMessage(name, f"Invalid filter value {text}. The quote is not closed.")
        if not rest.startswith(","):
            raise BadMessage(name, f"Invalid filter value {text}. There is no comma after closing quotation mark.")
        found.append(value)
        rest = rest[1:]
    if any('"' in value for value in found):
        raise BadMessage(name, f"Invalid filter value {text}. There is no comma before opening quotation mark.")
    return found


def _text(field: str, text: str) -> Conditions:
    values = _operator_and_values(field, text)
    one = len(values) == 1
    yield Condition(field, Operator.EQUAL, values[0]) if one else Condition(field, Operator.IN, tuple(values))


def _name(text: str) -> Conditions:
    operator, _, part = text.partition(":")
    if operator != "contains":
        return _text("called", text)
    folded = part.casefold()
    return iter([Predicate(lambda image: folded in (image.called or "").casefold())])


def _id(text: str) -> Conditions:
    values = frozenset(_operator_and_values("id", text))
    yield Predicate(lambda image: image.id in values)


def _status(text: str) -> Conditions:
    words = frozenset(_operator_and_values("status", text))
    if words & MOVING:
        yield Predicate(lambda image: status_of(image) in words)
    else:
        named = tuple(status for status, word in STATUS_NAMES.items() if word in words)
        yield Condition("status", Operator.IN, named)


def _equal(field: str, text: str) -> Conditions:
    yield Condition(field, Operator.EQUAL, text)


def _number(field: str, text: str) -> Conditions:
    yield Condition(field, Operator.EQUAL, int(text)) if re.fullmatch("[0-9]{1,18}", text) else NOTHING


def _size(text: str) -> Conditions:
    yield SIZED
    yield from _number("size", text)


def _virtual_size(text: str) -> Conditions:
    yield Predicate(lambda image: str(virtual_size_of(image)) == text)


def _hash_algorithm(text: str) -> Conditions:
    yield SIZED
    yield Predicate(lambda image: hash_of(image)["os_hash_algo"] == text)


def _hash_value(text: str) -> Conditions:
    """Match also the older digest, which is no longer shown if there is a better one."""
    yield SIZED
    yield Condition("sha512" if len(text) == SHA512_DIGITS else "sha256", Operator.EQUAL, text)


def _of_bytes(field: str, text: str) -> Conditions:
    """A condition on a field that only images with data show."""
    yield SIZED
    yield Condition(field, Operator.EQUAL, text)


def _bound(field: str, operator: Operator, text: str) -> Conditions:
    try:
        bound = fields.integer(field, text)
    except BadMessage as error:
        raise BadMessage(field, "Unable to filter on a range with a non-numeric value.") from error
    yield Condition(field, operator, bound)


def _size_bound(operator: Operator, text: str) -> Conditions:
    yield from _bound("size", operator, text)
    yield Predicate(lambda image: size_of(image) is not None)


def _protected(text: str) -> Conditions:
    if text not in ("true", "false"):
        raise BadMessage("protected", f"Invalid value '{text}' for 'protected' filter. Valid values are true, false.")
    yield Condition("protected", Operator.EQUAL, text == "true")


def _hidden(text: str) -> Conditions:
    if text.lower() not in ("true", "false"):
        raise BadMessage("os_hidden", f"Invalid value '{text}' for 'os_hidden' filter. Valid values are true, false.")
    yield Condition("hidden", Operator.EQUAL, text.lower() == "true")


def _time(field: str, text: str) -> Conditions:
    """A comparison of times as shown, in whole seconds."""
    found = re.fullmatch(OPERATOR, text)
    operator, written = (found[1], found[2]) if found else ("eq", text)
    if operator not in COMPARISONS:
        raise BadMessage(field, f"Unable to filter on a unknown operator '{operator}'.")
    try:
        instant = fields.instant(field, written)
    except BadMessage as error:
        raise BadMessage(field, f'Bad "{field}" query filter format. Use ISO 8601 DateTime notation.') from error
    yield Predicate(lambda image: compares(getattr(image, field), operator, instant))


def compares(found: datetime, operator: str, instant: datetime) -> bool:
    """Compare instants in whole seconds."""
    shown = found.replace(microsecond=0)
    match operator:
        case "gt":
            return shown > instant
        case "gte":
            return shown >= instant
        case "lt":
            return shown < instant
        case "lte":
            return shown <= instant
        case "eq":
            return shown == instant
    return shown != instant


def _changes_since(_text: str) -> NoReturn:
    raise BadMessage("changes-since", "The changes-since filter is no longer available on v2.")


def _property(name: str, text: str) -> Conditions:
    """Conditions for a shown property of this name and value, wherever it is stored."""
    if name.startswith(INSPECTION_PREFIX):
        yield Predicate(lambda image: was_found(image, name, text))
    elif text == "":
        yield Predicate(lambda image: custom_properties(image).get(name) == "")
    else:
        yield Condition(PROPERTY_FIELDS.get(name) or ("properties", name), Operator.EQUAL, text)


READERS: Mapping[str, Callable[[str], Conditions]] = {
    "name": _name,
    "disk_format": partial(_text, "disk_format"),
    "container_format": partial(_text, "container_format"),
    "id": _id,
    "status": _status,
    "owner": partial(_equal, "owner"),
    "checksum": partial(_of_bytes, "checksum"),
    "os_hash_value": _hash_value,
    "os_hash_algo": _hash_algorithm,
    "size": _size,
    "virtual_size": _virtual_size,
    "min_disk": partial(_number, "min_disk"),
    "min_ram": partial(_number, "min_ram"),
    "size_min": partial(_size_bound, Operator.AT_LEAST),
    "size_max": partial(_size_bound, Operator.AT_MOST),
    **{
        f"{field}_{end}": partial(_bound, field, operator)
        for field in ("min_disk", "min_ram")
        for end, operator in (("min", Operator.AT_LEAST), ("max", Operator.AT_MOST))
    },
    "protected": _protected,
    "os_hidden": _hidden,
    "created_at": partial(_time, "created_at"),
    "updated_at": partial(_time, "updated_at"),
    "changes-since": _changes_since,
}
"""The reader of each filter by a field."""
