"""Statuses and the moves between them."""

import pytest

from chalicelib.catalog.image import MOVES, Status
from tests.factories import an_image


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(Status)


def test_every_status_can_be_reached() -> None:
    reached = {status for targets in MOVES.values() for status in targets}

    assert reached == set(Status)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
def test_every_image_can_be_deleted(status: Status) -> None:
    assert Status.DELETED in MOVES[status]


def test_nothing_comes_back_from_deletion() -> None:
    assert MOVES[Status.DELETED] == frozenset()


@pytest.mark.parametrize("status", Status)
def test_no_status_is_a_move_to_itself(status: Status) -> None:
    assert status not in MOVES[status]


@pytest.mark.parametrize("status", Status)
def test_an_image_is_gone_once_its_deletion_began(status: Status) -> None:
    assert an_image(status=status).gone is (status in {Status.PENDING_DELETE, Status.DELETED})


@pytest.mark.parametrize(
    ("name", "chosen", "called"),
    [
        ("web", {"tenant_aliases": {"a": "ami-1"}}, "web"),
        (None, {"tenant_aliases": {"a": "ami-1"}}, "ami-1"),
        ("", {"aliases": {"b": "img-1"}}, "img-1"),
        (None, {"aliases": {"b": "img-1"}, "tenant_aliases": {"a": "ami-1"}}, "ami-1"),
        ("", {}, ""),
        (None, {}, None),
    ],
)
def test_an_image_without_a_name_is_called_by_an_id_that_was_chosen(
    name: str | None, chosen: dict[str, dict[str, str]], called: str | None
) -> None:
    assert an_image(name=name, **chosen).called == called


def test_the_text_of_an_image_shows_no_secrets() -> None:
    text = repr(an_image(login_password="hunter2", location="s3://bucket/key?X-Amz-Signature=1"))

    assert "hunter2" not in text
    assert "s3://" not in text
