"""A server started as `make run` starts it, in a process and a folder of its own."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds that a server may take to be ready, and to stop."""

FOUND = frozenset({"os_hash_algo", "os_hash_value", "virtual_size"})
"""What a server adds where it has reason to: if the worker has read the bytes."""

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
    """What plain HTTP brings, without any client's opinion of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server:
    """A running server: what it told of itself, its log, and the S3 behind it."""

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
        """One request of a principal's, redirects not followed."""
        sent = {"X-Auth-Token": self.token(principal), **(headers or {})}
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=PATIENCE)) as connection:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def images(self, principal: str, which: str = "") -> list[dict[str, Any]]:
        """The first thousand images a principal sees, an administrator those of all tenants."""
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
        """Give t1 so many images, which look as if they had been registered."""
        command = [sys.executable, "-m", "tests.e2e.crowd", str(images), self._aws_url, self._dynamodb_url]
        subprocess.run(command, cwd=ROOT, check=True, timeout=10 * PATIENCE)  # noqa: S603  # ours

    def answered(self) -> list[dict[str, Any]]:
        """The log's line of each request answered so far."""
        lines = self._log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @contextlib.contextmanager
    def s3(self) -> "Iterator[S3Client]":
        """Behind the server's back."""
        config = Config(proxies={}, request_checksum_calculation="when_required")
        session = boto3.Session("local", "local", region_name="us-east-1")
        client = session.client("s3", endpoint_url=self._aws_url, config=config)
        with contextlib.closing(client):
            yield client


def as_sent(image: Mapping[str, Any]) -> dict[str, Any]:
    """An image as a document, without what the server finds in its bytes in its own time."""
    known = {name: value for name, value in image.items() if not _is_found(name)}
    if "properties" not in known:
        return known
    return {**known, "properties": {name: text for name, text in known["properties"].items() if not _is_found(name)}}


def _is_found(name: str) -> bool:
    return name in FOUND or name.startswith("inspection_")


@contextlib.contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[Server]:
    """The server with these settings, its catalogue empty; it must end cleanly when it is told to."""
    seed, log = folder / "seed.json", folder / "log.txt"
    seed.write_text(json.dumps({"principals": PRINCIPALS, "instances": INSTANCES}), "utf-8")
    environment = {"PATH": os.environ["PATH"], "PORT": "0", "SEED": str(seed), "LOCAL_DIR": str(folder)}
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"], cwd=ROOT, env={**environment, **settings}, stdout=file, stderr=file
        )
    try:
        yield Server(_ready(process, folder / "state.json", log), log)
    finally:
        process.terminate()
        status = process.wait(PATIENCE)
    assert status == 0, log.read_text("utf-8")


def _ready(process: "subprocess.Popen[bytes]", state: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while not state.exists():
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.05)
    told: dict[str, Any] = json.loads(state.read_text("utf-8"))
    return told
