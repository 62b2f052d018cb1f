"""Builders and readers that the cases of the Foreman dialect share."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chalicelib.catalog.image import Image
from tests.api import Answer, Api, Caller
from tests.factories import an_image

MakeApi = Callable[..., Api]
Record = dict[str, Any]

JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}
UNKNOWN = 999999
EVERYTHING = 4294967296
"""The size of page that the Ansible module asks for."""

BLANK = "can't be blank"
TAKEN = "has already been taken"
TOO_LONG = "is too long (maximum is 255 characters)"
ABSENT = "does not exist"

SINGULAR = {
    "compute_resources": "compute_resource",
    "operatingsystems": "operatingsystem",
    "architectures": "architecture",
}
HUMAN = {
    "username": "Username",
    "name": "Name",
    "uuid": "Uuid",
    "operatingsystem_id": "Operatingsystem",
    "compute_resource_id": "Compute resource",
    "architecture_id": "Architecture",
    "password": "Password",
    "iam_role": "Iam role",
    "title": "Title",
}
EVERYWHERE: dict[str, Any] = {"architecture": "cv_x86_64", "os_title": "CvLinux 7.9"}
"""What puts an image below AA and OA."""
ALWAYS_SHOWN = {
    "id",
    "name",
    "username",
    "uuid",
    "operatingsystem_id",
    "operatingsystem_name",
    "compute_resource_id",
    "compute_resource_name",
    "architecture_id",
    "architecture_name",
    "created_at",
    "updated_at",
}
"""The keys of an image whatever its compute resource (wire §2.1)."""


class Parent(NamedTuple):
    """What images are listed below; the name of an operating system is its title."""

    kind: str
    id: int
    name: str

    @property
    def path(self) -> str:
        return f"/api/{self.kind}/{self.id}"

    @property
    def images(self) -> str:
        return f"{self.path}/images"

    def image(self, image: Record | int | str) -> str:
        """Where an image is below this parent, whether or not it belongs there."""
        return f"{self.images}/{image['id'] if isinstance(image, dict) else image}"


@dataclass(frozen=True)
class World:
    """The fixture of the cases: parents, callers of one tenant, and images by their names."""

    api: Api
    admin: Caller
    viewer: Caller
    nobody: Caller
    anonymous: Caller
    ca: Parent
    cb: Parent
    oa: Parent
    ob: Parent
    aa: Parent
    ab: Parent
    images: Mapping[str, Record] = field(default_factory=dict)

    def parent(self, kind: str) -> Parent:
        """That parent of a kind which `alpha` is below."""
        return {parent.kind: parent for parent in (self.ca, self.oa, self.aa)}[kind]

    def other(self, kind: str) -> Parent:
        """That parent of a kind which `alpha` is not below."""
        return {parent.kind: parent for parent in (self.cb, self.ob, self.ab)}[kind]


def in_ca(world: World, name: str) -> str:
    """Where one of the images is that were made below CA."""
    return world.ca.image(world.images[name])


def send(caller: Caller, method: str, target: str, document: object, headers: Mapping[str, str] = JSON) -> Answer:
    """A request with a JSON document, which says that it is one unless the headers say otherwise."""
    return caller.request(method, target, headers, json.dumps(document).encode())


def post(caller: Caller, target: str, document: object) -> Answer:
    return send(caller, "POST", target, document)


def put(caller: Caller, target: str, **changes: Any) -> Answer:
    """A change of some attributes of an image."""
    return send(caller, "PUT", target, {"image": changes})


def attributes(world: World, **changes: Any) -> Record:
    """The attributes of an image that can be created below each compute resource, unless the changes say otherwise."""
    named = {"name": "alpha", "username": "root", "uuid": "cv-u1"}
    return {**named, "operatingsystem_id": world.oa.id, "architecture_id": world.aa.id, **changes}


def attributes_without(world: World, *names: str) -> Record:
    """The attributes of an image that lacks some of them."""
    return {name: value for name, value in attributes(world).items() if name not in names}


def try_create(world: World, parent: Parent | None = None, /, **changes: Any) -> Answer:
    """Register an image, below CA unless another parent is given."""
    return post(world.admin, (parent or world.ca).images, {"image": attributes(world, **changes)})


def create(world: World, parent: Parent | None = None, /, **changes: Any) -> Record:
    """Register an image, below CA unless another parent is given; returns the object of the answer."""
    answer = try_create(world, parent, **changes)
    assert answer.status == 201, answer.text
    image: Record = answer.json
    return image


def add_parent(caller: Caller, kind: str, **given: Any) -> Parent:
    """Register a parent."""
    answer = post(caller, f"/api/{kind}", {SINGULAR[kind]: given})
    assert answer.status == 201, answer.text
    return Parent(kind, answer.json["id"], answer.json.get("title", answer.json["name"]))


def add(world: World, **fields: Any) -> Image:
    """An image of the tenant, unless the fields say otherwise, as other dialects register them."""
    images = world.api.world.images
    return images.add(an_image(number=images.number(), **fields))


def stored(world: World, image: Image) -> Image:
    """The image as the catalogue has it."""
    found = world.api.world.images.get(image.id)
    assert found is not None
    return found.image


def show(caller: Caller, target: str) -> Record:
    """What is there."""
    answer = caller.get(target)
    assert answer.status == 200, answer.text
    found: Record = answer.json
    return found


def plain(found: Record) -> Record:
    """What is shown of a parent, without the lists that come with it when it is shown by itself."""
    return {name: value for name, value in found.items() if not isinstance(value, list)}


def query(**parameters: object) -> str:
    """A query string, from the question mark on."""
    return f"?{urlencode(parameters)}"


def listing(caller: Caller, target: str, **parameters: object) -> Record:
    """A list in its envelope."""
    return show(caller, target + query(**parameters) if parameters else target)


def names(found: Record) -> list[str]:
    """The names in a list, in its order."""
    return [entry["name"] for entry in found["results"]]


def listed(caller: Caller, target: str, **parameters: object) -> list[str]:
    """The names in the list that is there, in its order."""
    return names(listing(caller, target, **parameters))


def missing(image_id: object = "") -> Record:
    """The body that says that there is no such image (wire §8.2)."""
    return {"error": {"message": f"Resource image not found by id '{image_id}'"}}


def denied(permission: str) -> Record:
    """The body that says that a permission is missing (wire §8.5)."""
    details = f"Missing one of the required permissions: {permission}"
    return {"error": {"message": "Access denied", "details": details, "missing_permissions": [permission]}}


def unsearchable(message: str) -> Record:
    """The body that refuses a search or an order (wire §8.3)."""
    return {"error": {"message": message, "class": "ScopedSearch::QueryNotSupported"}}


def assert_invalid(answer: Answer, image_id: int | None = None, /, **reasons: str) -> None:
    """The answer refuses exactly these fields, for one reason each (wire §8.4); `image_id` is that of an update."""
    assert answer.status == 422, answer.text
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) == {"id", "errors", "full_messages"}
    assert error["id"] == image_id
    assert error["errors"] == {name: [reason] for name, reason in reasons.items()}
    assert sorted(error["full_messages"]) == sorted(f"{HUMAN[name]} {reason}" for name, reason in reasons.items())


def assert_unsupported(answer: Answer, sent: str) -> None:
    """The answer refuses the media type that was sent (wire §8.7)."""
    assert answer.status == 415, answer.text
    assert set(answer.json) == {"error"}
    assert set(answer.json["error"]) == {"message"}
    assert sent in answer.json["error"]["message"]
    assert "unsupported" in answer.json["error"]["message"]


def assert_refused(answer: Answer) -> None:
    """The answer is a refusal in one of the shapes there are, with the headers of all answers."""
    assert 400 <= answer.status < 500, answer.text
    assert_has_headers(answer)
    error = answer.json["error"]
    if isinstance(error, str):
        assert answer.json == {"status": 400, "error": error}
        assert answer.status == 400
    elif "errors" in error:
        assert answer.status == 422
        assert set(error) == {"id", "errors", "full_messages"}
        assert error["errors"]
        assert error["full_messages"]
    else:
        assert isinstance(error["message"], str)
        assert error["message"]


def assert_has_headers(answer: Answer) -> None:
    """The answer has the headers that every one has (wire §10)."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["apipie-checksum"]


def is_stamp(value: Any) -> bool:
    """Whether this is a time as images show it."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", value) is not None


def is_dumped_stamp(value: Any) -> bool:
    """Whether this is a time as the answer to a DELETE shows it."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) is not None
