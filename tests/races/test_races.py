"""What holds when several callers act at once: real threads over one catalogue."""

from functools import partial
from uuid import uuid4

import pytest

from chalicelib.catalog.errors import ClaimTaken
from chalicelib.catalog.image import Image
from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import (
    CREATE_OK,
    DELETE_OK,
    OCTETS,
    RAW,
    MakeApi,
    create,
    header_block,
    ids,
    meta,
    properties,
    upload,
)
from tests.dialects.glance_v1.glance_more import members, members_path, replace, share
from tests.factories import an_image
from tests.threads import at_once, statuses

REPEATED = pytest.mark.parametrize("turn", range(3))
THREADS = range(4)
DATA = b"bytes of an image"
KEEP = {"x-glance-registry-purge-props": "false"}


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1")


@pytest.fixture
def admin(api: Api) -> Caller:
    return api.caller("ops", "admin")


@REPEATED
def test_no_change_of_an_image_is_lost(t1: Caller, turn: int) -> None:
    path = f"/v1/images/{create(t1, data=DATA)['id']}"
    writers = [f"writer{number}" for number in THREADS]

    answers = at_once(*(partial(t1.put, path, {**KEEP, **properties(**{name: "here"})}) for name in writers))

    assert set(statuses(answers)) <= {200, 409}
    assert 200 in statuses(answers)
    changed = {name for name, answer in zip(writers, answers, strict=True) if answer.status == 200}
    left = header_block(t1.head(path))
    assert {name for name in writers if f"property-{name}" in left} == changed


@REPEATED
def test_an_id_is_given_once(api: Api, t1: Caller, turn: int) -> None:
    image_id = str(uuid4())
    headers = {**RAW, **OCTETS, **meta(id=image_id)}
    contents = [f"bytes of {number}".encode() for number in THREADS]

    answers = at_once(*(partial(t1.post, "/v1/images", headers, content) for content in contents))

    assert statuses(answers) == [CREATE_OK, 409, 409, 409]
    [winner] = [content for content, answer in zip(contents, answers, strict=True) if answer.status == CREATE_OK]
    assert t1.get(f"/v1/images/{image_id}").body == winner
    assert ids(t1.get("/v1/images")) == [image_id]
    assert len(api.stored()) == 1


@REPEATED
def test_one_upload_wins(api: Api, t1: Caller, turn: int) -> None:
    image_id = create(t1, RAW)["id"]
    contents = [f"bytes of {number}".encode() for number in THREADS]

    answers = at_once(*(partial(upload, t1, image_id, content) for content in contents))

    assert statuses(answers) == [200, 409, 409, 409]
    [winner] = [content for content, answer in zip(contents, answers, strict=True) if answer.status == 200]
    assert t1.get(f"/v1/images/{image_id}").body == winner
    assert len(api.stored()) == 1


def test_an_upload_that_starts_while_another_runs_is_refused(api: Api, t1: Caller) -> None:
    image_id = create(t1, RAW)["id"]
    others: list[Answer] = []

    def interfere() -> None:
        if not others:
            others.append(upload(t1, image_id, b"other bytes"))

    with api.on_s3("PutObject", interfere):
        answer = upload(t1, image_id, DATA)

    assert (answer.status, statuses(others)) == (200, [409])
    assert t1.get(f"/v1/images/{image_id}").body == DATA
    assert len(api.stored()) == 1


def test_a_reader_sees_the_old_members_or_the_new_ones(t1: Caller) -> None:
    image = create(t1, data=DATA)
    lists = [["a", "b", "c", "d"], ["c", "x", "y"]]
    documents = [{"memberships": [{"member_id": member} for member in tenants]} for tenants in lists]
    replace(t1, image, documents[0])

    def write() -> list[list[str]]:
        answers = [replace(t1, image, documents[turn % 2]) for turn in range(1, 7)]
        assert statuses(answers) == [204] * 6
        return []

    def read() -> list[list[str]]:
        answers = [t1.get(members_path(image)) for _ in range(12)]
        assert statuses(answers) == [200] * 12
        return [sorted(row["member_id"] for row in answer.json["members"]) for answer in answers]

    seen = [tenants for found in at_once(write, read, read) for tenants in found]

    assert [tenants for tenants in seen if tenants not in lists] == []
    assert sorted(member for member, _ in members(t1, image)) == lists[0]


