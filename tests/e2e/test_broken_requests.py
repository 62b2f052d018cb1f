"""Clients that misbehave harm nobody, and the server goes on."""

import json
import socket

import pytest

from tests.e2e.server import Server
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

UPLOAD = (
    "POST /v1/images HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {token}\r\n"
    "Content-Type: application/octet-stream\r\n"
    "x-image-meta-disk_format: raw\r\nx-image-meta-container_format: bare\r\n"
)


@pytest.mark.parametrize(
    "rest",
    [
        "Content-Length: 1000000\r\n\r\n" + "half" * 100_000,
        "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + "half" * 100_000,
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\ngarbage\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n-4\r\nhalf\r\n0\r\n\r\n",
        "Content-Length: four\r\n\r\nhalf",
    ],
    ids=["short of its length", "within a chunk", "between chunks", "garbage", "negative chunk", "no length"],
)
def test_an_upload_cut_short_leaves_nothing(server: Server, rest: str) -> None:
    answer = exchange(server, UPLOAD.format(token=server.token("t1")) + rest)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert server.images("admin") == []


@pytest.mark.parametrize("request_text", ["nonsense\r\n\r\n", "\0\1\2\3\r\n\r\n", "GET\r\n\r\n", "G" * 100_000])
def test_what_is_no_request_is_refused(server: Server, request_text: str) -> None:
    answer = exchange(server, request_text)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert server.images("admin") == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1, 2]", b'"members"', b'{"memberships": 3}'], ids=repr)
def test_a_body_that_makes_no_sense_is_refused(server: Server, body: bytes) -> None:
    created = server.request("t1", "POST", "/v1/images")
    target = f"/v1/images/{json.loads(created.body)['image']['id']}/members"

    answer = server.request("t1", "PUT", target, body)

    assert answer.status == 400
    assert server.request("t1", "GET", target).body == b'{"members": []}'


def exchange(server: Server, sent: str) -> bytes:
    """All that the server answers to these bytes, after which the client says no more."""
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        connection.sendall(sent.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer
