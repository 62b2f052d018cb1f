"""Use cases of what images refer to."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.errors import TenantMissing
from chalicelib.catalog.lookup import Lookup
from chalicelib.catalog.ports import Clock, ReferenceRepository
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.reference import Kind, Reference


class References:
    """The references of the caller's tenant."""

    def __init__(self, lookup: Lookup, references: ReferenceRepository, clock: Clock) -> None:
        self._lookup = lookup
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
