"""Members of an image: cases 126 to 135 and 145."""

import json
from typing import Any

import pytest

from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import create, ids, is_json, says
from tests.dialects.glance_v1.glance_more import UNKNOWN, member_path, members, members_path, replace, share

DATA = b"bytes of an image"


def test_case_126_a_tenant_is_added_without_a_body(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(member_path(image, "t2"))

    assert answer.status == 204
    assert t1.get(members_path(image)).json == {"members": [{"member_id": "t2", "can_share": False}]}


def test_case_126_a_member_sees_the_image(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)

    t1.put(member_path(image, "t2"))

    assert t2.head(f"/v1/images/{image['id']}").status == 200
    assert t2.get(f"/v1/images/{image['id']}").body == DATA
    assert ids(t2.get("/v1/images")) == ids(t2.get("/v1/images/detail")) == [image["id"]]


def test_case_127_a_member_may_be_given_the_right_to_share(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = share(t1, image, "t2", can_share=True)

    assert answer.status == 204
    assert members(t1, image) == [("t2", True)]


def test_case_127_the_right_to_share_may_be_given_later_and_taken_away(t1: Caller) -> None:
    image = create(t1, data=DATA)
    t1.put(member_path(image, "t2"))

    given = share(t1, image, "t2", can_share=True)
    with_right = members(t1, image)
    taken = share(t1, image, "t2", can_share=False)

    assert (given.status, taken.status) == (204, 204)
    assert with_right == [("t2", True)]
    assert members(t1, image) == [("t2", False)]


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"member": {}}', b'{"members": [{"member_id": "t2", "can_share": false}]}'],
    ids=["no body", "empty object", "empty member", "members"],
)
def test_case_128_a_body_without_can_share_leaves_a_member_as_it_is(t1: Caller, body: bytes) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)

    answer = t1.put(member_path(image, "t2"), body=body)

    assert answer.status == 204
    assert members(t1, image) == [("t2", True)]


@pytest.mark.parametrize("body", [b"{}", b'{"member": {}}'], ids=["empty object", "empty member"])
def test_case_128_a_body_without_can_share_adds_a_member(t1: Caller, body: bytes) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(member_path(image, "t2"), body=body)

    assert answer.status == 204
    assert members(t1, image) == [("t2", False)]


@pytest.mark.parametrize(
    ("given", "stored"),
    [(True, True), (False, False), (None, False), ("true", True), ("Yes", True), ("false", False), ("no", False)],
)
def test_case_128_texts_are_read_as_booleans(t1: Caller, given: object, stored: object) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(member_path(image, "t2"), body=json.dumps({"member": {"can_share": given}}).encode())

    assert answer.status == 204
    assert members(t1, image) == [("t2", stored)]


def test_case_129_members_are_listed_in_the_order_they_came(t1: Caller) -> None:
    image = create(t1, data=DATA)

    for tenant in ("t9", "t2", "t5"):
        share(t1, image, tenant)
    share(t1, image, "t9", can_share=True)

    assert members(t1, image) == [("t9", True), ("t2", False), ("t5", False)]


def test_case_129_a_removed_member_no_longer_sees_the_image(api: Api, t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    share(t1, image, "t3")

    answer = t1.delete(member_path(image, "t2"))

    assert answer.status == 204
    assert members(t1, image) == [("t3", False)]
    assert t2.head(f"/v1/images/{image['id']}").status == 404
    assert ids(t2.get("/v1/images")) == []
    assert api.caller("t3").head(f"/v1/images/{image['id']}").status == 200


def test_case_130_a_tenant_that_is_no_member_cannot_be_removed(t1: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t3")

    answer = t1.delete(member_path(image, "t2"))

    assert answer.status == 404
    assert says(answer, "Membership could not be found")
    assert members(t1, image) == [("t3", False)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/members", b""),
        ("PUT", "/members", b'{"memberships": []}'),
        ("PUT", "/members/t2", b""),
        ("DELETE", "/members/t2", b""),
    ],
)
@pytest.mark.parametrize("unknown", [UNKNOWN, "1"])
def test_case_130_an_unknown_image_has_no_members(
    t1: Caller, unknown: str, method: str, path: str, body: bytes
) -> None:
    answer = t1.request(method, f"/v1/images/{unknown}{path}", body=body)

    assert answer.status == 404


@pytest.mark.parametrize("can_share", [None, False, True])
def test_case_131_a_removed_member_can_be_added_again(t1: Caller, can_share: bool | None) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)
    t1.delete(member_path(image, "t2"))

    answer = share(t1, image, "t2", can_share=can_share)

    assert answer.status == 204
    assert members(t1, image) == [("t2", bool(can_share))]


