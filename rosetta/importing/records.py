"""What an import deals in: the images of a source, and what became of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from rosetta.errors import ServiceError
from rosetta.http import Service

T = TypeVar("T")

CONFLICT = 409
"""Somebody else was faster, such as the last request of an import that was killed: what they did is looked at anew."""


class Kind(StrEnum):
    """What can become of an image."""

    COPIED = "copied"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an image, and why it was refused."""

    kind: Kind
    reason: str = ""


COPIED = Outcome(Kind.COPIED)
SKIPPED = Outcome(Kind.SKIPPED)
"""It was there already, and as it should be."""


class Refused(Exception):
    """This image cannot be brought over; the others can."""


class CannotGoOn(Exception):
    """No further image can be brought over."""


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """An image as its source lists it. `size` counts its bytes, as far as they are moved."""

    id: str
    name: str
    facts: T
    size: int = 0


@dataclass(frozen=True, slots=True)
class Whose:
    """Which images are meant. Those of `all_tenants` keep their owners, others become those of the target's caller."""

    all_tenants: bool = False
    owner: str | None = None

    def includes(self, owner: str | None) -> bool:
        """Whether an image of this owner is one of them."""
        return self.owner is None or owner == self.owner


class Moved(Protocol):
    """Told how many of the bytes of an image have left the source so far."""

    def __call__(self, image_id: str, done: int, size: int, /) -> None: ...


class Move(Protocol[T]):
    """A way from a source to a target that speak the same dialect.

    `probe` is a path that both answer to anyone whom they know.
    """

    source: Service
    target: Service
    probe: str

    @property
    def note(self) -> str:
        """What does not come over, as far as that is known; empty if all does."""

    def images(self) -> Iterator[Record[T]]:
        """All images of the source, read no further than they are consumed. Raises ServiceError."""

    def copy(self, record: Record[T]) -> Outcome:
        """Have the image at the target as it is at the source; may be interrupted anywhere and done again.

        Raises Refused, ServiceError, CannotGoOn.
        """


def fresh(pages: Iterable[Sequence[Record[T]]]) -> Iterator[Record[T]]:
    """The records of pages, each once, until a page brings none that is new.

    A service without pages, or lowers their size, or moves its images while it is read, does no harm.
    """
    seen: set[str] = set()
    for page in pages:
        new = {record.id: record for record in page if record.id not in seen}
        if not new:
            return
        seen |= new.keys()
        yield from new.values()


def pages_after_markers(read: Callable[[str | None], list[Record[T]]]) -> Iterator[list[Record[T]]]:
    """The pages of a list that is read after a marker, the id of an image, until one is empty. Raises ServiceError."""
    page = read(None)
    while page:
        yield page
        page = _next_page(read, page)


def _next_page(read: Callable[[str | None], list[Record[T]]], page: Sequence[Record[T]]) -> list[Record[T]]:
    """What follows a page; after the last of its images that has not been deleted meanwhile."""
    for record in reversed(page[1:]):
        try:
            return read(record.id)
        except ServiceError as error:
            if error.status not in (400, 404):
                raise
    return read(page[0].id)
