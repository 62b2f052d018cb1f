"""Clients of AWS, except that of DynamoDB."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PROBING_SECONDS = 2
"""The timeout of a probe for connecting, and again for reading."""


class Clients:
    """The clients of a region, all from one session, each made on first use.

    Most requests need none, and they are slow to import and to make. A session makes one client at a time.
    """

    def __init__(self, region: str, addressing: Literal["auto", "virtual"]) -> None:
        self._region = region
        self._addressing = addressing
        self._lock = Lock()
        self._session: Session | None = None
        self._made: dict[object, Any] = {}

    def s3(self) -> "S3Client":
        """A client whose links name the host of the region.

        The global host redirects for a day after a bucket is made, and does not know the buckets of newer regions.
        botocore names the region's host only with virtual addressing, which other servers than AWS, such as one at
        `localhost`, may not support. Parts are sent with no other checksum than their upload began with.
        """
        made: S3Client = self._client("s3", self._region, self._linking)
        return made

    def sqs(self) -> "SQSClient":
        """The client for the work queue."""
        made: SQSClient = self._client("sqs", self._region)
        return made

    def ec2(self, region: str | None) -> "EC2Client":
        """The client of a region, None for this one."""
        made: EC2Client = self._client("ec2", region or self._region)
        return made

    def probing(self, service: str) -> Any:
        """A client for health checks: with short timeouts, and without retries."""
        return self._client(service, self._region, _probing)

    def _client(self, service: str, region: str, config: "Callable[[], Config] | None" = None) -> Any:
        key = service, region, config
        with self._lock:
            if key not in self._made:
                self._made[key] = self._opened().create_client(service, region, config=config and config())
            return self._made[key]

    def _opened(self) -> "Session":
        import botocore.session  # noqa: PLC0415  # slow

        self._session = self._session or botocore.session.get_session()
        return self._session

    def _linking(self) -> "Config":
        from botocore.config import Config  # noqa: PLC0415  # as above

        return Config(
            signature_version="s3v4",
            s3={"addressing_style": self._addressing, "us_east_1_regional_endpoint": "regional"},
            request_checksum_calculation="when_required",
        )


def _probing() -> "Config":
    from botocore.config import Config  # noqa: PLC0415  # as above

    return Config(connect_timeout=PROBING_SECONDS, read_timeout=PROBING_SECONDS, retries={"total_max_attempts": 1})