@REPEATED
def test_concurrent_members_do_not_exceed_the_quota(make_api: MakeApi, turn: int) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="3").caller("t1")
    image = create(t1, data=DATA)
    tenants = [f"m{number}" for number in range(6)]

    answers = at_once(*(partial(share, t1, image, tenant) for tenant in tenants))

    assert set(statuses(answers)) <= {204, 409, 413}
    added = {tenant for tenant, answer in zip(tenants, answers, strict=True) if answer.status == 204}
    assert {member for member, _ in members(t1, image)} == added
    assert 0 < len(added) <= 3


@REPEATED
def test_a_member_is_added_once(t1: Caller, turn: int) -> None:
    image = create(t1, data=DATA)

    answers = at_once(*(partial(share, t1, image, "t2", can_share=True) for _ in THREADS))

    assert set(statuses(answers)) <= {204, 409}
    assert members(t1, image) == [("t2", True)]


@REPEATED
def test_a_deleted_image_does_not_come_back(t1: Caller, admin: Caller, turn: int) -> None:
    path = f"/v1/images/{create(t1, data=DATA)['id']}"

    deleted, *updated = at_once(
        partial(t1.delete, path),
        *(partial(t1.put, path, meta(name=f"writer {number}")) for number in THREADS),
    )

    assert deleted.status in {DELETE_OK, 409}
    assert set(statuses(updated)) <= {200, 404, 409}
    if deleted.status == DELETE_OK:
        assert header_block(admin.head(path))["status"] == "deleted"
        assert ids(t1.get("/v1/images")) == []
        assert t1.head(path).status == 404


@REPEATED
def test_an_image_is_deleted_once(api: Api, t1: Caller, turn: int) -> None:
    path = f"/v1/images/{create(t1, data=DATA)['id']}"

    answers = at_once(*(partial(t1.delete, path) for _ in THREADS))

    assert statuses(answers) == [DELETE_OK, 404, 404, 404]
    assert api.stored() == []


@REPEATED
def test_an_upload_leaves_nothing_of_a_deleted_image(api: Api, t1: Caller, admin: Caller, turn: int) -> None:
    image_id = create(t1, RAW)["id"]

    uploaded, deleted = at_once(partial(upload, t1, image_id, DATA), partial(t1.delete, f"/v1/images/{image_id}"))

    assert uploaded.status in {200, 404, 412}
    assert deleted.status == DELETE_OK
    assert header_block(admin.head(f"/v1/images/{image_id}"))["status"] == "deleted"
    assert api.stored() == []


@REPEATED
def test_a_member_added_to_an_image_being_deleted_sees_nothing(api: Api, t1: Caller, admin: Caller, turn: int) -> None:
    image = create(t1, data=DATA)

    deleted, shared = at_once(partial(t1.delete, f"/v1/images/{image['id']}"), partial(share, t1, image, "t2"))

    assert deleted.status == DELETE_OK
    assert shared.status in {204, 404}
    assert api.caller("t2").head(f"/v1/images/{image['id']}").status == 404
    assert admin.get("/v1/shared-images/t2").json == {"shared_images": []}
    assert api.world.memberships.of_image(image["id"]) == []


@REPEATED
def test_a_name_that_one_image_may_hold_goes_to_one_of_those_that_claim_it(api: Api, turn: int) -> None:
    rivals = [
        an_image(number=number, aliases={"other": "the-one"}, compute_resource=8, provider_image_id="ami-1")
        for number in range(1, 5)
    ]

    results = at_once(*(partial(_try_to_add, api, image) for image in rivals))

    assert sorted(results, key=len) == [(), *[("alias/other/the-one", "uuid/t1/8/ami-1")] * 3]
    kept = {image.id for image in api.world.images.many([image.id for image in rivals])}
    assert kept == {image.id for image, lost in zip(rivals, results, strict=True) if not lost}


def _try_to_add(api: Api, image: Image) -> tuple[str, ...]:
    """The claims that were lost; none if the image was added."""
    try:
        api.world.images.add(image)
    except ClaimTaken as taken:
        return taken.claims
    return ()
