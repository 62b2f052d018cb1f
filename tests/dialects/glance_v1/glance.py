"""Builders and readers that the cases of the Glance v1 dialect share."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

from chalicelib.catalog.image import Image, Status
from tests.api import Answer, Api, Caller

MakeApi = Callable[..., Api]

CREATE_OK = 202
DELETE_OK = 204
RAW = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}
PREFIX = "x-image-meta-"


def meta(**fields: str) -> dict[str, str]:
    """Request headers for fields of an image: `meta(min_disk="1")`."""
    return {PREFIX + field: value for field, value in fields.items()}


def properties(**named: str) -> dict[str, str]:
    """Request headers for custom properties: `properties(distro="arch")`."""
    return {f"{PREFIX}property-{name}": value for name, value in named.items()}


def create(caller: Caller, headers: Mapping[str, str] | None = None, data: bytes | None = None) -> dict[str, Any]:
    """Register an image and return the image object of the answer.

    Data are sent as octets of a raw/bare image unless the headers say otherwise.
    """
    if data is None:
        answer = caller.post("/v1/images", headers)
    else:
        answer = caller.post("/v1/images", {**RAW, **OCTETS, **(headers or {})}, data)
    assert answer.status == CREATE_OK, answer.text
    image: dict[str, Any] = answer.json["image"]
    return image


def upload(caller: Caller, image_id: str, data: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Send the bytes of an image that was reserved before."""
    return caller.put(f"/v1/images/{image_id}", {**OCTETS, **(headers or {})}, data)


def header_block(answer: Answer) -> dict[str, str]:
    """The `x-image-meta-*` headers of an answer by what follows the prefix."""
    return {name.removeprefix(PREFIX): value for name, value in answer.headers.items() if name.startswith(PREFIX)}


def says(answer: Answer, text: str) -> bool:
    """Whether the text of an error, HTML or not, contains this fragment."""
    return text in unescape(answer.text)


def is_json(answer: Answer) -> bool:
    """Whether the answer calls itself JSON, on which clients fail if there is no body."""
    return "json" in answer.headers.get("content-type", "")


def ids(answer: Answer) -> list[str]:
    """The ids in a list of images, in its order."""
    return [image["id"] for image in answer.json["images"]]


def listed_one(caller: Caller) -> dict[str, Any]:
    """The only image that the caller sees, in detail."""
    [image] = caller.get("/v1/images/detail").json["images"]
    found: dict[str, Any] = image
    return found


def md5(data: bytes) -> str:
    """The checksum that Glance keeps of some bytes."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def denying(*policies: str) -> dict[str, str]:
    """Settings under which only administrators have these policies: `make_api(**denying("add_image"))`."""
    return {"GLANCE_V1_POLICIES": json.dumps(dict.fromkeys(policies, "admin"))}


def record(api: Api, image_id: str) -> Image:
    """The image as it is stored, deleted ones included."""
    found = api.world.images.get(image_id)
    assert found is not None, f"there is no image {image_id}"
    return found.image


def status_of(caller: Caller, image_id: str) -> str:
    """The status that the caller is shown."""
    return header_block(caller.head(f"/v1/images/{image_id}"))["status"]


def is_unknown(admin: Caller, image_id: str) -> bool:
    """Whether there is no image of this id, nor was one: administrators see killed and deleted ones too."""
    return admin.head(f"/v1/images/{image_id}").status == 404


def set_status(api: Api, image_id: str, status: Status) -> None:
    """Put an image into a status, which this dialect may have no call for."""
    old = record(api, image_id)
    api.world.images.save(old, replace(old, status=status))
