"""Parse the search language into a predicate on rows (wire §7).

Comparisons with null are unknown in the original and false here: as NOT is true of both, the results are the same.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple

from chalicelib.dialects.foreman.tokens import COMPARISONS, ENDS, LISTS, PATTERNS, Sign, Tokens, pattern

Row = Mapping[str, str | int | bool | None]
"""Values by field; None is null."""
Test = Callable[[Row], bool]

DEEPEST = 64
"""Maximum nesting of brackets."""
LONGEST_INTEGER = 600
"""Maximum digits of an integer: Python can always convert them, and larger ones equal no stored value."""


class Kind(Enum):
    """The type of a field, which determines its comparisons."""

    TEXT = auto()
    INTEGER = auto()
    FLAG = auto()


class Field(NamedTuple):
    """A searchable field; words without a field are searched in `free` texts."""

    kind: Kind
    free: bool = False


Fields = Mapping[str, Field]


class SearchRefused(Exception):
    """An invalid search or order; the message is shown to clients."""


def parse_search(text: str, fields: Fields) -> Test:
    """Parse a search into a predicate; an empty search matches everything. Raises SearchRefused."""
    return _Parser(Tokens(text), fields).query()


def parse_order(text: str, fields: Fields) -> tuple[str, bool]:
    """Parse an order into a field and whether it descends: only with `desc` (wire §6.2). Raises SearchRefused."""
    name, *direction = text.split(maxsplit=1) or [""]
    if name not in fields:
        raise SearchRefused(f"the field '{name}' in the order statement is not valid field for search")
    return name, [word.lower() for word in direction] == ["desc"]


class _Parser:
    """A recursive-descent parser for the grammar of wire §7.3, with a method per rule.

    The end of the text closes all open brackets; an unmatched closing bracket ends the text.
    """

    def __init__(self, tokens: Tokens, fields: Fields) -> None:
        self._tokens = tokens
        self._fields = fields
        self._free = [name for name, field in fields.items() if field.free and field.kind is Kind.TEXT]
        self._depth = 0

    def query(self) -> Test:
        """Terms side by side are joined by AND."""
        terms: list[Test] = []
        while self._tokens.next.sign not in ENDS:
            terms.append(self._logical())
        return lambda row: all(term(row) for term in terms)

    def _logical(self) -> Test:
        """AND and OR have the same precedence and are right-associative."""
        deciding: list[tuple[Test, bool]] = []
        last = self._unary()
        while self._tokens.next.sign in (Sign.AND, Sign.OR):
            deciding.append((last, self._tokens.take().sign is Sign.OR))
            last = self._unary()

        def test(row: Row) -> bool:
            for term, decision in deciding:
                if term(row) is decision:
                    return decision
            return last(row)

        return test

    def _unary(self) -> Test:
        negated = False
        while self._tokens.took(Sign.NOT):
            negated = not negated
        test = self._group() if self._tokens.took(Sign.OPEN) else self._condition()
        return (lambda row: not test(row)) if negated else test

    def _group(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SearchRefused("The search is nested too deeply")
        test = self.query()
        self._depth -= 1
        self._tokens.take()
        return test

    def _condition(self) -> Test:
        if self._tokens.next.sign in (Sign.HAS, Sign.NULL):
            return self._nullness()
        if self._tokens.next.sign in COMPARISONS:
            return self._anywhere(*self._comparison())
        name = self._value()
        if self._tokens.next.sign in COMPARISONS:
            return _compare(name, self._field(name), *self._comparison())
        if name in self._fields and self._fields[name].kind is Kind.FLAG:
            return _compare(name, self._fields[name], Sign.EQUAL, ["true"])
        return self._anywhere(Sign.LIKE, [name])

    def _nullness(self) -> Test:
        null = self._tokens.take().sign is Sign.NULL
        name = self._value()
        self._field(name)
        return lambda row: (row[name] is None) is null

    def _comparison(self) -> tuple[Sign, list[str]]:
        sign = self._tokens.take().sign
        if sign not in LISTS or not self._tokens.took(Sign.OPEN):
            return sign, [self._value()]
        values: list[str] = []
        while self._tokens.next.sign not in ENDS:
            values.append(self._value())
        self._tokens.take()
        return sign, values

    def _anywhere(self, sign: Sign, values: Sequence[str]) -> Test:
        """A comparison without a field: matches if any free text does; most operators match nothing."""
        if sign not in (Sign.EQUAL, Sign.UNEQUAL, *PATTERNS):
            return lambda _row: True
        return _holds(self._free, sign, values)

    def _field(self, name: str) -> Field:
        if name not in self._fields:
            raise SearchRefused(f"Field '{name}' not recognized for searching!")
        return self._fields[name]

    def _value(self) -> str:
        if self._tokens.next.sign is not Sign.VALUE:
            raise SearchRefused(f"Value expected but found {self._tokens.next.text}")
        return self._tokens.take().text


def _compare(name: str, field: Field, sign: Sign, texts: Sequence[str]) -> Test:
    return _holds([name], sign, [_read(name, field.kind, sign, text) for text in texts])


def _holds(names: Sequence[str], sign: Sign, operands: Sequence[Any]) -> Test:
    """A predicate: one of the fields is not null and satisfies the comparison."""
    compares = COMPARISONS[sign]
    operand = frozenset(operands) if sign in LISTS else pattern(*operands) if sign in PATTERNS else operands[0]

    def test(row: Row) -> bool:
        for name in names:
            value = row[name]
            if value is not None and compares(value, operand):
                return True
        return False

    return test


def _read(name: str, kind: Kind, sign: Sign, text: str) -> Any:
    """Parse the operand for a field."""
    if kind is Kind.INTEGER:
        return _integer(sign, text)
    return _flag(name, sign, text) if kind is Kind.FLAG else text


def _integer(sign: Sign, text: str) -> float:
    if not re.fullmatch("-?[0-9]+", text):
        # The original names `id` whatever the field is.
        raise SearchRefused(f"Value '{text}' is not valid for field 'id'")
    if sign in PATTERNS:
        raise SearchRefused(f"the operator '{sign.value}' is not supported for field type 'integer'")
    digits = text.lstrip("-0") or "0"
    size = int(digits) if len(digits) <= LONGEST_INTEGER else math.inf
    return -size if text.startswith("-") else size


def _flag(name: str, sign: Sign, text: str) -> bool:
    if text not in ("true", "false"):
        raise SearchRefused(f"'{name}' should be one of 'true, false', but the query was '{text}'")
    if sign not in (Sign.EQUAL, Sign.UNEQUAL, *LISTS):
        raise SearchRefused(f"Operator '{sign.value}' not supported for '{name}'")
    return text == "true"
