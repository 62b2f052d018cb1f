"""What is put straight into moto is what it would have made of a write."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.storage.items import item_of, rows_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ImageItem
from tests.api import Api
from tests.factories import an_image
from tests.jobs.jobs import Stage
from tests.moto_state import bring_back, empty, empty_tables, has_bytes, has_machines, put, snapshot, tables


def held(model: Any) -> Iterator[tuple[object, ...]]:
    """The items of a table with their places."""
    for place, found in tables()[model.Meta.table_name].items.items():
        for ranged, item in found.items() if isinstance(found, dict) else [(None, found)]:
            yield place, ranged, item.hash_key, item.range_key, item.to_json()


@pytest.mark.parametrize("model", [ImageItem, RowItem])
def test_an_item_is_the_same_by_either_way(api: Api, model: Any) -> None:
    image = an_image(properties={"k": "ñ"}, size=2**60)
    items = [item_of(image, None)] if model is ImageItem else list(rows_of(image, None))
    for item in items:
        model.from_raw_data(dict(item)).save()
    written = list(held(model))
    empty_tables()

    put(model.Meta.table_name, [dict(item) for item in items])

    assert list(held(model)) == written
    assert len(written) == len(items) > 0


def told_of(api: Api, aws: Aws) -> dict[str, Any]:
    """What DynamoDB, S3, EC2 and SQS say that there is, of messages their number."""
    bucket, s3, ec2, queue = api.world.blobs.bucket, aws.s3(), aws.ec2(None), api.world.queue
    begun = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    reservations = ec2.describe_instances()["Reservations"]
    return {
        "items": list(held(ImageItem)),
        "bytes": {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in api.stored()},
        "parts": [s3.list_parts(Bucket=bucket, Key=each["Key"], UploadId=each["UploadId"])["Parts"] for each in begun],
        "machines": [machine for reservation in reservations for machine in reservation["Instances"]],
        "volumes": ec2.describe_volumes()["Volumes"],
        "amis": ec2.describe_images(Owners=["self"])["Images"],
        "snapshots": ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"],
        "messages": queue.client().get_queue_attributes(
            QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"],
    }


def some_of_all(api: Api, aws: Aws) -> None:
    """An image, bytes, a part of others, a machine, what is made of it, and a message."""
    world, ec2 = api.world, aws.ec2(None)
    image = world.images.add(an_image())
    world.blobs.put(image.id, b"bytes")
    world.multiparts.put(world.multiparts.begin(image.id, "parts"), 1, b"a part")
    machine = Stage(api, aws).machine()
    ec2.create_image(InstanceId=machine, Name="web")
    world.queue.client().send_message(QueueUrl=world.queue.url, MessageBody="{}")


def lose(api: Api, aws: Aws) -> None:
    """Do away with all of it by the services' own calls."""
    world, ec2 = api.world, aws.ec2(None)
    empty_tables()
    for key in api.stored():
        aws.s3().delete_object(Bucket=world.blobs.bucket, Key=key)
    for begun in aws.s3().list_multipart_uploads(Bucket=world.blobs.bucket)["Uploads"]:
        aws.s3().abort_multipart_upload(Bucket=world.blobs.bucket, Key=begun["Key"], UploadId=begun["UploadId"])
    for ami in ec2.describe_images(Owners=["self"])["Images"]:
        ec2.deregister_image(ImageId=ami["ImageId"])
    for reservation in ec2.describe_instances()["Reservations"]:
        ec2.terminate_instances(InstanceIds=[each["InstanceId"] for each in reservation["Instances"]])
    [message] = world.queue.client().receive_message(QueueUrl=world.queue.url)["Messages"]
    world.queue.client().delete_message(QueueUrl=world.queue.url, ReceiptHandle=message["ReceiptHandle"])


@pytest.mark.parametrize("get_rid", [lose, lambda _, aws: empty(aws)], ids=["call by call", "at once"])
def test_what_is_brought_back_is_all_that_there_was(api: Api, aws: Aws, get_rid: Callable[[Api, Aws], None]) -> None:
    some_of_all(api, aws)
    before, found = told_of(api, aws), snapshot()

    for _ in range(2):
        get_rid(api, aws)
        assert told_of(api, aws) != before
        bring_back(found)
        assert told_of(api, aws) == before

    assert [name for name, each in before.items() if not each] == []


def test_what_comes_after_a_snapshot_is_gone_when_it_is_brought_back(api: Api, aws: Aws) -> None:
    found, before = snapshot(), told_of(api, aws)
    some_of_all(api, aws)
    assert told_of(api, aws) != before

    bring_back(found)

    assert told_of(api, aws) == before
    assert not has_bytes()
    assert not has_machines()
