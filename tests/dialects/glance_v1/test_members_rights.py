"""Who may see and change members: cases 136 to 144."""

from typing import Any

import pytest

from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import MakeApi, create, denying, ids, meta, says
from tests.dialects.glance_v1.glance_more import (
    UNKNOWN,
    member_path,
    members,
    members_path,
    publish,
    replace,
    share,
)

DATA = b"bytes of an image"
CHANGES = [
    pytest.param("PUT", "/members", b'{"memberships": [{"member_id": "t9"}]}', id="replace"),
    pytest.param("PUT", "/members/t9", b"", id="add"),
    pytest.param("DELETE", "/members/t3", b"", id="remove"),
]
READ = pytest.param("GET", "/members", b"", id="list")


def entries(count: int) -> dict[str, Any]:
    return {"memberships": [{"member_id": f"m{index}"} for index in range(count)]}


def test_case_136_a_replacement_beyond_the_quota_changes_nothing(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="1").caller("t1")
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = replace(t1, image, entries(2))

    assert answer.status == 413
    assert says(answer, "Attempted: 2, Maximum: 1")
    assert members(t1, image) == [("t2", False)]


def test_case_136_a_replacement_within_the_quota_is_made(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="1").caller("t1")
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = replace(t1, image, entries(1))

    assert answer.status == 204
    assert members(t1, image) == [("m0", False)]


@pytest.mark.parametrize("tenant", ["t2", "m0"], ids=["new member", "existing member"])
def test_case_136_one_member_more_than_the_quota_is_refused(make_api: MakeApi, tenant: str) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="10").caller("t1")
    image = create(t1, data=DATA)
    replace(t1, image, entries(10))

    answer = share(t1, image, tenant, can_share=True)

    assert answer.status == 413
    assert says(answer, "Attempted: 11, Maximum: 10")
    assert members(t1, image) == [(f"m{index}", False) for index in range(10)]


def test_case_136_a_removed_member_makes_room(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="2").caller("t1")
    image = create(t1, data=DATA)
    replace(t1, image, entries(2))
    t1.delete(member_path(image, "m0"))

    answer = share(t1, image, "t2")

    assert answer.status == 204
    assert members(t1, image) == [("m1", False), ("t2", False)]


def test_case_136_a_negative_quota_is_none(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="-1").caller("t1")
    image = create(t1, data=DATA)

    replaced = replace(t1, image, entries(130))
    added = share(t1, image, "t2")

    assert (replaced.status, added.status) == (204, 204)
    assert len(members(t1, image)) == 131


