"""OpenStack's Image API v2: images under their own ids, with metadata, tags, members and bytes."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.glance_bytes import Bytes, Content
from rosetta.importing.glance_v2_fields import ImageV2, patch_between
from rosetta.importing.glance_v2_members import Members
from rosetta.importing.glance_v2_service import GlanceV2, TargetV2
from rosetta.importing.records import (
    CONFLICT,
    COPIED,
    SKIPPED,
    CannotGoOn,
    Moved,
    Outcome,
    Record,
    Refused,
    Whose,
    fresh,
    pages_after_markers,
)

PAGE = 100
COMPLETE = frozenset({"active", "deactivated"})
ADMIN = "admin"
LISTS: tuple[Mapping[str, str], ...] = ({}, {"os_hidden": "true"})
LISTS_OF_ALL = (*LISTS, *({"visibility": "community", **each} for each in LISTS))
"""Queries that together list everything: without `visibility`, lists leave out others' community images."""


class GlanceV2Images:
    """Copies images from a Glance v2 to a Rosetta."""

    probe = "/v2/images?limit=1"

    def __init__(self, source: Service, target: Service, whose: Whose, moved: Moved) -> None:
        self.source = source
        self.target = target
        self._whose = whose
        self._from = GlanceV2(source)
        self._to = GlanceV2(target)
        self._registry = TargetV2(target)
        self._bytes = Bytes(self._from, self._registry, moved)
        self._members = Members(self._from, self._to)

    @property
    def note(self) -> str:
        """The number of members who must accept again, as a note."""
        count = self._members.unanswered
        return f"Only administrators can import the answers of members. Pending again: {count}." if count else ""

    def images(self) -> Iterator[Record[ImageV2]]:
        """All images visible to the caller, oldest first, hidden ones last."""
        seen: set[str] = set()
        for filters in LISTS_OF_ALL if self._whose.all_tenants else LISTS:
            for record in fresh(pages_after_markers(partial(self._page, filters))):
                if record.id not in seen and self._whose.includes(record.facts.owner):
                    seen.add(record.id)
                    yield record

    def _page(self, filters: Mapping[str, str], marker: str | None) -> list[Record[ImageV2]]:
        query = {"limit": str(PAGE), "sort_key": "created_at", "sort_dir": "asc", **filters}
        query |= {} if marker is None else {"marker": marker}
        images = self._from.page(query)
        return [Record(image.id, str(image.fields["name"] or ""), image, image.content.size) for image in images]

    def copy(self, record: Record[ImageV2]) -> Outcome:
        """Register a missing image, send its missing bytes, and update what differs."""
        image = record.facts
        if image.status not in COMPLETE | {"queued"}:
            raise Refused(f"it is {image.status} at the source")
        members = self._members.of_source(image)
        fields = self._fields(image, members)
        found = self._to.image(image.id)
        is_new = found is None
        if found is None:
            found = self._create(image, fields)
        changed = [
            is_new,
            self._update(image, found, fields),
            self._complete(image, found),
            fields["visibility"] == "shared" and self._members.bring(image.id, members, is_new=is_new),
        ]
        return COPIED if any(changed) else SKIPPED

    def _fields(self, image: ImageV2, members: Mapping[str, str]) -> dict[str, Any]:
        fields = dict(image.fields)
        if members:
            fields["visibility"] = "shared"
        if self._whose.all_tenants:
            fields["owner"] = image.owner
        return fields

    def _create(self, image: ImageV2, fields: Mapping[str, Any]) -> ImageV2:
        document = {**image.properties, **fields, "id": image.id}
        try:
            return self._to.create(document)
        except ServiceError as error:
            self._check_owner(error)
            if error.status != CONFLICT or self._to.image(image.id) is not None:
                raise
            reason = "its id is taken at the target, by a deleted image or one that you cannot see"
            raise Refused(reason) from error

    def _update(self, image: ImageV2, found: ImageV2, fields: Mapping[str, Any]) -> bool:
        """Update fields and properties if they differ; return whether they did."""
        if image.status in COMPLETE and found.status in COMPLETE and _differs(image.content, found.content):
            raise Refused("the target has an image with this id but other bytes")
        operations = patch_between(found, fields, image.properties)
        if not operations:
            return False
        try:
            self._to.patch(image.id, operations)
        except ServiceError as error:
            self._check_owner(error)
            raise
        return True

    def _check_owner(self, error: ServiceError) -> None:
        """Raise CannotGoOn if images should keep their owners and this one did not."""
        if error.status == 403 and self._whose.all_tenants:
            token = self._registry.current_token()
            if token is not None and ADMIN not in token.policies:
                raise CannotGoOn("images cannot keep their owners, because ROSETTA_TOKEN is not an administrator's")

    def _complete(self, image: ImageV2, found: ImageV2) -> bool:
        """Send missing bytes, and deactivate or reactivate the image; return whether anything was done."""
        if image.status == "queued" and found.status != "queued":
            raise Refused(f"it is {found.status} at the target, but has no bytes at the source")
        if image.status == found.status:
            return False
        status = found.status
        if status not in COMPLETE:
            if status not in {"queued", "saving"}:
                raise Refused(f"it is {status} at the target")
            self._bytes.bring(image.content, status)
            status = "active"
        if image.status != status:
            change = self._to.deactivate if image.status == "deactivated" else self._to.reactivate
            change(image.id)
        return True


def _differs(image: Content, found: Content) -> bool:
    """Whether two images differ in size, or in a digest that both services report."""
    same_digest = image.digest == found.digest or image.algorithm != found.algorithm
    return image.size != found.size or image.checksum not in (None, found.checksum) or not same_digest
