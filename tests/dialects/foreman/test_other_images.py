"""Images that were registered through other dialects."""

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.dialects.foreman.foreman import (
    ALWAYS_SHOWN,
    EVERYWHERE,
    Record,
    World,
    add,
    add_parent,
    assert_refused,
    create,
    is_stamp,
    listed,
    listing,
    missing,
    names,
    put,
    show,
    stored,
)
from tests.factories import START

EACH_KIND = pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems", "architectures"])
MISSING = {
    "operatingsystem_id": None,
    "operatingsystem_name": None,
    "compute_resource_id": None,
    "compute_resource_name": None,
    "architecture_id": None,
    "architecture_name": None,
}


def test_an_image_is_below_the_architecture_of_its_name(world: World) -> None:
    image = add(world, name="theirs", login_user="root", provider_image_id="ami-7", architecture="cv_x86_64")

    found = listing(world.admin, world.aa.images)

    [entry] = found["results"]
    mine = {"architecture_id": world.aa.id, "architecture_name": "cv_x86_64"}
    known = {"id": image.number, "name": "theirs", "username": "root", "uuid": "ami-7"}
    stamps = {"created_at": "2026-01-01 00:00:00 UTC", "updated_at": "2026-01-01 00:00:00 UTC"}
    assert entry == {**MISSING, **known, **mine, **stamps}
    assert (found["total"], found["subtotal"]) == (1, 1)
    assert show(world.admin, world.aa.image(image.number)) == entry


def test_an_image_is_below_the_operating_system_of_its_title(world: World) -> None:
    image = add(world, name="theirs", os_title="CvLinux 7.9")

    [entry] = listing(world.admin, world.oa.images)["results"]

    assert {name: entry[name] for name in MISSING} == {
        **MISSING,
        "operatingsystem_id": world.oa.id,
        "operatingsystem_name": "CvLinux 7.9",
    }
    assert show(world.admin, world.oa.image(image.number)) == entry


def test_an_image_is_below_the_compute_resource_of_its_number(world: World) -> None:
    image = add(world, name="theirs", compute_resource=world.ca.id)

    [entry] = listing(world.admin, world.ca.images)["results"]

    assert {name: entry[name] for name in MISSING} == {
        **MISSING,
        "compute_resource_id": world.ca.id,
        "compute_resource_name": "cv-cloud",
    }
    assert set(entry) == ALWAYS_SHOWN | {"user_data", "iam_role"}
    assert show(world.admin, world.ca.image(image.number)) == entry


def test_an_image_is_below_no_compute_resource_unless_it_has_one(world: World) -> None:
    image = add(world, name="theirs", provider="ec2", **EVERYWHERE)

    answer = world.admin.get(world.ca.image(image.number))

    assert answer.status == 404
    assert listed(world.admin, world.ca.images) == []
    assert listed(world.admin, world.oa.images) == listed(world.admin, world.aa.images) == ["theirs"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"architecture": "x86_64"}, {"os_title": "CvLinux"}, {"os_family": "CvLinux", "platform": "CvLinux 7.9"}],
    ids=["nothing known", "another architecture", "title without version", "family"],
)
def test_an_image_that_fits_below_no_parent_is_nowhere(world: World, fields: Record) -> None:
    add(world, name="theirs", **fields)

    parents = [world.ca, world.cb, world.oa, world.ob, world.aa, world.ab]
    found = [listed(world.admin, parent.images) for parent in parents]

    assert found == [[]] * 6


def test_an_image_appears_as_soon_as_its_parent_does(world: World) -> None:
    add(world, name="theirs", architecture="x86_64")

    parent = add_parent(world.admin, "architectures", name="x86_64")

    assert listed(world.admin, parent.images) == ["theirs"]


def test_what_an_image_lacks_is_filled_in(world: World) -> None:
    image = add(world, architecture="cv_x86_64")

    found = show(world.admin, world.aa.image(image.number))

    assert (found["name"], found["username"], found["uuid"]) == (image.id, "", image.id)
    assert is_stamp(found["created_at"])


def test_images_of_all_dialects_are_in_one_list(world: World) -> None:
    create(world, name="first")
    add(world, name="second", **EVERYWHERE)
    create(world, name="third", uuid="cv-u3")

    found = listing(world.admin, world.aa.images)

    assert names(found) == ["first", "second", "third"]
    assert found["total"] == 3


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("operatingsystem = {oa}", ["ours"]),
        ("operatingsystem != {oa}", []),
        ("not operatingsystem = {oa}", ["theirs"]),
        ("null? operatingsystem", ["theirs"]),
        ("has operatingsystem", ["ours"]),
        ("null? compute_resource", ["theirs"]),
        ("-cv", ["theirs"]),
        ("name ~ s", ["ours", "theirs"]),
    ],
)
def test_what_an_image_lacks_is_null_in_a_search(world: World, search: str, expected: list[str]) -> None:
    create(world, name="ours", uuid="u1")
    add(world, name="theirs", architecture="cv_x86_64", login_user="root")

    found = listing(world.admin, world.aa.images, search=search.format(oa=world.oa.id))

    assert names(found) == expected
    assert (found["total"], found["subtotal"]) == (2, len(expected))


