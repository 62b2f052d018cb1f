"""Image data that a request had: it is active at once, and the worker looks at it when the bucket tells of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.event import What
from chalicelib.catalog.image import Changes, Image, Inspecting, NewImage, Status, Transition
from chalicelib.jobs.worker import MAX_LOOKS
from tests.api import ORDINARY, Api, a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1 import glance as v1
from tests.dialects.glance_v2 import glance as v2
from tests.jobs import disks
from tests.jobs.arriving import FORMATS, catalog_of, steps, told
from tests.jobs.jobs import GRACE, Stage

GIGABYTE = 1 << 30
BACKED = disks.qcow2(backing=512)
QCOW2 = {"disk_format": "qcow2", "container_format": "bare"}
UNSAFE = "The image is unsafe: it needs a backing file, which is not part of it."
OF_ANOTHER_FORMAT = "The image is raw, not qcow2."


@contextmanager
def staged(make_api: MakeApi, aws: Aws, **settings: str) -> Iterator[Stage]:
    with told(Stage(make_api(**settings), aws)) as stage:
        yield stage


@pytest.fixture
def enforcing(make_api: MakeApi, aws: Aws) -> Iterator[Stage]:
    with staged(make_api, aws, INSPECTION="enforce", DELAYED_DELETE="true") as stage:
        yield stage


@pytest.fixture
def recording(make_api: MakeApi, aws: Aws) -> Iterator[Stage]:
    with staged(make_api, aws, INSPECTION="record") as stage:
        yield stage


def by_glance_v1(stage: Stage, data: bytes) -> str:
    image_id: str = v1.create(stage.api.caller("t1"), v1.meta(disk_format="qcow2"), data)["id"]
    return image_id


def by_glance_v2(stage: Stage, data: bytes) -> str:
    image_id: str = v2.an_active_one(stage.api.caller("t1"), data, **QCOW2)["id"]
    return image_id


DIALECTS = {"glance_v1": by_glance_v1, "glance_v2": by_glance_v2}


def sent(stage: Stage, data: bytes, **fields: Any) -> Image:
    """An image whose bytes came within a request, and were not looked at yet."""
    new = NewImage({**FORMATS, "disk_format": "qcow2", "status": Status.SAVING, **fields})  # type: ignore[typeddict-item]
    catalog = catalog_of(stage)
    return catalog.content.upload(catalog.register(new), data)


def now(stage: Stage, image_id: str) -> Image:
    return v1.record(stage.api, image_id)


def history(stage: Stage, image_id: str) -> list[tuple[str, str, str | None]]:
    """What happened, who did it, and why it failed."""
    return [(each.what, each.actor.user, each.reason) for each in catalog_of(stage).history.of(image_id, limit=9)]


@pytest.mark.parametrize("send", DIALECTS.values(), ids=DIALECTS)
def test_an_image_is_active_until_it_is_killed_with_a_reason(
    enforcing: Stage, send: Callable[[Stage, bytes], str]
) -> None:
    image_id = send(enforcing, BACKED)
    before = now(enforcing, image_id).status, len(enforcing.api.stored())

    steps(enforcing)

    image = now(enforcing, image_id)
    assert before == (Status.ACTIVE, 1)
    assert (image.status, enforcing.api.stored()) == (Status.KILLED, [])
    assert (image.status_reason or "").startswith(UNSAFE)
    assert image.inspection == {"formats": ["qcow2"], "findings": ["backing_file"]}
    assert history(enforcing, image_id)[-1] == (What.KILLED, "rosetta", image.status_reason)


@pytest.mark.parametrize("send", DIALECTS.values(), ids=DIALECTS)
def test_an_image_stays_active_and_tells_what_it_is(recording: Stage, send: Callable[[Stage, bytes], str]) -> None:
    image_id = send(recording, BACKED)
    before = now(recording, image_id)

    steps(recording)

    image = now(recording, image_id)
    assert (image.status, image.virtual_size, image.uninspected) == (Status.ACTIVE, GIGABYTE, False)
    assert image.inspection == {"formats": ["qcow2"], "findings": ["backing_file"]}
    assert image.updated_at == before.updated_at
    assert history(recording, image_id)[-1] == (What.INSPECTED, "rosetta", None)


def test_glance_v1_shows_what_was_found_as_soon_as_somebody_has_looked(recording: Stage) -> None:
    t1 = recording.api.caller("t1")
    image_id = by_glance_v1(recording, BACKED)
    before = v1.header_block(t1.head(f"/v1/images/{image_id}"))

    steps(recording)

    after = v1.header_block(t1.head(f"/v1/images/{image_id}"))
    added = {name: value for name, value in after.items() if name not in before}
    assert added == {
        "property-inspection_formats": "qcow2",
        "property-inspection_findings": "backing_file",
        "virtual_size": str(GIGABYTE),
    }


def test_the_bytes_of_a_killed_image_are_no_longer_charged(enforcing: Stage) -> None:
    image = sent(enforcing, BACKED)
    used = enforcing.api.world.images.totals("t1").size

    steps(enforcing)

    assert (used, enforcing.api.world.images.totals("t1").size) == (len(BACKED), 0)
    assert now(enforcing, image.id).location is not None


def test_the_sweep_removes_bytes_that_the_store_kept(enforcing: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    image = sent(enforcing, BACKED)
    with enforcing.api.s3_fault("DeleteObject", "SlowDown", 503):
        steps(enforcing)
    kept = len(enforcing.api.stored())

    enforcing.api.clock.advance(GRACE)
    enforcing.api.world.reaper.sweep()

    assert (kept, enforcing.api.stored()) == (1, [])
    assert now(enforcing, image.id).location is None


def test_an_image_that_is_what_was_declared_stays_active(enforcing: Stage) -> None:
    image = sent(enforcing, disks.qcow2())

    steps(enforcing)

    found = now(enforcing, image.id)
    assert (found.status, found.virtual_size, found.inspection) == (Status.ACTIVE, GIGABYTE, {"formats": ["qcow2"]})


def test_an_image_is_killed_if_the_token_wants_it_that_its_bytes_came_with(recording: Stage) -> None:
    strict = replace(a_caller("t1", *ORDINARY), inspecting=Inspecting.ENFORCE)
    new = NewImage({**FORMATS, "disk_format": "qcow2", "status": Status.SAVING})
    catalog = recording.api.world.catalog(strict)
    image = catalog.content.upload(catalog.register(new), BACKED)

    steps(recording)

    assert now(recording, image.id).status is Status.KILLED


def test_an_image_stays_active_that_was_let_through(enforcing: Stage) -> None:
    image = sent(enforcing, BACKED)
    enforcing.api.world.catalog(a_caller("ops", "admin")).allow(image.id)

    steps(enforcing)

    found = now(enforcing, image.id)
    assert (found.status, found.uninspected) == (Status.ACTIVE, False)
    assert found.inspection == {"formats": ["qcow2"], "findings": ["backing_file"]}
    assert [what for what, _, _ in history(enforcing, image.id)][-2:] == [What.ALLOWED, What.INSPECTED]


def test_nothing_is_looked_at_if_the_operator_does_not_want_it(make_api: MakeApi, aws: Aws) -> None:
    with staged(make_api, aws, INSPECTION="off") as stage:
        image = sent(stage, BACKED)

        steps(stage)

        assert now(stage, image.id) == image
        assert not image.uninspected


def test_an_image_that_came_before_the_operator_wanted_nothing_is_left_alone(aws: Aws, recording: Stage) -> None:
    image = sent(recording, BACKED)

    steps(Stage(Api({"INSPECTION": "off"}, aws), aws))

    assert now(recording, image.id) == replace(image, uninspected=False, version=image.version + 1)


def test_an_event_that_comes_twice_changes_nothing_more(recording: Stage) -> None:
    image = sent(recording, BACKED)
    steps(recording)
    before = now(recording, image.id)

    recording.api.world.queue.announce(image.id, (image.location or "").rpartition("/")[2], 1)
    steps(recording)

    assert now(recording, image.id) == before


def test_an_event_that_comes_before_its_request_has_written_it_down_is_repeated(recording: Stage) -> None:
    catalog = catalog_of(recording)
    image = catalog.register(NewImage({**FORMATS, "status": Status.SAVING}))
    location = recording.api.world.blobs.put(image.id, disks.qcow2())
    steps(recording)
    waiting = recording.messages()

    saved = replace(now(recording, image.id), status=Status.ACTIVE, location=location, uninspected=True)
    recording.api.world.images.save(now(recording, image.id), saved)
    recording.api.world.queue.announce(image.id, location.rpartition("/")[2], 2)  # as if its time had come
    steps(recording)

    assert waiting == (1, 1)
    assert now(recording, image.id).inspection == {"formats": ["qcow2"]}


def test_an_image_whose_request_does_not_end_is_looked_at_a_few_times_only(recording: Stage) -> None:
    image = catalog_of(recording).register(NewImage({**FORMATS, "status": Status.SAVING}))

    recording.api.world.queue.announce(image.id, "object", MAX_LOOKS)
    steps(recording)

    assert recording.messages() == (0, 0)
    assert now(recording, image.id) == image


CHANGES: dict[str, dict[str, Any]] = {
    "deleted": {"status": Status.DELETED},
    "its deletion waits": {"status": Status.PENDING_DELETE},
    "its deletion began": {"transition": Transition.DELETING},
    "it has other bytes": {"location": "s3://rosetta-images/other"},
    "killed": {"status": Status.KILLED},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_image_that_somebody_has_ended_is_left_alone(enforcing: Stage, change: dict[str, Any]) -> None:
    image = sent(enforcing, BACKED)
    changed = enforcing.api.world.images.save(image, replace(image, **change))

    steps(enforcing)

    assert now(enforcing, image.id) == changed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_image_that_somebody_ends_meanwhile_is_left_alone(enforcing: Stage, change: dict[str, Any]) -> None:
    image = sent(enforcing, BACKED)
    changed: list[Image] = []

    def end() -> None:
        if not changed:
            changed.append(enforcing.api.world.images.save(image, replace(image, **change)))

    with enforcing.api.on_s3("GetObject", end):
        steps(enforcing)

    assert now(enforcing, image.id) == changed[0]
    assert len(enforcing.api.stored()) == 1


def test_what_an_owner_changes_meanwhile_is_kept_and_decides(enforcing: Stage) -> None:
    image = sent(enforcing, b"bytes")
    changes: Changes = {"disk_format": "raw", "name": "new"}

    with enforcing.api.on_s3("GetObject", lambda: catalog_of(enforcing).update(image.id, lambda _: changes)):
        steps(enforcing)

    found = now(enforcing, image.id)
    assert (found.status, found.name, found.inspection) == (Status.ACTIVE, "new", {"formats": ["raw"]})


@pytest.mark.parametrize("status", [Status.DEACTIVATED, Status.DEPRECATED])
def test_nobody_saves_an_image_by_shelving_it(enforcing: Stage, status: Status) -> None:
    image = sent(enforcing, b"bytes")
    enforcing.api.world.images.save(image, replace(image, status=status))

    steps(enforcing)

    found = now(enforcing, image.id)
    assert (found.status, (found.status_reason or "").startswith(OF_ANOTHER_FORMAT)) == (Status.KILLED, True)


def test_the_sweep_comes_to_what_the_bucket_did_not_tell_of(enforcing: Stage) -> None:
    image = sent(enforcing, BACKED)
    enforcing.lose_messages()
    early = enforcing.api.world.reaper.sweep()

    enforcing.api.clock.advance(GRACE)
    found = enforcing.api.world.reaper.sweep()
    steps(enforcing)

    assert (early, found) == (0, 1)
    assert now(enforcing, image.id).status is Status.KILLED


def test_the_sweep_comes_to_an_image_that_was_restored(enforcing: Stage) -> None:
    image = sent(enforcing, BACKED)
    catalog_of(enforcing).delete(image.id)
    steps(enforcing)
    catalog_of(enforcing).restore(image.id)

    enforcing.api.clock.advance(GRACE)
    enforcing.api.world.reaper.sweep()
    steps(enforcing)

    assert now(enforcing, image.id).status is Status.KILLED


def test_the_sweep_does_not_come_to_what_was_looked_at(recording: Stage) -> None:
    sent(recording, BACKED)
    steps(recording)

    recording.api.clock.advance(GRACE)

    assert recording.api.world.reaper.sweep() == 0


def test_an_image_whose_bytes_are_lost_is_left_alone(enforcing: Stage) -> None:
    image = sent(enforcing, BACKED)
    enforcing.api.world.blobs.delete(image.location or "")

    steps(enforcing)

    found = now(enforcing, image.id)
    assert (found.status, found.uninspected, found.inspection) == (Status.ACTIVE, False, None)


def test_a_store_that_fails_is_asked_again(enforcing: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    image = sent(enforcing, BACKED)
    with enforcing.api.s3_fault("GetObject", "SlowDown", 503):
        steps(enforcing)
    before = now(enforcing, image.id)

    enforcing.api.world.queue.announce(image.id, (image.location or "").rpartition("/")[2], 1)
    steps(enforcing)

    assert before == image
    assert now(enforcing, image.id).status is Status.KILLED


def test_staged_bytes_are_looked_at_when_they_are_imported(enforcing: Stage) -> None:
    t1 = enforcing.api.caller("t1")
    image = v2.a_raw_one(t1, **QCOW2)
    t1.put(v2.path_of(image, "stage"), v2.OCTETS, BACKED)
    steps(enforcing)
    staged_one = now(enforcing, image["id"])

    v2.post(t1, {"method": {"name": "glance-direct"}}, v2.path_of(image, "import"))
    steps(enforcing)

    ended = now(enforcing, image["id"])
    assert (staged_one.status, staged_one.uninspected, staged_one.inspection) == (Status.UPLOADING, False, None)
    assert (ended.status, (ended.status_reason or "").startswith(UNSAFE)) == (Status.UPLOADING, True)
