"""Deletions and recoveries of many images at once, which only have to end the images' transitions."""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.catalog.image import Status, Transition
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.ports import Ports
from chalicelib.jobs.outcome import Outcomes

MOVES: Mapping[Action, tuple[Transition, Status]] = {
    Action.DELETE: (Transition.DELETING, Status.PENDING_DELETE),
    Action.RECOVER: (Transition.RECOVERING, Status.ACTIVE),
}


class Transitions:
    """Ends the transitions of marked images."""

    limit = timedelta(hours=1)

    def __init__(self, ports: Ports) -> None:
        self._outcomes = Outcomes(ports)

    def step(self, job: Job) -> None:
        """End all of them in one step."""
        transition, status = MOVES[job.action]
        for image_id in job.images:
            self._outcomes.end_transition(image_id, transition, status)
        self._outcomes.finish(job)

    def undo(self, job: Job) -> bool:
        """Cancel all of them."""
        transition, _ = MOVES[job.action]
        for image_id in job.images:
            self._outcomes.revert(image_id, transition)
        return True
