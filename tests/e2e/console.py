"""What tests of the console have in common: images to look at, and what a person does with them."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.e2e.browser import Page, Registry, sign_in
from tests.e2e.server import Server
from tests.processes import PATIENCE

MEGABYTE = 1 << 20
PART = 16 * MEGABYTE
"""Bytes that the console sends at once."""
VERIFIED = 60_000
"""Milliseconds that the registry may take to read what has come."""
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def register(server: Server, who: str, **facts: Any) -> str:
    """An image of these facts; returns its id."""
    body = {"disk_format": "raw", "container_format": "bare", **facts}
    answer = server.request(who, "POST", "/v2/images", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert answer.status == 201, answer.body
    image_id: str = json.loads(answer.body)["id"]
    return image_id


def upload(server: Server, who: str, image_id: str, content: bytes = b"bytes") -> None:
    """Make an image active, and wait until it is inspected: whoever has loaded it before would meet a conflict."""
    octets = {"Content-Type": "application/octet-stream"}
    assert server.request(who, "PUT", f"/v2/images/{image_id}/file", content, octets).status == 204
    await_image(server, who, image_id, lambda image: "inspection_formats" in image)


def change(server: Server, who: str, image_id: str, **fields: Any) -> None:
    """What somebody else does meanwhile."""
    patch = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in fields.items()]
    assert server.request(who, "PATCH", f"/v2/images/{image_id}", json.dumps(patch).encode(), PATCH).status == 200


def share(server: Server, who: str, image_id: str, member: str) -> None:
    """Offer an image to a tenant."""
    body, json_type = json.dumps({"member": member}).encode(), {"Content-Type": "application/json"}
    assert server.request(who, "POST", f"/v2/images/{image_id}/members", body, json_type).status == 200


def shown(server: Server, who: str, image_id: str) -> dict[str, Any]:
    """What the API shows of an image."""
    image: dict[str, Any] = json.loads(server.request(who, "GET", f"/v2/images/{image_id}").body)
    return image


def await_image(server: Server, who: str, image_id: str, ready: Callable[[Mapping[str, Any]], bool]) -> None:
    """Wait until the API shows an image as it should be."""
    deadline = time.monotonic() + PATIENCE
    while not ready(image := shown(server, who, image_id)):
        assert time.monotonic() < deadline, image
        time.sleep(0.05)


def shows(page: Page, *names: str) -> None:
    """Wait until these images, and no others, are in the list, in this order."""
    texts = "[...document.querySelectorAll('tbody th a')].map((each) => each.innerText)"
    page.wait_for_function(
        f"(names) => !document.querySelector('[aria-busy=true], .busy') && {texts}.join('|') === names.join('|')",
        arg=list(names),
    )


def choose(page: Page, path: Path) -> None:
    """Choose a file on the page of uploads."""
    page.get_by_label("Choose a file").set_input_files(path)


def begin(page: Page, registry: Registry, path: Path, who: str = "t1") -> None:
    """Sign in for as long as the tab is there, and have a file uploaded."""
    sign_in(page, registry, who, keep=True, where="#/upload")
    choose(page, path)
    page.get_by_role("button", name="Upload", exact=True).click()


def ready(page: Page) -> None:
    """Wait until what was uploaded is verified."""
    page.get_by_text("ready to use").wait_for(timeout=VERIFIED)


def image_of(page: Page, name: str) -> str:
    """The id of the image that a transfer is about."""
    target: str = page.get_by_role("heading", name=name, level=3).get_by_role("link").get_attribute("href")
    return target.rpartition("/")[2]


def download(page: Page) -> tuple[str, bytes]:
    """What an image that is open is saved as, and its bytes."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    return saved.value.suggested_filename, Path(saved.value.path()).read_bytes()


def delete(page: Page, name: str) -> None:
    """Delete an image that is open."""
    page.get_by_role("button", name="Delete").click()
    page.get_by_label("Name of the image").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()


def create_token(page: Page, name: str, *policies: str) -> str:
    """Make a token on the page of tokens; returns its secret."""
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name", exact=True).fill(name)
    for policy in policies:
        page.get_by_label(policy).check()
    page.get_by_role("button", name="Create").click()
    secret: str = page.get_by_label("Secret of the new token").inner_text()
    return secret


def revoke(page: Page, name: str) -> None:
    """Revoke a token on the page of tokens."""
    page.get_by_role("button", name=f"Revoke {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
