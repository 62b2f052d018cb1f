"""Images that are removed: cases D01 to D08, and wire §2.2."""

import pytest

from tests.dialects.foreman.foreman import (
    JSON,
    UNKNOWN,
    World,
    create,
    in_ca,
    is_dumped_stamp,
    listed,
    listing,
    missing,
    put,
    show,
    try_create,
)

DUMPED = {
    "id",
    "operatingsystem_id",
    "compute_resource_id",
    "architecture_id",
    "uuid",
    "username",
    "name",
    "created_at",
    "updated_at",
    "iam_role",
    "user_data",
    "password",
}


def test_case_d01_an_image_is_not_deleted_below_another_compute_resource(stocked: World) -> None:
    alpha = stocked.images["alpha"]

    answer = stocked.admin.delete(stocked.cb.image(alpha))

    assert answer.status == 404
    assert answer.json == missing(alpha["id"])
    assert show(stocked.admin, stocked.ca.image(alpha)) == alpha


def test_case_d02_a_delete_answers_with_the_record_that_was_stored(stocked: World) -> None:
    alphabet = stocked.images["alphabet"]

    answer = stocked.admin.delete(stocked.ca.image(alphabet))

    assert answer.status == 200
    assert set(answer.json) == DUMPED
    same = DUMPED - {"created_at", "updated_at", "password"}
    assert {name: answer.json[name] for name in same} == {name: alphabet[name] for name in same}
    assert answer.json["password"] is None


def test_case_d03_stamps_of_the_record_have_milliseconds(stocked: World) -> None:
    answer = stocked.admin.delete(in_ca(stocked, "delta-1"))

    assert answer.status == 200
    assert is_dumped_stamp(answer.json["created_at"])
    assert is_dumped_stamp(answer.json["updated_at"])
    assert answer.json["user_data"] is False


def test_stamps_of_the_record_are_those_that_were_shown(stocked: World) -> None:
    stocked.api.clock.advance(60)
    shown = put(stocked.admin, in_ca(stocked, "beta"), username="root").json
    stocked.api.clock.advance(60)

    found = stocked.admin.delete(in_ca(stocked, "beta")).json

    assert found["created_at"][:19] == shown["created_at"][:19].replace(" ", "T")
    assert found["updated_at"][:19] == shown["updated_at"][:19].replace(" ", "T")


def test_case_d04_an_image_is_deleted_once(stocked: World) -> None:
    delta = stocked.images["delta-1"]
    stocked.admin.delete(stocked.ca.image(delta))

    answer = stocked.admin.delete(stocked.ca.image(delta))

    assert answer.status == 404
    assert answer.json == missing(delta["id"])


def test_case_d05_a_deleted_image_is_gone_from_the_lists(stocked: World) -> None:
    stocked.admin.delete(in_ca(stocked, "delta-1"))

    found = listing(stocked.admin, stocked.ob.images)

    assert [image["name"] for image in found["results"]] == ["gamma one"]
    assert (found["total"], found["subtotal"]) == (1, 1)


@pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems", "architectures"])
def test_a_deleted_image_is_gone_below_each_parent(stocked: World, kind: str) -> None:
    alpha = stocked.images["alpha"]
    before = listing(stocked.admin, stocked.parent(kind).images)
    stocked.admin.delete(stocked.ca.image(alpha))

    answer = stocked.admin.get(stocked.parent(kind).image(alpha))
    after = listing(stocked.admin, stocked.parent(kind).images)

    assert answer.status == 404
    assert answer.json == missing(alpha["id"])
    assert after["total"] == before["total"] - 1
    assert alpha not in after["results"]


def test_a_deleted_image_is_not_found_by_a_search(stocked: World) -> None:
    stocked.admin.delete(in_ca(stocked, "alpha"))

    found = listing(stocked.admin, stocked.ca.images, search="username = root")

    assert [image["name"] for image in found["results"]] == ["gamma one"]
    assert (found["total"], found["subtotal"]) == (4, 1)


def test_a_deleted_image_is_not_changed(stocked: World) -> None:
    alpha = stocked.images["alpha"]
    stocked.admin.delete(stocked.ca.image(alpha))

    answer = put(stocked.admin, stocked.ca.image(alpha), username="changed")

    assert answer.status == 404
    assert answer.json == missing(alpha["id"])


