"""Creates that are refused: cases 13, 15 to 18, 21 to 24, 26 and 30."""

from itertools import combinations
from typing import Any

import pytest

from tests.api import Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    JSON,
    create,
    message,
    post,
    record,
    records,
    send,
    show,
    without,
)

REQUIRED = ("id", "provider", "remote_user")
SOME_REQUIRED = [fields for count in (1, 2, 3) for fields in combinations(REQUIRED, count)]
ILL_TYPED: list[Any] = [["x"], [], {"x": "y"}, {}, 7, 0, 1.5, True, False]
BLANK = ["", " ", "\t", " \r\n "]


@pytest.mark.parametrize(
    "changes",
    [{}, {"name": "another", "remote_user": "root"}, {"provider": "static"}],
    ids=["the same", "other texts", "another provider"],
)
def test_case_013_a_taken_id_is_refused(admin: Caller, changes: dict[str, str]) -> None:
    image = create(admin)

    answer = post(admin, record(**changes))

    assert answer.status == 400
    assert AMI in message(answer)
    assert show(admin, AMI) == image
    assert records(admin) == [image]


def test_case_013_an_id_that_a_colleague_took_is_taken(admin: Caller, creator: Caller) -> None:
    image = create(admin)

    answer = post(creator, record(name="another"))

    assert answer.status == 400
    assert AMI in message(answer)
    assert records(admin) == [image]


@pytest.mark.parametrize("fields", SOME_REQUIRED, ids=" and ".join)
def test_case_015_missing_fields_are_named(admin: Caller, fields: tuple[str, ...]) -> None:
    answer = post(admin, without(*fields))

    assert answer.status == 400
    assert [field for field in REQUIRED if f"'{field}'" in message(answer)] == list(fields)
    assert records(admin) == []


@pytest.mark.parametrize("image_id", [".", "..", " . "])
def test_an_id_that_clients_could_not_address_is_refused(admin: Caller, image_id: str) -> None:
    answer = post(admin, record(id=image_id))

    assert answer.status == 400
    assert message(answer) == f"Invalid image id '{image_id.strip()}'"
    assert records(admin) == []


@pytest.mark.parametrize("fields", SOME_REQUIRED, ids=" and ".join)
def test_case_015_null_is_missing(admin: Caller, fields: tuple[str, ...]) -> None:
    answer = post(admin, record(**dict.fromkeys(fields)))

    assert answer.status == 400
    assert [field for field in REQUIRED if f"'{field}'" in message(answer)] == list(fields)
    assert records(admin) == []


def test_case_015_missing_fields_and_null_are_named_together(admin: Caller) -> None:
    answer = post(admin, {"id": None, "remote_user": "root"})

    assert answer.status == 400
    assert "'id'" in message(answer)
    assert "'provider'" in message(answer)


@pytest.mark.parametrize(
    "body", [{}, {"name": "CentOS"}, {"Id": "x", "ID": "y"}], ids=["no keys", "name", "other case"]
)
def test_case_015_all_three_are_named_when_none_is_there(admin: Caller, body: dict[str, str]) -> None:
    answer = post(admin, body)

    assert answer.status == 400
    assert all(f"'{field}'" in message(answer) for field in REQUIRED)


@pytest.mark.parametrize("field", [*REQUIRED, "name"])
@pytest.mark.parametrize("value", ILL_TYPED, ids=repr)
def test_case_016_a_field_of_another_type_is_named(admin: Caller, field: str, value: Any) -> None:
    answer = post(admin, record(**{field: value}))

    assert answer.status == 400
    assert f"'{field}'" in message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("value", BLANK, ids=repr)
def test_case_017_a_blank_field_is_named(admin: Caller, field: str, value: str) -> None:
    answer = post(admin, record(**{field: value}))

    assert answer.status == 400
    assert f"'{field}'" in message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("field", ["remote_user", "name", "bootstrap_template"])
@pytest.mark.parametrize("letter", ["x", "ж", "💿"])
def test_a_field_has_255_characters_at_most(admin: Caller, field: str, letter: str) -> None:
    refused = post(admin, record(**{field: f" {letter * 256}"}))
    taken = post(admin, record(**{field: f" {letter * 255} "}))

    assert (refused.status, message(refused)) == (400, f"Parameter(s) '{field}' can not exceed 255 characters")
    assert taken.status == 200
    assert records(admin)[0][field] == letter * 255


@pytest.mark.parametrize("provider", ["foo", "EC2", "Static", "ec", "ec2,static", "ec 2", "облако"])
def test_case_018_an_unknown_provider_is_named(admin: Caller, provider: str) -> None:
    answer = post(admin, record(provider=provider))

    assert answer.status == 400
    assert provider in message(answer)
    assert records(admin) == []


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"id": "x",}', b"{'id': 'x'}", b"id=x&provider=ec2", b"nonsense", b"\xff\xfe", b'{"id": "x"} and more'],
    ids=["unfinished", "comma", "single quotes", "form", "word", "no text", "trailing"],
)
def test_case_021_malformed_json_is_refused(admin: Caller, body: bytes) -> None:
    answer = admin.post(IMAGE, JSON, body)

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("document", [[], [record()], "text", "", 7, 0, True, False, None], ids=repr)
def test_case_022_a_document_that_is_no_object_is_refused(admin: Caller, document: object) -> None:
    answer = post(admin, document)

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t "], ids=["empty", "blank", "lines"])
def test_case_023_an_empty_body_is_refused(admin: Caller, body: bytes) -> None:
    answer = admin.post(IMAGE, JSON, body)

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/octet-stream"},
        {"Content-Type": "text/json"},
        {"Content-Type": "application/json-patch+json"},
        {"Content-Type": "application/*"},
        {"Content-Type": "text/plain; format=application/json"},
    ],
    ids=lambda headers: headers.get("Content-Type", "none"),
)
def test_case_024_another_media_type_is_refused(admin: Caller, headers: dict[str, str]) -> None:
    answer = send(admin, "POST", IMAGE, record(), headers)

    assert answer.status == 415
    assert message(answer)
    assert records(admin) == []


@pytest.mark.parametrize("value", [*ILL_TYPED, *BLANK], ids=repr)
def test_case_026_a_bootstrap_template_has_to_be_a_word(admin: Caller, value: Any) -> None:
    answer = post(admin, record(bootstrap_template=value))

    assert answer.status == 400
    assert "'bootstrap_template'" in message(answer)
    assert records(admin) == []


@pytest.mark.parametrize(
    "image_id",
    [
        "a/b",
        "/",
        "/ami",
        "ami/",
        "a b",
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\x00b",
        "\x00",
        "a\x1fb",
        "a\x7fb",
        "a\x85b",
        "x" * 256,
        "ж" * 256,
        "x" * 100_000,
    ],
    ids=lambda image_id: repr(image_id) if len(image_id) < 10 else f"{len(image_id)} times {image_id[0]}",
)
def test_case_030_an_ill_formed_id_is_refused(admin: Caller, image_id: str) -> None:
    answer = post(admin, record(id=image_id))

    assert answer.status == 400
    assert message(answer)
    assert records(admin) == []
