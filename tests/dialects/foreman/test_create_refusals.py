"""Images that are not made: cases C08, C12 to C18, C20 to C24, C26 and C27, and wire §5 and §8."""

from typing import Any

import pytest

from tests.dialects.foreman.foreman import (
    ABSENT,
    BLANK,
    JSON,
    TAKEN,
    TOO_LONG,
    UNKNOWN,
    World,
    assert_has_headers,
    assert_invalid,
    assert_unsupported,
    attributes,
    attributes_without,
    create,
    listing,
    post,
    send,
    show,
    try_create,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOTHING_GIVEN = dict.fromkeys(("username", "name", "operatingsystem_id", "architecture_id", "uuid"), BLANK)
STRINGS = ["name", "username", "uuid"]
UNSEEN = ["password", "iam_role"]
IDS = ["operatingsystem_id", "architecture_id"]


def test_case_c08_a_uuid_is_taken_once_below_a_compute_resource(world: World) -> None:
    create(world)

    answer = try_create(world, name="other")

    assert answer.status == 422
    assert answer.json == {
        "error": {"id": None, "errors": {"uuid": [TAKEN]}, "full_messages": ["Uuid has already been taken"]}
    }
    assert listing(world.admin, world.ca.images)["total"] == 1


def test_case_c12_a_name_is_taken_once_for_an_operating_system(world: World) -> None:
    create(world)

    answer = try_create(world, uuid="cv-u9", architecture_id=world.ab.id)

    assert_invalid(answer, name=TAKEN)


def test_case_c13_both_clashes_are_reported(world: World) -> None:
    create(world)

    answer = try_create(world)

    assert_invalid(answer, name=TAKEN, uuid=TAKEN)


def test_clashes_with_two_images_are_reported_together(world: World) -> None:
    create(world)
    create(world, name="other", uuid="cv-u2")

    answer = try_create(world, uuid="cv-u2")

    assert_invalid(answer, name=TAKEN, uuid=TAKEN)
    assert listing(world.admin, world.ca.images)["total"] == 2


@pytest.mark.parametrize(("field", "value"), [("uuid", "  cv-u1 "), ("name", "alpha ")], ids=["uuid", "name"])
def test_blanks_around_it_do_not_make_a_value_another_one(world: World, field: str, value: str) -> None:
    create(world)

    answer = try_create(world, **{"name": "other", "uuid": "cv-u2", field: value})

    assert_invalid(answer, **{field: TAKEN})


def test_case_c14_everything_that_is_missing_is_reported(world: World) -> None:
    answer = post(world.admin, world.ca.images, {"image": {}})

    assert_invalid(answer, **NOTHING_GIVEN)
    assert len(answer.json["error"]["full_messages"]) == 5


def test_case_c15_an_empty_object_is_an_empty_image(world: World) -> None:
    answer = post(world.admin, world.ca.images, {})

    assert_invalid(answer, **NOTHING_GIVEN)


def test_below_an_operating_system_the_compute_resource_may_be_missing_too(world: World) -> None:
    answer = post(world.admin, world.oa.images, {"image": attributes(world)})

    assert_invalid(answer, compute_resource_id=BLANK)


def test_case_c16_a_name_of_blanks_is_blank(world: World) -> None:
    answer = try_create(world, name="   ")

    assert_invalid(answer, name=BLANK)


def test_case_c17_a_user_name_is_not_null(world: World) -> None:
    answer = try_create(world, username=None)

    assert_invalid(answer, username=BLANK)


@pytest.mark.parametrize("field", STRINGS)
@pytest.mark.parametrize("value", ["a\x00b", "line\nbreak", "\x7f"], ids=ascii)
def test_no_string_has_control_characters(world: World, field: str, value: str) -> None:
    answer = try_create(world, **{field: value})

    assert_invalid(answer, **{field: "is invalid"})


def test_no_parent_has_a_name_of_several_lines(world: World) -> None:
    answer = post(world.admin, "/api/architectures", {"architecture": {"name": "arm\n64"}})

    assert_invalid(answer, name="is invalid")


@pytest.mark.parametrize("field", STRINGS)
@pytest.mark.parametrize("value", ["", " \t\n", None], ids=["empty", "blanks", "null"])
def test_no_string_is_blank(world: World, field: str, value: str | None) -> None:
    answer = try_create(world, **{field: value})

    assert_invalid(answer, **{field: BLANK})


@pytest.mark.parametrize("field", STRINGS)
def test_no_string_is_absent(world: World, field: str) -> None:
    answer = post(world.admin, world.ca.images, {"image": attributes_without(world, field)})

    assert_invalid(answer, **{field: BLANK})


@pytest.mark.parametrize("field", IDS)
@pytest.mark.parametrize("value", ["", None], ids=["empty", "null"])
def test_an_id_that_is_null_or_empty_is_absent(world: World, field: str, value: str | None) -> None:
    answer = try_create(world, **{field: value})

    assert_invalid(answer, **{field: BLANK})


def test_case_c18_a_name_has_255_characters_at_most(world: World) -> None:
    answer = try_create(world, name="n" * 256)

    assert_invalid(answer, name=TOO_LONG)


def test_every_string_has_255_characters_at_most(world: World) -> None:
    answer = try_create(world, **dict.fromkeys([*STRINGS, *UNSEEN], "😀" * 256))

    assert_invalid(answer, **dict.fromkeys([*STRINGS, *UNSEEN], TOO_LONG))


def test_reasons_of_all_kinds_are_reported_together(world: World) -> None:
    answer = try_create(world, name="n" * 256, username="", operatingsystem_id=UNKNOWN, architecture_id=None)

    assert_invalid(answer, name=TOO_LONG, username=BLANK, operatingsystem_id=ABSENT, architecture_id=BLANK)


def test_case_c20_plain_text_is_unsupported(world: World) -> None:
    answer = send(world.admin, "POST", world.ca.images, {"image": attributes(world)}, {"Content-Type": "text/plain"})

    assert_unsupported(answer, "text/plain")
    assert listing(world.admin, world.ca.images)["total"] == 0


def test_case_c21_a_form_is_unsupported(world: World) -> None:
    answer = world.admin.post(world.ca.images, FORM, b"image%5Bname%5D=alpha")

    assert_unsupported(answer, FORM["Content-Type"])


@pytest.mark.parametrize(
    "media_type", ["text/json", "application/vnd.api+json", "multipart/form-data; boundary=x", "application/jsonp"]
)
def test_other_media_types_are_unsupported(world: World, media_type: str) -> None:
    answer = send(world.admin, "POST", world.ca.images, {"image": attributes(world)}, {"Content-Type": media_type})

    assert_unsupported(answer, media_type)


def test_a_missing_media_type_is_unsupported(world: World) -> None:
    answer = send(world.admin, "POST", world.ca.images, {"image": attributes(world)}, {})

    assert_unsupported(answer, "Content-Type")


def test_case_c22_json_may_name_its_charset(world: World) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = send(world.admin, "POST", world.ca.images, {"image": {}}, headers)

    assert_invalid(answer, **NOTHING_GIVEN)


def test_case_c23_the_media_type_is_checked_before_the_parent(world: World) -> None:
    target = f"/api/compute_resources/{UNKNOWN}/images"

    answer = send(world.admin, "POST", target, {"image": {}}, {"Content-Type": "text/plain"})

    assert_unsupported(answer, "text/plain")


def test_case_c24_malformed_json_is_a_bad_request(world: World) -> None:
    answer = world.admin.post(world.ca.images, JSON, b'{"image": ')

    assert answer.status == 400
    assert set(answer.json) == {"status", "error"}
    assert answer.json["status"] == 400
    assert answer.json["error"].startswith("There was a problem in the JSON you submitted: ")


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'image': {}}", b'{"image": {}} x', b"image", b'{"image": {"name": "\xe9"}}', b'{"image": {"name": tru}}'],
    ids=["open", "single quotes", "more after it", "a word", "Latin-1", "half a word"],
)
def test_malformed_json_has_a_shape_of_its_own(world: World, body: bytes) -> None:
    answer = world.admin.post(world.ca.images, JSON, body)

    assert answer.status == 400
    assert_has_headers(answer)
    assert set(answer.json) == {"status", "error"}
    assert isinstance(answer.json["error"], str)


