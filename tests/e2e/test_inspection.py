"""What the worker finds in the bytes of an image that Glance has copied, as the clients of all dialects see it."""

import json
import time
from typing import Any

import pytest

from tests.api import basic
from tests.e2e.clients import LibraryCaller
from tests.e2e.foreman import ForemanCaller, Parents
from tests.e2e.glance import Caller
from tests.e2e.server import Server
from tests.jobs.disks import GiB, qcow2

pytestmark = pytest.mark.e2e

PATIENCE = 30
"""Seconds that the worker may take."""
DISK = 20 * GiB
FOUND = {"inspection_formats": "qcow2", "inspection_findings": "snapshots"}


def inspected(server: Server, principal: str, **properties: str) -> str:
    """The id of an image whose bytes have come, and were looked at."""
    with server.s3() as s3:
        s3.create_bucket(Bucket="disks")
        s3.put_object(Bucket="disks", Key="disk", Body=qcow2(DISK, snapshots=1))
    told = {"name": "disk", "disk_format": "qcow2", "container_format": "bare"}
    told |= {f"property-{name}": value for name, value in properties.items()}
    headers = {f"x-image-meta-{name}": value for name, value in told.items()}
    answer = server.request(
        principal, "POST", "/v1/images", headers={**headers, "x-glance-api-copy-from": "s3://disks/disk"}
    )
    assert answer.status == 202, answer.body
    image_id: str = json.loads(answer.body)["image"]["id"]
    deadline = time.monotonic() + PATIENCE
    while (image := of_v2(server, principal, image_id))["status"] != "active":
        assert time.monotonic() < deadline, image
        time.sleep(0.2)
    assert image["virtual_size"] == DISK
    return image_id


def of_v2(server: Server, principal: str, image_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(server.request(principal, "GET", f"/v2/images/{image_id}").body)
    return found


@pytest.mark.parametrize("purge", [True, False], ids=["purged", "kept"])
def test_glances_client_of_v1_shows_finds_and_sends_back_what_was_found(
    t1: Caller, server: Server, purge: bool
) -> None:
    image_id = inspected(server, "t1", purpose="web")
    t1.call("images.create", name="other")

    shown = t1.call("images.get", image_id)
    found = t1.call("images.list", filters={"properties": {"inspection_formats": "qcow2"}})
    updated = t1.call("images.update", image_id, properties={**shown["properties"], "new": "y"}, purge_props=purge)

    assert shown["properties"] == {**shown["properties"], **FOUND, "purpose": "web"}
    assert int(shown["virtual_size"]) == DISK
    assert [image["id"] for image in found] == [image_id]
    assert updated["properties"] == {**shown["properties"], "new": "y"}
    assert of_v2(server, "t1", image_id).items() >= {**FOUND, "purpose": "web", "new": "y"}.items()


@pytest.mark.parametrize("installation", ["libcloud-3.9.1"], indirect=True)
def test_libcloud_sees_the_size_of_the_disk(s1: LibraryCaller, server: Server) -> None:
    image_id = inspected(server, "s1")

    shown = s1.call("get_image", image_id)

    assert shown["extra"]["size"] == DISK // 10**9
    assert s1.call("list_images") == [shown]


@pytest.mark.parametrize("installation", ["apypie-0.8.0"], indirect=True)
def test_apypie_shows_and_finds_what_was_found(f1: ForemanCaller, parents: Parents, server: Server) -> None:
    inspected(server, "f1", architecture="cv_x86_64")
    below = {"architecture_id": parents.x86_64}

    [found] = f1.do("images", "index", search="inspection_formats = qcow2", **below)["results"]

    assert found.items() >= {**FOUND, "virtual_size": DISK}.items()
    assert f1.do("images", "show", id=found["id"], **below) == found
    assert f1.do("images", "index", search="inspection_formats = raw", **below)["results"] == []


def test_qingcloud_and_devops_service_answer_what_was_found(server: Server) -> None:
    image_id = inspected(server, "t1")
    bearer = {"Authorization": f"Bearer {server.token('t1')}"}
    secret = basic(server.user("t1"), server.token("t1"))

    listed = server.request("t1", "GET", f"/v2/zone/ac1/images?images={image_id}", headers=bearer)
    shown = server.request("t1", "GET", f"/v3/image/{image_id}", headers=secret)

    assert [image["size"] for image in json.loads(listed.body)["images"]] == [DISK // GiB]
    assert json.loads(shown.body).items() >= {**FOUND, "virtual_size": DISK}.items()
