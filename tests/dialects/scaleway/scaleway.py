"""Builders and readers that the cases of the Scaleway dialect share."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from chalicelib.catalog.image import Image
from tests.api import Answer, Api, Caller
from tests.factories import a_membership, an_image

ORG_A = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
ORG_B = "c5d1e0a4-2f63-4b8e-9a17-60b3f4d28e22"
VOLUME = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"
ANOTHER_VOLUME = "0a7d5b31-9c2e-4f48-b6d3-71e8c0f59a33"
BOOTSCRIPT = "e2fd9c3b-54a1-4c07-8d6e-3b90a1f7c844"
UNKNOWN = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
EVERY_RIGHT = ("read_images", "create_image", "delete_image", "publicize_image")

FOURTEEN = {
    "id",
    "name",
    "arch",
    "organization",
    "root_volume",
    "public",
    "extra_volumes",
    "default_bootscript",
    "creation_date",
    "modification_date",
    "from_server",
    "from_image",
    "marketplace_key",
    "state",
}
"""The keys of an image, wherever one is shown."""

TEXTS = ("name", "volume_type", "export_uri", "organization", "state", "creation_date", "modification_date")
SCRIPT_TEXTS = ("title", "kernel", "initrd", "bootcmdargs", "architecture", "organization", "dtb")
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "invalid_auth",
    403: "authorization_required",
    404: "unknown_resource",
    405: "405",
}
VOLUME_TYPES: Mapping[str, type] = {"size": int, "tags": list, "server": dict, **dict.fromkeys(TEXTS, str)}
BOOTSCRIPT_TYPES: Mapping[str, type] = {"public": bool, "default": bool, **dict.fromkeys(SCRIPT_TEXTS, str)}
"""What clients with types of their own read volumes and boot scripts into."""
FILTERS = {"organization", "arch", "name", "public"}
LONGEST_WALK = 20


def minimal(**changes: Any) -> dict[str, Any]:
    """A body with the four required keys, and others as they are named."""
    four = {"organization": ORG_A, "name": "my_image", "arch": "arm", "root_volume": VOLUME}
    return {**four, **changes}


def minimal_without(key: str) -> dict[str, Any]:
    """A body that lacks one of the required keys."""
    return {name: value for name, value in minimal().items() if name != key}


def path_of(image: dict[str, Any]) -> str:
    """Where an image is."""
    return f"/images/{image['id']}"


def send_json(caller: Caller, method: str, target: str, document: Any) -> Answer:
    """A request whose body is JSON and says so."""
    return caller.request(method, target, {"Content-Type": "application/json"}, json.dumps(document).encode())


def post(caller: Caller, document: Any) -> Answer:
    return send_json(caller, "POST", "/images", document)


def put(caller: Caller, image: dict[str, Any], document: Any) -> Answer:
    return send_json(caller, "PUT", path_of(image), document)


def create(caller: Caller, **changes: Any) -> dict[str, Any]:
    """Register an image; returns the image object of the answer."""
    answer = post(caller, minimal(**changes))
    assert answer.status == 201, answer.text
    return image_of(answer)


def show(caller: Caller, image: dict[str, Any]) -> dict[str, Any]:
    """The image as it is shown now."""
    answer = caller.get(path_of(image))
    assert answer.status == 200, answer.text
    return image_of(answer)


def image_of(answer: Answer) -> dict[str, Any]:
    """The one image of an answer, which stands there under both keys."""
    assert is_json(answer)
    assert set(answer.json) == {"image", "images"}
    image: dict[str, Any] = answer.json["image"]
    assert answer.json["images"] == image
    return image


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """The images of a list, in its order; `query` begins with a question mark."""
    answer = caller.get(f"/images{query}")
    assert answer.status == 200, answer.text
    images: list[dict[str, Any]] = answer.json["images"]
    return images


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["id"] for image in images]


def listed_ids(caller: Caller, query: str = "") -> list[str]:
    return ids(listed(caller, query))


def total(answer: Answer) -> int:
    """How many images there are over all pages."""
    return int(answer.headers["x-total-count"])


def register(api: Api, **fields: Any) -> dict[str, Any]:
    """Keep an image as another dialect leaves it, A's unless the fields say otherwise; returns its id as an object."""
    image = api.world.images.add(an_image(**{"owner": ORG_A, **fields}))
    return {"id": image.id}


def share(api: Api, image: dict[str, Any], tenant: str) -> None:
    """Make a tenant a member of an image, which another dialect can."""
    found = stored(api, image["id"])
    api.world.memberships.change(found, [a_membership(found, tenant)], [])


