"""Use cases of what images refer to."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import TenantMissing, TitleTaken
from chalicelib.catalog.lookup import Lookup, retried
from chalicelib.catalog.ports import Clock, ImageRepository, ReferenceRepository
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import ImageQuery, Order, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.vacancy import ReferenceInUse

Choice = Callable[[list[Reference]], Reference]
"""Which of all references of a kind is meant; it raises an error of its own if none is."""

ASKED = "that was asked for"
MAX_NAMED = 5
"""Images that a refusal names."""


class References:
    """The references of the caller's tenant."""

    def __init__(self, lookup: Lookup, images: ImageRepository, references: ReferenceRepository, clock: Clock) -> None:
        self._lookup = lookup
        self._images = images
        self._references = references
        self._clock = clock

    def of(self, kind: Kind) -> list[Reference]:
        """All of a kind, by number. Every use of images needs them, so no policy of their own is asked for."""
        tenant = self._lookup.principal.tenant
        return [] if tenant is None else self._references.of(tenant, kind)

    def add(self, kind: Kind, facts: Mapping[str, Any]) -> Reference:
        """A new one, with the next number. Raises PolicyMissing, TenantMissing, Invalid, TitleTaken."""
        self._lookup.require(Policy.CREATE_IMAGE)
        tenant = self._lookup.principal.tenant
        if tenant is None:
            raise TenantMissing
        now = self._clock.now()
        new = Reference(kind=kind, owner=tenant, facts=facts, created_at=now, updated_at=now)
        _check_lengths(new)
        return self._references.add(new)

    def update(self, kind: Kind, choose: Choice, change: Callable[[Reference], Mapping[str, Any]]) -> Reference:
        """Give one that is chosen the facts that `change` makes of its present state; the same facts write nothing.

        Raises PolicyMissing, Invalid, TitleTaken, EditConflict; ReferenceInUse if images refer to it by a key that
        would change.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Reference:
            there = self.of(kind)
            old = choose(there)
            new = old._replace(facts=change(old), updated_at=self._clock.now())
            if new.facts == old.facts:
                return old
            _check_lengths(new, old)
            if any(other.title == new.title for other in there if other.number != old.number):
                raise TitleTaken(new.title)
            if new.key != old.key:
                self._check_unused(old)
            return self._references.save(old, new)

        return retried(ASKED, once, kind.what)

    def remove(self, kind: Kind, choose: Choice) -> Reference:
        """Delete one that is chosen, and return what it was. Raises PolicyMissing, ReferenceInUse, EditConflict."""
        self._lookup.require(Policy.DELETE_IMAGE)

        def once() -> Reference:
            old = choose(self.of(kind))
            self._check_unused(old)
            self._references.remove(old)
            return old

        return retried(ASKED, once, kind.what)

    def _check_unused(self, reference: Reference) -> None:
        """Images that wait for their deletion count: they can be brought back."""
        principal = self._lookup.principal
        by_number = Order(SortKey.NUMBER, descending=False)
        query = ImageQuery(Scope.OWN, order=by_number, expected=MAX_NAMED, below=reference, waiting=True)
        found = list(islice(self._images.images(principal, query), MAX_NAMED))
        if found:
            seen = [image for image in found if not image.gone and principal.holds(Policy.READ_IMAGES)]
            raise ReferenceInUse(reference, [image.name or image.id for image in seen])


def _check_lengths(new: Reference, old: Reference | None = None) -> None:
    """Refuse texts that are too long; those that it had before are right."""
    before = {} if old is None else {**old.facts, "title": old.title}
    for name, text in {**new.facts, "title": new.title}.items():
        if text != before.get(name):
            lengths.check(name, text, lengths.TEXT)
