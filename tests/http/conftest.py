"""A client of the application with the echo dialect."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalog.principal import Policy, Principal
from chalicelib.http.gateway import Gateway
from local.events import Router, proxy_event
from tests.api import Answer, Api
from tests.http.echo import gateway

Event = dict[str, Any]
EVENTS = Path(__file__).parent / "events"


class Client:
    """Sends events to an application, through JSON as Lambda does."""

    def __init__(self, app: Gateway) -> None:
        self.app = app
        self._router = Router(app.routes)

    def send(self, event: Event) -> Answer:
        wire = json.loads(json.dumps(self.app(json.loads(json.dumps(event)), None)))
        text = wire["body"]
        return Answer(
            status=wire["statusCode"],
            headers={name.lower(): value for name, value in wire["headers"].items()},
            header_names=list(wire["headers"]),
            body=base64.b64decode(text) if wire["isBase64Encoded"] else text.encode(),
        )

    def request(self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        return self.send(proxy_event(self._router, method, target, list((headers or {}).items()), body))

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, {name.replace("_", "-"): value for name, value in headers.items()})


def token(api: Api, tenant: str, user: str = "user") -> dict[str, str]:
    """The headers of a caller with `read_images`."""
    return {"X-Auth-Token": api.world.identities.issue(Principal(user, tenant, frozenset({Policy.READ_IMAGES})))}


@pytest.fixture
def client(api: Api) -> Client:
    """A client of the application with the echo dialect only."""
    return Client(gateway(api))


@pytest.fixture
def recorded() -> Callable[[str], Event]:
    """Reads a recorded event of API Gateway or `chalice local`."""

    def read(name: str) -> Event:
        event: Event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
        return event

    return read
