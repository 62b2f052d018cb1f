"""Direct uploads as a client makes them: parts go by their links to the store."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import RAW, create

JSON = {"Accept": "application/json"}
MEGABYTE = 2**20
PART = 5 * MEGABYTE
"""The smallest that S3 takes."""
SMALL = b"bytes of an image"


def content(size: int) -> bytes:
    """Bytes of which no two parts are alike."""
    block = b"".join(number.to_bytes(4, "big") for number in range(2**16))
    return b"".join(hashlib.sha256(bytes([number])).digest() + block for number in range(size // len(block) + 1))[:size]


def pieces(data: bytes, size: int = PART) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def named(parts: Sequence[bytes]) -> list[dict[str, Any]]:
    """The parts as a client asks for their links."""
    return [{"number": number, "md5": md5(part)} for number, part in enumerate(parts, 1)]


def ask(caller: Caller, path: str, document: Any = None) -> Answer:
    """POST a document."""
    return caller.post(f"/v1/images/{path}", JSON, json.dumps(document).encode())


def begin(caller: Caller, data: bytes, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Reserve an image and begin to upload it; the links are for all its parts."""
    image = create(caller, {**RAW, **(headers or {})})
    document = {"size": len(data), "part_size": PART, "parts": named(pieces(data)), **more}
    answer = ask(caller, f"{image['id']}/uploads", document)
    assert answer.status == 201, answer.text
    upload: dict[str, Any] = answer.json["upload"]
    return upload


def path_of(upload: Mapping[str, Any]) -> str:
    return f"{upload['image_id']}/uploads/{upload['id']}"


def send(link: Mapping[str, Any], part: bytes) -> str:
    """PUT a part where its link says; returns the ETag."""
    answer = requests.put(link["url"], data=part, headers=link["headers"], timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.headers["ETag"]


def send_all(upload: Mapping[str, Any], data: bytes) -> list[dict[str, Any]]:
    """PUT all parts; returns what completes the upload."""
    sent = zip(upload["links"], pieces(data, upload["part_size"]), strict=True)
    return [{"number": link["number"], "etag": send(link, part)} for link, part in sent]


def complete(caller: Caller, upload: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Answer:
    return ask(caller, path_of(upload), {"parts": list(parts)})


def show(caller: Caller, upload: Mapping[str, Any]) -> Answer:
    return caller.get(f"/v1/images/{path_of(upload)}", JSON)


def abort(caller: Caller, upload: Mapping[str, Any]) -> Answer:
    return caller.delete(f"/v1/images/{path_of(upload)}", JSON)


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and message of a refusal, which is said in JSON."""
    error = answer.json["error"]
    assert error.keys() == {"code", "title", "message"}
    assert error["code"] == answer.status
    return answer.status, error["message"]


def multiparts(api: Api) -> list[str]:
    """The keys of all objects that are still to come."""
    found = api.world.blobs.client().list_multipart_uploads(Bucket=api.world.blobs.bucket)
    return [upload["Key"] for upload in found.get("Uploads", [])]
