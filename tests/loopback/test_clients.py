"""The published clients, and our own commands, against the stack."""

import json
from pathlib import Path

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import Caller as HttpCaller
from tests.api import basic
from tests.dialects.glance_v1.sending import content
from tests.e2e.clients import Library, LibraryCaller, install, refusal, running_library
from tests.e2e.command_line.commands import CommandLine, id_in, told
from tests.e2e.foreman import ForemanCaller
from tests.e2e.glance import RAW, Caller, download_of
from tests.loopback.deployed import DeployedApi
from tests.loopback.stack import DOMAIN
from tests.reverse_proxy import running_proxy

pytestmark = pytest.mark.loopback

VOLUME = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"
SMALL, LARGE = 100_000, 12 * 2**20
"""Bytes that a function carries, and that go up in parts."""


@pytest.fixture
def secret(api: DeployedApi, owner: Principal) -> str:
    return api.world.identities.issue(owner)


@pytest.mark.parametrize("version", ["4.13.0", "2.8.1"])
def test_the_library_of_glance(api: DeployedApi, owner: Principal, secret: str, tmp_path: Path, version: str) -> None:
    installation, path = install("glanceclient", version), a_file(tmp_path, SMALL)
    with running_library(installation) as library:
        caller = Caller(library, api.stack.plain_url, secret, str(owner.tenant), installation)

        image = caller.send_file(path, "images.create", name="My Image", **RAW)
        found = caller.call("images.list", filters={"name": "My Image"})
        data = caller.call("images.data", image["id"])
        caller.call("images.delete", image["id"])

        assert [each["id"] for each in found] == [image["id"]]
        assert data == download_of(path)
        with refusal("HTTPNotFound"):
            caller.call("images.get", image["id"])


def test_the_command_of_glance(api: DeployedApi, owner: Principal, secret: str, tmp_path: Path) -> None:
    installation, path = install("glanceclient", "4.13.0"), a_file(tmp_path, SMALL)
    with running_library(installation) as library, path.open("rb") as data:
        caller = Caller(library, api.stack.plain_url, secret, str(owner.tenant), installation)

        words = ["--name", "typed", "--disk-format", "raw", "--container-format", "bare"]
        created = caller.glance("image-create", *words, data=data)
        listed = caller.glance("image-list")

    assert created.returncode == 0, created.stderr
    assert "typed" in listed.stdout
    assert str(SMALL) in listed.stdout


def test_the_scaleway_driver_of_libcloud(api: DeployedApi, owner: Principal, secret: str) -> None:
    with running_library(install("libcloud", "3.9.1")) as library:
        caller = scaleway_caller(library, api, owner, secret)

        created = caller.call("create_image", "my_image", arch="arm", volume=VOLUME)
        listed = caller.call("list_images")
        caller.call("delete_image", created["id"])

        assert listed == [created]
        assert caller.call("list_images") == []


def test_the_library_of_scaleway(api: DeployedApi, owner: Principal, secret: str) -> None:
    with running_library(install("scaleway_sdk", "1.15.0")) as library:
        caller = scaleway_caller(library, api, owner, secret)
        facts = {"organization": owner.tenant, "name": "my_image", "arch": "arm", "root_volume": VOLUME}

        made = caller.call("post", data=facts)["image"]

        assert caller.call("get", made["id"])["image"] == made


def test_the_library_of_foreman(api: DeployedApi, owner: Principal, secret: str, tmp_path: Path) -> None:
    above = {
        "compute_resource": a_parent(api, owner, secret, "compute_resource", name="cloud", provider="EC2", url="x"),
        "operatingsystem": a_parent(api, owner, secret, "operatingsystem", name="Linux", major="7"),
        "architecture": a_parent(api, owner, secret, "architecture", name="x86_64"),
    }
    front = running_proxy(("127.0.0.1", api.stack.emulator.port), host=DOMAIN)
    with front as url, running_library(install("apypie", "0.8.0")) as library:
        caller = ForemanCaller(library, url, secret, str(owner.tenant), owner.user, tmp_path / "cache")
        below = {"compute_resource_id": above.pop("compute_resource")}
        facts = {"name": "alpha", "username": "root", "uuid": "u1", **{f"{kind}_id": above[kind] for kind in above}}

        made = caller.do("images", "create", image=facts, **below)
        caller.do("images", "update", id=made["id"], image={"name": "beta"}, **below)
        listed = caller.do("images", "index", **below)

    assert [(image["id"], image["name"]) for image in listed["results"]] == [(made["id"], "beta")]


def test_the_commands_of_an_operator(api: DeployedApi, secret: str, tmp_path: Path) -> None:
    path, back = a_file(tmp_path, LARGE), tmp_path / "back.raw"
    operator = CommandLine(api.stack.plain_url, secret, tmp_path)

    uploaded = operator.run("image", "upload", path, "--part-size", "5M")
    shown = operator.json("image", "show", id_in(uploaded))
    downloaded = operator.run("image", "download", id_in(uploaded), "--output", back)

    assert uploaded.returncode == downloaded.returncode == 0, uploaded.stderr + downloaded.stderr
    assert (shown["status"], shown["checksum"]) == ("active", told(path)["md5"])
    assert back.read_bytes() == path.read_bytes()


def scaleway_caller(library: Library, api: DeployedApi, owner: Principal, secret: str) -> LibraryCaller:
    return LibraryCaller(library, api.stack.plain_url, secret, str(owner.tenant))


def a_parent(api: DeployedApi, owner: Principal, secret: str, kind: str, **facts: str) -> int:
    """The number of something that images of Foreman are below."""
    caller = HttpCaller(api, {**basic(owner.user, secret), "Content-Type": "application/json"})
    answer = caller.post(f"/api/{kind}s", body=json.dumps({kind: facts}).encode())
    assert answer.status == 201, answer.text
    number: int = answer.json["id"]
    return number


def a_file(folder: Path, size: int) -> Path:
    path = folder / "image.raw"
    path.write_bytes(content(size))
    return path
