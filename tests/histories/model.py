"""A sequential model of the catalogue: the outcome of a call, and the state after it, if calls come one at a time.

A slot holds one image at a time. It is the id that clients of Glance, devops-service and Foreman choose, or an id that
only one image ever has. The model shares no code and no names with the catalogue that it is compared with.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

GLANCE, GLANCE_2, SCALEWAY = "glance_v1", "glance_v2", "scaleway"
DEVOPS, FOREMAN, QINGCLOUD = "devops_service", "foreman", "qingcloud"
DIALECTS = (GLANCE, GLANCE_2, SCALEWAY, DEVOPS, FOREMAN, QINGCLOUD)
OWN_ONLY = frozenset({DEVOPS, FOREMAN})
"""The dialects in which images of other tenants do not exist."""
BY_UUID = (GLANCE, GLANCE_2, SCALEWAY)
"""The dialects that use the same id for an image."""


class Verb(StrEnum):
    """The calls. `END` is not a client's: the worker finishes a deletion."""

    CREATE = "create"
    RENAME = "rename"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    OPEN = "open to who knows it"
    SECLUDE = "seclude"
    SHARE = "share"
    UNSHARE = "unshare"
    ACCEPT = "accept"
    REJECT = "reject"
    HIDE = "hide"
    UNHIDE = "unhide"
    TAG = "tag"
    UNTAG = "untag"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    DELETE = "delete"
    END = "end"
    SHOW = "show"
    LIST = "list"
    SEARCH = "list whatever may be seen"


READING = frozenset({Verb.SHOW, Verb.LIST, Verb.SEARCH})
LISTING = frozenset({Verb.LIST, Verb.SEARCH})


class Access(StrEnum):
    """The visibility of an image. Members see it if it is shared."""

    PUBLIC = "public"
    COMMUNITY = "community"
    SHARED = "shared"
    PRIVATE = "private"


ACCESS = {
    Verb.PUBLISH: Access.PUBLIC,
    Verb.WITHDRAW: Access.SHARED,
    Verb.OPEN: Access.COMMUNITY,
    Verb.SECLUDE: Access.PRIVATE,
}


class Outcome(StrEnum):
    """The outcome of a call; only `DONE` changes anything."""

    DONE = "done"
    TAKEN = "another image is there"
    GONE = "there is no such image"
    WAITING = "it is deleted, and could be had back"
    HIDDEN = "it is somebody else's"
    PUBLIC = "it is somebody else's, and everybody may see it"
    SHARED = "it is somebody else's, and shared with the caller"
    NO_MEMBER = "it is not shared with that tenant"
    MEMBER = "it is shared with that tenant already"
    UNSHARED = "it has no members"
    NO_TAG = "it has no such tag"
    UNFIT = "its bytes are in no state for it"
    OUTRUN = "somebody was faster"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that creates, changes or shows the image in a slot, or that lists or searches (without a slot).

    `born` is the name with which the image was created; None means whichever image is in the slot.
    `name` is a new name, never used twice; `member` is a tenant with which the image is shared.
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
    """An image in the model. `home` is the dialect that created it; `leaving` means that it is being deleted.

    Members have accepted it, rejected it, or not answered yet. `withheld` means that it is deactivated.
    """

    born: str
    home: str
    owner: str
    name: str
    access: Access = Access.SHARED
    members: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    hidden: bool = False
    tagged: bool = False
    withheld: bool = False
    leaving: bool = False

    @property
    def open(self) -> bool:
        """Whether everybody who has its id may see it."""
        return self.access in {Access.PUBLIC, Access.COMMUNITY}


@dataclass(frozen=True, slots=True)
class Slot:
    """The image in the slot, and traces of earlier ones: `waiting` are deletions that can still be undone."""

    image: Image | None = None
    used: bool = False
    waiting: frozenset[str] = field(default=frozenset())


EMPTY = Slot()


def names_read(slot: Slot, call: Call) -> tuple[str, ...]:
    """The names that a read of this slot returns: one or none."""
    image = slot.image
    reads = _lists if call.verb is Verb.LIST else _finds if call.verb is Verb.SEARCH else _sees
    return (image.name,) if image is not None and reads(image, call.dialect, call.tenant) else ()


def apply(slot: Slot, call: Call) -> tuple[Slot, Outcome]:
    """The slot after the call, and the outcome."""
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
    """Glance's ids are never reused; others become free when the deletion of their image cannot be undone any more."""
    if slot.used if call.dialect in {GLANCE, GLANCE_2} else slot.image is not None or slot.waiting:
        return slot, Outcome.TAKEN
    image = Image(born=call.name, home=call.dialect, owner=call.tenant, name=call.name)
    return replace(slot, image=image, used=True), Outcome.DONE


