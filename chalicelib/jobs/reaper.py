"""What nobody asks for: ending what requests have left, at leisure and as often as it takes."""

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
"""Of how many of each kind one sweep takes care at most."""
BUDGET = timedelta(seconds=40)
"""After how long a sweep leaves the rest to the next one, which begins a minute after it."""
MAX_MOVED = 1000
"""How many images of an older layout one sweep moves at most."""
GRACE_PERIOD = timedelta(minutes=5)
"""How long a request is left to itself before what it is doing counts as left behind."""

_log = logging.getLogger(__name__)


class Reaper:
    """Ends delayed deletions and uploads whose request died, removes what deleted images leave, reminds of what is due.

    Every step may be taken twice, or by several sweeps at once; what fails is left to a later one.
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
            Status.SAVING: (GRACE_PERIOD, self._give_up),
            Status.KILLED: (GRACE_PERIOD, self._clean),
            Status.DELETED: (GRACE_PERIOD, self._clean),
            **dict.fromkeys(LIVE, (GRACE_PERIOD, self._have_inspected)),
        }

    def sweep(self) -> int:
        """How many jobs were queued again, and how many images brought to an end, forgotten or moved.

        Jobs come first, as people wait for them. What cannot be read or ended is logged, and passed by.
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
        """Send jobs again whose message is lost or whose worker died; the worker fails those past their limit."""
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
        """How many of these something was done to, until it is time to stop."""
        done = 0
        for image_id in image_ids:
            if done == most or self._clock.now() > over:
                break
            try:
                done += act(image_id)
            except StaleImage:
                continue  # somebody else is at it
            except TablesUnavailable:
                raise  # nothing else could be done either
            except CatalogError:
                _log.warning("image not ended", extra={"image_id": image_id}, exc_info=True)
            except Exception:  # noqa: BLE001  # whatever it is, the others must not wait for it
                _log.exception("image passed by", extra={"image_id": image_id})
        return done

    def _end(self, image_id: str) -> bool:
        """Whether this image was left behind, and somebody has come back to it."""
        found = self._images.get(image_id)
        if found is not None and found.image.members_behind:
            self._images.save(found.image, found.image)  # which brings them
            return False
        if found is None or found.image.status not in self._ends or found.image.transition is not None:
            return False
        period, end = self._ends[found.image.status]
        if found.image.status_changed_at > self._clock.now() - period:
            return False
        end(found.image)
        return True

    def _have_inspected(self, image: Image) -> None:
        """Say again that an image has bytes which nobody has looked at: the bucket's word is lost, or was in vain."""
        _, _, name = (image.location or "").rpartition("/")
        self._queue.announce(image.id, name, 1)

    def _delete(self, image: Image) -> None:
        """End a deletion that had to wait: first the tombstone, then the bytes, as without waiting."""
        self._clean(self._moved(image, Status.DELETED, properties={}, login_password=None))

    def _give_up(self, image: Image) -> None:
        """End an upload within a request, which is over by now.

        Should it still go on, it finds that the image does not wait for it any more, and removes its bytes itself. All
        others go before a retriable image is queued again: then they could be those of the next upload.
        """
        if image.retriable:
            image = self._moved(image, Status.SAVING)
            self._remove_bytes(image)
        over = failed_upload(image, "its bytes did not come in time", self._blobs.place(image.id), self._clock.now())
        ended = self._images.save(image, over)
        if ended.status is Status.KILLED:
            self._clean(ended)

    def _moved(self, image: Image, status: Status, **facts: object) -> Image:
        now = self._clock.now()
        moved = replace(image, status=status, updated_at=now, status_changed_at=now)
        return self._images.save(image, replace(moved, **facts))  # type: ignore[arg-type]  # fields of an image

    def _clean(self, image: Image) -> None:
        """Remove all that an image without bytes may have left."""
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
