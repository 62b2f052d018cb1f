"""Jobs on a server as `make run` starts it: nobody pumps the queue but the server itself."""

import json
import time
from typing import Any

import pytest

from tests.e2e.server import Server

PATIENCE = 30
"""Seconds that a job may take."""

pytestmark = pytest.mark.e2e


def call(server: Server, method: str, target: str, document: object = None) -> Any:
    bearer = {"Authorization": f"Bearer {server.token('t1')}"}
    body = b"" if document is None else json.dumps(document).encode()
    answer = server.request("t1", method, f"/v2/zone/ac1/{target}", body, bearer)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def finished(server: Server, job: dict[str, Any]) -> dict[str, Any]:
    """The job as it is in the end."""
    deadline = time.monotonic() + PATIENCE
    while job["status"] in ("pending", "working"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
        job = call(server, "GET", f"job/{job['job_id']}")
    return job


def status_of(server: Server, image_id: str) -> tuple[str, str]:
    [image] = call(server, "GET", f"images?images={image_id}")["images"]
    return image["status"], image["transition_status"]


def test_a_machine_is_captured_deleted_and_brought_back_within_seconds(server: Server) -> None:
    begun = call(server, "POST", "images", {"instance": server.instances["stopped"], "image_name": "captured"})
    [image_id] = begun["resource_ids"]
    captured = finished(server, begun)
    available = status_of(server, image_id)

    deleted = finished(server, call(server, "DELETE", f"images/{image_id}"))
    gone = status_of(server, image_id)
    recovered = finished(server, call(server, "POST", "lease", {"resources": [image_id]}))

    assert [job["status"] for job in (captured, deleted, recovered)] == ["successful"] * 3
    assert (available, gone, status_of(server, image_id)) == (("available", ""), ("deleted", ""), ("available", ""))
    assert call(server, "GET", "unfinished_jobs") == []


def test_what_was_captured_is_seen_through_the_other_dialects(server: Server) -> None:
    begun = call(server, "POST", "images", {"instance": server.instances["stopped"], "image_name": "seen"})
    finished(server, begun)

    [image] = [image for image in server.images("t1") if image["name"] == "seen"]

    assert image["status"] == "active"
    assert image["properties"]["architecture"] == "x86_64"
    answer = server.request("t1", "GET", f"/v1/images/{image['id']}")
    assert answer.status == 404, "the bytes are in the cloud"
