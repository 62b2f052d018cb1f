"""Bytes of images, and what others do while they are on their way."""

import hashlib
from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.catalog import lengths
from chalicelib.catalog.errors import (
    ContentMissing,
    DeletedMeanwhile,
    EditConflict,
    ImageDeactivated,
    Invalid,
    NotQueued,
    StorageQuotaExceeded,
    StoreError,
    UnverifiedBytes,
)
from chalicelib.catalog.image import Changes, Image, NewImage, Status
from chalicelib.catalog.ports import Link
from chalicelib.catalog.service import Catalog
from tests.api import ORDINARY, Api, a_caller
from tests.conftest import MakeApi
from tests.factories import a_principal, an_image
from tests.storage.contract.faults import answering, cancelled

BYTES = b"bytes of an image"
FORMATS: Changes = {"disk_format": "raw", "container_format": "bare"}
OUTRUN = cancelled("ConditionalCheckFailed")


def reserve(catalog: Catalog, changes: Changes | None = None) -> Image:
    """An image that waits for bytes which are on their way."""
    return catalog.register(NewImage({**FORMATS, "status": Status.SAVING, **(changes or {})}))


def status(api: Api, image: Image) -> Status:
    found = api.world.images.get(image.id)
    assert found is not None
    return found.image.status


def test_bytes_make_an_image_active(api: Api, catalog: Catalog) -> None:
    image = catalog.content.upload(reserve(catalog), BYTES)

    assert (image.status, image.size) == (Status.ACTIVE, len(BYTES))
    assert image.checksum == hashlib.md5(BYTES, usedforsecurity=False).hexdigest()
    assert image.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert image.sha512 == hashlib.sha512(BYTES).hexdigest()
    assert image.status_changed_at == image.updated_at > image.created_at
    assert catalog.content.read(image) == BYTES


def test_a_change_during_an_upload_is_kept(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog)

    with api.on_s3("PutObject", lambda: _rename(catalog, image)):
        active = catalog.content.upload(image, BYTES)

    assert (active.status, active.name) == (Status.ACTIVE, "renamed")
    assert catalog.content.read(active) == BYTES


def _rename(catalog: Catalog, image: Image) -> None:
    catalog.update(image.id, lambda _: {"name": "renamed"})


def _delete(catalog: Catalog, image: Image) -> None:
    catalog.delete(image.id)


def _kill(catalog: Catalog, image: Image) -> None:
    catalog.update(image.id, lambda _: {"status": Status.KILLED})


@pytest.mark.parametrize(
    ("interrupt", "error", "after"),
    [(_delete, DeletedMeanwhile, Status.DELETED), (_kill, NotQueued, Status.KILLED)],
    ids=["deleted", "killed"],
)
def test_an_upload_that_others_end_leaves_no_bytes(
    api: Api,
    catalog: Catalog,
    interrupt: Callable[[Catalog, Image], None],
    error: type[Exception],
    after: Status,
) -> None:
    image = reserve(catalog)

    with api.on_s3("PutObject", lambda: interrupt(catalog, image)), pytest.raises(error):
        catalog.content.upload(image, BYTES)

    assert status(api, image) is after
    assert api.stored() == []


def test_an_upload_that_is_outrun_each_time_is_a_conflict_and_leaves_no_bytes(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog)

    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(EditConflict):
        catalog.content.upload(image, BYTES)

    assert api.stored() == []


def test_bytes_whose_room_others_take_meanwhile_kill_the_image_and_are_removed(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA=str(2 * len(BYTES) - 1))
    catalog = api.world.catalog(a_caller("t1", *ORDINARY))
    image = reserve(catalog)

    with (
        api.on_s3("PutObject", lambda: api.world.images.add(an_image(status=Status.ACTIVE, size=len(BYTES)))),
        pytest.raises(StorageQuotaExceeded) as refusal,
    ):
        catalog.content.upload(image, BYTES)

    assert (refusal.value.attempted, refusal.value.maximum) == (2 * len(BYTES), 2 * len(BYTES) - 1)
    assert status(api, image) is Status.KILLED
    assert api.stored() == []


def test_bytes_that_are_not_what_was_declared_kill_the_image_as_it_is_by_then(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, {"size": 1})
    _rename(catalog, image)

    with pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    assert status(api, image) is Status.KILLED
    assert catalog.image(image.id).name == "renamed"


@pytest.mark.parametrize(("interrupt", "after"), [(_delete, Status.DELETED), (_kill, Status.KILLED)])
def test_an_image_that_moved_on_is_not_killed(
    api: Api, catalog: Catalog, interrupt: Callable[[Catalog, Image], None], after: Status
) -> None:
    image = reserve(catalog, {"checksum": "0" * 32})
    interrupt(catalog, image)
    before = api.world.images.get(image.id)

    with pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    assert status(api, image) is after
    assert api.world.images.get(image.id) == before


RETRIABLE: Changes = {"retriable": True}


def test_an_upload_that_fails_leaves_a_retriable_image_queued(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, {**RETRIABLE, "size": 1, "checksum": "0" * 32})

    with pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    queued = catalog.image(image.id)
    assert (queued.status, queued.size, queued.checksum, queued.location) == (Status.QUEUED, None, None, None)
    assert queued.waits
    assert not queued.retriable
    assert queued.status_reason == f"Declared size 1 did not match the size of the uploaded data, {len(BYTES)}"
    assert api.stored() == []


