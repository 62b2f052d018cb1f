"""Parsers for a deployment's responses. A malformed document raises ServiceError."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from rosetta.errors import ServiceError

META = "x-image-meta-"
PROPERTY = f"{META}property-"
TEXTS = (
    "name",
    "checksum",
    "disk_format",
    "container_format",
    "owner",
    "created_at",
    "updated_at",
    "deleted_at",
)
TOKEN_TEXTS = ("name", "tenant", "inspection", "created_at", "expires_at", "last_used_at", "issuer")
NUMBERS = ("size", "min_disk", "min_ram")
FACTS = ("is_public", "protected", "deleted")
QUOTED = re.compile(r"(?:[A-Za-z0-9_.~/:-]|%[0-9A-Fa-f]{2})+")
"""A value in which everything that needs it is percent-encoded."""
NOT_PRINTABLE = re.compile("%(?:25)*(?:[0189A-Fa-f][0-9A-Fa-f]|7[Ff])")
"""Encoded characters that force a header to be encoded: in printable ASCII, `%` stands for itself."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the API shows it."""

    id: str
    name: str | None
    status: str
    size: int
    checksum: str | None
    disk_format: str | None
    container_format: str | None
    is_public: bool
    protected: bool
    min_disk: int
    min_ram: int
    virtual_size: int | None
    owner: str | None
    created_at: str | None
    updated_at: str | None
    deleted_at: str | None
    deleted: bool
    properties: Mapping[str, str | None]

    @property
    def reason(self) -> str:
        """Why it was killed, if the service says so."""
        return self.properties.get("status_reason") or "no reason given"


