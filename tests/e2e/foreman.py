"""What callers of apypie need, and the Ansible module `theforeman.foreman.image` as a server hears it."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def make_parents(server: Server, principal: str) -> Parents:
    """Made by plain HTTP, as the description has nothing that makes them."""
    credentials = f"{server.user(principal)}:{server.token(principal)}".encode()
    authorization = f"Basic {base64.b64encode(credentials).decode()}"
    headers = {"Authorization": authorization, "Content-Type": "application/json"}

    def make_parent(kind: str, **given: str) -> int:
        answer = server.request(principal, "POST", f"/api/{kind}s", json.dumps({kind: given}).encode(), headers)
        assert answer.status == 201, answer.body
        parent_id: int = json.loads(answer.body)["id"]
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
    """The requests that a server answered after the first so many, what varies in their paths left out."""
    return [f"{line['method']} {re.sub('{[^}]*}', '…', line['route'])}" for line in server.answered()[since:]]


def said(message: str, **more: Any) -> str:
    """How the text of a refusal shows the answer's body."""
    return json.dumps({"error": {"message": message, **more}}, sort_keys=True)


def missing(image_id: object = "") -> str:
    """What is said of an image that is not there, or of any below a parent that is not."""
    return said(f"Resource image not found by id '{image_id}'")


class TaskFailed(Exception):
    """The module gives up before it changes anything."""


@dataclass(frozen=True)
class Outcome:
    """What came of a task: whether it changed anything, the image, and what of it the description does not know."""

    changed: bool
    image: Record | None
    unsupported: list[str]


@dataclass(frozen=True)
class ImageTask:
    """An image as a playbook wants it."""

    name: str
    uuid: str
    username: str
    compute_resource: str
    operatingsystem: str
    architecture: str
    user_data: bool | None = None
    password: str | None = None
    state: str = "present"

    def play(self, api: ForemanCaller) -> Outcome:
        """Bring the image about. Raises TaskFailed, and ClientError for what the server refuses."""
        _prepare(api)
        compute_resource = _found(api, "compute_resources", f'name="{self.compute_resource}"')
        operatingsystem = _operatingsystem(api, self.operatingsystem)
        scope = {"compute_resource_id": compute_resource["id"]}
        search = f'name="{self.name}",operatingsystem="{operatingsystem["id"]}"'
        images = api.call("list", "images", search, {**scope, "thin": self.state == "absent"})
        current = images[0] if len(images) == 1 else None
        if self.state == "absent":
            return _remove(api, scope, current)
        if current is not None:
            current = api.call("show", "images", current["id"], scope)
        architecture = _found(api, "architectures", f'name="{self.architecture}"')
        references = {"operatingsystem_id": operatingsystem["id"], "architecture_id": architecture["id"]}
        desired = {**self._facts(), **scope, **references}
        return _create(api, scope, desired) if current is None else _update(api, scope, desired, current)

    def _facts(self) -> Record:
        told = ("name", "uuid", "username", "user_data", "password")
        return {name: value for name in told if (value := getattr(self, name)) is not None}


def _prepare(api: ForemanCaller) -> None:
    """Ask how the server is, compare its release with others, and mend the description."""
    release = [int(part) for part in api.do("home", "status")["version"].split(".")]
    if release < [2, 3]:
        raise TaskFailed("the descriptions of such old releases need more mending")
    api.call("take_taxonomies_from_hosts")


def _found(api: ForemanCaller, resource: str, search: str) -> Record:
    found: list[Record] = api.call("list", resource, search, {"thin": True})
    if len(found) != 1:
        raise TaskFailed(f"{len(found)} {resource} for {search}")
    return found[0]


def _operatingsystem(api: ForemanCaller, title: str) -> Record:
    """The one with this title, or else the one whose title contains it."""
    found: list[Record] = api.call("list", "operatingsystems", f'title="{title}"', {"thin": True})
    return found[0] if len(found) == 1 else _found(api, "operatingsystems", f'title~"{title}"')


def _create(api: ForemanCaller, scope: Record, desired: Record) -> Outcome:
    _, unsupported = api.call("validate_payload", "images", "create", desired)
    return Outcome(changed=True, image=api.call("create", "images", desired, scope), unsupported=unsupported)


def _update(api: ForemanCaller, scope: Record, desired: Record, current: Record) -> Outcome:
    """Send what differs, if anything does."""
    different = {name: value for name, value in desired.items() if _comparable(value) != _comparable(current.get(name))}
    supported, unsupported = api.call("validate_payload", "images", "update", different)
    if not supported:
        return Outcome(changed=False, image=current, unsupported=unsupported)
    image = api.call("update", "images", {**different, "id": current["id"]}, scope)
    return Outcome(changed=True, image=image, unsupported=unsupported)


def _comparable(value: Any) -> Any:
    """The module compares everything as text, but for what is true or false."""
    return value if isinstance(value, bool) else str(value)


def _remove(api: ForemanCaller, scope: Record, current: Record | None) -> Outcome:
    if current is not None:
        api.call("delete", "images", {"id": current["id"]}, scope)
    return Outcome(changed=current is not None, image=None, unsupported=[])
