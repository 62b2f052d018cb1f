"""A DynamoDB that gives the answers it gave before, from a process of its own: its work is in nobody's CPU time.

Run as a program it reads the answers from stdin, says on which port it listens, and serves until it is ended. Its word
is for how many seconds it thinks before each answer.
"""

import contextlib
import json
import socketserver
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

READS = ("GetItem", "BatchGetItem", "Query", "Scan")
ROOT = Path(__file__).parents[2]


class Call(NamedTuple):
    """A call of DynamoDB as a client of it is asked for one."""

    operation: str
    parameters: dict[str, Any]


class Recorder:
    """Remembers what goes through a client: the calls, and what was answered to each."""

    def __init__(self, client: Any) -> None:
        self.calls: list[Call] = []
        self.answers: dict[str, str] = {}
        self._sending = threading.local()
        client.meta.events.register("before-send.dynamodb", self._sent)
        client.meta.events.register("response-received.dynamodb", self._received)

    def take(self) -> list[Call]:
        """The calls since the last taking."""
        calls, self.calls = self.calls, []
        return calls

    def _sent(self, request: Any, **_: Any) -> None:
        target, body = _text(request.headers["X-Amz-Target"]), _text(request.body)
        parameters = json.loads(body)
        parameters.pop("ClientRequestToken", None)  # which a client makes itself
        operation = target.rpartition(".")[2]
        self._sending.key = _key(operation, body)
        self.calls.append(Call(operation, parameters))

    def _received(self, response_dict: Mapping[str, Any], **_: Any) -> None:
        self.answers[self._sending.key] = _text(response_dict["body"])


@contextlib.contextmanager
def replayed(answers: Mapping[str, str], delay: float = 0) -> Iterator[str]:
    """The URL of a DynamoDB that gives these answers, the same to every write of a kind, each after `delay` seconds."""
    command = [sys.executable, __file__, str(delay)]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101  # they are pipes
            process.stdin.write(json.dumps(answers))
            process.stdin.close()
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def _key(operation: str, body: str) -> str:
    """What tells calls apart: two reads may read something else, while what is written is of no interest."""
    return f"{operation} {body}" if operation in READS else operation


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Connection(socketserver.StreamRequestHandler):
    """One client's connection, on which requests come one after the other."""

    disable_nagle_algorithm = True
    answers: Mapping[str, bytes]
    delay: float

    def handle(self) -> None:
        while self.rfile.readline():
            headers = dict(_header(line) for line in iter(self.rfile.readline, b"\r\n"))
            body = self.rfile.read(int(headers["content-length"])).decode()
            operation = headers["x-amz-target"].rpartition(".")[2]
            time.sleep(self.delay)
            self.wfile.write(self.answers[_key(operation, body)])


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.lower(), value.strip()


def _response(body: bytes) -> bytes:
    """An answer with the headers that the real one has; botocore looks at the checksum."""
    lines = (
        "HTTP/1.1 200 OK",
        "Server: Server",
        "Date: Fri, 02 Jan 2026 03:04:05 GMT",
        "Content-Type: application/x-amz-json-1.0",
        f"Content-Length: {len(body)}",
        "Connection: keep-alive",
        "x-amzn-RequestId: 4ROJ3KSPNKVN5T7OJ4KN1PCIQ7VV4KQNSO5AEMVJF66Q9ASUAAJG",
        f"x-amz-crc32: {zlib.crc32(body)}",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


def _serve() -> None:
    _Connection.answers = {key: _response(body.encode()) for key, body in json.load(sys.stdin).items()}
    _Connection.delay = float(sys.argv[1])
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Connection) as server:
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _serve()
