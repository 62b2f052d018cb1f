"""Builders and readers that the cases of the devops-service dialect share."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.api import Answer, Api, Caller

MakeApi = Callable[..., Api]
Record = dict[str, Any]

JSON = {"Content-Type": "application/json"}
IMAGES = "/v3/images"
IMAGE = "/v3/image"
PROVIDERS = ("ec2", "openstack", "static")
AMI = "ami-63071b0a"
NEW = "ami-1ecae776"


def record(**changes: Any) -> Record:
    """The body of a create, valid unless the changes say otherwise."""
    return {"id": AMI, "provider": "ec2", "remote_user": "ec2-user", "name": "CentOS 6.5", **changes}


def without(*fields: str) -> Record:
    """The body of a create that lacks some fields."""
    return {field: value for field, value in record().items() if field not in fields}


def path(image_id: str) -> str:
    """Where an image of this id is."""
    return f"{IMAGE}/{quote(image_id, safe='')}"


def send(caller: Caller, method: str, target: str, document: object, headers: Mapping[str, str] = JSON) -> Answer:
    """A request with a JSON document, which says that it is one unless the headers say otherwise."""
    return caller.request(method, target, headers, json.dumps(document).encode())


def post(caller: Caller, document: object) -> Answer:
    return send(caller, "POST", IMAGE, document)


def put(caller: Caller, image_id: str, document: object) -> Answer:
    return send(caller, "PUT", path(image_id), document)


def create(caller: Caller, **changes: Any) -> Record:
    """Register an image; returns the record that was sent."""
    sent = record(**changes)
    answer = post(caller, sent)
    assert answer.status == 200, answer.text
    return sent


def show(caller: Caller, image_id: str) -> Record:
    """The record of an image that is there."""
    answer = caller.get(path(image_id))
    assert answer.status == 200, answer.text
    found: Record = answer.json
    return found


def records(caller: Caller, query: str = "") -> list[Record]:
    """The records in the list of images, in its order."""
    answer = caller.get(IMAGES + query)
    assert answer.status == 200, answer.text
    found: list[Record] = answer.json
    return found


def ids(caller: Caller, query: str = "") -> list[str]:
    """The ids in the list of images, in its order."""
    return [entry["id"] for entry in records(caller, query)]


def message(answer: Answer) -> str:
    """The text of an error, which is all that the body of an error holds (wire §5)."""
    assert media_type(answer) == "application/json"
    assert list(answer.json) == ["message"]
    text: str = answer.json["message"]
    assert text.strip()
    return text


def media_type(answer: Answer) -> str:
    """What the body is, without parameters."""
    return answer.headers.get("content-type", "").partition(";")[0].strip()


class Operation(NamedTuple):
    """A request that is fine, provided that the image `AMI` is there and `NEW` is not."""

    method: str
    target: str
    document: object = None


OPERATIONS = {
    "list": Operation("GET", IMAGES),
    "create": Operation("POST", IMAGE, record(id=NEW)),
    "show": Operation("GET", path(AMI)),
    "update": Operation("PUT", path(AMI), {"name": "changed", "remote_user": "changed"}),
    "delete": Operation("DELETE", path(AMI)),
}


def perform(caller: Caller, operation: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One of the five operations, with further headers."""
    method, target, document = OPERATIONS[operation]
    if document is None:
        return caller.request(method, target, headers)
    return send(caller, method, target, document, {**JSON, **(headers or {})})
