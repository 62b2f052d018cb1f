"""The calls of AWS that each function makes, and the rights that they take."""

import ast
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore import xform_name

from chalicelib.bootstrap import Aws
from chalicelib.storage.tables import ImageItem
from tests import lane, untraced
from tests.deploy.files import ROOT

FUNCTIONS = {
    "/chalicelib/jobs/reaper.py": "sweep",
    "/chalicelib/jobs/": "work",
    "/chalicelib/http/": "api",
    "/chalicelib/storage/at_once.py": "api",
}
"""Whose call it is, by the module that is nearest above it; the tests' own calls are nobody's.

Only the API asks for several things at once; in a thread of its own a call does not show who has begun it.
"""
STORAGE = ROOT / "chalicelib" / "storage"
BUCKET = "rosetta-images"
IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Delete": "DeleteItem",
    "Update": "UpdateItem",
    "ConditionCheck": "ConditionCheckItem",
}
S3_ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObject": "DeleteObject",
    "DeleteObjects": "DeleteObject",
    "GetObject": "GetObject",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutObject": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
"""What S3 calls the right that an operation takes; the other services call both alike."""
OF_BUCKETS = {"ListBucket", "ListBucketMultipartUploads"}
"""Rights on a bucket; all others are on its objects."""


class Need(NamedTuple):
    """A right that a function needs: to do this with a table, an index, `bucket`, `objects`, `queue` or `cloud`."""

    function: str
    action: str
    target: str


class Calls:
    """What was called, and the rights that it takes."""

    def __init__(self) -> None:
        self.operations: set[tuple[str, str]] = set()
        self.needs: set[Need] = set()

    def dynamodb(self, event_name: str, request: Any, **_: Any) -> None:
        """A request of pynamodb's, which hides its parameters."""
        self._note(list(_of_tables(event_name.rpartition(".")[2], json.loads(request.body))))

    def other(self, event_name: str, params: Mapping[str, Any], **_: Any) -> None:
        """A request of another client's, or one that is signed for somebody else to make."""
        service, operation = event_name.split(".")[1:]
        self.operations.add((service, operation))
        if service == "ec2":
            tags = ["CreateTags"] if "TagSpecifications" in params else []
            self._note([(f"ec2:{action}", "cloud") for action in [operation, *tags]])
        elif service == "sqs":
            # Each function asks for the URL, once in its process; here one process is all functions.
            self._note([(f"sqs:{action}", "queue") for action in {operation, "GetQueueUrl"}])
        elif params["Bucket"] == BUCKET:  # the policies of other buckets are their owners'
            action = S3_ACTIONS[operation]
            self._note([(f"s3:{action}", "bucket" if action in OF_BUCKETS else "objects")])

    def _note(self, rights: list[tuple[str, str]]) -> None:
        function = _caller()
        if function is not None:
            self.needs |= {Need(function, action, target) for action, target in rights}


def _of_tables(operation: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rights that a request to DynamoDB takes; a transaction takes those of its parts."""
    match operation:
        case "TransactWriteItems":
            for item in body["TransactItems"]:
                for kind, action in item.items():
                    yield f"dynamodb:{IN_TRANSACTIONS[kind]}", _plain(action["TableName"])
        case "BatchGetItem" | "BatchWriteItem":
            for table in body["RequestItems"]:
                yield f"dynamodb:{operation}", _plain(table)
        case _:
            index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
            yield f"dynamodb:{operation}", _plain(body["TableName"]) + index


def _plain(table: str) -> str:
    return table.removeprefix("rosetta-")


def _caller() -> str | None:
    frame = sys._getframe()  # noqa: SLF001  # who calls is what is asked
    own = {frame.f_code.co_filename, lane.__file__, untraced.__file__}
    while frame.f_back is not None:
        frame = frame.f_back
        file = frame.f_code.co_filename
        for part, function in FUNCTIONS.items():
            if part in file:
                return function
        if "/tests/" in file and file not in own:
            return None
    return None


@contextmanager
def recorded(aws: Aws) -> Iterator[Calls]:
    """Record what is called meanwhile."""
    calls = Calls()
    dynamodb = ImageItem._get_connection().connection.client  # noqa: SLF001  # the one that every table uses
    hooks: list[tuple[Any, str, Callable[..., None]]] = [(dynamodb, "before-send.dynamodb", calls.dynamodb)]
    hooks.append((aws.probing("dynamodb"), "before-send.dynamodb", calls.dynamodb))
    others = (aws.s3(), aws.probing("s3"), aws.sqs(), aws.ec2(None))
    hooks += [(client, "provide-client-params", calls.other) for client in others]
    for client, event, hook in hooks:
        client.meta.events.register(event, hook)
    try:
        yield calls
    finally:
        for client, event, hook in hooks:
            client.meta.events.unregister(event, hook)


def operations_in_the_code(aws: Aws) -> set[tuple[str, str]]:
    """All operations of S3, SQS and EC2 whose names occur in the code that knows AWS."""
    words: set[str] = set()
    for file in STORAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return {
        (service, operation)
        for service, client in (("s3", aws.s3()), ("sqs", aws.sqs()), ("ec2", aws.ec2(None)))
        for operation in client.meta.service_model.operation_names
        if xform_name(operation) in words
    }
