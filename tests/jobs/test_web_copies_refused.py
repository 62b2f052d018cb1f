"""Copies from web servers that break off, change, grow or lead elsewhere."""

import socket

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import SourceNotFound, SourceRefused
from chalicelib.catalog.image import Changes
from chalicelib.catalog.job import Job
from chalicelib.jobs import copies
from chalicelib.jobs import slice as slices
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content
from tests.jobs.arriving import (
    DELETED,
    KILLED,
    MADE,
    again,
    catalog_of,
    content_of,
    copying,
    image_of,
    left,
    sweep,
    trusting,
)
from tests.jobs.jobs import LEASE, Stage
from tests.storage.web import File, Resolver, Web

DATA = content(12 * MEGABYTE)
OTHER = '"2-def"'


@pytest.fixture
def stage(stage: Stage) -> Stage:
    return trusting(stage)


def deliver_to_the_last(stage: Stage, job: Job) -> None:
    for receipts in range(1, MAX_RECEIPTS + 1):
        stage.deliver(job, receipts=receipts)
        stage.api.clock.advance(LEASE)


def test_a_server_that_is_too_slow_kills_the_image(stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    job = copying(stage, web.keep("/disk.raw", File(DATA)))
    monkeypatch.setattr(slices, "SECONDS", -1)

    stage.deliver(job)

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == "its server is too slow"


def test_a_file_of_too_many_parts_kills_the_image(sliced: Stage, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MAX_PARTS", 1)
    job = copying(sliced, web.keep("/disk.raw", File(DATA)))

    again(sliced, job, 2)

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "it has too many parts"


def test_a_server_without_parts_may_have_small_files(sliced: Stage, web: Web) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA[: PART - 1], parts=False)))

    sliced.api.work()

    assert left(sliced, job) == MADE


def test_a_server_without_parts_has_no_large_files(sliced: Stage, web: Web) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA, parts=False)))

    sliced.api.work()

    assert left(sliced, job) == KILLED
    assert "its server has to support Range requests" in (image_of(sliced, job).status_reason or "")


def test_a_file_that_changes_between_slices_kills_the_image(sliced: Stage, web: Web) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA)))
    sliced.deliver(job)
    web.keep("/disk.raw", File(DATA[::-1], OTHER))

    sliced.api.work()

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == "Invalid location: it was changed while it was being copied"


@pytest.mark.parametrize(("status", "reason"), [(404, "nothing was found there"), (403, "its server answers 403")])
def test_a_file_that_is_gone_between_slices_kills_the_image(sliced: Stage, web: Web, status: int, reason: str) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA)))
    sliced.deliver(job)
    del web.files["/disk.raw"]
    web.answer("/disk.raw", status, {"Content-Length": "0"}, b"")

    sliced.api.work()

    assert left(sliced, job) == KILLED
    assert image_of(sliced, job).status_reason == f"Invalid location: {reason}"


@pytest.mark.parametrize("delivered", [0, 1], ids=["at once", "later"])
def test_a_server_that_breaks_off_is_asked_again(sliced: Stage, web: Web, delivered: int) -> None:
    file = File(DATA[: 7 * MEGABYTE])
    job = copying(sliced, web.keep("/disk.raw", file))
    for _ in range(delivered):
        sliced.deliver(job)
    file.breaks = 1

    failed = sliced.deliver(job)
    again(sliced, job)

    assert failed == [job.id]
    assert left(sliced, job) == MADE
    assert content_of(sliced, job) == file.content


def test_what_came_before_a_server_broke_off_is_kept(stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "FETCHED_PART", PART)
    job = copying(stage, web.keep("/disk.raw", File(DATA, breaks=1)))

    failed = stage.deliver(job)
    done = int(stage.stored(job).facts["done"])
    stage.api.work()

    assert (failed, PART <= done <= PART + MEGABYTE) == ([], True)
    assert web.ranges[-1] == f"bytes={done}-"
    assert left(stage, job) == MADE
    assert content_of(stage, job) == DATA


def test_a_server_that_always_breaks_off_fails_the_copy(stage: Stage, web: Web) -> None:
    job = copying(stage, web.keep("/disk.raw", File(SMALL, breaks=MAX_RECEIPTS)))

    deliver_to_the_last(stage, job)

    reason = "it failed 5 times; the last error: Invalid location: its server "
    assert left(stage, job) == KILLED
    assert stage.stored(job).info.startswith(reason)
    assert image_of(stage, job).status_reason == stage.stored(job).info


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_busy_is_asked_again(stage: Stage, web: Web, status: int) -> None:
    job = copying(stage, web.keep("/disk.raw", File(SMALL)))
    file = web.files.pop("/disk.raw")
    web.answer("/disk.raw", status, {"Content-Length": "0"}, b"")

    failed = stage.deliver(job)
    web.keep("/disk.raw", file)
    again(stage, job)

    assert failed == [job.id]
    assert left(stage, job) == MADE


