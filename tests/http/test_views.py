"""By the requests that the console is told, every dialect shows one and the same image."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.principal import Principal
from tests.api import ORDINARY, Api, a_caller
from tests.conformance.clients import Client, Foreman, GlanceV2
from tests.conformance.test_crossing import EACH, FACTS, PAIRS, pairs
from tests.faults.kinds import Reply
from tests.faults.outages import OUTAGES, during

T1, T2 = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11", "2c1a3d4f-8b63-4d8f-ae1b-6e3d1a7fab22"
SCHEMES = {"X-Auth-Token": "token", "Bearer": "bearer", "Basic": "basic"}


@pytest.fixture
def owner() -> Principal:
    return a_caller(T1, *ORDINARY, "publicize_image", user="owner")


@pytest.fixture
def stranger() -> Principal:
    return a_caller(T2, *ORDINARY, "publicize_image", user="stranger")


def views(api: Api, principal: Principal) -> Mapping[str, Any]:
    """What the console is told of the only image that a principal sees."""
    viewer = GlanceV2(api, principal)
    image_id = viewer.found(FACTS.name)["id"]
    answer = viewer.caller.get(f"/console/views/{image_id}")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    found: Mapping[str, Any] = answer.json["views"]
    return found


def scheme_of(client: Client) -> str:
    """How its credentials are sent, of all it has."""
    headers = client.credentials(Principal("u", "t", frozenset()), "secret")
    sent = next(iter(headers.values())).partition(" ")[0] if "Authorization" in headers else "X-Auth-Token"
    return SCHEMES[sent]


@PAIRS
def test_an_image_is_shown_by_the_request_that_is_told(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writing(api, owner).registered(FACTS)
    reader = reading(api, owner)

    told = views(api, owner)[reading.dialect]
    shown = reader.caller.request(told["method"], told["target"])

    assert (shown.status, told["scheme"]) == (200, scheme_of(reader))
    assert reader.record(shown)["name"] == reader.found(FACTS.name)["name"]


@pairs(seeing=False)
def test_there_is_no_request_for_what_a_dialect_does_not_show(
    api: Api, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writing(api, owner).registered(FACTS)

    assert views(api, owner)[reading.dialect] is None


def test_requests_are_told_of_visible_images_only(api: Api, owner: Principal, stranger: Principal) -> None:
    Foreman(api, owner).registered(FACTS)
    image_id = GlanceV2(api, owner).found(FACTS.name)["id"]
    other = GlanceV2(api, stranger).caller

    for unknown in (image_id, str(uuid4()), "none"):
        assert other.get(f"/console/views/{unknown}").status == 404
    assert api.anonymous().get(f"/console/views/{image_id}").status == 401
    assert api.caller("t1", "create_image").get(f"/console/views/{image_id}").status == 403


@EACH
def test_every_dialect_of_images_is_compared(api: Api, owner: Principal, speaking: type[Client]) -> None:
    GlanceV2(api, owner).registered(FACTS)

    assert speaking.dialect in views(api, owner)


@pytest.mark.parametrize(("outage", "reply"), OUTAGES["dynamodb"])
def test_an_outage_is_told_as_such(api: Api, owner: Principal, outage: Outage, reply: Reply) -> None:
    caller = GlanceV2(api, owner).caller

    with during("dynamodb", reply):
        answer = caller.get(f"/console/views/{uuid4()}")

    assert (answer.status, answer.json.keys()) == (500 if outage is Outage.REFUSED else 503, {"message"})
