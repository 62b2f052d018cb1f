"""The keys of the tables, as functions of an image: the lists it is in, its positions there, its claims."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.catalog.image import LIVE, Alias, Image, ImageNumber, Name, Status, TenantAlias, Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.position import SortKey, position, short_id, short_instant
from chalicelib.catalog.reference import FIELDS

SHARDS = 8
LONGEST_KEY = 1024
PUBLIC = "public"
UNFINISHED = "unfinished"
PENDING_DELETE = "pending_delete"
DELETED = "deleted"
COUNTER = "counter/images"
CALLED = "called"
"""The attribute of what an image without a name is `called`; rows of images with a name lack it."""
GONE = "gone"
SHARED = "shared"
REJECTED = "rejected"
COMMUNITY = "community"


KEPT = ("tenant", "all", PUBLIC)
"""Lists with a counterpart for their deleted images."""


class Orders(NamedTuple):
    """The orders that a list can be read in: that of its key, and those of local indexes."""

    main: SortKey
    indexed: tuple[SortKey, ...] = ()

    def has(self, order: SortKey) -> bool:
        """Whether the list can be read in this order."""
        return order is self.main or order in self.indexed


_USUAL = Orders(SortKey.ID, (SortKey.CREATED, SortKey.UPDATED, SortKey.NAME, SortKey.SIZE))
_SWEPT = Orders(SortKey.ID, (SortKey.UPDATED,))
ORDERS: Mapping[str, Orders] = {
    "tenant": _USUAL,
    PUBLIC: _USUAL,
    COMMUNITY: _USUAL,
    "all": Orders(SortKey.CREATED, (SortKey.UPDATED,)),
    **dict.fromkeys(FIELDS, Orders(SortKey.NUMBER)),
    **dict.fromkeys((SHARED, REJECTED), Orders(SortKey.CREATED, (SortKey.NAME,))),
    GONE: Orders(SortKey.UPDATED),
    **dict.fromkeys((UNFINISHED, PENDING_DELETE, DELETED), _SWEPT),
}
"""By the first word of a scope. Each order costs a unit or more per write, so there are as few as possible."""


def scopes(image: Image) -> list[str]:
    """The lists that an image is in, except those of its members."""
    if image.status is Status.DELETED:
        return [*map(gone, _wide(image)), DELETED, *([UNFINISHED] if is_unfinished(image) else [])]
    found = _wide(image) + narrower(image)
    if image.visibility is Visibility.COMMUNITY:
        found.append(COMMUNITY)
    if image.status is Status.PENDING_DELETE:
        found.append(PENDING_DELETE)
    if is_unfinished(image):
        found.append(UNFINISHED)
    return found


def narrower(image: Image) -> list[str]:
    """The lists of the owner's images that refer to the same reference."""
    found = {kind: getattr(image, field) for kind, field in FIELDS.items()} if image.owner is not None else {}
    return [key(kind, image.owner, value) for kind, value in found.items() if value is not None]


def _wide(image: Image) -> list[str]:
    """The lists of an image with a counterpart for deleted ones."""
    found = [all_of(image.id)]
    if image.visibility is Visibility.PUBLIC:
        found.append(PUBLIC)
    if image.owner is not None:
        found.append(key("tenant", image.owner))
    return found


def all_of(image_id: str) -> str:
    """The shard of the list of all images that an image is in."""
    return f"all/{number_of(image_id) % SHARDS}"


def number_of(image_id: str) -> int:
    """A hash that spreads images evenly over shards."""
    return zlib.crc32(image_id.encode())


def shared(member: str) -> str:
    """The list of images that others share with a tenant."""
    return key(SHARED, member)


def given(member: str, status: MemberStatus) -> str:
    """The list of a tenant that a shared image is in: rejected ones are in a list of their own."""
    return key(REJECTED, member) if status is MemberStatus.REJECTED else shared(member)


def gone(scope: str) -> str:
    """The list of deleted images that belongs to a list."""
    return f"{GONE}/{scope}"


def orders(scope: str) -> Orders:
    """The orders that a list can be read in."""
    return ORDERS[scope.partition("/")[0]]


def is_unfinished(image: Image) -> bool:
    """Whether the reaper has to work on the image: to fail its upload, remove what is left, or inspect it.

    If a job is saving it, the reaper looks after the job instead.
    """
    match image.status:
        case Status.SAVING:
            return image.transition is None or image.members_behind
        case Status.KILLED:
            return image.location is not None or image.members_behind
        case Status.DELETED:
            return image.location is not None or image.member_count > 0
    return image.members_behind or (image.uninspected and image.status in LIVE)


def everything() -> list[str]:
    """The shards of the list of all images."""
    return [f"all/{shard}" for shard in range(SHARDS)]


def claims(image: Image) -> frozenset[str]:
    """The claims of an image on names that must be unique; a deleted one keeps those on its aliases only."""
    held = {claim(Alias(namespace, alias), None) for namespace, alias in image.aliases.items()}
    if image.status is Status.DELETED:
        return frozenset(held)
    owner = image.owner or ""
    names: list[Name] = [TenantAlias(namespace, alias) for namespace, alias in image.tenant_aliases.items()]
    if image.number:
        names.append(ImageNumber(image.number))
    held |= {claim(name, image.owner) for name in names}
    if image.compute_resource is not None:
        where = owner, image.compute_resource
        if image.provider_image_id is not None:
            held.add(key("uuid", *where, image.provider_image_id))
        if image.name:
            held.add(key("name", *where, image.os_title or "", image.name))
    return frozenset(held)


def claim(name: Name, owner: str | None) -> str:
    """The claim on a name, for an image of this owner."""
    match name:
        case ImageNumber():
            return key("number", name.number)
        case Alias():
            return key("alias", name.namespace, name.alias)
    return key("alias", name.namespace, owner or "", name.alias)


def key(kind: str, *parts: object) -> str:
    """`kind/part/part`, escaped so that it is unambiguous, and hashed if it is too long for a key."""
    escaped = [str(part).replace("%", "%25").replace("/", "%2F") for part in parts]
    text = "/".join([kind, *escaped])
    return text if fits(text) else f"{kind}/%{hashlib.sha256(text.encode()).hexdigest()}"


def fits(text: str) -> bool:
    """Whether DynamoDB accepts a text as a key; if not, no such item can exist."""
    return 0 < len(text.encode()) <= LONGEST_KEY


def places(image: Image, scope: str) -> dict[str, str]:
    """The image's key in a list, and its sort key in each index.

    The reaper's lists are in the order in which images reached their status, whatever else has changed since.
    """
    found = {"key": main_place(image, scope)}
    if scope in (UNFINISHED, PENDING_DELETE):
        return found | {key_name(SortKey.UPDATED): short_instant(image.status_changed_at) + short_id(image.id)}
    return found | {key_name(order): position(image, order) for order in orders(scope).indexed}


def main_place(image: Image, scope: str) -> str:
    """The image's key in a list: its position in the main order."""
    return position(image, orders(scope).main)


def key_name(order: SortKey) -> str:
    """The attribute of a row that an index sorts by."""
    return f"{order.name.lower()}_key"


def index_name(order: SortKey) -> str:
    """The index that has an order."""
    return f"by_{order.name.lower()}"
