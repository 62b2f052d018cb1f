"""An image that is shown: cases S01 to S10, and wire §3.2."""

import pytest

from tests.dialects.foreman.foreman import UNKNOWN, World, create, missing, show

TOO_LARGE = 10**30


def test_case_s01_an_image_is_shown_below_its_compute_resource(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.ca.image(image))

    assert answer.status == 200
    assert answer.json == image


def test_case_s02_an_image_is_shown_below_its_operating_system(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.oa.image(image))

    assert answer.status == 200
    assert answer.json == image


def test_case_s03_an_image_is_shown_below_its_architecture(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.aa.image(image))

    assert answer.status == 200
    assert answer.json == image


def test_case_s04_an_image_is_not_below_another_compute_resource(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.cb.image(image))

    assert answer.status == 404
    assert answer.json == missing(image["id"])


def test_case_s05_an_image_is_not_below_another_operating_system(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.ob.image(image))

    assert answer.status == 404
    assert answer.json == missing(image["id"])


def test_case_s06_an_image_is_not_below_another_architecture(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.ab.image(image))

    assert answer.status == 404
    assert answer.json == missing(image["id"])


def test_case_s07_an_unknown_image_is_not_found(stocked: World) -> None:
    answer = stocked.admin.get(stocked.ca.image(UNKNOWN))

    assert answer.status == 404
    assert answer.json == missing("999999")


def test_case_s08_an_image_is_never_found_by_its_name(stocked: World) -> None:
    answer = stocked.admin.get(stocked.ca.image("alpha"))

    assert answer.status == 404
    assert answer.json == missing("alpha")


def test_case_s09_what_follows_the_id_of_an_image_is_ignored(stocked: World) -> None:
    image = stocked.images["alpha"]

    answer = stocked.admin.get(stocked.ca.image(f"{image['id']}-alpha"))

    assert answer.status == 200
    assert answer.json == image


def test_case_s10_the_id_is_decoded_where_it_is_quoted(stocked: World) -> None:
    answer = stocked.admin.get(stocked.ca.image("%21%40"))

    assert answer.status == 404
    assert answer.json == missing("!@")


@pytest.mark.parametrize("rest", ["-", "-beta", "web", "-%C3%BC%2F%20"], ids=["hyphen", "text", "letters", "quoted"])
def test_an_image_is_found_by_leading_digits(stocked: World, rest: str) -> None:
    image = stocked.images["alpha"]

    found = show(stocked.admin, stocked.ca.image(f"{image['id']}{rest}"))

    assert found == image


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ("-1", "-1"),
        ("%2B1", "+1"),
        ("x1", "x1"),
        ("%C2%B2", "²"),
        ("%D9%A1", "\u0661"),
        ("0", "0"),
        ("%00", "\x00"),
        ("%2541", "%41"),
        ("a%2Fb", "a/b"),
        ("it%27s", "it's"),
        (str(TOO_LARGE), str(TOO_LARGE)),
        ("9" * 5000, "9" * 5000),
    ],
    ids=[
        "negative",
        "plus",
        "letter first",
        "superscript",
        "Arabic digit",
        "zero",
        "null",
        "quoted twice",
        "slash",
        "quote",
        "large",
        "very large",
    ],
)
def test_anything_else_is_not_found_and_named_as_it_was_sent(stocked: World, segment: str, text: str) -> None:
    answer = stocked.admin.get(stocked.ca.image(segment))

    assert answer.status == 404
    assert answer.json == missing(text)


def test_the_uuid_of_an_image_is_not_its_id(stocked: World) -> None:
    answer = stocked.admin.get(stocked.ca.image("cv-u1"))

    assert answer.status == 404
    assert answer.json == missing("cv-u1")


@pytest.mark.parametrize("value", ["x" * 129, "%20x", "a.b"], ids=["too long", "blank first", "dot"])
def test_the_documented_form_of_ids_is_not_enforced(stocked: World, value: str) -> None:
    answer = stocked.admin.get(stocked.ca.image(value))

    assert answer.status == 404


def test_an_image_is_shown_the_same_to_everybody_who_may_see_it(world: World) -> None:
    image = create(world)

    found = [show(caller, world.ca.image(image)) for caller in (world.admin, world.viewer)]

    assert found == [image, image]
