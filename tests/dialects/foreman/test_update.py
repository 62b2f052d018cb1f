"""Images that are changed: cases U01 to U03, U08 to U18 and U21, and wire §4 and §5."""

import pytest

from tests.dialects.foreman.foreman import (
    EVERYWHERE,
    TAKEN,
    TEXT,
    TOO_LONG,
    UNKNOWN,
    World,
    add,
    assert_invalid,
    in_ca,
    listed,
    missing,
    put,
    send,
    show,
    try_create,
)


def test_case_u01_an_empty_change_changes_nothing(later: World) -> None:
    answer = send(later.admin, "PUT", in_ca(later, "alpha"), {"image": {}})

    assert answer.status == 200
    assert answer.json == later.images["alpha"]


def test_case_u02_an_empty_object_changes_nothing(later: World) -> None:
    answer = send(later.admin, "PUT", in_ca(later, "alpha"), {})

    assert answer.status == 200
    assert answer.json == later.images["alpha"]
    assert show(later.admin, in_ca(later, "alpha")) == later.images["alpha"]


def test_case_u03_only_given_attributes_change(later: World) -> None:
    before = later.images["beta"]

    answer = put(later.admin, in_ca(later, "beta"), username="root", user_data=True)

    assert answer.status == 200
    expected = {**before, "username": "root", "user_data": True, "updated_at": answer.json["updated_at"]}
    assert answer.json == expected
    assert answer.json["updated_at"] > before["updated_at"]
    assert show(later.admin, in_ca(later, "beta")) == expected


def test_case_u08_an_image_keeps_its_own_uuid_and_name(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "beta"), uuid="cv-u2", name="beta", username="root")

    assert answer.status == 200
    assert (answer.json["uuid"], answer.json["name"], answer.json["username"]) == ("cv-u2", "beta", "root")


def test_case_u09_an_image_gets_another_operating_system(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "beta"), operatingsystem_id=stocked.ob.id)

    assert answer.status == 200
    assert (answer.json["operatingsystem_id"], answer.json["operatingsystem_name"]) == (stocked.ob.id, "CvBsd 13")


def test_case_u10_it_is_no_longer_below_the_old_one(stocked: World) -> None:
    beta = stocked.images["beta"]
    put(stocked.admin, in_ca(stocked, "beta"), operatingsystem_id=stocked.ob.id)

    answer = stocked.admin.get(stocked.oa.image(beta))

    assert answer.status == 404
    assert answer.json == missing(beta["id"])
    assert listed(stocked.admin, stocked.oa.images) == ["alpha", "alphabet", "omega-x"]


def test_case_u11_it_is_below_the_new_one(stocked: World) -> None:
    beta = stocked.images["beta"]
    put(stocked.admin, in_ca(stocked, "beta"), operatingsystem_id=stocked.ob.id)

    answer = stocked.admin.get(stocked.ob.image(beta))

    assert answer.status == 200
    assert listed(stocked.admin, stocked.ob.images) == ["beta", "gamma one", "delta-1"]


@pytest.fixture
def moved(stocked: World) -> World:
    """The images, after beta went from CA to CB."""
    answer = put(stocked.admin, in_ca(stocked, "beta"), compute_resource_id=stocked.cb.id)
    assert answer.status == 200, answer.text
    return stocked


def test_case_u12_an_image_moves_to_another_compute_resource(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "beta"), compute_resource_id=stocked.cb.id)

    assert answer.status == 200
    assert answer.json["id"] == stocked.images["beta"]["id"]
    assert answer.json["compute_resource_id"] == stocked.cb.id
    assert answer.json["compute_resource_name"] == "cv-libvirt"


def test_a_role_that_is_too_long_is_taken_back_as_it_is_shown(world: World) -> None:
    image = add(world, compute_resource=world.ca.id, **EVERYWHERE, dialect_facts={"foreman": {"iam_role": "r" * 300}})
    shown = show(world.admin, world.ca.image(image.number))

    same = put(world.admin, world.ca.image(image.number), **shown)
    other = put(world.admin, world.ca.image(image.number), iam_role="s" * 300)

    assert (same.status, same.json["iam_role"]) == (200, "r" * 300)
    assert_invalid(other, image.number, iam_role=TOO_LONG)


def test_case_u13_a_moved_image_is_no_longer_below_the_old_one(moved: World) -> None:
    answer = moved.admin.get(in_ca(moved, "beta"))

    assert answer.status == 404
    assert answer.json == missing(moved.images["beta"]["id"])
    assert listed(moved.admin, moved.ca.images) == ["alpha", "gamma one", "delta-1", "alphabet"]


def test_case_u14_a_moved_image_is_below_the_new_one(moved: World) -> None:
    answer = moved.admin.get(moved.cb.image(moved.images["beta"]))

    assert answer.status == 200
    assert listed(moved.admin, moved.cb.images) == ["beta", "omega-x"]


def test_case_u15_the_uuid_of_a_moved_image_is_free_where_it_was(moved: World) -> None:
    answer = try_create(moved, name="new", uuid="cv-u2")

    assert answer.status == 201
    assert answer.json["uuid"] == "cv-u2"


