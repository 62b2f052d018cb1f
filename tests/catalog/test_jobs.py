"""What is begun at once and done by the worker: who may begin it, on which images, and what is remembered of it."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.errors import (
    CatalogError,
    EditConflict,
    ImageNotFound,
    ImageProtected,
    InstanceNotFound,
    Invalid,
    JobNotFound,
    NotOwner,
    PolicyMissing,
    TenantMissing,
    WrongStatus,
    ZoneUnknown,
)
from chalicelib.catalog.image import Status, Transition, Visibility
from chalicelib.catalog.job import Action, JobStatus
from chalicelib.catalog.jobs import DELETABLE
from chalicelib.catalog.principal import Policy
from tests.api import Api
from tests.jobs.jobs import LONG_AGO, ORDER, Stage

ALIAS = {"qingcloud": "img-0TAKEN00"}
UNKNOWN = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
WITHOUT_READING = str(Policy.CREATE_IMAGE)
WITHOUT_WRITING = str(Policy.READ_IMAGES)


@pytest.fixture
def stage(api: Api, aws: Aws) -> Stage:
    return Stage(api, aws)


def test_a_capture_is_stored_before_it_is_queued(stage: Stage) -> None:
    with stage.sqs_fault():
        job = stage.capture()

    assert stage.stored(job) == job
    assert (job.action, job.status, job.request_id, job.zone) == (Action.CAPTURE, JobStatus.PENDING, "req-1", "ac1")
    assert stage.image(job).transition is Transition.CREATING


def test_a_capture_is_queued_once(stage: Stage) -> None:
    stage.lose_messages()

    stage.capture()

    assert stage.messages() == (1, 0)


def test_a_captured_image_has_no_longer_name_than_others(stage: Stage) -> None:
    machine = stage.machine()

    with pytest.raises(Invalid, match="longer than 255 characters"):
        stage.jobs().capture(machine, "n" * 256, ORDER, lambda: {"qingcloud": "img-00000001"})

    assert stage.jobs().all() == []


def test_a_captured_image_is_what_its_machine_is(stage: Stage) -> None:
    machine = stage.machine(os_family="debian", platform="linux", architecture="i386", size_gb=7)

    job = stage.jobs().capture(machine, "", ORDER, lambda: {"qingcloud": "img-00000001"})
    image = stage.image(job)

    assert (image.os_family, image.platform, image.architecture, image.size) == ("debian", "linux", "i386", 7 * 2**30)
    assert (image.name, image.status, image.source_instance, image.owner) == (None, Status.QUEUED, machine, "t1")
    assert job.names == ("img-00000001",)


def test_an_alias_that_is_taken_is_replaced(stage: Stage) -> None:
    stage.add(aliases=ALIAS)
    offers: Iterator[Mapping[str, str]] = iter([ALIAS, {"qingcloud": "img-000FREE0"}])

    job = stage.jobs().capture(stage.machine(), "web", ORDER, lambda: next(offers))

    assert job.names == ("img-000FREE0",)
    assert len(stage.jobs().all()) == 1


def test_aliases_that_are_always_taken_are_given_up(stage: Stage) -> None:
    stage.add(aliases=ALIAS)

    with pytest.raises(EditConflict):
        stage.jobs().capture(stage.machine(), "web", ORDER, lambda: ALIAS)

    assert stage.jobs().all() == []


@pytest.mark.parametrize("facts", [{"tenant": "t2"}, {"zone": "ac2"}], ids=["another tenant's", "another zone's"])
def test_machines_of_others_are_unknown(stage: Stage, facts: dict[str, str]) -> None:
    machine = stage.machine(**facts)

    with pytest.raises(InstanceNotFound):
        stage.jobs().capture(machine, "web", ORDER, dict)


def test_a_running_machine_is_not_captured(stage: Stage) -> None:
    machine = stage.machine(state="running")

    with pytest.raises(WrongStatus):
        stage.jobs().capture(machine, "web", ORDER, dict)


def test_who_has_no_tenant_captures_nothing(stage: Stage) -> None:
    machine = stage.machine()

    with pytest.raises(TenantMissing):
        stage.jobs(None).capture(machine, "web", ORDER, dict)


def test_each_use_needs_its_policy(stage: Stage) -> None:
    image, jobs = stage.add(), stage.jobs("t1", WITHOUT_WRITING)
    blind = stage.jobs("t1", WITHOUT_READING)
    uses: list[Callable[[], object]] = [
        lambda: jobs.capture(UNKNOWN, "web", ORDER, dict),
        lambda: jobs.delete([image.id], ORDER),
        lambda: jobs.recover([image.id], ORDER, LONG_AGO),
        blind.all,
        lambda: blind.job(UNKNOWN),
    ]

    refused = [use for use in uses if _refusal(use) is PolicyMissing]

    assert refused == uses


def _refusal(use: Callable[[], object]) -> type[CatalogError] | None:
    try:
        use()
    except CatalogError as error:
        return type(error)
    return None


@pytest.mark.parametrize("status", sorted(DELETABLE))
def test_a_deletion_marks_its_images_and_leaves_their_status(stage: Stage, status: Status) -> None:
    image = stage.add(status=status)

    job = stage.jobs().delete([image.id], ORDER)

    assert (stage.image(job).status, stage.image(job).transition) == (status, Transition.DELETING)
    assert (job.images, job.names) == ((image.id,), (image.id,))


REFUSALS: dict[str, tuple[dict[str, object], type[CatalogError]]] = {
    "protected": ({"protected": True}, ImageProtected),
    "queued": ({"status": Status.QUEUED}, WrongStatus),
    "deleted": ({"status": Status.PENDING_DELETE}, WrongStatus),
    "being deleted": ({"transition": Transition.DELETING}, WrongStatus),
    "another zone's": ({"zone": "ac2"}, ImageNotFound),
    "another tenant's": ({"owner": "t2", "visibility": Visibility.PUBLIC}, NotOwner),
}


@pytest.mark.parametrize(("facts", "refusal"), REFUSALS.values(), ids=REFUSALS.keys())
def test_one_image_that_is_refused_keeps_all_from_deletion(
    stage: Stage, facts: dict[str, object], refusal: type[CatalogError]
) -> None:
    fine, other = stage.add(), stage.add(**facts)

    with pytest.raises(refusal):
        stage.jobs().delete([fine.id, other.id], ORDER)

    assert stage.api.world.images.many([fine.id]) == [fine]
    assert stage.jobs().all() == []


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DELETED, Status.QUEUED])
def test_only_what_waits_to_be_deleted_is_recovered(stage: Stage, status: Status) -> None:
    image = stage.add(status=status)

    with pytest.raises(WrongStatus):
        stage.jobs().recover([image.id], ORDER, LONG_AGO)

    assert stage.jobs().all() == []


def test_what_has_waited_too_long_is_not_recovered(stage: Stage) -> None:
    image = stage.add(status=Status.PENDING_DELETE)

    with pytest.raises(WrongStatus):
        stage.jobs().recover([image.id], ORDER, image.status_changed_at)

    assert stage.api.world.images.many([image.id]) == [image]


def test_a_deletion_that_others_outrun_is_decided_again(stage: Stage) -> None:
    image = stage.add()

    with stage.outrun(times=1, at="images"):
        job = stage.jobs().delete([image.id], ORDER)

    assert stage.image(job).transition is Transition.DELETING
    assert [found.id for found in stage.jobs().all()] == [job.id]


def test_a_deletion_that_is_always_outrun_leaves_no_job(stage: Stage) -> None:
    image = stage.add()

    with stage.outrun(at="images"), pytest.raises(EditConflict):
        stage.jobs().delete([image.id], ORDER)

    assert stage.jobs().all() == []
    assert stage.api.world.images.many([image.id]) == [image]


def test_what_is_done_already_is_remembered_as_a_success(stage: Stage) -> None:
    image = stage.add()
    stage.lose_messages()

    job = stage.jobs().record(Action.MODIFY, image, "my name", ORDER)

    found = stage.jobs().job(job.id)
    assert (found.status, found.names, found.images) == (JobStatus.SUCCESSFUL, ("my name",), (image.id,))
    assert found.began_at is not None
    assert found.finished_at is not None
    assert found.created_at <= found.began_at <= found.finished_at
    assert stage.messages() == (0, 0)


def test_jobs_are_listed_newest_first(stage: Stage) -> None:
    jobs = [stage.delete(1) for _ in range(3)]

    found = stage.jobs().all()

    assert [job.id for job in found] == [job.id for job in reversed(jobs)]


@pytest.mark.parametrize("tenant", ["t2", None], ids=["another tenant", "no tenant"])
def test_jobs_of_others_are_unknown(stage: Stage, tenant: str | None) -> None:
    job = stage.delete(1)

    with pytest.raises(JobNotFound):
        stage.jobs(tenant).job(job.id)

    assert stage.jobs(tenant).all() == []


def test_a_zone_that_is_not_configured_is_unknown(stage: Stage) -> None:
    with pytest.raises(ZoneUnknown) as refusal:
        stage.jobs().check_zone("mars")

    stage.jobs().check_zone("ac1")
    assert "mars" in str(refusal.value)