def test_case_132_a_replacement_leaves_only_the_members_it_names(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)

    answer = replace(t1, image, {"memberships": [{"member_id": "t3"}]})

    assert answer.status == 204
    assert members(t1, image) == [("t3", False)]
    assert t2.head(f"/v1/images/{image['id']}").status == 404


def test_case_132_a_replacement_keeps_the_rights_it_does_not_mention(t1: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2", can_share=True)
    share(t1, image, "t3", can_share=True)
    entries = [{"member_id": "t2"}, {"member_id": "t3", "can_share": False}, {"member_id": "t4", "can_share": True}]

    answer = replace(t1, image, {"memberships": entries})

    assert answer.status == 204
    assert members(t1, image) == [("t2", True), ("t3", False), ("t4", True)]


def test_case_132_the_last_entry_of_a_tenant_wins(t1: Caller) -> None:
    image = create(t1, data=DATA)
    entries = [{"member_id": "t2", "can_share": True}, {"member_id": "t2", "can_share": False}]

    answer = replace(t1, image, {"memberships": entries})

    assert answer.status == 204
    assert members(t1, image) == [("t2", False)]


def test_case_132_a_single_entry_may_stand_alone(t1: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = replace(t1, image, {"member_id": "t3", "can_share": True})

    assert answer.status == 204
    assert members(t1, image) == [("t3", True)]


def test_case_133_an_empty_replacement_removes_all_members(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")
    share(t1, image, "t3")

    answer = replace(t1, image, {"memberships": []})

    assert answer.status == 204
    assert members(t1, image) == []
    assert ids(t2.get("/v1/images")) == []


@pytest.mark.parametrize(
    "document",
    [
        {"image_memberships": [{"member_id": "t3"}]},
        {"memberships": {"member_id": "t3"}},
        {"memberships": [{"member_id": "t3"}, {"can_share": True}]},
        {"memberships": ["t3"]},
        {"memberships": None},
        {},
    ],
    ids=["other key", "no list", "entry without member_id", "entry without shape", "null", "empty object"],
)
def test_case_134_a_replacement_of_another_shape_is_refused(t1: Caller, document: Any) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = replace(t1, image, document)

    assert answer.status == 400
    assert says(answer, "Invalid membership association")
    assert members(t1, image) == [("t2", False)]


@pytest.mark.parametrize("path", ["/members", "/members/t3"])
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"none"], ids=["cut short", "no text", "no JSON"])
def test_case_135_malformed_json_is_refused(t1: Caller, path: str, body: bytes) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = t1.put(f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 400
    assert says(answer, "Malformed JSON")
    assert members(t1, image) == [("t2", False)]


@pytest.mark.parametrize("path", ["/members", "/members/t3"])
@pytest.mark.parametrize("body", [b"1", b'"t3"', b"true"])
def test_case_135_a_json_scalar_is_refused(t1: Caller, path: str, body: bytes) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}{path}", body=body)

    assert answer.status == 400
    assert members(t1, image) == []


def test_case_135_a_replacement_needs_a_body(t1: Caller) -> None:
    image = create(t1, data=DATA)
    share(t1, image, "t2")

    answer = t1.put(members_path(image))

    assert answer.status == 400
    assert members(t1, image) == [("t2", False)]


def test_case_135_the_content_type_of_the_request_is_not_checked(t1: Caller) -> None:
    image = create(t1, data=DATA)
    body = b'{"memberships": [{"member_id": "t2"}]}'

    answer = t1.put(members_path(image), {"Content-Type": "text/plain"}, body)

    assert answer.status == 204
    assert members(t1, image) == [("t2", False)]


def test_case_145_changes_of_members_have_neither_body_nor_json(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answers: list[Answer] = [
        share(t1, image, "t2"),
        share(t1, image, "t2", can_share=True),
        t1.delete(member_path(image, "t2")),
        replace(t1, image, {"memberships": [{"member_id": "t3"}]}),
    ]

    assert [answer.status for answer in answers] == [204] * 4
    assert [answer.body for answer in answers] == [b""] * 4
    assert not any(is_json(answer) for answer in answers)