def test_case_d06_uuid_and_name_of_a_deleted_image_are_free(stocked: World) -> None:
    alpha = stocked.images["alpha"]
    stocked.admin.delete(stocked.ca.image(alpha))

    answer = try_create(stocked)

    assert answer.status == 201
    assert (answer.json["uuid"], answer.json["name"]) == ("cv-u1", "alpha")
    assert answer.json["id"] not in {image["id"] for image in stocked.images.values()}


def test_case_d07_the_password_of_a_deleted_image_is_not_told(world: World) -> None:
    image = create(world, password="s3cret", iam_role="reader", user_data=True)

    answer = world.admin.delete(world.ca.image(image))

    assert answer.status == 200
    assert answer.json["password"] is None
    assert "s3cret" not in answer.text
    assert (answer.json["iam_role"], answer.json["user_data"]) == ("reader", True)


@pytest.mark.parametrize("value", [True, False, None], ids=str)
def test_the_record_has_the_flag_that_was_shown(world: World, value: bool | None) -> None:
    image = create(world, user_data=value)

    answer = world.admin.delete(world.ca.image(image))

    assert answer.status == 200
    assert answer.json["user_data"] is value


def test_case_d08_an_image_is_deleted_below_its_operating_system(stocked: World) -> None:
    alpha = stocked.images["alpha"]

    answer = stocked.admin.delete(stocked.oa.image(alpha))

    assert answer.status == 200
    assert answer.json["id"] == alpha["id"]
    assert listed(stocked.admin, stocked.ca.images) == ["beta", "gamma one", "delta-1", "alphabet"]


def test_an_image_is_deleted_below_its_architecture(stocked: World) -> None:
    answer = stocked.admin.delete(stocked.aa.image(stocked.images["alpha"]))

    assert answer.status == 200
    assert "alpha" not in listed(stocked.admin, stocked.ca.images)


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_an_image_is_not_deleted_below_a_parent_it_does_not_belong_to(stocked: World, kind: str) -> None:
    alpha = stocked.images["alpha"]

    answer = stocked.admin.delete(stocked.other(kind).image(alpha))

    assert answer.status == 404
    assert answer.json == missing(alpha["id"])
    assert show(stocked.admin, stocked.ca.image(alpha)) == alpha


def test_below_libvirt_the_record_has_the_same_keys(stocked: World) -> None:
    answer = stocked.admin.delete(stocked.cb.image(stocked.images["omega-x"]))

    assert answer.status == 200
    assert set(answer.json) == DUMPED
    assert (answer.json["user_data"], answer.json["iam_role"]) == (False, None)


@pytest.mark.parametrize(
    ("segment", "text"),
    [(str(UNKNOWN), "999999"), ("alpha", "alpha"), ("%21%40", "!@")],
    ids=["number", "name", "signs"],
)
def test_an_unknown_image_is_not_deleted(stocked: World, segment: str, text: str) -> None:
    answer = stocked.admin.delete(stocked.ca.image(segment))

    assert answer.status == 404
    assert answer.json == missing(text)


def test_nothing_is_deleted_below_an_unknown_parent(stocked: World) -> None:
    image_id = stocked.images["alpha"]["id"]

    answer = stocked.admin.delete(f"/api/compute_resources/{UNKNOWN}/images/{image_id}")

    assert answer.status == 404
    assert answer.json == missing(image_id)


@pytest.mark.parametrize(
    ("headers", "body"),
    [(JSON, b"{}"), (JSON, b'{"name": "alpha"}'), ({"Content-Type": "text/plain"}, b"delete it")],
    ids=["empty object", "parameters", "plain text"],
)
def test_a_delete_may_have_a_body(stocked: World, headers: dict[str, str], body: bytes) -> None:
    answer = stocked.admin.delete(in_ca(stocked, "alpha"), headers, body)

    assert answer.status == 200
    assert answer.json["id"] == stocked.images["alpha"]["id"]


def test_a_deleted_image_keeps_its_number_for_ever(world: World) -> None:
    image = create(world)
    world.admin.delete(world.ca.image(image))

    found = [create(world, name=f"image {turn}", uuid=f"cv-{turn}")["id"] for turn in range(3)]

    assert image["id"] not in found
    assert world.admin.get(world.ca.image(image)).status == 404