def test_case_u16_an_image_does_not_move_to_where_its_uuid_is_taken(moved: World) -> None:
    beta = moved.images["beta"]
    try_create(moved, name="new", uuid="cv-u2")

    answer = put(moved.admin, moved.cb.image(beta), compute_resource_id=moved.ca.id)

    assert_invalid(answer, beta["id"], uuid=TAKEN)
    assert show(moved.admin, moved.cb.image(beta))["compute_resource_id"] == moved.cb.id


def test_an_image_does_not_move_to_where_its_name_is_taken(moved: World) -> None:
    beta = moved.images["beta"]
    try_create(moved, name="beta", uuid="new")

    answer = put(moved.admin, moved.cb.image(beta), compute_resource_id=moved.ca.id)

    assert_invalid(answer, beta["id"], name=TAKEN)


def test_case_u17_an_image_is_not_changed_below_another_compute_resource(stocked: World) -> None:
    omega = stocked.images["omega-x"]

    answer = put(stocked.admin, stocked.ca.image(omega), username="changed")

    assert answer.status == 404
    assert answer.json == missing(omega["id"])
    assert show(stocked.admin, stocked.cb.image(omega)) == omega


def test_case_u18_an_unknown_image_is_not_changed(stocked: World) -> None:
    answer = put(stocked.admin, stocked.ca.image(UNKNOWN), username="changed")

    assert answer.status == 404
    assert answer.json == missing(UNKNOWN)


def test_case_u21_patch_is_another_word_for_put(stocked: World) -> None:
    answer = send(stocked.admin, "PATCH", in_ca(stocked, "beta"), {"image": {"username": "root"}})

    assert answer.status == 200
    assert answer.json == {**stocked.images["beta"], "username": "root", "updated_at": answer.json["updated_at"]}


@pytest.mark.parametrize("headers", [TEXT, {}], ids=["plain text", "none"])
def test_the_media_type_of_a_patch_is_not_checked(stocked: World, headers: dict[str, str]) -> None:
    answer = send(stocked.admin, "PATCH", in_ca(stocked, "beta"), {"image": {}}, headers)

    assert answer.status == 200


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_an_image_is_changed_below_any_of_its_parents(stocked: World, kind: str) -> None:
    image = stocked.images["alpha"]

    answer = put(stocked.admin, stocked.parent(kind).image(image), username="changed")

    assert answer.status == 200
    assert show(stocked.admin, in_ca(stocked, "alpha"))["username"] == "changed"


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_an_image_is_not_changed_below_a_parent_it_does_not_belong_to(stocked: World, kind: str) -> None:
    image = stocked.images["alpha"]

    answer = put(stocked.admin, stocked.other(kind).image(image), username="changed")

    assert answer.status == 404
    assert answer.json == missing(image["id"])
    assert show(stocked.admin, in_ca(stocked, "alpha")) == image


def test_a_change_needs_no_wrapper(stocked: World) -> None:
    answer = send(stocked.admin, "PUT", in_ca(stocked, "beta"), {"username": "root", "id": 7, "colour": "red"})

    assert answer.status == 200
    assert (answer.json["username"], answer.json["id"]) == ("root", stocked.images["beta"]["id"])


def test_an_architecture_is_changed_by_its_name(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "alpha"), architecture_name="cv_aarch64")

    assert answer.status == 200
    assert answer.json["architecture_id"] == stocked.ab.id
    assert listed(stocked.admin, stocked.ab.images) == ["alpha", "beta", "delta-1"]


def test_the_compute_resource_is_changed_by_its_name(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "alpha"), compute_resource_name="cv-libvirt")

    assert answer.status == 200
    assert answer.json["compute_resource_id"] == stocked.cb.id
    assert listed(stocked.admin, stocked.cb.images) == ["alpha", "omega-x"]


def test_two_images_exchange_their_names_by_way_of_a_third_one(stocked: World) -> None:
    steps = [("alpha", "third"), ("alphabet", "alpha"), ("alpha", "alphabet")]

    answers = [put(stocked.admin, in_ca(stocked, image), name=name) for image, name in steps]

    assert [answer.status for answer in answers] == [200] * 3
    assert listed(stocked.admin, stocked.ca.images) == ["alphabet", "beta", "gamma one", "delta-1", "alpha"]


@pytest.mark.parametrize("field", ["operatingsystem_id", "architecture_id", "compute_resource_id"])
@pytest.mark.parametrize("value", [None, ""], ids=["null", "empty"])
def test_an_id_that_is_null_or_empty_changes_nothing(later: World, field: str, value: str | None) -> None:
    answer = put(later.admin, in_ca(later, "alpha"), **{field: value})

    assert answer.status == 200
    assert answer.json == later.images["alpha"]


def test_user_data_and_role_may_be_taken_away(stocked: World) -> None:
    put(stocked.admin, in_ca(stocked, "alpha"), iam_role="reader")

    answer = put(stocked.admin, in_ca(stocked, "alpha"), user_data=None, iam_role=None)

    assert answer.status == 200
    assert (answer.json["user_data"], answer.json["iam_role"]) == (None, None)


def test_a_password_is_not_shown_after_a_change(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "alpha"), password="s3cret")

    assert answer.status == 200
    assert "password" not in answer.text
    assert "s3cret" not in stocked.admin.get(in_ca(stocked, "alpha")).text
