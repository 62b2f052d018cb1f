"""Changes that are refused: cases U05 to U07, U19 and U20, and wire §5."""

import pytest

from tests.dialects.foreman.foreman import (
    ABSENT,
    BLANK,
    JSON,
    TAKEN,
    TEXT,
    TOO_LONG,
    UNKNOWN,
    Record,
    World,
    assert_invalid,
    assert_unsupported,
    in_ca,
    put,
    send,
    show,
    try_create,
)


def test_case_u05_a_change_does_not_take_a_uuid_from_another_image(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "beta"), uuid="cv-u1", username="changed")

    assert_invalid(answer, stocked.images["beta"]["id"], uuid=TAKEN)


def test_case_u06_of_a_refused_change_nothing_is_stored(later: World) -> None:
    put(later.admin, in_ca(later, "beta"), uuid="cv-u1", username="changed")

    found = show(later.admin, in_ca(later, "beta"))

    assert found == later.images["beta"]


def test_case_u07_a_user_name_is_not_made_blank(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "beta"), username="")

    assert_invalid(answer, stocked.images["beta"]["id"], username=BLANK)


def test_case_u19_plain_text_changes_nothing(later: World) -> None:
    answer = send(later.admin, "PUT", in_ca(later, "beta"), {"image": {"username": "changed"}}, TEXT)

    assert_unsupported(answer, "text/plain")
    assert show(later.admin, in_ca(later, "beta")) == later.images["beta"]


def test_case_u20_a_change_does_not_take_a_name_from_another_image(stocked: World) -> None:
    answer = put(stocked.admin, in_ca(stocked, "alphabet"), name="alpha")

    assert_invalid(answer, stocked.images["alphabet"]["id"], name=TAKEN)


def test_malformed_json_changes_nothing(later: World) -> None:
    answer = later.admin.put(in_ca(later, "beta"), JSON, b'{"image": ')

    assert answer.status == 400
    assert answer.json["status"] == 400
    assert answer.json["error"].startswith("There was a problem in the JSON you submitted: ")
    assert show(later.admin, in_ca(later, "beta")) == later.images["beta"]


def test_a_change_names_something_that_exists(later: World) -> None:
    answer = put(later.admin, in_ca(later, "alpha"), architecture_name="nope")

    assert answer.status == 422
    assert answer.json == {"error": {"message": "Could not find architecture with name: nope"}}
    assert show(later.admin, in_ca(later, "alpha")) == later.images["alpha"]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"name": "  "}, {"name": BLANK}),
        ({"uuid": None}, {"uuid": BLANK}),
        ({"name": "n" * 256, "username": None}, {"name": TOO_LONG, "username": BLANK}),
        ({"operatingsystem_id": UNKNOWN}, {"operatingsystem_id": ABSENT}),
        ({"architecture_id": str(UNKNOWN)}, {"architecture_id": ABSENT}),
        ({"compute_resource_id": UNKNOWN}, {"compute_resource_id": ABSENT}),
        ({"name": "alpha", "uuid": "cv-u1"}, {"name": TAKEN, "uuid": TAKEN}),
    ],
    ids="+".join,
)
def test_an_invalid_change_is_refused_whole(later: World, changes: Record, reasons: dict[str, str]) -> None:
    answer = put(later.admin, in_ca(later, "beta"), **changes)

    assert_invalid(answer, later.images["beta"]["id"], **reasons)
    assert show(later.admin, in_ca(later, "beta")) == later.images["beta"]


def test_a_name_is_taken_for_the_new_operating_system(stocked: World) -> None:
    try_create(stocked, name="alpha", uuid="new", operatingsystem_id=stocked.ob.id)

    answer = put(stocked.admin, in_ca(stocked, "alpha"), operatingsystem_id=stocked.ob.id)

    assert_invalid(answer, stocked.images["alpha"]["id"], name=TAKEN)
