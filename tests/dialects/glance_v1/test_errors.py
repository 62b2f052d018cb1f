"""The shapes of errors that clients of Glance v1 survive (contract §6 and §7.3)."""

import json

import pytest

from tests.api import Api, Caller

UNKNOWN = "/v1/images/6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a001"


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json, */*;q=0.1"])
def test_a_client_that_takes_html_gets_a_page(t1: Caller, accept: str) -> None:
    answer = t1.get(UNKNOWN, {"Accept": accept})

    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    assert "<title>404 Not Found</title>" in answer.text
    assert "<h1>404 Not Found</h1>" in answer.text


def test_a_page_shows_what_a_client_sent_as_text(t1: Caller) -> None:
    answer = t1.get("/v1/images?sort_key=%3Cscript%3E", {"Accept": "*/*"})

    assert answer.status == 400
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_json_errors_are_nested_because_the_client_fails_on_flat_ones(t1: Caller) -> None:
    answer = t1.get(UNKNOWN, {"Accept": "application/json"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json["error"]["code"] == 404
    assert answer.json["error"]["title"] == "Not Found"
    assert "not found" in answer.json["error"]["message"]
    assert all(isinstance(value, dict) for value in answer.json.values())


@pytest.mark.parametrize("headers", [{}, {"Accept": "image/png"}], ids=["absent", "something else"])
def test_other_clients_get_plain_text(t1: Caller, headers: dict[str, str]) -> None:
    answer = t1.get(UNKNOWN, headers)

    assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    assert answer.text.startswith("404 Not Found\n\n")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/png"])
def test_an_error_of_a_head_request_has_no_body(t1: Caller, accept: str) -> None:
    answer = t1.head(UNKNOWN, {"Accept": accept})

    assert answer.status == 404
    assert answer.body == b""


def test_a_missing_token_is_challenged(api: Api) -> None:
    answer = api.anonymous().get("/v1/images")

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Keystone uri=")


@pytest.mark.parametrize("body", [b"{", b"[1", b'"\\ud800"', b"\xff", b"[" * 100_000], ids=repr)
def test_a_malformed_body_is_a_bad_request_in_a_shape_of_ours(t1: Caller, body: bytes) -> None:
    image = t1.post("/v1/images").json["image"]

    answer = t1.put(f"/v1/images/{image['id']}/members", {"Accept": "application/json"}, body)

    assert answer.status == 400
    assert "Malformed JSON" in json.loads(answer.text)["error"]["message"]
