"""Builders and readers that the cases of the Glance v2 dialect share."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.catalog.image import Image
from tests.api import Answer, Api, Caller

IMAGES = "/v2/images"
UNKNOWN = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
RAW = {"disk_format": "raw", "container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}
V21 = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
V20 = {"Content-Type": "application/openstack-images-v2.0-json-patch"}
HELLO = b"hello"
BASE = frozenset(
    {
        *("id", "name", "status", "visibility", "protected", "os_hidden", "tags", "owner"),
        *("disk_format", "container_format", "min_disk", "min_ram", "size", "virtual_size", "checksum"),
        *("os_hash_algo", "os_hash_value", "created_at", "updated_at", "self", "file", "schema"),
    }
)


def sent(document: Any) -> bytes:
    """A document as a body; bytes are one already."""
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def post(caller: Caller, document: Any, path: str = IMAGES) -> Answer:
    return caller.post(path, {"Content-Type": "application/json"}, sent(document))


def create(caller: Caller, **fields: Any) -> dict[str, Any]:
    """Register an image and return it."""
    answer = post(caller, fields)
    assert answer.status == 201, answer.text
    image: dict[str, Any] = answer.json
    return image


def a_raw_one(caller: Caller, **fields: Any) -> dict[str, Any]:
    """An image that waits for its bytes, with both formats."""
    return create(caller, **{**RAW, **fields})


def path_of(image: Mapping[str, Any], *below: str) -> str:
    """Where an image, or what is below it, is."""
    return "/".join([IMAGES, str(image["id"]), *below])


def upload(caller: Caller, image: Mapping[str, Any], data: bytes = HELLO, **headers: str) -> Answer:
    """Send the bytes of an image; `x_openstack_image_size` is the header of that name."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.put(path_of(image, "file"), {**OCTETS, **more}, data)


def an_active_one(caller: Caller, data: bytes = HELLO, **fields: Any) -> dict[str, Any]:
    """An image with bytes, as it is shown."""
    image = a_raw_one(caller, **fields)
    answer = upload(caller, image, data)
    assert answer.status == 204, answer.text
    return shown(caller, image)


def shown(caller: Caller, image: Mapping[str, Any]) -> dict[str, Any]:
    """The image as the caller is shown it."""
    answer = caller.get(path_of(image))
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def patch(caller: Caller, image: Mapping[str, Any], changes: Any, headers: Mapping[str, str] = V21) -> Answer:
    return caller.request("PATCH", path_of(image), headers, sent(changes))


def change(caller: Caller, image: Mapping[str, Any], **fields: Any) -> Answer:
    """Replace some fields of an image."""
    return patch(caller, image, [replacing(name, value) for name, value in fields.items()])


def replacing(name: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": f"/{name}", "value": value}


def adding(name: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": f"/{name}", "value": value}


def removing(name: str) -> dict[str, Any]:
    return {"op": "remove", "path": f"/{name}"}


def share(caller: Caller, image: Mapping[str, Any], tenant: str = "t2") -> None:
    """Invite a tenant."""
    answer = post(caller, {"member": tenant}, path_of(image, "members"))
    assert answer.status == 200, answer.text


def answering(caller: Caller, image: Mapping[str, Any], status: Any, tenant: str = "t2") -> Answer:
    """Say something of an invitation."""
    return caller.put(path_of(image, "members", tenant), {}, sent({"status": status}))


def accept(caller: Caller, image: Mapping[str, Any], tenant: str = "t2") -> None:
    """Accept an invitation."""
    answer = answering(caller, image, "accepted", tenant)
    assert answer.status == 200, answer.text


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and message of a refusal, which is in the form that clients read."""
    error = answer.json["error"]
    assert answer.headers["content-type"] == "application/json"
    assert error.keys() == {"code", "title", "message"}
    assert error["code"] == answer.status
    assert error["title"]
    return answer.status, error["message"]


def says(answer: Answer, status: int, text: str) -> bool:
    """Whether it is a refusal with this status, and with this text in its message."""
    found, message = refusal(answer)
    assert found == status, answer.text
    assert text in message, message
    return True


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """The images of a page."""
    answer = caller.get(f"{IMAGES}?{query}" if query else IMAGES)
    assert answer.status == 200, answer.text
    images: list[dict[str, Any]] = answer.json["images"]
    return images


def names(caller: Caller, query: str = "") -> list[str | None]:
    """The names of the images of a page, in its order."""
    return [image["name"] for image in listed(caller, query)]


def ids(caller: Caller, query: str = "") -> list[str]:
    """The ids of the images of a page, in its order."""
    return [image["id"] for image in listed(caller, query)]


def record(api: Api, image: Mapping[str, Any]) -> Image:
    """The image as it is stored, deleted ones included."""
    found = api.world.images.get(str(image["id"]))
    assert found is not None, f"there is no image {image}"
    return found.image


def rewrite(api: Api, image: Mapping[str, Any], **fields: Any) -> None:
    """Change an image as no call of this dialect could."""
    old = record(api, image)
    api.world.images.save(old, replace(old, **fields))
