"""What callers of Foreman's clients need."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api import basic
from tests.e2e.clients import Library, LibraryCaller
from tests.e2e.server import Server

Record = dict[str, Any]


@dataclass(frozen=True)
class ForemanCaller(LibraryCaller):
    """A principal who speaks through one of the clients of apypie, which keeps the description in a folder."""

    user: str
    cache: Path
    client: str = "Api"
    language: str = ""

    def call(self, method: str, *arguments: Any, **fields: Any) -> Any:
        more = {"user": self.user, "cache": str(self.cache), "client": self.client, "language": self.language}
        return self._call(method, arguments, fields, **more)

    def do(self, resource: str, action: str, **parameters: Any) -> Any:
        """An action that the description knows."""
        return self.call("call", resource, action, parameters)


def caller_of(server: Server, principal: str, library: Library, cache: Path) -> ForemanCaller:
    return ForemanCaller(
        library, server.url, server.token(principal), server.tenant(principal), server.user(principal), cache
    )


@dataclass(frozen=True)
class Parents:
    """The ids of what images can be below: two clouds, two operating systems, and two architectures."""

    ec2: int
    libvirt: int
    linux: int
    bsd: int
    x86_64: int
    aarch64: int


def request(server: Server, principal: str, method: str, path: str, document: Record | None = None) -> Record:
    """What Foreman's API answers, by plain HTTP, to a request that succeeds."""
    headers = {**basic(server.user(principal), server.token(principal)), "Content-Type": "application/json"}
    body = b"" if document is None else json.dumps(document).encode()
    answer = server.request(principal, method, path, body, headers)
    assert answer.status in {200, 201}, answer.body
    found: Record = json.loads(answer.body)
    return found


def make_parents(server: Server, principal: str) -> Parents:
    """Parents of these kinds, new each time."""

    def make_parent(kind: str, **given: str) -> int:
        parent_id: int = request(server, principal, "POST", f"/api/{kind}s", {kind: given})["id"]
        return parent_id

    return Parents(
        ec2=make_parent("compute_resource", name="cv-cloud", provider="EC2", url="eu-west-1"),
        libvirt=make_parent("compute_resource", name="cv-libvirt", provider="Libvirt", url="qemu:///system"),
        linux=make_parent("operatingsystem", name="CvLinux", major="7", minor="9"),
        bsd=make_parent("operatingsystem", name="CvBsd", major="13"),
        x86_64=make_parent("architecture", name="cv_x86_64"),
        aarch64=make_parent("architecture", name="cv_aarch64"),
    )


def facts(parents: Parents, **changes: Any) -> Record:
    """What has to be told of a new image."""
    references = {"operatingsystem_id": parents.linux, "architecture_id": parents.x86_64}
    return {"name": "alpha", "username": "root", "uuid": "cv-u1", **references, **changes}


def make(caller: ForemanCaller, parents: Parents, **changes: Any) -> Record:
    """A new image, below the cloud of EC2 unless another one is told."""
    below = changes.pop("compute_resource_id", parents.ec2)
    image: Record = caller.do("images", "create", compute_resource_id=below, image=facts(parents, **changes))
    return image


def names(listed: Record) -> list[str]:
    """The names in a list, in its order."""
    return [entry["name"] for entry in listed["results"]]


def heard(server: Server, since: int) -> list[str]:
    """The requests that a server has answered after the first `since`, without the variables of their paths."""
    return [f"{line['method']} {re.sub('{[^}]*}', '…', line['route'])}" for line in server.answered()[since:]]


def said(message: str, **more: Any) -> str:
    """How the text of a refusal shows the answer's body."""
    return json.dumps({"error": {"message": message, **more}}, sort_keys=True)


def missing(image_id: object = "") -> str:
    """What is said of an image that is not there, or of any below a parent that is not."""
    return said(f"Resource image not found by id '{image_id}'")
