"""Statuses of errors: the nearest ancestor in a dialect's table decides."""

import pytest

from chalicelib.catalog.errors import Conflict, IdTaken, ImageHidden, ImageNotFound, NotFound, SourceNotFound
from chalicelib.http.errors import BadMessage, HttpError, ServerError, TooLarge, nearest

TABLE: dict[type[Exception], int] = {NotFound: 404, ImageHidden: 403, Conflict: 409, ServerError: 503}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ImageNotFound("x"), 404),
        (SourceNotFound("x"), 404),
        (ImageHidden("x"), 403),
        (IdTaken("x"), 409),
        (ServerError(), 503),
        (BadMessage("field", "reason"), 500),
        (ValueError(), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_nearest_ancestor_decides(error: Exception, status: int) -> None:
    assert nearest(TABLE, error) == status


def test_the_text_of_a_defect_says_nothing_of_it() -> None:
    assert str(ServerError()) == "The server could not complete the request because of an internal error"
    assert ServerError.status == HttpError.status == 500


def test_a_bad_message_names_its_field_and_gives_its_reason() -> None:
    error = BadMessage("size", "it is no number")

    assert (error.field, error.reason, str(error)) == ("size", "it is no number", "it is no number")
    assert (error.status, TooLarge("x").status) == (400, 413)
