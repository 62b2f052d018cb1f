"""The ports: what the domain needs from outside, each method with its contract."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from chalicelib.catalog.event import SYSTEM, Actor, Event
from chalicelib.catalog.image import Image, Name, Transition
from chalicelib.catalog.instance import Capture, Instance
from chalicelib.catalog.job import Job
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import ImageQuery
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.token import Token
from chalicelib.catalog.total import Totals


class Found(NamedTuple):
    """An image and those of its memberships that were asked for, by member."""

    image: Image
    memberships: Mapping[str, Membership]


class ImageRepository(Protocol):
    """Stores images. Reads and lists see every earlier write; a write happens whole or not at all.

    Each write of an image stores its event too: see `Chronicle`.
    """

    def by(self, actor: Actor) -> "ImageRepository":
        """The same repository, writing in the name of this actor."""

    def number(self) -> int:
        """A number that no image has ever had."""

    def get(self, image_id: str, *members: str | None) -> Found | None:
        """The image, deleted ones included, with its memberships of these members; one round trip."""

    def each(self, image_ids: Sequence[str], *members: str | None) -> Mapping[str, Found]:
        """As `get`, for several at once, by id; missing ones are left out."""

    def many(self, image_ids: Sequence[str]) -> list[Image]:
        """The images with these ids, in any order; missing ones are left out."""

    def holders(self, names: Sequence[Name], tenant: str | None) -> Mapping[Name, str]:
        """The ids of the images that hold these names. A `TenantAlias` is looked up among those of the tenant."""

    def add(self, image: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """Store a new image, with its job, provided that all its references in `refers` exist.

        Raises IdTaken, ReferenceGone, or ClaimTaken with every claim that is taken.
        """

    def mark(self, images: Sequence[Image], transition: Transition) -> None:
        """Begin a transition of up to a hundred images, all or none. Raises StaleImage."""

    def save(self, old: Image, new: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """Replace an image as it was read, and store the job that this starts; `refers` as for `add`.

        Raises StaleImage if it has changed since; ClaimTaken, ReferenceGone.
        """

    def move(self, image_id: str) -> bool:
        """Convert an image from an older table layout; returns whether it was in one. Raises StaleImage."""

    def images(self, principal: Principal, query: ImageQuery) -> Iterator[Image]:
        """The images of the scope that the principal may see and the query admits, in order, lazily.

        Raises ScanTooLarge if the order needs to read, or the query expects all of, more images than the limit.
        """

    def count(self, principal: Principal, query: ImageQuery) -> int:
        """How many images `images` would yield. Raises ScanTooLarge."""

    def totals(self, tenant: str) -> Totals:
        """The totals of a tenant's own images, and the number of those shared with it; one round trip."""


class MembershipRepository(Protocol):
    """Stores memberships. Each change increments the version of the image and stores an event."""

    def by(self, actor: Actor) -> "MembershipRepository":
        """The same repository, writing in the name of this actor."""

    def of_image(self, image_id: str) -> list[Membership]:
        """All memberships of an image in the order of their creation, deleted images included."""

    def of_member(self, member: str) -> list[Membership]:
        """All memberships of a tenant; those of the last moment may be missing."""

    def change(
        self,
        image: Image,
        new: Sequence[Membership],
        gone: Sequence[Membership],
        changed: Sequence[tuple[Membership, Membership]] = (),
    ) -> None:
        """Add memberships, remove some (`gone`), and change others, given as (old, new).

        Raises StaleImage, MemberQuotaExceeded.
        """

    def clear(self, image_id: str) -> None:
        """Remove all memberships of an image that is deleted."""


class Chronicle(Protocol):
    """Stores the events of images, for as long as their tombstones."""

    def of(self, image_id: str, after: int, limit: int) -> Sequence[Event]:
        """Up to `limit` events of an image after that version, oldest first."""


class Backlog(Protocol):
    """Lists the images that the reaper has to work on, longest due first; it sees every earlier write."""

    def unfinished(self, before: datetime) -> Iterator[str]:
        """The ids of images that since before then have work left and no job: failing, removing, inspecting."""

    def pending_delete(self, before: datetime) -> Iterator[str]:
        """The ids of images that have been `pending_delete` since before then."""

    def expired(self, before: datetime) -> Iterator[str]:
        """The ids of images that were deleted before then."""

    def unmoved(self) -> Iterator[str]:
        """The ids of images that are still in an older table layout."""

    def forget(self, image_id: str) -> bool:
        """Purge a deleted image; only its aliases stay taken. Returns whether there was one to purge."""


