"""Parents and images of two tenants, which know nothing of each other."""

from typing import Any

import pytest

from chalicelib.catalog.image import Image, Visibility
from tests.api import ORDINARY, Caller
from tests.dialects.foreman.foreman import (
    EVERYWHERE,
    SINGULAR,
    Parent,
    World,
    add,
    add_parent,
    assert_invalid,
    attributes,
    listed,
    listing,
    missing,
    post,
    put,
    show,
    stored,
)
from tests.factories import a_membership

NOT_OURS: dict[str, dict[str, Any]] = {
    "private": {"owner": "t2"},
    "public": {"owner": "t2", "visibility": Visibility.PUBLIC},
    "shared": {"owner": "t2", "member_count": 1},
    "of nobody": {"owner": None},
    "public of nobody": {"owner": None, "visibility": Visibility.PUBLIC},
}
NOT_LISTED = pytest.mark.parametrize("whose", NOT_OURS)
BY_WHOM = pytest.mark.parametrize("who", ["ordinary", "operator"])
EACH_KIND = pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems", "architectures"])
NEW = {
    "compute_resources": {"name": "cv-cloud", "provider": "EC2", "url": "eu-west-1"},
    "operatingsystems": {"name": "CvLinux", "major": "7", "minor": "9"},
    "architectures": {"name": "cv_x86_64"},
}
"""Parents as the first tenant has them."""


@pytest.fixture
def neighbour(world: World) -> Caller:
    """Somebody of another tenant with the same rights."""
    return world.api.basic_caller("t2", *ORDINARY, user="neighbour")


@pytest.fixture
def operator(world: World) -> Caller:
    """An administrator, of another tenant."""
    return world.api.basic_caller("ops", "admin", user="operator")


@EACH_KIND
def test_parents_of_another_tenant_are_not_listed(neighbour: Caller, kind: str) -> None:
    found = listing(neighbour, f"/api/{kind}")

    assert (found["total"], found["results"]) == (0, [])


@EACH_KIND
@pytest.mark.parametrize("who", ["neighbour", "operator"])
def test_parents_of_another_tenant_are_not_found(
    world: World, request: pytest.FixtureRequest, kind: str, who: str
) -> None:
    caller: Caller = request.getfixturevalue(who)
    parent = world.parent(kind)

    found = [caller.get(parent.path), caller.get(parent.images), caller.get(parent.image(1))]

    assert [answer.status for answer in found] == [404] * 3
    assert [answer.json["error"]["message"] for answer in found] == [
        f"Resource {SINGULAR[kind]} not found by id '{parent.id}'",
        "Resource image not found by id ''",
        "Resource image not found by id '1'",
    ]


@pytest.mark.parametrize("path", ["/api/architectures/cv_x86_64", "/api/operatingsystems/CvLinux%207.9"])
def test_parents_of_another_tenant_are_not_found_by_their_names(neighbour: Caller, path: str) -> None:
    answer = neighbour.get(f"{path}/images")

    assert answer.status == 404
    assert answer.json == missing()


@EACH_KIND
def test_two_tenants_have_parents_of_the_same_name(world: World, neighbour: Caller, kind: str) -> None:
    parent = add_parent(neighbour, kind, **NEW[kind])

    assert parent.name == world.parent(kind).name
    assert listing(neighbour, f"/api/{kind}")["total"] == 1
    assert listing(world.admin, f"/api/{kind}")["total"] == 2


@pytest.fixture
def theirs(neighbour: Caller) -> dict[str, Parent]:
    """The other tenant's parents, by kind."""
    return {kind: add_parent(neighbour, kind, **given) for kind, given in NEW.items()}


def test_two_tenants_have_images_of_the_same_name_and_uuid(
    stocked: World, neighbour: Caller, theirs: dict[str, Parent]
) -> None:
    image = {
        "name": "alpha",
        "username": "root",
        "uuid": "cv-u1",
        "operatingsystem_id": theirs["operatingsystems"].id,
        "architecture_id": theirs["architectures"].id,
    }

    answer = post(neighbour, theirs["compute_resources"].images, {"image": image})

    assert answer.status == 201
    assert answer.json["id"] not in {ours["id"] for ours in stocked.images.values()}
    assert [listed(neighbour, parent.images) for parent in theirs.values()] == [["alpha"]] * 3
    assert len(listed(stocked.admin, stocked.ca.images)) == 5


