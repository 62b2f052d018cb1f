"""Requests and responses as they are on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

VERSIONED = "application/vnd.openstack.images-"
"""Prefix of an `Accept` that selects a version of Glance, whatever the path (Glance v1's wire §1.2)."""
FIRST_VERSION = ("v1", "v1.0", "v1.1")
ROOTS = {
    **dict.fromkeys(FIRST_VERSION, "glance_v1"),
    "images": "scaleway",
    "api": "foreman",
    "apidoc": "foreman",
    "v3": "keystone",
    "v2.0": "keystone",
    "identity": "keystone",
    "openapi.json": "documentation",
    "docs": "documentation",
    "console": "documentation",
    "healthz": "health",
    "readyz": "health",
}
"""The dialect of a path, by its first segment; other paths are Glance v2's."""

DEVOPS = ("images", "image", "providers", "templates")
"""The segments below `/v3` that are devops-service's."""
SECTIONS = ("images", "schemas", "info", "tasks", "metadefs", "cache", "stores")
"""The segments below `/v2.0` that are Glance's."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, with the credentials of `caller` if there is one; `twist` names the variant of its event."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    caller: str | None = None
    twist: str = "usual"

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        """The last value of a header, empty if it was not sent."""
        return next((value for known, value in reversed(self.headers) if known.lower() == name), "")

    @property
    def dialect(self) -> str:
        """The dialect that must answer (docs/decisions/0001-one-router.md)."""
        first, second, third, *_ = [*self.path.rstrip("/").split("/")[1:], "", "", ""]
        if self.twist != "no headers" and self.header("accept").startswith(VERSIONED):
            first_version = self.header("accept").removeprefix(VERSIONED) in FIRST_VERSION
            return "glance_v1" if first_version and first != "versions" else "glance_v2"
        if first == "v2.0" and second in SECTIONS:
            return "glance_v2"
        if (first, second) == ("v2", "zone") or (first, second, third) == ("v2", "oauth2", "token"):
            return "qingcloud"
        if first == "v3" and second in DEVOPS:
            return "devops_service"
        return ROOTS.get(first, "glance_v2")

    @property
    def signs_in(self) -> bool:
        """Whether it asks for a token, which succeeds and fails in OAuth's form."""
        return self.dialect == "qingcloud" and self.path.rstrip("/") == "/v2/oauth2/token"


@dataclass(frozen=True, slots=True)
class Got:
    """A response, with header names in lower case, and what was logged meanwhile."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    log: str = field(repr=False, default="")

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def document(self) -> Any:
        """The JSON document of the body, read strictly. Raises ValueError."""
        return json.loads(self.body.decode(), parse_constant=_refuse)

    @property
    def text(self) -> str:
        """All text that a client can read in the response, percent-decoded as well."""
        seen = "\n".join([*self.headers, *self.headers.values(), self.body.decode("latin-1")])
        return seen + unquote(seen)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
