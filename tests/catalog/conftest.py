"""The catalogue over moto, for tenants with chosen policies."""

from typing import Protocol

import pytest

from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.service import Catalog
from tests.api import Api

RIGHTS = frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE})


class Open(Protocol):
    """Opens the catalogue for a tenant, with the ordinary policies unless others are named."""

    def __call__(self, tenant: str | None = "t1", *rights: Policy) -> Catalog: ...


@pytest.fixture
def open_catalog(api: Api) -> Open:
    def opened(tenant: str | None = "t1", *rights: Policy) -> Catalog:
        return api.world.catalog(Principal("user", tenant, frozenset(rights) or RIGHTS))

    return opened


@pytest.fixture
def catalog(open_catalog: Open) -> Catalog:
    """The catalogue as the tenant t1 may use it."""
    return open_catalog()