class JobRepository(Protocol):
    """Stores jobs. Reads and lists see every earlier write."""

    def add(self, job: Job) -> None:
        """Store a new job."""

    def get(self, owner: str, job_id: str) -> Job | None:
        """One job of a tenant."""

    def save(self, old: Job, new: Job) -> Job:
        """Replace a job as it was read. Raises StaleJob if it has changed since."""

    def drop(self, job: Job) -> None:
        """Remove a job that was never started."""

    def of(self, owner: str) -> list[Job]:
        """All stored jobs of a tenant, newest first."""

    def unfinished(self, before: datetime) -> Iterator[tuple[str, str]]:
        """Owner and id of each unfinished job that has been idle, or due, since before then; oldest first."""


class Shares(Protocol):
    """Limits the workers that a tenant may hold at once, so that some are left for the others."""

    def take(self, owner: str, job_id: str, now: datetime, until: datetime) -> bool:
        """Take a worker for a tenant's job, until it is given back or `until`; False if none is left for the tenant."""

    def give_back(self, owner: str, job_id: str) -> None:
        """Release the worker of a job. Raises StaleJob on a conflict; it is then released when its time is up."""


class Queue(Protocol):
    """Delivers jobs to the worker: at least once, in any order."""

    def send(self, owner: str, job_id: str, delay: timedelta = timedelta()) -> None:
        """Send a job, to be delivered after a delay of at most fifteen minutes. Raises CloudUnavailable."""

    def announce(self, image_id: str, name: str, times: int, delay: timedelta = timedelta()) -> None:
        """Announce that bytes of an image are stored under a name, for the `times`th time. Raises as `send`."""


class Instances(Protocol):
    """Machines in the clouds behind the zones, and images of them. Raises CloudUnavailable."""

    @property
    def zones(self) -> Sequence[str]:
        """All zones there are, at least one."""

    def find(self, instance_id: str, tenant: str, zone: str) -> Instance | None:
        """A machine of this tenant in this zone."""

    def capture(self, instance_id: str, zone: str, name: str) -> str | None:
        """Start an image of a machine, unless there is one of this name; returns its id.

        None if there is one that the cloud does not show yet. Raises CaptureRefused, MachineBusy.
        """

    def captured(self, capture_id: str, zone: str) -> Capture | None:
        """The state of a capture; None if the cloud does not show it, or not yet."""

    def discard(self, name: str, zone: str, capture_id: str | None = None) -> None:
        """Delete the image of this name, and of this id, with its snapshots; does nothing if there is none."""


class ReferenceRepository(Protocol):
    """Stores what images refer to. Reads see every earlier write."""

    def of(self, owner: str, kind: Kind) -> list[Reference]:
        """All references of a tenant and kind, by number."""

    def add(self, reference: Reference) -> Reference:
        """Store a new reference, with an unused number if it has none. Raises TitleTaken, EditConflict."""

    def save(self, old: Reference, new: Reference) -> Reference:
        """Replace a reference as it was read. Raises StaleImage, also if its title is taken, or its old key in use."""

    def remove(self, reference: Reference) -> None:
        """Remove a reference as it was read. Raises StaleImage, also if an image has come to refer to it."""


class Located(NamedTuple):
    """The bytes at a location: their size, and a version that changes with them; None where not known."""

    size: int | None
    version: str | None

    def matches(self, found: "Located") -> bool:
        """Whether the bytes found now may be the same: by version or, without one, by size."""
        return found.version == self.version if self.version is not None else self.size in (None, found.size)


ANYTHING = Located(None, None)


class Link(NamedTuple):
    """Where bytes can be fetched without credentials for a few minutes."""

    url: str


class BlobStore(Protocol):
    """Stores the bytes of images. Raises StoreDisabled, StoreRefused, StoreUnavailable or plain StoreError."""

    def put(self, image_id: str, content: bytes) -> str:
        """Store bytes for an image at a new location, and return it. If it fails, none are kept."""

    def get(self, location: str, registered: Located = ANYTHING) -> bytes | None:
        """The bytes at a location; None if there are none, or if those at an external one are not as `registered`."""

    def size(self, location: str) -> int | None:
        """The size of the bytes at a location of our own; None if there are none."""

    def pieces(self, location: str, offset: int, length: int) -> Generator[bytes]:
        """Up to `length` bytes at a location of our own from an offset on, in pieces of up to a megabyte."""

    def link(self, location: str, registered: Located = ANYTHING, name: str | None = None) -> Link | None:
        """A short-lived link to the bytes in a store, served as application/octet-stream; None as `get`.

        Browsers save them under the `name` of a file, if one is given.
        """

    def delete(self, location: str) -> None:
        """Delete the bytes at a location of our own; does nothing if it is external, or if they are gone."""

    def place(self, image_id: str) -> str:
        """The common prefix of the locations of an image's bytes, for images whose exact location is unknown."""

    def clear(self, image_id: str) -> None:
        """Remove all bytes that were ever stored for an image."""


