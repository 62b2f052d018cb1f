"""Copies of bytes from elsewhere: a request orders them, the worker makes them."""

from dataclasses import replace
from uuid import uuid4

from chalicelib.catalog.content import Content
from chalicelib.catalog.errors import Invalid, SizeConflict
from chalicelib.catalog.image import Image, Transition
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Principal


class Copies:
    """Makes the jobs that copy bytes."""

    def __init__(self, ports: Ports, content: Content, principal: Principal) -> None:
        self._ports = ports
        self._content = content
        self._inspecting = principal.inspecting

    def order(self, image: Image, source: str) -> tuple[Image, Job]:
        """The image, now waiting for the bytes at a URL, and the job that copies them; the caller stores both.

        Raises Invalid, SourceRefused, SourceNotFound, SizeConflict, ImageTooLarge, StorageQuotaExceeded, StoreError.
        """
        if not image.waits:
            raise Invalid("copy_from", "the image is not in queued status")
        found = self._content.locate(source).size
        if found is not None and image.size not in (None, found):
            raise SizeConflict(image.size or 0, found)
        self._content.check_room(image, found or 0)
        return self.begin(replace(image, size=image.size if found is None else found), source, found)

    def begin(self, image: Image, source: str, size: int | None = None) -> tuple[Image, Job]:
        """As `order`, without reading from the source; `size` is None if it is not known."""
        now = self._ports.clock.now()
        known = {} if size is None else {"size": str(size)}
        job = Job(
            id=str(uuid4()),
            owner=image.owner or "",
            action=Action.COPY,
            images=(image.id,),
            names=(image.id,),
            facts={"source": source, "done": "0", "since": now.isoformat(), **known},
            by=self._ports.actor,
            created_at=now,
        )
        ordered = replace(
            image,
            transition=Transition.CREATING,
            inspecting=self._inspecting,
            updated_at=now,
            status_changed_at=now,
        )
        return ordered, job
