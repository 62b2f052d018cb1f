"""The worker's queue in SQS."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.outages import cloud_outage
from chalicelib.storage.answers import failure_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_DELAY = timedelta(minutes=15)


class SqsQueue:
    """Implements `ports.Queue`. Messages are `{"owner": …, "job": …}`, or in the form of the bucket's events."""

    def __init__(self, name: str, client: "Callable[[], SQSClient]") -> None:
        self.name = name
        self.client = client

    @cached_property
    def url(self) -> str:
        """The queue's URL, looked up once."""
        return self.client().get_queue_url(QueueName=self.name)["QueueUrl"]

    def send(self, owner: str, job_id: str, delay: timedelta = timedelta()) -> None:
        """One SendMessage."""
        self._send({"owner": owner, "job": job_id}, delay)

    def announce(self, image_id: str, name: str, times: int, delay: timedelta = timedelta()) -> None:
        """As `send`."""
        self._send({"Records": [{"s3": {"object": {"key": f"{image_id}/{name}"}}, "times": times}]}, delay)

    def _send(self, message: Mapping[str, Any], delay: timedelta) -> None:
        seconds = int(min(delay, LONGEST_DELAY).total_seconds())
        try:
            body = json.dumps(message)
            self.client().send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=seconds)
        except (ClientError, BotoCoreError) as error:
            raise cloud_outage("The queue", failure_of(error)) from error
