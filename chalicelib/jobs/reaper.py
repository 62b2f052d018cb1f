"""Background clean-up: finishing or removing what requests and workers have left."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.catalog.content import failed_upload
from chalicelib.catalog.errors import CatalogError, CloudUnavailable, StaleImage
from chalicelib.catalog.image import LIVE, Image, Status
from chalicelib.catalog.instance import capture_name
from chalicelib.catalog.outages import TablesUnavailable
from chalicelib.catalog.ports import Backlog, Ports
from chalicelib.catalog.rules import Periods

MAX_PER_SWEEP = 200
"""The most images, or jobs, of each kind that one sweep works on."""
BUDGET = timedelta(seconds=40)
"""How long a sweep may take; the next one, a minute after it, goes on."""
MAX_MOVED = 1000
"""The most images of an older table layout that one sweep converts."""
GRACE_PERIOD = timedelta(minutes=5)
"""How long the work of a request or worker may be idle before the reaper takes it up."""

_log = logging.getLogger(__name__)


class Reaper:
    """Completes delayed deletions, fails uploads whose request died, purges deleted images, and queues jobs again.

    Every step is idempotent, also in concurrent sweeps; a later sweep retries those that fail.
    """

    def __init__(self, ports: Ports, backlog: Backlog, periods: Periods) -> None:
        self._images = ports.images
        self._memberships = ports.memberships
        self._blobs = ports.blobs
        self._multiparts = ports.multiparts
        self._instances = ports.instances
        self._jobs = ports.jobs
        self._queue = ports.queue
        self._clock = ports.clock
        self._backlog = backlog
        self._periods = periods
        self._ends: Mapping[Status, tuple[timedelta, Callable[[Image], object]]] = {
            Status.PENDING_DELETE: (periods.pending_delete, self._delete),
            Status.SAVING: (GRACE_PERIOD, self._fail_upload),
            Status.KILLED: (GRACE_PERIOD, self._clean),
            Status.DELETED: (GRACE_PERIOD, self._clean),
            **dict.fromkeys(LIVE, (GRACE_PERIOD, self._request_inspection)),
        }

    def sweep(self) -> int:
        """Run once; returns how many jobs were queued again, and how many images cleaned up, purged or converted.

        Jobs come first, as people wait for them. Images that fail are logged and skipped.
        """
        over = self._clock.now() + BUDGET
        done = self._requeue()
        for images, period, act in (
            (self._backlog.unfinished, GRACE_PERIOD, self._end),
            (self._backlog.pending_delete, self._periods.pending_delete, self._end),
            (self._backlog.expired, self._periods.tombstone, self._backlog.forget),
        ):
            done += self._each(images(self._clock.now() - period), act, over, MAX_PER_SWEEP)
        return done + self._each(self._backlog.unmoved(), self._images.move, over, MAX_MOVED)

    def _requeue(self) -> int:
        """Queue jobs again whose message was lost or whose worker died; the worker fails those past their limit."""
        sent = 0
        for owner, job_id in self._jobs.unfinished(self._clock.now() - GRACE_PERIOD):
            if sent == MAX_PER_SWEEP:
                break
            try:
                self._queue.send(owner, job_id)
            except CloudUnavailable as error:
                _log.warning("job not queued: queue %s", error.outage, extra={"job_id": job_id}, exc_info=True)
                break
            sent += 1
        return sent

    def _each(self, image_ids: Iterable[str], act: Callable[[str], bool], over: datetime, most: int) -> int:
        """Call `act` for up to `most` images, until `over`; returns how many it changed."""
        done = 0
        for image_id in image_ids:
            if done == most or self._clock.now() > over:
                break
            try:
                done += act(image_id)
            except StaleImage:
                continue  # another writer has changed it
            except TablesUnavailable:
                raise  # the others would fail too
            except CatalogError:
                _log.warning("image not ended", extra={"image_id": image_id}, exc_info=True)
            except Exception:  # noqa: BLE001  # one image must not keep the others waiting
                _log.exception("image skipped", extra={"image_id": image_id})
        return done

    def _end(self, image_id: str) -> bool:
        """Work on an image if it is due; returns whether it was."""
        found = self._images.get(image_id)
        if found is not None and found.image.members_behind:
            self._images.save(found.image, found.image)  # writes the rows of its members
            return False
        if found is None or found.image.status not in self._ends or found.image.transition is not None:
            return False
        period, end = self._ends[found.image.status]
        if found.image.status_changed_at > self._clock.now() - period:
            return False
        end(found.image)
        return True

    def _request_inspection(self, image: Image) -> None:
        """Announce again that an image has bytes to inspect: the bucket's event was lost, or its message failed."""
        _, _, name = (image.location or "").rpartition("/")
        self._queue.announce(image.id, name, 1)

    def _delete(self, image: Image) -> None:
        """Complete a delayed deletion: first the tombstone, then the bytes, as without delay."""
        self._clean(self._with_status(image, Status.DELETED, properties={}, login_password=None))

    def _fail_upload(self, image: Image) -> None:
        """Fail an upload within a request, which must be over by now.

        Should it still run, it finds that the image no longer waits for it, and removes its bytes itself. The bytes of
        a retriable image are removed before it is queued again, as later ones could be those of the next upload.
        """
        if image.retriable:
            image = self._with_status(image, Status.SAVING)
            self._remove_bytes(image)
        over = failed_upload(image, "its bytes did not arrive in time", self._blobs.place(image.id), self._clock.now())
        ended = self._images.save(image, over)
        if ended.status is Status.KILLED:
            self._clean(ended)

    def _with_status(self, image: Image, status: Status, **facts: object) -> Image:
        now = self._clock.now()
        moved = replace(image, status=status, updated_at=now, status_changed_at=now)
        return self._images.save(image, replace(moved, **facts))  # type: ignore[arg-type]  # fields of an image

    def _clean(self, image: Image) -> None:
        """Remove everything that an image without bytes may have left."""
        self._remove_bytes(image)
        if image.source_instance is not None and image.zone is not None:
            self._instances.discard(capture_name(image.id), image.zone, image.provider_image_id)
        members = image.member_count
        if image.status is Status.DELETED:
            self._memberships.clear(image.id)
            members = 0
        self._images.save(image, replace(image, location=None, member_count=members))

    def _remove_bytes(self, image: Image) -> None:
        for multipart in self._multiparts.begun(image.id):
            self._multiparts.abort(multipart)
        self._blobs.clear(image.id)
