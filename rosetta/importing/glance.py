"""OpenStack's Image API v1: images under their own ids, with metadata, members and bytes."""

from collections.abc import Iterator

from rosetta.answers import Image, read_image, reading
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.glance_bytes import Bytes, Content
from rosetta.importing.glance_fields import fields_of, is_as_wanted, properties_of
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
from rosetta.registry import Registry

PAGE = 100
OVER = frozenset({"killed", "deleted", "pending_delete"})


class GlanceImages:
    """Copies images from a Glance v1 to a Rosetta."""

    probe = "/v1/images?limit=1"
    note = ""

    def __init__(self, source: Service, target: Service, whose: Whose, moved: Moved) -> None:
        self.source = source
        self.target = target
        self._whose = whose
        self._from = Registry(source)
        self._to = Registry(target)
        self._bytes = Bytes(self._from, self._to, moved)

    def images(self) -> Iterator[Record[Image]]:
        """All images visible to the caller, oldest first."""
        for record in fresh(pages_after_markers(self._page)):
            if self._whose.includes(record.facts.owner):
                yield record

    def _page(self, marker: str | None) -> list[Record[Image]]:
        query = {"limit": str(PAGE), "sort_key": "created_at", "sort_dir": "asc"}
        query |= {"is_public": "None"} if self._whose.all_tenants else {}
        query |= {} if marker is None else {"marker": marker}
        document = self.source.call("GET", "/v1/images/detail", query=query).json
        with reading("list of images"):
            images = [read_image(entry) for entry in document["images"]]
        return [Record(image.id, image.name or "", image, image.size) for image in images]

    def copy(self, record: Record[Image]) -> Outcome:
        """Register a missing image, send its missing bytes, and update what differs."""
        image = record.facts
        if image.status not in {"active", "queued"}:
            raise Refused(f"it is {image.status} at the source")
        found = self._to.image(image.id)
        is_new = found is None
        if found is None:
            found = self._create(image)
        changed = [is_new, self._update(image, found), self._complete(image, found), self._share(image, is_new=is_new)]
        return COPIED if any(changed) else SKIPPED

    def _create(self, image: Image) -> Image:
        fields = fields_of(image, with_owner=self._whose.all_tenants, with_bytes=True)
        try:
            created = self._to.create({"id": image.id, **fields}, properties_of(image))
        except ServiceError as error:
            if error.status != CONFLICT or self._to.image(image.id) is not None:
                raise
            reason = "its id is taken at the target, by a deleted image or one that you cannot see"
            raise Refused(reason) from error
        return self._checked(image, created)

    def _update(self, image: Image, found: Image) -> bool:
        """Update the fields if they differ; return whether they did."""
        if found.status in OVER:
            raise Refused(f"it is {found.status} at the target: {found.reason}")
        if found.status == "active" and _differs(image, found):
            raise Refused("the target has an image with this id but other bytes")
        waits = found.status == "queued"
        fields = fields_of(image, with_owner=self._whose.all_tenants, with_bytes=waits)
        properties = properties_of(image)
        if is_as_wanted(found, fields, properties):
            return False
        self._checked(image, self._to.update(image.id, fields, properties, purge=True))
        return True

    def _checked(self, image: Image, written: Image) -> Image:
        """Return the image as written. Raises CannotGoOn if the target ignored the owner."""
        if self._whose.all_tenants and (written.owner or "") != (image.owner or ""):
            raise CannotGoOn("images cannot keep their owners, because ROSETTA_TOKEN is not an administrator's")
        return written

    def _complete(self, image: Image, found: Image) -> bool:
        """Send missing bytes; return whether any were missing."""
        if image.status == "queued" and found.status != "queued":
            raise Refused(f"it is {found.status} at the target, but has no bytes at the source")
        if image.status == "queued" or found.status == "active":
            return False
        if found.status not in {"queued", "saving"}:
            raise Refused(f"it is {found.status} at the target")
        self._bytes.bring(Content(image.id, image.size, image.checksum), found.status)
        return True

    def _share(self, image: Image, *, is_new: bool) -> bool:
        """Update the members if they differ; return whether they did."""
        wanted = self._from.members(image.id)
        has = [] if is_new else self._to.members(image.id)
        if set(wanted) == set(has):
            return False
        self._to.replace_members(image.id, wanted)
        return True


def _differs(image: Image, found: Image) -> bool:
    """Whether two active images differ in size or, if the source reports it, in checksum."""
    return image.size != found.size or (bool(image.size) and image.checksum not in (None, found.checksum))
