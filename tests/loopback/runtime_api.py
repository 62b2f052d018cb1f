"""The bundle's functions, with the interface of the application in this process."""

import base64
from collections.abc import Mapping
from typing import Any

from chalicelib.bootstrap import Aws, build_world
from chalicelib.storage.tables import create_tables
from local.events import proxy_event
from local.queue import create_bucket
from tests.api import Answer, Api
from tests.loopback.runtime import Function


def prepare() -> None:
    """Create tables, bucket and queue unless they exist."""
    world = build_world({})
    create_tables()
    if world.settings.bucket not in [bucket["Name"] for bucket in world.blobs.client().list_buckets()["Buckets"]]:
        create_bucket(world)


class RuntimeApi(Api):
    """Sends requests as events to the API's function, and the queue's messages as events to the worker."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        super().__init__({}, Aws.from_environ({}))
        self.functions = functions

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        result = self.functions["app"].invoke(proxy_event(self._router, method, target, headers, body))
        return answer(result)

    def work(self) -> None:
        while self.deliver():
            pass

    def deliver(self) -> list[Any]:
        """Deliver each waiting message to the worker, one at a time as in the template; returns its responses."""
        sqs, url = self.world.queue.client(), self.world.queue.url
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
        messages = received.get("Messages", [])
        results = [self.functions["work"].invoke({"Records": [_record(message)]}) for message in messages]
        for message, result in zip(messages, results, strict=True):
            if result == {"batchItemFailures": []}:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return results


def answer(result: Mapping[str, Any]) -> Answer:
    """The response that API Gateway makes of a function's result."""
    headers: Mapping[str, str] = result["headers"]
    return Answer(
        status=result["statusCode"],
        headers={name.lower(): value for name, value in headers.items()},
        header_names=list(headers),
        body=base64.b64decode(result["body"]) if result["isBase64Encoded"] else result["body"].encode(),
    )


def _record(message: Any) -> dict[str, Any]:
    """A message in the form of Lambda's events."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:rosetta-work",
        "awsRegion": "us-east-1",
    }
