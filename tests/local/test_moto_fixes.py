"""moto after its repairs: conditional writes have one winner, and answers are those of a moto without them."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.moto_fixes import lock_moto, speed_up_moto

ROOT = Path(__file__).parents[2]
ITEM = {
    "claim": {"S": "all types"},
    "text": {"S": "ñandú"},
    "number": {"N": "-12.5"},
    "bytes": {"B": b"\x00\xff"},
    "truth": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "list": {"L": [{"N": "1"}, {"L": []}]},
    "map": {"M": {"inner": {"M": {"deep": {"S": ""}}}, "empty": {"M": {}}}},
}


@pytest.fixture
def dynamodb(api: object) -> Any:
    """A client of the moto that all tests share, whose tables were just emptied."""
    return boto3.Session().client("dynamodb")


@pytest.fixture
def table() -> str:
    return "rosetta-claims"


def test_one_of_many_threads_wins_a_conditional_put(dynamodb: Any, table: str) -> None:
    def put(name: str) -> bool:
        item = {"claim": {"S": name}}
        try:
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(claim)")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        winners = [sum(threads.map(put, [f"name-{count}"] * 8)) for count in range(10)]

    assert winners == [1] * 10


def test_no_addition_of_many_threads_is_lost(dynamodb: Any, table: str) -> None:
    def add(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key={"claim": {"S": "counter"}},
            UpdateExpression="ADD #last :one",
            ExpressionAttributeNames={"#last": "last"},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(80)))

    item = dynamodb.get_item(TableName=table, Key={"claim": {"S": "counter"}})["Item"]
    assert item["last"] == {"N": "80"}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("rosetta-claims", {"claim": {"S": "counter"}}),
        ("rosetta-references", {"owner_kind": {"S": "architecture/t1"}, "number": {"N": "1"}}),
    ],
    ids=["hash", "hash and range"],
)
def test_a_transaction_that_fails_updates_nothing(dynamodb: Any, table: str, key: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=table, Item={**key, "last": {"N": "1"}})
    absent = {**key, next(iter(key)): {"S": "absent"}}
    updates = [
        {
            "TableName": table,
            "Key": each,
            "UpdateExpression": "SET #last = :two",
            "ConditionExpression": "#last = :one",
            "ExpressionAttributeNames": {"#last": "last"},
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":two": {"N": "2"}},
        }
        for each in (key, absent)
    ]

    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(TransactItems=[{"Update": update} for update in updates])
    dynamodb.transact_write_items(TransactItems=[{"Update": {**updates[0], "UpdateExpression": "SET more = :two"}}])

    assert dynamodb.scan(TableName=table)["Items"] == [{**key, "last": {"N": "1"}, "more": {"N": "2"}}]


def test_items_of_all_types_come_back_as_they_were_put(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=ITEM)

    got = dynamodb.get_item(TableName=table, Key={"claim": ITEM["claim"]})["Item"]
    scanned = dynamodb.scan(TableName=table)["Items"]

    assert got == ITEM
    assert scanned == [ITEM]


def test_the_repairs_can_be_asked_for_again(dynamodb: Any, table: str) -> None:
    for _ in range(3000):  # each would be a level of calls if it were made again
        lock_moto()
        speed_up_moto()

    dynamodb.put_item(TableName=table, Item=ITEM)
    assert dynamodb.scan(TableName=table)["Count"] == 1


def test_every_answer_is_the_one_that_moto_gives_without_its_repairs() -> None:
    plain, repaired = asked(), asked("--repaired")

    assert len(plain) > 40
    assert repaired == plain


def asked(*options: str) -> list[object]:
    """What a new process is answered."""
    command = [sys.executable, "-m", "tests.local.moto_answers", *options]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    found: list[object] = json.loads(said.stdout)
    return found
