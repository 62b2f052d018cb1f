"""The shapes of errors that clients of Glance v1 survive (wire §6 and §7.3)."""

import json

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import RAW, says
from tests.dialects.glance_v1.glance_more import publish
from tests.storage.web import Resolver

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


@pytest.mark.parametrize("header", ["x-image-meta-location", "x-glance-api-copy-from"])
@pytest.mark.parametrize("source", ["file:///x", "swift+config://a/b", "filesystem:///etc/passwd"])
def test_a_source_that_is_not_supported_is_shown_whole(t1: Caller, header: str, source: str) -> None:
    answer = t1.post("/v1/images", {**RAW, header: source})

    assert answer.status == 400
    assert says(answer, f"External sources are not supported: '{source}'")


@pytest.mark.parametrize("header", ["x-image-meta-location", "x-glance-api-copy-from"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_file_on_the_web_that_is_not_there_is_refused_in_the_words_of_the_original(
    t1: Caller, resolver: Resolver, header: str, scheme: str
) -> None:
    answer = t1.post("/v1/images", {**RAW, header: f"{scheme}://files.example/image.raw"})

    assert resolver.asked == ["files.example"]
    assert answer.status == 404
    assert says(answer, "HTTP datastore could not find image at URI.")


def test_what_is_not_there_is_refused_in_the_words_of_the_original(t1: Caller, admin: Caller) -> None:
    image = t1.post("/v1/images").json["image"]["id"]
    path = f"/v1/images/{image}"
    t1.delete(path)

    assert says(admin.delete(path), f"Image {image} not found.")
    for method, target in (("GET", "members"), ("PUT", "members/t2"), ("DELETE", "members/t2")):
        answer = admin.request(method, f"{path}/{target}")
        assert answer.status == 404
        assert says(answer, f"Image with identifier {image} has been deleted.")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_who_may_not_share_an_image_is_told_so_by_a_404(t1: Caller, t2: Caller, admin: Caller, method: str) -> None:
    image = t1.post("/v1/images").json["image"]
    publish(admin, image)

    answer = t2.request(method, f"/v1/images/{image['id']}/members/t3")

    assert answer.status == 404
    assert says(answer, "Forbidden")


@pytest.mark.parametrize("body", [b"{", b"[1", b'"\\ud800"', b"\xff", b"[" * 100_000], ids=repr)
def test_a_malformed_body_is_a_bad_request_in_a_shape_of_ours(t1: Caller, body: bytes) -> None:
    image = t1.post("/v1/images").json["image"]

    answer = t1.put(f"/v1/images/{image['id']}/members", {"Accept": "application/json"}, body)

    assert answer.status == 400
    assert "Malformed JSON" in json.loads(answer.text)["error"]["message"]
