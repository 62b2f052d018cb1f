"""The usage of tenants, and their limits."""

from typing import NamedTuple

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import TenantMissing
from chalicelib.catalog.image import Visibility
from chalicelib.catalog.lookup import Lookup
from chalicelib.catalog.ports import ImageRepository
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import Limits


class Usage(NamedTuple):
    """The usage of a tenant, and its limits: None if there is none. `images` counts those that lists show.

    `size` is in bytes, those of uploads in progress included. `shared` counts as its limit does, including killed
    images and those that wait for their deletion.
    """

    tenant: str
    size: int
    size_allowed: int | None
    images: int
    public: int
    shared: int
    shared_allowed: int | None


class Usages:
    """The usage of tenants, as far as the caller may know it."""

    def __init__(self, lookup: Lookup, images: ImageRepository, limits: Limits) -> None:
        self._lookup = lookup
        self._images = images
        self._limits = limits

    def of(self, tenant: str | None = None) -> Usage:
        """The usage of the caller's tenant, or of one that an administrator names; zero for an unknown one.

        Raises PolicyMissing, TenantMissing (none is named, and the caller acts for none), Invalid.
        """
        self._lookup.require(Policy.READ_IMAGES)
        own = self._lookup.principal.tenant
        name = own if tenant is None else tenant
        if name is None:
            raise TenantMissing
        lengths.check_tenant("tenant", name)
        if name != own:
            self._lookup.require(Policy.ADMIN)
        return self._read(name)

    def _read(self, tenant: str) -> Usage:
        found = self._images.totals(tenant)
        shown = {facet: count for facet, count in found.facets.items() if not facet.killed}
        quota = self._limits.shared_quota
        return Usage(
            tenant=tenant,
            size=found.size,
            size_allowed=self._limits.storage_quota or None,
            images=sum(shown.values()),
            public=sum(count for facet, count in shown.items() if facet.visibility is Visibility.PUBLIC),
            shared=found.given,
            shared_allowed=None if quota < 0 else quota,
        )
