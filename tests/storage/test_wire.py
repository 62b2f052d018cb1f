"""Our own HTTP to one server: what is sent, what is answered, and what becomes of connections."""

import gc
import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from chalicelib.storage.turns import run
from chalicelib.storage.wire import KEPT, LEAST_SECONDS, Gone, Reply, Wire
from tests.storage.scripted import (
    CLOSED,
    RESET,
    SILENCE,
    Act,
    Asked,
    answer,
    checked,
    chunked,
    cut,
    exactly,
    nobody,
    scripted,
)

SECONDS, SHORT = 2.0, 0.2
"""How long a server is waited for: one that answers, and one that does not."""
HEADERS = {"host": "example", "x-amz-target": "DynamoDB_20120810.GetItem"}
WELL = answer(b'{"a": 1}')
WHOLE = {
    "length": WELL,
    "empty": answer(b""),
    "chunked": chunked(b'{"a"', b": 1}"),
    "one-byte-chunks": chunked(*(b'{"a": 1}'[index : index + 1] for index in range(8))),
    "chunked-with-trailer": chunked(b'{"a": 1}', end=b"0\r\nx-later: 1\r\n\r\n"),
    "close": answer(b'{"a": 1}', connection="close"),
    "http-1.0": answer(b'{"a": 1}', version="1.0"),
    "continue-first": exactly(b"HTTP/1.1 100 Continue\r\n\r\n" + WELL.content),
    "error": answer(b"<html>", "502 Bad Gateway"),
    "no-blank-before-a-value": exactly(b'HTTP/1.1 200 OK\r\ncontent-length:8\r\n\r\n{"a": 1}'),
    "blanks-around-a-value": exactly(b'HTTP/1.1 200 OK\r\ncontent-length:   8  \r\n\r\n{"a": 1}'),
    "folded-header": exactly(b'HTTP/1.1 200 OK\r\nx: 1\r\n 2\r\ncontent-length: 8\r\n\r\n{"a": 1}'),
    "header-twice": exactly(b'HTTP/1.1 200 OK\r\nx: 1\r\nX: 2\r\ncontent-length: 8\r\n\r\n{"a": 1}'),
    "newlines-alone": exactly(b'HTTP/1.1 200 OK\ncontent-length: 8\n\n{"a": 1}'),
    "no-reason": exactly(b'HTTP/1.1 200\r\ncontent-length: 8\r\n\r\n{"a": 1}'),
    "keep-alive-in-other-words": answer(b'{"a": 1}', connection="Keep-Alive"),
}
NOT_KEPT = {"close", "http-1.0"}
HEAD = b"HTTP/1.1 200 OK\r\n"
BROKEN = {
    "closed": CLOSED,
    "reset": RESET,
    "in-the-status-line": cut(b"HTTP/1.1 20"),
    "after-the-status-line": cut(HEAD),
    "in-the-head": cut(HEAD + b"x-amzn-requestid: 1\r\ncontent-le"),
    "in-the-length": cut(HEAD + b"content-length: 1"),
    "after-the-head": cut(HEAD + b"content-length: 8\r\n\r\n"),
    "in-the-body": cut(HEAD + b'content-length: 8\r\n\r\n{"a"'),
    "reset-in-the-body": Act(HEAD + b'content-length: 8\r\n\r\n{"a"', ends=True, resets=True),
    "in-a-chunk": chunked(b'{"a": 1}', end=b"8\r\n{}", ends=True),
    "before-the-last-chunk": chunked(b'{"a": 1}', end=b"", ends=True),
    "in-a-chunks-size": chunked(b'{"a": 1}', end=b"8", ends=True),
    "without-length": cut(HEAD + b'\r\n{"a": 1}'),
    "length-is-no-number": cut(HEAD + b'content-length: x\r\n\r\n{"a": 1}'),
    "length-is-negative": cut(HEAD + b'content-length: -1\r\n\r\n{"a": 1}'),
    "length-is-enormous": cut(HEAD + b'content-length: 99999999999999999999\r\n\r\n{"a": 1}'),
    "chunk-is-no-number": chunked(end=b"x\r\n", ends=True),
    "chunk-is-negative": chunked(end=b"-5\r\n{}{}{}", ends=True),
    "chunk-is-enormous": chunked(end=b"f" * 30 + b"\r\n", ends=True),
    "no-http": cut(b"SSH-2.0-OpenSSH\r\n"),
    "endless-line": cut(b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n"),
    "endless-header": cut(HEAD + b"x: " + b"x" * 70_000 + b"\r\n\r\n"),
    "many-headers": cut(HEAD + b"x: 1\r\n" * 200 + b"\r\n"),
    "early-hints": exactly(b"HTTP/1.1 103 Early Hints\r\n\r\n" + WELL.content),
    "other-protocol": exactly(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
}


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 2
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.001)


@contextmanager
def wire_to(url: str, seconds: float = SECONDS, kind: type[Wire] = Wire) -> Iterator[Wire]:
    with closing(kind(url, seconds, seconds)) as wire:
        yield wire


def ask(wire: Wire, body: bytes = b"{}") -> Reply:
    return run(wire.exchange(HEADERS, body))


def test_a_request_is_a_post_to_the_root_with_its_headers_and_its_length() -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        ask(wire, b'{"TableName": "x"}')

    [asked] = server.asked
    assert asked == Asked("POST / HTTP/1.1", {**HEADERS, "content-length": "18"}, b'{"TableName": "x"}', 1)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://localhost:8000/", "localhost:8000"),
        ("https://dynamodb.eu-west-1.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[::1]", "[::1]"),
    ],
)
def test_the_host_is_called_as_in_the_url(url: str, host: str) -> None:
    assert Wire(url, 1, 1).host == host


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://[::1]", ("::1", 80)),
        ("http://[::1]:8000/", ("::1", 8000)),
        ("http://example.test", ("example.test", 80)),
        ("http://example.test:8001", ("example.test", 8001)),
        ("https://example.test", ("example.test", 443)),
        ("https://example.test:8443/", ("example.test", 8443)),
    ],
)
def test_it_connects_to_where_the_url_says(monkeypatch: pytest.MonkeyPatch, url: str, address: tuple[str, int]) -> None:
    asked = []

    def connect(address: tuple[bytes, int], *_: object, **__: object) -> None:
        asked.append((address[0].decode(), address[1]))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    with wire_to(url) as wire, pytest.raises(EndpointConnectionError):
        ask(wire)

    assert asked == [address]


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_answer_is_returned(kind: str) -> None:
    expected = {"empty": (200, b""), "error": (502, b"<html>")}.get(kind, (200, b'{"a": 1}'))

    with scripted(WHOLE[kind]) as server, wire_to(server.url) as wire:
        reply = ask(wire)

    assert (reply.status, reply.body) == expected


