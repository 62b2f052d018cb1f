"""Bucket and queues are as the code expects them, and nobody else's."""

import ast

import pytest

from chalicelib.jobs.delivery import MAX_RECEIPTS, VISIBILITY
from tests.deploy.files import ACCOUNT, REGION, ROOT, STAGES, of_type, settings, template


@pytest.mark.parametrize("stage", STAGES)
def test_the_queues_are_as_the_worker_expects_them(stage: str) -> None:
    queues = of_type(template(stage), "AWS::SQS::Queue")
    work, dead = queues["WorkQueue"], queues["DeadLetters"]

    assert work["QueueName"] == settings(stage, "work")["environment_variables"]["WORK_QUEUE"]
    assert work["VisibilityTimeout"] == VISIBILITY.total_seconds()
    assert work["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        "maxReceiveCount": MAX_RECEIPTS,
    }
    assert (dead["QueueName"], dead["MessageRetentionPeriod"]) == (f"{work['QueueName']}-dead", 14 * 24 * 60 * 60)
    assert {queue["SqsManagedSseEnabled"] for queue in queues.values()} == {True}
    assert dead["RedriveAllowPolicy"] == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{work['QueueName']}"],
    }


def test_the_worker_says_which_messages_failed_and_is_listened_to() -> None:
    [event] = template("prod")["Resources"]["Work"]["Properties"]["Events"].values()

    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_bucket_and_nobody_else_tells_the_queue_of_objects(stage: str) -> None:
    stack = template(stage)
    [bucket] = of_type(stack, "AWS::S3::Bucket").values()
    [policy] = of_type(stack, "AWS::SQS::QueuePolicy").values()

    [told] = bucket["NotificationConfiguration"]["QueueConfigurations"]
    statements = policy["PolicyDocument"]["Statement"]
    [allowed] = [each for each in statements if each["Effect"] == "Allow"]

    assert told == {"Event": notified(), "Queue": {"Fn::GetAtt": ["WorkQueue", "Arn"]}}
    assert (allowed["Action"], allowed["Principal"]) == ("sqs:SendMessage", {"Service": "s3.amazonaws.com"})
    assert allowed["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket['BucketName']}"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    assert "WorkQueuePolicy" in stack["Resources"]["ImageBucket"]["DependsOn"]  # S3 tries whether it may


def notified() -> str:
    """The event that the bucket of the local server tells of."""
    text = (ROOT / "local" / "queue.py").read_text("utf-8")
    [event] = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and str(node.value).startswith("s3:ObjectCreated")
    ]
    return str(event)


def test_the_bucket_is_nobody_elses_and_really_deletes() -> None:
    [bucket] = of_type(template("prod"), "AWS::S3::Bucket").values()

    [encryption] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    [rule] = bucket["LifecycleConfiguration"]["Rules"]

    # With a key of KMS the ETag of a part would not be its MD5, by which parts are known.
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "VersioningConfiguration" not in bucket  # a deleted image would stay, and be paid for


@pytest.mark.parametrize(
    ("domain", "origin"),
    [
        ("", f"https://${{RestAPI}}.execute-api.{REGION}.amazonaws.com"),
        ("images.example.org", "https://images.example.org"),
    ],
)
def test_the_console_and_no_other_page_may_put_parts_into_the_bucket(domain: str, origin: str) -> None:
    [bucket] = of_type(template("prod", DomainName=domain), "AWS::S3::Bucket").values()

    [rule] = bucket["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedOrigins"] == [origin]
    assert (rule["AllowedMethods"], rule["AllowedHeaders"]) == (["PUT"], ["content-md5"])
    assert (rule["ExposedHeaders"], rule["MaxAge"]) == (["ETag"], 3600)


@pytest.mark.parametrize("name", ["ImageBucketPolicy", "WorkQueuePolicy"])
def test_only_encrypted_connections_are_taken(name: str) -> None:
    statements = template("prod")["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]

    [denied] = [each for each in statements if each["Effect"] == "Deny"]

    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["Principal"] == "*"
    assert denied["Action"] in {"s3:*", "sqs:*"}