@EACH_KIND
def test_images_of_another_tenant_are_not_below_parents_of_the_same_name(
    stocked: World, neighbour: Caller, theirs: dict[str, Parent], kind: str
) -> None:
    alpha = stocked.images["alpha"]
    path = theirs[kind].image(alpha)

    found = [neighbour.get(path), put(neighbour, path, username="changed"), neighbour.delete(path)]

    assert [answer.status for answer in found] == [404] * 3
    assert [answer.json for answer in found] == [missing(alpha["id"])] * 3
    assert show(stocked.admin, stocked.ca.image(alpha)) == alpha
    assert listed(neighbour, theirs[kind].images) == []


def test_an_image_has_no_parents_of_another_tenant(world: World, neighbour: Caller) -> None:
    compute_resource = add_parent(neighbour, "compute_resources", **NEW["compute_resources"])

    answer = post(neighbour, compute_resource.images, {"image": attributes(world)})

    assert_invalid(answer, operatingsystem_id="does not exist", architecture_id="does not exist")


def test_an_image_does_not_move_to_another_tenant(stocked: World, neighbour: Caller) -> None:
    given = [{**NEW["compute_resources"], "name": f"cv-{number}"} for number in range(3)]
    theirs = [add_parent(neighbour, "compute_resources", **each) for each in given]
    alpha = stocked.images["alpha"]

    answer = put(stocked.admin, stocked.ca.image(alpha), compute_resource_id=theirs[-1].id)

    assert_invalid(answer, alpha["id"], compute_resource_id="does not exist")
    assert show(stocked.admin, stocked.ca.image(alpha)) == alpha


def test_an_architecture_of_another_tenant_is_not_named(stocked: World, neighbour: Caller) -> None:
    add_parent(neighbour, "architectures", name="theirs")
    alpha = stocked.images["alpha"]

    answer = put(stocked.admin, stocked.ca.image(alpha), architecture_name="theirs")

    assert answer.status == 422
    assert answer.json == {"error": {"message": "Could not find architecture with name: theirs"}}


@pytest.fixture
def foreign(world: World, whose: str) -> Image:
    """An image that is not the tenant's own, but would be below CA, OA and AA if it were."""
    image = add(world, name="theirs", compute_resource=world.ca.id, **EVERYWHERE, **NOT_OURS[whose])
    if image.member_count:
        world.api.world.memberships.change(image, [a_membership(image, "t1")], [])
    return image


@pytest.fixture
def caller(world: World, who: str) -> Caller:
    """Somebody of the tenant."""
    return world.admin if who == "ordinary" else world.api.basic_caller("t1", "admin", user="operator")


@EACH_KIND
@BY_WHOM
@NOT_LISTED
def test_images_of_others_are_nowhere(
    world: World, caller: Caller, foreign: Image, who: str, whose: str, kind: str
) -> None:
    parent = world.parent(kind)

    found = listing(caller, parent.images)
    answer = caller.get(parent.image(foreign.number))

    assert (found["total"], found["subtotal"], found["results"]) == (0, 0, [])
    assert answer.status == 404
    assert answer.json == missing(foreign.number)


@BY_WHOM
@NOT_LISTED
def test_images_of_others_stay_as_they_are(world: World, caller: Caller, foreign: Image, who: str, whose: str) -> None:
    before, path = stored(world, foreign), world.ca.image(foreign.number)

    found = [put(caller, path, username="changed"), caller.delete(path)]

    assert [answer.status for answer in found] == [404, 404]
    assert stored(world, foreign) == before


@NOT_LISTED
def test_names_of_images_of_others_are_free(world: World, foreign: Image, whose: str) -> None:
    answer = post(world.admin, world.ca.images, {"image": attributes(world, name="theirs", uuid=foreign.id)})

    assert answer.status == 201