@pytest.mark.parametrize("kind", WHOLE)
def test_its_connection_serves_the_next_request_unless_the_server_closes_it(kind: str) -> None:
    with scripted(WHOLE[kind]) as server, wire_to(server.url) as wire:
        replies = [ask(wire) for _ in range(3)]

    assert len({reply.body for reply in replies}) == 1
    assert [each.connection for each in server.asked] == ([1, 2, 3] if kind in NOT_KEPT else [1, 1, 1])


def test_the_head_of_an_answer_as_dynamodb_gives_it_is_not_parsed_as_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("http.client.parse_headers", None)

    with scripted(checked(b'{"a": 1}')) as server, wire_to(server.url) as wire:
        reply = ask(wire)

    assert (reply.status, reply.body, reply.headers["x-amzn-requestid"]) == (200, b'{"a": 1}', "request-1")


def test_headers_are_found_in_any_case() -> None:
    with scripted(answer(X_Amz_Crc32="1")) as server, wire_to(server.url) as wire:
        assert ask(wire).headers.get("x-amz-crc32") == "1"


@pytest.mark.parametrize("act", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_not_whole_is_none(act: Act) -> None:
    with scripted(act, WELL) as server, wire_to(server.url) as wire:
        with pytest.raises(ConnectionClosedError):
            ask(wire)

        assert ask(wire).body == b'{"a": 1}'
        assert [each.connection for each in server.asked] == [1, 2]


class Narrow(Wire):
    longest = 10


@pytest.mark.parametrize(
    "act", [answer(b"x" * 11), chunked(b"x" * 11), chunked(*[b"x"] * 11)], ids=["length", "chunk", "chunks"]
)
def test_an_answer_that_is_too_long_is_none(act: Act) -> None:
    with scripted(act, WELL) as server, wire_to(server.url, kind=Narrow) as wire:
        with pytest.raises(ConnectionClosedError):
            ask(wire)

        assert ask(wire).body == b'{"a": 1}'


def test_dynamodbs_longest_answers_are_not_too_long() -> None:
    assert Wire.longest > 6 * 16 * 2**20


@pytest.mark.parametrize(
    "act", [SILENCE, exactly(HEAD), exactly(HEAD + b"content-length: 8\r\n\r\n{")], ids=["all", "head", "body"]
)
def test_silence_is_a_timeout(act: Act) -> None:
    with scripted(act) as server, wire_to(server.url, SHORT) as wire, pytest.raises(ReadTimeoutError):
        ask(wire)


def test_a_server_that_takes_no_more_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        with wire_to(url, SHORT) as wire, pytest.raises(ReadTimeoutError):
            ask(wire, bytes(20_000_000))


def test_nobody_there_is_told_from_an_answer_that_is_lost() -> None:
    with wire_to(nobody()) as wire, pytest.raises(EndpointConnectionError):
        ask(wire)


@pytest.mark.parametrize("name", ["nowhere.test", "a..b", "x" * 64 + ".test", ".test", "é.test"])
def test_a_host_that_does_not_exist_is_nobody(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    usual = socket.getaddrinfo

    def resolve(host: bytes, *more: object, **flags: object) -> object:
        if host == b"nowhere.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return usual(host, *more, **flags)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with wire_to(f"http://{name}:8000") as wire, pytest.raises(EndpointConnectionError):
        ask(wire)


def test_a_server_that_does_not_connect_in_time_is_told_from_one_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # they fill its queue
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        try:
            with wire_to(f"http://127.0.0.1:{address[1]}", SHORT) as wire, pytest.raises(ConnectTimeoutError):
                ask(wire)
        finally:
            for each in waiting:
                each.close()


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced() -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        ask(wire)
        server.hang_up()

        reply = ask(wire)

    assert reply.body == b'{"a": 1}'
    assert [each.connection for each in server.asked] == [1, 2]


def test_a_connection_on_which_more_comes_than_was_asked_for_is_not_used_again() -> None:
    extra = exactly(WELL.content + b"x" * 100_000)  # more than is read ahead

    with scripted(extra, WELL) as server, wire_to(server.url) as wire:
        ask(wire)

        assert ask(wire).body == b'{"a": 1}'
        assert [each.connection for each in server.asked] == [1, 2]


@pytest.mark.parametrize("end", [CLOSED, RESET], ids=["closed", "reset"])
def test_a_kept_connection_that_ends_as_it_is_used_is_gone(end: Act) -> None:
    with scripted(WELL, end, WELL) as server, wire_to(server.url) as wire:
        ask(wire)
        with pytest.raises(Gone):
            ask(wire)

        assert ask(wire).body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (cut(b"HTTP/1.1 20"), ConnectionClosedError),
        (BROKEN["in-the-body"], ConnectionClosedError),
        (BROKEN["reset-in-the-body"], ConnectionClosedError),
        (SILENCE, ReadTimeoutError),
    ],
    ids=["status-line", "body", "reset", "silence"],
)
def test_a_kept_connection_on_which_something_came_is_not_gone(act: Act, error: type[HTTPClientError]) -> None:
    with scripted(WELL, act) as server, wire_to(server.url, SHORT if act == SILENCE else SECONDS) as wire:
        ask(wire)
        with pytest.raises(HTTPClientError) as caught:
            ask(wire)

    assert type(caught.value) is error


