"""A server started as by `make run`, in a process and a folder of its own."""

import contextlib
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tests.local_server import running_local_server
from tests.processes import PATIENCE, ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOUND = frozenset({"os_hash_algo", "os_hash_value", "virtual_size"})
"""Fields that an image has only after its inspection."""

ORDINARY = ["read_images", "create_image", "delete_image"]
PRINCIPALS = {
    "t1": {"user": "u1", "tenant": "t1", "policies": ORDINARY},
    "t2": {"user": "u2", "tenant": "t2", "policies": ORDINARY},
    "admin": {"user": "root", "tenant": "ops", "policies": ["admin"]},
    "s1": {
        "user": "s1",
        "tenant": "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11",
        "policies": [*ORDINARY, "publicize_image"],
    },
    "s2": {
        "user": "s2",
        "tenant": "5e7a1d90-3c84-4b6f-8e21-9f4d6c0b7a22",
        "policies": [*ORDINARY, "publicize_image"],
    },
    "reader": {"user": "reader", "tenant": "t1", "policies": ["read_images"]},
    "f1": {"user": "f1", "tenant": "f1", "policies": ORDINARY},
    "f2": {"user": "f2", "tenant": "f2", "policies": ORDINARY},
    "f1_viewer": {"user": "f1_viewer", "tenant": "f1", "policies": ["read_images"]},
    "f1_nobody": {"user": "f1_nobody", "tenant": "f1", "policies": []},
}

INSTANCES = {
    "stopped": {"tenant": "t1", "zone": "ac1", "state": "stopped", "os_family": "centos", "architecture": "x86_64"},
}


@dataclass(frozen=True)
class Answer:
    """A response as it came, without a client's interpretation."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server:
    """A running server: its state, its log, and the S3 behind it."""

    def __init__(self, state: Mapping[str, Any], log: Path) -> None:
        self.url: str = state["url"]
        self._aws_url: str = state["aws_endpoint_url"]
        self._dynamodb_url: str = state.get("aws_endpoint_url_dynamodb", self._aws_url)
        self.instances: Mapping[str, str] = state["instances"]
        self._principals: Mapping[str, Any] = state["principals"]
        self._log = log

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    def token(self, principal: str) -> str:
        return self._told(principal, "secret")

    def tenant(self, principal: str) -> str:
        return self._told(principal, "tenant")

    def user(self, principal: str) -> str:
        return self._told(principal, "user")

    def _told(self, principal: str, fact: str) -> str:
        value: str = self._principals[principal][fact]
        return value

    def request(
        self, principal: str, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request as a principal, without following redirects."""
        sent = {"X-Auth-Token": self.token(principal), **(headers or {})}
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=PATIENCE)) as connection:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def images(self, principal: str, which: str = "") -> list[dict[str, Any]]:
        """The first thousand images that a principal sees; an administrator sees those of all tenants."""
        answer = self.request(principal, "GET", f"/v1/images/detail?is_public=None&limit=1000{which}")
        found: list[dict[str, Any]] = json.loads(answer.body)["images"]
        return found

    def forget_images(self) -> None:
        killed = self.images("admin", "&status=killed&changes-since=2000-01-01")
        for image in [*self.images("admin"), *killed]:
            target = f"/v1/images/{image['id']}"
            if image["protected"]:
                self.request("admin", "PUT", target, headers={"x-image-meta-protected": "False"})
            assert self.request("admin", "DELETE", target).status == 204

    def crowd(self, images: int) -> None:
        """Store a number of images of t1, directly in the tables."""
        command = [sys.executable, "-m", "tests.e2e.crowd", str(images), self._aws_url, self._dynamodb_url]
        subprocess.run(command, cwd=ROOT, check=True, timeout=10 * PATIENCE)  # noqa: S603  # ours

    def answered(self) -> list[dict[str, Any]]:
        """The access log's lines, one for each request so far."""
        lines = self._log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @contextlib.contextmanager
    def s3(self) -> "Iterator[S3Client]":
        """A client of the server's S3, which bypasses the server."""
        config = Config(proxies={}, request_checksum_calculation="when_required")
        session = boto3.Session("local", "local", region_name="us-east-1")
        client = session.client("s3", endpoint_url=self._aws_url, config=config)
        with contextlib.closing(client):
            yield client


def as_sent(image: Mapping[str, Any]) -> dict[str, Any]:
    """An image's document without the fields that inspection adds at some later time."""
    known = {name: value for name, value in image.items() if not _is_found(name)}
    if "properties" not in known:
        return known
    return {**known, "properties": {name: text for name, text in known["properties"].items() if not _is_found(name)}}


def _is_found(name: str) -> bool:
    return name in FOUND or name.startswith("inspection_")


@contextlib.contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[Server]:
    """A server with these settings and an empty catalogue; it must end with status 0."""
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"principals": PRINCIPALS, "instances": INSTANCES}), "utf-8")
    with running_local_server(folder, **{"SEED": str(seed), **settings}) as state:
        yield Server(state, folder / "log.txt")
