"""What the domain needs from the world outside, each method with its promise."""

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
    """Keeps images. What was written is read back at once, in lists too; a write happens whole or not at all.

    What each write does to an image is remembered with it: see `Chronicle`.
    """

    def by(self, actor: Actor) -> "ImageRepository":
        """The same images, written by this one."""

    def number(self) -> int:
        """A number that no image has or had."""

    def get(self, image_id: str, *members: str | None) -> Found | None:
        """The image, deleted ones included, with its memberships of these members; one round trip."""

    def each(self, image_ids: Sequence[str], *members: str | None) -> Mapping[str, Found]:
        """As `get`, of several at once, by id; those that are not there are left out."""

    def many(self, image_ids: Sequence[str]) -> list[Image]:
        """The images among these ids, in no order."""

    def holders(self, names: Sequence[Name], tenant: str | None) -> Mapping[Name, str]:
        """The ids of the images that hold these names; of those that each tenant chooses for itself, the tenant's."""

    def add(self, image: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """Store a new image, with the job that makes it, provided that all that it refers to by `refers` is there.

        Raises IdTaken, ReferenceGone, or ClaimTaken naming every lost claim.
        """

    def mark(self, images: Sequence[Image], transition: Transition) -> None:
        """Begin a transition of up to a hundred images, all or none. Raises StaleImage."""

    def save(self, old: Image, new: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """Replace the image as it was read by the new one, with the job that this begins; `refers` as for `add`.

        Raises StaleImage if it changed since; ClaimTaken, ReferenceGone.
        """

    def move(self, image_id: str) -> bool:
        """Bring an image from an older layout to this one; whether it had to be. Raises StaleImage."""

    def images(self, principal: Principal, query: ImageQuery) -> Iterator[Image]:
        """The images of the scope that the principal may see and the query admits, in order, lazily.

        Raises ScanTooLarge if the order has to read more than the limit, or all of them are expected and they are more.
        """

    def count(self, principal: Principal, query: ImageQuery) -> int:
        """How many images `images` would yield. Raises ScanTooLarge."""

    def totals(self, tenant: str) -> Totals:
        """What a tenant has, and how many images it is given; one round trip."""


class MembershipRepository(Protocol):
    """Keeps who an image is shared with. Each change takes part in the version of its image, and is remembered."""

    def by(self, actor: Actor) -> "MembershipRepository":
        """The same memberships, written by this one."""

    def of_image(self, image_id: str) -> list[Membership]:
        """All memberships of an image in the order of their creation, deleted images included."""

    def of_member(self, member: str) -> list[Membership]:
        """All memberships of a tenant; what others shared a moment ago may be missing."""

    def change(
        self,
        image: Image,
        new: Sequence[Membership],
        gone: Sequence[Membership],
        changed: Sequence[tuple[Membership, Membership]] = (),
    ) -> None:
        """Add memberships, remove some, and replace others as they were by what they are to be.

        Raises StaleImage, MemberQuotaExceeded.
        """

    def clear(self, image_id: str) -> None:
        """Remove all memberships of an image that is deleted."""


class Chronicle(Protocol):
    """Remembers what has happened to images, as long as their tombstones."""

    def of(self, image_id: str, after: int, limit: int) -> Sequence[Event]:
        """The first events of an image after that version, oldest first."""


class Backlog(Protocol):
    """Knows which images somebody has to come back to, the longest due first; what was written is read back at once."""

    def unfinished(self, before: datetime) -> Iterator[str]:
        """The ids of images that came before then to what is to be ended, removed or inspected; no job saves them."""

    def pending_delete(self, before: datetime) -> Iterator[str]:
        """The ids of images whose deletion has been waiting since before then."""

    def expired(self, before: datetime) -> Iterator[str]:
        """The ids of images that were deleted before then."""

    def unmoved(self) -> Iterator[str]:
        """The ids of images that are to be moved from an older layout to this one."""

    def forget(self, image_id: str) -> bool:
        """Remove a deleted image without a trace but its aliases; whether it was there to be removed."""


class JobRepository(Protocol):
    """Keeps jobs. What was written is read back at once, in lists too."""

    def add(self, job: Job) -> None:
        """Store a new job."""

    def get(self, owner: str, job_id: str) -> Job | None:
        """One job of a tenant."""

    def save(self, old: Job, new: Job) -> Job:
        """Replace a job as it was read. Raises StaleJob if it changed since."""

    def drop(self, job: Job) -> None:
        """Remove a job that never came about."""

    def of(self, owner: str) -> list[Job]:
        """All jobs of a tenant that are remembered, newest first."""

    def unfinished(self, before: datetime) -> Iterator[tuple[str, str]]:
        """Owner and id of each unfinished job that nobody has been at since then, or should have been; oldest first."""


class Shares(Protocol):
    """Lets each tenant hold so many workers at once and no more, so that some are left for the others."""

    def take(self, owner: str, job_id: str, now: datetime, until: datetime) -> bool:
        """Whether a job of a tenant may be worked on, until then at most; it counts as one until it is given back."""

    def give_back(self, owner: str, job_id: str) -> None:
        """Have the job count no longer. Raises StaleJob if somebody else was faster, and then it does for a while."""


class Queue(Protocol):
    """Brings jobs to the worker: at least once, in no order."""

    def send(self, owner: str, job_id: str, delay: timedelta = timedelta()) -> None:
        """Have a job worked on, after a delay of at most fifteen minutes. Raises CloudUnavailable."""

    def tell(self, image_id: str, name: str, times: int, delay: timedelta = timedelta()) -> None:
        """Say that the bytes of an image are below a name, and how often that was said. Raises as `send`."""


class Instances(Protocol):
    """Machines in the clouds behind the zones, and images of them. Raises CloudUnavailable."""

    @property
    def zones(self) -> Sequence[str]:
        """All zones there are, at least one."""

    def find(self, instance_id: str, tenant: str, zone: str) -> Instance | None:
        """A machine of this tenant in this zone."""

    def capture(self, instance_id: str, zone: str, name: str) -> str | None:
        """Have an image of a machine made, unless there is one of this name; returns its id.

        None if there is one that cannot be seen yet. Raises CaptureRefused, MachineBusy.
        """

    def captured(self, capture_id: str, zone: str) -> Capture | None:
        """How far an image has come; None if there is none, or none yet."""

    def discard(self, name: str, zone: str, capture_id: str | None = None) -> None:
        """Remove the image of this name, and of this id, with what it is made of; one that is gone is no matter."""


class ReferenceRepository(Protocol):
    """Keeps what images refer to. What was written is read back at once."""

    def of(self, owner: str, kind: Kind) -> list[Reference]:
        """All references of a tenant and kind, by number."""

    def add(self, reference: Reference) -> Reference:
        """Store a new one, which gets a number that none had if it has none. Raises TitleTaken, EditConflict."""

    def save(self, old: Reference, new: Reference) -> Reference:
        """Replace it as it was read; if images would refer to it by another key, none may have come since either.

        Raises StaleImage, also if another one has the title.
        """

    def remove(self, reference: Reference) -> None:
        """Remove it, provided that it is as it was read, and no image has come to refer to it. Raises StaleImage."""


class Located(NamedTuple):
    """What is at a location: how many bytes, if that is told, and what changes with them, if there is such a mark."""

    size: int | None
    version: str | None

    def matches(self, found: "Located") -> bool:
        """Whether the bytes found now may be these: they have the same mark, or as many they are if these have none."""
        return found.version == self.version if self.version is not None else self.size in (None, found.size)


ANYTHING = Located(None, None)


class Link(NamedTuple):
    """Where bytes can be fetched without credentials for a few minutes."""

    url: str


class BlobStore(Protocol):
    """Keeps the bytes of images. Raises StoreDisabled, StoreRefused, StoreUnavailable or plain StoreError."""

    def put(self, image_id: str, content: bytes) -> str:
        """Store bytes for an image in a place of their own; returns their location. If it fails, none are kept."""

    def get(self, location: str, registered: Located = ANYTHING) -> bytes | None:
        """The bytes at a location; None if there are none, or those that somebody else keeps there are now others."""

    def size(self, location: str) -> int | None:
        """How many bytes there are at a location of our own; None if there are none."""

    def pieces(self, location: str, offset: int, length: int) -> Generator[bytes]:
        """Up to `length` bytes at a location of our own from an offset on, in pieces of up to a megabyte."""

    def link(self, location: str, registered: Located = ANYTHING) -> Link | None:
        """A short-lived link to the bytes in a store, served as application/octet-stream; None as `get`."""

    def delete(self, location: str) -> None:
        """Remove the bytes if they are ours; bytes that somebody else keeps, or that are gone, are left alone."""

    def place(self, image_id: str) -> str:
        """The location below which all bytes of an image are kept, for an image whose bytes may be anywhere there."""

    def clear(self, image_id: str) -> None:
        """Remove all bytes that were ever stored for an image."""


class Part(NamedTuple):
    """A part that has come: its number from one, its bytes, and the MD5 that its store has found, in hexadecimal."""

    number: int
    size: int
    etag: str


class Multipart(NamedTuple):
    """Bytes that come in parts: where they will be, and by what name their store knows that they are coming."""

    location: str
    key: str


class PartLink(NamedTuple):
    """Where a part can be put without credentials for a while, with exactly these headers."""

    number: int
    url: str
    headers: Mapping[str, str]


class MultipartStore(Protocol):
    """Takes the bytes of images in parts. Raises as `BlobStore`."""

    def begin(self, image_id: str, name: str) -> Multipart:
        """Be ready for parts, which will make up an object of this name among the bytes of the image."""

    def begun(self, image_id: str) -> list[Multipart]:
        """What is still to come for an image."""

    def parts(self, multipart: Multipart) -> list[Part] | None:
        """The parts that have come, by number; None if no more can come, because it is completed or aborted."""

    def link(self, multipart: Multipart, number: int, size: int, md5: str) -> PartLink:
        """Where a part of this size and MD5 (hexadecimal) can be put, and no other."""

    def put(self, multipart: Multipart, number: int, content: bytes) -> None:
        """Store a part."""

    def measure(self, source: str) -> tuple[int, str]:
        """Size and version of an object in some other bucket. Raises SourceNotFound, SourceRefused."""

    def copy(self, multipart: Multipart, number: int, source: str, version: str, span: tuple[int, int]) -> None:
        """Make a part of an object's bytes from the first to the last. Raises SourceRefused if it has changed."""

    def complete(self, multipart: Multipart, parts: Sequence[Part]) -> None:
        """Make an object of the parts."""

    def abort(self, multipart: Multipart) -> None:
        """Forget what has come; that it is gone already is no matter."""


class Reading(NamedTuple):
    """Bytes on their way from elsewhere: how many the whole has, if that is told; what marks its version; pieces."""

    size: int | None
    version: str
    pieces: Iterator[bytes]


class Sources(Protocol):
    """Bytes that others keep, at URLs that clients name."""

    def check(self, url: str) -> None:
        """Raise SourceRefused for a scheme that is not supported; nothing is read."""

    def screen(self, url: str) -> None:
        """Raise SourceRefused also for what is never read, whatever is there; at most its address is looked up."""

    def locate(self, url: str) -> Located:
        """What is there now. Raises SourceRefused, SourceNotFound, StoreUnavailable."""

    def read_from(self, url: str, offset: int, version: str) -> AbstractContextManager[Reading]:
        """The bytes at a web address from an offset on. Raises as `locate`, SourceRefused if not of this version."""


class Identities(Protocol):
    """Turns secrets into principals."""

    def authenticate(self, secret: str) -> Principal | None:
        """Who holds this secret; None if it is unknown, expired or revoked, or what made it was revoked."""


class TokenRepository(Protocol):
    """Keeps tokens, by the digests of their secrets."""

    def get(self, digest: str) -> Token | None:
        """One token, as it is by now."""

    def of(self, tenant: str) -> list[Token]:
        """All tokens of a tenant, in no order, those that have ended too; what was just written may be missing."""

    def there(self, digests: Collection[str]) -> Collection[str]:
        """The digests among these of tokens that there are by now."""

    def add(self, token: Token, dead: Sequence[str] = ()) -> None:
        """Store a new one that another one made, and remove others. Raises StaleImage if that is gone, or in use."""

    def end(self, digest: str) -> None:
        """Remove it; one that is gone is no matter."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class Ports(NamedTuple):
    """All of them, as a catalogue needs them, used by one actor."""

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
        """The same ones, used by this actor, who is remembered with what is written."""
        return self._replace(images=self.images.by(actor), memberships=self.memberships.by(actor), actor=actor)
