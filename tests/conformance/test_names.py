"""Names that are invisible, or contain control characters, are refused by each dialect in its own shape."""

import pytest

from chalicelib.catalog.image import Status
from chalicelib.catalog.principal import Principal
from tests.api import Api
from tests.conformance.clients import CLIENTS, Client, Facts
from tests.factories import an_image

STATUSES = {"scaleway": 400, "foreman": 422, "qingcloud": 400, "devops_service": 400}
"""Glance takes any text, and sends it encoded (Glance v1's wire §2.2)."""
SPEAKING = [client for client in CLIENTS if client.dialect in STATUSES]
NO_NAMES = ["a\x00b", "a\nb", "a\tb", "a\x1fb", "a\x7fb", "a\x85b"]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
@pytest.mark.parametrize("speaking", SPEAKING, ids=[client.dialect for client in SPEAKING])
def test_a_name_has_no_control_characters(api: Api, owner: Principal, speaking: type[Client], name: str) -> None:
    client = speaking(api, owner)
    needed = {"name": "before", "number": 7, "architecture": "arm64", "login_user": "root", "status": Status.ACTIVE}
    image = api.world.images.add(an_image(owner=owner.tenant, **needed))

    created = client.create(Facts(name=name))
    renamed = client.rename(client.alias_of(image), name)

    assert {created.status, renamed.status} == {STATUSES[speaking.dialect]}, renamed.text
    found = api.world.images.get(image.id)
    assert found is not None
    assert found.image.name == "before"


@pytest.mark.parametrize("name", [" ", "\u3000", "  "], ids=ascii)
@pytest.mark.parametrize("dialect", ["scaleway", "foreman", "qingcloud"])
def test_a_name_that_nobody_could_see_is_none(api: Api, owner: Principal, dialect: str, name: str) -> None:
    """In devops-service blanks at the ends do not count, and a name may be empty."""
    [speaking] = (client for client in CLIENTS if client.dialect == dialect)

    assert speaking(api, owner).create(Facts(name=name)).status == STATUSES[dialect]
