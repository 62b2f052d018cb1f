"""Updates: cases 39 to 47."""

import json
from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.devops_service.devops import (
    AMI,
    JSON,
    create,
    ids,
    media_type,
    message,
    path,
    put,
    record,
    records,
    send,
    show,
)

ILL_TYPED: list[Any] = [["x"], [], {"x": "y"}, {}, 7, 0, 1.5, True, False]
BLANK = ["", " ", "\t", " \r\n "]
BOTH = {"remote_user": "root", "name": "changed"}


def test_case_039_an_update_answers_with_the_record_and_a_message(admin: Caller) -> None:
    create(admin)

    answer = put(admin, AMI, BOTH)

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == {"image": record(**BOTH), "message": "Updated"}


def test_case_039_what_was_updated_is_read_back(admin: Caller) -> None:
    create(admin)
    put(admin, AMI, BOTH)

    shown, listed = show(admin, AMI), records(admin)

    assert shown == record(**BOTH)
    assert listed == [record(**BOTH)]


@pytest.mark.parametrize("image_id", ["50%", "a%2Fb", "ami-1+2@x:y_z.w", "образ"])
def test_case_039_an_image_of_any_id_is_updated(admin: Caller, image_id: str) -> None:
    create(admin, id=image_id)

    answer = put(admin, image_id, BOTH)

    assert answer.status == 200
    assert answer.json["image"] == record(id=image_id, **BOTH)


@pytest.mark.parametrize("changes", [{"remote_user": "root"}, {"name": "changed"}], ids=["remote_user", "name"])
def test_case_040_one_field_leaves_the_other(admin: Caller, changes: dict[str, str]) -> None:
    create(admin)

    answer = put(admin, AMI, changes)

    assert answer.status == 200
    assert answer.json["image"] == record(**changes)
    assert show(admin, AMI) == record(**changes)


@pytest.mark.parametrize("name", ["", None, "  "], ids=["empty", "null", "blank"])
def test_case_040_a_name_may_be_emptied(admin: Caller, name: str | None) -> None:
    create(admin)

    answer = put(admin, AMI, {"name": name})

    assert answer.status == 200
    assert show(admin, AMI) == record(name="")


def test_case_040_blanks_at_the_ends_are_stripped(admin: Caller) -> None:
    create(admin)

    answer = put(admin, AMI, {"remote_user": " root\n", "name": "\t changed "})

    assert answer.status == 200
    assert answer.json["image"] == record(**BOTH)
    assert show(admin, AMI) == record(**BOTH)


def test_case_041_an_empty_object_changes_nothing(admin: Caller) -> None:
    image = create(admin)

    answer = put(admin, AMI, {})

    assert answer.status == 200
    assert answer.json == {"image": image, "message": "Updated"}
    assert show(admin, AMI) == image


@pytest.mark.parametrize(
    "body",
    [b'{"name": "x"}', b"{}", b"{", b"", b"[]", b'{"remote_user": null}', json.dumps(record(id="unknown")).encode()],
    ids=["changes", "no changes", "malformed", "empty", "array", "ill-typed", "whole record"],
)
def test_case_042_an_unknown_image_is_not_found_whatever_the_body(admin: Caller, body: bytes) -> None:
    image = create(admin)

    answer = admin.put(path("unknown"), JSON, body)

    assert answer.status == 404
    assert "unknown" in message(answer)
    assert records(admin) == [image]


@pytest.mark.parametrize("field", ["remote_user", "name"])
@pytest.mark.parametrize("value", ILL_TYPED, ids=repr)
def test_case_043_a_field_of_another_type_is_named_and_nothing_applied(admin: Caller, field: str, value: Any) -> None:
    image = create(admin)

    answer = put(admin, AMI, {**BOTH, field: value})

    assert answer.status == 400
    assert f"'{field}'" in message(answer)
    assert show(admin, AMI) == image


@pytest.mark.parametrize("value", [*BLANK, None], ids=repr)
def test_case_043_a_login_name_cannot_be_blank(admin: Caller, value: str | None) -> None:
    image = create(admin)

    answer = put(admin, AMI, {"name": "changed", "remote_user": value})

    assert answer.status == 400
    assert "'remote_user'" in message(answer)
    assert show(admin, AMI) == image


@pytest.mark.parametrize(
    "given", ["other", AMI, "a/b", "", None, 7, True, [], {"x": "y"}], ids=lambda given: f"id {given!r}"
)
def test_case_044_an_id_in_the_body_is_ignored(admin: Caller, given: object) -> None:
    create(admin)

    answer = put(admin, AMI, {"id": given, **BOTH})

    assert answer.status == 200
    assert answer.json["image"] == record(**BOTH)
    assert records(admin) == [record(**BOTH)]


