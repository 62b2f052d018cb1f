"""The canonical image, its statuses, and the transitions between them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict


class Status(StrEnum):
    """The status of an image; each dialect has its own names for these."""

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
"""All permitted changes of status. Undoing a deletion that the byte store refused is not one of them."""

AWAITING = frozenset({Status.QUEUED, Status.UPLOADING, Status.SAVING})
"""Statuses in which an image waits for its data, or for the data to be verified."""

LIVE = frozenset({Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED})
"""Statuses of images that have data and are not deleted."""

GONE = frozenset({Status.PENDING_DELETE, Status.DELETED})
"""Statuses of images that count as deleted."""


class Visibility(StrEnum):
    """Who can see an image: everyone, everyone who knows its id, its owner and members, or its owner only."""

    PUBLIC = "public"
    COMMUNITY = "community"
    SHARED = "shared"
    PRIVATE = "private"


OPEN = frozenset({Visibility.PUBLIC, Visibility.COMMUNITY})
"""Visibilities that let everyone see an image."""

UNSAFE = frozenset('"*/:<>?\\|%')
"""Characters that have a special meaning in file names, in some file system or browser."""

STEM_BYTES = 64
"""Of the name of a file: a link carries it, encoded twice, and the headers that carry the link are limited."""


class Transition(StrEnum):
    """Work on an image that a job has started."""

    CREATING = "creating"
    DELETING = "deleting"
    RECOVERING = "recovering"


class Inspecting(StrEnum):
    """The policy for images that are unsafe or not what was declared: kill, only record, or do not inspect.

    The strictest comes first.
    """

    ENFORCE = "enforce"
    RECORD = "record"
    OFF = "off"

    def is_laxer_than(self, other: "Inspecting") -> bool:
        """Whether this policy rejects or inspects less than the other."""
        policies = tuple(Inspecting)
        return policies.index(self) > policies.index(other)


FactsByNamespace = Mapping[str, Mapping[str, Any]]
"""Dialect facts, which only one dialect knows: JSON values by the dialect's namespace and the name of the fact.

No fact is None, and no namespace is empty: both are absent.
"""


@dataclass(frozen=True, kw_only=True)
class Image:
    """A virtual-machine image as all dialects share it.

    Units: `size` and `virtual_size` in bytes, `min_disk` in GB, `min_ram` in MB. Times are aware and in UTC. Names that
    do not explain themselves:

    - `number`: unique and never reused; 0 until one is assigned.
    - `aliases`: the image's id in a namespace, unique and never reused. Those in `tenant_aliases` are unique per owner,
      and free again once the image is deleted.
    - `size`, `checksum`: declared by the client until the data has arrived; then measured. The checksum is an MD5 in
      lower-case hexadecimal.
    - `sha256`, `sha512`: digests of data that has passed through the registry. Older releases computed no SHA-512.
    - `inline`: the data was sent in a request. `uninspected`: the worker still has to inspect it.
    - `inspection`: the findings (`Inspection.document`). `signature`: the verdict on a signature (`Verdict.document`).
    - `inspecting`: the policy of the token that sent the data. `allowed`: an administrator has lifted it for the image.
    - `status_reason`: why the last upload failed. The image is then killed, or queued again if it is `retriable`.
    - `status_changed_at`: distinguishes one upload from the next.
    - `hidden`: only in lists that ask for hidden images. `tags`: without duplicates.
    - `location`: where the data is. If others can overwrite it, `location_version` identifies what was registered.
    - `dialect_facts`: what only one dialect knows; nothing else reads it.
    - `version`: the number of writes. `member_count`: the number of memberships. `members_behind`: some members' lists
      may still show the previous version.
    - `unknown`: attributes written by a newer release, kept unchanged. `stored_format`: the format of the stored item.
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
        """Whether the image counts as deleted, even if its data still exists."""
        return self.status in GONE

    @property
    def called(self) -> str | None:
        """The name, or else an id chosen by a client. Without either, the name as it is: None or empty."""
        if self.name:
            return self.name
        return next(iter((*self.tenant_aliases.values(), *self.aliases.values())), self.name)

    @property
    def file_name(self) -> str:
        """The file name for downloads, safe in all file systems: `golden.qcow2`, or the id if the image has no name."""
        safe = "".join(each if each.isprintable() and each not in UNSAFE else "_" for each in self.name or "")
        stem = safe.encode()[:STEM_BYTES].decode(errors="ignore").strip(" .") or self.id
        ending = f".{self.disk_format or 'img'}"
        return stem if stem.lower().endswith(ending) else f"{stem}{ending}"

    @property
    def policy(self) -> Inspecting | None:
        """The inspection policy of this image; None means the deployment's."""
        return Inspecting.RECORD if self.allowed else self.inspecting

    @property
    def waits(self) -> bool:
        """Whether the image waits for data that nobody is sending or copying yet."""
        return self.status is Status.QUEUED and self.transition is None


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in the form of image ids: lower case, with hyphens."""
    return re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


class Changes(TypedDict, total=False):
    """New values for some fields of an image. Absent fields stay as they are.

    So do facts that `dialect_facts` does not name; a fact of None is removed.
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
    """Apply changes to an image."""
    if "dialect_facts" in changes:
        changes = {**changes, "dialect_facts": merged_facts(image.dialect_facts, changes["dialect_facts"])}
    return replace(image, **changes)


def merged_facts(facts: FactsByNamespace, changes: FactsByNamespace) -> FactsByNamespace:
    """Apply changes to dialect facts.

    >>> merged_facts({"one": {"a": 1, "b": 2}, "two": {"a": 3}}, {"one": {"a": None, "c": 4}})
    {"one": {"b": 2, "c": 4}, "two": {"a": 3}}
    """
    both = {name: {**facts.get(name, {}), **changes.get(name, {})} for name in {**facts, **changes}}
    found = {name: {fact: value for fact, value in own.items() if value is not None} for name, own in both.items()}
    return {name: own for name, own in found.items() if own}


def differing_facts(facts: FactsByNamespace, old: FactsByNamespace) -> FactsByNamespace:
    """The facts whose value differs from that in `old`, or that `old` lacks."""
    found = {
        name: {fact: value for fact, value in own.items() if value != old.get(name, {}).get(fact)}
        for name, own in facts.items()
    }
    return {name: own for name, own in found.items() if own}


@dataclass(frozen=True, slots=True)
class TenantAlias:
    """A tenant's name for its own image in a namespace: the alias there, or the id if there is none."""

    namespace: str
    alias: str

    def __str__(self) -> str:
        return self.alias


@dataclass(frozen=True, slots=True)
class Alias:
    """An image's name in a namespace, the same for every tenant: the alias there, or the id if there is none."""

    namespace: str
    alias: str

    def __str__(self) -> str:
        return self.alias


@dataclass(frozen=True, slots=True)
class ImageNumber:
    """The number of an image that the caller's tenant owns."""

    number: int

    def __str__(self) -> str:
        return str(self.number)


OwnName = TenantAlias | ImageNumber
"""What a tenant can use instead of the id of its own image."""
Name = Alias | OwnName
"""What a request can use instead of the id of an image."""


class NewImage(NamedTuple):
    """The client's description of a new image. Without an `id` the catalogue chooses one."""

    fields: Changes
    id: str | None = None
    aliases: Mapping[str, str] = MappingProxyType({})
    tenant_aliases: Mapping[str, str] = MappingProxyType({})