class Part(NamedTuple):
    """A stored part: its number, from 1, its size, and its MD5 (hexadecimal) as computed by the store."""

    number: int
    size: int
    etag: str


class Multipart(NamedTuple):
    """An upload in parts: the location of its object, and the store's `key` of the upload."""

    location: str
    key: str


class PartLink(NamedTuple):
    """A short-lived URL to put a part to, without credentials but with exactly these headers."""

    number: int
    url: str
    headers: Mapping[str, str]


class MultipartStore(Protocol):
    """Stores the bytes of images in parts. Raises as `BlobStore`."""

    def begin(self, image_id: str, name: str) -> Multipart:
        """Start an upload of an object of this name below the prefix of the image."""

    def begun(self, image_id: str) -> list[Multipart]:
        """The unfinished uploads of an image."""

    def parts(self, multipart: Multipart) -> list[Part] | None:
        """The stored parts, by number; None if the upload was completed or aborted."""

    def link(self, multipart: Multipart, number: int, size: int, md5: str) -> PartLink:
        """A link for a part of exactly this size and MD5 (hexadecimal)."""

    def put(self, multipart: Multipart, number: int, content: bytes) -> None:
        """Store a part."""

    def measure(self, source: str) -> tuple[int, str]:
        """Size and version of an object in some other bucket. Raises SourceNotFound, SourceRefused."""

    def copy(self, multipart: Multipart, number: int, source: str, version: str, span: tuple[int, int]) -> None:
        """Store a part by copying a span (first and last byte) of an object. Raises SourceRefused if it has changed."""

    def complete(self, multipart: Multipart, parts: Sequence[Part]) -> None:
        """Join the parts into the object."""

    def abort(self, multipart: Multipart) -> None:
        """Discard the upload; does nothing if it is gone already."""


class Reading(NamedTuple):
    """A download in progress: the size of the whole, if known, its version, and the bytes in pieces."""

    size: int | None
    version: str
    pieces: Iterator[bytes]


class Sources(Protocol):
    """External bytes, at URLs that clients name."""

    def check(self, url: str) -> None:
        """Raise SourceRefused for a scheme that is not supported; nothing is read."""

    def screen(self, url: str) -> None:
        """Raise SourceRefused also for what is never read; at most, the address of its host is looked up."""

    def locate(self, url: str) -> Located:
        """Size and version of the bytes. Raises SourceRefused, SourceNotFound, StoreUnavailable."""

    def read_from(self, url: str, offset: int, version: str) -> AbstractContextManager[Reading]:
        """The bytes at a web address from an offset on. Raises as `locate`; SourceRefused for another version."""


class Identities(Protocol):
    """Turns secrets into principals."""

    def authenticate(self, secret: str) -> Principal | None:
        """Who holds this secret; None if it is unknown, expired or revoked, or was made by a token that is gone."""


class TokenRepository(Protocol):
    """Stores tokens, by the digests of their secrets."""

    def get(self, digest: str) -> Token | None:
        """One token, in its present state."""

    def of(self, tenant: str) -> list[Token]:
        """All tokens of a tenant, expired ones too, in any order; those of the last moment may be missing."""

    def there(self, digests: Collection[str]) -> Collection[str]:
        """Those of the digests whose tokens exist at present."""

    def add(self, token: Token, dead: Sequence[str] = ()) -> None:
        """Store a new token and remove dead ones. Raises StaleImage if its issuer is gone, or on a conflict."""

    def end(self, digest: str) -> None:
        """Delete a token; does nothing if it is gone."""


class Clock(Protocol):
    """The source of the current time."""

    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""


class Ports(NamedTuple):
    """All ports that a catalogue needs, used by one actor."""

    images: ImageRepository
    memberships: MembershipRepository
    chronicle: Chronicle
    references: ReferenceRepository
    jobs: JobRepository
    shares: Shares
    queue: Queue
    instances: Instances
    blobs: BlobStore
    multiparts: MultipartStore
    sources: Sources
    clock: Clock
    tokens: TokenRepository
    actor: Actor = SYSTEM

    def by(self, actor: Actor) -> "Ports":
        """The same ports, writing in the name of this actor."""
        return self._replace(images=self.images.by(actor), memberships=self.memberships.by(actor), actor=actor)
