"""What is registered through one dialect is read, changed and deleted through every other."""

from itertools import product

import pytest

from chalicelib.catalog.image import Status
from chalicelib.catalog.principal import Principal
from chalicelib.dialects import CATALOGUES
from tests.api import Api
from tests.conformance.clients import CLIENTS, Client, Facts
from tests.factories import an_image

FACTS = Facts(name="crossing é")
ALL = [(writer, reader, reader.needs <= writer.written()) for writer, reader in product(CLIENTS, repeat=2)]


def pairs(*, seeing: bool) -> pytest.MarkDecorator:
    """The pairs of which the reader sees what the writer registers, or those of which it does not."""
    chosen = [(writer, reader) for writer, reader, sees in ALL if sees is seeing]
    ids = [f"{writer.dialect}-{reader.dialect}" for writer, reader in chosen]
    return pytest.mark.parametrize(("writing", "reading"), chosen, ids=ids)


PAIRS = pairs(seeing=True)
EACH = pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])


def test_every_dialect_has_a_client() -> None:
    assert [client.dialect for client in CLIENTS] == [dialect.name for dialect in CATALOGUES]


@PAIRS
def test_an_image_is_listed_by_the_other_with_all_that_is_required(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    writer.registered(FACTS)

    record = reader.found(FACTS.name)

    reader.check(record)
    assert reader.facts(record).keys() == reader.knows
    common = reader.knows & writer.written()
    assert {name: reader.facts(record)[name] for name in common} == {name: getattr(FACTS, name) for name in common}


@pairs(seeing=False)
def test_an_image_without_what_the_other_needs_is_not_there(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    image_id = writer.registered(FACTS)

    assert reader.all_found(FACTS.name) == []
    assert writer.show(image_id).status == 200


@PAIRS
def test_an_image_is_shown_by_the_other_as_it_is_listed(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    writer.registered(FACTS)
    listed = reader.found(FACTS.name)

    shown = reader.show(listed["id"])

    assert shown.status == 200
    record = reader.record(shown)
    reader.check(record)
    assert reader.facts(record) == reader.facts(listed)


@PAIRS
def test_an_image_is_renamed_by_the_other(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    image_id = writer.registered(FACTS)
    before = writer.facts(writer.record(writer.show(image_id)))

    renamed = reader.rename(reader.found(FACTS.name)["id"], "renamed")

    assert renamed.status == 200, renamed.text
    assert writer.facts(writer.record(writer.show(image_id))) == {**before, "name": "renamed"}


@PAIRS
def test_an_image_is_deleted_by_the_other(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    image_id = writer.registered(FACTS)

    deleted = reader.delete(reader.found(FACTS.name)["id"])

    assert deleted.status in (200, 204)
    assert writer.is_gone(image_id)
    assert writer.records(writer.listing()) == reader.records(reader.listing()) == []


@PAIRS
def test_a_private_image_is_hidden_from_strangers_in_the_other(
    api: Api, owner: Principal, stranger: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writing(api, owner).registered(FACTS)
    image_id = reading(api, owner).found(FACTS.name)["id"]
    reader = reading(api, stranger)

    assert reader.records(reader.listing()) == []
    assert reader.show(image_id).status in (403, 404)
    assert reader.delete(image_id).status in (403, 404)


@EACH
@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.DELETED, Status.KILLED)])
def test_the_least_that_is_known_of_an_image_is_enough(
    api: Api, owner: Principal, speaking: type[Client], status: Status
) -> None:
    client = speaking(api, owner)
    needed = {name: getattr(FACTS, name) for name in client.needs}
    api.world.images.add(an_image(owner=owner.tenant, status=status, number=7, **needed))

    listed = client.records(client.listing())

    assert len(listed) == (status is not Status.PENDING_DELETE)
    for record in listed:
        client.check(record)
        client.check(client.record(client.show(record["id"])))