def _ended(slot: Slot, call: Call) -> tuple[Slot, Outcome]:
    """Finish a deletion; images that nobody has asked to delete stay, deleted ones stay deleted."""
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
        case Verb.WITHDRAW if call.dialect != GLANCE_2 and image.access is not Access.PUBLIC:
            """It is already not public."""
        case Verb.PUBLISH | Verb.WITHDRAW | Verb.OPEN | Verb.SECLUDE:
            image = replace(image, access=ACCESS[call.verb])
        case Verb.HIDE | Verb.UNHIDE:
            image = replace(image, hidden=call.verb is Verb.HIDE)
        case Verb.UNTAG if not image.tagged:
            return slot, Outcome.NO_TAG
        case Verb.TAG | Verb.UNTAG:
            image = replace(image, tagged=call.verb is Verb.TAG)
        case Verb.DEACTIVATE | Verb.REACTIVATE:
            return _shelved(slot, image, withheld=call.verb is Verb.DEACTIVATE)
        case _:
            return _shared(slot, image, call)
    return replace(slot, image=image), Outcome.DONE


def _shelved(slot: Slot, image: Image, *, withheld: bool) -> tuple[Slot, Outcome]:
    """Images created through Glance v2 have no bytes, and so cannot be deactivated."""
    if image.home == GLANCE_2 or (image.leaving and image.withheld is not withheld):
        return slot, Outcome.UNFIT
    return replace(slot, image=replace(image, withheld=withheld)), Outcome.DONE


def _shared(slot: Slot, image: Image, call: Call) -> tuple[Slot, Outcome]:
    """A new member has not answered yet; a member's answer is removed with it."""
    member = frozenset({call.member})
    if call.verb is Verb.SHARE:
        if member <= image.members:
            return slot, Outcome.MEMBER if call.dialect == GLANCE_2 else Outcome.DONE
        return replace(slot, image=replace(image, members=image.members | member)), Outcome.DONE
    if not member <= image.members:
        return slot, Outcome.NO_MEMBER
    image = replace(image, accepted=image.accepted - member, rejected=image.rejected - member)
    match call.verb:
        case Verb.ACCEPT:
            image = replace(image, accepted=image.accepted | member)
        case Verb.REJECT:
            image = replace(image, rejected=image.rejected | member)
        case _:
            image = replace(image, members=image.members - member)
    return replace(slot, image=image), Outcome.DONE


def _refusal(image: Image, call: Call) -> Outcome | None:
    # QingCloud shows an image by filtering a list by its id.
    sees = _lists if (call.verb, call.dialect) == (Verb.SHOW, QINGCLOUD) else _sees
    if not sees(image, call.dialect, call.tenant):
        return Outcome.HIDDEN
    if call.verb is Verb.SHOW or _leaves(image, call):
        return None
    if call.member and (refusal := _unshared(image, call)):
        return refusal
    if image.owner == call.tenant or call.verb in {Verb.ACCEPT, Verb.REJECT}:
        return None
    return Outcome.PUBLIC if image.open else Outcome.SHARED


def _unshared(image: Image, call: Call) -> Outcome | None:
    """In v1 public images have members too, who keep access after it is withdrawn."""
    having = {Access.SHARED} if call.dialect == GLANCE_2 else {Access.SHARED, Access.PUBLIC}
    return None if image.access in having else Outcome.UNSHARED


def _leaves(image: Image, call: Call) -> bool:
    """In v1 a member may end its own membership."""
    leaves = call.verb is Verb.UNSHARE and call.dialect == GLANCE
    return leaves and call.tenant == call.member and call.member in image.members


def _sees(image: Image, dialect: str, tenant: str) -> bool:
    """Whether a tenant sees the image. Foreman needs an architecture, which devops-service's images do not have."""
    if dialect == FOREMAN and image.home == DEVOPS:
        return False
    if image.owner == tenant:
        return True
    return dialect not in OWN_ONLY and (image.open or _is_member(image, image.members, tenant))


def _lists(image: Image, dialect: str, tenant: str) -> bool:
    """In v2 a list has what the tenant has accepted, elsewhere what it has not rejected. Only v2 hides images."""
    if image.owner != tenant and image.access is not Access.PUBLIC:
        members = image.accepted if dialect == GLANCE_2 else image.members - image.rejected
        if not _is_member(image, members, tenant):
            return False
    return _sees(image, dialect, tenant) and not (dialect == GLANCE_2 and image.hidden)


def _finds(image: Image, dialect: str, tenant: str) -> bool:
    """A search also finds community images and rejected ones."""
    return _sees(image, dialect, tenant) and not image.hidden


def _is_member(image: Image, members: frozenset[str], tenant: str) -> bool:
    return image.access is Access.SHARED and tenant in members
