"""Uploads that begin while others are at it, or while something fails: nothing is left of those that do not."""

import logging
from collections.abc import Callable

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.catalog import lookup
from chalicelib.catalog.errors import (
    Conflict,
    NotQueued,
    PolicyMissing,
    SizeConflict,
    StoreUnavailable,
    UploadNotFound,
)
from chalicelib.catalog.image import Changes, Image, NewImage, Status, Transition
from chalicelib.catalog.job import Action, JobStatus
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.service import Catalog
from chalicelib.storage.tables import ImageItem
from tests.api import Api
from tests.catalog.conftest import Open
from tests.dialects.glance_v1.sending import SMALL, md5, multiparts
from tests.storage.contract.faults import answering, cancelled

FORMATS: Changes = {"disk_format": "raw", "container_format": "bare"}
OUTRUN = cancelled("ConditionalCheckFailed")


@pytest.fixture
def image(catalog: Catalog) -> Image:
    """An image that waits for its bytes."""
    return catalog.register(NewImage(FORMATS))


def test_an_upload_is_a_job_from_its_beginning_on(api: Api, catalog: Catalog, image: Image) -> None:
    upload = catalog.uploads.begin(image.id, 5, None, {})

    job, now = catalog.jobs.job(upload.id), catalog.image(image.id)
    assert (job.action, job.status, job.images) == (Action.UPLOAD, JobStatus.PENDING, (image.id,))
    assert (now.status, now.transition, now.size) == (Status.SAVING, Transition.CREATING, 5)
    assert upload.multipart.location == f"s3://{api.world.blobs.bucket}/{image.id}/{upload.id}"
    assert catalog.uploads.upload(image.id, upload.id) == upload._replace(received=[])


def test_an_upload_that_the_store_does_not_take_leaves_the_image_waiting(
    api: Api, catalog: Catalog, image: Image
) -> None:
    with api.s3_fault("CreateMultipartUpload", "SlowDown", 503), pytest.raises(StoreUnavailable):
        catalog.uploads.begin(image.id, 5, None, {})

    assert catalog.image(image.id) == image
    assert catalog.jobs.all() == []


def test_an_upload_that_cannot_be_written_down_leaves_nothing(api: Api, catalog: Catalog, image: Image) -> None:
    with answering("TransactWriteItems", lambda _: cancelled()), pytest.raises(TransactWriteError):
        catalog.uploads.begin(image.id, 5, None, {})

    assert catalog.image(image.id) == image
    assert multiparts(api) == []


def test_who_is_outrun_begins_again(api: Api, catalog: Catalog, image: Image) -> None:
    replies = iter([OUTRUN, None])

    with answering("TransactWriteItems", lambda _: next(replies)):
        upload = catalog.uploads.begin(image.id, 5, None, {})

    assert [each.id for each in catalog.uploads.of(image.id)] == [upload.id]
    assert len(multiparts(api)) == 1


def test_who_is_outrun_all_the_time_gives_up(
    api: Api, catalog: Catalog, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "LONGEST_PAUSE", 0)

    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(Conflict):
        catalog.uploads.begin(image.id, 5, None, {})

    assert catalog.image(image.id) == image
    assert multiparts(api) == []


def test_who_is_outrun_by_another_upload_leaves_it_alone(api: Api, catalog: Catalog, image: Image) -> None:
    others: list[str] = []

    def outrun() -> None:
        if not others:
            others.append("begun")
            others[:] = [catalog.uploads.begin(image.id, 7, None, {}).id]

    with api.on_s3("CreateMultipartUpload", outrun), pytest.raises(NotQueued):
        catalog.uploads.begin(image.id, 5, None, {})

    [upload] = catalog.uploads.of(image.id)
    assert ([upload.id], upload.size) == (others, 7)
    assert multiparts(api) == [f"{image.id}/{upload.id}"]


def test_who_is_outrun_by_another_size_is_refused(api: Api, catalog: Catalog, image: Image) -> None:
    size: Changes = {"size": 7}

    with (
        api.on_s3("CreateMultipartUpload", lambda: catalog.update(image.id, lambda _: size)),
        pytest.raises(SizeConflict),
    ):
        catalog.uploads.begin(image.id, 5, None, {})

    assert multiparts(api) == []


def test_a_change_while_an_upload_begins_is_kept(api: Api, catalog: Catalog, image: Image) -> None:
    name: Changes = {"name": "new"}

    with api.on_s3("CreateMultipartUpload", lambda: catalog.update(image.id, lambda _: name)):
        catalog.uploads.begin(image.id, 5, None, {})

    assert (catalog.image(image.id).name, catalog.image(image.id).status) == ("new", Status.SAVING)


def test_only_who_may_create_images_uploads_them(catalog: Catalog, open_catalog: Open, image: Image) -> None:
    upload = catalog.uploads.begin(image.id, 5, None, {})
    reader = open_catalog("t1", Policy.READ_IMAGES).uploads
    acts: list[Callable[[], object]] = [
        lambda: reader.begin(image.id, 5, None, {}),
        lambda: reader.of(image.id),
        lambda: reader.upload(image.id, upload.id),
        lambda: reader.links(image.id, upload.id, {}),
        lambda: reader.complete(image.id, upload.id, {}),
        lambda: reader.abort(image.id, upload.id),
    ]

    for act in acts:
        with pytest.raises(PolicyMissing):
            act()

    assert catalog.uploads.upload(image.id, upload.id) == upload._replace(received=[])


def test_parts_of_no_upload_are_no_upload(api: Api, catalog: Catalog, image: Image) -> None:
    api.world.multiparts.begin(image.id, "other")

    assert catalog.uploads.of(image.id) == []
    with pytest.raises(UploadNotFound):
        catalog.uploads.upload(image.id, "other")


def test_an_upload_whose_message_is_lost_is_accepted_all_the_same(
    api: Api, catalog: Catalog, image: Image, caplog: pytest.LogCaptureFixture
) -> None:
    upload = catalog.uploads.begin(image.id, len(SMALL), None, {})
    api.world.multiparts.put(upload.multipart, 1, SMALL)
    sqs = api.world.queue.client()
    sqs.delete_queue(QueueUrl=api.world.queue.url)

    with caplog.at_level(logging.WARNING):
        found = catalog.uploads.complete(image.id, upload.id, {1: md5(SMALL)})

    assert found.status is Status.SAVING
    assert [vars(record)["job_id"] for record in caplog.records] == [upload.id]


def test_an_image_that_is_forgotten_is_not_killed(api: Api, catalog: Catalog, image: Image) -> None:
    ImageItem(image.id).delete()

    catalog.content.kill(image, "its upload was aborted")

    assert api.world.images.get(image.id) is None
