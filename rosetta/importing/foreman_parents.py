"""Parents of Foreman's images: matched by name or title, as their numbers differ between source and target."""

import threading
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from rosetta.answers import reading
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.records import Record, Refused, fresh

Document = Mapping[str, Any]

PAGE = 500
CLOUDS, SYSTEMS, ARCHITECTURES = "compute_resource", "operatingsystem", "architecture"
TITLES = {CLOUDS: "name", SYSTEMS: "title", ARCHITECTURES: "name"}
"""The kinds of parents, and the field that identifies each."""
OF_CLOUDS = (
    *("user", "region", "datacenter", "server", "tenant", "domain", "project_domain_name", "project_domain_id"),
    *("project", "email", "key_path", "zone", "ovirt_quota", "keyboard_layout", "display_type", "use_v4"),
    *("set_console_password", "caching_enabled", "sub_id", "app_ident", "cloud", "ssl_verify_peer"),
)
"""Attributes that only compute resources of some providers have."""
ATTRIBUTES = {
    CLOUDS: ("name", "provider", "url", "description", *OF_CLOUDS),
    SYSTEMS: ("name", "major", "minor", "description", "family", "release_name", "password_hash"),
    ARCHITECTURES: ("name",),
}
"""Attributes that a parent can be created with."""


def listed(service: Service, path: str) -> Iterator[Record[Document]]:
    """All entries of a list, page by page, ordered by name so that pages are stable."""
    return fresh(_page(service, path, number) for number in count(1))


def _page(service: Service, path: str, number: int) -> list[Record[Document]]:
    query = {"page": str(number), "per_page": str(PAGE), "order": "name"}
    document = service.call("GET", path, query=query).json
    with reading("list"):
        return [Record(str(int(entry["id"])), str(entry.get("name") or ""), entry) for entry in document["results"]]


class Parents:
    """Maps parents of the source to those of the target, and creates missing ones on first use."""

    def __init__(self, source: Service, target: Service) -> None:
        self._source = source
        self._target = target
        self._there: dict[str, dict[int, Document]] = {}
        self._here: dict[str, dict[str, Document]] = {}
        self._lock = threading.Lock()

    def read_source(self) -> list[Document]:
        """Read the parents of the source; return its compute resources."""
        for kind in TITLES:
            self._there[kind] = {int(entry.id): entry.facts for entry in listed(self._source, f"/api/{kind}s")}
        return list(self._there[CLOUDS].values())

    def number(self, kind: str, source_number: int | None) -> int:
        """The number at the target of a parent of the source. Raises Refused, ServiceError."""
        wanted = self._there[kind].get(source_number or 0)
        if wanted is None:
            raise Refused(f"the source does not show its {kind}, {source_number}")
        with self._lock:
            title = _title(kind, wanted)
            found = self._known(kind).get(title) or self._create(kind, wanted)
            self._here[kind][title] = found
        if kind == CLOUDS and found.get("provider") != wanted.get("provider"):
            raise Refused(f"the compute resource {title} at the target has the provider {found.get('provider')}")
        return int(found["id"])

    def _known(self, kind: str, *, again: bool = False) -> dict[str, Document]:
        """The target's parents by title, read once."""
        if again or kind not in self._here:
            entries = listed(self._target, f"/api/{kind}s")
            self._here[kind] = {_title(kind, entry.facts): entry.facts for entry in entries}
        return self._here[kind]

    def _create(self, kind: str, wanted: Document) -> Document:
        given = {name: wanted[name] for name in ATTRIBUTES[kind] if wanted.get(name) not in (None, "")}
        try:
            created = self._target.call("POST", f"/api/{kind}s", document={kind: given}).json
        except ServiceError as error:
            if error.status != 422:
                raise
            # Somebody else may have created it since we looked.
            title = _title(kind, wanted)
            found = self._known(kind, again=True).get(title)
            if found is None:
                raise Refused(f"its {kind} {title} cannot be created: {error}") from error
            return found
        with reading(kind):
            return {**created, "id": int(created["id"])}


def _title(kind: str, parent: Document) -> str:
    return str(parent.get(TITLES[kind]) or "")
