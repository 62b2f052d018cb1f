"""What the worker has found in the bytes of an image is shown by every dialect, and stored by none of their clients."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.principal import Principal
from tests.api import Api
from tests.conformance.clients import CLIENTS, Client, Facts, Record
from tests.factories import INSPECTED, an_image

PROPERTIES = {
    "inspection_formats": "qcow2",
    "inspection_partition_table": "gpt",
    "inspection_findings": "luks2,snapshots",
}
LEARNT: Mapping[str, Callable[[Record], Any]] = {
    "glance_v1": lambda record: (int(record.get("virtual_size") or 0), record["properties"]),
    "glance_v2": lambda record: (record["virtual_size"] or 0, named(record)),
    "scaleway": lambda record: record["root_volume"]["size"],
    "devops_service": lambda record: (record.get("virtual_size", 0), named(record)),
    "foreman": lambda record: (record.get("virtual_size", 0), named(record)),
    "qingcloud": lambda record: record["size"],
}
"""What a record says of the bytes."""
SAID: Mapping[str, Any] = {"scaleway": INSPECTED["virtual_size"], "qingcloud": 20}
"""What is said in fields of the original; other dialects have the names of all findings."""
UNSEEN: Mapping[str, Any] = {"scaleway": 7, "qingcloud": 1}
"""What the same fields say of the size of bytes that nobody looked at."""
EACH = pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])


def named(record: Record) -> dict[str, Any]:
    """Whatever begins as findings do."""
    return {name: value for name, value in record.items() if name.startswith("inspection_")}


def both(client: Client, image: Image) -> list[Any]:
    """What the list and the image by itself say."""
    image_id = client.alias_of(image)
    [listed] = client.records(client.listing())
    shown = client.record(client.show(image_id))
    client.check(shown)
    learnt = LEARNT[client.dialect]
    given = {"architecture": Facts.architecture}
    return [without(given, learnt(record)) for record in (listed, shown)]


def without(given: Mapping[str, Any], said: Any) -> Any:
    """The same, apart from properties that clients have given."""
    if not isinstance(said, tuple):
        return said
    size, properties = said
    return size, {name: value for name, value in properties.items() if name not in given}


def add(api: Api, owner: Principal, **facts: Any) -> Image:
    known = {"owner": owner.tenant, "architecture": Facts.architecture, "number": 7}
    return api.world.images.add(an_image(**known, **{"status": Status.ACTIVE, "size": 7, **facts}))


@EACH
def test_what_was_found_is_listed_and_shown(api: Api, owner: Principal, speaking: type[Client]) -> None:
    image = add(api, owner, **INSPECTED)

    said = both(speaking(api, owner), image)

    assert said == [SAID.get(speaking.dialect, (INSPECTED["virtual_size"], PROPERTIES))] * 2


@EACH
def test_bytes_that_nobody_looked_at_look_as_ever(api: Api, owner: Principal, speaking: type[Client]) -> None:
    image = add(api, owner)

    said = both(speaking(api, owner), image)

    assert said == [UNSEEN.get(speaking.dialect, (0, {}))] * 2


@EACH
def test_a_virtual_size_that_is_unknown_leaves_the_rest_to_be_said(
    api: Api, owner: Principal, speaking: type[Client]
) -> None:
    image = add(api, owner, inspection={"compression": "gzip"})

    said = both(speaking(api, owner), image)

    assert said == [UNSEEN.get(speaking.dialect, (0, {"inspection_compression": "gzip"}))] * 2


def test_every_dialect_says_what_was_found() -> None:
    assert LEARNT.keys() == {client.dialect for client in CLIENTS}