@dataclass(frozen=True, slots=True)
class Member:
    """A tenant with which an image is shared."""

    tenant: str
    can_share: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A part that S3 has; its ETag is its MD5."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class PartLink:
    """The presigned URL and headers for the PUT of a part. The URL is a secret: never show it."""

    number: int
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """An unfinished direct upload."""

    id: str
    image_id: str
    size: int
    part_size: int
    part_count: int
    received: tuple[Received, ...]
    links: tuple[PartLink, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that outlives its request."""

    id: str
    action: str
    status: str
    images: tuple[str, ...]
    done: int | None
    size: int | None
    reason: str
    created_at: str | None
    began_at: str | None
    finished_at: str | None

    @property
    def is_finished(self) -> bool:
        return self.status in {"successful", "failed"}


@dataclass(frozen=True, slots=True)
class Event:
    """A change to an image; `version` is the image's version after it."""

    version: int
    at: str
    event: str
    user: str | None
    tenant: str | None
    token: str | None
    dialect: str | None
    request_id: str | None
    fields: tuple[str, ...]
    members: tuple[str, ...]
    removed_members: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Usage:
    """A tenant's usage and quotas; a quota of None means no limit."""

    tenant: str
    bytes: int
    bytes_allowed: int | None
    images: int
    public_images: int
    shared_images: int
    shared_images_allowed: int | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. `expires_at` None means never; `inspection` None means the deployment's policy."""

    id: str
    name: str | None
    user: str
    tenant: str | None
    policies: tuple[str, ...]
    inspection: str | None
    created_at: str | None
    expires_at: str | None
    last_used_at: str | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Current:
    """The caller's token and the deployment's inspection policy: enforce, record or off.

    Both are None if the deployment's release does not report them.
    """

    token: Token | None
    inspection: str | None


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Convert errors raised by a malformed document to ServiceError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServiceError(f"unexpected response (expected: {what})") from error


def read_image(document: Any) -> Image:
    """Parse the document of an image."""
    with reading("image"):
        return _image(document, document.get("properties") or {})


def read_image_headers(headers: Mapping[str, str]) -> Image:
    """Parse the headers of a HEAD response; their names must be in lower case."""
    with reading("image"):
        fields = {name.removeprefix(META): _text(value) for name, value in headers.items() if name.startswith(META)}
        properties = {
            _property_name(name): _text(value) for name, value in headers.items() if name.startswith(PROPERTY)
        }
        return _image(fields, properties)


def _image(fields: Mapping[str, Any], properties: Mapping[str, str | None]) -> Image:
    values: dict[str, Any] = {
        **{name: fields.get(name) for name in TEXTS},
        **{name: int(fields.get(name) or 0) for name in NUMBERS},
        **{name: str(fields.get(name)).lower() == "true" for name in FACTS},
    }
    values["virtual_size"] = None if fields.get("virtual_size") is None else int(fields["virtual_size"])
    return Image(id=str(fields["id"]), status=str(fields["status"]), properties=dict(properties), **values)


def _text(value: str) -> str:
    """Decode a header. Older releases sent raw UTF-8, which arrives decoded as Latin-1."""
    if QUOTED.fullmatch(value) and NOT_PRINTABLE.search(value):
        return unquote(value)
    return value.encode("latin-1").decode("utf-8", "replace")


def _property_name(header: str) -> str:
    name = header.removeprefix(PROPERTY)
    return unquote(name) if QUOTED.fullmatch(name) else _text(name)


def read_members(document: Any) -> list[Member]:
    """Parse the members of an image, in the order of the document."""
    with reading("list of members"):
        return [Member(str(each["member_id"]), bool(each["can_share"])) for each in document["members"]]


def read_upload(document: Any) -> Upload:
    """Parse an upload, with the parts that S3 has and the requested links."""
    with reading("upload"):
        return Upload(
            id=str(document["id"]),
            image_id=str(document["image_id"]),
            size=int(document["size"]),
            part_size=int(document["part_size"]),
            part_count=int(document["part_count"]),
            received=tuple(
                Received(int(part["number"]), int(part["size"]), str(part["etag"]).strip('"').lower())
                for part in document.get("received") or ()
            ),
            links=tuple(read_links(document.get("links") or ())),
        )


def read_links(documents: Any) -> list[PartLink]:
    """Parse links for parts, in the order of the request."""
    with reading("list of links"):
        return [PartLink(int(each["number"]), str(each["url"]), dict(each["headers"])) for each in documents]


def read_job(document: Any) -> Job:
    """Parse the document of a job."""
    with reading("job"):
        return Job(
            id=str(document["id"]),
            action=str(document["action"]),
            status=str(document["status"]),
            images=tuple(map(str, document.get("images") or ())),
            done=_count(document.get("done")),
            size=_count(document.get("size")),
            reason=str(document.get("reason") or ""),
            created_at=document.get("created_at"),
            began_at=document.get("began_at"),
            finished_at=document.get("finished_at"),
        )


def read_event(document: Any) -> Event:
    """Parse an event of an image's history."""
    with reading("event"):
        return Event(
            version=int(document["version"]),
            at=str(document["at"]),
            event=str(document["event"]),
            user=document.get("user"),
            tenant=document.get("tenant"),
            token=document.get("token"),
            dialect=document.get("dialect"),
            request_id=document.get("request_id"),
            fields=tuple(map(str, document.get("fields") or ())),
            members=tuple(map(str, document.get("members") or ())),
            removed_members=tuple(map(str, document.get("removed_members") or ())),
            reason=document.get("reason"),
        )


def read_usage(document: Any) -> Usage:
    """Parse a tenant's usage and quotas."""
    with reading("usage"):
        return Usage(
            tenant=str(document["tenant"]),
            bytes=int(document["bytes"]),
            bytes_allowed=_count(document["bytes_allowed"]),
            images=int(document["images"]),
            public_images=int(document["public_images"]),
            shared_images=int(document["shared_images"]),
            shared_images_allowed=_count(document["shared_images_allowed"]),
        )


def read_token(document: Any) -> Token:
    """Parse the document of a token."""
    with reading("token"):
        return Token(
            id=str(document["id"]),
            user=str(document["user"]),
            policies=tuple(map(str, document["policies"])),
            **{name: document.get(name) for name in TOKEN_TEXTS},
        )


def read_current(document: Any) -> Current:
    """Parse the caller's token and the inspection policy."""
    with reading("token"):
        policy = document.get("inspection")
        return Current(read_token(document["token"]), None if policy is None else str(policy))


def _count(value: Any) -> int | None:
    return None if value is None else int(value)
