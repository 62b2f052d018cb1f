"""Totals of lists, and the bytes of tenants, in DynamoDB; they change in the transactions of the images they count.

A total has a number for each facet. That of public images, which all tenants write, is stored in shards.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.catalog.access import is_shared
from chalicelib.catalog.errors import MemberQuotaExceeded, QuotaExceeded, StorageQuotaExceeded
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.reference import FIELDS
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.total import Facet, Totals, charge, facet_of
from chalicelib.storage import batch, keys
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.releases import Raw
from chalicelib.storage.tables import ClaimItem
from chalicelib.storage.writes import Writes

BYTES = "bytes"
ALL = "all"
"""The number of all images shared with a tenant, including those that wait for their deletion."""
GIVEN = "images shared with a tenant"
"""The name of a member's quota, in errors."""
SHARDS = 8
NOBODY: Mapping[str, MemberStatus] = {}
"""No members."""
Numbers = Mapping[str, int]
_PREFIX = "count/"
_MARKS = {
    Visibility.PUBLIC: "p",
    Visibility.SHARED: "v",
    Visibility.PRIVATE: "o",
    Visibility.COMMUNITY: "c",
}
_VISIBILITIES = {mark: visibility for visibility, mark in _MARKS.items()}


def parts(image: Image, members: Mapping[str, MemberStatus] = NOBODY) -> Mapping[tuple[str, str], int]:
    """What an image with these members adds to the totals, by the key of a total and the attribute of its number."""
    found: dict[tuple[str, str], int] = {}
    if not image.gone:
        found = {(_shard_of(scope, image), _attribute(facet_of(image))): 1 for scope in _counted(image)}
    if image.owner is not None and (size := charge(image)):
        found[_key(keys.key("tenant", image.owner)), BYTES] = size
    given_to = {_key(keys.shared(member)): status for member, status in members.items() if member != image.owner}
    return found | {(total, name): 1 for total, status in given_to.items() for name in given(image, status)}


def _counted(image: Image) -> list[str]:
    """The lists of an image whose totals are stored."""
    counted = ("tenant", keys.PUBLIC, *FIELDS)
    return [scope for scope in keys.scopes(image) if scope.partition("/")[0] in counted]


def add(writes: Writes, old: Image | None, new: Image, quota: int) -> None:
    """Add an image's change of the totals to its transaction, which fails if the owner would exceed a quota in bytes.

    A quota of zero means no limit.
    """
    after = Counter(parts(new))
    after.subtract(parts(old) if old else {})
    for total in sorted({key for key, _ in after}):
        changes = {name: change for (key, name), change in after.items() if key == total and change}
        if not changes:
            continue
        actions = _adding(changes)
        grown = changes.get(BYTES, 0)
        condition = None
        if quota and grown > quota:
            raise StorageQuotaExceeded("stored bytes", grown, quota)
        if quota and grown > 0:
            condition = Path(BYTES).does_not_exist() | (Path(BYTES) <= {"N": str(quota - grown)})
        writes.change(ClaimItem, {"claim": {"S": total}}, actions, condition)


def move(writes: Writes, member: str, old: Numbers, new: Numbers, most: int = -1) -> None:
    """Change the total of a tenant, by what one image adds (`given`) before and after, in a transaction.

    It fails if more than `most` images would be shared with the tenant; negative means no limit.
    """
    after = Counter(new)
    after.subtract(old)
    if not any(after.values()):
        return
    actions = _adding({name: change for name, change in sorted(after.items()) if change})
    condition = None
    if most >= 0 and after[ALL] > 0:
        if not most:
            raise MemberQuotaExceeded(GIVEN, 1, most)
        condition = Path(ALL).does_not_exist() | (Path(ALL) < {"N": str(most)})
    writes.change(ClaimItem, {"claim": {"S": _key(keys.shared(member))}}, actions, condition)


def _adding(changes: Mapping[str, int]) -> list[Action]:
    """The actions to add these numbers; a dot in the name of a zone is not read as a path."""
    return [Path([name]).add({"N": str(change)}) for name, change in changes.items()]