def test_answers_are_read_in_any_order_and_each_by_who_asked() -> None:
    with scripted(choose=lambda asked: answer(asked.body)) as server, wire_to(server.url) as wire:
        exchanges = [wire.exchange(HEADERS, body) for body in (b"1", b"2", b"3")]
        for exchange in exchanges:
            next(exchange)

        bodies = [run(exchange).body for exchange in reversed(exchanges)]

    assert bodies == [b"3", b"2", b"1"]
    assert sorted(asked.connection for asked in server.asked) == [1, 2, 3]


@pytest.mark.parametrize("is_kept", [False, True])
def test_an_answer_that_nobody_reads_is_read_by_nobody_else(is_kept: bool) -> None:
    with scripted(choose=lambda asked: answer(asked.body)) as server, wire_to(server.url) as wire:
        if is_kept:
            ask(wire)
        abandoned = wire.exchange(HEADERS, b"abandoned")
        next(abandoned)
        wait_for(lambda: server.asked and server.asked[-1].body == b"abandoned")
        abandoned.close()
        wait_for(lambda: not server.threads[0].is_alive())

        assert [ask(wire, body).body for body in (b"1", b"2")] == [b"1", b"2"]


def test_what_is_abandoned_before_it_is_sent_is_never_sent() -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        wire.exchange(HEADERS, b"{}").close()

        assert server.connections == 0


def test_an_answer_has_its_time_from_when_it_was_asked_for() -> None:
    with scripted(SILENCE) as server, wire_to(server.url, SHORT) as wire:
        exchanges = [wire.exchange(HEADERS, b"{}") for _ in range(5)]
        for exchange in exchanges:
            next(exchange)
        begun = time.monotonic()
        for exchange in exchanges:
            with pytest.raises(ReadTimeoutError):
                run(exchange)
        took = time.monotonic() - begun

    assert SHORT <= took < SHORT + 4 * LEAST_SECONDS + SHORT / 2