@pytest.mark.parametrize(
    ("path", "body"),
    [("/members/t2", b""), ("/members", b'{"memberships": [{"member_id": "t2"}]}')],
    ids=["add", "replace"],
)
def test_case_136_a_quota_of_zero_allows_no_member(make_api: MakeApi, path: str, body: bytes) -> None:
    t1 = make_api(IMAGE_MEMBER_QUOTA="0").caller("t1")
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 413
    assert members(t1, image) == []


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_case_137_a_stranger_cannot_share_a_public_image(
    t1: Caller, t2: Caller, admin: Caller, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    publish(admin, image)

    answer = t2.request(method, f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 404
    assert members(t1, image) == [("t3", False)]


def test_case_137_a_stranger_sees_no_members_of_a_public_image(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    publish(admin, image)

    answer = t2.get(members_path(image))

    assert answer.status == 200
    assert answer.json == {"members": []}


@pytest.mark.parametrize(("method", "path", "body"), [READ, *CHANGES])
def test_case_138_a_stranger_does_not_find_a_private_image(
    t1: Caller, t2: Caller, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")

    answer = t2.request(method, f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 404
    assert members(t1, image) == [("t3", False)]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("public", [False, True], ids=["private", "public"])
def test_case_139_a_caller_without_tenant_shares_nothing(
    t1: Caller, admin: Caller, no_tenant: Caller, public: bool, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    if public:
        publish(admin, image)

    answer = no_tenant.request(method, f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 401
    assert says(answer, "No authenticated user")
    assert members(t1, image) == [("t3", False)]


def test_case_139_a_caller_without_tenant_lists_members_as_a_stranger(
    t1: Caller, admin: Caller, no_tenant: Caller
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")

    private = no_tenant.get(members_path(image))
    publish(admin, image)
    public = no_tenant.get(members_path(image))

    assert private.status == 404
    assert (public.status, public.json) == (200, {"members": []})


def test_case_140_a_member_who_may_share_adds_another(api: Api, t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)

    answer = share(t2, image, "t4")

    assert answer.status == 204
    assert members(t1, image) == [("t2", True), ("t4", False)]
    assert api.caller("t4").head(f"/v1/images/{image['id']}").status == 200


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_case_140_a_member_who_may_not_share_changes_nothing(
    t1: Caller, t2: Caller, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    share(t1, image, "t3")

    answer = t2.request(method, f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 404
    assert members(t1, image) == [("t2", False), ("t3", False)]


@pytest.mark.parametrize("can_share", [False, True])
@pytest.mark.parametrize("public", [False, True], ids=["private", "public"])
def test_a_member_leaves_whether_or_not_it_may_share(
    t1: Caller, t2: Caller, admin: Caller, public: bool, can_share: bool
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    share(t1, image, "t2", can_share=can_share)
    if public:
        publish(admin, image)

    answer = t2.delete(member_path(image, "t2"))

    assert answer.status == 204
    assert members(t1, image) == [("t3", False)]
    assert t2.head(f"/v1/images/{image['id']}").status == (200 if public else 404)
    assert t2.get("/v1/shared-images/t2").json == {"shared_images": []}


def test_a_member_that_has_left_is_none_to_leave_again(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    t2.delete(member_path(image, "t2"))

    answer = t2.delete(member_path(image, "t2"))

    assert answer.status == 404


def test_a_member_leaves_for_itself_alone(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    share(t1, image, "t3")

    another, nobody = (t2.delete(member_path(image, tenant)) for tenant in ("t3", "t9"))
    all_of_them = replace(t2, image, {"memberships": []})

    assert (another.status, nobody.status, all_of_them.status) == (404, 404, 404)
    assert members(t1, image) == [("t2", False), ("t3", False)]


@pytest.mark.parametrize("can_share", [False, True])
def test_a_token_that_only_reads_leaves_nothing(api: Api, t1: Caller, can_share: bool) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=can_share)
    reader = api.caller("t2", "read_images")

    answer = reader.delete(member_path(image, "t2"))

    assert answer.status == 403
    assert members(t1, image) == [("t2", can_share)]


def test_a_member_that_has_left_can_be_added_again(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    t2.delete(member_path(image, "t2"))

    answer = share(t1, image, "t2")

    assert answer.status == 204
    assert members(t1, image) == [("t2", False)]


@pytest.mark.parametrize("can_share", [False, True])
def test_case_140_a_member_sees_only_its_own_row(t1: Caller, t2: Caller, can_share: bool) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    share(t1, image, "t2", can_share=can_share)

    answer = t2.get(members_path(image))

    assert answer.status == 200
    assert answer.json == {"members": [{"member_id": "t2", "can_share": can_share}]}


def test_case_140_a_member_who_may_share_touches_no_row_but_its_own(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)
    share(t1, image, "t3")

    changed = share(t2, image, "t3", can_share=True)
    removed = t2.delete(member_path(image, "t3"))

    assert (changed.status, removed.status) == (404, 404)
    assert members(t1, image) == [("t2", True), ("t3", False)]


def test_case_140_a_member_who_may_share_can_leave(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)

    answer = t2.delete(member_path(image, "t2"))

    assert answer.status == 204
    assert members(t1, image) == []
    assert t2.head(f"/v1/images/{image['id']}").status == 404


def test_case_140_a_replacement_by_a_member_drops_its_own_row_at_most(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)
    share(t1, image, "t3")

    answer = replace(t2, image, {"memberships": [{"member_id": "t4"}]})

    assert answer.status == 204
    assert members(t1, image) == [("t3", False), ("t4", False)]


def test_case_140_an_administrator_changes_the_members_of_anybody(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    added = share(admin, image, "t3")
    removed = admin.delete(member_path(image, "t2"))

    assert (added.status, removed.status) == (204, 204)
    assert members(admin, image) == [("t3", False)]


@pytest.mark.parametrize(("method", "path", "body"), [READ, *CHANGES])
def test_case_141_a_deleted_image_has_no_members(
    t1: Caller, admin: Caller, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    t1.delete(f"/v1/images/{image['id']}")

    answer = admin.request(method, f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 404
    assert says(answer, "has been deleted")


def test_case_142_a_public_image_may_have_members_too(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    publish(admin, image)

    answer = share(t1, image, "t2")

    assert answer.status == 204
    assert members(t1, image) == [("t2", False)]
    assert ids(t2.get("/v1/images")) == [image["id"]]


def test_case_142_membership_of_a_public_image_counts_when_it_becomes_private(
    api: Api, t1: Caller, t2: Caller, admin: Caller
) -> None:
    image = create(t1, data=DATA)
    publish(admin, image)
    share(t1, image, "t2")

    t1.put(f"/v1/images/{image['id']}", meta(is_public="False"))

    assert t2.head(f"/v1/images/{image['id']}").status == 200
    assert ids(t2.get("/v1/images")) == [image["id"]]
    assert api.caller("t3").head(f"/v1/images/{image['id']}").status == 404


@pytest.mark.parametrize(
    ("policy", "method", "path", "body"),
    [
        pytest.param("get_members", "GET", "/members", b"", id="get_members"),
        pytest.param("modify_member", "PUT", "/members/t9", b"", id="modify_member, add"),
        pytest.param("modify_member", "PUT", "/members", b'{"memberships": []}', id="modify_member, replace"),
        pytest.param("delete_member", "DELETE", "/members/t3", b"", id="delete_member"),
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["known image", "unknown image"])
def test_case_143_members_need_their_policies(
    make_api: MakeApi, t1: Caller, known: bool, policy: str, method: str, path: str, body: bytes
) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")
    denied = make_api(**denying(policy)).caller("t1")
    image_id = image["id"] if known else UNKNOWN

    answer = denied.request(method, f"/v1/images/{image_id}{path}", body=body)

    assert answer.status == 403
    assert members(t1, image) == [("t3", False)]


def shared_rows(answer: Answer) -> set[tuple[str, bool]]:
    assert answer.status == 200, answer.text
    assert answer.json.keys() == {"shared_images"}
    return {(row["image_id"], row["can_share"]) for row in answer.json["shared_images"]}


def test_case_144_who_asks_what_is_shared_learns_what_concerns_it(t1: Caller, t2: Caller, admin: Caller) -> None:
    mine, theirs = create(t1, data=DATA), create(admin, data=DATA)
    share(t1, mine, "t2", can_share=True)
    share(admin, theirs, "t2")

    by_itself, by_owner, by_admin = (caller.get("/v1/shared-images/t2") for caller in (t2, t1, admin))

    everything = {(mine["id"], True), (theirs["id"], False)}
    assert shared_rows(by_itself) == everything
    assert shared_rows(by_owner) == {(mine["id"], True)}
    assert shared_rows(by_admin) == everything


def test_case_144_nothing_is_shared_with_an_unknown_tenant(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answers = [caller.get("/v1/shared-images/t9") for caller in (t1, admin)]

    assert [answer.status for answer in answers] == [200, 200]
    assert [answer.json for answer in answers] == [{"shared_images": []}] * 2


def test_case_144_a_caller_without_tenant_learns_nothing(t1: Caller, no_tenant: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = no_tenant.get("/v1/shared-images/t2")

    assert shared_rows(answer) == set()


def test_case_144_an_image_that_waits_to_be_deleted_is_no_longer_shared(make_api: MakeApi) -> None:
    api = make_api(DELAYED_DELETE="true")
    t1, t2 = api.caller("t1"), api.caller("t2")
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    t1.delete(f"/v1/images/{image['id']}")

    assert shared_rows(t2.get("/v1/shared-images/t2")) == set()


def test_a_tenant_that_others_have_given_as_much_as_it_may_have_is_given_no_more(make_api: MakeApi) -> None:
    api = make_api(SHARED_IMAGES_QUOTA="1")
    t1, t2 = api.caller("t1"), api.caller("t2")
    first, second = create(t1, data=DATA), create(t1, data=DATA)
    share(t1, first, "t2")

    added = share(t1, second, "t2")
    many = [*(f"m{number}" for number in range(99)), "t2"]
    replaced = replace(t1, second, {"memberships": [{"member_id": member} for member in many]})

    for answer in (added, replaced):
        assert (
            answer.status,
            says(answer, "The limit of images shared with a tenant is exceeded. Attempted: 2, Maximum: 1"),
        ) == (413, True)
    assert members(t1, second) == []
    assert ids(t2.get("/v1/images")) == [first["id"]]
