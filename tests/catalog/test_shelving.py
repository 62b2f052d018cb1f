"""Images that are withheld, advised against, or let through."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.catalog.errors import (
    ImageDeactivated,
    ImageGone,
    ImageHidden,
    ImageNotFound,
    NotOwnerOfPublic,
    PolicyMissing,
    WrongStatus,
)
from chalicelib.catalog.event import What
from chalicelib.catalog.image import MOVES, Image, Status, Transition, Visibility
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.shelving import FROM, OVER
from tests.api import Api
from tests.catalog.conftest import Open
from tests.factories import an_image
from tests.storage.contract.faults import answering, cancelled

Move = Callable[[Catalog, str], Image]
MOVED: dict[Status, Move] = {
    Status.DEACTIVATED: lambda catalog, image_id: catalog.deactivate(image_id),
    Status.ACTIVE: lambda catalog, image_id: catalog.reactivate(image_id),
    Status.DEPRECATED: lambda catalog, image_id: catalog.deprecate(image_id),
}
TOLD = {
    Status.DEACTIVATED: What.DEACTIVATED,
    Status.ACTIVE: What.REACTIVATED,
    Status.DEPRECATED: What.DEPRECATED,
}
moves = pytest.mark.parametrize("status", MOVED)


@moves
@pytest.mark.parametrize("before", Status)
def test_an_image_comes_from_a_status_in_which_it_has_its_bytes(
    api: Api, catalog: Catalog, status: Status, before: Status
) -> None:
    image = api.world.images.add(an_image(status=before))

    if before in FROM[status]:
        moved = MOVED[status](catalog, image.id)
        assert moved.status is catalog.image(image.id).status is status
        assert moved.status_changed_at == moved.updated_at > image.updated_at
        assert [event.what for event in catalog.history.of(image.id, after=0, limit=9)] == [What.CREATED, TOLD[status]]
    elif before is status:
        assert MOVED[status](catalog, image.id) == image
    else:
        with pytest.raises(ImageNotFound if image.gone else WrongStatus):
            MOVED[status](catalog, image.id)


def test_only_moves_of_the_table_are_made() -> None:
    assert all(after in MOVES[before] for after, froms in FROM.items() for before in froms)


@moves
def test_that_it_is_so_already_is_not_written(api: Api, catalog: Catalog, status: Status) -> None:
    image = api.world.images.add(an_image(status=status))

    with answering("TransactWriteItems", lambda _: cancelled()) as calls:
        assert MOVED[status](catalog, image.id) == image

    assert calls == []


@moves
def test_an_image_with_which_a_job_has_begun_is_left_to_it(api: Api, catalog: Catalog, status: Status) -> None:
    [before, *_] = FROM[status]
    image = api.world.images.add(an_image(status=before, transition=Transition.DELETING))

    with pytest.raises(WrongStatus, match="deleting"):
        MOVED[status](catalog, image.id)


@moves
def test_whoever_may_not_change_an_image_does_not_move_it(api: Api, open_catalog: Open, status: Status) -> None:
    [before, *_] = FROM[status]
    image = api.world.images.add(an_image(status=before))
    public = api.world.images.add(an_image(status=before, visibility=Visibility.PUBLIC))
    gone = api.world.images.add(an_image(status=Status.DELETED))

    for caller, image_id, error in (
        (open_catalog("t1", Policy.READ_IMAGES), image.id, PolicyMissing),
        (open_catalog("t2"), image.id, ImageHidden),
        (open_catalog("t2"), public.id, NotOwnerOfPublic),
        (open_catalog("ops", Policy.ADMIN), gone.id, ImageGone),
    ):
        with pytest.raises(error):
            MOVED[status](caller, image_id)
    assert MOVED[status](open_catalog("ops", Policy.ADMIN), image.id).status is status


@moves
def test_a_move_is_decided_again_when_others_were_faster(api: Api, catalog: Catalog, status: Status) -> None:
    [before, *_] = FROM[status]
    image = api.world.images.add(an_image(status=before))
    replies = iter([cancelled("ConditionalCheckFailed")])

    with answering("TransactWriteItems", lambda _: next(replies, None)):
        assert MOVED[status](catalog, image.id).status is status


def test_bytes_are_withheld_and_had_back(api: Api, catalog: Catalog) -> None:
    location = api.world.blobs.put("image", b"bytes")
    image = api.world.images.add(an_image(status=Status.ACTIVE, size=5, location=location))

    with pytest.raises(ImageDeactivated):
        catalog.content.read(catalog.deactivate(image.id))
    assert catalog.content.read(catalog.reactivate(image.id)) == b"bytes"
    assert catalog.content.read(catalog.deprecate(image.id)) == b"bytes"


@pytest.mark.parametrize("status", sorted(set(Status) - OVER))
def test_an_administrator_lets_an_image_through(api: Api, open_catalog: Open, catalog: Catalog, status: Status) -> None:
    image = api.world.images.add(an_image(status=status))

    allowed = open_catalog("ops", Policy.ADMIN).allow(image.id)

    assert allowed == replace(image, allowed=True, updated_at=allowed.updated_at, version=allowed.version)
    assert allowed.updated_at > image.updated_at
    event = catalog.history.of(image.id, after=image.version, limit=9)[0]
    assert (event.what, event.actor.tenant, event.fields) == (What.ALLOWED, "ops", ())


@pytest.mark.parametrize("status", sorted(OVER))
def test_an_image_that_is_over_is_not_let_through_and_it_is_said_what_to_do(
    api: Api, open_catalog: Open, status: Status
) -> None:
    image = api.world.images.add(an_image(status=status, allowed=True))
    advice = "register it again, and allow the new image before you send its bytes"

    with pytest.raises(WrongStatus, match=f"Image {image.id} is {status}: {advice}"):
        open_catalog("ops", Policy.ADMIN).allow(image.id)


def test_that_an_image_is_let_through_already_is_not_written(api: Api, open_catalog: Open) -> None:
    image = api.world.images.add(an_image(allowed=True))

    with answering("TransactWriteItems", lambda _: cancelled()) as calls:
        assert open_catalog("ops", Policy.ADMIN).allow(image.id) == image

    assert calls == []


def test_an_image_is_let_through_though_others_were_faster(api: Api, open_catalog: Open) -> None:
    image = api.world.images.add(an_image())
    replies = iter([cancelled("ConditionalCheckFailed")])

    with answering("TransactWriteItems", lambda _: next(replies, None)):
        assert open_catalog("ops", Policy.ADMIN).allow(image.id).allowed


def test_nobody_lets_images_through_but_administrators(api: Api, catalog: Catalog, open_catalog: Open) -> None:
    image = api.world.images.add(an_image())

    for caller in (catalog, open_catalog("t1", *set(Policy) - {Policy.ADMIN})):
        with pytest.raises(PolicyMissing):
            caller.allow(image.id)
    with pytest.raises(ImageNotFound):
        open_catalog("ops", Policy.ADMIN).allow("5a2f0d1c-93b0-4a6e-8a60-2f0a3f6f8e1d")
