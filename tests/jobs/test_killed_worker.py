"""A worker that dies before or after any call of AWS: what it had begun is ended by the next one, once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from typing import Any, NamedTuple

import pytest

from chalicelib.catalog.image import Status, Transition
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.jobs.delivery import MAX_RECEIPTS
from tests.jobs.jobs import LEASE, LIMIT, MADE, Begun, Outcome, Stage


class Killed(BaseException):
    """Nobody catches it, as nobody outlives the end of a process."""


class Scene(NamedTuple):
    """A job, the faults that its first worker meets, whether they last, what shall be left, and its calls at least."""

    begin: Callable[[Stage], Job]
    faults: Callable[[Stage], AbstractContextManager[None]]
    lasting: bool
    left: Outcome
    calls: int


def calm(_: Stage) -> AbstractContextManager[None]:
    return nullcontext()


def slow(stage: Stage) -> AbstractContextManager[None]:
    return stage.ami_state("pending")


def failing(stage: Stage) -> AbstractContextManager[None]:
    return stage.ami_state("failed")


def refusing(stage: Stage) -> AbstractContextManager[None]:
    return stage.ec2_fault("CreateImage", "InvalidInstanceID.NotFound", "The instance is terminated")


def late(stage: Stage) -> Job:
    """A capture that is in progress when its time limit ends."""
    job = stage.under_way()
    stage.api.clock.advance(LIMIT)
    return job


def unwanted(stage: Stage) -> Job:
    """A capture whose image is deleted before the worker begins."""
    job = stage.capture()
    stage.delete_elsewhere(job)
    return job


def unwanted_under_way(stage: Stage) -> Job:
    """A capture whose image is deleted while the cloud is at it."""
    job = stage.under_way()
    stage.delete_elsewhere(job)
    return job


def both(status: Status) -> tuple[tuple[Status, Transition | None], ...]:
    return ((status, None), (status, None))


NOTHING = Outcome(JobStatus.FAILED, ((Status.DELETED, None),))
SCENES = {
    "capture": Scene(Stage.capture, calm, False, MADE, 8),
    "capture that takes its time": Scene(Stage.capture, slow, False, MADE, 8),
    "capture under way": Scene(Stage.under_way, calm, False, MADE, 5),
    "refused capture": Scene(Stage.capture, refusing, True, NOTHING, 7),
    "capture that fails": Scene(Stage.capture, failing, True, NOTHING, 8),
    "capture past its limit": Scene(late, calm, False, NOTHING, 5),
    "capture of a deleted image": Scene(unwanted, calm, False, NOTHING, 4),
    "capture under way of a deleted image": Scene(unwanted_under_way, calm, False, NOTHING, 4),
    "delete": Scene(Stage.delete, calm, False, Outcome(JobStatus.SUCCESSFUL, both(Status.PENDING_DELETE)), 6),
    "recover": Scene(Stage.recover, calm, False, Outcome(JobStatus.SUCCESSFUL, both(Status.ACTIVE)), 6),
}
EACH_SCENE = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
EACH_MOMENT = pytest.mark.parametrize("moment", ["before", "after"])


@contextmanager
def killing(stage: Stage, moment: str, nth: int) -> Iterator[list[str]]:
    """Kill whoever makes the n-th call of AWS, before or after it is made; yields the calls."""
    calls: list[str] = []

    def kill(event_name: str, **_: Any) -> None:
        calls.append(event_name.removeprefix(f"{moment}-call."))
        if len(calls) == nth:
            raise Killed

    with stage.hooked(f"{moment}-call", kill):
        yield calls


def death(stage: Stage, job: Job, moment: str, nth: int) -> str | None:
    """The call at which a delivery is killed; None if it makes fewer calls."""
    with killing(stage, moment, nth) as calls:
        try:
            stage.deliver(job)
        except Killed:
            return f"{nth} {calls[-1]}"
    return None


def deaths(stage: Stage, scene: Scene, moment: str, end: Callable[[Job], None]) -> dict[str, Outcome]:
    """What is left of one job for each call at which its worker was killed."""
    left: dict[str, Outcome] = {}
    begun = Begun(stage, scene.begin(stage))
    for nth in count(1):
        job = begun.again()
        with scene.faults(stage):
            at = death(stage, job, moment, nth)
        if at is None:
            return left
        with scene.faults(stage) if scene.lasting else nullcontext():
            end(job)
        left[at] = stage.outcome(job)
    raise AssertionError


@EACH_MOMENT
@EACH_SCENE
def test_what_a_killed_worker_began_is_ended_when_its_message_comes_again(
    stage: Stage, scene: Scene, moment: str
) -> None:
    left = deaths(stage, scene, moment, stage.redeliver)

    assert left == dict.fromkeys(left, scene.left)
    assert len(left) >= scene.calls


@EACH_SCENE
def test_what_a_killed_worker_began_is_ended_when_the_sweeper_finds_it(stage: Stage, scene: Scene) -> None:
    left = deaths(stage, scene, "after", stage.sweep_up)

    assert left == dict.fromkeys(left, scene.left)
    assert len(left) >= scene.calls


@EACH_MOMENT
@pytest.mark.parametrize("name", ["capture", "capture under way"])
def test_a_capture_whose_next_worker_comes_too_late_is_whole_or_nothing(stage: Stage, name: str, moment: str) -> None:
    def come_late(job: Job) -> None:
        stage.api.clock.advance(LIMIT)
        stage.redeliver(job)

    left = deaths(stage, SCENES[name], moment, come_late)

    assert {at: each for at, each in left.items() if each not in {MADE, NOTHING}} == {}
    assert len(left) >= SCENES[name].calls


def test_a_capture_that_is_given_up_after_a_death_is_whole_or_nothing(stage: Stage) -> None:
    def poison(job: Job) -> None:
        stage.api.clock.advance(LEASE)
        with stage.dynamodb_fault("BatchGetItem", times=1):
            stage.deliver(job, receipts=MAX_RECEIPTS)
        stage.redeliver(job)

    left = deaths(stage, SCENES["capture under way"], "after", poison)

    assert {at: each for at, each in left.items() if each not in {MADE, NOTHING}} == {}
    assert len(left) >= SCENES["capture under way"].calls


@pytest.mark.parametrize("second", [2, 4, 6])
def test_a_worker_that_is_killed_twice_makes_one_image(stage: Stage, second: int) -> None:
    def die_again(job: Job) -> None:
        stage.api.clock.advance(LEASE)
        death(stage, job, "after", second)
        stage.redeliver(job)

    left = deaths(stage, SCENES["capture"], "after", die_again)

    assert left == dict.fromkeys(left, MADE)
    assert len(left) >= SCENES["capture"].calls