def given(image: Image | None, status: MemberStatus) -> Numbers:
    """What an image adds to the total of a member; an image that it rejected counts, but not as listed."""
    if image is None or image.status is Status.DELETED or not is_shared(image):
        return {}
    is_listed = not image.gone and status is not MemberStatus.REJECTED
    return {ALL: 1, _attribute(facet_of(image)): 1} if is_listed else {ALL: 1}


def check_room(connection: SharedConnection, members: Iterable[str], most: int) -> None:
    """Raise MemberQuotaExceeded if a member already has `most` shared images; negative means no limit."""
    wanted = [(_key(keys.shared(member)),) for member in members] if most >= 0 else []
    for item in batch.get(connection, {ClaimItem: wanted})[ClaimItem]:
        if number_given(item) >= most:
            raise MemberQuotaExceeded(GIVEN, number_given(item) + 1, most)


def number_given(raw: Raw) -> int:
    """The number of images shared with a tenant, from its total."""
    return int(raw.get(ALL, {}).get("N", 0))


def is_total(raw: Raw) -> bool:
    """Whether an item that made a transaction fail is a total."""
    return str(raw.get("claim", {}).get("S", "")).startswith(_PREFIX)


def growth(old: Image | None, new: Image) -> int:
    """The bytes that a change adds to the quota of the image's owner."""
    return charge(new) - (charge(old) if old is not None and old.owner == new.owner else 0)


def exceeded(raw: Raw, old: Image | None, new: Image, limits: Limits) -> QuotaExceeded:
    """The error for a change that failed because of the quota on this total."""
    if raw["claim"]["S"].startswith(_key(f"{keys.SHARED}/")):
        return MemberQuotaExceeded(GIVEN, number_given(raw) + 1, limits.shared_quota)
    size = int(raw.get(BYTES, {}).get("N", 0)) + growth(old, new)
    return StorageQuotaExceeded("stored bytes", size, limits.storage_quota)


def kept(items: Iterable[Raw]) -> Iterator[tuple[tuple[str, str], int]]:
    """The numbers of all totals among these items, as `parts` has them."""
    for item in filter(is_total, items):
        key = item["claim"]["S"]
        yield from (((key, name), int(value["N"])) for name, value in item.items() if name != "claim")


def read(connection: SharedConnection, scopes: Sequence[str]) -> dict[str, Totals]:
    """The totals of some lists; one consistent BatchGetItem."""
    shards = {shard: scope for scope in scopes for shard in _shards(scope)}
    items = batch.get(connection, {ClaimItem: [(shard,) for shard in shards]})[ClaimItem]
    facets: dict[str, Counter[Facet]] = {scope: Counter() for scope in scopes}
    sizes: Counter[str] = Counter()
    given_to: Counter[str] = Counter()
    for item in items:
        scope = shards[item["claim"]["S"]]
        numbers = {name: int(value["N"]) for name, value in item.items() if name != "claim"}
        sizes[scope] += numbers.pop(BYTES, 0)
        given_to[scope] += numbers.pop(ALL, 0)
        facets[scope].update({_facet(name): number for name, number in numbers.items()})
    return {scope: Totals(facets[scope], sizes[scope], given_to[scope]) for scope in scopes}


def _key(scope: str) -> str:
    return f"{_PREFIX}{scope}"


def _shards(scope: str) -> list[str]:
    """The keys of the items that make up a total."""
    return [f"{_key(scope)}/{shard}" for shard in range(SHARDS)] if scope == keys.PUBLIC else [_key(scope)]


def _shard_of(scope: str, image: Image) -> str:
    shards = _shards(scope)
    return shards[keys.number_of(image.id) % len(shards)]


def _attribute(facet: Facet) -> str:
    """The attribute for a facet: `v`, `pk`, `v:zone`, `vk:zone`, where `k` is for killed images."""
    zone = "" if facet.zone is None else f":{facet.zone}"
    return f"{_MARKS[facet.visibility]}{'k' if facet.killed else ''}{zone}"


def _facet(attribute: str) -> Facet:
    marks, colon, zone = attribute.partition(":")
    return Facet(_VISIBILITIES[marks[0]], marks.endswith("k"), zone if colon else None)