def test_malformed_json_of_a_viewer_creates_nothing(world: World) -> None:
    answer = world.viewer.post(world.ca.images, JSON, b'{"image": ')

    assert answer.status in {400, 403}
    assert listing(world.admin, world.ca.images)["total"] == 0


def test_case_c26_an_architecture_that_nothing_is_called_is_not_found(world: World) -> None:
    image = {**attributes_without(world, "architecture_id"), "architecture_name": "nope"}

    answer = post(world.admin, world.ca.images, {"image": image})

    assert answer.status == 422
    assert answer.json == {"error": {"message": "Could not find architecture with name: nope"}}


def test_an_operating_system_that_nothing_is_called_is_not_found(world: World) -> None:
    image = {**attributes_without(world, "operatingsystem_id"), "operatingsystem_name": "nope"}

    answer = post(world.admin, world.ca.images, {"image": image})

    assert answer.status == 422
    assert answer.json == {"error": {"message": "Could not find operatingsystem with name: nope"}}


def test_case_c27_an_operating_system_has_to_exist(world: World) -> None:
    answer = try_create(world, operatingsystem_id=UNKNOWN)

    assert_invalid(answer, operatingsystem_id=ABSENT)


@pytest.mark.parametrize("field", IDS)
@pytest.mark.parametrize("value", [UNKNOWN, str(UNKNOWN), 0, -1, 2**70], ids=str)
def test_an_id_belongs_to_something_that_exists(world: World, field: str, value: Any) -> None:
    answer = try_create(world, **{field: value})

    assert_invalid(answer, **{field: ABSENT})


def test_a_compute_resource_in_the_body_has_to_exist(world: World) -> None:
    answer = try_create(world, world.oa, compute_resource_id=UNKNOWN)

    assert_invalid(answer, compute_resource_id=ABSENT)


def test_a_refused_create_takes_neither_name_nor_uuid(world: World) -> None:
    refused = try_create(world, architecture_id=UNKNOWN)

    image = create(world)

    assert refused.status == 422
    assert show(world.admin, world.ca.images)["results"] == [image]
