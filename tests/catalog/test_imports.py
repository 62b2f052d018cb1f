"""Imports: who may begin them, of which images, and what is refused before the worker hears of them."""

from collections.abc import Callable

import pytest

from chalicelib.catalog.errors import (
    CatalogError,
    DeletedMeanwhile,
    FieldFrozen,
    FormatMissing,
    ImageHidden,
    Invalid,
    NotOwnerOfPublic,
    NotQueued,
    PolicyMissing,
    SourceRefused,
    StorageQuotaExceeded,
    StoreError,
    WrongStatus,
)
from chalicelib.catalog.image import Changes, Image, NewImage, Status, Transition, Visibility
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.service import Catalog
from tests.api import ORDINARY, Api, a_caller
from tests.catalog.conftest import Open
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.storage.contract.faults import answering, cancelled
from tests.storage.web import Resolver

BYTES = b"bytes of an image"
FORMATS: Changes = {"disk_format": "raw", "container_format": "bare"}
SOURCE = "https://files.example/disk.raw"


def anything(_: Image) -> None:
    """No refusal."""


@pytest.fixture
def image(catalog: Catalog) -> Image:
    """An image that waits for its bytes."""
    return catalog.register(NewImage(FORMATS))


IMPORTS: dict[str, Callable[[Catalog, str, Callable[[Image], object]], Image]] = {
    "stage": lambda catalog, image_id, check: catalog.imports.stage(image_id, check, BYTES),
    "begin": lambda catalog, image_id, check: catalog.imports.begin(image_id, check),
    "fetch": lambda catalog, image_id, check: catalog.imports.fetch(image_id, check, SOURCE),
}
ORDERS = {name: IMPORTS[name] for name in ("begin", "fetch")}
FETCHES = {name: IMPORTS[name] for name in ("stage", "fetch")}
Import = Callable[[Catalog, str, Callable[[Image], object]], Image]


@pytest.mark.parametrize("change", [{"size": 3}, {"size": None}, {"checksum": "0" * 32}], ids=str)
def test_nobody_says_what_staged_bytes_are(catalog: Catalog, open_catalog: Open, image: Image, change: Changes) -> None:
    staged = catalog.imports.stage(image.id, anything, BYTES)

    for other in (catalog, open_catalog("ops", Policy.ADMIN)):
        with pytest.raises(FieldFrozen):
            other.update(image.id, lambda _: change)

    assert catalog.image(image.id) == staged


def test_staged_bytes_have_a_size_and_wait_to_be_verified(api: Api, catalog: Catalog, image: Image) -> None:
    staged = catalog.imports.stage(image.id, anything, BYTES)

    assert (staged.status, staged.transition, staged.retriable) == (Status.UPLOADING, None, False)
    assert (staged.size, staged.checksum, staged.sha256) == (len(BYTES), None, None)
    assert catalog.image(image.id) == staged
    assert [f"s3://{api.world.blobs.bucket}/{key}" for key in api.stored()] == [staged.location]


def test_bytes_are_staged_before_their_format_is_known(catalog: Catalog) -> None:
    image = catalog.register(NewImage({}))

    staged = catalog.imports.stage(image.id, anything, BYTES)

    assert staged.status is Status.UPLOADING
    with pytest.raises(FormatMissing):
        catalog.imports.begin(image.id, anything)


def test_staged_bytes_count_as_stored(catalog: Catalog, image: Image) -> None:
    catalog.imports.stage(image.id, anything, BYTES)

    assert catalog.usage.of().size == len(BYTES)


def test_no_more_bytes_are_staged_than_there_is_room_for(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA=str(len(BYTES) - 1))
    catalog = api.world.catalog(a_caller("t1", *ORDINARY))
    image = catalog.register(NewImage(FORMATS))

    with pytest.raises(StorageQuotaExceeded):
        catalog.imports.stage(image.id, anything, BYTES)

    assert catalog.image(image.id).waits
    assert api.stored() == []


