"""Machines in EC2, and images of them.

A machine belongs to the tenant and the zone of its tags `rosetta:tenant` and `rosetta:zone`; further tags tell what EC2
does not know. An image has the name that the catalogue gives it, of which there is one in an account and a region.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.instance import Capture, CaptureState, Instance
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import CaptureRefused, MachineBusy, cloud_outage
from chalicelib.storage.answers import code_of, silence_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

TAG = "rosetta:"
NO_INSTANCE = ("InvalidInstanceID", "UnauthorizedOperation")
NO_IMAGE = ("InvalidAMIID", "UnavailableAMIID")
NO_SNAPSHOT = ("InvalidSnapshot.NotFound", "InvalidSnapshotID")
"""How codes begin that mean: there is none; or, of machines, none that we may see."""
DUPLICATE = "InvalidAMIName.Duplicate"
INCORRECT_STATE = "IncorrectInstanceState"
REFUSED = {
    INCORRECT_STATE: "the machine is in no state to make an image of",
    "InvalidInstance": "there is no such machine any more",
    "InvalidParameter": "the cloud makes no image of such a machine",
    "UnsupportedOperation": "the cloud makes no image of such a machine",
    "UnauthorizedOp": "the registry is not allowed to make an image of this machine",
}
"""How codes begin by which CreateImage refuses, and what they mean; EC2's own words may name accounts and roles."""
STATES = {"pending": CaptureState.PENDING, "transient": CaptureState.PENDING, "available": CaptureState.AVAILABLE}


class Ec2Instances:
    """Promises of `ports.Instances`. Each zone is a region's; `client` makes the client of a region."""

    def __init__(self, zones: Mapping[str, str | None], client: "Callable[[str | None], EC2Client]") -> None:
        self._zones = zones
        self._client = client

    @property
    def zones(self) -> Sequence[str]:
        """Those of the settings."""
        return tuple(self._zones)

    def find(self, instance_id: str, tenant: str, zone: str) -> Instance | None:
        """One DescribeInstances. Without the permission every machine is unknown."""
        if not (instance_id.isascii() and instance_id.isprintable()):  # it comes back in XML, which cannot hold it
            return None
        with _told(NO_INSTANCE) as failed:
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
        with _told((*REFUSED, DUPLICATE)) as refused:
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
        with _told(NO_IMAGE) as failed:
            found = self._ec2(zone).describe_images(ImageIds=[capture_id])
        for image in [] if failed else found["Images"]:
            sizes = [mapping.get("Ebs", {}).get("VolumeSize", 0) for mapping in image.get("BlockDeviceMappings", [])]
            state = STATES.get(image["State"], CaptureState.FAILED)
            platform = "windows" if str(image.get("Platform", "")).lower() == "windows" else "linux"
            return Capture(capture_id, state, sum(sizes) or None, platform)
        return None

    def discard(self, name: str, zone: str, capture_id: str | None = None) -> None:
        """Deregister the image, then delete its snapshots, which have been given its name to be found by afterwards."""
        ec2 = self._ec2(zone)
        for known in dict.fromkeys([*self._named(name, zone), *([capture_id] if capture_id else [])]):
            snapshots = self._snapshots(zone, "description", f"Created by CreateImage(*) for {known}*")
            with _told(NO_SNAPSHOT):
                if snapshots:
                    ec2.create_tags(Resources=snapshots, Tags=[{"Key": "Name", "Value": name}])
            with _told(NO_IMAGE):
                ec2.deregister_image(ImageId=known)
        for snapshot in self._snapshots(zone, "tag:Name", name):
            with _told(NO_SNAPSHOT):
                ec2.delete_snapshot(SnapshotId=snapshot)

    def _snapshots(self, zone: str, field: str, value: str) -> list[str]:
        """EC2 describes snapshots by the image they were made for; we name them."""
        with _told(()):
            pages = (
                self._ec2(zone)
                .get_paginator("describe_snapshots")
                .paginate(OwnerIds=["self"], Filters=[{"Name": field, "Values": [value]}])
            )
            return [snapshot["SnapshotId"] for page in pages for snapshot in page["Snapshots"]]

    def _named(self, name: str, zone: str) -> list[str]:
        with _told(()):
            found = self._ec2(zone).describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])
            return [image["ImageId"] for image in found["Images"]]

    def _ec2(self, zone: str) -> "EC2Client":
        return self._client(self._zones[zone])


@contextmanager
def _told(codes: tuple[str, ...]) -> Iterator[list[str]]:
    """Collect codes of EC2's errors that begin like one of these; raise CloudUnavailable for all others."""
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  # slow, and EC2's client imports it anyway

    failed: list[str] = []
    try:
        yield failed
    except ClientError as error:
        code = code_of(error)
        if not code.startswith(codes or ("-",)):
            raise cloud_outage("The cloud", silence_of(error)) from error
        failed.append(code)
    except BotoCoreError as error:
        raise cloud_outage("The cloud", silence_of(error)) from error
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
