"""The history of an image: who changed what, when, and through which dialect."""

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
"""Fields whose changes are not recorded: they follow from other fields, or describe work in progress."""
TOLD = tuple(field.name for field in fields(Image) if field.name not in UNTOLD)

AWAITED = frozenset({"status", "size"})
"""Fields that change when an upload starts; they are recorded when it is complete."""


class What(StrEnum):
    """The kind of an event, the most significant one if a write did several things."""

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
    """Who caused an event: a user with a token, in a request through a dialect, or in a job started by one."""

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
"""Kinds of events that have a reason."""
WITHOUT_CHANGES = frozenset({What.ALLOWED, What.DELETED, What.RESTORED, What.PURGED}) | FAILURES
"""Kinds whose changed fields are always the same, and therefore not recorded."""
REACHED = {
    Status.UPLOADING: What.STAGED,
    Status.KILLED: What.KILLED,
    Status.ACTIVE: What.REACTIVATED,
    Status.DEACTIVATED: What.DEACTIVATED,
    Status.DEPRECATED: What.DEPRECATED,
}
"""The kind of event by the new status, where the old status makes no difference."""
SYSTEM = Actor(user="rosetta")
"""The actor of scheduled work, such as purging expired tombstones."""


class Event(NamedTuple):
    """One write to an image, and the version that the image has since.

    `what` is one of `What`, or a kind that a newer release has added. `fields` are the names of changed fields; their
    values may be secret and are not recorded. `members` are tenants that were added or got other rights, `removed`
    those that were removed.
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
    """The event for a write, or None if nothing changed that the history records."""
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
        silent |= {"location"}  # killed and deleted images lose theirs
    names = [name for name in TOLD if getattr(old, name) != getattr(new, name) and name not in silent]
    return tuple(told for name in names for told in (_facts(old, new) if name == "dialect_facts" else [name]))


def _facts(old: Image, new: Image) -> list[str]:
    """The names of dialect facts that were added, removed or changed."""
    ways = ((new.dialect_facts, old.dialect_facts), (old.dialect_facts, new.dialect_facts))
    changes = [facts for one, other in ways for facts in differing_facts(one, other).values()]
    return sorted({name for facts in changes for name in facts})


def _what(old: Image, new: Image, changed: Sequence[str]) -> What | None:
    if _is_over(old, new):
        return What.FAILED
    told = _move(old, new) if old.status is not new.status else None
    return told or _change(old, new, changed)


def _change(old: Image, new: Image, changed: Sequence[str]) -> What | None:
    """The kind of event if the status stays, or its change has no kind of its own."""
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
    """Whether an upload or a job has failed, so that the image waits for its data again."""
    if old.status is new.status:
        return old.transition is Transition.CREATING and new.transition is None
    return new.status is Status.QUEUED


def _move(old: Image, new: Image) -> What | None:
    """The kind of event for a change of status, or None."""
    if new.gone:
        return What.PURGED if old.gone else What.DELETED
    if old.gone:
        return What.RESTORED
    if new.status is Status.ACTIVE and old.status in (Status.QUEUED, Status.UPLOADING, Status.SAVING):
        return What.UPLOADED
    return REACHED.get(new.status)


def sharing_of(image: Image, members: Sequence[str], removed: Sequence[str], actor: Actor, now: datetime) -> Event:
    """The event for a change of the members."""
    return Event(
        image_id=image.id,
        version=image.version,
        at=now,
        what=What.SHARED if members else What.UNSHARED,
        actor=actor,
        members=tuple(members),
        removed=tuple(removed),
    )