def test_staged_bytes_whose_room_others_take_meanwhile_are_removed(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA=str(2 * len(BYTES) - 1))
    catalog = api.world.catalog(a_caller("t1", *ORDINARY))
    image = catalog.register(NewImage(FORMATS))

    with (
        api.on_s3("PutObject", lambda: api.world.images.add(an_image(status=Status.ACTIVE, size=len(BYTES)))),
        pytest.raises(StorageQuotaExceeded),
    ):
        catalog.imports.stage(image.id, anything, BYTES)

    assert catalog.image(image.id).waits
    assert api.stored() == []


def test_an_image_whose_bytes_could_not_be_staged_is_queued_again(api: Api, catalog: Catalog, image: Image) -> None:
    with api.s3_fault("PutObject", "InternalError", 500), pytest.raises(StoreError):
        catalog.imports.stage(image.id, anything, BYTES)

    assert catalog.image(image.id).waits
    assert catalog.imports.stage(image.id, anything, BYTES).status is Status.UPLOADING


def test_of_an_image_that_is_deleted_while_it_is_staged_nothing_is_left(
    api: Api, catalog: Catalog, image: Image
) -> None:
    with api.on_s3("PutObject", lambda: catalog.delete(image.id)), pytest.raises(DeletedMeanwhile):
        catalog.imports.stage(image.id, anything, BYTES)

    assert api.stored() == []


@pytest.mark.parametrize("delayed", ["false", "true"])
def test_a_deletion_takes_staged_bytes_with_it(make_api: MakeApi, delayed: str) -> None:
    api = make_api(DELAYED_DELETE=delayed)
    catalog = api.world.catalog(a_caller("t1", *ORDINARY))
    image = catalog.register(NewImage(FORMATS))
    catalog.imports.stage(image.id, anything, BYTES)

    catalog.delete(image.id)

    assert catalog.usage.of().size == 0
    assert api.stored() == []


def test_staged_images_are_left_alone_by_the_sweep(api: Api, catalog: Catalog, image: Image) -> None:
    staged = catalog.imports.stage(image.id, anything, BYTES)
    api.clock.advance(1000 * 3600)

    assert api.world.reaper.sweep() == 0
    assert catalog.image(image.id) == staged


def test_an_import_of_staged_bytes_is_a_job(catalog: Catalog, image: Image) -> None:
    staged = catalog.imports.stage(image.id, anything, BYTES)

    begun = catalog.imports.begin(image.id, anything)

    [job] = catalog.jobs.all()
    assert (begun.status, begun.transition) == (Status.UPLOADING, Transition.CREATING)
    assert (begun.size, begun.location) == (staged.size, staged.location)
    assert job.images == (image.id,)


def test_an_import_of_staged_bytes_needs_them(catalog: Catalog, image: Image) -> None:
    with pytest.raises(WrongStatus, match="queued"):
        catalog.imports.begin(image.id, anything)


def test_one_import_runs_at_a_time(catalog: Catalog, image: Image) -> None:
    catalog.imports.stage(image.id, anything, BYTES)
    catalog.imports.begin(image.id, anything)

    with pytest.raises(WrongStatus, match="creating"):
        catalog.imports.begin(image.id, anything)


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("use", FETCHES.values(), ids=FETCHES)
@pytest.mark.parametrize("status", [status for status in Status if status is not Status.QUEUED])
def test_only_queued_images_take_bytes(api: Api, catalog: Catalog, use: Import, status: Status) -> None:
    image = api.world.images.add(an_image(status=status, **FORMATS))

    with pytest.raises(CatalogError) as refusal:
        use(catalog, image.id, anything)

    assert isinstance(refusal.value, NotQueued) or status in (Status.PENDING_DELETE, Status.DELETED)


