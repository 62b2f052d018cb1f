"""Responses as Lambda hands them to API Gateway."""

import base64
import json
from typing import Any

import pytest

from chalicelib.http.gateway import Gateway
from chalicelib.http.message import Response
from local.events import Router, proxy_event
from tests.api import Api
from tests.http.echo import echoing, gateway


def sent(api: Api, response: Response) -> dict[str, Any]:
    """What the function returns for a handler that returned this."""
    app: Gateway = gateway(api, echoing(lambda: response))
    event = proxy_event(Router(app.routes), "GET", "/echo/response", [("Host", "registry.example")], b"")
    wire: dict[str, Any] = json.loads(json.dumps(app(event, None)))
    return wire


@pytest.mark.parametrize("content", [b"", b"\x00\xff", bytes(range(256))], ids=len)
def test_bytes_leave_in_base64(api: Api, content: bytes) -> None:
    wire = sent(api, Response(content, headers={"Content-Type": "application/octet-stream"}))

    assert wire["isBase64Encoded"] is True
    assert base64.b64decode(wire["body"], validate=True) == content
    assert wire["headers"] == {"Content-Type": "application/octet-stream"}


def test_text_leaves_as_it_is(api: Api) -> None:
    wire = sent(api, Response("<é>", 300, {"Content-Type": "text/html"}))

    assert (wire["statusCode"], wire["body"], wire["isBase64Encoded"]) == (300, "<é>", False)


@pytest.mark.parametrize("document", [{}, [], {"é": [None, 1.5]}, [{"a": "\U0001f600"}]], ids=str)
def test_objects_and_lists_leave_as_json(api: Api, document: Any) -> None:
    wire = sent(api, Response(document))

    assert json.loads(wire["body"]) == document
    assert wire["headers"] == {"Content-Type": "application/json"}
    assert wire["isBase64Encoded"] is False


def test_json_may_be_called_by_another_name(api: Api) -> None:
    wire = sent(api, Response({}, headers={"Content-Type": "application/vnd.example+json"}))

    assert wire["headers"] == {"Content-Type": "application/vnd.example+json"}


@pytest.mark.parametrize("body", [None, ""], ids=["none", "empty"])
def test_nothing_leaves_as_text_which_no_client_parses(api: Api, body: str | None) -> None:
    wire = sent(api, Response(body, 204))

    assert (wire["statusCode"], wire["body"], wire["isBase64Encoded"]) == (204, "", False)
    assert wire["headers"] == {"Content-Type": "text/plain; charset=UTF-8"}


def test_control_characters_leave_a_header(api: Api) -> None:
    controls = "".join(map(chr, [*range(32), 127]))

    wire = sent(api, Response(headers={"X-Name": f"a{controls}b\r\nSet-Cookie: x=1", "X-Plain": "é \U0001f600~"}))

    assert wire["headers"]["X-Name"] == "abSet-Cookie: x=1"
    assert wire["headers"]["X-Plain"] == "é \U0001f600~"


def test_header_names_leave_as_they_were_written(api: Api) -> None:
    wire = sent(api, Response(headers={"x-image-meta-disk_format": "raw", "ETag": "1"}))

    assert {"x-image-meta-disk_format", "ETag"} < set(wire["headers"])
