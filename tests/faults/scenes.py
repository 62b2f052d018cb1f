"""Scenes: a request, and what is stored when it arrives."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.tokens import NewToken
from tests.api import ORDINARY, Answer, Api, a_caller
from tests.credentials import SCHEMES
from tests.factories import an_image

TENANT = "33333333-3333-4333-8333-333333333333"
OTHER = "t2"
IMAGE = "11111111-1111-4111-8111-111111111111"
NEW = "22222222-2222-4222-8222-222222222222"
JSON = {"Content-Type": "application/json"}
DATA = b"bytes of an image"


@dataclass(frozen=True)
class Ask:
    """A request, without its credentials."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Arrange = Callable[[Api], Ask]


@dataclass(frozen=True)
class Scene:
    """A request to a dialect, and what is stored when it arrives.

    `nameless`: the request creates something without an id of the client's, so a retry may create a second one.
    `bytes_may_fail`: the image may end without its bytes, if the store did not take them.
    `token`: the caller's token has been `used` today, is `unused`, or was `made` with another token.
    `refused`: the status of a request that is never served.
    """

    dialect: str
    name: str
    arrange: Arrange
    policies: tuple[str, ...] = ORDINARY
    nameless: bool = False
    bytes_may_fail: bool = False
    token: str = "used"
    refused: int | None = None

    def __str__(self) -> str:
        return f"{self.dialect}: {self.name}"

    def credentials(self, api: Api) -> dict[str, str]:
        """The headers of a caller with a new token."""
        principal = a_caller(TENANT, *self.policies)
        identities = api.world.identities
        secret = identities.issue(principal)
        if self.token == "made":
            holder = identities.authenticate(secret)
            assert holder is not None
            _, secret = api.world.catalog(holder).tokens.create(NewToken("made"))
        if self.token != "unused":
            assert identities.authenticate(secret) == principal
        return SCHEMES[self.dialect](principal.user, secret)


def send(api: Api, ask: Ask, credentials: Mapping[str, str]) -> Answer:
    """Send a request, and return its response."""
    headers = {"Host": "registry.example", **credentials, **ask.headers}
    if ask.body:
        headers["Content-Length"] = str(len(ask.body))
    return api.send(ask.method, ask.target, list(headers.items()), ask.body)


def plain(method: str, target: str, headers: Mapping[str, str] | None = None) -> Arrange:
    """A request, with nothing stored."""
    return lambda _: Ask(method, target, headers or {})


def document(method: str, target: str, content: object, headers: Mapping[str, str] = JSON) -> Ask:
    """A request with a JSON body."""
    return Ask(method, target, headers, json.dumps(content).encode())


def kept(api: Api, **fields: Any) -> Image:
    """Store an active image of the caller's tenant, unless the fields say otherwise."""
    usual = {"id": IMAGE, "owner": TENANT, "number": api.world.images.number(), "name": "web", "status": Status.ACTIVE}
    return api.world.images.add(an_image(**{**usual, **fields}))


def with_image(ask: Ask, **fields: Any) -> Arrange:
    """A request, with an image of the caller's stored."""

    def arrange(api: Api) -> Ask:
        kept(api, **fields)
        return ask

    return arrange
