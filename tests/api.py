"""The application under test, called with API Gateway's events, and callers that send requests to it."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from chalicelib.bootstrap import Aws, World, build_app, build_world
from chalicelib.catalog.principal import Policy, Principal
from local.events import Router, proxy_event
from local.queue import pump

ORDINARY = ("read_images", "create_image", "delete_image")
ELSEWHERE = "elsewhere"


class FakeClock:
    """A clock that advances by a millisecond each time it is read, and further by `advance`.

    `time` is its last reading.
    """

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)

    def now(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Answer:
    """A response. The names in `headers` are in lower case; `header_names` has them as they were sent."""

    status: int
    headers: dict[str, str]
    header_names: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def basic(user: str, secret: str) -> dict[str, str]:
    """The header of basic authentication with these credentials."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")}


def a_caller(tenant: str | None, *policies: str, user: str | None = None) -> Principal:
    """A user of the tenant, named after it unless a name is given."""
    return Principal(user or f"user-of-{tenant}", tenant, frozenset(map(Policy, policies)))


class Api:
    """The application with the given settings, and a clock and data that tests control."""

    def __init__(self, environ: Mapping[str, str], aws: Aws) -> None:
        self.clock = FakeClock()
        self.world: World = build_world(environ, self.clock, aws)
        self._app = build_app(world=self.world)
        self._router = Router(self._app.routes)

    def caller(self, tenant: str | None, *policies: str, user: str | None = None) -> "Caller":
        """A caller with a new token, with the ordinary policies unless others are named."""
        principal = a_caller(tenant, *policies or ORDINARY, user=user)
        return Caller(self, {"X-Auth-Token": self.world.identities.issue(principal)})

    def basic_caller(self, tenant: str | None, *policies: str, user: str | None = None) -> "Caller":
        """A caller who sends user and secret, with only the policies that are named."""
        principal = a_caller(tenant, *policies, user=user)
        return Caller(self, basic(principal.user, self.world.identities.issue(principal)))

    def anonymous(self) -> "Caller":
        """A caller without a token."""
        return Caller(self, {})

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Call the handler with an event, and return its response, both in the form that Lambda uses."""
        event = json.loads(json.dumps(proxy_event(self._router, method, target, headers, body)))
        result = json.loads(json.dumps(self._app(event, None)))
        text = result["body"]
        assert all(f"{name}{value}".isascii() for name, value in result["headers"].items()), result["headers"]
        return Answer(
            status=result["statusCode"],
            headers={name.lower(): value for name, value in result["headers"].items()},
            header_names=list(result["headers"]),
            body=base64.b64decode(text) if result["isBase64Encoded"] else text.encode(),
        )

    def work(self) -> None:
        """Run the worker until the queue has no message that is due; failed messages become visible again."""
        while pump(self.world):
            pass

    @contextmanager
    def on_s3(self, operation: str, act: Callable[[], object]) -> Iterator[None]:
        """Run `act` just before each call of this S3 operation."""

        def hook(**_: Any) -> None:
            act()

        with self._hooked(operation, hook):
            yield

    @contextmanager
    def s3_fault(self, operation: str, code: str, status: int) -> Iterator[None]:
        """Answer each call of this S3 operation with an error."""
        error = {"Error": {"Code": code, "Message": "as the test asks"}, "ResponseMetadata": {}}
        with self.s3_reply(operation, error, status):
            yield

    @contextmanager
    def s3_reply(self, operation: str, parsed: Mapping[str, Any], status: int = 200) -> Iterator[None]:
        """Answer each call of this S3 operation with `parsed` instead of executing it."""

        def reply(**_: Any) -> tuple[AWSResponse, Mapping[str, Any]]:
            return AWSResponse("https://s3.example", status, HTTPHeaders(), BytesIO()), parsed

        with self._hooked(operation, reply):
            yield

    @contextmanager
    def _hooked(self, operation: str, hook: Callable[..., Any]) -> Iterator[None]:
        events, name = self.world.blobs.client().meta.events, f"before-call.s3.{operation}"
        events.register_first(name, hook)
        try:
            yield
        finally:
            events.unregister(name, hook)

    def stored(self) -> list[str]:
        """The keys of all objects in the image bucket."""
        listing = self.world.blobs.client().list_objects_v2(Bucket=self.world.blobs.bucket)
        return [entry["Key"] for entry in listing.get("Contents", [])]

    def put_elsewhere(self, key: str, content: bytes) -> str:
        """Store an object in another owner's bucket, and return its URL."""
        client = self.world.blobs.client()
        client.create_bucket(Bucket=ELSEWHERE)
        client.put_object(Bucket=ELSEWHERE, Key=key, Body=content)
        return f"s3://{ELSEWHERE}/{key}"


class Caller:
    """Sends requests with the credentials of one principal."""

    def __init__(self, api: Api, credentials: Mapping[str, str]) -> None:
        self.api = api
        self._credentials = credentials

    def shown(self, header: str) -> str:
        """The value of the caller's credentials in this header, empty if it sends none."""
        return self._credentials.get(header, "")

    def through(self, api: Api) -> "Caller":
        """The same caller, sending requests to another application over the same tables."""
        return Caller(api, self._credentials)

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        chunked: bool = False,
    ) -> Answer:
        """Send a request with the headers that the local server and API Gateway pass on."""
        assert not urlsplit(target).fragment
        sent = {"Host": "registry.example", **self._credentials, **(headers or {})}
        if chunked:
            sent["Transfer-Encoding"] = "chunked"
        elif body:
            sent.setdefault("Content-Length", str(len(body)))
        return self.api.send(method, target, list(sent.items()), body)

    def get(self, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        return self.request("GET", target, headers, body)

    def head(self, target: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("HEAD", target, headers)

    def post(
        self,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        chunked: bool = False,
    ) -> Answer:
        return self.request("POST", target, headers, body, chunked=chunked)

    def put(
        self,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        chunked: bool = False,
    ) -> Answer:
        return self.request("PUT", target, headers, body, chunked=chunked)

    def delete(self, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        return self.request("DELETE", target, headers, body)
