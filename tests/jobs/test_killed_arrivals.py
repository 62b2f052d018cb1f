"""A worker that dies before or after any call of AWS of an upload or a copy: the next one ends it, once."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Changes, Status
from chalicelib.catalog.job import Job
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import MEGABYTE, PART, SMALL, content
from tests.jobs.arriving import (
    DELETED,
    KILLED,
    MADE,
    Left,
    again,
    catalog_of,
    copying,
    left,
    sweep,
    trusting,
    uploading,
)
from tests.jobs.jobs import LEASE, Begun, Stage
from tests.jobs.test_killed_worker import death
from tests.storage.web import File, Web, serving

DATA = content(12 * MEGABYTE)
WRONG: Changes = {"checksum": "0" * 32}


End = Callable[[Stage, Job], object]


class Scene(NamedTuple):
    """How a job begins, what shall be left of it, and how many calls of AWS its step makes at least."""

    begin: Callable[[Stage, Web], Job]
    left: Left
    calls: int


def upload(stage: Stage, _: Web) -> Job:
    return uploading(stage, SMALL)


def wrong_upload(stage: Stage, _: Web) -> Job:
    return uploading(stage, SMALL, WRONG)


def deleted_upload(stage: Stage, _: Web) -> Job:
    job = uploading(stage, SMALL)
    catalog_of(stage).delete(job.images[0])
    return job


def verified(stage: Stage, _: Web) -> Job:
    """An upload of which a slice is verified."""
    job = uploading(stage, DATA[: PART + 1])
    stage.deliver(job)
    return job


def copy(stage: Stage, _: Web) -> Job:
    return copying(stage, stage.api.put_elsewhere("disk.raw", SMALL))


def empty_copy(stage: Stage, _: Web) -> Job:
    return copying(stage, stage.api.put_elsewhere("disk.raw", b""))


def large_copy(stage: Stage, _: Web) -> Job:
    """A copy of which a slice is there."""
    job = copying(stage, stage.api.put_elsewhere("disk.raw", DATA[: PART + 1]))
    stage.deliver(job)
    return job


def copied(stage: Stage, web: Web) -> Job:
    """A copy that is there, and is not verified."""
    job = copy(stage, web)
    stage.deliver(job)
    return job


def wrong_copy(stage: Stage, _: Web) -> Job:
    job = copying(stage, stage.api.put_elsewhere("disk.raw", SMALL), WRONG)
    stage.deliver(job)
    return job


def lost_copy(stage: Stage, web: Web) -> Job:
    job = copy(stage, web)
    stage.aws.s3().delete_object(Bucket="elsewhere", Key="disk.raw")
    return job


def web_copy(stage: Stage, web: Web) -> Job:
    return copying(stage, web.keep("/disk.raw", File(SMALL)))


def large_web_copy(stage: Stage, web: Web) -> Job:
    """A copy of which a slice is there."""
    job = copying(stage, web.keep("/disk.raw", File(DATA[: PART + 2 * MEGABYTE])))
    stage.deliver(job)
    return job


def lost_web_copy(stage: Stage, web: Web) -> Job:
    job = web_copy(stage, web)
    del web.files["/disk.raw"]
    web.answer("/disk.raw", 404, {"Content-Length": "0"}, b"")
    return job


SCENES = {
    "upload": Scene(upload, MADE, 10),
    "upload with a wrong checksum": Scene(wrong_upload, KILLED, 10),
    "upload of a deleted image": Scene(deleted_upload, DELETED, 5),
    "upload of which a slice is verified": Scene(verified, MADE, 6),
    "copy": Scene(copy, MADE, 10),
    "copy of nothing": Scene(empty_copy, MADE, 10),
    "copy of which a slice is there": Scene(large_copy, MADE, 8),
    "copy that is to be verified": Scene(copied, MADE, 6),
    "copy with a wrong checksum": Scene(wrong_copy, KILLED, 8),
    "copy of what is gone": Scene(lost_copy, KILLED, 8),
    "copy from the web": Scene(web_copy, MADE, 9),
    "copy from the web of which a slice is there": Scene(large_web_copy, MADE, 7),
    "copy of what the web has lost": Scene(lost_web_copy, KILLED, 8),
}
SWEPT = ("upload", "copy", "copy with a wrong checksum", "copy from the web of which a slice is there")
"""Scenes that the sweeper finds too, which has no other way to end them than their messages have."""
MOMENTS = [("after", name) for name in SCENES] + [("before", "upload"), ("before", "copy")]
"""Between two calls nothing happens that could be seen, so that before one is after another."""


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def stage(make_api: MakeApi, aws: Aws) -> Stage:
    """A worker that takes in 5 MiB at once, and takes a server of ours for a public one."""
    return trusting(Stage(make_api(SLICE_BYTES=str(PART)), aws))


def deaths(stage: Stage, web: Web, scene: Scene, moment: str, end: End) -> dict[str, Left]:
    """What is left of one job for each call at which its worker was killed."""
    found: dict[str, Left] = {}
    web.forget()
    begun = Begun(stage, scene.begin(stage, web))
    for nth in count(1):
        job = begun.again()
        at = death(stage, job, moment, nth)
        if at is None:
            return found
        end(stage, job)
        found[at] = without_orphans(stage, job)
    raise AssertionError


def without_orphans(stage: Stage, job: Job) -> Left:
    """What is left of a job; what was begun for a killed image, and is not noted, waits for the sweeper."""
    begun = stage.api.world.multiparts.begun(job.images[0])
    orphans = [each for each in begun if stage.api.world.multiparts.parts(each) == []]
    found = left(stage, job)
    return found if found.image is Status.ACTIVE else found._replace(multiparts=len(begun) - len(orphans))


@pytest.mark.parametrize(("moment", "name"), MOMENTS)
def test_what_a_killed_worker_began_is_ended_when_its_message_comes_again(
    stage: Stage, web: Web, moment: str, name: str
) -> None:
    scene = SCENES[name]

    found = deaths(stage, web, scene, moment, again)

    assert found == dict.fromkeys(found, scene.left)
    assert len(found) >= scene.calls


@pytest.mark.parametrize("name", SWEPT)
def test_what_a_killed_worker_began_is_ended_when_the_sweeper_finds_it(stage: Stage, web: Web, name: str) -> None:
    def lose(stage: Stage, job: Job) -> None:
        stage.lose_messages()
        sweep(stage)

    scene = SCENES[name]

    found = deaths(stage, web, scene, "after", lose)

    assert found == dict.fromkeys(found, scene.left)
    assert len(found) >= scene.calls


@pytest.mark.parametrize(("name", "second"), [("upload", 6), ("copy", 7), ("copy from the web", 7)])
def test_a_worker_that_is_killed_twice_makes_one_object(stage: Stage, web: Web, name: str, second: int) -> None:
    def die_again(stage: Stage, job: Job) -> None:
        stage.api.clock.advance(LEASE)
        death(stage, job, "after", second)
        again(stage, job)

    found = deaths(stage, web, SCENES[name], "after", die_again)

    assert found == dict.fromkeys(found, MADE)
    assert len(found) >= SCENES[name].calls
