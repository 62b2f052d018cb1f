"""What goes on in the stack without a request: the worker, the bucket's events, the schedule."""

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import Caller
from tests.dialects.glance_v1.glance import RAW, create
from tests.dialects.glance_v1.sending import begin, complete, content, send_all
from tests.loopback.deployed import DeployedApi
from tests.loopback.past import Abandoned
from tests.loopback.principals import caller_of
from tests.loopback.stack import Stack

pytestmark = pytest.mark.loopback

DATA = content(6 * 2**20)
PATIENCE = 120
"""Seconds; the schedule comes every minute."""
FUNCTIONS = ("APIHandler", "Work", "Sweep")


def test_a_direct_upload_is_verified(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    upload = begin(caller, DATA)

    answer = complete(caller, upload, send_all(upload, DATA))
    shown = at_last(caller, upload["image_id"])

    assert answer.status == 202
    assert shown["x-image-meta-status"] == "active"
    assert shown["x-image-meta-property-os_hash_value"] == hashlib.sha256(DATA).hexdigest()


def test_bytes_are_verified_although_their_client_has_vanished(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    upload = begin(caller, DATA)
    s3, bucket = api.world.blobs.client(), api.world.blobs.bucket
    parts: Any = [{"PartNumber": part["number"], "ETag": part["etag"]} for part in send_all(upload, DATA)]
    [pending] = s3.list_multipart_uploads(Bucket=bucket, Prefix=upload["image_id"])["Uploads"]

    s3.complete_multipart_upload(
        Bucket=bucket, Key=pending["Key"], UploadId=pending["UploadId"], MultipartUpload={"Parts": parts}
    )
    shown = at_last(caller, upload["image_id"])

    assert shown["x-image-meta-status"] == "active"


def test_bytes_that_are_not_what_was_declared_kill_the_image(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    upload = begin(caller, DATA, {"x-image-meta-checksum": "0" * 32})

    complete(caller, upload, send_all(upload, DATA))
    shown = at_last(caller, upload["image_id"])

    assert shown["x-image-meta-status"] == "killed"
    assert not [key for key in api.stored() if key.startswith(upload["image_id"])]


def test_a_copy_is_made_of_what_its_bucket_lets_the_functions_read(api: DeployedApi, owner: Principal) -> None:
    caller, outputs = caller_of(api, owner), api.stack.outputs
    source = a_source(api, [outputs["ApiRole"], outputs["WorkRole"]])

    image = create(caller, {**RAW, "x-glance-api-copy-from": source})
    shown = at_last(caller, image["id"])

    assert (shown["x-image-meta-status"], shown["x-image-meta-size"]) == ("active", str(len(DATA)))


def test_the_functions_read_no_other_bucket(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    source = a_source(api, [])

    answer = caller.post("/v1/images", {**RAW, "x-glance-api-copy-from": source})

    assert answer.status == 404


def test_the_schedule_ends_what_was_given_up(api: DeployedApi, abandoned: Abandoned) -> None:
    shown = at_last(caller_of(api, abandoned.owner), abandoned.image_id)

    assert shown["x-image-meta-status"] == "killed"
    assert shown["x-image-meta-property-status_reason"] == "its bytes did not arrive in time"


def test_nothing_has_failed_by_now(stack: Stack, api: DeployedApi) -> None:
    sqs = stack.emulator.sqs
    dead = sqs.get_queue_url(QueueName=f"{api.world.queue.name}-dead")["QueueUrl"]

    letters = sqs.receive_message(QueueUrl=dead).get("Messages", [])

    assert letters == []
    assert [
        line for function in FUNCTIONS for line in stack.log(function) if "ERROR" in line or "Traceback" in line
    ] == []


def at_last(caller: Caller, image_id: str) -> Mapping[str, str]:
    """What is shown of an image once nothing happens to it any more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        shown = caller.head(f"/v1/images/{image_id}").headers
        if shown["x-image-meta-status"] not in ("queued", "saving"):
            return shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)


def a_source(api: DeployedApi, readers: list[str]) -> str:
    """An object in somebody else's bucket, which lets these roles read it."""
    s3, bucket = api.stack.emulator.s3, f"elsewhere-{uuid.uuid4()}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="image", Body=DATA)
    if readers:
        allowed = {"Effect": "Allow", "Principal": {"AWS": readers}, "Action": "s3:GetObject"}
        policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": f"arn:aws:s3:::{bucket}/*"}]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return f"s3://{bucket}/image"
