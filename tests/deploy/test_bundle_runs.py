"""The bundle runs by itself: an unpacked one does what each function has to do, and nothing else can be imported."""

import io
import platform
import re
import sysconfig
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.bootstrap import Aws
from deploy.bundle import describes, worker_bundle
from local.aws import moto_server
from tests.api import ORDINARY, Caller, a_caller
from tests.conformance.clients import CLIENTS, Client, Facts, Qingcloud
from tests.conftest import MakeApi
from tests.deploy.bundled import BundledApi, Functions, started
from tests.deploy.files import ROOT
from tests.dialects.glance_v1.glance import DELETE_OK, RAW, create
from tests.dialects.glance_v1.sending import SMALL, abort, begin, complete, multiparts, send_all
from tests.dialects.glance_v2.glance import patch
from tests.jobs.disks import qcow2
from tests.jobs.signing import holder, signed
from tests.openapi.checking import DIALECT_OF

OWNER = a_caller("1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11", *ORDINARY, "publicize_image", user="owner")


@pytest.fixture(scope="module")
def task(packed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(packed, tmp_path_factory.mktemp("task"))


@pytest.fixture(scope="module")
def worker_task(packed_worker: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(packed_worker, tmp_path_factory.mktemp("worker"))


def unpacked(packed: bytes, folder: Path) -> Path:
    """A bundle, unpacked; of modules that have bytecode nothing but that has anything in it."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    for source in folder.rglob("*.py"):
        if not describes(source.relative_to(folder).as_posix()):
            source.write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def functions(aws: Aws, endpoint: str, task: Path) -> Iterator[Functions]:
    with started(task, endpoint, PENDING_DELETE_HOURS="0") as running:
        yield running


@pytest.fixture(scope="module")
def working(aws: Aws, endpoint: str, worker_task: Path) -> Iterator[Functions]:
    with started(worker_task, endpoint, PENDING_DELETE_HOURS="0") as running:
        yield running


@pytest.fixture
def bundled(make_api: MakeApi, aws: Aws, functions: Functions, working: Functions) -> BundledApi:
    make_api()
    return BundledApi(aws, functions, working)


@pytest.fixture
def owner(bundled: BundledApi) -> Caller:
    return bundled.caller("t1")


def test_nothing_is_imported_but_the_bundle_and_what_python_has(functions: Functions, task: Path) -> None:
    ours = {str(task)} | {sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib")}

    wrong = {
        name: file
        for name, file in functions.modules.items()
        if name != "__main__" and ("site-packages" in file or not any(file.startswith(place) for place in ours))
    }

    assert wrong == {}
    assert functions.modules["app"] == str(task / "app.py")


@pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])
def test_an_image_is_registered_and_shown(bundled: BundledApi, speaking: type[Client]) -> None:
    client = speaking(bundled, OWNER)

    image_id = client.registered(Facts(name="from the bundle"))

    client.check(client.record(client.show(image_id)))


def test_the_description_and_its_page_are_served(owner: Caller) -> None:
    document, page = owner.get("/openapi.json"), owner.get("/docs")

    others = {"health", "keystone"}
    served = {DIALECT_OF[tag["name"]] for tag in document.json["tags"]}
    assert served == {*others, *(client.dialect for client in CLIENTS)}
    assert page.text.startswith("<!doctype html>")


def test_the_console_is_served(owner: Caller) -> None:
    page = owner.get("/console").text
    [script] = re.findall(r'src="([^"]+)"', page)

    assert owner.get(f"/{script}").headers["content-type"].startswith("text/javascript")
    assert owner.get("/console/caller").json["tenant"] == "t1"


def test_bytes_come_in_and_go_out(bundled: BundledApi, owner: Caller) -> None:
    image = create(owner, data=b"bytes")["id"]
    before = bundled.stored()

    content = owner.get(f"/v1/images/{image}").body
    deleted = owner.delete(f"/v1/images/{image}")

    assert (content, deleted.status, len(before), bundled.stored()) == (b"bytes", DELETE_OK, 1, [])


def test_an_image_is_uploaded_in_parts(bundled: BundledApi, owner: Caller) -> None:
    begun = begin(owner, SMALL)
    parts = send_all(begun, SMALL)

    completed = complete(owner, begun, parts)
    bundled.work()

    assert completed.status < 300, completed.text
    assert owner.head(f"/v1/images/{begun['image_id']}").headers["x-image-meta-status"] == "active"


def test_an_image_is_inspected_by_the_worker(bundled: BundledApi, owner: Caller) -> None:
    source = bundled.put_elsewhere("disk.qcow2", qcow2(virtual_size := 1 << 30))
    image = create(owner, {**RAW, "x-image-meta-disk_format": "qcow2", "x-glance-api-copy-from": source})["id"]

    bundled.work()

    shown = owner.get(f"/v2/images/{image}").json
    assert (shown["virtual_size"], shown["inspection_formats"]) == (virtual_size, "qcow2")


def test_a_signature_is_verified_by_a_worker_for_this_processor(
    bundled: BundledApi, owner: Caller, aws: Aws, endpoint: str, functions: Functions, tmp_path: Path
) -> None:
    packed = worker_bundle(ROOT, platform.machine())
    begun, now = begin(owner, SMALL), datetime.now(UTC)
    by = holder(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    change = [{"op": "add", "path": f"/{name}", "value": value} for name, value in signed(SMALL, by).items()]
    patched = patch(owner, {"id": begun["image_id"]}, change)
    complete(owner, begun, send_all(begun, SMALL))

    with started(unpacked(packed, tmp_path), endpoint) as working:
        BundledApi(aws, functions, working).work()

    assert patched.status == 200, patched.text
    assert owner.get(f"/v2/images/{begun['image_id']}").json["inspection_signature"] == "untrusted"


def test_an_upload_is_given_up(bundled: BundledApi, owner: Caller) -> None:
    begun = begin(owner, SMALL)

    aborted = abort(owner, begun)

    assert aborted.status < 300, aborted.text
    assert multiparts(bundled) == []


def test_an_image_is_copied_by_the_worker(bundled: BundledApi, owner: Caller) -> None:
    source = bundled.put_elsewhere("disk.raw", SMALL)
    image = create(owner, {**RAW, "x-glance-api-copy-from": source})["id"]

    bundled.work()

    assert owner.get(f"/v1/images/{image}").body == SMALL


def test_what_was_captured_is_removed_by_the_sweep(bundled: BundledApi, aws: Aws) -> None:
    captured = Qingcloud(bundled, OWNER)
    before = images(aws)
    image_id = captured.registered(Facts(name="to be removed"))
    made = images(aws) - before

    captured.delete(image_id)
    bundled.work()
    bundled.sweep()

    assert len(made) == 1
    assert images(aws) == before


def images(aws: Aws) -> set[str]:
    """The ids of all that was captured."""
    return {image["ImageId"] for image in aws.ec2(None).describe_images(Owners=["self"])["Images"]}
