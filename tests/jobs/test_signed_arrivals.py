"""Images that are signed: the worker verifies them as it reads them, and a wrong signature ends them."""

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content, md5
from tests.jobs.arriving import KILLED, MADE, again, catalog_of, completed, copying, image_of, left, steps
from tests.jobs.jobs import Stage
from tests.jobs.signing import METHODS, holder, signed

DATA = content(12 * MEGABYTE)
WRONG = "The signature of the image is not valid: the bytes are not those that were signed"


@pytest.fixture
def sliced(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once."""
    return Stage(make_api(SLICE_BYTES=str(PART)), aws)


@pytest.mark.parametrize("method", METHODS)
def test_a_signature_is_verified_that_is_read_slice_by_slice(sliced: Stage, method: str) -> None:
    by = holder(since=sliced.api.clock.now(), until=sliced.api.clock.now().replace(year=2100))
    job = completed(sliced, DATA, {"properties": signed(DATA, by, method=method)})

    assert steps(sliced) == 3

    image = image_of(sliced, job)
    assert left(sliced, job) == MADE
    assert (image.signature or {})["signature"] == "untrusted"
    shown = sliced.api.caller("t1").get(f"/v2/images/{image.id}").json
    assert shown["inspection_signature"] == "untrusted"
    assert shown["inspection_signature_by"].startswith("CN=Releases, sha256 fingerprint ")
    assert shown["os_hash_algo"] == "sha512"


def test_a_signature_is_trusted_by_what_the_operator_trusts(make_api: MakeApi, aws: Aws, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.touch()
    stage = Stage(make_api(SIGNATURE_ROOTS=str(roots)), aws)
    by = holder(since=stage.api.clock.now(), until=stage.api.clock.now().replace(year=2100))
    roots.write_text(by.pem)
    source = stage.api.put_elsewhere("disk.raw", SMALL)
    job = copying(stage, source, {"properties": signed(SMALL, by)})

    steps(stage)

    assert left(stage, job) == MADE
    assert (image_of(stage, job).signature or {})["signature"] == "trusted"


@pytest.mark.parametrize("inspection", ["enforce", "record", "off"])
def test_a_wrong_signature_kills_whatever_becomes_of_unsafe_images(
    make_api: MakeApi, aws: Aws, inspection: str
) -> None:
    stage = Stage(make_api(INSPECTION=inspection), aws)
    by = holder(since=stage.api.clock.now(), until=stage.api.clock.now().replace(year=2100))
    flipped = bytes([SMALL[0] ^ 1]) + SMALL[1:]
    job = completed(stage, flipped, {"properties": signed(SMALL, by)})

    steps(stage)

    image = image_of(stage, job)
    assert left(stage, job) == KILLED
    assert (image.status_reason or "").startswith(WRONG)
    assert image.signature is None


@pytest.mark.parametrize("inspection", ["enforce", "off"])
def test_who_changes_a_signature_that_was_verified_changes_nothing_of_that(
    make_api: MakeApi, aws: Aws, inspection: str
) -> None:
    stage = Stage(make_api(INSPECTION=inspection), aws)
    by = holder(since=stage.api.clock.now(), until=stage.api.clock.now().replace(year=2100))
    job = completed(stage, SMALL, {"properties": signed(SMALL, by)})
    steps(stage)
    before = image_of(stage, job)
    catalog_of(stage).update(before.id, lambda _: {"properties": signed(DATA, by)})

    stage.api.clock.advance(600)
    stage.api.world.reaper.sweep()
    steps(stage)

    image = image_of(stage, job)
    assert (image.status, image.signature) == (Status.ACTIVE, before.signature)
    assert not before.uninspected


def test_an_image_that_is_signed_while_it_is_read_is_read_again(sliced: Stage) -> None:
    by = holder(since=sliced.api.clock.now(), until=sliced.api.clock.now().replace(year=2100))
    job = completed(sliced, DATA)
    sliced.deliver(job)
    image = image_of(sliced, job)
    sliced.api.world.images.save(image, replace(image, properties=signed(DATA, by, method="SHA-384")))

    again(sliced, job)

    image = image_of(sliced, job)
    assert left(sliced, job) == MADE
    assert image.checksum == md5(DATA)
    assert (image.signature or {})["signature"] == "untrusted"


def test_an_image_that_is_not_signed_says_nothing_of_it(sliced: Stage) -> None:
    job = completed(sliced, SMALL)

    steps(sliced)

    assert image_of(sliced, job).signature is None
