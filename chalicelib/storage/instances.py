"""Machines in EC2, and their captures.

A machine belongs to the tenant and zone in its tags `rosetta:tenant` and `rosetta:zone`; further tags hold what EC2
does not know. A capture's name comes from the catalogue, and is unique in an account and region.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.instance import Capture, CaptureState, Instance
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import CaptureRefused, MachineBusy, cloud_outage
from chalicelib.storage.answers import code_of, failure_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

TAG = "rosetta:"
NO_INSTANCE = ("InvalidInstanceID", "UnauthorizedOperation")
NO_IMAGE = ("InvalidAMIID", "UnavailableAMIID")
NO_SNAPSHOT = ("InvalidSnapshot.NotFound", "InvalidSnapshotID")
"""Prefixes of error codes for things that do not exist or, in the case of machines, that we may not see."""
DUPLICATE = "InvalidAMIName.Duplicate"
INCORRECT_STATE = "IncorrectInstanceState"
REFUSED = {
    INCORRECT_STATE: "the machine cannot be captured in its present state",
    "InvalidInstance": "the machine no longer exists",
    "InvalidParameter": "the cloud cannot capture such a machine",
    "UnsupportedOperation": "the cloud cannot capture such a machine",
    "UnauthorizedOp": "the registry is not allowed to capture this machine",
}
"""Prefixes of CreateImage's error codes, and what they mean; EC2's own texts may name accounts and roles."""
STATES = {"pending": CaptureState.PENDING, "transient": CaptureState.PENDING, "available": CaptureState.AVAILABLE}


class Ec2Instances:
    """Implements `ports.Instances`. `zones` maps each zone to its region; `client` makes the client of a region."""

    def __init__(self, zones: Mapping[str, str | None], client: "Callable[[str | None], EC2Client]") -> None:
        self._zones = zones
        self._client = client

    @property
    def zones(self) -> Sequence[str]:
        """The zones in the settings."""
        return tuple(self._zones)

    def find(self, instance_id: str, tenant: str, zone: str) -> Instance | None:
        """One DescribeInstances. Without permission for it, no machine is found."""
        if not (instance_id.isascii() and instance_id.isprintable()):  # EC2 would echo it in XML, which cannot hold it
            return None
        with _catching(NO_INSTANCE) as failed:
            found = self._ec2(zone).describe_instances(InstanceIds=[instance_id])
        machines = [] if failed else [each for group in found["Reservations"] for each in group["Instances"]]
        for machine in machines:
            tags = {tag["Key"]: tag["Value"] for tag in machine.get("Tags", [])}
            if (tags.get(f"{TAG}tenant"), tags.get(f"{TAG}zone")) == (tenant, zone):
                return _instance(machine, tags)
        return None

    def capture(self, instance_id: str, zone: str, name: str) -> str | None:
        """One DescribeImages, and one CreateImage if there is none yet."""
        known = self._named(name, zone)
        if known:
            return known[0]
        tags: Any = [{"ResourceType": "image", "Tags": [{"Key": "Name", "Value": name}]}]
        with _catching((*REFUSED, DUPLICATE)) as refused:
            made = self._ec2(zone).create_image(
                InstanceId=instance_id,
                Name=name,
                TagSpecifications=tags,
            )
        if not refused:
            return made["ImageId"]
        for other in self._named(name, zone):
            return other
        if refused[0].startswith(DUPLICATE):
            return None
        raise _refusal(refused[0])

    def captured(self, capture_id: str, zone: str) -> Capture | None:
        """One DescribeImages."""
        with _catching(NO_IMAGE) as failed:
            found = self._ec2(zone).describe_images(ImageIds=[capture_id])
        for image in [] if failed else found["Images"]:
            sizes = [mapping.get("Ebs", {}).get("VolumeSize", 0) for mapping in image.get("BlockDeviceMappings", [])]
            state = STATES.get(image["State"], CaptureState.FAILED)
            platform = "windows" if str(image.get("Platform", "")).lower() == "windows" else "linux"
            return Capture(capture_id, state, sum(sizes) or None, platform)
        return None

    def discard(self, name: str, zone: str, capture_id: str | None = None) -> None:
        """Deregister the image, then delete its snapshots, which are tagged first so that a retry finds them."""
        ec2 = self._ec2(zone)
        for known in dict.fromkeys([*self._named(name, zone), *([capture_id] if capture_id else [])]):
            snapshots = self._snapshots(zone, "description", f"Created by CreateImage(*) for {known}*")
            with _catching(NO_SNAPSHOT):
                if snapshots:
                    ec2.create_tags(Resources=snapshots, Tags=[{"Key": "Name", "Value": name}])
            with _catching(NO_IMAGE):
                ec2.deregister_image(ImageId=known)
        for snapshot in self._snapshots(zone, "tag:Name", name):
            with _catching(NO_SNAPSHOT):
                ec2.delete_snapshot(SnapshotId=snapshot)

    def _snapshots(self, zone: str, field: str, value: str) -> list[str]:
        """Our snapshots with this value in a field: EC2 describes them by their image, and `discard` tags them."""
        with _catching(()):
            pages = (
                self._ec2(zone)
                .get_paginator("describe_snapshots")
                .paginate(OwnerIds=["self"], Filters=[{"Name": field, "Values": [value]}])
            )
            return [snapshot["SnapshotId"] for page in pages for snapshot in page["Snapshots"]]

    def _named(self, name: str, zone: str) -> list[str]:
        with _catching(()):
            found = self._ec2(zone).describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])
            return [image["ImageId"] for image in found["Images"]]

    def _ec2(self, zone: str) -> "EC2Client":
        return self._client(self._zones[zone])


@contextmanager
def _catching(codes: tuple[str, ...]) -> Iterator[list[str]]:
    """Collect EC2's error codes that have one of these prefixes; raise CloudUnavailable for all others."""
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  # slow, and EC2's client imports it anyway

    failed: list[str] = []
    try:
        yield failed
    except ClientError as error:
        code = code_of(error)
        if not code.startswith(codes or ("-",)):
            raise cloud_outage("The cloud", failure_of(error)) from error
        failed.append(code)
    except BotoCoreError as error:
        raise cloud_outage("The cloud", failure_of(error)) from error
    except ResponseParserError as error:
        raise cloud_outage("The cloud", Outage.FAILING) from error


def _refusal(code: str) -> CaptureRefused:
    words = next(words for prefix, words in REFUSED.items() if code.startswith(prefix))
    return MachineBusy(words) if code.startswith(INCORRECT_STATE) else CaptureRefused(words)


def _instance(machine: Mapping[str, Any], tags: Mapping[str, str]) -> Instance:
    size = tags.get(f"{TAG}size_gb", "")
    return Instance(
        id=machine["InstanceId"],
        stopped=machine["State"]["Name"] == "stopped",
        os_family=tags.get(f"{TAG}os_family"),
        platform=tags.get(f"{TAG}platform"),
        architecture=tags.get(f"{TAG}architecture") or machine.get("Architecture"),
        size=int(size) if size.isdecimal() else None,
    )
