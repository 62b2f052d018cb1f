"""Moving in: everything from one server into another, by the command as an operator runs it."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from rosetta.http import Service
from tests.api import basic
from tests.e2e.server import Server, as_sent, running_server
from tests.processes import ROOT

pytestmark = pytest.mark.e2e

Document = dict[str, Any]
MEGABYTE = 1 << 20
MANY = 200
"""Images: more than the command lists at a time."""
PATIENCE = 300
"""Seconds after which an import counts as hanging, on a machine that is busy with other things too."""
LOOK = 0.25
"""Seconds between two looks at how far an import is: each costs the server what several images do."""
NEW_EACH_TIME = {"created_at", "updated_at"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("source")) as server:
        yield server


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Takes no more than 1 MiB inline, as one that is deployed takes 4 MiB."""
    with running_server(tmp_path_factory.mktemp("target"), MAX_INLINE_BYTES=str(MEGABYTE)) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(source: Server, target: Server) -> None:
    """Both begin without images."""
    for server in (source, target):
        server.forget_images()


class Command:
    """The command from one server into another as a principal that both know."""

    def __init__(self, source: Server, target: Server, dialect: str, principal: str, *options: str) -> None:
        self._words = ["import", "--from", dialect, source.url, *options]
        self._environ = {
            "PATH": os.environ["PATH"],
            "ROSETTA_URL": target.url,
            "ROSETTA_TOKEN": target.token(principal),
            "ROSETTA_USER": target.user(principal),
            "SOURCE_TOKEN": source.token(principal),
            "SOURCE_PASSWORD": source.token(principal),
            "SOURCE_USER": source.user(principal),
        }

    def start(self) -> "subprocess.Popen[str]":
        """Run it in the background."""
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "rosetta", *self._words]
        return subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=pipe, stderr=pipe, text=True)  # noqa: S603  # our own

    def run(self) -> tuple[int, tuple[int, ...]]:
        """Run it to its end; returns its exit status and how many images were copied, skipped and refused."""
        process = self.start()
        stdout, stderr = process.communicate(timeout=PATIENCE)
        assert stdout, stderr
        return process.returncode, totals(stdout)


def totals(stdout: str) -> tuple[int, ...]:
    return tuple(map(int, stdout.splitlines()[-1].split()))[:-1]


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def add_image(server: Server, principal: str, content: bytes, **fields: str) -> str:
    """An image with its bytes; fields are named as in headers, a property by `property-` and its name."""
    given = {"disk_format": "raw", "container_format": "bare", "size": str(len(content)), **fields}
    headers = {f"x-image-meta-{name}": quote(value, safe="/~:") for name, value in given.items()}
    headers |= {"Content-Type": "application/octet-stream", "Accept": "application/json"}
    answer = server.request(principal, "POST", "/v1/images", content, headers)
    assert answer.status == 202, answer.body
    image_id: str = json.loads(answer.body)["image"]["id"]
    return image_id


def share(server: Server, principal: str, image_id: str, members: Mapping[str, bool]) -> None:
    rows = [{"member_id": member, "can_share": can_share} for member, can_share in members.items()]
    body = json.dumps({"memberships": rows}).encode()
    assert server.request(principal, "PUT", f"/v1/images/{image_id}/members", body, JSON).status == 204


def members(server: Server, image_id: str) -> dict[str, bool]:
    answer = server.request("admin", "GET", f"/v1/images/{image_id}/members")
    return {row["member_id"]: row["can_share"] for row in json.loads(answer.body)["members"]}


def everything(server: Server) -> dict[str, Document]:
    """All that there is to know of all images, bytes and members included, by id; an id that is listed twice fails."""
    images = server.images("admin")
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda image: members(server, image["id"]), images))
        digests = list(pool.map(lambda image: content_md5(server, image["id"]), images))
    facts = [{name: value for name, value in as_sent(image).items() if name not in NEW_EACH_TIME} for image in images]
    found = {
        each["id"]: {**each, "members": member, "md5": digest}
        for each, member, digest in zip(facts, shared, digests, strict=True)
    }
    assert len(found) == len(images)
    return found


