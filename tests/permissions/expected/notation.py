"""The notation of the tables: callers in rows, states of an image in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Callers. All except strangers, members and administrators act for the owner's tenant, or claim to."""

    NOBODY = "no credentials"
    WRONG = "wrong secret"
    EXPIRED = "expired token"
    REVOKED = "revoked token"
    READER = "reader"
    STRANGER = "stranger"
    MEMBER = "member"
    SHARER = "sharer"
    OWNER = "owner"
    ADMIN = "admin"


UNKNOWN = (Who.NOBODY, Who.WRONG, Who.EXPIRED, Who.REVOKED)
"""Callers without valid credentials."""


class State(StrEnum):
    """States of an image, in the order of the columns; all but private images have both members.

    The memberships of a community image and of a withdrawn one, which only its owner sees, have no effect.
    """

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"
    PROTECTED = "protected"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    COMMUNITY = "community"
    WITHDRAWN = "withdrawn"


ELSEWHERE = (State.COMMUNITY, State.WITHDRAWN)
"""States that only Glance v2 has."""


@dataclass(frozen=True)
class Outcome:
    """The response to a request; if `blind`, it must be the same as for an image that never existed."""

    status: int
    blind: bool
    idle: bool = False
    """Whether the request changes nothing."""


@dataclass(frozen=True)
class Rule:
    """The outcomes of an operation, and the source of the rule. A row with one outcome applies to all states.

    A row without the last two columns treats a community image as public, and a withdrawn one as private.
    """

    note: str
    rows: Mapping[Who, tuple[Outcome, ...]]

    @property
    def open(self) -> bool:
        """Whether the operation needs no credentials."""
        return self.rows[Who.NOBODY][0].status < 400

    def outcome(self, who: Who, state: State) -> Outcome:
        row = self.rows[who]
        return row[_column(state, row, {State.COMMUNITY: State.PUBLIC, State.WITHDRAWN: State.PRIVATE})]


@dataclass(frozen=True)
class Listing:
    """The contents of a list, and the source of the rule. A row with one sign is for a subject with one state.

    A row without the last two columns treats community and withdrawn images as private.
    """

    note: str
    rows: Mapping[Who, str]

    def shows(self, who: Who, state: State) -> bool:
        signs = self.rows.get(who, "-")
        return signs[_column(state, signs, dict.fromkeys(ELSEWHERE, State.PRIVATE))] == "+"


def _column(state: State, row: Sequence[object], alike: Mapping[State, State]) -> int:
    """The column of a state, or of the state that it is treated as."""
    known = list(State)[: len(row)]
    return 0 if len(row) == 1 else known.index(state if state in known else alike[state])


def rule(note: str, **rows: str) -> Rule:
    """A table of statuses, a row for each caller; `others` stands for all callers with credentials that are not named.

    `-` is 404 and `!` is 403 before anything is looked up; both are blind, as is a status with an asterisk. A status
    with `=` means a success that changes nothing. Callers without valid credentials get 401, unless there is a row for
    `everybody`.
    """
    everybody = _outcomes(rows.pop("everybody", "401*"))
    others = rows.pop("others", None)
    named = {Who(name): _outcomes(cells) for name, cells in rows.items()}
    rest = everybody if others is None else _outcomes(others)
    known = {who: named.get(who, rest) for who in Who if who not in UNKNOWN}
    return Rule(note, {**dict.fromkeys(UNKNOWN, everybody), **known})


def listing(note: str, **rows: str) -> Listing:
    """A table of `+` for listed and `-` for not listed, a row for each caller; a caller without a row sees nothing."""
    return Listing(note, {Who(name): "".join(signs.split()) for name, signs in rows.items()})


def _outcomes(cells: str) -> tuple[Outcome, ...]:
    found = tuple(_outcome(cell) for cell in cells.split())
    if len(found) not in {1, len(State), len(State) - len(ELSEWHERE)}:
        raise ValueError(f"not a row of the table: {cells}")
    return found


def _outcome(cell: str) -> Outcome:
    text = {"-": "404*", "!": "403*"}.get(cell, cell)
    return Outcome(int(text.rstrip("*=")), text.endswith("*"), text.endswith("="))
