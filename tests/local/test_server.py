"""The server over real sockets, in front of a handler that says what it was asked."""

import base64
import http.client
import json
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.events import Router
from local.server import LocalServer
from tests.deploy.files import read

MOST = 1000
METHODS = dict.fromkeys(("GET", "HEAD", "PUT", "POST", "DELETE"))
ROUTES = {"/": METHODS, "/status/{code}": METHODS, "/{proxy+}": METHODS, "/fail": METHODS, "/get": {"GET": None}}


class Echo:
    """Answers with the event it got, or as the path asks."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any], _context: object) -> Mapping[str, Any]:
        self.events.append(event)
        match event["path"].split("/"):
            case ["", "fail"]:
                raise RuntimeError("broken on purpose")
            case ["", "status", code]:
                return {"statusCode": int(code), "headers": {"Content-Type": "text/x"}, "body": "text"}
            case ["", "answer"]:
                answer: Mapping[str, Any] = json.loads(base64.b64decode(event["body"]))
                return answer
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def server(echo: Echo) -> Iterator[LocalServer]:
    with LocalServer(0) as server, server.serving(echo, Router(ROUTES), MOST):
        yield server


@pytest.fixture
def client(server: LocalServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    yield connection
    connection.close()


@pytest.fixture
def wire(server: LocalServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        yield connection


def everything(wire: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    return b"".join(iter(lambda: wire.recv(65536), b""))


def ask(client: http.client.HTTPConnection, answer: Mapping[str, Any], method: str = "PUT") -> http.client.HTTPResponse:
    """Have the handler give a certain answer."""
    client.request(method, "/answer", json.dumps(answer))
    return client.getresponse()


def body_of(event: Mapping[str, Any]) -> bytes:
    return base64.b64decode(event["body"] or "")


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_request_becomes_an_event_and_its_answer_a_response(client: http.client.HTTPConnection, echo: Echo) -> None:
    client.request("PUT", "/v1/a%20b?x=1", b"bytes", {"X-Thing": "value"})
    response = client.getresponse()

    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    event = json.loads(response.read())
    assert (event["httpMethod"], event["path"]) == ("PUT", "/v1/a%20b")
    assert event["headers"]["X-Thing"] == "value"
    assert body_of(echo.events[0]) == b"bytes"


def test_a_chunked_body_arrives_whole_and_the_connection_goes_on(wire: socket.socket, echo: Echo) -> None:
    chunked = head("PUT /a HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
    wire.sendall(chunked + b"3;note=x\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n")
    wire.sendall(head("GET /b HTTP/1.1", "Host: h", "Connection: close"))

    answers = everything(wire)

    assert answers.count(b"HTTP/1.1 200 OK") == 2
    first, second = echo.events
    assert body_of(first) == b"abc0123456789"
    assert first["headers"]["Transfer-Encoding"] == "chunked"
    assert "content-length" not in map(str.lower, first["headers"])
    assert second["path"] == "/b"


def test_two_requests_share_one_connection(client: http.client.HTTPConnection, server: LocalServer) -> None:
    client.request("GET", "/one")
    first = client.getresponse()
    first.read()
    used = client.sock
    client.request("GET", "/two")
    second = client.getresponse()

    assert first.headers["Connection"] == "keep-alive"
    assert json.loads(second.read())["path"] == "/two"
    assert client.sock is used


@pytest.mark.parametrize(
    "lines",
    [("GET / HTTP/1.1", "Host: h", "Connection: foo, Close"), ("GET / HTTP/1.0",)],
    ids=["close", "http-1.0"],
)
def test_a_connection_ends_when_its_client_wants_that(wire: socket.socket, lines: tuple[str, ...]) -> None:
    wire.sendall(head(*lines))

    answer = everything(wire)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in answer


def test_head_brings_no_body_and_the_length_that_the_handler_states(wire: socket.socket) -> None:
    body = json.dumps({"statusCode": 200, "headers": {"content-length": "7"}, "body": "ignored"}).encode()
    request = head("HEAD /answer HTTP/1.1", "Host: h", f"Content-Length: {len(body)}", "Connection: close")
    wire.sendall(request + body)

    answer = everything(wire)

    assert answer.endswith(b"\r\n\r\n")
    assert answer.lower().count(b"content-length: 7\r\n") == 1


def test_head_without_a_stated_length_has_none_of_the_body(wire: socket.socket) -> None:
    wire.sendall(head("HEAD /status/200 HTTP/1.1", "Host: h", "Connection: close"))

    answer = everything(wire)

    assert b"\r\nContent-Length: 0\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("code", [204, 304])
def test_an_answer_that_has_no_body_by_its_status_sends_none(wire: socket.socket, code: int) -> None:
    wire.sendall(head(f"GET /status/{code} HTTP/1.1", "Host: h", "Connection: close"))

    answer = everything(wire)

    assert answer.endswith(b"\r\n\r\n")
    assert b"content-length" not in answer.lower()


def test_the_length_of_other_answers_is_measured(client: http.client.HTTPConnection) -> None:
    response = ask(client, {"statusCode": 200, "headers": {"Content-Length": "999"}, "body": "é"})

    assert response.headers.get_all("Content-Length") == ["2"]
    assert response.read() == "é".encode()


def test_bytes_come_back_as_they_were(client: http.client.HTTPConnection) -> None:
    encoded = base64.b64encode(bytes(range(256))).decode()

    response = ask(client, {"statusCode": 200, "body": encoded, "isBase64Encoded": True})

    assert response.read() == bytes(range(256))


def test_several_values_of_a_header_are_all_sent_and_overrule_a_single_one(
    client: http.client.HTTPConnection,
) -> None:
    several = {"X-Tag": ["a", "b"]}

    response = ask(client, {"statusCode": 200, "headers": {"x-tag": "c"}, "multiValueHeaders": several, "body": ""})

    assert response.headers.get_all("X-Tag") == ["a", "b"]


def test_there_is_never_more_than_one_content_type(client: http.client.HTTPConnection) -> None:
    types = {"Content-Type": "text/first", "content-type": "text/last"}

    response = ask(client, {"statusCode": 200, "headers": types, "body": ""})

    assert response.headers.get_all("Content-Type") == ["text/last"]


@pytest.mark.parametrize(
    ("sent", "read"), [("ñandú €".encode(), "ñandú €"), (b"caf\xe9", "café")], ids=["utf-8", "latin-1"]
)
def test_header_values_are_read_as_utf8_or_else_as_latin1(
    wire: socket.socket, echo: Echo, sent: bytes, read: str
) -> None:
    wire.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Name: " + sent + b"\r\n\r\n")

    everything(wire)

    assert echo.events[0]["headers"]["X-Name"] == read


def test_header_values_are_sent_as_utf8(wire: socket.socket) -> None:
    body = json.dumps({"statusCode": 200, "headers": {"X-Name": "ñandú €"}, "body": ""}).encode()
    wire.sendall(head("PUT /answer HTTP/1.1", "Host: h", f"Content-Length: {len(body)}", "Connection: close") + body)

    answer = everything(wire)

    assert "\r\nX-Name: ñandú €\r\n".encode() in answer


def test_the_target_reaches_the_handler_undecoded(wire: socket.socket, echo: Echo) -> None:
    wire.sendall(b"GET /a;b/%7e/\xc3\xb1?q=%20 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")

    everything(wire)

    assert echo.events[0]["path"] == "/a;b/%7e/%C3%B1"
    assert echo.events[0]["queryStringParameters"] == {"q": " "}


@pytest.mark.parametrize(("target", "path"), [("http://h:80/v1/x", "/v1/x"), ("http://h", "/"), ("http://h?a=b", "/")])
def test_a_target_may_name_the_host(wire: socket.socket, echo: Echo, target: str, path: str) -> None:
    wire.sendall(head(f"GET {target} HTTP/1.1", "Host: h", "Connection: close"))

    everything(wire)

    assert echo.events[0]["path"] == path


@pytest.mark.parametrize("size", [MOST, MOST + 1])
def test_a_body_up_to_one_byte_too_many_is_handed_on(client: http.client.HTTPConnection, echo: Echo, size: int) -> None:
    client.request("PUT", "/", b"x" * size)
    client.getresponse().read()

    assert len(body_of(echo.events[0])) == size


@pytest.mark.parametrize("chunked", [False, True], ids=["counted", "chunked"])
def test_the_rest_of_a_larger_body_is_dropped_and_the_client_hears_the_answer(
    client: http.client.HTTPConnection, echo: Echo, chunked: bool
) -> None:
    piece, pieces = b"x" * 65536, 160
    body = iter([piece] * pieces)
    headers = {} if chunked else {"Content-Length": str(len(piece) * pieces)}

    client.request("PUT", "/", body, headers, encode_chunked=chunked)
    response = client.getresponse()
    response.read()
    client.request("GET", "/next")

    assert response.status == 200
    assert len(body_of(echo.events[0])) == MOST + 1
    assert json.loads(client.getresponse().read())["path"] == "/next"


def test_a_body_without_end_is_refused(
    client: http.client.HTTPConnection, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.wire.MAX_DRAINED", 100_000)

    client.request("PUT", "/", b"x" * 500_000)
    response = client.getresponse()

    assert (response.status, response.read()) == (413, b"The body is too large\n")
    assert echo.events == []


def test_a_client_that_asks_first_is_told_to_go_on(wire: socket.socket, echo: Echo) -> None:
    wire.sendall(head("PUT / HTTP/1.1", "Host: h", "Content-Length: 2", "Expect: 100-Continue", "Connection: close"))

    invitation = wire.recv(65536)
    wire.sendall(b"hi")
    answer = everything(wire)

    assert invitation == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body_of(echo.events[0]) == b"hi"


CHUNKED = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param("nonsense\r\n\r\n", 400, id="no-request-line"),
        pytest.param("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400, id="blank-in-target"),
        pytest.param("GET images HTTP/1.1\r\nHost: h\r\n\r\n", 400, id="no-slash"),
        pytest.param("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, id="other-version"),
        pytest.param("GET / HTTP/1.1\r\n\r\n", 400, id="no-host"),
        pytest.param("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, id="two-hosts"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400, id="no-colon"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", 400, id="blank-before-colon"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n folded\r\n\r\n", 400, id="folded"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400, id="bare-cr"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400, id="nul"),
        pytest.param("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400, id="negative-length"),
        pytest.param("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ten\r\n\r\n", 400, id="garbage-length"),
        pytest.param(
            "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, id="two-lengths"
        ),
        pytest.param(f"{CHUNKED}Content-Length: 3\r\n\r\n", 400, id="length-and-chunks"),
        pytest.param(f"{CHUNKED}\r\nzz\r\n", 400, id="garbage-chunk-size"),
        pytest.param(f"{CHUNKED}\r\n-3\r\nabc\r\n", 400, id="negative-chunk-size"),
        pytest.param(f"{CHUNKED}\r\n3\r\nabcdef\r\n0\r\n\r\n", 400, id="chunk-longer-than-said"),
        pytest.param(f"{CHUNKED}\r\n0\r\nno colon\r\n\r\n", 400, id="malformed-trailer"),
        pytest.param("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501, id="other-coding"),
        pytest.param("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, id="chunks-in-1.0"),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", 417, id="expectation"),
        pytest.param(f"GET /{'a' * 70000} HTTP/1.1\r\nHost: h\r\n\r\n", 414, id="long-target"),
        pytest.param(f"GET / HTTP/1.1\r\nHost: h\r\nX: {'a' * 70000}\r\n\r\n", 431, id="long-header"),
        pytest.param(
            "GET / HTTP/1.1\r\nHost: h\r\n" + ("X: " + "a" * 1000 + "\r\n") * 70 + "\r\n",
            431,
            id="large-headers",
        ),
        pytest.param("GET / HTTP/1.1\r\nHost: h\r\n" + "X: y\r\n" * 256 + "\r\n", 431, id="many-headers"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_plain_text_and_ends_the_connection(
    wire: socket.socket, echo: Echo, request_: str, status: int
) -> None:
    wire.sendall(request_.encode())

    answer = everything(wire)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nContent-Type: text/plain\r\n" in answer
    assert b"\r\nConnection: close\r\n" in answer
    assert echo.events == []


def test_a_hundred_headers_are_not_too_many(wire: socket.socket) -> None:
    wire.sendall(head("GET / HTTP/1.1", "Host: h", "Connection: close", *["X: y"] * 98))

    assert everything(wire).startswith(b"HTTP/1.1 200 OK\r\n")


def test_the_refusal_survives_what_the_client_still_sends(wire: socket.socket) -> None:
    wire.sendall(f"{CHUNKED}\r\nzz\r\n".encode() + b"x" * 500_000)

    assert everything(wire).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"PUT / HT",
        b"PUT / HTTP/1.1\r\nHost: h\r\n",
        b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf",
        b"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    ],
    ids=["request-line", "headers", "counted-body", "between-chunks", "inside-a-chunk"],
)
def test_a_client_that_vanishes_midway_has_asked_nothing(
    wire: socket.socket, client: http.client.HTTPConnection, echo: Echo, sent: bytes
) -> None:
    wire.sendall(sent)
    wire.shutdown(socket.SHUT_WR)

    rest = everything(wire)
    client.request("GET", "/after")
    client.getresponse().read()

    assert rest == b""
    assert [event["path"] for event in echo.events] == ["/after"]


def test_an_exception_of_the_handler_is_logged_and_answered_like_api_gateway_does(
    client: http.client.HTTPConnection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        client.request("GET", "/fail?secret=1")
        response = client.getresponse()
        text = response.read()

    assert (response.status, text) == (502, b"Internal server error\n")
    assert response.headers["Content-Type"] == "text/plain"
    assert "broken on purpose" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": 200, "headers": {"X-Evil": "a\r\nInjected: b"}, "body": ""},
        {"statusCode": 200, "body": "no base64", "isBase64Encoded": True},
        {"body": "no status"},
    ],
    ids=["line-break-in-header", "bad-base64", "no-status"],
)
def test_an_answer_that_cannot_be_sent_is_a_fault_of_the_handler(
    client: http.client.HTTPConnection, answer: Mapping[str, Any]
) -> None:
    response = ask(client, answer)
    response.read()

    assert response.status == 502
    assert "Injected" not in response.headers


@pytest.mark.parametrize("method", ["POST", "PROPFIND", "TRACE"])
def test_a_method_that_is_not_declared_is_refused_like_api_gateway_does(
    client: http.client.HTTPConnection, echo: Echo, method: str
) -> None:
    """By the deployment's own template."""
    api = read("resources.json")["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    told = api["x-amazon-apigateway-gateway-responses"]["MISSING_AUTHENTICATION_TOKEN"]

    client.request(method, "/get")
    response = client.getresponse()

    assert str(response.status) == told["statusCode"]
    assert response.headers["content-type"] == "application/json"
    assert json.loads(response.read()) == json.loads(told["responseTemplates"]["application/json"])
    assert echo.events == []


def test_requests_are_served_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=5)

    def handler(_event: object, _context: object) -> Mapping[str, Any]:
        both.wait()
        return {"statusCode": 200, "body": "met"}

    with LocalServer(0) as server, server.serving(handler, Router(ROUTES), MOST):
        connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=5) for _ in range(2)]
        for connection in connections:
            connection.request("GET", "/")
        bodies = [connection.getresponse().read() for connection in connections]
        for connection in connections:
            connection.close()

    assert bodies == [b"met", b"met"]


def test_a_port_has_one_server() -> None:
    with LocalServer(0) as server, pytest.raises(OSError, match="in use"):
        LocalServer(server.port)