@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "without a length"])
def test_a_file_that_grows_beyond_the_cap_kills_the_image(
    make_api: MakeApi, aws: Aws, web: Web, announced: bool
) -> None:
    stage = trusting(Stage(make_api(IMAGE_SIZE_CAP=str(len(SMALL))), aws))
    job = copying(stage, web.keep("/disk.raw", File(SMALL, announced=announced)))
    web.keep("/disk.raw", File(SMALL * 2, announced=announced))

    stage.api.work()

    reason = f"Denying attempt to upload image larger than {len(SMALL)} bytes: {len(SMALL) * 2}"
    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == stage.stored(job).info == reason


def test_a_file_that_says_it_has_grown_beyond_the_cap_is_not_read(make_api: MakeApi, aws: Aws, web: Web) -> None:
    cap = MEGABYTE
    stage = trusting(Stage(make_api(IMAGE_SIZE_CAP=str(cap)), aws))
    job = copying(stage, web.keep("/disk.raw", File(SMALL)))
    web.keep("/disk.raw", File(DATA))

    stage.api.work()

    assert left(stage, job) == KILLED
    assert stage.stored(job).info == f"Denying attempt to upload image larger than {cap} bytes: {len(DATA)}"


def test_a_file_of_unknown_length_is_read_no_further_than_the_cap(make_api: MakeApi, aws: Aws, web: Web) -> None:
    stage = trusting(Stage(make_api(IMAGE_SIZE_CAP=str(2 * MEGABYTE)), aws))
    job = copying(stage, web.keep("/disk.raw", File(DATA, announced=False)))

    stage.api.work()

    assert left(stage, job) == KILLED
    assert "larger than 2097152 bytes" in (image_of(stage, job).status_reason or "")


def test_the_cap_counts_all_parts_of_a_file_of_unknown_length(
    make_api: MakeApi, aws: Aws, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "FETCHED_PART", PART)
    cap = PART + MEGABYTE
    stage = trusting(Stage(make_api(IMAGE_SIZE_CAP=str(cap)), aws))
    job = copying(stage, web.keep("/disk.raw", File(DATA, announced=False)))

    stage.api.work()

    reason = image_of(stage, job).status_reason or ""
    said, _, came = reason.rpartition(": ")
    assert left(stage, job) == KILLED
    assert said == f"Denying attempt to upload image larger than {cap} bytes"
    assert cap < int(came) < len(DATA)


def test_a_wrong_checksum_kills_the_image(stage: Stage, web: Web) -> None:
    declared: Changes = {"checksum": "0" * 32}
    job = copying(stage, web.keep("/disk.raw", File(SMALL)), declared)

    stage.api.work()

    assert left(stage, job) == KILLED
    assert "did not match the checksum" in (image_of(stage, job).status_reason or "")


def test_a_wrong_size_of_a_file_of_unknown_length_kills_the_image(stage: Stage, web: Web) -> None:
    declared: Changes = {"size": 1}
    job = copying(stage, web.keep("/disk.raw", File(SMALL, announced=False)), declared)

    stage.api.work()

    assert left(stage, job) == KILLED
    assert "did not match the size" in (image_of(stage, job).status_reason or "")


@pytest.mark.parametrize("delivered", [0, 1, 4])
def test_of_an_image_that_is_deleted_while_it_is_copied_nothing_is_left(
    sliced: Stage, web: Web, delivered: int
) -> None:
    job = copying(sliced, web.keep("/disk.raw", File(DATA)))
    for _ in range(delivered):
        sliced.deliver(job)
    catalog_of(sliced).delete(job.images[0])

    again(sliced, job)
    sweep(sliced)

    assert left(sliced, job) == DELETED
    assert sliced.stored(job).info == "the image was deleted meanwhile"


def test_a_name_that_has_become_private_kills_the_image(
    stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver({"files.example": ["127.0.0.1"]})
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    trusting(stage, lambda address: address == "127.0.0.1")
    web.keep("/disk.raw", File(SMALL))
    job = copying(stage, web.url("/disk.raw", "files.example"))
    resolver.names["files.example"] = ["127.0.0.2"]

    stage.api.work()

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == "Invalid location: its address is not public"
    assert [method for method, *_ in web.asked] == ["HEAD"]


@pytest.mark.parametrize("target", ["http://10.0.0.1/disk.raw", "http://169.254.169.254/latest/meta-data/"])
def test_a_file_that_is_redirected_inside_meanwhile_kills_the_image(stage: Stage, web: Web, target: str) -> None:
    trusting(stage, lambda address: address == "127.0.0.1")
    job = copying(stage, web.keep("/disk.raw", File(SMALL)))
    del web.files["/disk.raw"]
    web.redirect("/disk.raw", target)

    stage.api.work()

    assert left(stage, job) == KILLED
    assert image_of(stage, job).status_reason == "Invalid location: its address is not public"


@pytest.mark.parametrize(("path", "error"), [("/missing", SourceNotFound), ("/forbidden", SourceRefused)])
def test_what_cannot_be_read_is_refused_at_once(stage: Stage, web: Web, path: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        copying(stage, web.url(path))

    assert catalog_of(stage).jobs.all() == []
