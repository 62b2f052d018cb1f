"""The `devops` command as a server hears it: the requests it sends, and how its HTTP library answers a challenge."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from typing import Any

from tests.e2e.server import Answer
from tests.processes import PATIENCE

ATTEMPTS = 5
"""How many challenges in a row the library answers before it gives up."""


def translations(phrase: str, size: int) -> bytes:
    """A table of translations of at least `size` bytes, in Ruby's notation."""
    entry = f'"message"=>"{phrase}", '.encode()
    return b'{"handler"=>{' + entry * (size // len(entry) + 1) + b'"end"=>"."}}'


ENGLISH = translations("Please choose one of the images: %{name}", 8_000)
RUSSIAN = translations("Пожалуйста, выберите один из образов: %{name}", 11_600)


@dataclass(frozen=True)
class Reply:
    """What came of an operation: the answer to each of its requests, of which the last counts."""

    answers: list[Answer]

    @property
    def statuses(self) -> list[int]:
        return [answer.status for answer in self.answers]

    @property
    def status(self) -> int:
        return self.statuses[-1]

    @property
    def json(self) -> Any:
        return json.loads(self.answers[-1].body)


@dataclass(frozen=True)
class Command:
    """The command as a user has set it up; its language is a whole table of translations."""

    address: tuple[str, int]
    user: str
    password: str
    language: bytes = ENGLISH

    def get(self, path: str, query: str = "") -> Reply:
        return self._submit("GET", f"/v3{path}?{query}")

    def post(self, path: str, file: bytes) -> Reply:
        return self._submit("POST", f"/v3{path}", file)

    def put(self, path: str, file: bytes) -> Reply:
        return self._submit("PUT", f"/v3{path}", file)

    def delete(self, path: str) -> Reply:
        return self._submit("DELETE", f"/v3{path}", b"{}")

    def update(self, image_id: str, file: bytes) -> list[Reply]:
        """`image update ID FILE`, which creates what is not there."""
        updated = self.put(f"/image/{image_id}", file)
        return [updated, self.post("/image", file)] if updated.status == 404 else [updated]

    def _submit(self, method: str, target: str, body: bytes | None = None) -> Reply:
        """One operation: a connection of its own, which must be kept while challenges are answered."""
        answers: list[Answer] = []
        with closing(HTTPConnection(*self.address, timeout=PATIENCE)) as connection:
            connection.connect()
            connection.auto_open = 0
            while not answers or (is_challenge(answers[-1]) and len(answers) < ATTEMPTS):
                connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in self._headers(body, authorized=bool(answers)):
                    connection.putheader(name, value)
                connection.endheaders(body)
                response = connection.getresponse()
                answers.append(Answer(response.status, dict(response.getheaders()), response.read()))
        return Reply(answers)

    def _headers(self, body: bytes | None, *, authorized: bool) -> Iterator[tuple[str, str | bytes]]:
        yield "Accept", "application/json"
        if body is not None:
            yield "Content-Type", "application/json; charset=UTF-8"
        yield "Accept-Language", self.language
        if authorized:
            yield "Authorization", b"Basic " + base64.b64encode(f"{self.user}:{self.password}".encode())
        yield "User-Agent", "HTTPClient/1.0 (2.8.3, ruby 2.5.9 (2021-04-05))"
        yield "Date", formatdate(usegmt=True)
        if body is not None:
            yield "Content-Length", str(len(body))
        yield "Host", "{}:{}".format(*self.address)


def is_challenge(answer: Answer) -> bool:
    """Whether the library would try again with the credentials it has."""
    scheme, _, parameters = answer.headers.get("WWW-Authenticate", "").partition(" ")
    return answer.status == 401 and scheme == "Basic" and parameters.startswith('realm="')
