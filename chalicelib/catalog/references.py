"""Use cases of what images refer to."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from chalicelib.catalog.errors import TenantMissing
from chalicelib.catalog.image import Status
from chalicelib.catalog.lookup import Lookup, retried
from chalicelib.catalog.ports import Clock, ImageRepository, ReferenceRepository
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope, SortKey
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.vacancy import ReferenceInUse, ReferenceNotFound

FOREVER = datetime(1970, 1, 1, tzinfo=UTC)
MOST_NAMED = 5
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
        """A new one, with the next number. Raises PolicyMissing, TenantMissing, TitleTaken."""
        self._lookup.require(Policy.CREATE_IMAGE)
        tenant = self._lookup.principal.tenant
        if tenant is None:
            raise TenantMissing
        now = self._clock.now()
        return self._references.add(Reference(kind=kind, owner=tenant, facts=facts, created_at=now, updated_at=now))

    def update(self, kind: Kind, number: int, change: Callable[[Reference], Mapping[str, Any]]) -> Reference:
        """Give it the facts that `change` makes of its present state; the same facts write nothing.

        Raises PolicyMissing, ReferenceNotFound, TitleTaken, EditConflict; ReferenceInUse if images refer to it by what
        would not be its key any more.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Reference:
            old = self._one(kind, number)
            new = replace(old, facts=change(old), updated_at=self._clock.now())
            if new.facts == old.facts:
                return old
            if new.key != old.key:
                self._check_unused(old)
            return self._references.save(old, new)

        return retried(str(number), once, kind.what)

    def remove(self, kind: Kind, number: int) -> Reference:
        """Delete it, and return what it was. Raises PolicyMissing, ReferenceNotFound, ReferenceInUse, EditConflict."""
        self._lookup.require(Policy.DELETE_IMAGE)

        def once() -> Reference:
            old = self._one(kind, number)
            self._check_unused(old)
            self._references.remove(old)
            return old

        return retried(str(number), once, kind.what)

    def _one(self, kind: Kind, number: int) -> Reference:
        found = next((reference for reference in self.of(kind) if reference.number == number), None)
        if found is None:
            raise ReferenceNotFound(kind, number)
        return found

    def _check_unused(self, reference: Reference) -> None:
        """Images that wait for their deletion count: they can be brought back."""
        principal = self._lookup.principal
        live = Condition("status", Operator.UNEQUAL, Status.DELETED)
        by_change = Order(SortKey.UPDATED)
        query = ImageQuery(Scope.OWN, (live,), by_change, changed_since=FOREVER, expected=MOST_NAMED, below=reference)
        found = list(islice(self._images.images(principal, query), MOST_NAMED))
        if found:
            seen = [image for image in found if not image.gone and principal.holds(Policy.READ_IMAGES)]
            raise ReferenceInUse(reference.title, [image.name or image.id for image in seen])
