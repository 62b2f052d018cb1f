"""Builders and readers that the cases of members and lists share."""

import json
from typing import Any

from tests.api import Answer, Caller
from tests.dialects.glance_v1.glance import meta

UNKNOWN = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"


def members_path(image: dict[str, Any]) -> str:
    """Where the members of an image are."""
    return f"/v1/images/{image['id']}/members"


def member_path(image: dict[str, Any], tenant: str) -> str:
    """Where one member of an image is."""
    return f"{members_path(image)}/{tenant}"


def share(caller: Caller, image: dict[str, Any], tenant: str, can_share: bool | None = None) -> Answer:
    """Add or change a member; without `can_share` the request has no body."""
    body = b"" if can_share is None else json.dumps({"member": {"can_share": can_share}}).encode()
    return caller.put(member_path(image, tenant), body=body)


def replace(caller: Caller, image: dict[str, Any], document: Any) -> Answer:
    """Replace the members of an image by what the document says."""
    return caller.put(members_path(image), body=json.dumps(document).encode())


def members(caller: Caller, image: dict[str, Any]) -> list[tuple[str, bool]]:
    """The members that the caller sees, each with the right to share."""
    answer = caller.get(members_path(image))
    assert answer.status == 200, answer.text
    return [(row["member_id"], row["can_share"]) for row in answer.json["members"]]


def publish(admin: Caller, image: dict[str, Any]) -> None:
    """Make an image public."""
    headers = {**meta(is_public="True"), "x-glance-registry-purge-props": "false"}
    answer = admin.put(f"/v1/images/{image['id']}", headers)
    assert answer.status == 200, answer.text


def listed_names(answer: Answer) -> list[str]:
    """The names in a list of images that all have one, in its order."""
    assert answer.status == 200, answer.text
    return [image["name"] for image in answer.json["images"]]
