"""The canonical image, the statuses it goes through, and the moves between them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict


class Status(StrEnum):
    """Where an image stands; each dialect has its own words for these."""

    QUEUED = "queued"
    UPLOADING = "uploading"
    SAVING = "saving"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    DEACTIVATED = "deactivated"
    KILLED = "killed"
    PENDING_DELETE = "pending_delete"
    DELETED = "deleted"


_ENDS = frozenset({Status.KILLED, Status.PENDING_DELETE, Status.DELETED})
MOVES: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SAVING, Status.ACTIVE, Status.KILLED, Status.DELETED}),
    Status.UPLOADING: frozenset({Status.ACTIVE, Status.KILLED, Status.DELETED}),
    Status.SAVING: frozenset({Status.QUEUED, Status.UPLOADING, Status.ACTIVE, Status.KILLED, Status.DELETED}),
    Status.ACTIVE: frozenset({Status.DEPRECATED, Status.DEACTIVATED}) | _ENDS,
    Status.DEPRECATED: frozenset({Status.ACTIVE, Status.DEACTIVATED}) | _ENDS,
    Status.DEACTIVATED: frozenset({Status.ACTIVE, Status.DEPRECATED}) | _ENDS,
    Status.KILLED: frozenset({Status.DELETED}),
    Status.PENDING_DELETE: frozenset({Status.ACTIVE, Status.DELETED}),
    Status.DELETED: frozenset(),
}
"""The only moves there are. A deletion that the byte store refuses is undone, which is not a move."""

AWAITING = frozenset({Status.QUEUED, Status.UPLOADING, Status.SAVING})
"""Statuses in which an image waits for its bytes, or for somebody who verifies them."""

LIVE = frozenset({Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED})
"""Statuses in which an image has bytes, and is not deleted."""

GONE = frozenset({Status.PENDING_DELETE, Status.DELETED})
"""Statuses in which an image counts as deleted."""


class Visibility(StrEnum):
    """Who sees an image: everybody, everybody who knows its id, its owner and members, or its owner only."""

    PUBLIC = "public"
    COMMUNITY = "community"
    SHARED = "shared"
    PRIVATE = "private"


OPEN = frozenset({Visibility.PUBLIC, Visibility.COMMUNITY})
"""What everybody may see."""

UNSAFE = frozenset('"*/:<>?\\|%')
"""Characters that some file system, or some browser, takes for something else in the name of a file."""

STEM_BYTES = 64
"""Of the name of a file: a link carries it, encoded twice, and the headers that carry the link are limited."""


class Transition(StrEnum):
    """A move that a job has begun."""

    CREATING = "creating"
    DELETING = "deleting"
    RECOVERING = "recovering"


class Inspecting(StrEnum):
    """What becomes of images that are unsafe, or not what was declared: refused, only shown as such, or not looked at.

    The strictest is the first.
    """

    ENFORCE = "enforce"
    RECORD = "record"
    OFF = "off"

    def is_laxer_than(self, other: "Inspecting") -> bool:
        """Whether less is refused, or less is looked at."""
        policies = tuple(Inspecting)
        return policies.index(self) > policies.index(other)


FactsByNamespace = Mapping[str, Mapping[str, Any]]
"""What one dialect alone knows of an image: JSON by the namespace of the dialect, and by the name of the fact.