def test_an_answer_that_came_in_time_is_read_though_its_time_has_passed_since() -> None:
    with scripted(choose=lambda asked: answer(asked.body)) as server, wire_to(server.url, SHORT) as wire:
        exchange = wire.exchange(HEADERS, b"in time")
        next(exchange)
        time.sleep(SHORT * 1.5)

        assert run(exchange).body == b"in time"

        usual = wire.exchange(HEADERS, b"usual")
        next(usual)
        assert run(usual).body == b"usual"
        assert [asked.connection for asked in server.asked] == [1, 1]


def test_close_ends_what_is_kept_and_the_next_request_connects_anew() -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        ask(wire)
        wire.close()
        server.join()  # the server has seen the end

        ask(wire)

    assert [each.connection for each in server.asked] == [1, 2]


@pytest.mark.parametrize("act", [cut(HEAD), BROKEN["in-the-body"], SILENCE, BROKEN["length-is-enormous"]])
def test_a_connection_that_failed_is_closed_though_its_error_is_kept(act: Act) -> None:
    with scripted(exactly(act.content)) as server, wire_to(server.url, SHORT, Narrow) as wire:
        with pytest.raises(HTTPClientError) as kept:
            ask(wire)
        server.threads[0].join(2)

        assert not server.threads[0].is_alive()
        assert kept.value is not None


@pytest.mark.parametrize(
    "value", ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b", "a\x7fb", "é", "\N{GREEK SMALL LETTER ALPHA}"]
)
def test_a_header_that_could_be_taken_for_another_is_never_sent(value: str) -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        with pytest.raises(ValueError, match="printable ASCII") as caught:
            run(wire.exchange({**HEADERS, "x-amz-security-token": value}, b"{}"))

        assert value not in str(caught.value)
        assert server.connections == 0


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize("act", [WELL, *list(BROKEN.values())[:12]], ids=["well", *list(BROKEN)[:12]])
def test_sockets_are_not_left_open(act: Act) -> None:
    with scripted(act) as server, wire_to(server.url) as wire:
        gc.disable()
        try:
            before = descriptors()
            for _ in range(5):
                with suppress(HTTPClientError):
                    ask(wire)
            wire.close()
            server.join()
            after = descriptors()
        finally:
            gc.enable()

    assert after <= before


def at_once(number: int, act: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=act, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)


def test_what_is_kept_is_closed_when_nobody_needs_the_wire_any_more() -> None:
    with scripted(WELL) as server:
        wire = Wire(server.url, SECONDS, SECONDS)
        ask(wire)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del wire
            gc.collect()
        server.join()

    assert server.connections == 1


def test_threads_get_their_own_answers() -> None:
    threads, rounds = 16, 20
    found = []

    def converse(index: int) -> None:
        for turn in range(rounds):
            body = f"{index} {turn}".encode() * (1 + index * turn)
            found.append(ask(wire, body).body == body)

    with scripted(choose=lambda asked: answer(asked.body)) as server, wire_to(server.url) as wire:
        at_once(threads, converse)

    assert found == [True] * (threads * rounds)
    assert len(server.asked) == threads * rounds


def test_no_more_connections_are_kept_than_are_worth_it() -> None:
    number = KEPT + 6
    arrived = threading.Barrier(number)

    with scripted(Act(WELL.content, pause=0.1)) as server, wire_to(server.url) as wire:

        def converse(_: int) -> None:
            arrived.wait(2)
            ask(wire)

        at_once(number, converse)
        connections = server.connections
        until = time.monotonic() + 2
        while (alive := sum(thread.is_alive() for thread in server.threads)) > KEPT and time.monotonic() < until:
            time.sleep(0.005)

    assert KEPT < connections <= number
    assert alive <= KEPT


@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded:DeprecationWarning"
)  # the server's threads do not matter to the child
def test_a_process_does_not_use_the_connections_of_the_one_that_forked_it() -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        ask(wire)
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if ask(wire).body == b'{"a": 1}' else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        ask(wire)

    assert os.waitstatus_to_exitcode(status) == 0
    assert [each.connection for each in server.asked] == [1, 2, 1]


def test_the_connections_of_another_process_are_closed_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(WELL) as server, wire_to(server.url) as wire:
        ask(wire)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        for _ in range(2):
            ask(wire)
        server.threads[0].join(2)

        assert not server.threads[0].is_alive()

    assert [each.connection for each in server.asked] == [1, 2, 2]


def test_what_is_kept_may_be_closed_while_others_ask() -> None:
    failures: list[BaseException] = []

    def act(index: int) -> None:
        try:
            for _ in range(40):
                if index % 2:
                    wire.close()
                else:
                    ask(wire)
        except BaseException as failure:  # noqa: BLE001  # whatever it is, it is none that a thread should die of
            failures.append(failure)

    interval = sys.getswitchinterval()
    with scripted(WELL) as server, wire_to(server.url) as wire:
        sys.setswitchinterval(1e-6)
        try:
            at_once(8, act)
        finally:
            sys.setswitchinterval(interval)

    assert failures == []