def stored(api: Api, image_id: str) -> Image:
    """The image as the catalogue keeps it."""
    found = api.world.images.get(image_id)
    assert found is not None, f"there is no image {image_id}"
    return found.image


def is_json(answer: Answer) -> bool:
    """Whether the answer is declared as JSON, without which a client hands over raw bytes."""
    return answer.headers["content-type"].partition(";")[0].strip() == "application/json"


def is_uuid(value: Any) -> bool:
    """Whether this is a lower-case UUID with its hyphens."""
    pattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_date(value: Any) -> bool:
    """Whether this is a time in UTC with six digits of its fraction."""
    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00"
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def assert_well_typed(image: dict[str, Any]) -> None:
    """All fourteen keys are there, and each has the type that clients rely on (wire §3)."""
    assert set(image) == FOURTEEN
    assert is_uuid(image["id"])
    assert is_uuid(image["organization"])
    assert isinstance(image["name"], str)
    assert image["name"]
    assert isinstance(image["arch"], str)
    assert image["arch"]
    assert isinstance(image["public"], bool)
    assert isinstance(image["extra_volumes"], dict)
    for volume in image["extra_volumes"].values():
        _assert_members(volume, VOLUME_TYPES)
    if image["default_bootscript"] is not None:
        _assert_members(image["default_bootscript"], BOOTSCRIPT_TYPES)
    assert is_date(image["creation_date"])
    assert is_date(image["modification_date"])
    assert (image["from_server"], image["from_image"], image["marketplace_key"]) == (None, None, None)
    assert image["state"] in {"available", "creating", "error"}
    _assert_volume(image["root_volume"])


def _assert_members(value: Any, types: Mapping[str, type]) -> None:
    """It is an object with an id, of whose known members those that are not null have their types."""
    assert isinstance(value, dict)
    assert is_uuid(value["id"])
    assert {key for key, kind in types.items() if type(value.get(key)) not in {kind, type(None)}} == set()
    assert 0 <= (value.get("size") or 0) < 2**64


def _assert_volume(volume: dict[str, Any]) -> None:
    assert set(volume) == {"id", "name", "size", "volume_type"}
    assert is_uuid(volume["id"])
    assert isinstance(volume["name"], str)
    assert type(volume["size"]) is int
    assert volume["size"] >= 0
    assert isinstance(volume["volume_type"], str)


def assert_error(answer: Answer, status: int, *fields: str) -> None:
    """The answer refuses in the one shape there is, and names exactly these fields."""
    assert_refusal(answer, status)
    assert set(answer.json.get("fields", {})) == set(fields)


def assert_refusal(answer: Answer, status: int) -> None:
    """The answer has the status, and the shape of all errors (wire §8)."""
    assert answer.status == status, answer.text
    assert is_json(answer)
    error = answer.json
    assert {"type", "message"} <= set(error) <= {"type", "message", "fields"}
    assert error["type"] == ERROR_TYPES[status]
    assert isinstance(error["message"], str)
    assert error["message"]
    assert status == 400 or "fields" not in error
    for notes in error.get("fields", {}).values():
        assert isinstance(notes, list)
        assert notes
        assert all(isinstance(note, str) for note in notes)


class Link(NamedTuple):
    """Where one relation of a list leads to."""

    target: str
    parameters: dict[str, str]


def links(answer: Answer) -> dict[str, Link]:
    """The relations of a list by name, in a syntax that every known client can read (wire §6)."""
    found = {}
    for part in answer.headers["link"].split(","):
        relation = re.fullmatch(r'<(/images/?)\?([^\s<>"]+)>; rel="(first|previous|next|last)"', part)
        assert relation, f"not a relation: {part!r}"
        path, query, name = relation.groups()
        assert name not in found
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        names = [key for key, _ in pairs]
        assert names[:2] == ["page", "per_page"]
        assert set(names[2:]) <= FILTERS
        assert len(set(names)) == len(names)
        found[name] = Link(f"{path}?{query}", dict(pairs))
    return found


def pages(answer: Answer) -> dict[str, int]:
    """The page that each relation of a list leads to."""
    return {name: int(link.parameters["page"]) for name, link in links(answer).items()}


def walk(caller: Caller, target: str) -> Iterator[Answer]:
    """The pages of a list from the target on, each found by the `next` of the one before."""
    for _ in range(LONGEST_WALK):
        answer = caller.get(target)
        assert answer.status == 200, answer.text
        yield answer
        following = links(answer).get("next")
        if following is None:
            return
        target = following.target
    raise AssertionError(f"more than {LONGEST_WALK} pages")
