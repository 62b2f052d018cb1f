"""What one dialect alone knows of an image is seen and changed through no other."""

import pytest

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.principal import Principal
from tests.api import Api
from tests.conformance.clients import CLIENTS, Client, Facts, GlanceV1
from tests.dialects.declared import DECLARED
from tests.factories import an_image

EACH_CLIENT = pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])
TEXTS = [fact for fact in DECLARED if fact.is_text]
OWNERS = {fact.facts.namespace: fact.dialect.name for fact in TEXTS}
FACTS = {
    "martian": {"planet": "known to martian"},
    **{
        namespace: {fact.name: f"known to {dialect}" for fact in TEXTS if fact.facts.namespace == namespace}
        for namespace, dialect in OWNERS.items()
    },
}
"""Texts of every dialect that has some, and of one that nobody speaks; each says who knows it."""


@pytest.fixture
def image(api: Api, owner: Principal) -> Image:
    known = {"name": "known", "architecture": Facts.architecture, "number": 7, "dialect_facts": FACTS}
    return api.world.images.add(an_image(owner=owner.tenant, status=Status.ACTIVE, **known))


@EACH_CLIENT
def test_a_dialect_shows_none_but_its_own(api: Api, owner: Principal, image: Image, speaking: type[Client]) -> None:
    client = speaking(api, owner)

    shown, listed = client.show(client.alias_of(image)), client.listing()

    assert (shown.status, listed.status) == (200, 200)
    assert client.record(shown)["id"] in {record["id"] for record in client.records(listed)}
    others = [f"known to {name}" for name in ("martian", *OWNERS.values()) if name != client.dialect]
    assert [text for text in others if text in shown.text + listed.text or text in str(shown.headers)] == []


@EACH_CLIENT
def test_a_change_through_any_dialect_keeps_all(
    api: Api, owner: Principal, image: Image, speaking: type[Client]
) -> None:
    client = speaking(api, owner)

    answer = client.rename(client.alias_of(image), "renamed")

    found = api.world.images.get(image.id)
    assert answer.status == 200, answer.text
    assert found is not None
    assert (found.image.name, found.image.dialect_facts) == ("renamed", FACTS)


def test_an_update_that_removes_properties_keeps_all(api: Api, owner: Principal, image: Image) -> None:
    client, target = GlanceV1(api, owner), f"/v1/images/{image.id}"

    one = client.caller.put(target, {"x-image-meta-property-a": "b", "x-glance-registry-purge-props": "true"})
    two = client.caller.put(target, {"x-image-meta-property-c": "d", "x-glance-registry-purge-props": "true"})

    found = api.world.images.get(image.id)
    assert (one.status, two.status) == (200, 200)
    assert found is not None
    assert (found.image.properties, found.image.dialect_facts) == ({"c": "d"}, FACTS)
