"""Signed images whose bytes came within a request: active at once, verified when the bucket tells of them."""

from collections.abc import Iterator

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from tests.conftest import MakeApi
from tests.dialects.glance_v2 import glance as v2
from tests.jobs.arriving import steps, told
from tests.jobs.jobs import Stage
from tests.jobs.signing import METHODS, Holder, holder, signed

DATA = b"bytes of an image" * 100
WRONG = "The signature of the image is not valid: the bytes are not those that were signed"


@pytest.fixture(params=["record", "off"])
def stage(make_api: MakeApi, aws: Aws, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with told(Stage(make_api(INSPECTION=request.param), aws)) as stage:
        yield stage


def signer(stage: Stage) -> Holder:
    now = stage.api.clock.now()
    return holder("ECC_SECP384R1", since=now, until=now.replace(year=2100))


@pytest.mark.parametrize("method", METHODS)
def test_a_signature_of_image_data_of_a_request_is_verified(stage: Stage, method: str) -> None:
    properties = signed(DATA, signer(stage), "ECC_SECP384R1", method)
    image = v2.an_active_one(stage.api.caller("t1"), DATA, **properties)

    steps(stage)

    shown = v2.shown(stage.api.caller("t1"), image)
    assert shown["status"] == "active"
    assert shown["inspection_signature"] == "untrusted"
    assert shown["inspection_signature_by"].startswith("CN=Releases, sha256 fingerprint ")
    assert v2.record(stage.api, image).uninspected is False


@pytest.mark.parametrize("data", [b"bytes of another image", b""])
def test_an_image_of_a_request_that_is_wrongly_signed_is_killed(stage: Stage, data: bytes) -> None:
    properties = signed(DATA, signer(stage), "ECC_SECP384R1", "SHA-384")
    image = v2.an_active_one(stage.api.caller("t1"), data, **properties)

    steps(stage)

    found = v2.record(stage.api, image)
    assert found.status is Status.KILLED
    assert (found.status_reason or "").startswith(WRONG)
