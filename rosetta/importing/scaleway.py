"""The early Scaleway (Online Labs) API: images under their own ids, without data; it sets root volumes itself."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from rosetta.answers import reading
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.records import CONFLICT, COPIED, SKIPPED, CannotGoOn, Outcome, Record, Refused, Whose, fresh
from rosetta.registry import Registry

Document = Mapping[str, Any]

PAGE = 100
ARCHES = frozenset({"arm", "arm64", "x86_64", "unknown_arch"})
"""Architectures that this API can write, including the one for none."""


class ScalewayImages:
    """Copies images from a Scaleway API to a Rosetta, whose Glance API lets us choose the ids."""

    probe = "/images?per_page=1"
    note = "Scaleway's API has no image data and sets root volumes and dates itself: these were not imported."

    def __init__(self, source: Service, target: Service, whose: Whose) -> None:
        self.source = source
        self.target = target
        self._whose = whose
        self._registry = Registry(target)

    def images(self) -> Iterator[Record[Document]]:
        """The images of the caller's or the given organization, or all visible ones."""
        organization = self._whose.owner
        if organization is None and not self._whose.all_tenants:
            organization = self._own_organization()
        for record in self._listed({} if organization is None else {"organization": organization}):
            if organization is None or record.facts.get("organization") == organization:
                yield record

    def _own_organization(self) -> str | None:
        """The owner of a private image: only the caller's own are listed. None if there are no images."""
        is_empty = True
        for record in self._listed({}):
            is_empty = False
            if not record.facts.get("public"):
                return str(record.facts.get("organization"))
        if is_empty:
            return None
        raise CannotGoOn("can't tell your organization, because all images are public: pass --owner")

    def _listed(self, filters: Mapping[str, str]) -> Iterator[Record[Document]]:
        return fresh(self._page({"page": str(page), "per_page": str(PAGE), **filters}) for page in count(1))

    def _page(self, query: Mapping[str, str]) -> list[Record[Document]]:
        document = self.source.call("GET", "/images", query=query).json
        with reading("list of images"):
            return [Record(str(image["id"]), str(image.get("name") or ""), image) for image in document["images"]]

    def copy(self, record: Record[Document]) -> Outcome:
        """Register a missing image, and update what differs."""
        state = record.facts.get("state", "available")
        if state != "available":
            raise Refused(f"it is in the state {state} at the source")
        found = self._found(record.id)
        changed = found is None
        if found is None:
            self._create(record)
            found = self._found(record.id) or {}
        elif found.get("state") != "available":
            raise Refused(f"it is in the state {found.get('state')} at the target")
        changed |= self._settle_owner(record, found)
        if writable(found) != (wanted := writable(record.facts)):
            self.target.call("PUT", _path(record.id), document=wanted)
            changed = True
        return COPIED if changed else SKIPPED

    def _found(self, image_id: str) -> Document | None:
        try:
            document = self.target.call("GET", _path(image_id)).json
        except ServiceError as error:
            if error.status != 404:
                raise
            return None
        with reading("image"):
            found: Document = document["image"]
            return found

    def _create(self, record: Record[Document]) -> None:
        """Create an active image without data, with only the fields that this API cannot write."""
        arch = record.facts.get("arch") or "unknown_arch"
        fields: dict[str, str | int] = {"id": record.id, "size": 0, **self._owner(record)}
        try:
            self._registry.create(fields, {} if arch in ARCHES else {"architecture": arch})
        except ServiceError as error:
            if error.status != CONFLICT or self._found(record.id) is not None:
                raise
            raise Refused("its id is taken at the target, by a deleted image") from error

    def _owner(self, record: Record[Document]) -> dict[str, str]:
        return {"owner": str(record.facts.get("organization"))} if self._whose.all_tenants else {}

    def _settle_owner(self, record: Record[Document], found: Document) -> bool:
        """Give the image to its organization; return whether that was needed."""
        owner = self._owner(record)
        if not owner or found.get("organization") == owner["owner"]:
            return False
        if self._registry.update(record.id, owner).owner != owner["owner"]:
            raise CannotGoOn("images cannot keep their organizations, because ROSETTA_TOKEN is not an administrator's")
        return True


def _path(image_id: str) -> str:
    return f"/images/{quote(image_id, safe='')}"


def writable(image: Document) -> dict[str, Any]:
    """The fields that a PUT can write, as Rosetta shows them."""
    volumes, bootscript = image.get("extra_volumes"), image.get("default_bootscript")
    if isinstance(bootscript, str):
        bootscript = {"id": bootscript}
    return {
        "name": image.get("name"),
        "arch": image.get("arch") or "unknown_arch",
        "public": bool(image.get("public")),
        # Until 2018 no volumes were shown as the text "[]".
        "extra_volumes": volumes if isinstance(volumes, dict) else {},
        "default_bootscript": bootscript or None,
    }
