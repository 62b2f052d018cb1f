"""Images whose bytes the worker has looked at: what it found is kept, and where the operator wants it decides."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Changes, Inspecting, Status
from chalicelib.catalog.job import JobStatus
from tests.api import a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, SMALL, content
from tests.jobs import disks
from tests.jobs.arriving import KILLED, MADE, Left, catalog_of, completed, copying, image_of, left, steps
from tests.jobs.jobs import Stage

GIGABYTE = 1 << 30
Facts = dict[str, Any]
QCOW2: Changes = {"disk_format": "qcow2"}
BACKED = disks.qcow2(backing=512)
UNSAFE = {"formats": ["qcow2"], "findings": ["backing_file"]}


def with_setting(make_api: MakeApi, aws: Aws, inspection: str) -> Stage:
    return Stage(make_api(INSPECTION=inspection), aws)


def test_an_upload_has_the_virtual_size_that_was_found(stage: Stage) -> None:
    job = completed(stage, disks.qcow2(), QCOW2)

    steps(stage)

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert (image.virtual_size, image.inspection) == (GIGABYTE, {"formats": ["qcow2"]})


@pytest.mark.parametrize("size", [12 * MEGABYTE, 10 * MEGABYTE], ids=["in three slices", "the last with nothing else"])
def test_an_upload_is_inspected_that_is_read_slice_by_slice(sliced: Stage, size: int) -> None:
    job = completed(sliced, content(size) + disks.vhd(size, 2), {"disk_format": "vhd"})

    assert steps(sliced) > 2

    image = image_of(sliced, job)
    assert (image.virtual_size, image.inspection) == (size, {"formats": ["vhd"]})


def test_a_copy_is_inspected(stage: Stage) -> None:
    source = stage.api.put_elsewhere("disk.qcow2", disks.qcow2())
    job = copying(stage, source, QCOW2)

    steps(stage)

    assert image_of(stage, job).virtual_size == GIGABYTE


def test_a_virtual_size_that_was_declared_stays_where_none_is_found(stage: Stage) -> None:
    job = completed(stage, b"\x1f\x8b\x08", {"virtual_size": 5, "disk_format": "ami"})

    steps(stage)

    image = image_of(stage, job)
    assert (image.virtual_size, image.inspection) == (5, {"compression": "gzip"})


def test_an_image_is_active_though_it_is_unsafe_and_says_so(make_api: MakeApi, aws: Aws) -> None:
    stage = with_setting(make_api, aws, "record")
    job = completed(stage, BACKED)

    steps(stage)

    assert left(stage, job) == MADE
    assert image_of(stage, job).inspection == UNSAFE


def test_nothing_is_inspected_if_the_operator_does_not_want_it(make_api: MakeApi, aws: Aws) -> None:
    stage = with_setting(make_api, aws, "off")
    job = completed(stage, BACKED)

    steps(stage)

    image = image_of(stage, job)
    assert left(stage, job) == MADE
    assert (image.virtual_size, image.inspection) == (None, None)


@pytest.mark.parametrize(
    ("data", "declared", "reason"),
    [
        (BACKED, "qcow2", "The image is unsafe: it needs a backing file, which is not part of it."),
        (disks.qcow2(), "raw", "The image is qcow2, not raw."),
    ],
    ids=["unsafe", "something else"],
)
def test_an_image_is_killed_with_a_reason_if_the_operator_wants_it(
    make_api: MakeApi, aws: Aws, data: bytes, declared: str, reason: str
) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, data, {"disk_format": declared})

    steps(stage)

    assert left(stage, job) == KILLED
    assert (image_of(stage, job).status_reason or "").startswith(reason)
    assert stage.stored(job).info.startswith(reason)


def test_an_image_is_killed_that_promises_to_fit_on_a_smaller_disk(make_api: MakeApi, aws: Aws) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, disks.qcow2(GIGABYTE + 1), {**QCOW2, "min_disk": 1})

    steps(stage)

    reason = "The disk of the image has 2 GB, but its min_disk is 1. Declare at least 2, or 0 for no minimum"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == reason


@pytest.mark.parametrize("min_disk", [0, 1, 2])
def test_an_image_is_active_that_fits_on_the_disk_that_it_promises(make_api: MakeApi, aws: Aws, min_disk: int) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, disks.qcow2(), {**QCOW2, "min_disk": min_disk})

    steps(stage)

    assert left(stage, job) == MADE


def test_a_retriable_image_is_queued_again(make_api: MakeApi, aws: Aws) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, BACKED)
    image = image_of(stage, job)
    stage.api.world.images.save(image, replace(image, retriable=True))

    steps(stage)

    assert left(stage, job) == Left(JobStatus.FAILED, Status.QUEUED)


def test_an_image_is_active_that_is_what_was_declared(make_api: MakeApi, aws: Aws) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, SMALL)

    steps(stage)

    assert left(stage, job) == MADE


@pytest.mark.parametrize(
    ("deployments", "facts", "outcome", "looked"),
    [
        ("enforce", {"inspecting": Inspecting.OFF}, MADE, False),
        ("enforce", {"inspecting": Inspecting.RECORD}, MADE, True),
        ("off", {"inspecting": Inspecting.ENFORCE}, KILLED, False),
        ("enforce", {"allowed": True}, MADE, True),
        ("record", {"inspecting": Inspecting.ENFORCE, "allowed": True}, MADE, True),
    ],
    ids=["not looked at", "only shown", "stricter", "let through", "let through all the same"],
)
def test_what_was_decided_for_the_image_goes_before_what_the_operator_wants(
    make_api: MakeApi, aws: Aws, deployments: str, facts: Facts, outcome: Left, looked: bool
) -> None:
    stage = with_setting(make_api, aws, deployments)
    job = completed(stage, BACKED, QCOW2)
    image = image_of(stage, job)
    stage.api.world.images.save(image, replace(image, **facts))

    steps(stage)

    assert left(stage, job) == outcome
    assert (image_of(stage, job).inspection is not None) is looked


@pytest.mark.parametrize("allowed", [False, True], ids=["renamed", "let through"])
def test_an_image_is_not_killed_that_was_let_through_while_its_bytes_were_looked_at(
    make_api: MakeApi, aws: Aws, *, allowed: bool
) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, BACKED, QCOW2)
    admin = stage.api.world.catalog(a_caller("ops", "admin"))

    def act() -> None:
        _ = admin.allow(job.images[0]) if allowed else admin.update(job.images[0], lambda _: {"name": "another"})

    with stage.api.on_s3("GetObject", act):
        stage.deliver(job)
    steps(stage)

    assert left(stage, job) == (MADE if allowed else KILLED)
    assert image_of(stage, job).inspection == (UNSAFE if allowed else None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"disk_format": "raw"}, "The image is qcow2, not raw"),
        ({"min_disk": 1, "disk_format": "qcow2"}, "The disk of the image has 2 GB, but its min_disk is 1"),
    ],
    ids=["another format", "a smaller disk"],
)
def test_what_is_declared_while_the_worker_looks_decides(
    make_api: MakeApi, aws: Aws, change: Changes, reason: str
) -> None:
    stage = with_setting(make_api, aws, "enforce")
    job = completed(stage, disks.qcow2(2 * GIGABYTE), QCOW2)

    with stage.once("before-call.s3.GetObject", lambda: catalog_of(stage).update(job.images[0], lambda _: change)):
        steps(stage)

    assert left(stage, job) == KILLED
    assert (image_of(stage, job).status_reason or "").startswith(reason)
