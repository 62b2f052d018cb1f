"""Heads of answers: those that are usual are read fast, and mean what http.client says, which reads all others."""

from contextlib import closing

import pytest
from botocore.exceptions import HTTPClientError

from chalicelib.storage.turns import run
from chalicelib.storage.wire import Wire
from tests.storage.scripted import Act, answer, scripted

SECONDS = 0.5
OK = b"HTTP/1.1 200 OK\r\n"
SIZE = b"Content-Length: 8\r\n"
BODY = b'{"a": 1}'
HEADS = {
    "usual": OK + SIZE,
    "dynamodbs": OK
    + b"Server: Server\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nContent-Type: application/x-amz-json-1.0\r\n"
    + SIZE
    + b"Connection: keep-alive\r\nx-amzn-RequestId: ABC\r\nx-amz-crc32: 123\r\n",
    "no-headers": OK,
    "nothing-follows": OK + b"content-length: 0\r\n",
    "refusal": b"HTTP/1.1 400 Bad Request\r\n" + SIZE,
    "failure": b"HTTP/1.1 503 Service Unavailable\r\n" + SIZE,
    "no-reason": b"HTTP/1.1 200 \r\n" + SIZE,
    "no-blank": b"HTTP/1.1 200\r\n" + SIZE,
    "reason-beyond-ascii": b"HTTP/1.1 200 \xc3\xa9\r\n" + SIZE,
    "http-1.0": b"HTTP/1.0 200 OK\r\n" + SIZE,
    "http-1.0-kept": b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n" + SIZE,
    "http-1.2": b"HTTP/1.2 200 OK\r\n" + SIZE,
    "http-2": b"HTTP/2 200 OK\r\n" + SIZE,
    "lower-case": b"http/1.1 200 OK\r\n" + SIZE,
    "two-blanks": b"HTTP/1.1  200 OK\r\n" + SIZE,
    "status-of-two-digits": b"HTTP/1.1 20 OK\r\n" + SIZE,
    "status-of-four-digits": b"HTTP/1.1 2000 OK\r\n" + SIZE,
    "status-600": b"HTTP/1.1 600 OK\r\n" + SIZE,
    "status-099": b"HTTP/1.1 099 OK\r\n" + SIZE,
    "informational": b"HTTP/1.1 103 Early Hints\r\n" + SIZE,
    "no-content": b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n",
    "not-modified": b"HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n",
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + OK + SIZE,
    "close": OK + SIZE + b"Connection: close\r\n",
    "close-among-others": OK + SIZE + b"Connection: keep-alive, close\r\n",
    "close-in-capitals": OK + SIZE + b"CONNECTION: CLOSE\r\n",
    "kept-in-capitals": OK + SIZE + b"Connection: Keep-Alive\r\n",
    "no-space": OK + b"content-length:8\r\n",
    "more-space": OK + b"content-length:   8  \r\n",
    "tab": OK + b"content-length:\t8\r\n",
    "space-before-the-colon": OK + b"content-length : 8\r\n",
    "space-before-the-name": OK + SIZE + b" x-amz-crc32: 1\r\n",
    "folded": OK + b"content-length:\r\n 8\r\n",
    "empty-value": OK + SIZE + b"x-empty: \r\n",
    "colon-in-the-value": OK + SIZE + b"x-url: http://a: b\r\n",
    "beyond-ascii": OK + SIZE + b"x-name: \xc3\xa9\r\n",
    "underscore": OK + SIZE + b"x_name: 1\r\n",
    "no-colon": OK + SIZE + b"nonsense\r\n",
    "no-name": OK + SIZE + b": 1\r\n",
    "null-byte": OK + SIZE + b"x-name: a\0b\r\n",
    "bare-return": OK + SIZE + b"x-name: a\rcontent-length: 2\r\n",
    "bare-newline": OK + SIZE + b"x-name: a\ncontent-length: 2\r\n",
    "newlines-only": b"HTTP/1.1 200 OK\ncontent-length: 8\n\n",
    "another-length": OK + SIZE + b"content-length: 2\r\n",
    "the-same-length": OK + SIZE + b"Content-length: 8\r\n",
    "lengths-in-one": OK + b"content-length: 8, 8\r\n",
    "length-with-sign": OK + b"content-length: +8\r\n",
    "length-with-zero": OK + b"content-length: 08\r\n",
    "length-with-underscore": OK + b"content-length: 0_8\r\n",
    "length-in-other-digits": OK + b"content-length: \xb2\r\n",
    "length-is-too-long": OK + b"content-length: 9999999999\r\n",
    "chunked": OK + b"transfer-encoding: chunked\r\n\r\n8\r\n" + BODY + b"\r\n0\r\n",
    "chunked-with-length": OK + SIZE + b"transfer-encoding: chunked\r\n",
    "identity": OK + SIZE + b"transfer-encoding: identity\r\n",
    "packed": OK + SIZE + b"content-encoding: gzip\r\n",
    "upgrade": OK + SIZE + b"upgrade: h2c\r\nconnection: upgrade\r\n",
    "several-times": OK + SIZE + b"x-name: 1\r\nx-name: 2\r\n",
    "many": OK + SIZE + b"".join(b"x-%d: 1\r\n" % number for number in range(90)),
    "long": OK + SIZE + b"x-name: " + b"x" * 9_000 + b"\r\n",
}


def told(act: Act) -> object:
    """What is made of an answer, and whether its connection serves the next request."""
    with scripted(act, answer(b"next")) as server, closing(Wire(server.url, SECONDS, SECONDS)) as wire:
        try:
            reply = run(wire.exchange({"host": "x"}, b"{}"))
        except HTTPClientError as failure:
            return type(failure).__name__
        found = {name.lower(): reply.headers.get(name) for name in reply.headers}
        following = run(wire.exchange({"host": "x"}, b"{}")).body
        return reply.status, found, reply.body, following, [asked.connection for asked in server.asked]


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_head_means_the_same_whether_it_comes_at_once_or_in_pieces(head: bytes) -> None:
    """One that comes in pieces is read by http.client."""
    whole = head + (b"" if head.endswith(b"\n\n") else b"\r\n") + (b"" if b"length: 0\r" in head else BODY)

    at_once, in_pieces = told(Act(whole)), told(Act(whole[:5], later=whole[5:]))

    assert at_once == in_pieces
