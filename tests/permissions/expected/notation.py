"""The notation of the tables: callers in rows, states of an image in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Callers. All but strangers, members and administrators act for the owner's tenant, or pretend to."""

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
"""Callers whom no operation knows."""


class State(StrEnum):
    """States of an image, in the order of the columns; all but the private one are shared with both members.

    Of a community image and of one that was withdrawn, which only its owner sees, the memberships are without effect.
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
"""States of which Glance v2 alone has a word."""


@dataclass(frozen=True)
class Outcome:
    """What a request is answered; if `blind`, one for something that never existed is answered alike."""

    status: int
    blind: bool
    idle: bool = False
    """Whether nothing changes by it."""


@dataclass(frozen=True)
class Rule:
    """The outcomes of an operation, with where they are laid down. A row of one outcome is for all states.

    Where a row says nothing of it, a community image is as a public one, and a withdrawn one as a private one.
    """

    note: str
    rows: Mapping[Who, tuple[Outcome, ...]]

    @property
    def open(self) -> bool:
        """Whether callers are served whoever they are."""
        return self.rows[Who.NOBODY][0].status < 400

    def outcome(self, who: Who, state: State) -> Outcome:
        row = self.rows[who]
        return row[_column(state, row, {State.COMMUNITY: State.PUBLIC, State.WITHDRAWN: State.PRIVATE})]


@dataclass(frozen=True)
class Listing:
    """What a list shows, with where it is laid down; a row of one sign is for the only thing that there is.

    Where a row says nothing of them, community and withdrawn images are as private ones: their tenant's.
    """

    note: str
    rows: Mapping[Who, str]

    def shows(self, who: Who, state: State) -> bool:
        signs = self.rows.get(who, "-")
        return signs[_column(state, signs, dict.fromkeys(ELSEWHERE, State.PRIVATE))] == "+"


def _column(state: State, row: Sequence[object], alike: Mapping[State, State]) -> int:
    """Where a row has what it says of a state, or of the one that this is like."""
    known = list(State)[: len(row)]
    return 0 if len(row) == 1 else known.index(state if state in known else alike[state])


def rule(note: str, **rows: str) -> Rule:
    """A table of statuses, a row a caller; `others` stands for all callers that are known and not named.

    `-` is 404 and `!` is 403 before anything is looked up; these, and a status with an asterisk, are blind. What is
    served and changes nothing ends in `=`. Callers without good credentials get 401 before all else, unless there is a
    row for `everybody`.
    """
    everybody = _outcomes(rows.pop("everybody", "401*"))
    others = rows.pop("others", None)
    named = {Who(name): _outcomes(cells) for name, cells in rows.items()}
    rest = everybody if others is None else _outcomes(others)
    known = {who: named.get(who, rest) for who in Who if who not in UNKNOWN}
    return Rule(note, {**dict.fromkeys(UNKNOWN, everybody), **known})


def listing(note: str, **rows: str) -> Listing:
    """A table of `+` for what is listed and `-` for what is not, a row a caller; without a row nothing is listed."""
    return Listing(note, {Who(name): "".join(signs.split()) for name, signs in rows.items()})


def _outcomes(cells: str) -> tuple[Outcome, ...]:
    found = tuple(_outcome(cell) for cell in cells.split())
    if len(found) not in {1, len(State), len(State) - len(ELSEWHERE)}:
        raise ValueError(f"not a row of the table: {cells}")
    return found


def _outcome(cell: str) -> Outcome:
    text = {"-": "404*", "!": "403*"}.get(cell, cell)
    return Outcome(int(text.rstrip("*=")), text.endswith("*"), text.endswith("="))
