"""The worker's queue, driven as SQS and Lambda do."""

import json
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import World
from chalicelib.jobs.delivery import MAX_RECEIPTS, VISIBILITY

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef


def create_bucket(world: World, console: str | None = None) -> None:
    """Create the bucket, with its notifications to the queue and CORS for the console's origin."""
    s3, bucket = world.blobs.client(), world.blobs.bucket
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": create_queue(world), "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    if console is not None:
        rule: CORSRuleTypeDef = {
            "AllowedOrigins": [console],
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["content-md5"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3600,
        }
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


def create_queue(world: World) -> str:
    """Create the queue and its dead-letter queue if they do not exist; return the queue's ARN."""
    sqs = world.queue.client()
    dead = sqs.create_queue(QueueName=f"{world.queue.name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIPTS})
    visibility = str(int(VISIBILITY.total_seconds()))
    url = sqs.create_queue(
        QueueName=world.queue.name, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": visibility}
    )["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def pump(world: World) -> int:
    """Deliver at most one message, and delete it if the worker succeeds; return the number delivered."""
    sqs, url = world.queue.client(), world.queue.url
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, MessageSystemAttributeNames=["All"])
    messages = received.get("Messages", [])
    failed = world.deliver([_record(message) for message in messages])
    for message in messages:
        if message["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def _record(message: Any) -> dict[str, Any]:
    """A message as a record of Lambda's event."""
    return {
        "messageId": message["MessageId"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
    }
