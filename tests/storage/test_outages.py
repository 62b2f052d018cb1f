"""Busy, unreachable, refused, timed out and failing: what each service is said to be, and what may come of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import CredentialRetrievalError, NoCredentialsError, ParamValidationError

from chalicelib.bootstrap import World
from chalicelib.catalog.dispatch import dispatch
from chalicelib.catalog.errors import CatalogError, CloudUnavailable, StoreRefused, StoreUnavailable, Unavailable
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import OutcomeUnknown, TablesRefused, TablesUnavailable
from chalicelib.storage.answers import failure_of, outage_of
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.faults.kinds import Reply, json_error, page
from tests.faults.outages import OUTAGES, during

SUBJECTS = {"dynamodb": "The tables", "s3": "The image store", "sqs": "The queue", "ec2": "The cloud"}
Act = Callable[[World], object]
ACTS: dict[str, Act] = {
    "dynamodb": lambda world: world.images.get("image"),
    "s3": lambda world: world.blobs.size(f"s3://{world.blobs.bucket}/image/1"),
    "sqs": lambda world: world.queue.send("t1", "job"),
    "ec2": lambda world: world.instances.captured("ami-1", "ac1"),
}
PAGES = {
    "nothing": b"",
    "html": b"<html><body>Bad Gateway</body></html>",
    "upper-case": b"<HTML><BODY>Bad Gateway</BODY></HTML>",
    "doctype": b"<!DOCTYPE html><html><body>Bad Gateway</body></html>",
    "words": b"Bad Gateway",
    "json": b'{"message": "Bad Gateway"}',
}
"""What load balancers answer: some of it is well-formed XML, or JSON, without being an error of the service."""
PAGED: dict[str, Act] = {
    **ACTS,
    "s3-get": lambda world: world.blobs.get(f"s3://{world.blobs.bucket}/image/1"),
}
CASES = [
    pytest.param(service, outage, reply, id=f"{service} {outage} {number}")
    for service, outages in OUTAGES.items()
    for number, (outage, reply) in enumerate(outages)
]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


@pytest.fixture
def world(make_api: MakeApi) -> World:
    world = make_api(ZONES="ac1").world
    assert world.queue.url  # asked for now, as a worker does in its first request
    return world


def refusal(act: Act, world: World, service: str, reply: Reply) -> CatalogError:
    """What comes of it while a service answers so."""
    with during(service, reply), pytest.raises(CatalogError) as caught:
        act(world)
    return caught.value


@pytest.mark.parametrize(("service", "outage", "reply"), CASES)
def test_an_outage_is_called_by_its_own_name(world: World, service: str, outage: Outage, reply: Reply) -> None:
    error = refusal(ACTS[service], world, service, reply)

    assert error.outage is outage
    assert str(error).startswith(f"{SUBJECTS[service]} ")
    assert [other for other in Outage if other in str(error)] == [outage]
    assert "as the test asks" not in str(error)


@pytest.mark.parametrize(("service", "outage", "reply"), CASES)
def test_only_what_may_pass_is_worth_another_try(world: World, service: str, outage: Outage, reply: Reply) -> None:
    error = refusal(ACTS[service], world, service, reply)

    expected = {
        "dynamodb": TablesRefused if outage is Outage.REFUSED else TablesUnavailable,
        "s3": StoreRefused if outage is Outage.REFUSED else StoreUnavailable,
    }
    assert type(error) is expected.get(service, CloudUnavailable)
    assert isinstance(error, Unavailable) == (outage is not Outage.REFUSED or service in {"sqs", "ec2"})


@pytest.mark.parametrize("status", [500, 502, 504])
@pytest.mark.parametrize("content", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("act", PAGED)
def test_a_load_balancers_error_is_an_outage(world: World, act: str, status: int, content: bytes) -> None:
    error = refusal(PAGED[act], world, act.partition("-")[0], page(status, content))

    assert error.outage is Outage.FAILING


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_after_a_load_balancers_error_a_transaction_may_have_been_made(world: World, status: int) -> None:
    reply = page(status, PAGES["html"])

    with during("dynamodb", reply), pytest.raises(OutcomeUnknown):
        world.images.add(an_image())


def test_each_outage_has_a_word_of_its_own() -> None:
    for plural in (False, True):
        told = [outage.sentence("Something", plural=plural) for outage in Outage]

        assert len(set(told)) == len(Outage)
        assert all(outage in words for outage, words in zip(Outage, told, strict=True))


def test_a_source_in_another_bucket_says_what_its_store_does(world: World) -> None:
    with (
        during("s3", OUTAGES["s3"][0][1]),
        pytest.raises(StoreUnavailable, match="Invalid location: its server is too busy") as caught,
    ):
        world.sources.locate("s3://elsewhere/key")

    assert caught.value.outage is Outage.BUSY


def test_credentials_that_cannot_be_had_are_a_refusal() -> None:
    assert outage_of(NoCredentialsError()) is Outage.REFUSED
    assert outage_of(CredentialRetrievalError(provider="x", error_msg="y")) is Outage.REFUSED


def test_a_defect_of_ours_is_no_outage() -> None:
    defect = ParamValidationError(report="x")

    assert outage_of(defect) is None
    assert failure_of(defect) is Outage.UNREACHABLE


def test_a_lost_message_is_logged_with_the_word(world: World, caplog: pytest.LogCaptureFixture) -> None:
    job = Job(id="job", owner="t1", action=Action.COPY, created_at=datetime.now(UTC))
    with during("sqs", json_error("AccessDeniedException", 403)):
        dispatch(world.queue, job)

    assert "queue refused" in caplog.text
