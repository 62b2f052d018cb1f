"""Calls of DynamoDB that are on their way together, in one thread."""

import json
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.catalog.outages import TablesUnavailable
from chalicelib.storage import dynamodb
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.dynamodb import Client
from chalicelib.storage.tables import ImageItem
from chalicelib.storage.turns import Steps, Stream, interleave, run
from tests.storage.rivals import (
    BOTH,
    GET,
    Make,
    connected,
    ours,
    prepare,
    unheard,
)
from tests.storage.scripted import CLOSED, SILENCE, Act, Asked, checked, error, scripted

THROTTLED = error("ThrottlingException")
FAILING = error("InternalServerError", "500 Internal Server Error")
NAMES = "abc"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would be waited for."""
    return prepare(monkeypatch)


def get(name: str) -> dict[str, Any]:
    return {**GET, "Key": {"image_id": {"S": name}}}


def name_of(asked: Asked) -> str:
    return str(json.loads(asked.body)["Key"]["image_id"]["S"])


def found(asked: Asked) -> Act:
    """What is answered to such a call."""
    return checked(json.dumps({"Item": {"name": {"S": name_of(asked)}}}).encode())


def named(answer: dict[str, Any]) -> str:
    return str(answer["Item"]["name"]["S"])


def stream(call: Steps[dict[str, Any]]) -> Stream[str]:
    yield named((yield from call))


def in_turn(client: Client, names: Sequence[str] = NAMES) -> list[str]:
    return list(interleave([stream(client.call("GetItem", get(name))) for name in names]))


def attempts(asked: Sequence[Asked]) -> list[tuple[str, int]]:
    numbers = (int(each.headers["amz-sdk-request"].removeprefix("attempt=").partition(";")[0]) for each in asked)
    return sorted(zip(map(name_of, asked), numbers, strict=True))


def test_all_have_asked_before_one_is_answered() -> None:
    counted: list[int] = []

    with (
        scripted(choose=found) as server,
        closing(ours(server.url, unheard, [partial(counted.append, 1)])) as client,
    ):
        calls = [client.call("GetItem", get(name)) for name in NAMES]
        for call in calls:
            next(call)

        assert len(counted) == 3
        assert [named(run(call)) for call in calls] == list(NAMES)
        assert in_turn(client) == list(NAMES)

    assert sorted(asked.connection for asked in server.asked) == [1, 1, 2, 2, 3, 3]


def test_each_is_tried_again_by_itself_and_they_pause_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    failures = {"a": [THROTTLED, FAILING], "b": [], "c": [THROTTLED]}

    def pause(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(dynamodb, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", pause)

    def choose(asked: Asked) -> Act:
        left = failures[name_of(asked)]
        return left.pop(0) if left else found(asked)

    with scripted(choose=choose) as server, closing(ours(server.url, unheard, [])) as client:
        assert sorted(in_turn(client)) == list(NAMES)

    assert attempts(server.asked) == [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("c", 1), ("c", 2)]
    assert now[0] == pytest.approx(1 + 0.05)


def test_kept_connections_that_were_gone_cost_no_attempt() -> None:
    is_over = [False]

    def choose(asked: Asked) -> Act:
        return CLOSED if is_over[0] and asked.connection <= 3 else found(asked)

    with scripted(choose=choose) as server, closing(ours(server.url, unheard, [])) as client:
        in_turn(client)
        is_over[0] = True

        assert in_turn(client) == list(NAMES)

    assert attempts(server.asked) == sorted([(name, 1) for name in NAMES] * 3)


def test_if_one_fails_the_answers_of_the_others_are_nobodys() -> None:
    def choose(asked: Asked) -> Act:
        return error("ValidationException") if name_of(asked) == "a" else found(asked)

    with scripted(choose=choose) as server, closing(ours(server.url, unheard, [])) as client:
        for _ in range(3):
            with pytest.raises(ClientError) as kept:
                in_turn(client)

            assert kept.value.response["Error"]["Code"] == "ValidationException"
            assert [named(run(client.call("GetItem", get(name)))) for name in "xyz"] == list("xyz")


def test_silence_takes_all_of_them_no_longer_than_one() -> None:
    with scripted(SILENCE) as server, closing(ours(server.url, unheard, [], 0.5)) as client:
        begun = time.monotonic()
        with pytest.raises(Exception, match="Read timeout"):
            in_turn(client)

    assert 4 * 0.5 <= time.monotonic() - begun < 4 * (0.5 + 3 * 0.1) + 0.5


def a_page(asked: Asked) -> Act:
    return checked(json.dumps({"Items": [], "Count": int(asked.body.count(b"images")), "ScannedCount": 0}).encode())


def query(tables: SharedConnection) -> Steps[dict[str, Any]]:
    return tables.querying(table_name=ImageItem.Meta.table_name, hash_key="a", limit=5)


@BOTH
def test_a_query_in_turns_is_that_of_pynamodb(make: Make) -> None:
    with scripted(choose=a_page) as server, connected(server, make) as tables:
        tables.add_meta_table(ImageItem._get_connection().get_meta_table())  # noqa: SLF001  # as bind does
        answers = [
            run(query(tables)),
            tables.query(table_name=ImageItem.Meta.table_name, hash_key="a", limit=5),
        ]

    bodies = [json.loads(asked.body) for asked in server.asked]
    assert [answer["ScannedCount"] for answer in answers] == [0, 0]
    assert bodies[0] == bodies[1]
    assert bodies[0]["ReturnConsumedCapacity"] == "TOTAL"


@BOTH
def test_a_query_in_turns_tells_outages_by_their_names(make: Make) -> None:
    with scripted(FAILING) as server, connected(server, make) as tables:
        tables.add_meta_table(ImageItem._get_connection().get_meta_table())  # noqa: SLF001  # as bind does
        with pytest.raises(TablesUnavailable):
            run(query(tables))

    assert len(server.asked) == 4


@BOTH
def test_a_defect_in_turns_is_no_outage(make: Make) -> None:
    with scripted(error("ValidationException")) as server, connected(server, make) as tables:
        tables.add_meta_table(ImageItem._get_connection().get_meta_table())  # noqa: SLF001  # as bind does
        with pytest.raises(ClientError):
            run(query(tables))


def test_an_open_outcome_is_none_of_calls_in_turns() -> None:
    """A transaction that comes while others are on their way hears of none of their lost answers."""
    lost = [CLOSED, CLOSED]

    def choose(asked: Asked) -> Act:
        if b"TransactItems" in asked.body:
            return error("AccessDeniedException")
        return lost.pop() if lost else a_page(asked)

    with scripted(choose=choose) as server, connected(server, ours) as tables:
        tables.add_meta_table(ImageItem._get_connection().get_meta_table())  # noqa: SLF001  # as bind does
        reading = query(tables)
        next(reading)
        next(reading)  # its first answer was lost
        with pytest.raises(Exception, match="refuse") as caught:
            tables.dispatch("TransactWriteItems", {"TransactItems": []})

        assert type(caught.value).__name__ == "TablesRefused"
        assert run(reading)["ScannedCount"] == 0
