"""What the reaper finishes: delayed deletions, abandoned uploads, orphaned bytes, and tombstones."""

from dataclasses import replace
from http import HTTPStatus
from itertools import chain, repeat

import pytest

from chalicelib.catalog.image import Image, NewImage, Status, Transition
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.outages import OutcomeUnknown, TablesUnavailable
from chalicelib.catalog.service import Catalog
from chalicelib.jobs import reaper
from chalicelib.storage.tables import ImageItem
from tests.api import Api, a_caller
from tests.conftest import MakeApi
from tests.factories import a_membership, an_image
from tests.storage.contract.faults import Reply, answering, cancelled
from tests.storage.contract.shelf import add, rows, shelve, stored
from tests.threads import at_once

HOUR = 3600
DAY = 24 * HOUR
OUTRUN = cancelled("ConditionalCheckFailed")


@pytest.fixture
def slow(make_api: MakeApi) -> Api:
    """Deletions wait here."""
    return make_api(DELAYED_DELETE="true")


def catalog_of(api: Api) -> Catalog:
    return api.world.catalog(a_caller("t1", "read_images", "create_image", "delete_image"))


def saving(api: Api) -> Image:
    """An image whose upload has begun."""
    new = NewImage({"disk_format": "raw", "container_format": "bare", "status": Status.SAVING})
    return catalog_of(api).register(new)


def active(api: Api) -> Image:
    """An image with bytes."""
    return catalog_of(api).content.upload(saving(api), b"bytes")


def status(api: Api, image: Image) -> Status:
    return stored(api.world, image.id).status


