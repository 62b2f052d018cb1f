"""References are changed and deleted while no image is left behind that refers to what is not there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from chalicelib.catalog.errors import EditConflict, PolicyMissing, TitleTaken
from chalicelib.catalog.image import Changes, Image, NewImage, Status
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.reference import FIELDS, Kind, Reference
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.vacancy import ReferenceGone, ReferenceInUse
from tests.api import Api
from tests.catalog.conftest import Open
from tests.factories import an_image
from tests.storage.contract.faults import answering, cancelled
from tests.threads import at_once

EACH_KIND = pytest.mark.parametrize("kind", Kind)
TITLED = pytest.mark.parametrize("kind", [Kind.OPERATINGSYSTEM, Kind.ARCHITECTURE])
FACTS: Mapping[str, Any] = {"name": "a", "provider": "EC2"}


@pytest.fixture
def reference(catalog: Catalog, kind: Kind) -> Reference:
    return catalog.references.add(kind, FACTS)


class NotThere(Exception):
    """The chosen reference does not exist."""


def the(reference: Reference) -> Callable[[list[Reference]], Reference]:
    """Chooses the reference, as it is now."""

    def choose(there: list[Reference]) -> Reference:
        for found in there:
            if found.number == reference.number:
                return found
        raise NotThere

    return choose


def facts_of(reference: Reference) -> Changes:
    """What makes an image refer to it."""
    return {FIELDS[reference.kind]: reference.key}  # type: ignore[misc]  # it is a field of images


def an_image_of(reference: Reference, **fields: Any) -> Image:
    return an_image(**facts_of(reference), **fields)


def renamed(_: Reference) -> Mapping[str, Any]:
    return {**FACTS, "name": "b"}


def described(reference: Reference) -> Mapping[str, Any]:
    return {**reference.facts, "description": "ours"}


@EACH_KIND
def test_a_reference_is_changed(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    changed = catalog.references.update(kind, the(reference), renamed)

    assert (changed.number, changed.name, changed.created_at) == (reference.number, "b", reference.created_at)
    assert changed.updated_at > reference.updated_at
    assert catalog.references.of(kind) == [changed]


@EACH_KIND
def test_the_same_facts_write_nothing(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    with answering("TransactWriteItems", lambda _: None) as calls:
        same = catalog.references.update(kind, the(reference), lambda old: dict(old.facts))

    assert (same, calls) == (reference, [])


@EACH_KIND
def test_a_reference_is_deleted(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    gone = catalog.references.remove(kind, the(reference))

    assert gone == reference
    assert catalog.references.of(kind) == []


@EACH_KIND
def test_what_others_have_is_neither_changed_nor_deleted(open_catalog: Open, kind: Kind, reference: Reference) -> None:
    stranger = open_catalog("t2").references

    with pytest.raises(NotThere):
        stranger.update(kind, the(reference), renamed)
    with pytest.raises(NotThere):
        stranger.remove(kind, the(reference))

    assert open_catalog("t1").references.of(kind) == [reference]


@EACH_KIND
def test_a_change_needs_the_right_to_create_and_a_deletion_that_to_delete(
    open_catalog: Open, kind: Kind, reference: Reference
) -> None:
    with pytest.raises(PolicyMissing):
        open_catalog("t1", Policy.READ_IMAGES, Policy.DELETE_IMAGE).references.update(kind, the(reference), renamed)
    with pytest.raises(PolicyMissing):
        open_catalog("t1", Policy.READ_IMAGES, Policy.CREATE_IMAGE).references.remove(kind, the(reference))

    assert open_catalog("t1").references.of(kind) == [reference]


@EACH_KIND
def test_the_title_of_another_is_refused(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    catalog.references.add(kind, {"name": "b"})

    with pytest.raises(TitleTaken):
        catalog.references.update(kind, the(reference), renamed)


@EACH_KIND
def test_what_images_refer_to_is_not_deleted(api: Api, catalog: Catalog, kind: Kind, reference: Reference) -> None:
    images = [api.world.images.add(an_image_of(reference, name=f"image {number}")) for number in range(7)]

    with pytest.raises(ReferenceInUse) as refusal:
        catalog.references.remove(kind, the(reference))

    assert catalog.references.of(kind) == [reference]
    assert 1 <= len(refusal.value.images) < len(images)
    assert set(refusal.value.images) <= {image.name for image in images}


@EACH_KIND
@pytest.mark.parametrize("status", [Status.PENDING_DELETE, Status.ACTIVE], ids=["waiting", "unseen"])
def test_images_that_the_caller_does_not_see_count_but_are_not_named(
    api: Api, open_catalog: Open, kind: Kind, reference: Reference, status: Status
) -> None:
    api.world.images.add(an_image_of(reference, status=status, deleted_at=api.clock.now()))
    caller = open_catalog("t1", Policy.DELETE_IMAGE) if status is Status.ACTIVE else open_catalog("t1")

    with pytest.raises(ReferenceInUse) as refusal:
        caller.references.remove(kind, the(reference))

    assert refusal.value.images == ()


@EACH_KIND
def test_images_that_are_deleted_or_anothers_do_not_count(
    api: Api, catalog: Catalog, kind: Kind, reference: Reference
) -> None:
    image = api.world.images.add(an_image_of(reference))
    api.world.images.add(an_image_of(reference, owner="t2"))
    catalog.delete(image.id)

    catalog.references.remove(kind, the(reference))

    assert catalog.references.of(kind) == []


@TITLED
def test_what_images_refer_to_by_its_title_keeps_it(
    api: Api, catalog: Catalog, kind: Kind, reference: Reference
) -> None:
    api.world.images.add(an_image_of(reference))

    with pytest.raises(ReferenceInUse):
        catalog.references.update(kind, the(reference), renamed)
    changed = catalog.references.update(kind, the(reference), described)

    assert catalog.references.of(kind) == [changed]
    assert (changed.title, changed.facts["description"]) == ("a", "ours")


def test_what_images_refer_to_by_its_number_may_be_renamed(api: Api, catalog: Catalog) -> None:
    cloud = catalog.references.add(Kind.COMPUTE_RESOURCE, FACTS)
    api.world.images.add(an_image_of(cloud))

    assert catalog.references.update(Kind.COMPUTE_RESOURCE, the(cloud), renamed).name == "b"


@EACH_KIND
def test_an_image_is_not_registered_below_what_is_gone(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    catalog.references.remove(kind, the(reference))

    with pytest.raises(ReferenceGone):
        catalog.register(NewImage(facts_of(reference)), refers=lambda _: [reference])


@EACH_KIND
def test_an_image_comes_only_to_what_is_there(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    image = catalog.register(NewImage({"name": "web"}))
    catalog.references.remove(kind, the(reference))

    with pytest.raises(ReferenceGone):
        catalog.update(image.id, lambda _: facts_of(reference), refers=lambda _: [reference])

    assert catalog.image(image.id) == image


@EACH_KIND
def test_an_image_stays_where_it_is_whatever_becomes_of_it(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    """What an image refers to already is not asked for again."""
    image = catalog.register(NewImage(facts_of(reference)), refers=lambda _: [reference])

    with answering("TransactWriteItems", lambda _: None) as calls:
        catalog.update(image.id, lambda _: {"name": "changed"}, refers=lambda _: [reference])

    assert not [item for item in calls[0]["TransactItems"] if "Update" in item]


@EACH_KIND
def test_who_is_outrun_each_time_is_told(catalog: Catalog, kind: Kind, reference: Reference) -> None:
    outrun = cancelled("TransactionConflict")

    with answering("TransactWriteItems", lambda _: outrun), pytest.raises(EditConflict, match="is being changed"):
        catalog.references.remove(kind, the(reference))
    with answering("TransactWriteItems", lambda _: outrun), pytest.raises(EditConflict, match="is being changed"):
        catalog.references.update(kind, the(reference), renamed)

    assert catalog.references.of(kind) == [reference]


@EACH_KIND
@pytest.mark.parametrize("turn", range(3))
def test_an_image_and_the_deletion_of_what_it_refers_to_exclude_each_other(
    catalog: Catalog, kind: Kind, reference: Reference, turn: int
) -> None:
    def attempt(act: Any) -> str:
        try:
            act()
        except (ReferenceGone, ReferenceInUse, NotThere) as error:
            return type(error).__name__
        return "done"

    register = partial(catalog.register, NewImage(facts_of(reference)), refers=lambda _: [reference])
    remove = partial(catalog.references.remove, kind, the(reference))
    found = at_once(*(partial(attempt, act) for act in (register, remove, register, remove)))

    left = catalog.references.of(kind)
    if left:
        assert sorted(found) == ["ReferenceInUse", "ReferenceInUse", "done", "done"]
    else:
        assert sorted(found) == ["NotThere", "ReferenceGone", "ReferenceGone", "done"]


@EACH_KIND
def test_an_image_that_comes_between_look_and_deletion_is_found(
    catalog: Catalog, kind: Kind, reference: Reference
) -> None:
    came: list[str] = []

    def come(_: object) -> None:
        if not came:
            came.append("begun")
            came.append(catalog.register(NewImage(facts_of(reference)), refers=lambda _: [reference]).id)

    with answering("TransactWriteItems", come), pytest.raises(ReferenceInUse) as refusal:
        catalog.references.remove(kind, the(reference))

    assert refusal.value.images == (came[1],)
    assert [each.number for each in catalog.references.of(kind)] == [reference.number]
