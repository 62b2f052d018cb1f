"""Captures: the cloud makes an image of a machine, and the worker polls it until that is done."""

from datetime import timedelta

from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.catalog.instance import CLOUD, Capture, CaptureState, capture_location, capture_name
from chalicelib.catalog.job import Job
from chalicelib.catalog.outages import CaptureRefused, MachineBusy
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.rules import GIGABYTE
from chalicelib.jobs.outcome import Failed, Outcomes

PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=1)
"""The bounds of the polling interval: the longer a capture takes, the less often it is polled."""
STOPPING_PERIOD = timedelta(minutes=5)
"""How long the cloud may report that a machine is not stopped, although it has just been."""
DELETED = "the image was deleted meanwhile"


class Captures:
    """Polls captures until they are done, or `limit` has passed.

    EC2 is eventually consistent: a capture that it does not find may have been made a moment ago.
    """

    def __init__(self, ports: Ports, limit: timedelta) -> None:
        self.limit = limit
        self._ports = ports
        self._outcomes = Outcomes(ports)

    def step(self, job: Job) -> timedelta | None:
        """Start the capture, or poll it. Raises Failed, CloudUnavailable."""
        [image_id] = job.images
        image = self._outcomes.image(image_id)
        if image is None or (image.transition is not Transition.CREATING and not _is_made(image)):
            raise Failed(DELETED)
        age = self._ports.clock.now() - job.created_at
        try:
            job = self._started(job, image_id)
        except MachineBusy as error:
            if age > STOPPING_PERIOD:
                raise Failed(str(error)) from error
        except CaptureRefused as error:
            raise Failed(str(error)) from error
        capture = self._ports.instances.captured(job.facts["capture"], job.zone) if "capture" in job.facts else None
        if capture is None or capture.state is CaptureState.PENDING:
            self._outcomes.release(job)
            return max(PAUSE, min(age / 10, LONGEST_PAUSE))
        self._complete(job, image, capture)
        return None

    def _started(self, job: Job, image_id: str) -> Job:
        """The job with the id of its capture, if the cloud shows one. Raises CaptureRefused."""
        if "capture" in job.facts:
            return job
        capture_id = self._ports.instances.capture(job.facts["instance"], job.zone, capture_name(image_id))
        return job if capture_id is None else self._outcomes.record(job, capture=capture_id)

    def _complete(self, job: Job, image: Image, capture: Capture) -> None:
        """Finish a capture that is done in the cloud. Facts of the machine's tags take precedence over the cloud's."""
        if capture.state is CaptureState.FAILED:
            raise Failed("the cloud failed to capture the machine")
        facts = {
            "provider_image_id": capture.id,
            "location": capture_location(capture.id),
            "size": image.size or (capture.size or 0) * GIGABYTE,
            "platform": image.platform or capture.platform,
        }
        self._outcomes.end_transition(image.id, Transition.CREATING, Status.ACTIVE, facts)
        found = self._outcomes.image(image.id)
        if found is None or not _is_made(found):
            raise Failed(DELETED)
        self._outcomes.finish(job)

    def undo(self, job: Job) -> bool:
        """Delete the image first, so that nobody can use it, then the capture in the cloud."""
        [image_id] = job.images
        found = self._outcomes.image(image_id)
        if found is not None and _is_made(found):
            return False
        place = self._ports.blobs.place(image_id)
        self._outcomes.end_transition(image_id, Transition.CREATING, Status.DELETED, {"location": place})
        self._ports.instances.discard(capture_name(image_id), job.zone, job.facts.get("capture"))
        return True


def _is_made(image: Image) -> bool:
    """Whether the capture is finished; only the worker sets such a location."""
    return image.location is not None and image.location.startswith(CLOUD)
