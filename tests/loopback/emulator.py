"""An AWS emulator that runs whole stacks, in a process and a folder of its own."""

import contextlib
import http.client
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.serving import free_port
from tests.loopback import tools
from tests.loopback.environment import REGION, aws_at
from tests.loopback.leash import leashed
from tests.processes import PATIENCE, wait_until

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

LAUNCH = "import sys; sys.path.append(sys.argv.pop()); from ministack.app import main; main()"
"""The emulator runs functions with its own Python, so its packages must not be on their path."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator, with another one for EC2, and its log."""

    port: int
    ec2_url: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of an administrator: endpoints and credentials."""
        return {**aws_at(self.url), "AWS_ENDPOINT_URL_EC2": self.ec2_url}

    def client(self, service: str) -> Any:
        """The administrator's client of a service."""
        session = boto3.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=self.url, config=Config(proxies={}))  # type: ignore[call-overload]  # any service's name

    @property
    def s3(self) -> "S3Client":
        found: S3Client = self.client("s3")
        return found

    @property
    def sqs(self) -> "SQSClient":
        found: SQSClient = self.client("sqs")
        return found


@contextlib.contextmanager
def running_emulator(folder: Path, ec2_url: str) -> Iterator[Emulator]:
    """An emulator that runs until the block ends; only its log remains."""
    (folder / "tmp").mkdir()
    emulator = Emulator(free_port(), ec2_url, folder / "emulator.log")
    words = [tools.bare_python(), "-c", LAUNCH, str(tools.emulator())]
    try:
        with (
            emulator.log.open("w", encoding="utf-8") as log,
            # The functions end with it; an orderly shutdown would take long and change nothing.
            leashed(words, cwd=folder, env=_environment(emulator, folder), stdout=log, stderr=log) as process,
        ):
            wait_until(lambda: _is_ready(emulator.port), process, emulator.log.read_text)
            yield emulator
    finally:
        shutil.rmtree(folder / "tmp")


def _environment(emulator: Emulator, folder: Path) -> dict[str, str]:
    return {
        **emulator.environment,
        "PATH": os.defpath,
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(folder / "tmp"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(emulator.port),
        "AUTH": "true",  # enforce the functions' roles
        "DOCKER_HOST": f"unix://{folder}/none",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _is_ready(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", "/_ministack/ready")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
