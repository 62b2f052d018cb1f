"""Prints what the operations of each dialect cost in requests to DynamoDB and S3, over an emulated AWS."""

import base64
import json
import os
from collections.abc import Callable
from typing import Any

from moto import mock_aws

from chalicelib.bootstrap import Aws, build_app, build_world
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage.tables import create_tables
from local.events import Router, proxy_event

RAW = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
TENANT = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
IMAGE = {"organization": TENANT, "name": "web", "arch": "arm", "root_volume": TENANT}
RECORD = {"id": "ami-1", "provider": "ec2", "remote_user": "root"}


def main() -> None:
    """Run every operation once and print a table."""
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    with mock_aws():
        print(f"{'operation':40}{'DynamoDB':>10}{'S3':>5}{'status':>8}")
        for name, status, dynamodb, s3 in measure():
            print(f"{name:40}{dynamodb:>10}{s3:>5}{status:>8}")


def measure() -> list[tuple[str, int, int, int]]:
    """Name, status, DynamoDB requests and S3 requests of each operation, the token being cached."""
    aws = Aws.from_environ(os.environ)
    world = build_world({}, aws=aws)
    create_tables()
    aws.s3().create_bucket(Bucket=world.blobs.bucket)
    s3_calls = [0]
    aws.s3().meta.events.register("before-send.s3", lambda **_: s3_calls.__setitem__(0, s3_calls[0] + 1))
    call = caller(build_app(world=world), world.identities.issue(Principal("ann", TENANT, frozenset({Policy.ADMIN}))))
    call("GET", "/v1/images")
    rows: list[tuple[str, int, int, int]] = []

    def row(name: str, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Any:
        s3_calls[0] = 0
        result = call(method, target, headers, body)
        rows.append((name, result["statusCode"], aws.meter.read(), s3_calls[0]))
        return result

    _measure_glance_v1(row)
    _measure_scaleway(row)
    _measure_devops_service(row)
    return rows


def _measure_glance_v1(row: Callable[..., Any]) -> None:
    image = json.loads(row("Glance v1: create", "POST", "/v1/images", RAW)["body"])["image"]["id"]
    row("Glance v1: upload to it", "PUT", f"/v1/images/{image}", OCTETS, b"bytes")
    row("Glance v1: create with data", "POST", "/v1/images", RAW | OCTETS, b"bytes")
    row("Glance v1: show", "HEAD", f"/v1/images/{image}")
    row("Glance v1: download", "GET", f"/v1/images/{image}")
    row("Glance v1: update", "PUT", f"/v1/images/{image}", {"x-image-meta-name": "renamed"})
    row("Glance v1: first page", "GET", "/v1/images/detail")
    row("Glance v1: first page, everything", "GET", "/v1/images/detail?is_public=none")
    row("Glance v1: page after a marker", "GET", f"/v1/images/detail?marker={image}")
    row("Glance v1: first page by status", "GET", "/v1/images/detail?sort_key=status")
    row("Glance v1: share", "PUT", f"/v1/images/{image}/members/t2")
    row("Glance v1: members", "GET", f"/v1/images/{image}/members")
    row("Glance v1: replace members", "PUT", f"/v1/images/{image}/members", None, b'{"memberships": []}')
    row("Glance v1: shared images", "GET", "/v1/shared-images/t2")
    row("Glance v1: delete", "DELETE", f"/v1/images/{image}")


def _measure_scaleway(row: Callable[..., Any]) -> None:
    answer = row("Scaleway: create", "POST", "/images", JSON, json.dumps(IMAGE).encode())
    image = json.loads(answer["body"])["image"]["id"]
    row("Scaleway: show", "GET", f"/images/{image}")
    row("Scaleway: update", "PUT", f"/images/{image}", JSON, b'{"name": "renamed"}')
    row("Scaleway: page that ends the list", "GET", "/images")
    row("Scaleway: page with more behind it", "GET", "/images?per_page=1")
    row("Scaleway: number of images", "HEAD", "/images")
    row("Scaleway: delete", "DELETE", f"/images/{image}")


def _measure_devops_service(row: Callable[..., Any]) -> None:
    row("devops-service: create", "POST", "/v3/image", JSON, json.dumps(RECORD).encode())
    row("devops-service: show", "GET", "/v3/image/ami-1")
    row("devops-service: update", "PUT", "/v3/image/ami-1", JSON, b'{"name": "renamed"}')
    row("devops-service: list", "GET", "/v3/images")
    row("devops-service: images of a provider", "GET", "/v3/images/provider/ec2")
    row("devops-service: delete", "DELETE", "/v3/image/ami-1")


def caller(app: Any, secret: str) -> Callable[..., dict[str, Any]]:
    """A function that sends a request as API Gateway does."""
    router = Router(app.routes)

    def call(method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> dict[str, Any]:
        basic = base64.b64encode(f"ann:{secret}".encode()).decode("ascii")
        sent = {"X-Auth-Token": secret, "Authorization": f"Basic {basic}", **(headers or {})}
        result: dict[str, Any] = app(proxy_event(router, method, target, list(sent.items()), body), None)
        return result

    return call


if __name__ == "__main__":
    main()
