"""Use cases of single images, as any dialect may ask for them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.catalog.errors import (
    DeletePending,
    EditConflict,
    FieldFrozen,
    ImageGone,
    ImageHidden,
    ImageNotFound,
    Invalid,
    NotOwner,
    NotOwnerOfPublic,
    NotQueued,
    PolicyMissing,
)
from chalicelib.catalog.image import MOVES, Changes, Image, NewImage, Status, Transition, Visibility
from chalicelib.catalog.lookup import Ownerless
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import ImageQuery, Scope
from chalicelib.catalog.service import Catalog
from tests.api import ORDINARY, Api, a_caller
from tests.catalog.conftest import Open
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.storage.contract.faults import answering, cancelled

NEW = NewImage({"name": "web"})
OUTRUN = cancelled("ConditionalCheckFailed")
"""What DynamoDB says when somebody else changed the image first."""

UseCase = Callable[[Catalog, str], object]
USE_CASES: dict[str, tuple[UseCase, Policy]] = {
    "image": (lambda catalog, image_id: catalog.image(image_id), Policy.READ_IMAGES),
    "images": (lambda catalog, _: catalog.images(ImageQuery()), Policy.READ_IMAGES),
    "register": (lambda catalog, _: catalog.register(NEW), Policy.CREATE_IMAGE),
    "update": (lambda catalog, image_id: catalog.update(image_id, lambda _: {"name": "x"}), Policy.CREATE_IMAGE),
    "delete": (lambda catalog, image_id: catalog.delete(image_id), Policy.DELETE_IMAGE),
    "members": (lambda catalog, image_id: catalog.members.of_image(image_id), Policy.READ_IMAGES),
    "share": (lambda catalog, image_id: catalog.members.add(image_id, "t2", can_share=None), Policy.CREATE_IMAGE),
    "unshare": (lambda catalog, image_id: catalog.members.remove(image_id, "t2"), Policy.CREATE_IMAGE),
    "reshare": (lambda catalog, image_id: catalog.members.replace(image_id, list), Policy.CREATE_IMAGE),
}


@pytest.mark.parametrize("name", USE_CASES)
def test_each_use_case_needs_its_policy(api: Api, open_catalog: Open, name: str) -> None:
    image = api.world.images.add(an_image())
    use_case, policy = USE_CASES[name]
    others = [right for right in Policy if right not in (policy, Policy.ADMIN)]

    with pytest.raises(PolicyMissing) as refusal:
        use_case(open_catalog("t1", *others), image.id)

    assert refusal.value.policy is policy
    assert api.world.images.get(image.id, "t2") == (image, {})


def test_everything_is_listed_for_administrators_only(catalog: Catalog, open_catalog: Open) -> None:
    query = ImageQuery(scope=Scope.EVERYTHING)

    with pytest.raises(PolicyMissing):
        catalog.images(query)

    assert list(open_catalog("ops", Policy.ADMIN).images(query)) == []


@pytest.mark.parametrize("registering", [True, False], ids=["register", "update"])
def test_publishing_needs_its_policy(open_catalog: Open, registering: bool) -> None:
    public: Changes = {"visibility": Visibility.PUBLIC}
    catalog = open_catalog()
    image = catalog.register(NEW)

    with pytest.raises(PolicyMissing) as refusal:
        catalog.register(NewImage(public)) if registering else catalog.update(image.id, lambda _: public)

    assert refusal.value.policy is Policy.PUBLICIZE_IMAGE


def test_an_image_is_registered_with_a_number_of_its_own(catalog: Catalog) -> None:
    one, two = catalog.register(NEW), catalog.register(NEW)

    assert 0 < one.number < two.number
    assert (one.owner, one.status, one.version) == ("t1", Status.QUEUED, 1)
    assert one.created_at == one.updated_at == one.status_changed_at


def test_the_owner_of_a_new_image_is_chosen_by_administrators_only(catalog: Catalog, open_catalog: Open) -> None:
    elsewhere = NewImage({"owner": "t9"})

    assert catalog.register(elsewhere).owner == "t1"
    assert open_catalog("ops", Policy.ADMIN).register(elsewhere).owner == "t9"


def test_a_change_that_meets_another_is_decided_anew(catalog: Catalog) -> None:
    image = catalog.register(NEW)
    seen: list[str | None] = []

    def change(found: Image) -> Changes:
        seen.append(found.description)
        if len(seen) < 3:
            catalog.update(image.id, lambda _: {"description": f"faster {len(seen)}"})
        return {"name": f"{found.description}, seen"}

    changed = catalog.update(image.id, change)

    assert seen == [None, "faster 1", "faster 2"]
    assert (changed.name, changed.description) == ("faster 2, seen", "faster 2")


def test_a_change_that_is_outrun_each_time_is_a_conflict(catalog: Catalog) -> None:
    image = catalog.register(NEW)

    with answering("TransactWriteItems", lambda _: OUTRUN) as calls, pytest.raises(EditConflict) as refusal:
        catalog.update(image.id, lambda _: {"name": "slow"})

    assert refusal.value.name == image.id
    assert len(calls) > 3
    assert catalog.image(image.id) == image


def test_no_change_at_all_writes_nothing(catalog: Catalog) -> None:
    image = catalog.register(NEW)

    with answering("TransactWriteItems", lambda _: OUTRUN) as calls:
        same = catalog.update(image.id, lambda _: {})

    assert same == image
    assert calls == []


def test_a_change_tells_when_it_was_made(catalog: Catalog) -> None:
    image = catalog.register(NEW)

    renamed = catalog.update(image.id, lambda _: {"name": "new"})
    given_up = catalog.update(image.id, lambda _: {"status": Status.KILLED})

    assert renamed.updated_at > image.updated_at
    assert renamed.status_changed_at == image.status_changed_at
    assert given_up.status_changed_at == given_up.updated_at > renamed.updated_at


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_only_the_moves_of_the_table_can_be_made(api: Api, open_catalog: Open, before: Status, after: Status) -> None:
    image = api.world.images.add(an_image(status=before, disk_format="raw", container_format="bare"))
    admin = open_catalog("ops", Policy.ADMIN)

    def move() -> Status:
        return admin.update(image.id, lambda _: {"status": after}, gone=True).status

    if after in MOVES[before]:
        assert move() is after
    else:
        with pytest.raises(NotQueued if after is Status.SAVING else FieldFrozen):
            move()


@pytest.mark.parametrize(
    ("facts", "tenant", "error"),
    [
        ({}, "t2", ImageHidden),
        ({"visibility": Visibility.PUBLIC}, "t2", NotOwnerOfPublic),
        ({"owner": None}, "t2", Ownerless),
        ({"status": Status.DELETED}, "t1", ImageNotFound),
        ({"status": Status.PENDING_DELETE}, "t1", ImageNotFound),
    ],
)
@pytest.mark.parametrize("name", ["update", "delete"])
def test_a_change_is_refused_to_whom_the_image_is_not(
    api: Api, open_catalog: Open, name: str, facts: dict[str, object], tenant: str, error: type[Exception]
) -> None:
    image = api.world.images.add(an_image(**facts))

    with pytest.raises(ImageNotFound if issubclass(error, ImageNotFound) else NotOwner) as refusal:
        USE_CASES[name][0](open_catalog(tenant), image.id)

    assert type(refusal.value) is error


def test_administrators_may_know_that_an_image_was_deleted(api: Api, open_catalog: Open) -> None:
    image = api.world.images.add(an_image(status=Status.DELETED))
    admin = open_catalog("ops", Policy.ADMIN)

    with pytest.raises(ImageGone):
        admin.image(image.id)

    assert admin.image(image.id, gone=True) == image


def test_a_deletion_that_meets_a_change_is_made_all_the_same(catalog: Catalog, api: Api) -> None:
    image = catalog.register(NEW)
    replies = iter([OUTRUN, OUTRUN, None])

    with answering("TransactWriteItems", lambda _: next(replies)):
        catalog.delete(image.id)

    found = api.world.images.get(image.id)
    assert found is not None
    assert found.image.status is Status.DELETED


def test_a_deletion_that_is_outrun_each_time_is_a_conflict(catalog: Catalog) -> None:
    image = catalog.register(NEW)

    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(EditConflict):
        catalog.delete(image.id)

    assert catalog.image(image.id) == image


def test_a_tombstone_keeps_no_secrets(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image(login_password="hunter2", properties={"a": "1"}, name="web"))

    catalog.delete(image.id)

    found = api.world.images.get(image.id)
    assert found is not None
    assert (found.image.login_password, found.image.properties, found.image.name) == (None, {}, "web")


def test_an_image_that_waits_for_its_deletion_is_not_deleted_twice(api: Api, open_catalog: Open) -> None:
    image = api.world.images.add(an_image(status=Status.PENDING_DELETE))

    with pytest.raises(DeletePending):
        open_catalog("ops", Policy.ADMIN).delete(image.id, gone=True)

    assert api.world.images.get(image.id) == (replace(image), {})


def test_a_deletion_that_cannot_be_undone_stands(api: Api, catalog: Catalog) -> None:
    facts: dict[str, Any] = {"compute_resource": 1, "name": "web"}
    image = api.world.images.add(an_image(status=Status.ACTIVE, location="s3://rosetta-images/a/b", **facts))
    heirs: list[Image] = []

    def inherit() -> None:
        heirs.append(api.world.images.add(an_image(**facts)))

    with api.on_s3("DeleteObject", inherit), api.s3_fault("DeleteObject", "AccessDenied", 403):
        catalog.delete(image.id)

    found = api.world.images.get(image.id)
    assert found is not None
    assert found.image.status is Status.DELETED
    assert found.image.location == image.location
    assert [heir.name for heir in heirs] == ["web"]


def test_a_deletion_stands_if_its_room_is_taken_by_the_time_it_should_be_undone(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA="10")
    image = api.world.images.add(an_image(status=Status.ACTIVE, size=8, location="s3://rosetta-images/a/b"))
    heirs: list[Image] = []

    def inherit() -> None:
        heirs.append(api.world.images.add(an_image(status=Status.ACTIVE, size=8)))

    with api.on_s3("DeleteObject", inherit), api.s3_fault("DeleteObject", "AccessDenied", 403):
        api.world.catalog(a_caller("t1", *ORDINARY)).delete(image.id)

    [left] = api.world.images.many([image.id])
    assert (left.status, left.location) == (Status.DELETED, image.location)
    assert api.world.images.totals("t1").size == sum(heir.size or 0 for heir in heirs) == 8


@pytest.mark.parametrize("changes", [{"status": Status.SAVING}, {"location": "s3://elsewhere/key"}], ids=str)
def test_an_image_that_a_job_is_making_takes_no_bytes_from_others(api: Api, catalog: Catalog, changes: Changes) -> None:
    facts = {"disk_format": "raw", "container_format": "bare", "transition": Transition.CREATING}
    image = api.world.images.add(an_image(**facts))

    with pytest.raises((NotQueued, Invalid)):
        catalog.update(image.id, lambda _: changes)

    assert catalog.image(image.id) == image


def test_a_deletion_ends_whatever_a_job_has_begun(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image(status=Status.ACTIVE, transition=Transition.DELETING))

    catalog.delete(image.id)

    found = api.world.images.get(image.id)
    assert found is not None
    assert (found.image.status, found.image.transition) == (Status.DELETED, None)