def test_an_image_that_was_queued_again_can_be_uploaded(catalog: Catalog) -> None:
    image = reserve(catalog, {**RETRIABLE, "size": 1})
    with pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    again = catalog.update(image.id, lambda _: {"status": Status.SAVING})
    active = catalog.content.upload(again, BYTES)

    assert catalog.content.read(active) == BYTES
    assert (active.retriable, active.status_reason) == (False, None)


def test_a_store_that_fails_leaves_a_retriable_image_queued(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, RETRIABLE)

    with api.s3_fault("PutObject", "InternalError", 500), pytest.raises(StoreError):
        catalog.content.upload(image, BYTES)

    assert status(api, image) is Status.QUEUED


def _begin_again(catalog: Catalog, image: Image) -> Image:
    """Have an upload fail, and another one begin."""
    catalog.content.kill(catalog.image(image.id), "it took too long")
    return catalog.update(image.id, lambda _: {"status": Status.SAVING})


def test_bytes_of_an_upload_that_had_failed_are_not_those_of_the_next(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, RETRIABLE)
    _begin_again(catalog, image)

    with pytest.raises(NotQueued):
        catalog.content.upload(image, b"too late")

    assert status(api, image) is Status.SAVING
    assert api.stored() == []


def test_an_upload_that_had_failed_does_not_end_the_next(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, {**RETRIABLE, "size": 1})
    _begin_again(catalog, image)

    with pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    assert status(api, image) is Status.SAVING


def test_an_image_that_has_its_bytes_is_not_killed(catalog: Catalog) -> None:
    active = catalog.content.upload(reserve(catalog), BYTES)

    catalog.content.kill(active, "too late")

    assert catalog.image(active.id) == active


def test_a_refusal_stays_a_refusal_even_if_the_image_cannot_be_killed(api: Api, catalog: Catalog) -> None:
    image = reserve(catalog, {"size": 1})

    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(UnverifiedBytes):
        catalog.content.upload(image, BYTES)

    assert api.stored() == []


@pytest.mark.parametrize("found", [status for status in Status if status not in (Status.ACTIVE, Status.DEPRECATED)])
def test_only_active_and_deprecated_images_are_read(catalog: Catalog, found: Status) -> None:
    image = an_image(status=found, size=1, location="s3://bucket/key")

    with pytest.raises(ImageDeactivated if found is Status.DEACTIVATED else ContentMissing):
        catalog.content.read(image)


@pytest.mark.parametrize("found", [Status.ACTIVE, Status.DEPRECATED])
@pytest.mark.parametrize("size", [0, None])
def test_an_image_without_location_is_empty(catalog: Catalog, found: Status, size: int | None) -> None:
    assert catalog.content.read(an_image(status=found, size=size)) == b""


def test_an_image_that_another_cloud_keeps_has_no_bytes_here(catalog: Catalog) -> None:
    with pytest.raises(ContentMissing, match="not in this catalogue"):
        catalog.content.read(an_image(status=Status.ACTIVE, size=1))


@pytest.mark.parametrize("size", [None, 11])
def test_bytes_too_many_to_pass_or_of_unknown_number_are_linked(make_api: MakeApi, size: int | None) -> None:
    api = make_api(MAX_INLINE_BYTES="10")
    image = an_image(status=Status.ACTIVE, size=size, location=api.world.blobs.put("image", b"x" * 11))

    assert isinstance(api.world.catalog(a_principal()).content.read(image), Link)


def test_as_many_bytes_as_may_pass_through_are_not_linked(make_api: MakeApi) -> None:
    api = make_api(MAX_INLINE_BYTES="10")
    image = an_image(status=Status.ACTIVE, size=10, location=api.world.blobs.put("image", b"x" * 10))

    assert api.world.catalog(a_principal()).content.read(image) == b"x" * 10


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize(("size", "reason"), [(10, "were deleted"), (11, "Import a copy")], ids=["as many", "one more"])
def test_of_a_web_server_as_many_bytes_are_asked_for_as_may_pass_through(
    make_api: MakeApi, size: int, reason: str
) -> None:
    catalog = make_api(MAX_INLINE_BYTES="10").world.catalog(a_principal())
    image = an_image(status=Status.ACTIVE, size=size, location="https://gone.example/image.raw")

    with pytest.raises(ContentMissing, match=reason):
        catalog.content.read(image)


def test_bytes_that_cannot_be_removed_do_not_hide_that_the_image_went(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image(status=Status.SAVING))
    deletion = partial(catalog.delete, image.id)

    with (
        api.s3_fault("DeleteObject", "SlowDown", 503),
        api.on_s3("PutObject", deletion),
        pytest.raises(DeletedMeanwhile),
    ):
        catalog.content.upload(image, b"late")

    assert len(api.stored()) == 1


def test_a_reason_is_cut_at_its_longest(catalog: Catalog) -> None:
    image = reserve(catalog)

    catalog.content.kill(image, "r" * (lengths.STATUS_REASON + 1))

    assert catalog.image(image.id).status_reason == "r" * lengths.STATUS_REASON


def test_a_location_may_only_be_so_long(catalog: Catalog) -> None:
    url = "https://example.com/".ljust(lengths.LOCATION, "x")

    catalog.content.check_source(url)
    with pytest.raises(Invalid, match="longer than 8000 characters"):
        catalog.content.check_source(f"{url}x")
