"""Machines in EC2 and images of them: whose they are, how far they have come, and a cloud that refuses or is silent."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import CloudUnavailable
from chalicelib.catalog.instance import Capture, CaptureState, Instance
from chalicelib.catalog.outages import CaptureRefused, MachineBusy
from chalicelib.storage.instances import Ec2Instances
from tests.conftest import MakeApi
from tests.dialects.qingcloud.machines import Machines

URL = "https://ec2.example"
REFUSALS = [
    *("IncorrectInstanceState", "InvalidInstanceID.NotFound", "InvalidParameterValue"),
    *("UnsupportedOperation", "UnauthorizedOperation"),
]
STATES = [
    *[(state, CaptureState.PENDING) for state in ("pending", "transient")],
    *[(state, CaptureState.FAILED) for state in ("failed", "error", "invalid", "deregistered")],
    ("available", CaptureState.AVAILABLE),
]
Request = Mapping[str, Any]
Act = Callable[[Ec2Instances, str], object]
Reply = Callable[[Request], tuple[AWSResponse, Mapping[str, Any]] | None]


@pytest.fixture
def clouds(make_api: MakeApi) -> Ec2Instances:
    return make_api(ZONES="ac1,ac2,far=eu-west-1").world.instances


@pytest.fixture
def name() -> str:
    """What no image is called yet."""
    return f"rosetta-{uuid4()}"


def answer(parsed: Mapping[str, Any], status: int = 200) -> Reply:
    return lambda _: (AWSResponse(URL, status, HTTPHeaders(), BytesIO()), parsed)


def failing(code: str, message: str = "as the test asks", status: int = 400) -> Reply:
    return answer({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}, status)


def unreachable(_: Request) -> None:
    """No answer at all."""
    raise EndpointConnectionError(endpoint_url=URL)


DISK = {"Ebs": {"VolumeSize": 8}}
SILENT = [
    pytest.param(failing("RequestLimitExceeded", status=503), id="throttled"),
    pytest.param(failing("AuthFailure", status=401), id="no credentials"),
    pytest.param(unreachable, id="unreachable"),
]


class Ec2(Machines):
    """The cloud as it is, with machines to be started, and answers that it would not give."""

    @contextmanager
    def answering(self, operation: str, reply: Reply) -> Iterator[list[Request]]:
        """Have `reply` answer each call of this name instead of EC2, or let it pass; yields the calls."""
        calls: list[Request] = []

        def hook(params: Request, **_: Any) -> Any:
            calls.append(params["body"])
            return reply(params["body"])

        events, name = self.ec2.meta.events, f"before-call.ec2.{operation}"
        events.register_first(name, hook)
        try:
            yield calls
        finally:
            events.unregister(name, hook)

    def named(self, name: str) -> list[str]:
        """The ids of our images of this name."""
        found = self.ec2.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])
        return [image["ImageId"] for image in found["Images"]]

    def snapshots(self, capture_id: str) -> list[str]:
        """The ids of what an image is made of."""
        found = self.ec2.describe_snapshots(Filters=[{"Name": "description", "Values": [f"* for {capture_id}"]}])
        return [snapshot["SnapshotId"] for snapshot in found["Snapshots"]]

    def add_snapshot(self, capture_id: str) -> None:
        """Give an image a second disk, as a machine with two has one."""
        volume = self.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        self.ec2.create_snapshot(VolumeId=volume, Description=f"Created by CreateImage(i-1) for {capture_id}")


def made(clouds: Ec2Instances, instance: str, name: str) -> str:
    """The id of the image that is made of a machine."""
    capture_id = clouds.capture(instance, "ac1", name)
    assert capture_id is not None
    return capture_id


@pytest.fixture
def ec2(aws: Aws) -> Ec2:
    return Ec2(aws.ec2(None))


def test_zones_are_those_of_the_settings(clouds: Ec2Instances) -> None:
    assert clouds.zones == ("ac1", "ac2", "far")


@pytest.mark.parametrize("state", ["stopped", "running"])
def test_a_machine_is_what_its_tags_say(clouds: Ec2Instances, ec2: Ec2, state: str) -> None:
    instance = ec2.start(state=state, os_family="ubuntu", platform="linux", architecture="arm64", size_gb=50)

    assert clouds.find(instance, "t1", "ac1") == Instance(instance, state == "stopped", "ubuntu", "linux", "arm64", 50)


def test_what_tags_do_not_say_the_cloud_may_know(clouds: Ec2Instances, ec2: Ec2) -> None:
    instance = ec2.start()
    words = ("os_family", "platform", "architecture", "size_gb")
    ec2.ec2.delete_tags(Resources=[instance], Tags=[{"Key": f"rosetta:{word}"} for word in words])

    assert clouds.find(instance, "t1", "ac1") == Instance(instance, True, architecture="x86_64")


@pytest.mark.parametrize("size", ["", "20 GB", "-1", "1.5"], ids=["empty", "with unit", "negative", "fraction"])
def test_a_size_that_is_no_number_is_unknown(clouds: Ec2Instances, ec2: Ec2, size: str) -> None:
    instance = ec2.start(size_gb=size)

    assert clouds.find(instance, "t1", "ac1") == Instance(instance, True, "centos", "linux", "x86_64")


@pytest.mark.parametrize(("tenant", "zone"), [("t2", "ac1"), ("t1", "ac2"), ("", "ac1")])
def test_a_machine_of_others_or_of_nobody_is_unknown(clouds: Ec2Instances, ec2: Ec2, tenant: str, zone: str) -> None:
    assert clouds.find(ec2.start(), tenant, zone) is None
    assert clouds.find(ec2.start_untagged(), tenant, zone) is None


@pytest.mark.parametrize("instance", ["i-0123456789abcdef0", "x", "i-é"], ids=["gone", "malformed", "not ASCII"])
def test_a_machine_that_does_not_exist_is_unknown(clouds: Ec2Instances, instance: str) -> None:
    assert clouds.find(instance, "t1", "ac1") is None


def test_a_machine_is_looked_for_in_the_region_of_its_zone(clouds: Ec2Instances, aws: Aws) -> None:
    instance = Machines(aws.ec2("eu-west-1")).start(zone="far")

    found = clouds.find(instance, "t1", "far")

    assert found is not None
    assert clouds.find(instance, "t1", "ac1") is None


def test_without_the_permission_a_machine_is_unknown(clouds: Ec2Instances, ec2: Ec2) -> None:
    instance = ec2.start()

    with ec2.answering("DescribeInstances", failing("UnauthorizedOperation", status=403)):
        assert clouds.find(instance, "t1", "ac1") is None


def test_a_machine_is_captured_once_by_a_name(clouds: Ec2Instances, ec2: Ec2, name: str) -> None:
    instance = ec2.start()
    first = made(clouds, instance, name)

    with ec2.answering("CreateImage", unreachable) as calls:
        again = made(clouds, instance, name)

    assert ec2.named(name) == [first] == [again]
    assert calls == []


def test_who_comes_second_to_a_name_gets_the_first_ones_image(clouds: Ec2Instances, ec2: Ec2, name: str) -> None:
    def outrun(request: Request) -> Any:
        ec2.ec2.register_image(Name=name)
        return failing("InvalidAMIName.Duplicate")(request)

    with ec2.answering("CreateImage", outrun):
        capture_id = made(clouds, ec2.start(), name)

    assert ec2.named(name) == [capture_id]


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_of_the_cloud_is_one(clouds: Ec2Instances, ec2: Ec2, name: str, code: str) -> None:
    instance = ec2.start()

    with ec2.answering("CreateImage", failing(code, "not this one")), pytest.raises(CaptureRefused):
        clouds.capture(instance, "ac1", name)

    assert ec2.named(name) == []


def test_an_image_whose_name_is_taken_and_that_is_not_shown_is_not_there_yet(
    clouds: Ec2Instances, ec2: Ec2, name: str
) -> None:
    with ec2.answering("CreateImage", failing("InvalidAMIName.Duplicate", "taken")):
        assert clouds.capture(ec2.start(), "ac1", name) is None


def test_a_machine_in_a_passing_state_is_told_from_one_that_is_never_captured(
    clouds: Ec2Instances, ec2: Ec2, name: str
) -> None:
    with ec2.answering("CreateImage", failing("IncorrectInstanceState", "stopping")), pytest.raises(MachineBusy):
        clouds.capture(ec2.start(), "ac1", name)


@pytest.mark.parametrize(("state", "expected"), STATES)
def test_an_image_has_come_so_far(clouds: Ec2Instances, ec2: Ec2, state: str, expected: CaptureState) -> None:
    with ec2.answering("DescribeImages", answer({"Images": [{"ImageId": "ami-1", "State": state}]})):
        assert clouds.captured("ami-1", "ac1") == Capture("ami-1", expected, None, "linux")


@pytest.mark.parametrize(
    ("disks", "size"),
    [([DISK], 8), ([DISK, {"VirtualName": "ephemeral0"}, DISK], 16), ([{"Ebs": {}}], None), ([], None)],
    ids=["one", "several", "unknown", "none"],
)
def test_an_image_is_as_large_as_its_disks(clouds: Ec2Instances, ec2: Ec2, disks: list[Any], size: int | None) -> None:
    image = {"ImageId": "ami-1", "State": "available", "BlockDeviceMappings": disks}

    with ec2.answering("DescribeImages", answer({"Images": [image]})):
        assert clouds.captured("ami-1", "ac1") == Capture("ami-1", CaptureState.AVAILABLE, size, "linux")


@pytest.mark.parametrize(("platform", "expected"), [("Windows", "windows"), ("windows", "windows"), ("", "linux")])
def test_an_image_may_be_of_windows(clouds: Ec2Instances, ec2: Ec2, platform: str, expected: str) -> None:
    image = {"ImageId": "ami-1", "State": "available", "Platform": platform}

    with ec2.answering("DescribeImages", answer({"Images": [image]})):
        assert clouds.captured("ami-1", "ac1") == Capture("ami-1", CaptureState.AVAILABLE, None, expected)


@pytest.mark.parametrize("capture_id", ["ami-0123456789abcdef0", "x"], ids=["unknown", "malformed"])
def test_there_may_be_no_image(clouds: Ec2Instances, capture_id: str) -> None:
    assert clouds.captured(capture_id, "ac1") is None


@pytest.mark.parametrize("by", ["name", "id", "both"])
def test_what_is_discarded_leaves_nothing(clouds: Ec2Instances, ec2: Ec2, name: str, by: str) -> None:
    instance = ec2.start()
    capture_id, other = made(clouds, instance, name), made(clouds, instance, f"{name}-2")
    ec2.add_snapshot(capture_id)
    before = len(ec2.snapshots(capture_id))

    clouds.discard(f"{name}-3" if by == "id" else name, "ac1", None if by == "name" else capture_id)

    assert (before, ec2.snapshots(capture_id)) == (2, [])
    assert clouds.captured(capture_id, "ac1") is None
    assert (ec2.named(f"{name}-2"), len(ec2.snapshots(other))) == ([other], 1)


def test_what_is_gone_is_discarded_again_without_complaint(clouds: Ec2Instances, ec2: Ec2, name: str) -> None:
    capture_id = made(clouds, ec2.start(), name)

    for gone in (capture_id, capture_id, None, "ami-0123456789abcdef0"):
        clouds.discard(name, "ac1", gone)

    assert ec2.snapshots(capture_id) == []


@pytest.mark.parametrize("operation", ["DeregisterImage", "DescribeSnapshots", "DeleteSnapshot"])
def test_a_discard_is_ended_by_the_next(clouds: Ec2Instances, ec2: Ec2, name: str, operation: str) -> None:
    capture_id = made(clouds, ec2.start(), name)
    with ec2.answering(operation, failing("RequestLimitExceeded")), pytest.raises(CloudUnavailable):
        clouds.discard(name, "ac1", capture_id)

    clouds.discard(name, "ac1", capture_id)

    assert ec2.named(name) + ec2.snapshots(capture_id) == []


def test_a_snapshot_that_has_just_gone_does_not_save_the_others(clouds: Ec2Instances, ec2: Ec2, name: str) -> None:
    capture_id = made(clouds, ec2.start(), name)
    ec2.add_snapshot(capture_id)
    calls: list[str] = []

    def outrun(request: Request) -> Any:
        calls.append(request["SnapshotId"])
        return failing("InvalidSnapshot.NotFound")(request) if len(calls) == 1 else None

    with ec2.answering("DeleteSnapshot", outrun):
        clouds.discard(name, "ac1", capture_id)

    assert ec2.snapshots(capture_id) == calls[:1]
    assert len(calls) == 2


def test_a_snapshot_in_use_is_not_taken_for_gone(clouds: Ec2Instances, ec2: Ec2, name: str) -> None:
    capture_id = made(clouds, ec2.start(), name)

    with ec2.answering("DeleteSnapshot", failing("InvalidSnapshot.InUse")), pytest.raises(CloudUnavailable):
        clouds.discard(name, "ac1", capture_id)


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("DescribeInstances", lambda clouds, name: clouds.find("i-1", "t1", "ac1")),
        ("DescribeImages", lambda clouds, name: clouds.capture("i-1", "ac1", name)),
        ("CreateImage", lambda clouds, name: clouds.capture("i-1", "ac1", name)),
        ("DescribeImages", lambda clouds, name: clouds.captured("ami-1", "ac1")),
        ("DescribeImages", lambda clouds, name: clouds.discard(name, "ac1")),
        ("DeregisterImage", lambda clouds, name: clouds.discard(name, "ac1", "ami-1")),
        ("DescribeSnapshots", lambda clouds, name: clouds.discard(name, "ac1", "ami-1")),
    ],
    ids=["find", "capture", "capture, create", "captured", "discard", "discard, deregister", "discard, snapshots"],
)
@pytest.mark.parametrize("reply", SILENT)
def test_a_cloud_that_does_not_answer_is_unavailable(
    clouds: Ec2Instances, ec2: Ec2, name: str, operation: str, act: Act, reply: Reply
) -> None:
    with ec2.answering(operation, reply) as calls, pytest.raises(CloudUnavailable):
        act(clouds, name)

    assert len(calls) == 1
