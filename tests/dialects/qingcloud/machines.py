"""EC2 instances with the tags by which the registry knows whose they are, where, and what is on them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

ANY_AMI = "ami-12c6146b"
"""One of the machine images that moto knows from the start: an instance needs one."""
USUAL: dict[str, object] = {
    "tenant": "t1",
    "zone": "ac1",
    "os_family": "centos",
    "platform": "linux",
    "architecture": "x86_64",
    "size_gb": 20,
}


@dataclass(frozen=True)
class Machines:
    """Starts instances, and ends them."""

    ec2: "EC2Client"

    def start(self, *, state: str = "stopped", **facts: object) -> str:
        """The id of an instance with the usual facts, but for those that are named."""
        return self._start({f"rosetta:{fact}": str(value) for fact, value in {**USUAL, **facts}.items()}, state)

    def start_untagged(self) -> str:
        """The id of a stopped instance that nobody has told the registry about."""
        return self._start({"Name": "somebody's"}, "stopped")

    def _start(self, tags: dict[str, str], state: str) -> str:
        reservation = self.ec2.run_instances(
            ImageId=ANY_AMI,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
            ],
        )
        instance = reservation["Instances"][0]["InstanceId"]
        if state == "stopped":
            self.ec2.stop_instances(InstanceIds=[instance])
        return instance
