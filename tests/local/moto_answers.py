"""Asks moto all that its repairs touch and prints the answers: `python -m tests.local.moto_answers [--repaired]`."""

import itertools
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from local.moto_fixes import lock_moto, share_items, speed_up_moto

S, N = {"AttributeType": "S"}, {"AttributeType": "N"}
TABLE = {
    "TableName": "rows",
    "KeySchema": [{"AttributeName": "scope", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in {"scope": "S", "id": "S", "size": "N", "member": "S"}.items()
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by_size",
            "KeySchema": [{"AttributeName": "scope", "KeyType": "HASH"}, {"AttributeName": "size", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_member",
            "KeySchema": [{"AttributeName": "member", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
SINGLE = {
    "TableName": "singles",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ALL_TYPES = {
    "text": {"S": "ñandú"},
    "number": {"N": "-12.5"},
    "bytes": {"B": b"\x00\xff"},
    "truth": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "several": {"BS": [b"a"]},
    "list": {"L": [{"N": "1"}, {"L": []}, {"B": b"x"}]},
    "map": {"M": {"inner": {"M": {"deep": {"S": ""}}}, "empty": {"M": {}}}},
}
INDEXES: tuple[dict[str, Any], ...] = ({}, {"IndexName": "by_size"})
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"ScanIndexForward": False, "Limit": 2},
    {"Select": "COUNT"},
    {
        "FilterExpression": "size(#t) > :n OR NOT begins_with(id, :p)",
        "ExpressionAttributeValues": {":n": {"N": "9"}, ":p": {"S": "r1"}},
        "ExpressionAttributeNames": {"#t": "text"},
    },
)
DRAWN = r"[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]+-[0-9a-f]{17}|\d+([.-]\d+){3,4}|([0-9a-f]{2}:){5}[0-9a-f]{2}"
TIME = r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?(\+00:00)?"
VARYING = re.compile(f"{DRAWN}|{TIME}")
"""What no two answers share: ids and addresses that are drawn, and times."""


def key(scope: str, row: str) -> dict[str, Any]:
    return {"scope": {"S": scope}, "id": {"S": row}}


def dynamodb() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Calls of DynamoDB: all operations and kinds of conditions, and refusals of each."""
    rows = [
        {**key(scope, f"r{number}"), "size": {"N": str(number % 3)}, "member": {"S": "m"}, **ALL_TYPES}
        for scope in ("a", "b")
        for number in range(5)
    ]
    for row in rows:
        yield "put_item", {"TableName": "rows", "Item": row}
    yield "put_item", {"TableName": "singles", "Item": {"id": {"S": "one"}, **ALL_TYPES}}
    yield "put_item", {"TableName": "singles", "Item": {"id": {"S": "large"}, "fits": {"S": "x" * 404_900}}}
    yield (
        "put_item",
        {"TableName": "singles", "Item": {"id": {"S": "large"}, "part": {"S": "x" * 404_900}, "q": {"S": "y" * 99}}},
    )
    yield "put_item", {"TableName": "singles", "Item": {"id": {"S": ""}}}
    yield "put_item", {"TableName": "nowhere", "Item": {"id": {"S": "one"}}}
    yield "get_item", {"TableName": "rows", "Key": key("a", "r1")}
    yield "get_item", {"TableName": "rows", "Key": key("a", "none"), "ReturnConsumedCapacity": "TOTAL"}
    yield (
        "get_item",
        {
            "TableName": "rows",
            "Key": key("a", "r1"),
            "ProjectionExpression": "#m.#i",
            "ExpressionAttributeNames": {"#m": "map", "#i": "inner"},
        },
    )
    yield (
        "batch_get_item",
        {
            "RequestItems": {
                "rows": {"Keys": [key("a", "r1"), key("b", "r2"), key("c", "r3")]},
                "singles": {"Keys": [{"id": {"S": "one"}}]},
            }
        },
    )
    yield "batch_get_item", {"RequestItems": {"rows": {"Keys": [key("a", "r1"), key("a", "r1")]}}}
    yield from queries()
    yield from conditions()
    yield from updates()
    yield from transactions()
    yield (
        "batch_write_item",
        {"RequestItems": {"rows": [{"DeleteRequest": {"Key": key("a", "r1")}}, {"PutRequest": {"Item": rows[7]}}]}},
    )
    yield "delete_item", {"TableName": "rows", "Key": key("b", "r4"), "ReturnValues": "ALL_OLD"}
    yield "scan", {"TableName": "rows"}
    yield (
        "scan",
        {
            "TableName": "rows",
            "Limit": 2,
            "FilterExpression": "size(texts) = :two",
            "ExpressionAttributeValues": {":two": {"N": "2"}},
        },
    )


def queries() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Queries of tables and both kinds of indexes, in pages, filtered, counted, and of what there is none of."""
    for scope, index, options in itertools.product(("a", "b", "nothing"), INDEXES, OPTIONS):
        asked = {"TableName": "rows", "KeyConditionExpression": "scope = :s", **index, **options}
        values = {":s": {"S": scope}, **options.get("ExpressionAttributeValues", {})}
        yield "query", {**asked, "ExpressionAttributeValues": values}
    start = {**key("a", "r1"), "size": {"N": "1"}}
    between = {
        "KeyConditionExpression": "scope = :s AND #n BETWEEN :low AND :high",
        "ExpressionAttributeNames": {"#n": "size"},
    }
    bounds = {":s": {"S": "a"}, ":low": {"N": "0"}, ":high": {"N": "1"}}
    yield (
        "query",
        {
            "TableName": "rows",
            "IndexName": "by_size",
            **between,
            "ExpressionAttributeValues": bounds,
            "ExclusiveStartKey": start,
        },
    )
    member = {"KeyConditionExpression": "member = :m", "ExpressionAttributeValues": {":m": {"S": "m"}}}
    yield "query", {"TableName": "rows", "IndexName": "by_member", **member}
    yield "query", {"TableName": "rows", "IndexName": "by_nothing", **member}
    yield (
        "query",
        {
            "TableName": "rows",
            "KeyConditionExpression": "scope = :s",
            "ExpressionAttributeValues": {":s": {"S": "a"}, ":unused": {"N": "1"}},
        },
    )


def conditions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """One text with values and names that differ, so that what is remembered of the first must not show in the next."""
    for text, value in (("r1", "1"), ("r1", "9"), ("r2", "2"), ("r9", "0")):
        update = {
            "TableName": "rows",
            "Key": key("a", text),
            "UpdateExpression": "SET #x = :v ADD #c :one",
            "ConditionExpression": "attribute_exists(id) AND #n IN (:v, :v2)",
            "ExpressionAttributeValues": {":v": {"N": value}, ":v2": {"N": "2"}, ":one": {"N": "1"}},
            "ReturnValues": "ALL_NEW",
        }
        yield "update_item", {**update, "ExpressionAttributeNames": {"#n": "size", "#x": "x", "#c": "count"}}
        yield "update_item", {**update, "ExpressionAttributeNames": {"#n": "count", "#x": "y", "#c": "size"}}
    put = {"TableName": "rows", "Item": key("a", "r1")}
    yield (
        "put_item",
        {**put, "ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    )
    yield "put_item", {**put, "ConditionExpression": "attribute_not_exists("}
    yield (
        "put_item",
        {**put, "ConditionExpression": "id = :missing", "ExpressionAttributeValues": {":other": {"S": "x"}}},
    )
    yield (
        "put_item",
        {**put, "ConditionExpression": "#a = #b", "ExpressionAttributeNames": {"#a": "id", "#b": "id", "#unused": "x"}},
    )


UPDATES = (
    "SET #m.nested = :v, #l[0] = :v REMOVE #l[1], #l[2]",
    "SET #x = if_not_exists(#x, :v), #l = list_append(#l, :l)",
    "SET #l = list_append(:l, #l), #c = if_not_exists(#c, :v) + :v, #x = #x - :v",
    "ADD #s :s DELETE #t :s",
    "SET #x = :v, #x = :v",
    "SET #x = #x.missing",
    "SET #x = :v SET #c = :v",
    "SET scope = :v",
)
"""Each with all kinds of names and values that it may have."""


def updates() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Updates of one text, twice, and with another value, so that nothing of one request may show in the next."""
    item = {**key("b", "updated"), "m": {"M": {}}, "l": {"L": []}, "s": {"SS": ["z"]}, "t": {"SS": ["a", "z"]}}
    yield "put_item", {"TableName": "rows", "Item": item}
    values = {":l": {"L": [{"N": "1"}, {"M": {"in": {"S": "it"}}}]}, ":s": {"SS": ["a"]}}
    for text, value in itertools.product(UPDATES, ("1", "1", "2")):
        known = {":v": {"N": value}, **values}
        yield (
            "update_item",
            {
                "TableName": "rows",
                "Key": key("b", "updated"),
                "UpdateExpression": text,
                "ExpressionAttributeNames": {f"#{name}": name for name in "clmstx" if f"#{name}" in text},
                "ExpressionAttributeValues": {name: each for name, each in known.items() if name in text},
                "ReturnValues": "ALL_NEW",
            },
        )


def transactions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """One that is made, and some that are not, of which nothing may be left."""
    new = {
        "Put": {
            "TableName": "singles",
            "Item": {"id": {"S": "new"}, "text": {"S": "t"}},
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    gone = {"Delete": {"TableName": "rows", "Key": key("b", "r1")}}
    check = {
        "ConditionCheck": {
            "TableName": "rows",
            "Key": key("b", "r2"),
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }
    for actions in ([gone, new, check], [new, gone], [new], [gone, gone]):
        yield "transact_write_items", {"TransactItems": actions}


def others() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Calls of the other services, which are found by their host."""
    yield "s3", "create_bucket", {"Bucket": "bucket"}
    yield "s3", "put_object", {"Bucket": "bucket", "Key": "a/b c", "Body": b"bytes"}
    yield "s3", "head_object", {"Bucket": "bucket", "Key": "a/b c"}
    yield "s3", "get_object", {"Bucket": "bucket", "Key": "a/b c", "Range": "bytes=1-2"}
    yield "s3", "get_object", {"Bucket": "bucket", "Key": "none"}
    yield "s3", "list_objects_v2", {"Bucket": "bucket"}
    yield "s3", "head_bucket", {"Bucket": "nowhere"}
    yield "sqs", "create_queue", {"QueueName": "queue"}
    yield "sqs", "get_queue_url", {"QueueName": "nowhere"}
    yield "ec2", "describe_instances", {}
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
    yield "ec2", "run_instances", {"ImageId": "ami-1", "MinCount": 2, "MaxCount": 2, "TagSpecifications": tags}
    for _ in range(2):  # what was remembered of the first answer shows in the next
        yield "ec2", "describe_instances", {}
        yield "ec2", "describe_volumes", {}
        yield "ec2", "describe_subnets", {}
    yield "ec2", "describe_instances", {"Filters": [{"Name": "tag:Name", "Values": ["db"]}]}
    yield "ec2", "describe_images", {"Owners": ["self"]}
    yield "ec2", "describe_snapshots", {"OwnerIds": ["self"]}
    yield "ec2", "describe_images", {"ImageIds": ["ami-00000000"]}
    yield "ec2", "stop_instances", {"InstanceIds": ["i-00000000000000000"]}


def answer(client: Any, operation: str, asked: Mapping[str, Any]) -> object:
    """What is said to a call, without what no two answers share."""
    try:
        found = getattr(client, operation)(**asked)
    except ClientError as error:
        found = error.response
    except (KeyError, ValueError) as error:  # what moto does not refuse, but breaks on
        return repr(error)
    if "Body" in found:
        found["Body"] = found["Body"].read()
    for name in ("RequestId", "HostId"):
        found["ResponseMetadata"].pop(name, None)
    headers = found["ResponseMetadata"]["HTTPHeaders"]
    for name in ("date", "x-amzn-requestid", "last-modified", "x-amz-crc32"):
        headers.pop(name, None)
    return json.loads(VARYING.sub("…", json.dumps(found, default=str)))


def answers() -> list[object]:
    """All answers, in order."""
    session: Any = boto3.Session()
    clients = {name: session.client(name) for name in ("dynamodb", "s3", "sqs", "ec2")}
    for table in (TABLE, SINGLE):
        clients["dynamodb"].create_table(**table)
    found = [answer(clients["dynamodb"], operation, asked) for operation, asked in dynamodb()]
    return found + [answer(clients[service], operation, asked) for service, operation, asked in others()]


if __name__ == "__main__":
    os.environ |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    if "--repaired" in sys.argv:
        for repair in (lock_moto, speed_up_moto, share_items):
            repair()
    with mock_aws():
        sys.stdout.write(json.dumps(answers()))
