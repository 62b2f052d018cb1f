"""Try requests on a registry with an emulated AWS; each becomes a row of a table."""

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from unittest.mock import patch
from uuid import UUID

from moto import mock_aws
from moto.moto_api._internal import mock_random

from bench.parts.calls import Recorder, Usage, recording
from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.ports import Multipart
from chalicelib.storage.tables import create_tables
from local.moto_fixes import lock_moto, share_items, speed_up_moto
from local.moto_wire import intercepted
from local.queue import create_bucket
from tests.api import ORDINARY, Answer, Api, Caller, a_caller, basic
from tests.dialects.qingcloud.machines import Machines
from tests.factories import START, a_membership, an_image
from tests.storage.contract.shelf import shelve

TENANT = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
OTHER = "5d6a3c90-3b1f-4c58-8f0e-6f1f5f0f7c42"
JSON = {"Content-Type": "application/json"}
RAW = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}
SEED = 8
OWN, PUBLIC, SHARED = 30, 30, 5
"""Images in a filled catalogue: more than a page, so that a first page does not read all of them."""
FIRST_NUMBER = 1001
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


class Least(NamedTuple):
    """The minimum number of calls, how many of them are sequential if not all, and why more are made."""

    calls: int
    why: str = ""
    depth: int | None = None


@dataclass(frozen=True)
class Row:
    """A tried operation, what it used, and the minimum."""

    request: str
    case: str
    usage: Usage
    least: Least


class Trial:
    """The requests of a user whose token is cached, and the jobs they cause."""

    def __init__(self, api: Api, aws: Aws, recorder: Recorder) -> None:
        self.api = api
        self.aws = aws
        self.rows: list[Row] = []
        self._recorder = recorder
        secret = api.world.identities.issue(a_caller(TENANT, *ORDINARY, "publicize_image", user="ann"))
        self.caller = Caller(api, {"X-Auth-Token": secret, **basic("ann", secret)})
        self.warm()

    def fill(self, **facts: Any) -> None:
        """Fill the catalogue so that each list is longer than a page; `facts` are fields of the user's own images."""
        own = [_image(place, TENANT, **facts) for place in range(OWN)]
        public = [_image(OWN + place, OTHER, visibility=Visibility.PUBLIC) for place in range(PUBLIC)]
        shared = [_image(OWN + PUBLIC + place, OTHER) for place in range(SHARED)]
        shelve([*own, *public, *shared])
        for image in shared:
            share = a_membership(image, TENANT, status=MemberStatus.ACCEPTED)
            self.api.world.memberships.change(image, [share], [])

    def administrator(self) -> Mapping[str, str]:
        """The credentials of an administrator whose token is cached."""
        token = {"X-Auth-Token": self.api.world.identities.issue(a_caller("ops", "admin"))}
        assert self.caller.get("/v1/images?limit=1", token).status == 200  # noqa: S101  # as below
        return token

    def warm(self) -> None:
        """Cache the token and the queue's URL."""
        assert self.caller.get("/v1/images?limit=1").status == 200  # noqa: S101  # as below
        assert self.api.world.queue.url  # noqa: S101  # a failed setup measures nothing

    def pass_time(self, **duration: float) -> None:
        """Advance the clock."""
        self.api.clock.advance(timedelta(**duration).total_seconds())
        self.warm()

    def ask(
        self,
        request: str,
        least: Least,
        *,
        case: str = "",
        headers: Mapping[str, str] | None = None,
        body: Any = b"",
        refused: int | None = None,
        **names: object,
    ) -> Answer:
        """Send a request, given as documented, with its variables replaced, and record its row.

        `query` is appended to the path. `refused` is the expected error status of operations that are not offered.
        """
        method, path = request.split(" ")
        target = path.format_map(names) + str(names.get("query", ""))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**(JSON if content is not body else {}), **(headers or {})}
        with self._row(request, case, least):
            answer = self.caller.request(method.replace("ANY", "GET"), target, sent, content)
        if answer.status != refused if refused else answer.status >= 400:
            raise RuntimeError(f"{request}: {answer.status} {answer.text}")
        return answer

    def send(self, method: str, target: str, document: Any = None) -> Any:
        """Send a document without measuring it; return the response's document."""
        answer = self.caller.request(method, target, JSON, b"" if document is None else json.dumps(document).encode())
        if answer.status >= 400:
            raise RuntimeError(f"{method} {target}: {answer.status} {answer.text}")
        return answer.json

    def multipart(self, image_id: str, upload_id: str) -> Multipart:
        """The multipart upload of an upload."""
        [found] = self.api.world.multiparts.begun(image_id)
        if not found.location.endswith(upload_id):
            raise RuntimeError(f"{upload_id} is not the only upload of its image")
        return found

    def work(self, case: str, least: Least, message: Mapping[str, Any]) -> None:
        """Deliver a message to the worker."""
        record = {"messageId": "1", "body": json.dumps(message), "attributes": {}}
        with self._row("worker", case, least):
            failed = self.api.world.deliver([record])
        if failed:
            raise RuntimeError(f"{case}: the message failed")

    def sweep(self, case: str, least: Least, count: int = 0) -> None:
        """Run a sweep that must find this number of things to do."""
        with self._row("sweep", case, least):
            found = self.api.world.reaper.sweep()
        if found != count:
            raise RuntimeError(f"{case}: {found} found instead of {count}")

    @contextmanager
    def _row(self, request: str, case: str, least: Least) -> Iterator[None]:
        with self._recorder.counting() as usage:
            yield
        self.rows.append(Row(request, case, usage, least))


