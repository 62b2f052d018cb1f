"""What callers that act at once may have together: never a byte, or an image, more than is allowed."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import CREATE_OK, RAW, create, ids, upload
from tests.dialects.glance_v1.glance_more import members, share
from tests.dialects.glance_v1.sending import PART, abort, ask, complete, md5, send_all
from tests.dialects.glance_v2 import glance as glance_v2
from tests.threads import at_once, statuses

REPEATED = pytest.mark.parametrize("turn", range(3))
DATA = b"x" * 30
FITTING = 3
"""How many of these have room."""
UPLOAD = {"size": len(DATA), "part_size": PART, "parts": [{"number": 1, "md5": md5(DATA)}]}
DAY = 24 * 60 * 60


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(USER_STORAGE_QUOTA=str(FITTING * len(DATA)), SHARED_IMAGES_QUOTA=str(FITTING))


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1")


def opened(caller: Caller) -> dict[str, Any]:
    """An upload that is begun and not ended."""
    answer = ask(caller, f"{create(caller, RAW)['id']}/uploads", UPLOAD)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json["upload"]
    return found


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


def used(api: Api) -> int:
    return api.world.images.totals("t1").size


@REPEATED
def test_uploads_that_come_at_once_never_have_more_bytes_than_the_quota(api: Api, t1: Caller, turn: int) -> None:
    images = [create(t1, RAW)["id"] for _ in range(8)]
    inline = [partial(upload, t1, image, DATA) for image in images[::2]]
    begun = [partial(ask, t1, f"{image}/uploads", UPLOAD) for image in images[1::2]]

    answers = at_once(*inline, *begun)

    assert set(statuses(answers)) <= {200, 201, 409, 413}
    won = [answer for answer in answers if answer.status < 300]
    assert 0 < len(won) <= FITTING
    assert used(api) == len(won) * len(DATA)
    assert not api.world.migration.differences()


@REPEATED
def test_images_that_are_created_with_data_at_once_never_have_more_bytes_than_the_quota(
    api: Api, t1: Caller, turn: int
) -> None:
    octets = {**RAW, "Content-Type": "application/octet-stream"}

    answers = at_once(*(partial(t1.post, "/v1/images", octets, DATA) for _ in range(6)))

    won = [answer for answer in answers if answer.status == CREATE_OK]
    assert set(statuses(answers)) <= {CREATE_OK, 409, 413}
    assert 0 < len(won) <= FITTING
    assert used(api) == len(won) * len(DATA) == len(api.stored()) * len(DATA)


def _delete(api: Api, t1: Caller, image_id: str) -> None:
    assert t1.delete(f"/v1/images/{image_id}").status < 300


def _expire(api: Api, _caller: Caller, _image_id: str) -> None:
    for _ in range(4):
        api.clock.advance(DAY + 1)
        api.world.reaper.sweep()
        api.work()


@pytest.mark.parametrize("end", [_delete, _expire])
def test_room_that_was_kept_for_an_upload_is_given_back(
    api: Api, t1: Caller, end: Callable[[Api, Caller, str], None]
) -> None:
    uploads = [opened(t1) for _ in range(FITTING)]
    last = create(t1, RAW)["id"]
    assert ask(t1, f"{last}/uploads", UPLOAD).status == upload(t1, create(t1, RAW)["id"], DATA).status == 413

    end(api, t1, uploads[0]["image_id"])

    assert ask(t1, f"{last}/uploads", UPLOAD).status == 201
    assert not api.world.migration.differences()


def test_room_is_given_back_once_however_an_upload_ends(api: Api, t1: Caller) -> None:
    begun = opened(t1)

    answers = at_once(
        partial(abort, t1, begun),
        partial(t1.delete, f"/v1/images/{begun['image_id']}"),
        partial(t1.put, f"/v1/images/{begun['image_id']}", {"x-image-meta-name": "new"}),
    )
    _expire(api, t1, "")

    assert all(answer.status in {200, 204, 404, 409} for answer in answers)
    assert used(api) == 0
    assert not api.world.migration.differences()


@pytest.mark.parametrize("size", ["0", "29", "31", "90", "91"])
def test_a_size_that_is_changed_while_bytes_come_makes_no_room(api: Api, t1: Caller, size: str) -> None:
    begun = opened(t1)

    t1.put(f"/v1/images/{begun['image_id']}", {"x-image-meta-size": size})
    complete(t1, begun, send_all(begun, DATA))
    api.work()
    _expire(api, t1, "")

    [image] = api.world.images.many([begun["image_id"]])
    assert used(api) == (len(DATA) if image.status is Status.ACTIVE else 0)
    assert not api.world.migration.differences()


@REPEATED
def test_sharers_that_come_at_once_never_give_a_tenant_more_images_than_its_quota(
    api: Api, t1: Caller, turn: int
) -> None:
    images = [create(t1, RAW) for _ in range(6)]

    answers = at_once(*(partial(share, t1, image, "t2") for image in images))

    given = [image["id"] for image in images if members(t1, image)]
    assert set(statuses(answers)) <= {204, 409, 413}
    assert 0 < len(given) <= FITTING
    assert sorted(ids(api.caller("t2").get("/v1/images"))) == sorted(given)
    assert not api.world.migration.differences()


@pytest.mark.parametrize("meanwhile", ["private", "community"])
@pytest.mark.parametrize("crowd", [0, 40])
def test_images_that_are_shared_again_at_once_never_give_a_tenant_more_than_its_quota(
    make_api: MakeApi, meanwhile: str, crowd: int
) -> None:
    api = make_api(SHARED_IMAGES_QUOTA=str(FITTING))
    a, b = api.caller("t1"), api.caller("t2")
    images = [glance_v2.create(a) for _ in range(2 * FITTING)]
    for number, image in enumerate(images):
        for member in ["t2", *(f"m{number}-{each}" for each in range(crowd))]:
            glance_v2.share(a, image, member)
        assert glance_v2.change(a, image, visibility=meanwhile).status == 200

    turns = [partial(glance_v2.change, a, image, visibility="shared") for image in images]
    answers = [turn() for turn in turns] if crowd else at_once(*turns)

    shared = [image["id"] for image, answer in zip(images, answers, strict=True) if answer.status == 200]
    assert set(statuses(answers)) == {200, 413}
    assert len(shared) == FITTING
    assert sorted(glance_v2.ids(b, "member_status=all")) == sorted(shared)
    assert {glance_v2.shown(a, image)["visibility"] for image in images} == {"shared", meanwhile}
    assert not api.world.migration.differences()


@REPEATED
def test_writers_and_sharers_of_an_image_of_very_many_members_leave_all_rows_as_the_image_is(
    api: Api, t1: Caller, turn: int
) -> None:
    image = create(t1, RAW)
    crowd = [{"member_id": f"m{number:02d}"} for number in range(45)]
    assert t1.put(f"/v1/images/{image['id']}/members", body=dumped({"memberships": crowd})).status == 204
    path, keep = f"/v1/images/{image['id']}", {"x-glance-registry-purge-props": "false"}
    renames: Sequence[Callable[[], Answer]] = [
        partial(t1.put, path, {**keep, "x-image-meta-name": f"writer {number}"}) for number in range(3)
    ]

    answers = at_once(
        *renames,
        partial(share, t1, image, "late"),
        partial(t1.delete, f"{path}/members/m07"),
        partial(t1.put, f"{path}/members", body=dumped({"memberships": crowd[9:]})),
    )

    assert set(statuses(answers)) <= {200, 204, 404, 409, 503}
    api.world.reaper.sweep()
    assert not api.world.migration.differences()
