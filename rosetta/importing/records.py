"""The records of a source, their outcomes, and the interface that each dialect's import implements."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from rosetta.errors import ServiceError
from rosetta.http import Service

T = TypeVar("T")

CONFLICT = 409
"""Another request was faster, e.g. the last one of an interrupted import: compare again."""


class Kind(StrEnum):
    """The kinds of outcomes."""

    COPIED = "copied"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an image; `reason` if it was refused."""

    kind: Kind
    reason: str = ""


COPIED = Outcome(Kind.COPIED)
SKIPPED = Outcome(Kind.SKIPPED)
"""The target already has the same image."""


class Refused(Exception):
    """This image cannot be imported; others can."""


class CannotGoOn(Exception):
    """No further image can be imported."""


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """An image as its source lists it. `size` is the number of bytes to copy."""

    id: str
    name: str
    facts: T
    size: int = 0


@dataclass(frozen=True, slots=True)
class Whose:
    """Which images to import. With `all_tenants` they keep their owners, otherwise the caller becomes the owner."""

    all_tenants: bool = False
    owner: str | None = None

    def includes(self, owner: str | None) -> bool:
        """Whether to import images of this owner."""
        return self.owner is None or owner == self.owner


class Moved(Protocol):
    """Called with an image and the number of its bytes read so far."""

    def __call__(self, image_id: str, done: int, size: int, /) -> None: ...


class Move(Protocol[T]):
    """The import of one dialect. `probe` is a path that succeeds at both ends for any valid credentials."""

    source: Service
    target: Service
    probe: str

    @property
    def note(self) -> str:
        """What is not imported, for the user; empty if everything is."""

    def images(self) -> Iterator[Record[T]]:
        """All images of the source, read lazily. Raises ServiceError."""

    def copy(self, record: Record[T]) -> Outcome:
        """Make the image at the target equal to that at the source. Can be interrupted and repeated.

        Raises Refused, ServiceError, CannotGoOn.
        """


def fresh(pages: Iterable[Sequence[Record[T]]]) -> Iterator[Record[T]]:
    """The records of pages, each once, until a page has no new ones: some services ignore the page parameters."""
    seen: set[str] = set()
    for page in pages:
        new = {record.id: record for record in page if record.id not in seen}
        if not new:
            return
        seen |= new.keys()
        yield from new.values()


def pages_after_markers(read: Callable[[str | None], list[Record[T]]]) -> Iterator[list[Record[T]]]:
    """The pages of a list with markers (image ids), until one is empty. Raises ServiceError."""
    page = read(None)
    while page:
        yield page
        page = _next_page(read, page)


def _next_page(read: Callable[[str | None], list[Record[T]]], page: Sequence[Record[T]]) -> list[Record[T]]:
    """The next page; its marker is the last image of the page that has not been deleted meanwhile."""
    for record in reversed(page[1:]):
        try:
            return read(record.id)
        except ServiceError as error:
            if error.status not in (400, 404):
                raise
    return read(page[0].id)