def content_md5(server: Server, image_id: str, path: str = "/v1/images/{}") -> str:
    """The MD5 of the bytes that a client downloads, from wherever the server says."""
    service = Service(server.url, {"X-Auth-Token": server.token("admin")})
    with service.stream(path.format(image_id)) as response:
        return md5(response.read())


def count_reaches(server: Server, number: int, process: "subprocess.Popen[str]") -> None:
    """Wait until a server has `number` active images, while a process is running."""
    deadline = time.monotonic() + PATIENCE
    while sum(image["status"] == "active" for image in server.images("admin")) < number:
        assert process.poll() is None, "it has ended already"
        assert time.monotonic() < deadline, "it makes no progress"
        time.sleep(LOOK)


def test_an_upload_that_was_begun_is_gone_on_with(source: Server, target: Server) -> None:
    content = random.Random(1).randbytes(18 * MEGABYTE)  # noqa: S311  # any bytes
    image_id = add_image(source, "t1", content)
    declared = {"id": image_id, "size": str(len(content)), "disk_format": "raw", "container_format": "bare"}
    target.request("t1", "POST", "/v1/images", b"", {f"x-image-meta-{name}": text for name, text in declared.items()})
    begin_upload(target, "t1", image_id, content)
    before = len(target.answered())

    done = Command(source, target, "glance-v1", "t1").run()

    assert done == (0, (1, 0, 0))
    requests = [(line["method"], line["route"]) for line in target.answered()[before:]]
    assert requests.count(("POST", "/v1/images/{image_id}/uploads")) == 0
    assert requests.count(("POST", "/v1/images/{image_id}/uploads/{upload_id}/links")) == 1
    assert everything(target)[image_id]["md5"] == md5(content)


def begin_upload(server: Server, principal: str, image_id: str, content: bytes) -> None:
    """Begin a direct upload, and send the first of its parts."""
    body = json.dumps({"size": len(content)}).encode()
    answer = server.request(principal, "POST", f"/v1/images/{image_id}/uploads", body, JSON)
    upload = json.loads(answer.body)["upload"]
    part = content[: upload["part_size"]]
    with server.s3() as s3:
        [found] = s3.list_multipart_uploads(Bucket="rosetta-images")["Uploads"]
        s3.upload_part(Bucket="rosetta-images", Key=found["Key"], UploadId=found["UploadId"], PartNumber=1, Body=part)


def test_an_image_that_the_target_does_not_take_inline_is_sent_in_parts(source: Server, target: Server) -> None:
    content = random.Random(2).randbytes(2 * MEGABYTE)  # noqa: S311  # any bytes
    image_id = add_image(source, "t1", content)

    done = Command(source, target, "glance-v1", "t1").run()

    assert done == (0, (1, 0, 0))
    assert everything(target)[image_id] == everything(source)[image_id]


def test_images_of_v2_move_in(source: Server, target: Server) -> None:
    images: list[Document] = [
        {"owner": "t1", "visibility": "shared", "tags": ["b", "zwei Worte"], "Some Thing": "grün", "protected": True},
        {"owner": "t2", "visibility": "community", "os_hidden": True, "min_disk": 2},
        {"owner": "t2", "visibility": "private", "name": None, "os_distro": "debian"},
        {"owner": "ops", "visibility": "public", "os_hidden": True},
        {"owner": "t1", "visibility": "community"},
    ]
    ids = [add_image_of_v2(source, number, **image) for number, image in enumerate(images)]
    for tenant in ("t2", "t3"):
        assert source.request("admin", "POST", f"/v2/images/{ids[0]}/members", as_json(member=tenant)).status == 200
    accepted = as_json(status="accepted")
    assert source.request("t2", "PUT", f"/v2/images/{ids[0]}/members/t2", accepted).status == 200
    assert source.request("admin", "POST", f"/v2/images/{ids[1]}/actions/deactivate").status == 204
    command = Command(source, target, "glance-v2", "admin", "--all-tenants")

    assert [command.run(), command.run()] == [(0, (5, 0, 0)), (0, (0, 5, 0))]

    for image_id in ids:
        assert said_of_v2(target, image_id) == said_of_v2(source, image_id)
        assert content_md5(target, image_id, "/v2/images/{}/file") == content_md5(
            source, image_id, "/v2/images/{}/file"
        )