No fact is None, and no namespace is empty: both are absent.
"""


@dataclass(frozen=True, kw_only=True)
class Image:
    """A virtual-machine image as all dialects share it.

    `size` and `virtual_size` are bytes, `min_disk` GB, `min_ram` MB, `checksum` an MD5 in lower-case hexadecimal,
    `sha256` and `sha512` digests of bytes that have passed through the registry, the latter not in older releases,
    `inline` if that was in a request; `inspection` is what these bytes were found to be (`Inspection.document`), and
    `uninspected` says that somebody still has to look at them; `inspecting` is what the token says of that which they
    were sent with, and `allowed` that an administrator lets them through all the same; `signature` is what became of
    their signature (`Verdict.document`); times are aware and UTC. `size` and `checksum` of an image that waits for its
    bytes are what the client declared. `status_reason` says why its last upload failed: that leaves it killed, or
    queued if it is `retriable`.
    `status_changed_at` tells apart the uploads that it waits for. `hidden` ones are in the lists of those only who ask
    for them, and `tags` are distinct. `location_version` marks the bytes that were registered at a `location` of
    somebody else's, who may change them. `number` is unique and never reused; zero means that none was given yet.
    `aliases` maps a namespace to the id that the image has there, which no other image ever gets; the ids in
    `tenant_aliases` are unique among those of the owner, and free again once the image is deleted. What one dialect
    alone knows is in `dialect_facts`, and nobody else reads it. `version` counts the writes, `member_count` the
    memberships; for a moment, lists may show to many members what the image was before (`members_behind`). `unknown` is
    what a newer release has written of the image, kept as it is; `stored_format` is the format of the item that it was
    read from, which may be an older one.
    """

    id: str
    number: int = 0
    aliases: Mapping[str, str] = field(default_factory=dict)
    tenant_aliases: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    name: str | None = None
    description: str | None = None
    status: Status = Status.QUEUED
    status_changed_at: datetime
    status_reason: str | None = None
    transition: Transition | None = None
    visibility: Visibility = Visibility.SHARED
    hidden: bool = False
    tags: tuple[str, ...] = ()
    protected: bool = False
    size: int | None = None
    checksum: str | None = None
    sha256: str | None = None
    sha512: str | None = None
    inline: bool = False
    virtual_size: int | None = None
    inspection: Mapping[str, Any] | None = None
    uninspected: bool = False
    inspecting: Inspecting | None = None
    allowed: bool = False
    signature: Mapping[str, str] | None = None
    disk_format: str | None = None
    container_format: str | None = None
    min_disk: int = 0
    min_ram: int = 0
    properties: Mapping[str, str | None] = field(default_factory=dict)
    architecture: str | None = None
    os_family: str | None = None
    os_title: str | None = None
    platform: str | None = None
    login_user: str | None = None
    login_password: str | None = field(default=None, repr=False)
    provider: str | None = None
    provider_image_id: str | None = None
    compute_resource: int | None = None
    dialect_facts: FactsByNamespace = field(default_factory=dict)
    zone: str | None = None
    source_instance: str | None = None
    location: str | None = field(default=None, repr=False)
    location_version: str | None = None
    retriable: bool = False
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    member_count: int = 0
    members_behind: bool = False
    version: int = 0
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    stored_format: int | None = field(default=None, repr=False, compare=False)

    @property
    def gone(self) -> bool:
        """Whether the image counts as deleted."""
        return self.status in GONE

    @property
    def called(self) -> str | None:
        """The name, or an id that a client has chosen for an image without one; None, or empty, if there is neither."""
        if self.name:
            return self.name
        return next(iter((*self.tenant_aliases.values(), *self.aliases.values())), self.name)

    @property
    def file_name(self) -> str:
        """What its bytes are saved as, safe in all file systems: `golden.qcow2`, or its id if it has no name."""
        safe = "".join(each if each.isprintable() and each not in UNSAFE else "_" for each in self.name or "")
        stem = safe.encode()[:STEM_BYTES].decode(errors="ignore").strip(" .") or self.id
        ending = f".{self.disk_format or 'img'}"
        return stem if stem.lower().endswith(ending) else f"{stem}{ending}"

    @property
    def policy(self) -> Inspecting | None:
        """What becomes of it if its bytes are objected to; None leaves that to the deployment."""
        return Inspecting.RECORD if self.allowed else self.inspecting

    @property
    def waits(self) -> bool:
        """Whether the image waits for its bytes, and none are on their way."""
        return self.status is Status.QUEUED and self.transition is None


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as ids of images are: in lower case, with hyphens."""
    return re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


class Changes(TypedDict, total=False):
    """New values for some fields of an image; a field that is absent stays as it is.

    So does each fact that `dialect_facts` does not name; None takes one away.
    """

    owner: str | None
    name: str | None
    description: str | None
    status: Status
    visibility: Visibility
    hidden: bool
    tags: tuple[str, ...]
    protected: bool
    size: int | None
    checksum: str | None
    virtual_size: int | None
    disk_format: str | None
    container_format: str | None
    min_disk: int
    min_ram: int
    properties: Mapping[str, str | None]
    architecture: str | None
    os_family: str | None
    os_title: str | None
    platform: str | None
    login_user: str | None
    login_password: str | None
    provider: str | None
    provider_image_id: str | None
    compute_resource: int | None
    dialect_facts: FactsByNamespace
    zone: str | None
    source_instance: str | None
    location: str | None
    retriable: bool


def changed(image: Image, changes: Changes) -> Image:
    """The image with its new values."""
    if "dialect_facts" in changes:
        changes = {**changes, "dialect_facts": merged_facts(image.dialect_facts, changes["dialect_facts"])}
    return replace(image, **changes)


def merged_facts(facts: FactsByNamespace, changes: FactsByNamespace) -> FactsByNamespace:
    """The facts with those that change.

    >>> merged_facts({"one": {"a": 1, "b": 2}, "two": {"a": 3}}, {"one": {"a": None, "c": 4}})
    {"one": {"b": 2, "c": 4}, "two": {"a": 3}}
    """
    both = {name: {**facts.get(name, {}), **changes.get(name, {})} for name in {**facts, **changes}}
    found = {name: {fact: value for fact, value in own.items() if value is not None} for name, own in both.items()}
    return {name: own for name, own in found.items() if own}


def differing_facts(facts: FactsByNamespace, old: FactsByNamespace) -> FactsByNamespace:
    """Those of the facts that have another value in `old`, or none."""
    found = {
        name: {fact: value for fact, value in own.items() if value != old.get(name, {}).get(fact)}
        for name, own in facts.items()
    }
    return {name: own for name, own in found.items() if own}


@dataclass(frozen=True, slots=True)
class TenantAlias:
    """What a tenant calls an image of its own in a namespace: the image's alias there, or its id if it has none."""

    namespace: str
    alias: str

    def __str__(self) -> str:
        return self.alias


@dataclass(frozen=True, slots=True)
class Alias:
    """What everybody calls an image in a namespace: its alias there, or its id if it has none."""

    namespace: str
    alias: str

    def __str__(self) -> str:
        return self.alias


@dataclass(frozen=True, slots=True)
class ImageNumber:
    """The number of an image of the caller's tenant."""

    number: int

    def __str__(self) -> str:
        return str(self.number)


OwnName = TenantAlias | ImageNumber
"""By what else than its id a tenant may ask for an image of its own."""
Name = Alias | OwnName
"""By what else than its id an image may be asked for."""


class NewImage(NamedTuple):
    """What a client says of an image that it registers; without an `id` the catalogue chooses one."""

    fields: Changes
    id: str | None = None
    aliases: Mapping[str, str] = MappingProxyType({})
    tenant_aliases: Mapping[str, str] = MappingProxyType({})
