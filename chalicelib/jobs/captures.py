"""Captures: the cloud makes an image of a machine, and the catalogue hears what has become of it."""

from datetime import timedelta

from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.catalog.instance import CLOUD, Capture, CaptureState, capture_location, capture_name
from chalicelib.catalog.job import Job
from chalicelib.catalog.outages import CaptureRefused, MachineBusy
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.rules import GIGABYTE
from chalicelib.jobs.outcome import Failed, Outcomes

PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=1)
"""How often the cloud is asked how far it has come: the longer it has taken, the less often, within these bounds."""
PATIENCE = timedelta(minutes=5)
"""How long a machine that has just been stopped may be said not to be."""
DELETED = "the image was deleted meanwhile"


class Captures:
    """Follows captures until they are done, or `limit` is over.

    What EC2 has just made it may not know for a while (eventual consistency), so what is not found is not yet there.
    """

    def __init__(self, ports: Ports, limit: timedelta) -> None:
        self.limit = limit
        self._ports = ports
        self._outcomes = Outcomes(ports)

    def step(self, job: Job) -> timedelta | None:
        """Have the image made, or ask how far it has come. Raises Failed, CloudUnavailable."""
        [image_id] = job.images
        image = self._outcomes.image(image_id)
        if image is None or (image.transition is not Transition.CREATING and not _is_made(image)):
            raise Failed(DELETED)
        age = self._ports.clock.now() - job.created_at
        try:
            job = self._begun(job, image_id)
        except MachineBusy as error:
            if age > PATIENCE:
                raise Failed(str(error)) from error
        except CaptureRefused as error:
            raise Failed(str(error)) from error
        capture = self._ports.instances.captured(job.facts["capture"], job.zone) if "capture" in job.facts else None
        if capture is None or capture.state is CaptureState.PENDING:
            self._outcomes.rest(job)
            return max(PAUSE, min(age / 10, LONGEST_PAUSE))
        self._settle(job, image, capture)
        return None

    def _begun(self, job: Job, image_id: str) -> Job:
        """The job, knowing the image that the cloud is making if it says which it is. Raises CaptureRefused."""
        if "capture" in job.facts:
            return job
        capture_id = self._ports.instances.capture(job.facts["instance"], job.zone, capture_name(image_id))
        return job if capture_id is None else self._outcomes.note(job, capture=capture_id)

    def _settle(self, job: Job, image: Image, capture: Capture) -> None:
        """End a capture that the cloud has ended; what the machine said of itself goes before what the cloud says."""
        if capture.state is CaptureState.FAILED:
            raise Failed("the cloud could not make the image")
        facts = {
            "provider_image_id": capture.id,
            "location": capture_location(capture.id),
            "size": image.size or (capture.size or 0) * GIGABYTE,
            "platform": image.platform or capture.platform,
        }
        self._outcomes.end(image.id, Transition.CREATING, Status.ACTIVE, facts)
        found = self._outcomes.image(image.id)
        if found is None or not _is_made(found):
            raise Failed(DELETED)
        self._outcomes.finish(job)

    def undo(self, job: Job) -> bool:
        """First the image goes, so that nobody can use what is being removed, then the cloud's."""
        [image_id] = job.images
        found = self._outcomes.image(image_id)
        if found is not None and _is_made(found):
            return False
        place = self._ports.blobs.place(image_id)
        self._outcomes.end(image_id, Transition.CREATING, Status.DELETED, {"location": place})
        self._ports.instances.discard(capture_name(image_id), job.zone, job.facts.get("capture"))
        return True


def _is_made(image: Image) -> bool:
    """Whether the cloud has made the image; only the worker gives it such a place."""
    return image.location is not None and image.location.startswith(CLOUD)
