"""What a write to an image is called."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.event import SYSTEM, TOLD, UNTOLD, Event, What, event_of
from chalicelib.catalog.image import MOVES, Image, Inspecting, Status, Transition, Visibility
from tests.factories import START, an_image

PLACE = "s3://bucket/key"


def after(old: Image | None, **changes: Any) -> Event | None:
    new = an_image() if old is None else replace(old, **changes)
    return event_of(old, new, SYSTEM, START)


def told(event: Event | None) -> tuple[str, tuple[str, ...]] | None:
    return None if event is None else (event.what, event.fields)


def test_a_new_image_is_created() -> None:
    assert told(after(None)) == (What.CREATED, ())


@pytest.mark.parametrize(
    ("status", "changes", "expected"),
    [
        (Status.QUEUED, {"name": "new", "login_password": "secret"}, (What.CHANGED, ("name", "login_password"))),
        (Status.ACTIVE, {"visibility": Visibility.PUBLIC}, (What.PUBLISHED, ("visibility",))),
        (
            Status.ACTIVE,
            {"dialect_facts": {"d": {"visibility": "x", "allowed": 1}}},
            (What.CHANGED, ("allowed", "visibility")),
        ),
        (Status.ACTIVE, {"visibility": Visibility.PUBLIC, "name": "new"}, (What.PUBLISHED, ("name", "visibility"))),
        (Status.ACTIVE, {"status": Status.DEACTIVATED}, (What.DEACTIVATED, ("status",))),
        (Status.DEPRECATED, {"status": Status.DEACTIVATED}, (What.DEACTIVATED, ("status",))),
        (Status.ACTIVE, {"status": Status.DEPRECATED}, (What.DEPRECATED, ("status",))),
        (Status.SAVING, {"allowed": True}, (What.ALLOWED, ())),
        (Status.QUEUED, {"status": Status.SAVING, "inspecting": Inspecting.ENFORCE}, None),
        (Status.DEACTIVATED, {"status": Status.ACTIVE, "name": "new"}, (What.REACTIVATED, ("name", "status"))),
        (Status.QUEUED, {"status": Status.SAVING}, None),
        (Status.QUEUED, {"status": Status.SAVING, "size": 7, "transition": Transition.CREATING}, None),
        (Status.QUEUED, {"status": Status.SAVING, "name": "new"}, (What.CHANGED, ("name",))),
        (Status.SAVING, {"size": 7}, (What.CHANGED, ("size",))),
        (Status.QUEUED, {"status": Status.ACTIVE, "location": PLACE}, (What.UPLOADED, ("status", "location"))),
        (Status.SAVING, {"status": Status.ACTIVE, "size": 7}, (What.UPLOADED, ("status", "size"))),
        (Status.QUEUED, {"status": Status.KILLED}, (What.KILLED, ())),
        (Status.SAVING, {"status": Status.KILLED, "location": PLACE}, (What.KILLED, ())),
        (Status.SAVING, {"status": Status.QUEUED, "size": None, "transition": None}, (What.FAILED, ())),
        (Status.SAVING, {"status": Status.UPLOADING, "size": 7}, (What.STAGED, ("status", "size"))),
        (Status.UPLOADING, {"transition": Transition.CREATING}, None),
        (Status.UPLOADING, {"status": Status.ACTIVE, "checksum": "0" * 32}, (What.UPLOADED, ("status", "checksum"))),
        (Status.ACTIVE, {"status": Status.PENDING_DELETE}, (What.DELETED, ())),
        (Status.ACTIVE, {"status": Status.DELETED, "properties": {}}, (What.DELETED, ())),
        (Status.PENDING_DELETE, {"status": Status.ACTIVE}, (What.RESTORED, ())),
        (Status.DELETED, {"status": Status.ACTIVE}, (What.RESTORED, ())),
        (Status.PENDING_DELETE, {"status": Status.DELETED}, (What.PURGED, ())),
        (Status.KILLED, {"name": "new"}, (What.CHANGED, ("name",))),
        (Status.ACTIVE, {"transition": Transition.DELETING}, None),
        (Status.ACTIVE, {"inspection": {}, "virtual_size": 7}, (What.INSPECTED, ("virtual_size",))),
        (Status.ACTIVE, {"inspection": {}, "status": Status.KILLED}, (What.KILLED, ())),
        (Status.ACTIVE, {"member_count": 3, "updated_at": START + timedelta(1)}, None),
    ],
)
def test_a_write_is_told_by_what_it_means(
    status: Status, changes: dict[str, Any], expected: tuple[What, tuple[str, ...]] | None
) -> None:
    assert told(after(an_image(status=status), **changes)) == expected


@pytest.mark.parametrize("status", [Status.QUEUED, Status.UPLOADING])
def test_a_job_that_failed_is_told_though_its_image_stays_what_it_was(status: Status) -> None:
    ordered = an_image(status=status, transition=Transition.CREATING)

    assert told(after(ordered, transition=None, status_reason="not there")) == (What.FAILED, ())


@pytest.mark.parametrize("status", [Status.KILLED, Status.DELETED])
def test_that_bytes_which_were_left_are_gone_is_not_told(status: Status) -> None:
    assert after(an_image(status=status, location=PLACE, member_count=1), location=None, member_count=0) is None


def test_a_public_image_is_withdrawn() -> None:
    public = an_image(visibility=Visibility.PUBLIC)

    assert told(after(public, visibility=Visibility.SHARED)) == (What.WITHDRAWN, ("visibility",))


def test_every_move_but_the_first_step_of_an_upload_is_told() -> None:
    silent = {
        (old, new)
        for old, targets in MOVES.items()
        for new in targets
        if after(an_image(status=old), status=new) is None
    }

    assert silent == {(Status.QUEUED, Status.SAVING)}


def test_every_field_is_either_told_or_follows_from_others() -> None:
    assert {field.name for field in fields(Image)} == {*TOLD, *UNTOLD}
    assert set(TOLD) & UNTOLD == set()


@pytest.mark.parametrize("status", [Status.KILLED, Status.QUEUED])
def test_the_reason_is_told_of_uploads_that_failed_only(status: Status) -> None:
    killed = after(an_image(status=Status.SAVING), status=status, status_reason="too slow")
    deleted = after(an_image(status=Status.KILLED, status_reason="too slow"), status=Status.DELETED)

    assert killed is not None
    assert deleted is not None
    assert (killed.reason, deleted.reason) == ("too slow", None)