def test_a_delayed_deletion_ends_after_its_time(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    slow.clock.advance(2 * HOUR - 60)
    early = slow.world.reaper.sweep()
    waiting = status(slow, image), len(slow.stored())

    slow.clock.advance(120)
    ended = slow.world.reaper.sweep()

    assert (early, *waiting) == (0, Status.PENDING_DELETE, 1)
    assert (ended, status(slow, image), slow.stored()) == (1, Status.DELETED, [])
    assert slow.world.reaper.sweep() == 0


def test_an_image_that_came_back_is_not_deleted(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    waiting = stored(slow.world, image.id)
    slow.world.images.save(waiting, image)
    slow.clock.advance(3 * HOUR)

    slow.world.reaper.sweep()

    assert status(slow, image) is Status.ACTIVE
    assert len(slow.stored()) == 1


def test_an_upload_within_a_request_that_died_is_given_up(api: Api) -> None:
    image = saving(api)
    api.world.blobs.put(image.id, b"half")
    api.clock.advance(4 * 60)
    early = api.world.reaper.sweep()

    api.clock.advance(120)
    ended = api.world.reaper.sweep()

    assert (early, ended) == (0, 1)
    assert status(api, image) is Status.KILLED
    assert api.stored() == []
    assert api.world.reaper.sweep() == 0


def test_an_upload_that_goes_on_after_it_was_given_up_leaves_nothing(api: Api) -> None:
    image = saving(api)
    api.clock.advance(2 * DAY)
    api.world.reaper.sweep()

    with pytest.raises(Exception, match="unqueued"):
        catalog_of(api).content.upload(image, b"bytes")

    assert status(api, image) is Status.KILLED
    assert api.stored() == []


def test_bytes_that_a_request_could_not_remove_are_removed_later(api: Api) -> None:
    image = active(api)
    api.world.blobs.put(image.id, b"of an upload that lost")
    with api.s3_fault("DeleteObject", "SlowDown", 503):
        catalog_of(api).delete(image.id)
    left = len(api.stored())
    early = api.world.reaper.sweep()

    api.clock.advance(10 * 60)
    ended = api.world.reaper.sweep()

    assert (left, early, ended) == (2, 0, 1)
    assert api.stored() == []
    assert stored(api.world, image.id).location is None
    assert api.world.reaper.sweep() == 0


def test_bytes_of_an_upload_that_was_refused_are_removed_later(api: Api) -> None:
    new = NewImage({"disk_format": "raw", "container_format": "bare", "status": Status.SAVING, "size": 99})
    image = catalog_of(api).register(new)
    with pytest.raises(Exception, match="Declared size"):
        catalog_of(api).content.upload(image, b"bytes")
    api.world.blobs.put(image.id, b"should there be any")

    api.clock.advance(10 * 60)

    assert api.world.reaper.sweep() == 1
    assert api.stored() == []
    assert status(api, image) is Status.KILLED


def test_an_image_that_is_deleted_while_its_bytes_come_leaves_none(api: Api) -> None:
    image = saving(api)
    catalog_of(api).delete(image.id)
    api.world.blobs.put(image.id, b"too late")

    api.clock.advance(10 * 60)

    assert api.world.reaper.sweep() == 1
    assert api.stored() == []


def test_members_of_a_deleted_image_are_forgotten(api: Api) -> None:
    image = api.world.images.add(an_image())
    api.world.memberships.change(image, [a_membership(image, "t2")], [])
    shared = stored(api.world, image.id)
    api.world.images.save(shared, replace(shared, status=Status.DELETED))

    ended = api.world.reaper.sweep()

    assert ended == 1
    assert api.world.memberships.of_image(image.id) == []
    assert stored(api.world, image.id).member_count == 0


def test_a_store_that_fails_is_asked_again(api: Api) -> None:
    image = active(api)
    catalog_of(api).delete(image.id)
    api.world.blobs.put(image.id, b"left behind")
    api.clock.advance(10 * 60)

    with api.s3_fault("ListObjectsV2", "SlowDown", 503):
        failed = api.world.reaper.sweep()
    then = api.world.reaper.sweep()

    assert (failed, then, api.stored()) == (0, 1, [])


def test_bytes_that_the_store_keeps_are_asked_for_again(api: Api) -> None:
    image = active(api)
    with api.s3_fault("DeleteObject", "SlowDown", 503):
        catalog_of(api).delete(image.id)
    api.clock.advance(10 * 60)

    with api.s3_fault("DeleteObjects", "InternalError", 500):
        failed = api.world.reaper.sweep()

    assert (failed, len(api.stored())) == (0, 1)
    assert stored(api.world, image.id).location == image.location


def test_who_is_outrun_leaves_the_image_to_the_other(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    slow.clock.advance(3 * HOUR)

    with answering("TransactWriteItems", lambda _: OUTRUN):
        ended = slow.world.reaper.sweep()

    assert (ended, status(slow, image), len(slow.stored())) == (0, Status.PENDING_DELETE, 1)


def test_sweeps_at_once_end_everything_once(slow: Api) -> None:
    images = [active(slow) for _ in range(4)]
    for image in images:
        catalog_of(slow).delete(image.id)
    slow.clock.advance(3 * HOUR)

    at_once(*[slow.world.reaper.sweep] * 3)
    slow.world.reaper.sweep()

    assert {status(slow, image) for image in images} == {Status.DELETED}
    assert slow.stored() == []
    assert list(slow.world.backlog.pending_delete(slow.clock.now())) == []


def test_a_deleted_image_is_forgotten_after_its_time(api: Api) -> None:
    image = active(api)
    catalog_of(api).delete(image.id)
    api.clock.advance(89 * DAY)
    api.world.reaper.sweep()
    remembered = api.world.images.get(image.id)

    api.clock.advance(2 * DAY)
    forgotten = api.world.reaper.sweep()

    assert remembered is not None
    assert forgotten == 1
    assert api.world.images.get(image.id) is None
    assert api.world.reaper.sweep() == 0


def test_a_sweep_ends_only_so_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "MAX_PER_SWEEP", 2)
    add(api.world, [an_image(status=Status.SAVING) for _ in range(3)])
    add(api.world, [an_image(status=Status.DELETED) for _ in range(3)])
    api.clock.advance(100 * DAY)

    ended = [api.world.reaper.sweep() for _ in range(3)]

    assert ended == [4, 2, 0]


def test_what_is_gone_or_changed_meanwhile_is_left_alone(api: Api) -> None:
    image = api.world.images.add(an_image(status=Status.SAVING))
    other = api.world.images.add(an_image(status=Status.SAVING))
    api.clock.advance(2 * DAY)
    seen: list[object] = []

    def interfere(_: object) -> None:
        if not seen:
            seen.append(True)
            api.world.images.save(image, an_image(id=image.id, status=Status.ACTIVE, location="s3://bucket/key"))

    with answering("Query", interfere):
        ended = api.world.reaper.sweep()

    assert ended == 1
    assert (status(api, image), status(api, other)) == (Status.ACTIVE, Status.KILLED)


def test_a_row_whose_image_is_gone_is_left_alone(api: Api) -> None:
    image = api.world.images.add(an_image(status=Status.SAVING))
    ImageItem(image.id).delete()
    api.clock.advance(2 * DAY)

    assert api.world.reaper.sweep() == 0


def test_bytes_of_which_the_store_says_that_it_keeps_them_are_asked_for_again(api: Api) -> None:
    image = active(api)
    with api.s3_fault("DeleteObject", "SlowDown", 503):
        catalog_of(api).delete(image.id)
    api.clock.advance(10 * 60)

    with api.s3_reply("DeleteObjects", {"Errors": [{"Key": "key", "Code": "InternalError"}]}):
        failed = api.world.reaper.sweep()

    assert (failed, len(api.stored())) == (0, 1)
    assert api.world.reaper.sweep() == 1
    assert api.stored() == []


def test_an_image_with_which_a_job_has_begun_is_left_to_it(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    slow.world.images.mark([stored(slow.world, image.id)], Transition.RECOVERING)
    slow.clock.advance(3 * HOUR)

    assert slow.world.reaper.sweep() == 0
    assert status(slow, image) is Status.PENDING_DELETE


def poisoned(image: Image) -> None:
    """Have an image be in a status that nobody knows."""
    table = ImageItem._get_connection()  # noqa: SLF001  # the model itself would read what it has written
    change = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "status"}}
    key, values = {"image_id": {"S": image.id}}, {":s": {"S": "enchanted"}}
    request = {"TableName": table.table_name, "Key": key, **change, "ExpressionAttributeValues": values}
    table.connection.dispatch("UpdateItem", request)


def test_an_image_that_cannot_be_read_is_logged_and_passed_by(slow: Api, caplog: pytest.LogCaptureFixture) -> None:
    images = [active(slow) for _ in range(3)]
    for image in images:
        catalog_of(slow).delete(image.id)
    poisoned(images[0])
    slow.clock.advance(3 * HOUR)

    ended = slow.world.reaper.sweep()

    assert ended == 2
    assert [status(slow, image) for image in images[1:]] == [Status.DELETED] * 2
    [record] = [record for record in caplog.records if record.name == "chalicelib.jobs.reaper"]
    assert (record.getMessage(), vars(record)["image_id"]) == ("image not ended", images[0].id)


def test_ten_thousand_open_uploads_and_an_unreadable_image_delay_nothing(slow: Api) -> None:
    uploads = [
        an_image(status=Status.SAVING, transition=Transition.CREATING, status_changed_at=slow.clock.now())
        for _ in range(10_000)
    ]
    shelve(uploads)
    unreadable, image = active(slow), active(slow)
    for each in (unreadable, image):
        catalog_of(slow).delete(each.id)
    poisoned(unreadable)
    slow.clock.advance(3 * HOUR)

    slow.world.meter.start()
    ended = slow.world.reaper.sweep()
    calls = slow.world.meter.read()

    assert (ended, status(slow, image), slow.stored()[1:]) == (1, Status.DELETED, [])
    assert calls <= 12


def test_a_sweep_that_takes_too_long_leaves_the_rest_to_the_next(slow: Api) -> None:
    images = [active(slow) for _ in range(4)]
    for image in images:
        catalog_of(slow).delete(image.id)
    slow.clock.advance(3 * HOUR)

    with slow.on_s3("ListObjectsV2", lambda: slow.clock.advance(15)):
        first = slow.world.reaper.sweep()
    second = slow.world.reaper.sweep()

    assert (first, second) == (3, 1)
    assert {status(slow, image) for image in images} == {Status.DELETED}


def test_jobs_that_people_wait_for_are_queued_before_anything_is_ended(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    job = Job(id="lost", owner="t1", action=Action.DELETE, images=(image.id,), created_at=slow.clock.now())
    slow.world.jobs.add(job)
    slow.clock.advance(3 * HOUR)
    queued: list[str] = []

    with slow.on_s3("ListObjectsV2", lambda: queued.append(waiting(slow))):
        slow.world.reaper.sweep()

    assert queued == ["1"]


def waiting(api: Api) -> str:
    """How many messages are in the queue."""
    asked = api.world.queue.client().get_queue_attributes(QueueUrl=api.world.queue.url, AttributeNames=["All"])
    return asked["Attributes"]["ApproximateNumberOfMessages"]


def test_a_defect_with_one_image_is_logged_and_keeps_no_other_waiting(
    slow: Api, caplog: pytest.LogCaptureFixture
) -> None:
    images = [active(slow) for _ in range(2)]
    for image in images:
        catalog_of(slow).delete(image.id)
    slow.clock.advance(3 * HOUR)
    defects = [RuntimeError("a defect of ours")]

    def breaks() -> None:
        if defects:
            raise defects.pop()

    with slow.on_s3("ListObjectsV2", breaks):
        slow.world.reaper.sweep()

    assert {status(slow, image) for image in images} == {Status.DELETED}
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage() == "image skipped"


def test_a_sweep_ends_when_the_tables_do_not_answer(slow: Api) -> None:
    image = active(slow)
    catalog_of(slow).delete(image.id)
    slow.clock.advance(3 * HOUR)

    with answering("BatchGetItem", lambda _: throttled()), pytest.raises(TablesUnavailable):
        slow.world.reaper.sweep()

    assert status(slow, image) is Status.PENDING_DELETE


def throttled() -> Reply:
    return HTTPStatus.BAD_REQUEST, {"Error": {"Code": "ThrottlingException", "Message": "as the test asks"}}


def test_members_that_a_write_has_left_behind_are_brought_up(api: Api) -> None:
    image = api.world.images.add(an_image(owner="t2", name="old"))
    members = [f"m{number}" for number in range(40)]
    api.world.memberships.change(image, [a_membership(image, member) for member in members], [])
    shared = stored(api.world, image.id)
    replies = chain([None], repeat(cancelled("ThrottlingError")))

    with answering("TransactWriteItems", lambda _: next(replies)), pytest.raises(OutcomeUnknown):
        api.world.images.save(shared, replace(shared, name="new"))
    behind = stored(api.world, image.id).members_behind
    api.clock.advance(600)
    api.world.reaper.sweep()

    names = {row.scope: row.name for row in rows(image.id)}
    assert behind
    assert not stored(api.world, image.id).members_behind
    assert {names[f"shared/{member}"] for member in members} == {"new"}
