"""A server on the loopback that does with each request what a script says, and remembers what it was sent."""

import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PAUSE = time.sleep
"""That of this moment: tests that want no pauses take it away from clients."""
LATER = 0.005
"""Seconds between two packets."""
PATIENCE = 5.0
"""Seconds after which it gives up on a client."""


@dataclass(frozen=True)
class Asked:
    """A request, and the how many-th connection it came on."""

    line: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def document(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Act:
    """What happens to a request: bytes that are sent, and how the connection ends, if it does.

    Whoever `leaves` accepts no more connections. What `is_raw` is sent past TLS; what
    comes `later` is sent in a packet of its own.
    """

    content: bytes = b""
    ends: bool = False
    resets: bool = False
    leaves: bool = False
    is_raw: bool = False
    pause: float = 0.0
    later: bytes = b""


def answer(
    body: bytes = b"{}", status: str = "200 OK", length: int | None = None, version: str = "1.1", **headers: str
) -> Act:
    """A whole answer; `length` is the one it claims to have."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    ends = version == "1.0" or named.get("connection") == "close"
    lines = [f"HTTP/{version} {status}", f"content-length: {len(body) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return Act("\r\n".join([*lines, "", ""]).encode() + body, ends)


def checked(body: bytes, status: str = "200 OK", **headers: str) -> Act:
    """As DynamoDB answers."""
    named = {"x_amz_crc32": str(zlib.crc32(body)), "x_amzn_requestid": "request-1", **headers}
    return answer(body, status, None, "1.1", **named)


def error(code: str, status: str = "400 Bad Request", **headers: str) -> Act:
    """As DynamoDB refuses."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "as the test asks"}).encode()
    return checked(body, status=status, **headers)


def cut(content: bytes) -> Act:
    """So much of an answer, and no more."""
    return Act(content, ends=True)


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n", ends: bool = False) -> Act:
    """An answer in chunks, whose last one may be missing."""
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    return Act(head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end, ends)


def exactly(content: bytes) -> Act:
    """Bytes, after which the connection stays."""
    return Act(content)


SILENCE, CLOSED, RESET = Act(), Act(ends=True), Act(ends=True, resets=True)


@dataclass
class Scripted:
    """Requests are answered by the acts in turn, and by the last one for ever; connections are accepted by `open`."""

    acts: Sequence[Act]
    listener: socket.socket
    host: str
    context: ssl.SSLContext | None = None
    choose: Callable[[Asked], Act] | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    failures: list[str] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://{self.host}"

    def named(self, name: str) -> str:
        """Its URL, the address called by a name."""
        return self.url.replace("127.0.0.1", name)

    def hang_up(self) -> None:
        """End all connections, as a server does that has waited for long enough."""
        for each in self.sockets:
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)
        self.join()

    def leave(self) -> None:
        """Accept no more connections."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._converse, args=(client, self.connections), daemon=True)
            self.sockets.append(client)
            self.threads.append(thread)
            thread.start()

    def _converse(self, client: socket.socket, number: int) -> None:
        client.settimeout(PATIENCE)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.context is not None:
                client = self.context.wrap_socket(client, server_side=True)
                self.sockets.append(client)
            with client, client.makefile("rb") as stream:
                while (asked := _read(stream, number)) is not None:
                    if not self._act(client, asked):
                        return
        except OSError as failure:
            self.failures.append(type(failure).__name__)
        finally:
            client.close()

    def _act(self, client: socket.socket, asked: Asked) -> bool:
        with self._lock:
            self.asked.append(asked)
            act = self.choose(asked) if self.choose else self.acts[min(len(self.asked), len(self.acts)) - 1]
        if act.leaves:
            self.leave()
        PAUSE(act.pause)
        (socket.socket.sendall if act.is_raw else type(client).sendall)(client, act.content)
        if act.later:
            PAUSE(LATER)
            client.sendall(act.later)
        if act.resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif act.ends:
            socket.socket.shutdown(client, socket.SHUT_RDWR)  # as it stands, without a word of TLS
        return not act.ends


def _read(stream: object, number: int) -> Asked | None:
    """The next request; None if there is no more."""
    readline, read = stream.readline, stream.read  # type: ignore[attr-defined]  # a file
    line = readline().decode("latin-1").strip()
    if not line:
        return None
    headers: dict[str, str] = {}
    while header := readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        assert name.lower() not in headers, f"{name} was sent twice"
        headers[name.lower()] = value.strip()
    return Asked(line, headers, read(int(headers["content-length"])), number)


@contextmanager
def scripted(
    *acts: Act, context: ssl.SSLContext | None = None, choose: Callable[[Asked], Act] | None = None
) -> Iterator[Scripted]:
    """A server that runs within the block."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = Scripted(acts, listener, f"127.0.0.1:{listener.getsockname()[1]}", context, choose)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.leave()
            thread.join(PATIENCE)
            server.hang_up()
            for each in server.sockets:
                each.close()


def nobody() -> str:
    """A URL where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
