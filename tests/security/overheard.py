"""An application that records all secrets: the credentials of requests, and the signatures of links."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping

from chalicelib.bootstrap import Aws
from tests.api import Answer, Api

MADE = re.compile('"secret": "([0-9a-f]{48})"')
"""The secret of a new token."""
SIGNATURE = re.compile("X-Amz-Signature=([0-9a-f]{64})")


class Overheard(Api):
    """Records the credentials of each request, and the signatures of links in responses."""

    def __init__(self, environ: Mapping[str, str], aws: Aws) -> None:
        super().__init__(environ, aws)
        self.credentials: set[str] = set()
        self.signatures: set[str] = set()
        self.answers: list[Answer] = []

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        self.credentials |= {secret for name, value in headers for secret in _shown(name, value) if secret}
        answer = super().send(method, target, headers, body)
        self.answers.append(answer)
        self.signatures |= set(SIGNATURE.findall(whole(answer)))
        self.credentials |= set(MADE.findall(answer.text)) if answer.status == 201 else set()
        return answer

    @property
    def secrets(self) -> set[str]:
        """All recorded secrets, none of which may be logged."""
        return self.credentials | self.signatures

    def told(self, texts: Iterable[str]) -> list[str]:
        """The secrets that occur in these texts."""
        texts = list(texts)
        return sorted(secret for secret in self.secrets if any(secret in text for text in texts))


def whole(answer: Answer) -> str:
    """A response with its headers, as one text."""
    lines = [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\n".join([*lines, answer.body.decode("utf-8", "replace")])


def _shown(name: str, value: str) -> list[str]:
    """The secrets in a header: a token, or user and secret in base64 and the secret itself."""
    match name.lower(), value.split(" ", 1):
        case "x-auth-token", _:
            return [value]
        case "authorization", ["Basic", encoded]:
            return [encoded, _decoded(encoded).partition(":")[2]]
        case "authorization", [_, token]:
            return [token]
    return []


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeError):
        return ""
