"""The original services, as far as an import asks them: what docs/dialects says that they answer."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tests.cli.importing.scripted import Asked, Reply

Document = dict[str, Any]
Special = Callable[[Asked], Reply | None]
"""What is answered otherwise than usual; None if nothing is."""

TOKEN = "token-of-the-source"
USER, PASSWORD = "olga", "password-of-the-source"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def image_id(number: int) -> str:
    return str(UUID(int=number))


def an_image(number: int, content: bytes = b"", **fields: Any) -> Document:
    """An entry of the detailed list of a Glance of 2016."""
    return {
        "id": image_id(number),
        "name": f"image {number}",
        "disk_format": "raw",
        "container_format": "bare",
        "size": len(content),
        "virtual_size": None,
        "status": "active",
        "is_public": False,
        "protected": False,
        "min_disk": 0,
        "min_ram": 0,
        "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "owner": "t1",
        "created_at": f"2016-05-10T21:35:{number % 60:02}.000000",
        "updated_at": "2016-05-10T21:35:15.000000",
        "deleted_at": None,
        "deleted": False,
        "properties": {},
        **fields,
    }


class Glance:
    """A Glance with these images, the first one the oldest; `special` may answer in its place."""

    def __init__(self, images: Sequence[Document], contents: Mapping[str, bytes] | None = None) -> None:
        self.images = list(images)
        self.contents = dict(contents or {})
        self.members: dict[str, list[Document]] = {}
        self.largest_page = 1000
        self.special: Special = lambda _: None

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-auth-token") != TOKEN:
            return Reply(401, body=b"Authentication required", headers={"Content-Type": "text/plain"})
        return self.special(asked) or self._usual(asked)

    def _usual(self, asked: Asked) -> Reply:
        match asked.path.split("/")[3:]:
            case [] | ["detail"]:
                return self._page(asked.query)
            case [image, "members"]:
                return Reply(document={"members": self.members.get(image, [])})
            case [image] if image in self.contents:
                return Reply(body=self.contents[image], headers={"Content-Type": "application/octet-stream"})
        return Reply(404, body=b"404 Not Found\n\nNo image found")

    def _page(self, query: Mapping[str, str]) -> Reply:
        ids = [image.get("id") for image in self.images]
        if query.get("marker", ids and ids[0]) not in ids and "marker" in query:
            return Reply(400, body=b"Invalid marker")
        begin = ids.index(query["marker"]) + 1 if "marker" in query else 0
        size = min(int(query.get("limit", 25)), self.largest_page)
        return Reply(document={"images": self.images[begin : begin + size]})


class Scaleway:
    """A Scaleway API with these images."""

    def __init__(self, images: Sequence[Document], *, knows_pages: bool = True) -> None:
        self.images = list(images)
        self.largest_page = 100
        self._knows_pages = knows_pages

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-auth-token") != TOKEN:
            return Reply(401, {"type": "invalid_auth", "message": "Authentication error"})
        size = min(int(asked.query.get("per_page", 50)), self.largest_page)
        begin = (int(asked.query.get("page", 1)) - 1) * size if self._knows_pages else 0
        end = begin + size if self._knows_pages else None
        return Reply(document={"images": self.images[begin:end]})


class Devops:
    """A devops-service with these records."""

    def __init__(self, records: Sequence[Document]) -> None:
        self.records = list(records)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != BASIC:
            return Reply(401, {"message": "Invalid username or password"}, headers={"WWW-Authenticate": "Basic"})
        return Reply(document=self.records) if asked.path == "/v3/images" else Reply(404, {"message": "Not found"})


class Foreman:
    """A Foreman of release 1.11, by the paths of its lists."""

    def __init__(self, lists: Mapping[str, Sequence[Document]]) -> None:
        self.lists = dict(lists)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != BASIC:
            return Reply(401, {"error": {"message": f"Unable to authenticate user {USER}"}})
        if asked.path == "/api/status":
            return Reply(document={"result": "ok", "status": 200, "version": "1.11.1", "api_version": 2})
        if asked.path not in self.lists:
            return Reply(404, {"error": {"message": "Resource image not found by id ''"}})
        size, page = int(asked.query.get("per_page", 20)), int(asked.query.get("page", 1))
        entries = self.lists[asked.path][(page - 1) * size : page * size]
        total = len(self.lists[asked.path])
        return Reply(document={"total": total, "subtotal": total, "page": page, "per_page": size, "results": entries})


def an_image_v2(number: int, content: bytes | None = b"", **fields: Any) -> Document:
    """An image as a Glance of today shows it; without content it is queued."""
    known = content is not None
    return {
        "id": image_id(number),
        "name": f"image {number}",
        "status": "active" if known else "queued",
        "visibility": "private",
        "protected": False,
        "os_hidden": False,
        "tags": [],
        "owner": "t1",
        "disk_format": "raw",
        "container_format": "bare",
        "min_disk": 0,
        "min_ram": 0,
        "size": None if content is None else len(content),
        "virtual_size": None,
        "checksum": None if content is None else hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "os_hash_algo": "sha512" if known else None,
        "os_hash_value": None if content is None else hashlib.sha512(content).hexdigest(),
        "created_at": f"2026-05-10T21:35:{number % 60:02}Z",
        "updated_at": "2026-05-10T21:35:15Z",
        "self": f"/v2/images/{image_id(number)}",
        "file": f"/v2/images/{image_id(number)}/file",
        "schema": "/v2/schemas/image",
        **fields,
    }


class GlanceV2:
    """A Glance with these images, the first one the oldest; `special` may answer in its place."""

    def __init__(self, images: Sequence[Document], contents: Mapping[str, bytes] | None = None) -> None:
        self.images = list(images)
        self.contents = dict(contents or {})
        self.members: dict[str, Mapping[str, str]] = {}
        self.special: Special = lambda _: None

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-auth-token") != TOKEN:
            return Reply(401, {"code": "401 Unauthorized", "title": "Unauthorized", "message": "Who are you?"})
        return self.special(asked) or self._usual(asked)

    def _usual(self, asked: Asked) -> Reply:
        match asked.path.split("/")[3:]:
            case []:
                return self._page(asked.query)
            case [image, "members"] if image in self.members:
                rows = [{"member_id": name, "status": status} for name, status in self.members[image].items()]
                return Reply(document={"members": rows, "schema": "/v2/schemas/members"})
            case [_, "members"]:
                return Reply(403, {"message": "Only shared images have members."})
            case [image, "file"] if image in self.contents:
                return Reply(body=self.contents[image], headers={"Content-Type": "application/octet-stream"})
        return Reply(404, {"message": "No image found"})

    def _page(self, query: Mapping[str, str]) -> Reply:
        """Those of one visibility, if one is asked for, and either hidden ones or others."""
        hidden, visibility = query.get("os_hidden", "false") == "true", query.get("visibility")
        ids = [image["id"] for image in self.images]
        begin = ids.index(query["marker"]) + 1 if "marker" in query else 0
        found = [
            image
            for image in self.images[begin:]
            if image.get("os_hidden", False) == hidden and visibility in {None, image["visibility"]}
        ]
        return Reply(document={"images": found[: int(query["limit"])], "schema": "/v2/schemas/images"})
