"""One image: cases 46 to 53."""

from urllib.parse import quote

import pytest

from tests.api import Answer, Api, Caller
from tests.dialects.scaleway.scaleway import (
    BOOTSCRIPT,
    ORG_B,
    UNKNOWN,
    assert_error,
    assert_well_typed,
    create,
    image_of,
    path_of,
    register,
    show,
)
from tests.factories import START

NO_IDS = pytest.mark.parametrize(
    "image_id",
    ["12345", "my_image", f"{UNKNOWN}0", f"{UNKNOWN[:-1]}g", "n" * 1500],
    ids=["number", "name", "one digit more", "no digit", "long"],
)


def says_unknown(answer: Answer, image_id: str) -> bool:
    """Whether the message has the id in double quotes, from where a client takes it."""
    return f'"{image_id}"' in answer.json["message"]


def test_case_046_an_image_is_shown_as_it_was_returned(a: Caller) -> None:
    image = create(a, public=True, default_bootscript=BOOTSCRIPT)

    answer = a.get(path_of(image))

    assert answer.status == 200
    assert image_of(answer) == image
    assert_well_typed(image_of(answer))


def test_case_047_a_slash_at_the_end_makes_no_difference(a: Caller) -> None:
    image = create(a)

    answer = a.get(f"{path_of(image)}/")

    assert answer.status == 200
    assert image_of(answer) == image


@pytest.mark.parametrize("body", [b"{}", b"{", b'{"name": 7}'], ids=["empty object", "malformed", "wrong"])
def test_case_048_the_body_of_a_get_is_ignored(a: Caller, body: bytes) -> None:
    image = create(a)

    answer = a.get(path_of(image), {"Content-Type": "application/json"}, body)

    assert answer.status == 200
    assert image_of(answer) == image


def test_case_049_an_unknown_image_is_named_in_quotes(a: Caller) -> None:
    answer = a.get(f"/images/{UNKNOWN}")

    assert_error(answer, 404)
    assert says_unknown(answer, UNKNOWN)


@pytest.mark.parametrize("spelled", [UNKNOWN.upper(), UNKNOWN.replace("-", ""), f"{{{UNKNOWN}}}"])
def test_an_unknown_image_is_named_as_the_client_spelled_it(a: Caller, spelled: str) -> None:
    answer = a.get(f"/images/{quote(spelled)}")

    assert_error(answer, 404)
    assert says_unknown(answer, spelled)


@NO_IDS
def test_case_050_what_is_no_uuid_is_not_found(a: Caller, image_id: str) -> None:
    answer = a.get(f"/images/{image_id}")

    assert_error(answer, 404)
    assert says_unknown(answer, image_id)


@pytest.mark.parametrize(
    "quoted",
    ["%00", "%2E%2E", "a%20b", "%C3%BC", "%FF", "%", "%22%0D%0Ax%3A%20y"],
    ids=["null", "dots", "space", "UTF-8", "no UTF-8", "percent", "line break"],
)
def test_a_quoted_path_that_is_no_uuid_is_not_found(a: Caller, quoted: str) -> None:
    answer = a.get(f"/images/{quoted}")

    assert_error(answer, 404)


def test_case_051_a_private_image_of_another_organization_is_forbidden(a: Caller, b: Caller) -> None:
    image = create(a)

    answer = b.get(path_of(image))

    assert_error(answer, 403)


def test_case_052_a_public_image_of_another_organization_is_shown(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = b.get(path_of(image))

    assert answer.status == 200
    assert image_of(answer) == image


def test_case_053_head_is_a_get_without_a_body(a: Caller) -> None:
    image = create(a)

    answer = a.head(path_of(image))

    assert answer.status == 200
    assert answer.body == b""
    assert "x-total-count" not in answer.headers


def test_head_shows_a_public_image_of_another_organization(a: Caller, b: Caller) -> None:
    image = create(a, public=True)

    answer = b.head(f"{path_of(image)}/")

    assert answer.status == 200
    assert answer.body == b""


@pytest.mark.parametrize("image_id", [UNKNOWN, "12345"], ids=["UUID", "number"])
def test_head_does_not_find_an_unknown_image(a: Caller, image_id: str) -> None:
    answer = a.head(f"/images/{image_id}")

    assert answer.status == 404
    assert answer.body == b""


def test_head_of_a_private_image_of_another_organization_is_forbidden(a: Caller, b: Caller) -> None:
    image = create(b, organization=ORG_B)

    answer = a.head(path_of(image))

    assert answer.status == 403
    assert answer.body == b""


def test_a_query_changes_nothing(a: Caller) -> None:
    image = create(a)

    answer = a.get(f"{path_of(image)}?page=0&public=maybe&foo=bar")

    assert answer.status == 200
    assert image_of(answer) == image


def test_a_whole_second_has_its_fraction_too(api: Api, a: Caller) -> None:
    """Wire §3: always six digits of it."""
    registered = register(api, name="on the second", created_at=START)

    image = show(a, registered)

    assert image["creation_date"] == "2026-01-01T00:00:00.000000+00:00"
    assert image["modification_date"] == "2026-01-01T00:00:00.000000+00:00"
