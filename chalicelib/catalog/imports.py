"""Imports of bytes: staged first and verified later, or fetched from a URL."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from chalicelib.catalog import rules
from chalicelib.catalog.content import Content
from chalicelib.catalog.copies import Copies
from chalicelib.catalog.dispatch import dispatch
from chalicelib.catalog.errors import NotQueued, WrongStatus
from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.lookup import Lookup, retry
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Policy

Check = Callable[[Image], object]
"""Raises if an image cannot be imported; called before the check of its owner, except by `stage`."""


class Imports:
    """Imports into the caller's images. After a failed import, the image waits for another."""

    def __init__(self, lookup: Lookup, ports: Ports, content: Content, copies: Copies) -> None:
        self._lookup = lookup
        self._ports = ports
        self._content = content
        self._copies = copies

    def stage(self, image_id: str, check: Check, content: bytes) -> Image:
        """Stage bytes for a queued image, which is `uploading` until they are imported; its formats may be set later.

        Raises as `Catalog.image` and `Content.stage`, and NotOwner, NotQueued, EditConflict.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Image:
            image = self._own(image_id)
            check(image)
            _check_waits(image)
            now = self._ports.clock.now()
            saving = replace(image, status=Status.SAVING, retriable=True, updated_at=now, status_changed_at=now)
            return self._ports.images.save(image, saving)

        return self._content.stage(retry(image_id, once), content)

    def begin(self, image_id: str, check: Check) -> Image:
        """Have the worker verify staged bytes and make the image active.

        Raises as `Catalog.image`, and NotOwner, WrongStatus, FormatMissing, MixedFormats, EditConflict.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        return self._submit(image_id, lambda: self._verification(self._staged(image_id, check)))

    def fetch(self, image_id: str, check: Check, uri: str) -> Image:
        """Have the worker copy the bytes at a URI to a queued image. The request itself reads nothing there.

        Raises as `begin`, and SourceRefused, Invalid, NotQueued.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        self._content.screen(uri)

        def order() -> tuple[Image, Image, Job]:
            image = self._target(image_id, check)
            _check_waits(image)
            rules.check_complete(image)
            return image, *self._copies.begin(replace(image, retriable=True), uri)

        return self._submit(image_id, order)

    def _submit(self, image_id: str, order: Callable[[], tuple[Image, Image, Job]]) -> Image:
        """Save and queue the job that `order` makes, with its image before and after; retried on conflicts."""

        def once() -> tuple[Image, Job]:
            old, new, job = order()
            return self._ports.images.save(old, new, job), job

        image, job = retry(image_id, once)
        dispatch(self._ports.queue, job)
        return image

    def _verification(self, image: Image) -> tuple[Image, Image, Job]:
        now = self._ports.clock.now()
        size = str(image.size)
        facts = {"staged": image.location or "", "arrived": size, "size": size, "done": "0", "since": now.isoformat()}
        job = Job(
            id=str(uuid4()),
            owner=image.owner or "",
            action=Action.UPLOAD,
            images=(image.id,),
            names=(image.id,),
            facts=facts,
            by=self._ports.actor,
            created_at=now,
        )
        ordered = replace(
            image,
            transition=Transition.CREATING,
            inspecting=self._lookup.principal.inspecting,
            updated_at=now,
            status_changed_at=now,
        )
        return image, ordered, job

    def _staged(self, image_id: str, check: Check) -> Image:
        image = self._target(image_id, check)
        if image.status is not Status.UPLOADING or image.transition is not None:
            raise WrongStatus(f"Image {image_id}", image.transition or image.status)
        rules.check_complete(image)
        return image

    def _target(self, image_id: str, check: Check) -> Image:
        image = self._lookup.find(image_id).image
        check(image)
        self._lookup.check_owner(image, image_id)
        return image

    def _own(self, image_id: str) -> Image:
        image = self._lookup.find(image_id).image
        self._lookup.check_owner(image, image_id)
        return image


def _check_waits(image: Image) -> None:
    if not image.waits:
        raise NotQueued(image.id, image.status)
