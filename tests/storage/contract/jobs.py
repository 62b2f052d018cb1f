"""Jobs, the order in which they are due, and images that are stored or change together with a job."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import ClaimTaken, StaleImage, StaleJob
from chalicelib.catalog.image import Alias, Image, Name, Status, TenantAlias, Transition
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.catalog.query import ImageQuery
from chalicelib.storage.spread import MAX_AT_ONCE
from chalicelib.storage.tables import JobItem
from tests.factories import START, a_membership, a_principal, an_image
from tests.storage.contract.faults import Reply, answering, cancelled
from tests.storage.contract.shelf import add, shelve, stored

SECOND = timedelta(seconds=1)
LATER = START + timedelta(days=1)
MOST = 100
REPLIES = [
    pytest.param(cancelled("TransactionConflict", "None"), True, id="outrun"),
    pytest.param(cancelled("None", "ConditionalCheckFailed"), True, id="too late"),
    pytest.param(cancelled("ConditionalCheckFailed", "ValidationError"), False, id="invalid"),
    pytest.param(cancelled(), False, id="unknown"),
]
NAMES = [
    pytest.param(Alias("x", "1"), True, id="this one"),
    pytest.param(Alias("x", "2"), False, id="another one"),
    pytest.param(Alias("y", "1"), False, id="another namespace"),
    pytest.param(TenantAlias("x", "1"), False, id="the tenant's"),
    pytest.param(Alias("own", "1"), False, id="an alias of the tenant's"),
]


def a_job(**fields: Any) -> Job:
    """A pending job of the tenant t1, unless the fields say otherwise."""
    return Job(**{"id": str(uuid4()), "owner": "t1", "action": Action.DELETE, "created_at": START, **fields})


def added(world: World) -> Job:
    """A pending job that is stored."""
    job = a_job()
    world.jobs.add(job)
    return job


def finished(job: Job, status: JobStatus = JobStatus.SUCCESSFUL) -> Job:
    return job._replace(status=status, began_at=START, finished_at=START + SECOND, leased_until=None)


def unfinished(world: World) -> list[str]:
    """The ids of the unfinished jobs, oldest first."""
    return [job_id for _, job_id in world.jobs.unfinished(LATER)]


def items(job_id: str) -> list[JobItem]:
    return [item for item in JobItem.scan(consistent_read=True) if item.job_id == job_id]


def transitions(world: World, images: Sequence[Image]) -> set[Transition | None]:
    return {image.transition for image in world.images.many([image.id for image in images])}


def shown(world: World) -> dict[str, Transition | None]:
    """The transitions in the list of the tenant t1, by id."""
    return {image.id: image.transition for image in world.images.images(a_principal(), ImageQuery())}


class Jobs:
    """Concurrent changes of a job conflict; images start a transition together or not at all."""

    @pytest.mark.parametrize(
        "job",
        [
            a_job(),
            a_job(
                action=Action.CAPTURE,
                status=JobStatus.FAILED,
                zone="ac1",
                images=("b", "a"),
                names=("img-2", "é"),
                request_id="r-1",
                facts={"instance": "i-1", "capture": "ami-1"},
                info="it took too long",
                created_at=START + timedelta(microseconds=1),
                began_at=START + SECOND,
                finished_at=START + 3 * SECOND,
                leased_until=START + 2 * SECOND,
            ),
        ],
        ids=["as little as possible", "as much as possible"],
    )
    def test_a_job_is_read_as_it_was_added(self, world: World, job: Job) -> None:
        world.jobs.add(job)

        assert world.jobs.get("t1", job.id) == job
        assert world.jobs.of("t1") == [job]

    @pytest.mark.parametrize("job_id", ["unknown", "", "x" * 1025], ids=["unknown", "empty", "too-long"])
    def test_there_is_no_job_of_another_id(self, world: World, job_id: str) -> None:
        world.jobs.add(a_job())

        assert world.jobs.get("t1", job_id) is None

    @pytest.mark.parametrize(
        "owner", ["t2", "unfinished", "t1/x", "x" * 1025], ids=["t2", "unfinished", "t1/x", "long"]
    )
    def test_each_tenant_has_jobs_of_its_own(self, world: World, owner: str) -> None:
        ours, theirs = a_job(), a_job(owner=owner)

        world.jobs.add(ours)
        world.jobs.add(theirs)

        assert world.jobs.of("t1") == [ours]
        assert world.jobs.of(owner) == [theirs]
        assert world.jobs.get("t1", theirs.id) is None

    def test_the_newest_job_comes_first(self, world: World) -> None:
        jobs = [a_job(created_at=START + step * timedelta(microseconds=1)) for step in (1, 3, 2)]
        for job in jobs:
            world.jobs.add(job)

        assert world.jobs.of("t1") == [jobs[1], jobs[2], jobs[0]]

    def test_a_saved_job_is_read_back(self, world: World) -> None:
        job = added(world)

        working = world.jobs.save(job, job._replace(status=JobStatus.WORKING, leased_until=START + SECOND))
        done = world.jobs.save(working, finished(working))

        assert done.status is JobStatus.SUCCESSFUL
        assert world.jobs.get("t1", job.id) == done
        assert world.jobs.of("t1") == [done]

    def test_a_job_that_changed_since_is_stale(self, world: World) -> None:
        job = added(world)
        saved = world.jobs.save(job, job._replace(status=JobStatus.WORKING))

        with pytest.raises(StaleJob):
            world.jobs.save(job, finished(job))

        assert world.jobs.get("t1", job.id) == saved
        assert unfinished(world) == [job.id]

    def test_a_job_that_is_gone_is_stale(self, world: World) -> None:
        job = a_job()

        with pytest.raises(StaleJob):
            world.jobs.save(job, finished(job))

        assert world.jobs.of("t1") == []

    @pytest.mark.parametrize(("reply", "is_race"), REPLIES)
    def test_other_errors_are_not_taken_for_races(self, world: World, reply: Reply, is_race: bool) -> None:
        job, error = added(world), StaleJob if is_race else TransactWriteError

        with answering("TransactWriteItems", lambda _: reply), pytest.raises(error):
            world.jobs.save(job, finished(job))

        assert world.jobs.get("t1", job.id) == job

    def test_unfinished_jobs_are_sorted_by_age_and_omit_those_younger_than_the_limit(self, world: World) -> None:
        times = [START + step * timedelta(microseconds=1) for step in (2, 0, 1, 3)]
        jobs = [a_job(created_at=instant, owner=f"t{step}") for step, instant in enumerate(times)]
        for job in jobs:
            world.jobs.add(job)

        found = list(world.jobs.unfinished(times[3]))

        assert found == [("t1", jobs[1].id), ("t2", jobs[2].id), ("t0", jobs[0].id)]

    def test_a_leased_job_is_not_due_until_the_lease_ends(self, world: World) -> None:
        leased, waiting = a_job(), a_job(created_at=START + SECOND)
        world.jobs.add(leased)
        world.jobs.add(waiting)
        end = START + 2 * SECOND

        world.jobs.save(leased, leased._replace(status=JobStatus.WORKING, leased_until=end))

        assert list(world.jobs.unfinished(end)) == [("t1", waiting.id)]
        assert unfinished(world) == [waiting.id, leased.id]

    @pytest.mark.parametrize("status", [JobStatus.SUCCESSFUL, JobStatus.FAILED])
    def test_a_finished_job_is_not_unfinished(self, world: World, status: JobStatus) -> None:
        job, other = added(world), added(world)

        world.jobs.save(job, finished(job, status))

        assert unfinished(world) == [other.id]

    def test_a_finished_job_is_kept_for_thirty_days(self, world: World) -> None:
        job = finished(a_job())

        world.jobs.add(job)

        end = START + SECOND + timedelta(days=30)
        assert world.jobs.of("t1") == [job]
        assert unfinished(world) == []
        assert [item.expires for item in items(job.id)] == [int(end.timestamp())]

    def test_a_job_does_not_expire_before_it_is_finished(self, world: World) -> None:
        job = added(world)

        world.jobs.save(job, job._replace(status=JobStatus.WORKING, began_at=START, leased_until=START + SECOND))

        assert {item.expires for item in items(job.id)} == {None}

    def test_a_job_that_is_dropped_leaves_nothing(self, world: World) -> None:
        job, other = added(world), added(world)

        world.jobs.drop(job)

        assert items(job.id) == []
        assert world.jobs.of("t1") == [other]
        assert unfinished(world) == [other.id]

    def test_an_image_comes_with_the_job_that_makes_it(self, world: World) -> None:
        job = a_job(action=Action.CAPTURE)

        image = world.images.add(an_image(transition=Transition.CREATING), job)

        assert stored(world, image.id) == image
        assert world.jobs.get("t1", job.id) == job
        assert unfinished(world) == [job.id]

    def test_an_image_that_is_not_stored_has_no_job(self, world: World) -> None:
        world.images.add(an_image(aliases={"x": "1"}))
        image, job = an_image(aliases={"x": "1"}), a_job(action=Action.CAPTURE)

        with pytest.raises(ClaimTaken):
            world.images.add(image, job)

        assert world.images.get(image.id) is None
        assert items(job.id) == []

    def test_an_image_and_its_job_that_meet_another_transaction_are_added_again(self, world: World) -> None:
        replies, job = iter([cancelled("TransactionConflict"), None]), a_job(action=Action.CAPTURE)

        with answering("TransactWriteItems", lambda _: next(replies)) as calls:
            image = world.images.add(an_image(), job)

        assert stored(world, image.id) == image
        assert world.jobs.of("t1") == [job]
        assert len(calls) == 2

    @pytest.mark.parametrize(("name", "is_held"), NAMES)
    def test_an_alias_is_held_across_tenants(self, world: World, name: Name, is_held: bool) -> None:
        image = world.images.add(an_image(aliases={"x": "1"}, tenant_aliases={"own": "1"}))

        assert world.images.holders([name], None) == ({name: image.id} if is_held else {})

    def test_images_start_a_transition_and_lists_show_it_at_once(self, world: World) -> None:
        images = add(world, [an_image(status=Status.ACTIVE, name=name) for name in ("a", "b")])
        other = world.images.add(an_image())

        world.images.mark(images, Transition.DELETING)

        assert transitions(world, images) == {Transition.DELETING}
        assert transitions(world, [other]) == {None}
        assert shown(world) == {**{image.id: Transition.DELETING for image in images}, other.id: None}

    def test_a_hundred_images_start_a_transition_together(self, world: World) -> None:
        images = [an_image(status=Status.PENDING_DELETE) for _ in range(MOST)]
        shelve(images)

        world.images.mark(images, Transition.RECOVERING)

        found = world.images.many([image.id for image in images])
        assert len(found) == MOST
        assert {image.transition for image in found} == {Transition.RECOVERING}

    @pytest.mark.parametrize("count", [3, MOST])
    def test_if_one_image_has_changed_none_starts_a_transition(self, world: World, count: int) -> None:
        images = [an_image(status=Status.ACTIVE) for _ in range(count)]
        shelve(images)
        world.images.save(images[-2], replace(images[-2], name="new"))

        with pytest.raises(StaleImage):
            world.images.mark(images, Transition.DELETING)

        assert transitions(world, images) == {None}
        assert set(shown(world).values()) == {None}

    @pytest.mark.parametrize("members", [1, MAX_AT_ONCE + 1])
    def test_members_see_at_once_that_an_image_starts_a_transition(self, world: World, members: int) -> None:
        image = world.images.add(an_image(status=Status.ACTIVE))
        world.memberships.change(image, [a_membership(image, f"m{number}") for number in range(members)], [])

        world.images.mark([stored(world, image.id)], Transition.DELETING)

        [seen] = world.images.images(a_principal("m0"), ImageQuery())
        assert seen.transition is Transition.DELETING
        assert not world.migration.differences()

    def test_an_unknown_outcome_is_an_error_if_lists_do_not_show_the_transition(self, world: World) -> None:
        images = add(world, [an_image(status=Status.ACTIVE) for _ in range(2)])
        world.memberships.change(images[0], [a_membership(images[0], "t2")], [])
        images = [stored(world, image.id) for image in images]
        busy = HTTPStatus.BAD_REQUEST, {"Error": {"Code": "ThrottlingException", "Message": "as the test asks"}}
        replies = iter([None, busy])

        with answering("TransactWriteItems", lambda _: next(replies)), pytest.raises(OutcomeUnknown):
            world.images.mark(images, Transition.DELETING)

        assert transitions(world, images) == {Transition.DELETING}

    def test_starting_a_transition_is_a_change_of_the_image(self, world: World) -> None:
        image = world.images.add(an_image(status=Status.ACTIVE))

        world.images.mark([image], Transition.DELETING)

        with pytest.raises(StaleImage):
            world.images.save(image, replace(image, name="new"))

    @pytest.mark.parametrize(("reply", "is_race"), REPLIES)
    def test_other_errors_are_not_taken_for_changes(self, world: World, reply: Reply, is_race: bool) -> None:
        images, error = add(world, [an_image(), an_image()]), StaleImage if is_race else TransactWriteError

        with answering("TransactWriteItems", lambda _: reply), pytest.raises(error):
            world.images.mark(images, Transition.DELETING)

        assert transitions(world, images) == {None}