@pytest.mark.parametrize("order", ["operatingsystem", "compute_resource DESC", "user_data", "username", "name"])
def test_an_order_has_a_place_for_images_that_lack_something(world: World, order: str) -> None:
    create(world, name="ours")
    add(world, architecture="cv_x86_64")

    found = listing(world.admin, world.aa.images, order=order)

    assert len(found["results"]) == found["total"] == 2


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SAVING, Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED])
def test_an_image_is_listed_wherever_it_stands(world: World, status: Status) -> None:
    add(world, name="theirs", status=status, **EVERYWHERE)

    found = listed(world.admin, world.oa.images)

    assert found == ["theirs"]


@EACH_KIND
@pytest.mark.parametrize("status", [Status.DELETED, Status.PENDING_DELETE])
def test_a_deleted_image_is_nowhere(world: World, kind: str, status: Status) -> None:
    image = add(world, compute_resource=world.ca.id, status=status, deleted_at=START, **EVERYWHERE)
    parent = world.parent(kind)

    answer = world.admin.get(parent.image(image.number))
    found = listing(world.admin, parent.images)

    assert answer.status == 404
    assert answer.json == missing(image.number)
    assert (found["total"], found["subtotal"], found["results"]) == (0, 0, [])


@pytest.mark.parametrize("status", [Status.DELETED, Status.PENDING_DELETE])
def test_a_deleted_image_is_neither_changed_nor_deleted_again(world: World, status: Status) -> None:
    image = add(world, compute_resource=world.ca.id, status=status, deleted_at=START)
    path = world.ca.image(image.number)

    found = [put(world.admin, path, username="changed"), world.admin.delete(path)]

    assert [answer.status for answer in found] == [404, 404]
    assert [answer.json for answer in found] == [missing(image.number)] * 2
    assert stored(world, image) == image


def test_a_protected_image_is_not_deleted(world: World) -> None:
    image = add(world, name="theirs", protected=True, **EVERYWHERE)

    answer = world.admin.delete(world.oa.image(image.number))

    assert answer.status == 403
    assert_refused(answer)
    assert str(image.number) in answer.text
    assert image.id not in answer.text
    assert listed(world.admin, world.oa.images) == ["theirs"]


def test_an_image_of_another_dialect_is_deleted(world: World) -> None:
    image = add(world, name="theirs", **EVERYWHERE)

    answer = world.admin.delete(world.oa.image(image.number))

    assert answer.status == 200
    assert (answer.json["id"], answer.json["name"], answer.json["uuid"]) == (image.number, "theirs", image.id)
    assert (answer.json["operatingsystem_id"], answer.json["compute_resource_id"]) == (world.oa.id, None)
    assert listed(world.admin, world.oa.images) == []


def test_a_change_keeps_what_this_dialect_does_not_know(world: World) -> None:
    fields = {"login_user": "root", "provider_image_id": "ami-7", "compute_resource": world.ca.id, **EVERYWHERE}
    image = add(world, name="old", disk_format="raw", min_disk=7, properties={"distro": "arch"}, **fields)

    answer = put(world.admin, world.ca.image(image.number), name="new")

    assert answer.status == 200
    assert answer.json["name"] == "new"
    left = stored(world, image)
    assert (left.name, left.login_user, left.architecture, left.os_title) == ("new", "root", "cv_x86_64", "CvLinux 7.9")
    assert (left.disk_format, left.min_disk, left.properties) == ("raw", 7, {"distro": "arch"})


def test_other_dialects_know_the_parents_by_their_names(world: World) -> None:
    create(world, password="s3cret", user_data=True)

    [image] = world.api.world.images.many([_only_id(world)])

    assert (image.owner, image.name, image.login_user, image.provider_image_id) == ("t1", "alpha", "root", "cv-u1")
    assert (image.architecture, image.os_title, image.compute_resource) == ("cv_x86_64", "CvLinux 7.9", world.ca.id)
    assert image.visibility is Visibility.SHARED


def _only_id(world: World) -> str:
    """The UUID of the only image there is, as another dialect tells it."""
    [image] = world.api.caller("t1").get("/v1/images").json["images"]
    found: str = image["id"]
    return found
