"""What tests of the console have in common: images to look at, and what the list shows of them."""

import json
from typing import Any

from tests.e2e.browser import Page
from tests.e2e.server import Server

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def register(server: Server, who: str, **facts: Any) -> str:
    """An image of these facts; returns its id."""
    body = {"disk_format": "raw", "container_format": "bare", **facts}
    answer = server.request(who, "POST", "/v2/images", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert answer.status == 201, answer.body
    image_id: str = json.loads(answer.body)["id"]
    return image_id


def upload(server: Server, who: str, image_id: str, content: bytes = b"bytes") -> None:
    """Make an image active."""
    octets = {"Content-Type": "application/octet-stream"}
    assert server.request(who, "PUT", f"/v2/images/{image_id}/file", content, octets).status == 204


def change(server: Server, who: str, image_id: str, **fields: Any) -> None:
    """What somebody else does meanwhile."""
    patch = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in fields.items()]
    assert server.request(who, "PATCH", f"/v2/images/{image_id}", json.dumps(patch).encode(), PATCH).status == 200


def shown(server: Server, who: str, image_id: str) -> dict[str, Any]:
    """What the API shows of an image."""
    image: dict[str, Any] = json.loads(server.request(who, "GET", f"/v2/images/{image_id}").body)
    return image


def shows(page: Page, *names: str) -> None:
    """Wait until these images, and no others, are in the list, in this order."""
    texts = "[...document.querySelectorAll('tbody th a')].map((each) => each.innerText)"
    page.wait_for_function(
        f"(names) => !document.querySelector('[aria-busy=true], .busy') && {texts}.join('|') === names.join('|')",
        arg=list(names),
    )