def add_image_of_v2(server: Server, number: int, **fields: Any) -> str:
    """Add an image with bytes; the last images are larger than the target accepts inline."""
    told = {"name": f"image {number}", "disk_format": "raw", "container_format": "bare", **fields}
    image_id: str = json.loads(server.request("admin", "POST", "/v2/images", as_json(**told)).body)["id"]
    content = random.Random(number).randbytes(number * MEGABYTE // 2)  # noqa: S311  # any bytes
    octets = {"Content-Type": "application/octet-stream"}
    assert server.request("admin", "PUT", f"/v2/images/{image_id}/file", content, octets).status == 204
    return image_id


def said_of_v2(server: Server, image_id: str) -> Document:
    """An image and its members, but for times."""
    image: Document = json.loads(server.request("admin", "GET", f"/v2/images/{image_id}").body)
    rows = json.loads(server.request("admin", "GET", f"/v2/images/{image_id}/members").body).get("members", [])
    facts = {name: value for name, value in as_sent(image).items() if name not in NEW_EACH_TIME}
    return {**facts, "members": {row["member_id"]: row["status"] for row in rows}}


def as_json(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_scaleway_s_images_move_in(source: Server, target: Server) -> None:
    organization = source.tenant("s1")
    script = {"id": str(UUID(int=5)), "title": "3.19"}
    image = {"organization": organization, "name": "web", "arch": "arm", "root_volume": str(UUID(int=6))}
    for document in (
        image | {"public": True},
        image | {"default_bootscript": script, "extra_volumes": {"1": {"id": "00000000-0000-0000-0000-000000000007"}}},
    ):
        assert source.request("s1", "POST", "/images", json.dumps(document).encode()).status == 201
    command = Command(source, target, "scaleway", "s1")

    assert [command.run(), command.run()] == [(0, (2, 0, 0)), (0, (0, 2, 0))]

    kept = ("id", "name", "arch", "organization", "public", "extra_volumes", "default_bootscript")
    found, wanted = (json.loads(server.request("s1", "GET", "/images").body)["images"] for server in (target, source))
    by_id = [{each["id"]: {name: each[name] for name in kept} for each in images} for images in (found, wanted)]
    assert by_id[0] == by_id[1]


def test_foreman_s_images_move_in(source: Server, target: Server) -> None:
    credentials = basic_json(source, "f1")
    parents: dict[str, Document] = {
        "compute_resource": {"name": "import-cloud", "provider": "EC2", "url": "eu"},
        "operatingsystem": {"name": "CentOS", "major": "7", "minor": "9"},
        "architecture": {"name": "x86_64"},
    }
    numbers = {}
    for kind, facts in parents.items():
        answer = source.request("f1", "POST", f"/api/{kind}s", json.dumps({kind: facts}).encode(), credentials)
        numbers[f"{kind}_id"] = json.loads(answer.body)["id"]
    path = f"/api/compute_resources/{numbers['compute_resource_id']}/images"
    for number in range(3):
        image = {"name": f"i{number}", "username": "root", "uuid": f"ami-{number}", "user_data": True, **numbers}
        assert source.request("f1", "POST", path, json.dumps({"image": image}).encode(), credentials).status == 201
    command = Command(source, target, "foreman", "f1")

    assert [command.run(), command.run()] == [(0, (3, 0, 0)), (0, (0, 3, 0))]

    path = "/api/architectures/x86_64/images?order=name"
    answer = target.request("f1", "GET", path, headers=basic_json(target, "f1"))
    shown = ("name", "uuid", "user_data", "compute_resource_name", "operatingsystem_name")
    assert [tuple(each[name] for name in shown) for each in json.loads(answer.body)["results"]] == [
        (f"i{number}", f"ami-{number}", True, "import-cloud", "CentOS 7.9") for number in range(3)
    ]


def test_devops_service_s_images_move_in(source: Server, target: Server) -> None:
    records = [
        {"id": "ami-83e4bcea", "provider": "ec2", "remote_user": "centos", "name": "centos 7"},
        {"id": "a:b+c", "provider": "static", "remote_user": "root", "name": "", "bootstrap_template": "t"},
    ]
    for record in records:
        assert (
            source.request("t1", "POST", "/v3/image", json.dumps(record).encode(), basic_json(source, "t1")).status
            == 200
        )
    command = Command(source, target, "devops-service", "t1")

    assert [command.run(), command.run()] == [(0, (2, 0, 0)), (0, (0, 2, 0))]

    found = json.loads(target.request("t1", "GET", "/v3/images", headers=basic_json(target, "t1")).body)
    assert found == sorted(records, key=lambda record: record["id"])


def basic_json(server: Server, principal: str) -> dict[str, str]:
    return {**basic(server.user(principal), server.token(principal)), **JSON}


def make_many(server: Server) -> None:
    """Images of several tenants, all different; two of them are larger than 5 MiB."""
    chance = random.Random(7)  # noqa: S311  # the same images every time
    sizes = [chance.choice([1, 7, 512, 5000, chance.randrange(300_000)]) for _ in range(MANY - 2)]

    def make(number: int, size: int, seed: int) -> None:
        fields = {
            "name": f"Image № {number}",
            "owner": f"tenant-{number % 5}",
            "is_public": str(number % 3 == 0),
            "protected": str(number % 11 == 0),
            "min_disk": str(number % 4),
            "min_ram": str(number),
            "property-purpose": f"grün & {number}",
            **({"property-os_distro": "centos"} if number % 2 else {}),
        }
        image_id = add_image(server, "admin", random.Random(seed).randbytes(size), **fields)  # noqa: S311  # as above
        if number % 4:
            share(server, "admin", image_id, {f"member-{n}": n % 2 == 0 for n in range(number % 4)})

    with ThreadPoolExecutor(4) as pool:
        work = enumerate([*sizes, 6 * MEGABYTE, 17 * MEGABYTE])
        list(pool.map(lambda each: make(each[0], each[1], each[0]), work))


def test_an_import_that_is_killed_twice_brings_everything_once(source: Server, target: Server) -> None:
    make_many(source)
    command = Command(source, target, "glance-v1", "admin", "--all-tenants")

    killed = command.start()
    count_reaches(target, MANY // 4, killed)
    killed.kill()
    killed.communicate()
    after_kill = len(target.images("admin"))

    stopped = command.start()
    count_reaches(target, MANY // 2, stopped)
    stopped.send_signal(signal.SIGINT)
    told, said = stopped.communicate(timeout=PATIENCE)
    after_stop = len(target.images("admin"))

    completed, again = command.run(), command.run()

    assert (killed.returncode, stopped.returncode) == (-signal.SIGKILL, 130)
    assert MANY // 4 <= after_kill < after_stop < MANY
    assert "COPIED" in told
    assert "Traceback" not in said
    assert (completed[0], sum(completed[1]), completed[1][2]) == (0, MANY, 0)
    assert again == (0, (0, MANY, 0))
    found = everything(target)
    assert len(found) == MANY
    assert found == everything(source)
    assert {image["md5"] for image in found.values()} == {image["checksum"] for image in found.values()}
