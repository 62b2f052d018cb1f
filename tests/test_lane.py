"""Whoever listens to what DynamoDB is sent hears all of it, and nobody can tell the lane's answers from the wire's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber
from pynamodb.exceptions import PutError, TransactWriteError

from chalicelib.catalog.errors import StaleImage
from chalicelib.storage.tables import ClaimItem, ImageItem
from tests.api import Api
from tests.factories import an_image
from tests.faults.wire import wire
from tests.lane import METHODS, PHASES, Lane

OPERATIONS = sorted(METHODS)


@contextmanager
def listening(lane: Lane, event: str) -> Iterator[list[str]]:
    """Hear of an event; yields the names of those that were heard of."""
    heard: list[str] = []

    def hear(event_name: str, **_: Any) -> None:
        heard.append(event_name)

    lane.client.meta.events.register(event, hear)
    try:
        yield heard
    finally:
        lane.client.meta.events.unregister(event, hear)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_that_nobody_listens_to_takes_the_lane(api: Api, lane: Lane, operation: str) -> None:
    assert lane.is_free(operation)


@pytest.mark.parametrize("phase", PHASES)
def test_whoever_listens_hears_of_a_call_and_the_lane_is_free_again_afterwards(
    api: Api, lane: Lane, phase: str
) -> None:
    image = api.world.images.add(an_image())

    with listening(lane, f"{phase}.dynamodb") as heard:
        found = api.world.images.get(image.id)

    assert found is not None
    assert heard == [f"{phase}.dynamodb.BatchGetItem"] or (phase == "before-send" and len(heard) == 1)
    assert lane.is_free("BatchGetItem")


@pytest.mark.parametrize("event", ["before-call", "before-call.dynamodb", "before-call.dynamodb.TransactWriteItems"])
def test_a_listener_hears_by_whatever_part_of_the_name_it_asks_for(api: Api, lane: Lane, event: str) -> None:
    with listening(lane, event) as heard:
        api.world.images.add(an_image())

    assert "before-call.dynamodb.TransactWriteItems" in heard


def test_a_listener_to_one_operation_leaves_the_others_to_the_lane(api: Api, lane: Lane) -> None:
    with listening(lane, "before-call.dynamodb.Query"):
        assert not lane.is_free("Query")
        assert lane.is_free("BatchGetItem")


def test_what_stands_in_place_of_the_wire_is_asked(api: Api, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, usual = [], BotocoreStubber.__call__

    def call(self: BotocoreStubber, event_name: str, request: Any, **kwargs: Any) -> Any:
        asked.append(event_name)
        return usual(self, event_name, request, **kwargs)

    monkeypatch.setattr(BotocoreStubber, "__call__", call)
    api.world.images.add(an_image())

    assert "before-send.dynamodb.TransactWriteItems" in asked


def test_nothing_takes_the_lane_while_it_is_closed(api: Api, lane: Lane) -> None:
    with lane.closed():
        free = [operation for operation in OPERATIONS if lane.is_free(operation)]

    assert free == []
    assert lane.is_free("GetItem")


def test_an_item_is_the_same_by_either_way(api: Api, lane: Lane) -> None:
    image = api.world.images.add(an_image(properties={"k": "ñ"}, size=2**60))

    direct = lane.get_item(ImageItem.Meta.table_name, image.id, consistent_read=True)
    with lane.closed():
        wired = lane.get_item(ImageItem.Meta.table_name, image.id, consistent_read=True)

    assert direct == wired


def test_a_refusal_is_the_same_by_either_way(api: Api, lane: Lane) -> None:
    image = api.world.images.add(an_image())
    renamed = api.world.images.save(image, replace(image, name="new"))

    with pytest.raises(StaleImage) as direct:
        api.world.images.save(image, replace(image, name="lost"))
    with lane.closed(), pytest.raises(StaleImage) as wired:
        api.world.images.save(image, replace(image, name="lost"))

    causes = [refusal.value.__cause__ for refusal in (direct, wired)]
    assert [isinstance(cause, TransactWriteError) for cause in causes] == [True, True]
    assert [str(cause) for cause in causes][:1] * 2 == [str(cause) for cause in causes]
    assert api.world.images.get(image.id).image == renamed  # type: ignore[union-attr]  # it was just saved


@pytest.mark.parametrize("refused", [False, True])
def test_a_call_is_counted_once_whichever_way_it_takes(api: Api, *, refused: bool) -> None:
    ClaimItem("number/1", image_id="x").save()
    api.world.meter.start()

    if refused:
        with pytest.raises(PutError):
            ClaimItem("number/1", image_id="y").save(ClaimItem.claim.does_not_exist())
    else:
        ClaimItem("number/2", image_id="y").save(ClaimItem.claim.does_not_exist())

    assert api.world.meter.read() == 1


def test_what_the_wire_spares_takes_the_lane_and_is_among_what_was_sent(api: Api) -> None:
    with wire(lambda sent: sent.deliver(), spared=lambda sent: sent.operation == "BatchGetItem") as sent:
        image = api.world.images.add(an_image())
        found = api.world.images.get(image.id)
        api.world.images.save(image, replace(image, name="new"))

    assert found is not None
    assert found.image == image
    assert [each.operation for each in sent if not each.url] == ["BatchGetItem"]
    assert {each.operation for each in sent if each.url} == {"TransactWriteItems"}
    assert [each.call for each in sent] == list(range(len(sent)))


def test_what_the_wire_spares_and_moto_refuses_goes_over_the_wire_once(api: Api) -> None:
    image = api.world.images.add(an_image())
    api.world.images.save(image, replace(image, name="new"))

    with wire(lambda sent: sent.deliver(), spared=lambda _: True) as sent, pytest.raises(StaleImage):
        api.world.images.save(image, replace(image, name="lost"))

    refused = [each for each in sent if each.url]
    assert [each.operation for each in refused] == ["TransactWriteItems"] * len(refused)
    assert [each.call for each in sent] == list(range(len(sent)))
    assert refused