def measure(sections: Mapping[str, Callable[[Trial], None]]) -> Iterator[Row]:
    """Measure all sections, each with its own tables; ids come from a fixed seed, so that results are reproducible."""
    for repair in (lock_moto, speed_up_moto, share_items):
        repair()
    mock_random.seed(SEED)
    with intercepted(), mock_aws(), patch("os.urandom", random.Random(SEED).randbytes):  # noqa: S311  # not for secrets
        aws = Aws.from_environ(ENVIRON)
        with recording(aws) as recorder:
            for name, section in sections.items():
                trial = Trial(_empty(aws, name), aws, recorder)
                section(trial)
                yield from trial.rows


@contextmanager
def emulated() -> Iterator[None]:
    """Emulate AWS, and hide real accounts from all clients."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**kept, **ENVIRON}, clear=True):
        yield


def _empty(aws: Aws, name: str) -> Api:
    """A registry with new tables."""
    api = Api({**ENVIRON, "TABLE_PREFIX": f"{name}-"}, aws)
    create_tables()
    create_bucket(api.world)
    return api


def an_own_image(trial: Trial, **facts: Any) -> str:
    """Create another image of the user, active unless `facts` say otherwise; return its id."""
    now = trial.api.clock.now()
    usual = {"status": Status.ACTIVE, "number": trial.api.world.images.number(), "name": "further", "created_at": now}
    image = an_image(owner=TENANT, **{**usual, "status_changed_at": now, **facts})
    return trial.api.world.images.add(image).id


def a_machine(trial: Trial) -> str:
    """Create a stopped machine of the user; return its id."""
    return Machines(trial.aws.ec2(None)).start(tenant=TENANT)


def _image(place: int, owner: str, **facts: Any) -> Image:
    """A typical image."""
    usual: dict[str, Any] = {
        "id": str(UUID(int=place + 1)),
        "number": FIRST_NUMBER + place,
        "name": f"image {place:04}",
        "status": Status.ACTIVE,
        "size": 2**30,
        "checksum": f"{place:032x}",
        "disk_format": "raw",
        "container_format": "bare",
        "min_disk": 1,
        "min_ram": 512,
        "provider": "ec2",
        "provider_image_id": f"ami-{place:017x}",
        "login_user": "root",
        "architecture": "x86_64",
        "os_family": "centos",
        "platform": "linux",
        "properties": {"role": "web", "tier": "1"},
        "created_at": START + timedelta(seconds=place),
    }
    return an_image(owner=owner, **{**usual, **facts})
