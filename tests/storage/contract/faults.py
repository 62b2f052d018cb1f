"""Rare responses of DynamoDB, given by a hook in front of its client."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import EditConflict, StaleImage, StoreUnavailable
from chalicelib.storage.tables import ImageItem
from tests.factories import a_membership, an_image
from tests.storage.contract.shelf import listed, shelve, stored

Reply = tuple[HTTPStatus, Mapping[str, Any]]
Request = Mapping[str, Any]


@contextmanager
def answering(operation: str, reply: Callable[[Request], Reply | None]) -> Iterator[list[Request]]:
    """Answer each call of this operation with `reply`, or let it pass if that returns None; yields the calls."""
    calls: list[Request] = []

    def hook(params: Mapping[str, Any], **_: Any) -> Any:
        calls.append(json.loads(params["body"]))
        answer = reply(calls[-1])
        return None if answer is None else (SimpleNamespace(status_code=answer[0], headers={}), answer[1])

    client = ImageItem._get_connection().connection.client  # noqa: SLF001  # the one that every table uses
    client.meta.events.register_first(f"before-call.dynamodb.{operation}", hook)
    try:
        yield calls
    finally:
        client.meta.events.unregister(f"before-call.dynamodb.{operation}", hook)


def cancelled(*codes: str) -> Reply:
    """A transaction cancelled for these reasons, without items."""
    error = {"Code": "TransactionCanceledException", "Message": "as the test asks"}
    return HTTPStatus.BAD_REQUEST, {"Error": error, "CancellationReasons": [{"Code": code} for code in codes]}


def nothing_left(request: Request) -> Reply:
    """A batch of keys that finds nothing."""
    return HTTPStatus.OK, {"Responses": {table: [] for table in request["RequestItems"]}, "UnprocessedKeys": {}}


class Faults:
    """How storage handles an engine that is busy, or refuses a call."""

    def test_unprocessed_keys_are_requested_again(self, world: World) -> None:
        images = [an_image() for _ in range(3)]
        shelve(images)
        left = [image.id for image in images]

        def leave_all_but_one(request: Request) -> Reply | None:
            ((table, asked),) = request["RequestItems"].items()
            if len(asked["Keys"]) == 1:
                return None
            item = ImageItem.get(asked["Keys"][0]["image_id"]["S"]).to_dynamodb_dict()
            rest = {table: {**asked, "Keys": asked["Keys"][1:]}}
            return HTTPStatus.OK, {"Responses": {table: [item]}, "UnprocessedKeys": rest}

        with answering("BatchGetItem", leave_all_but_one) as calls:
            found = world.images.many(left)

        assert sorted(image.id for image in found) == sorted(left)
        assert len(calls) == 3

    def test_keys_that_are_never_processed_are_an_error(self, world: World) -> None:
        image = world.images.add(an_image())

        def leave_all(request: Request) -> Reply:
            return HTTPStatus.OK, {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}

        with answering("BatchGetItem", leave_all), pytest.raises(StoreUnavailable):
            world.images.get(image.id)

    def test_adding_an_image_is_retried_after_a_transaction_conflict(self, world: World) -> None:
        replies = iter([cancelled("None", "TransactionConflict"), cancelled("ThrottlingError"), None])

        with answering("TransactWriteItems", lambda _: next(replies)) as calls:
            image = world.images.add(an_image())

        assert stored(world, image.id) == image
        assert listed(world) == [image.id]
        assert len(calls) == 3

    def test_adding_an_image_fails_after_repeated_transaction_conflicts(self, world: World) -> None:
        image = an_image()

        with (
            answering("TransactWriteItems", lambda _: cancelled("TransactionConflict")),
            pytest.raises(EditConflict) as refusal,
        ):
            world.images.add(image)

        assert refusal.value.name == image.id
        assert world.images.get(image.id) is None

    def test_a_change_with_a_transaction_conflict_is_stale(self, world: World) -> None:
        image = world.images.add(an_image())

        with answering("TransactWriteItems", lambda _: cancelled("TransactionConflict")), pytest.raises(StaleImage):
            world.images.save(image, replace(image, name="new"))

        assert stored(world, image.id) == image

    @pytest.mark.parametrize("reply", [cancelled("ValidationError", "None"), cancelled()], ids=["invalid", "unknown"])
    def test_other_errors_are_not_taken_for_races(self, world: World, reply: Reply) -> None:
        image = an_image()

        with answering("TransactWriteItems", lambda _: reply) as calls, pytest.raises(TransactWriteError):
            world.images.add(image)

        assert len(calls) == 1

    @pytest.mark.parametrize(
        ("reply", "error"), [(cancelled("TransactionConflict"), StaleImage), (cancelled(), TransactWriteError)]
    )
    def test_sharing_with_a_transaction_conflict_fails(
        self, world: World, reply: Reply, error: type[Exception]
    ) -> None:
        image = world.images.add(an_image())

        with answering("TransactWriteItems", lambda _: reply), pytest.raises(error):
            world.memberships.change(image, [a_membership(image, "t2")], [])

        assert world.memberships.of_image(image.id) == []
