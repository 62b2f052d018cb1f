"""Media types of bodies and answers."""

import pytest

from chalicelib.http.media import accepts, content_type
from chalicelib.http.message import Request

JSON = "application/json"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("application/json", JSON),
        ("Application/JSON; charset=UTF-8", JSON),
        (" text/plain ;a=b", "text/plain"),
        ("", None),
        (" ", None),
        ("; charset=UTF-8", None),
    ],
)
def test_a_media_type_is_told_from_its_parameters(header: str, found: str | None) -> None:
    assert content_type(Request("POST", "/", {"content-type": header})) == found


def test_a_body_may_have_no_media_type() -> None:
    assert content_type(Request("POST", "/")) is None


@pytest.mark.parametrize(
    "header",
    [
        JSON,
        "*/*",
        "application/*",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "text/html, application/json",
        "text/html;q=0.9,*/*;q=0.1",
        "application/json;q=high",
        "text/html;q=0, application/json; q = 0.5",
        "*/*;q=0, application/json",
        "",
        " ",
    ],
)
def test_json_is_taken(header: str) -> None:
    assert accepts(Request("GET", "/", {"accept": header}), JSON)


@pytest.mark.parametrize(
    "header",
    [
        "text/html",
        "text/*, image/png",
        "application/xml",
        "application/json;q=0",
        "application/json;q=0, */*",
        "application/*;q=0.0, */*",
        "application/jsonp",
        ",",
    ],
)
def test_json_is_not_taken(header: str) -> None:
    assert not accepts(Request("GET", "/", {"accept": header}), JSON)


def test_who_does_not_say_takes_anything() -> None:
    assert accepts(Request("GET", "/"), JSON)
