"""Events of API Gateway as requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from chalice.config import Config
from chalice.local import LocalGateway

from chalicelib.http.gateway import read_event
from tests.api import Api
from tests.http.conftest import Client, Event
from tests.http.echo import gateway

Recorded = Callable[[str], Event]


def test_a_request_has_what_the_event_says(recorded: Recorded) -> None:
    request = read_event(recorded("stage_prefix"))

    assert request.method == "GET"
    assert request.path == "/echo/a%20b%2Fc"
    assert request.request_id == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert request.body == b""
    assert request.header("USER-AGENT") == "curl/8.0"


def test_of_what_is_repeated_the_last_counts(recorded: Recorded) -> None:
    request = read_event(recorded("stage_prefix"))

    assert request.header("x-repeated") == "last"
    assert request.parameter("limit") == "2"
    assert request.query["limit"] == ["1", "2"]


def test_what_was_not_sent_is_none(recorded: Recorded) -> None:
    request = read_event(recorded("stage_prefix"))

    assert request.header("x-unknown") is None
    assert request.parameter("unknown") is None


def test_query_values_arrive_decoded(recorded: Recorded) -> None:
    assert read_event(recorded("stage_prefix")).parameter("name") == "é +"


@pytest.mark.parametrize(
    ("name", "base_url"),
    [
        ("stage_prefix", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("stage_root", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("greedy", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("custom_domain", "https://registry.example"),
        ("base_path_mapping", "https://registry.example/registry"),
        ("nothing_optional", "http://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("chalice_local", "http://127.0.0.1:8000"),
    ],
)
def test_links_begin_where_the_client_began(recorded: Recorded, name: str, base_url: str) -> None:
    assert read_event(recorded(name)).base_url == base_url


@pytest.mark.parametrize(
    "host", ["", "a b", "evil.example/x", "evil.example?", "evil.example#", "me@evil.example", 'x"', "x\r\nY: z", "é"]
)
def test_links_lead_to_no_host_that_is_none(recorded: Recorded, host: str) -> None:
    event = recorded("stage_prefix")
    for headers in (event["headers"], event["multiValueHeaders"]):
        for name in [name for name in headers if name.lower() == "host"]:
            del headers[name]
    event["multiValueHeaders"]["Host"] = [host]

    assert read_event(event).base_url == f"https://{event['requestContext']['domainName']}/prod"


def test_links_begin_at_the_public_endpoint_if_one_is_set(recorded: Recorded, api: Api) -> None:
    client = Client(gateway(api, public_endpoint="https://images.example/api"))

    answer = client.send(recorded("stage_prefix"))

    assert answer.json["base_url"] == "https://images.example/api"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("stage_root", "/"),
        ("greedy", "/echo/a/b/c"),
        ("base_path_mapping", "/echo/one"),
        ("chalice_local", "/echo/one"),
    ],
)
def test_a_path_is_below_stage_and_mapping(recorded: Recorded, name: str, path: str) -> None:
    assert read_event(recorded(name)).path == path


@pytest.mark.parametrize(("value", "path"), [("a/", "/echo/a"), ("a//", "/echo/a"), ("a%2F", "/echo/a%2F")])
def test_a_slash_at_the_end_of_a_path_is_dropped(recorded: Recorded, value: str, path: str) -> None:
    event = recorded("stage_prefix") | {"pathParameters": {"name": value}}

    assert read_event(event).path == path


@pytest.mark.parametrize("value", ["a/", "a"])
def test_whether_there_was_a_slash_is_known(recorded: Recorded, value: str) -> None:
    event = recorded("stage_prefix") | {"pathParameters": {"name": value}}
    event["requestContext"]["path"] = f"/prod/echo/{value}"

    assert read_event(event).slashed is value.endswith("/")


@pytest.mark.parametrize("slashes", ["", "/", "//"])
@pytest.mark.parametrize("prefix", ["", "/prod"])
def test_slashes_at_the_beginning_of_a_path_are_one(recorded: Recorded, prefix: str, slashes: str) -> None:
    """Clients put the paths of their operations after an address that ends in a slash."""
    event = recorded("greedy") | {"pathParameters": {"proxy": f"{slashes}echo/a//b"}}
    event["requestContext"]["path"] = f"{prefix}/{slashes}echo/a//b"

    request = read_event(event)

    assert request.path == "/echo/a//b"
    assert request.base_url == f"https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com{prefix}"


def test_a_variable_may_look_like_the_name_of_another(recorded: Recorded) -> None:
    event = recorded("stage_prefix") | {"pathParameters": {"name": "{owner}", "owner": "me"}}
    event["requestContext"]["resourcePath"] = "/echo/{name}/of/{owner}"

    assert read_event(event).path == "/echo/{owner}/of/me"


@pytest.mark.parametrize(
    ("name", "body"),
    [("base64_body", b"\x00\xff\r\n"), ("text_body", '{"name": "é"}'.encode()), ("chalice_local", b"hello")],
)
def test_a_body_is_bytes(recorded: Recorded, name: str, body: bytes) -> None:
    assert read_event(recorded(name)).body == body


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-utf8", "München 日本"), ("x-latin", "é alone"), ("x-unicode", "日本"), ("x-ascii", "plain")],
)
def test_a_header_is_utf_8_where_it_can_be(recorded: Recorded, header: str, value: str) -> None:
    assert read_event(recorded("mojibake")).header(header) == value


def test_half_a_surrogate_in_a_header_or_a_body_is_no_defect(recorded: Recorded) -> None:
    event = recorded("text_body") | {"body": "\ud800", "multiValueHeaders": {"X-Half": ["\ud800é"]}}

    request = read_event(event)

    assert request.header("x-half") == "?é"
    assert request.body == b"\xed\xa0\x80"


def test_headers_may_be_missing_in_their_multiple_form(recorded: Recorded) -> None:
    request = read_event(recorded("chalice_local"))

    assert request.header("content-type") == "text/plain"
    assert request.parameter("limit") == "2"


def test_everything_optional_may_be_missing(recorded: Recorded) -> None:
    request = read_event(recorded("nothing_optional"))

    assert (dict(request.headers), dict(request.query), request.body) == ({}, {}, b"")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/octet-stream", None])
def test_chalice_local_serves_the_application(api: Api, content_type: str | None) -> None:
    local = LocalGateway(gateway(api), Config())
    headers = {"Host": "localhost:8000"} | ({"Content-Type": content_type} if content_type else {})

    answer: dict[str, Any] = local.handle_request("PUT", "/echo/one?x=1", headers, b"\x00bytes")

    heard = json.loads(answer["body"])
    assert (answer["statusCode"], heard["body"]) == (200, "\x00bytes")
    assert heard["query"] == {"x": ["1"]}
    assert heard["base_url"] == "http://localhost:8000"