def test_case_044_an_id_in_the_body_does_not_reach_another_image(admin: Caller) -> None:
    create(admin)
    bystander = create(admin, id="other")

    answer = put(admin, AMI, {"id": "other", **BOTH})

    assert answer.status == 200
    assert show(admin, AMI) == record(**BOTH)
    assert show(admin, "other") == bystander


@pytest.mark.parametrize("provider", ["ec2", " ec2 "], ids=["as it is", "padded"])
def test_case_045_the_provider_may_be_repeated(admin: Caller, provider: str) -> None:
    create(admin, provider="ec2")

    answer = put(admin, AMI, {"provider": provider, **BOTH})

    assert answer.status == 200
    assert show(admin, AMI) == record(**BOTH)


@pytest.mark.parametrize(
    "provider", ["static", "foo", "EC2", "", None, *ILL_TYPED, ["ec2"]], ids=lambda provider: f"provider {provider!r}"
)
def test_case_045_the_provider_cannot_be_changed(admin: Caller, provider: object) -> None:
    image = create(admin, provider="ec2")

    answer = put(admin, AMI, {"provider": provider, **BOTH})

    assert answer.status == 400
    assert "'provider'" in message(answer)
    assert show(admin, AMI) == image


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"name": "x",}', b"name=x", b"\xff", b"[]", b'[{"name": "x"}]', b'"text"', b"7", b"null", b"", b" \n"],
    ids=["unfinished", "comma", "form", "no text", "array", "array of one", "text", "number", "null", "empty", "blank"],
)
def test_case_046_a_body_that_is_no_object_is_refused(admin: Caller, body: bytes) -> None:
    image = create(admin)

    answer = admin.put(path(AMI), JSON, body)

    assert answer.status == 400
    assert message(answer)
    assert show(admin, AMI) == image


def test_case_047_a_body_without_a_media_type_is_read_as_json(admin: Caller) -> None:
    create(admin)

    answer = send(admin, "PUT", path(AMI), BOTH, {})

    assert answer.status == 200
    assert show(admin, AMI) == record(**BOTH)


def test_case_047_a_body_without_a_media_type_has_to_be_json(admin: Caller) -> None:
    image = create(admin)

    answer = admin.put(path(AMI), {}, b"name=changed")

    assert answer.status == 400
    assert show(admin, AMI) == image


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", "application/merge-patch+json"]
)
def test_case_047_another_media_type_is_refused(admin: Caller, media_type: str) -> None:
    image = create(admin)

    answer = send(admin, "PUT", path(AMI), BOTH, {"Content-Type": media_type})

    assert answer.status == 415
    assert message(answer)
    assert show(admin, AMI) == image


@pytest.mark.parametrize("media_type", ["application/json; charset=UTF-8", "Application/JSON"])
def test_case_047_charset_and_case_of_the_media_type_do_not_matter(admin: Caller, media_type: str) -> None:
    create(admin)

    answer = send(admin, "PUT", path(AMI), BOTH, {"Content-Type": media_type})

    assert answer.status == 200
    assert show(admin, AMI) == record(**BOTH)


def test_unknown_keys_are_ignored(admin: Caller) -> None:
    create(admin)

    answer = put(admin, AMI, {"image_id": "other", "status": 7, "owner": "t2", **BOTH})

    assert answer.status == 200
    assert answer.json["image"] == record(**BOTH)


def test_an_update_leaves_other_images_alone(admin: Caller) -> None:
    create(admin)
    bystander = create(admin, id="other")

    answer = put(admin, AMI, BOTH)

    assert answer.status == 200
    assert show(admin, "other") == bystander
    assert sorted(ids(admin)) == sorted([AMI, "other"])


def test_a_bootstrap_template_is_set_by_an_update_and_then_kept(admin: Caller) -> None:
    create(admin)

    answer = put(admin, AMI, {"bootstrap_template": " chef-client "})
    put(admin, AMI, BOTH)

    assert answer.status == 200
    assert answer.json["image"] == record(bootstrap_template="chef-client")
    assert show(admin, AMI) == record(bootstrap_template="chef-client", **BOTH)


def test_a_bootstrap_template_of_null_is_not_shown(admin: Caller) -> None:
    image = create(admin)

    answer = put(admin, AMI, {"bootstrap_template": None})

    assert answer.status == 200
    assert answer.json["image"] == image


@pytest.mark.parametrize("value", [*ILL_TYPED, *BLANK], ids=repr)
def test_a_bootstrap_template_has_to_be_a_word(admin: Caller, value: Any) -> None:
    image = create(admin)

    answer = put(admin, AMI, {"bootstrap_template": value, **BOTH})

    assert answer.status == 400
    assert "'bootstrap_template'" in message(answer)
    assert show(admin, AMI) == image
