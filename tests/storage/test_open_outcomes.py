"""A write of which nobody hears whether it was made: whoever began it neither repeats it nor takes it back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from chalicelib.catalog.errors import CatalogError, CloudUnavailable
from chalicelib.catalog.image import Image, NewImage, Status
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.jobs import JobRequest
from chalicelib.catalog.outages import OutcomeUnknown, TablesRefused, TablesUnavailable
from chalicelib.catalog.reference import Kind
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.vacancy import ReferenceGone
from tests.api import ORDINARY, Api, a_caller
from tests.conftest import MakeApi
from tests.factories import START, a_membership, an_image
from tests.faults.kinds import json_error
from tests.faults.wire import TRANSACTION, Sent, response, wire
from tests.storage.contract.faults import Request, answering, cancelled
from tests.storage.contract.shelf import stored

ORDER = JobRequest("ac1", "request-1")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def catalog_of(api: Api) -> Catalog:
    return api.world.catalog(a_caller("t1", *ORDINARY))


@contextmanager
def nth(operation: str, number: int, reply: Callable[[Sent], AWSResponse]) -> Iterator[None]:
    """Have the n-th call of this name answered so, however often it is tried."""
    calls: list[int] = []

    def answer(sent: Sent) -> AWSResponse:
        if sent.operation != operation:
            return sent.deliver()
        if sent.call not in calls:
            calls.append(sent.call)
        return reply(sent) if calls.index(sent.call) == number - 1 else sent.deliver()

    with wire(answer):
        yield


def lost(sent: Sent) -> AWSResponse:
    """It is carried out at the first attempt, and no attempt is answered."""
    if sent.attempt == 1:
        sent.deliver()
    raise ReadTimeoutError(endpoint_url=sent.url)


def lost_then_met(sent: Sent) -> AWSResponse:
    """It is carried out, nobody hears of it, and the next attempts meet it."""
    if sent.attempt == 1:
        lost(sent)
    reasons = [{"Code": "TransactionConflict", "Message": "as the test asks"}]
    return json_error("TransactionCanceledException", 400, CancellationReasons=reasons)(sent)


def active(api: Api) -> Image:
    return api.world.images.add(an_image(status=Status.ACTIVE, number=api.world.images.number()))


@pytest.mark.parametrize("reply", [lost, lost_then_met])
def test_images_that_may_be_marked_are_deleted_all_the_same(api: Api, reply: Callable[[Sent], AWSResponse]) -> None:
    image = active(api)

    with nth(TRANSACTION, 2, reply), pytest.raises(OutcomeUnknown):
        catalog_of(api).jobs.delete([image.id], ORDER)
    [job] = catalog_of(api).jobs.all()
    api.world.queue.send(job.owner, job.id)
    api.work()

    assert stored(api.world, image.id).status is Status.PENDING_DELETE
    assert catalog_of(api).jobs.job(job.id).status is JobStatus.SUCCESSFUL


@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", TablesUnavailable), ("AccessDeniedException", TablesRefused)]
)
@pytest.mark.parametrize("count", [1, 2])
def test_images_that_are_not_marked_have_no_job(api: Api, code: str, error: type[CatalogError], count: int) -> None:
    images = [active(api).id for _ in range(count)]

    with nth(TRANSACTION, 2, json_error(code, 400)), pytest.raises(error):
        catalog_of(api).jobs.delete(images, ORDER)

    assert catalog_of(api).jobs.all() == []
    assert [stored(api.world, image).transition for image in images] == [None] * count


def test_an_upload_that_may_have_begun_is_found_by_its_client(api: Api) -> None:
    image = catalog_of(api).register(NewImage({"disk_format": "raw", "container_format": "bare"}))

    with nth(TRANSACTION, 1, lost), pytest.raises(OutcomeUnknown):
        catalog_of(api).uploads.begin(image.id, 5, None, {})

    [upload] = catalog_of(api).uploads.of(image.id)
    assert (upload.image_id, upload.size) == (image.id, 5)


def test_an_upload_that_has_not_begun_leaves_nothing(api: Api) -> None:
    image = catalog_of(api).register(NewImage({"disk_format": "raw", "container_format": "bare"}))

    with nth(TRANSACTION, 1, json_error("ThrottlingException", 400)), pytest.raises(TablesUnavailable):
        catalog_of(api).uploads.begin(image.id, 5, None, {})

    assert api.world.multiparts.begun(image.id) == []
    assert stored(api.world, image.id).status is Status.QUEUED


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_members_that_cannot_be_removed_with_their_image_go_later(api: Api, code: str) -> None:
    image = active(api)
    api.world.memberships.change(image, [a_membership(image, "t2")], [])

    with nth("Query", 2, json_error(code, 400)):
        catalog_of(api).delete(image.id)
    left = len(api.world.memberships.of_image(image.id))
    api.clock.advance(600)
    api.world.reaper.sweep()

    assert (left, api.world.memberships.of_image(image.id)) == (1, [])


def test_a_job_whose_transaction_is_too_much_for_the_tables_is_not_stale(api: Api) -> None:
    job = Job(id="job", owner="t1", action=Action.DELETE, created_at=START)
    api.world.jobs.add(job)

    with (
        answering("TransactWriteItems", lambda _: cancelled("TransactionConflict", "ThrottlingError")),
        pytest.raises(TablesUnavailable),
    ):
        api.world.jobs.save(job, job._replace(info="new"))


@pytest.mark.parametrize("is_there", [True, False])
def test_a_reference_that_is_there_is_not_what_a_transaction_missed(api: Api, is_there: bool) -> None:
    """Both conditions failed, and of the first one the item is there: it has come back meanwhile."""
    references = [catalog_of(api).references.add(kind, {"name": "x", "title": "x"}) for kind in Kind][:2]
    item = {"owner_kind": {"S": "x"}, "title": {"S": "x"}}

    def missed(request: Request) -> object:
        actions = len(request["TransactItems"])
        reasons: list[dict[str, object]] = [{"Code": "None"} for _ in range(actions - 2)]
        reasons += [{"Code": "ConditionalCheckFailed", "Item": item}]
        reasons += [{"Code": "ConditionalCheckFailed", "Item": item if is_there else {}}]
        error = {"Code": "TransactionCanceledException", "Message": "as the test asks"}
        return 400, {"Error": error, "CancellationReasons": reasons}

    with answering("TransactWriteItems", missed), pytest.raises(Exception) as caught:  # type: ignore[arg-type]  # noqa: PT011  # which one is the question
        api.world.images.add(an_image(), None, references)

    assert isinstance(caught.value, ReferenceGone) is not is_there


@pytest.mark.parametrize("content", [b"no XML", b"<Response"])
def test_a_cloud_that_talks_nonsense_is_failing(make_api: MakeApi, content: bytes) -> None:
    world = make_api(ZONES="ac1").world

    with (
        wire(lambda sent: response(200, content) if sent.service == "ec2" else sent.deliver()),
        pytest.raises(CloudUnavailable, match="failing"),
    ):
        world.instances.captured("ami-1", "ac1")
