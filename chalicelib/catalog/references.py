"""Managing what images refer to."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import TenantMissing, TitleTaken
from chalicelib.catalog.lookup import Lookup, retry
from chalicelib.catalog.ports import Clock, ImageRepository, ReferenceRepository
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import ImageQuery, Order, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.vacancy import ReferenceInUse

Choice = Callable[[list[Reference]], Reference]
"""Picks one of all references of a kind, or raises an error of its own."""

ASKED = "that was asked for"
MAX_NAMED = 5
"""The most images that an error names."""


class References:
    """The references of the caller's tenant."""

    def __init__(self, lookup: Lookup, images: ImageRepository, references: ReferenceRepository, clock: Clock) -> None:
        self._lookup = lookup
        self._images = images
        self._references = references
        self._clock = clock

    def of(self, kind: Kind) -> list[Reference]:
        """All of a kind, by number. No policy is needed, as every use of images needs them."""
        tenant = self._lookup.principal.tenant
        return [] if tenant is None else self._references.of(tenant, kind)

    def add(self, kind: Kind, facts: Mapping[str, Any]) -> Reference:
        """Add a reference, with the next number. Raises PolicyMissing, TenantMissing, Invalid, TitleTaken."""
        self._lookup.require(Policy.CREATE_IMAGE)
        tenant = self._lookup.principal.tenant
        if tenant is None:
            raise TenantMissing
        now = self._clock.now()
        new = Reference(kind=kind, owner=tenant, facts=facts, created_at=now, updated_at=now)
        _check_lengths(new)
        return self._references.add(new)

    def update(self, kind: Kind, choose: Choice, change: Callable[[Reference], Mapping[str, Any]]) -> Reference:
        """Give the chosen reference the facts that `change` makes from its present state; writes nothing if equal.

        Raises PolicyMissing, Invalid, TitleTaken, EditConflict; ReferenceInUse if images refer to it by a key that
        would change.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Reference:
            existing = self.of(kind)
            old = choose(existing)
            new = old._replace(facts=change(old), updated_at=self._clock.now())
            if new.facts == old.facts:
                return old
            _check_lengths(new, old)
            if any(other.title == new.title for other in existing if other.number != old.number):
                raise TitleTaken(new.title)
            if new.key != old.key:
                self._check_unused(old)
            return self._references.save(old, new)

        return retry(ASKED, once, kind.what)

    def remove(self, kind: Kind, choose: Choice) -> Reference:
        """Delete the chosen reference, and return it. Raises PolicyMissing, ReferenceInUse, EditConflict."""
        self._lookup.require(Policy.DELETE_IMAGE)

        def once() -> Reference:
            old = choose(self.of(kind))
            self._check_unused(old)
            self._references.remove(old)
            return old

        return retry(ASKED, once, kind.what)

    def _check_unused(self, reference: Reference) -> None:
        """Raise ReferenceInUse if images refer to it; those waiting for deletion count, as they can be restored."""
        principal = self._lookup.principal
        by_number = Order(SortKey.NUMBER, descending=False)
        query = ImageQuery(Scope.OWN, order=by_number, expected=MAX_NAMED, below=reference, waiting=True)
        found = list(islice(self._images.images(principal, query), MAX_NAMED))
        if found:
            seen = [image for image in found if not image.gone and principal.holds(Policy.READ_IMAGES)]
            raise ReferenceInUse(reference, [image.name or image.id for image in seen])


def _check_lengths(new: Reference, old: Reference | None = None) -> None:
    """Refuse texts that are too long, unless they are unchanged."""
    before = {} if old is None else {**old.facts, "title": old.title}
    for name, text in {**new.facts, "title": new.title}.items():
        if text != before.get(name):
            lengths.check(name, text, lengths.TEXT)
