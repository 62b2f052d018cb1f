"""The catalogue as a sequential program: what a call answers, and what it leaves, if calls come one after the other.

A slot is a place for one image at a time: the id that clients of Glance, devops-service and Foreman choose, or one that
a single image ever has. It shares nothing with the catalogue that it is compared with, not even the words.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

GLANCE, SCALEWAY, DEVOPS, FOREMAN, QINGCLOUD = "glance_v1", "scaleway", "devops_service", "foreman", "qingcloud"
DIALECTS = (GLANCE, SCALEWAY, DEVOPS, FOREMAN, QINGCLOUD)
OWN_ONLY = frozenset({DEVOPS, FOREMAN})
"""The dialects in which nothing of other tenants exists."""


class Verb(StrEnum):
    """What can be asked. An `END` is not asked by clients: it is the worker that ends a deletion."""

    CREATE = "create"
    RENAME = "rename"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    SHARE = "share"
    UNSHARE = "unshare"
    DELETE = "delete"
    END = "end"
    SHOW = "show"
    LIST = "list"


class Outcome(StrEnum):
    """What comes of a call; all but the first leave everything as it was."""

    DONE = "done"
    TAKEN = "another image is there"
    GONE = "there is no such image"
    WAITING = "it is deleted, and could be had back"
    HIDDEN = "it is somebody else's"
    PUBLIC = "it is somebody else's, and public"
    SHARED = "it is somebody else's, and shared with the caller"
    NO_MEMBER = "it is not shared with that tenant"
    OUTRUN = "somebody was faster"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: to create or change the image in a slot, to show it, or to list (without a slot).

    `born` is the name with which the image was created that is meant; None means the one that is in the slot.
    `name` is a new name, never given twice; `member` a tenant that an image is shared with.
    """

    verb: Verb
    dialect: str
    tenant: str
    slot: str = ""
    born: str | None = None
    name: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """What is remembered of an image: `home` is the dialect that created it; `leaving` says that it will be deleted."""

    born: str
    home: str
    owner: str
    name: str
    public: bool = False
    members: frozenset[str] = frozenset()
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """The image that is there, and what is left of earlier ones: `waiting` are deletions that can be taken back."""

    image: Image | None = None
    used: bool = False
    waiting: frozenset[str] = field(default=frozenset())


EMPTY = Slot()


def names_seen(slot: Slot, dialect: str, tenant: str) -> tuple[str, ...]:
    """The names that a list of a tenant's has of this slot: one or none."""
    image = slot.image
    return (image.name,) if image is not None and _sees(image, dialect, tenant) else ()


def apply(slot: Slot, call: Call) -> tuple[Slot, Outcome]:
    """The slot after the call, and what comes of it."""
    if call.verb is Verb.CREATE:
        return _created(slot, call)
    if call.verb is Verb.END:
        return _ended(slot, call)
    image = slot.image
    if image is None or call.born not in {None, image.born}:
        return slot, Outcome.WAITING if call.born in slot.waiting else Outcome.GONE
    refusal = _refusal(image, call)
    if refusal is not None or call.verb is Verb.SHOW:
        return slot, refusal or Outcome.DONE
    return _changed(slot, image, call)


def _created(slot: Slot, call: Call) -> tuple[Slot, Outcome]:
    """Ids of Glance are given once; the others are free when their image is deleted and cannot come back."""
    if slot.used if call.dialect == GLANCE else slot.image is not None or slot.waiting:
        return slot, Outcome.TAKEN
    image = Image(born=call.name, home=call.dialect, owner=call.tenant, name=call.name)
    return replace(slot, image=image, used=True), Outcome.DONE


def _ended(slot: Slot, call: Call) -> tuple[Slot, Outcome]:
    """What was deleted otherwise stays so; what nobody has asked to delete is not ended."""
    image = slot.image
    if image is None or image.born != call.born:
        return slot, Outcome.DONE
    if not image.leaving:
        return slot, Outcome.GONE
    return replace(slot, image=None, waiting=slot.waiting | {image.born}), Outcome.DONE


def _changed(slot: Slot, image: Image, call: Call) -> tuple[Slot, Outcome]:
    match call.verb:
        case Verb.DELETE if call.dialect != QINGCLOUD:
            return replace(slot, image=None), Outcome.DONE
        case Verb.DELETE:
            image = replace(image, leaving=True)
        case Verb.RENAME:
            image = replace(image, name=call.name)
        case Verb.PUBLISH | Verb.WITHDRAW:
            image = replace(image, public=call.verb is Verb.PUBLISH)
        case Verb.SHARE:
            image = replace(image, members=image.members | {call.member})
        case _ if call.member not in image.members:
            return slot, Outcome.NO_MEMBER
        case _:
            image = replace(image, members=image.members - {call.member})
    return replace(slot, image=image), Outcome.DONE


def _refusal(image: Image, call: Call) -> Outcome | None:
    if not _sees(image, call.dialect, call.tenant):
        return Outcome.HIDDEN
    if image.owner == call.tenant or call.verb is Verb.SHOW or _leaves(image, call):
        return None
    return Outcome.PUBLIC if image.public else Outcome.SHARED


def _leaves(image: Image, call: Call) -> bool:
    """A member may end its own membership."""
    return call.verb is Verb.UNSHARE and call.tenant == call.member and call.member in image.members


def _sees(image: Image, dialect: str, tenant: str) -> bool:
    """Foreman has images below architectures, which devops-service does not know."""
    if dialect == FOREMAN and image.home == DEVOPS:
        return False
    if image.owner == tenant:
        return True
    return dialect not in OWN_ONLY and (image.public or tenant in image.members)