def test_where_bytes_are_fetched_is_not_asked_in_the_request(
    catalog: Catalog, image: Image, resolver: Resolver
) -> None:
    fetching = catalog.imports.fetch(image.id, anything, "https://nowhere.example/disk.raw")

    [job] = catalog.jobs.all()
    assert (fetching.status, fetching.transition, fetching.size) == (Status.QUEUED, Transition.CREATING, None)
    assert fetching.retriable
    assert job.facts["source"] == "https://nowhere.example/disk.raw"
    with pytest.raises(NotQueued):
        catalog.imports.fetch(image.id, anything, SOURCE)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "ftp://files.example/disk.raw",
        "http://127.0.0.1/disk.raw",
        "http://169.254.169.254/latest/meta-data/",
        "https://inside.example/disk.raw",
        "https://user:secret@files.example/disk.raw",
        "https://",
        "s3://bucket",
        "s3:",
    ],
)
def test_what_is_never_fetched_is_refused_before_anything_is_stored(
    catalog: Catalog, image: Image, resolver: Resolver, uri: str
) -> None:
    resolver.names["inside.example"] = ["10.0.0.1"]

    with pytest.raises(SourceRefused):
        catalog.imports.fetch(image.id, anything, uri)

    assert catalog.image(image.id) == image
    assert catalog.jobs.all() == []


def test_the_images_of_the_registry_itself_are_not_fetched(api: Api, catalog: Catalog, image: Image) -> None:
    location = api.world.blobs.put("somebodys-image", b"secret")

    with pytest.raises(SourceRefused):
        catalog.imports.fetch(image.id, anything, location)


@pytest.mark.usefixtures("resolver")
def test_bytes_are_fetched_in_a_known_format_only(catalog: Catalog) -> None:
    image = catalog.register(NewImage({}))

    with pytest.raises(FormatMissing):
        catalog.imports.fetch(image.id, anything, SOURCE)


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("use", IMPORTS.values(), ids=IMPORTS)
def test_whoever_may_not_change_an_image_imports_nothing_into_it(
    api: Api, open_catalog: Open, catalog: Catalog, image: Image, use: Import
) -> None:
    public = api.world.images.add(an_image(visibility=Visibility.PUBLIC, **FORMATS))

    with pytest.raises(PolicyMissing):
        use(open_catalog("t1", Policy.READ_IMAGES), image.id, anything)
    with pytest.raises(ImageHidden):
        use(open_catalog("t2"), image.id, anything)
    with pytest.raises(NotOwnerOfPublic):
        use(open_catalog("t2"), public.id, anything)


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("use", ORDERS.values(), ids=ORDERS)
def test_an_import_is_refused_by_the_image_as_it_stands_whosever_it_is(
    api: Api, open_catalog: Open, image: Image, use: Import
) -> None:
    def refuse(found: Image) -> None:
        raise Invalid("name", found.id)

    public = api.world.images.add(an_image(visibility=Visibility.PUBLIC))
    with pytest.raises(Invalid, match=public.id):
        use(open_catalog("t2"), public.id, refuse)


def test_bytes_are_not_staged_by_whoever_may_not_change_the_image_whatever_it_is(
    api: Api, open_catalog: Open, image: Image
) -> None:
    def refuse(found: Image) -> None:
        raise Invalid("name", found.id)

    public = api.world.images.add(an_image(visibility=Visibility.PUBLIC))

    with pytest.raises(NotOwnerOfPublic):
        open_catalog("t2").imports.stage(public.id, refuse, b"")
    with pytest.raises(Invalid, match=image.id):
        open_catalog("t1").imports.stage(image.id, refuse, b"")


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("use", FETCHES.values(), ids=FETCHES)
def test_an_import_is_decided_again_when_others_were_faster(catalog: Catalog, image: Image, use: Import) -> None:
    replies = iter([cancelled("ConditionalCheckFailed")])

    with answering("TransactWriteItems", lambda _: next(replies, None)):
        begun = use(catalog, image.id, anything)

    assert begun.status in (Status.UPLOADING, Status.QUEUED)
