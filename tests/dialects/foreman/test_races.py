"""What holds when several callers act at once: real threads over one catalogue."""

from functools import partial

import pytest

from tests.dialects.foreman.foreman import (
    TAKEN,
    World,
    assert_invalid,
    create,
    listing,
    missing,
    names,
    post,
    put,
    show,
    try_create,
)
from tests.threads import at_once, statuses

REPEATED = pytest.mark.parametrize("turn", range(3))
THREADS = range(8)


@REPEATED
def test_a_uuid_goes_to_one_of_those_that_want_it(world: World, turn: int) -> None:
    answers = at_once(*(partial(try_create, world, name=f"image {number}") for number in THREADS))

    assert statuses(answers) == [201] + [422] * 7
    for answer in answers:
        if answer.status == 422:
            assert_invalid(answer, uuid=TAKEN)
    [winner] = [answer.json for answer in answers if answer.status == 201]
    assert listing(world.admin, world.ca.images)["results"] == [winner]


@REPEATED
def test_a_name_goes_to_one_of_those_that_want_it(world: World, turn: int) -> None:
    answers = at_once(*(partial(try_create, world, uuid=f"cv-{number}") for number in THREADS))

    assert statuses(answers) == [201] + [422] * 7
    for answer in answers:
        if answer.status == 422:
            assert_invalid(answer, name=TAKEN)
    assert listing(world.admin, world.ca.images)["total"] == 1


@REPEATED
def test_creates_that_do_not_clash_all_succeed(world: World, turn: int) -> None:
    answers = at_once(*(partial(try_create, world, name=f"image {n}", uuid=f"cv-{n}") for n in THREADS))

    assert statuses(answers) == [201] * 8
    assert len({answer.json["id"] for answer in answers}) == 8
    assert sorted(names(listing(world.admin, world.ca.images))) == [f"image {number}" for number in THREADS]


@REPEATED
def test_an_image_is_deleted_once(world: World, turn: int) -> None:
    image = create(world)

    answers = at_once(*(partial(world.admin.delete, world.ca.image(image)) for _ in THREADS))

    assert statuses(answers) == [200] + [404] * 7
    assert all(answer.json == missing(image["id"]) for answer in answers if answer.status == 404)
    assert listing(world.admin, world.ca.images)["total"] == 0


@REPEATED
def test_one_of_the_images_that_move_to_a_place_gets_there(world: World, turn: int) -> None:
    parents = {world.ca: create(world), world.cb: create(world, world.cb)}
    target = post(
        world.admin,
        "/api/compute_resources",
        {"compute_resource": {"name": "target", "provider": "EC2", "url": "eu-west-1"}},
    ).json["id"]

    answers = at_once(
        *(
            partial(put, world.admin, parent.image(image), compute_resource_id=target)
            for parent, image in parents.items()
        )
    )

    assert statuses(answers) == [200, 422]
    assert listing(world.admin, f"/api/compute_resources/{target}/images")["total"] == 1
    assert sum(listing(world.admin, parent.images)["total"] for parent in parents) == 1


@REPEATED
def test_changes_of_different_attributes_are_both_kept(world: World, turn: int) -> None:
    path = world.ca.image(create(world))

    answers = at_once(
        partial(put, world.admin, path, username="changed"),
        partial(put, world.admin, path, user_data=True),
    )

    assert statuses(answers) == [200, 200]
    found = show(world.admin, path)
    assert (found["username"], found["user_data"]) == ("changed", True)


@REPEATED
def test_a_change_does_not_bring_a_deleted_image_back(world: World, turn: int) -> None:
    path = world.ca.image(create(world))

    deleted, *changed = at_once(
        partial(world.admin.delete, path),
        *(partial(put, world.admin, path, username=f"writer {number}") for number in range(4)),
    )

    assert deleted.status == 200
    assert set(statuses(changed)) <= {200, 404}
    assert world.admin.get(path).status == 404
    assert listing(world.admin, world.ca.images)["total"] == 0


@REPEATED
@pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems", "architectures"])
def test_a_parent_of_a_name_is_made_once(world: World, kind: str, turn: int) -> None:
    given = {"name": "new", "provider": "EC2", "url": "eu-west-1", "major": "1", "minor": "0"}

    answers = at_once(*(partial(post, world.admin, f"/api/{kind}", {kind[:-1]: given}) for _ in range(4)))

    assert statuses(answers) == [201, 422, 422, 422]
    assert listing(world.admin, f"/api/{kind}", search="name = new")["subtotal"] == 1
