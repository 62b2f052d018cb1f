"""What happens to an image: who did what to it, when, and through which dialect."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.catalog.image import Image, Status, Transition, Visibility, differing_facts
from chalicelib.catalog.principal import Principal

UNTOLD = frozenset(
    {
        "id",
        "number",
        "status_changed_at",
        "created_at",
        "updated_at",
        "deleted_at",
        "transition",
        "location_version",
        "inline",
        "inspection",
        "uninspected",
        "inspecting",
        "signature",
        "retriable",
    }
    | {"member_count", "members_behind", "version", "unknown", "stored_format"}
)
"""Fields whose changes are no news: they follow from others, or say that something is on its way."""
TOLD = tuple(field.name for field in fields(Image) if field.name not in UNTOLD)

AWAITED = frozenset({"status", "size"})
"""Fields that change when bytes begin to come, which is told when they have come."""


class What(StrEnum):
    """The most telling thing that a write did to an image."""

    CREATED = "created"
    CHANGED = "changed"
    INSPECTED = "inspected"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    SHARED = "shared"
    UNSHARED = "unshared"
    UPLOADED = "uploaded"
    FAILED = "failed"
    STAGED = "staged"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    DEPRECATED = "deprecated"
    ALLOWED = "allowed"
    KILLED = "killed"
    DELETED = "deleted"
    RESTORED = "restored"
    PURGED = "purged"


class Actor(NamedTuple):
    """Whoever does something: a user with a token, in a request of a dialect or a job that it began."""

    user: str = ""
    tenant: str | None = None
    token: str | None = None
    dialect: str = ""
    request_id: str = ""

    @classmethod
    def of(cls, principal: Principal, dialect: str, request_id: str) -> "Actor":
        """The caller of a request."""
        return cls(principal.user, principal.tenant, principal.token, dialect, request_id)


FAILURES = frozenset({What.KILLED, What.FAILED})
"""Ends of an upload of which it is told why."""
WITHOUT_CHANGES = frozenset({What.ALLOWED, What.DELETED, What.RESTORED, What.PURGED}) | FAILURES
"""What changes the same fields always."""
REACHED = {
    Status.UPLOADING: What.STAGED,
    Status.KILLED: What.KILLED,
    Status.ACTIVE: What.REACTIVATED,
    Status.DEACTIVATED: What.DEACTIVATED,
    Status.DEPRECATED: What.DEPRECATED,
}
"""What it is called that an image comes to a status, if that has a word of its own wherever it comes from."""
SYSTEM = Actor(user="rosetta")
"""Nobody asked for it: time has passed."""


class Event(NamedTuple):
    """One write to an image, which had this version from then on.

    `what` is one of `What`, or the word of a newer release. `fields` are the names of those that got other values,
    which are not told: they may be secret. `members` are tenants that it was shared with, or with other rights,
    `removed` those that it is shared with no longer.
    """

    image_id: str
    version: int
    at: datetime
    what: str
    actor: Actor
    fields: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reason: str | None = None


def event_of(old: Image | None, new: Image, actor: Actor, now: datetime) -> Event | None:
    """What a write makes of an image, if that is worth telling."""
    changed = () if old is None else _changed(old, new)
    what = What.CREATED if old is None else _what(old, new, changed)
    if what is None:
        return None
    told = () if what in WITHOUT_CHANGES else changed
    reason = new.status_reason if what in FAILURES else None
    return Event(image_id=new.id, version=new.version, at=now, what=what, actor=actor, fields=told, reason=reason)


def _changed(old: Image, new: Image) -> tuple[str, ...]:
    silent = AWAITED if old.status is Status.QUEUED and new.status is Status.SAVING else frozenset[str]()
    if new.location is None:
        silent |= {"location"}  # what an image has left that came to its end is gone
    names = [name for name in TOLD if getattr(old, name) != getattr(new, name) and name not in silent]
    return tuple(told for name in names for told in (_facts(old, new) if name == "dialect_facts" else [name]))


def _facts(old: Image, new: Image) -> list[str]:
    """The names of facts of single dialects that came, went or changed."""
    ways = ((new.dialect_facts, old.dialect_facts), (old.dialect_facts, new.dialect_facts))
    changes = [facts for one, other in ways for facts in differing_facts(one, other).values()]
    return sorted({name for facts in changes for name in facts})


def _what(old: Image, new: Image, changed: Sequence[str]) -> What | None:
    if _is_over(old, new):
        return What.FAILED
    told = _move(old, new) if old.status is not new.status else None
    return told or _change(old, new, changed)


def _change(old: Image, new: Image, changed: Sequence[str]) -> What | None:
    """What is done to an image whose status stays, or has no word."""
    if old.allowed is not new.allowed:
        return What.ALLOWED
    if old.visibility is not new.visibility:
        if new.visibility is Visibility.PUBLIC:
            return What.PUBLISHED
        if old.visibility is Visibility.PUBLIC:
            return What.WITHDRAWN
    if old.inspection is None and new.inspection is not None:
        return What.INSPECTED
    return What.CHANGED if changed else None


def _is_over(old: Image, new: Image) -> bool:
    """Whether the image waits for its bytes as before an upload, or a job that was to bring them."""
    if old.status is new.status:
        return old.transition is Transition.CREATING and new.transition is None
    return new.status is Status.QUEUED


def _move(old: Image, new: Image) -> What | None:
    """What a change of the status is called, if it has a word of its own."""
    if new.gone:
        return What.PURGED if old.gone else What.DELETED
    if old.gone:
        return What.RESTORED
    if new.status is Status.ACTIVE and old.status in (Status.QUEUED, Status.UPLOADING, Status.SAVING):
        return What.UPLOADED
    return REACHED.get(new.status)


def sharing_of(image: Image, members: Sequence[str], removed: Sequence[str], actor: Actor, now: datetime) -> Event:
    """What becomes of who an image is shared with."""
    return Event(
        image_id=image.id,
        version=image.version,
        at=now,
        what=What.SHARED if members else What.UNSHARED,
        actor=actor,
        members=tuple(members),
        removed=tuple(removed),
    )
