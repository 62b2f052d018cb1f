"""Members: cases 126 to 142."""

from typing import Any

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    IMAGES,
    UNKNOWN,
    accept,
    an_active_one,
    answering,
    change,
    create,
    ids,
    patch,
    path_of,
    post,
    refusal,
    says,
    sent,
    share,
    shown,
    upload,
)

KEYS = {"member_id", "image_id", "status", "created_at", "updated_at", "schema"}
ONLY_SHARED = "Only shared images have members"


def members(caller: Caller, image: dict[str, Any]) -> list[tuple[str, str]]:
    """The members that the caller sees, each with what it has said."""
    answer = caller.get(path_of(image, "members"))
    assert answer.status == 200, answer.text
    assert answer.json["schema"] == "/v2/schemas/members"
    return [(row["member_id"], row["status"]) for row in answer.json["members"]]


def test_case_126_a_new_member_is_asked(a: Caller) -> None:
    image = create(a)

    answer = post(a, {"member": "t2"}, path_of(image, "members"))

    assert answer.status == 200
    assert answer.json.keys() == KEYS
    told = {name: answer.json[name] for name in ("member_id", "image_id", "status", "schema")}
    assert told == {
        "member_id": "t2",
        "image_id": image["id"],
        "status": "pending",
        "schema": "/v2/schemas/member",
    }
    assert answer.json["created_at"] == answer.json["updated_at"]
    assert says(post(a, {"member": "t2"}, path_of(image, "members")), 409, "is duplicated")


@pytest.mark.parametrize(
    "document", [b"", {}, {"member": ""}, {"member": None}, [], {"member_id": "t2"}, {"member": 5}]
)
def test_case_127_a_member_has_a_name(a: Caller, document: Any) -> None:
    assert refusal(post(a, document, f"{IMAGES}/{UNKNOWN}/members"))[0] == 400


def test_case_127_nothing_else_is_read(a: Caller) -> None:
    image = create(a)

    answer = post(a, {"member": "t2", "status": "accepted", "can_share": True}, path_of(image, "members"))

    assert answer.json["status"] == "pending"
    assert a.get(f"/v1/images/{image['id']}/members").json["members"] == [{"member_id": "t2", "can_share": False}]


def test_case_128_who_may_share(a: Caller, b: Caller, reader: Caller, nobody: Caller, admin: Caller) -> None:
    image = create(a)
    path = path_of(image, "members")

    assert says(post(reader, {"member": "t2"}, path), 403, "not authorized to complete add_member action")
    assert says(post(b, {"member": "t2"}, path), 404, f"Image {image['id']} not found.")
    assert post(nobody, {"member": "t2"}, path).status == 401
    assert post(admin, {"member": "t2"}, path).status == 200
    assert post(a, {"member": "t1"}, path).status == 200


def test_case_129_who_sees_which_members(a: Caller, b: Caller, c: Caller, reader: Caller, admin: Caller) -> None:
    image = create(a)
    share(a, image, "t2")
    share(a, image, "t4")
    every = [("t2", "pending"), ("t4", "pending")]

    for caller in (a, reader, admin):
        assert members(caller, image) == every
    assert members(b, image) == every[:1]
    assert c.get(path_of(image, "members")).status == 404


def test_case_130_who_sees_one_member(a: Caller, b: Caller, c: Caller, admin: Caller) -> None:
    image = create(a)
    share(a, image, "t2")
    share(a, image, "t4")

    for caller in (a, b, admin):
        answer = caller.get(path_of(image, "members", "t2"))
        assert (answer.status, answer.json["member_id"]) == (200, "t2")
    for caller, member in ((b, "t4"), (a, "t5"), (b, "t5")):
        answer = caller.get(path_of(image, "members", member))
        assert says(answer, 404, f"{member} not found in the member list")
    assert c.get(path_of(image, "members", "t2")).status == 404


def test_case_131_who_is_asked_sees_the_image_and_lists_it_on_demand(a: Caller, b: Caller) -> None:
    image = an_active_one(a)
    share(a, image)

    assert shown(b, image) == {**image, "updated_at": shown(b, image)["updated_at"]}
    assert b.get(path_of(image, "file")).status == 200
    assert ids(b) == []
    assert ids(b, "member_status=pending") == [image["id"]]


def test_case_132_only_the_member_answers(a: Caller, b: Caller, c: Caller, readers: Caller) -> None:
    image = create(a)
    share(a, image, "t2")
    share(a, image, "t3")

    assert refusal(answering(a, image, "accepted"))[0] == 403
    assert refusal(answering(c, image, "accepted"))[0] == 404
    assert refusal(answering(readers, image, "accepted"))[0] == 403
    stranger = a.api.caller("t9")
    assert refusal(answering(stranger, image, "accepted"))[0] == 404
    assert members(a, image) == [("t2", "pending"), ("t3", "pending")]


@pytest.mark.parametrize("status", ["maybe", "ACCEPTED", None, 1, ["accepted"]])
def test_case_133_an_answer_is_one_of_three(b: Caller, status: Any) -> None:
    assert says(answering(b, {"id": UNKNOWN}, status), 400, "Status must be")


@pytest.mark.parametrize(("body", "text"), [({}, "Status not specified"), (b"", "Body expected"), ([], "object")])
def test_case_133_an_answer_is_given(b: Caller, body: Any, text: str) -> None:
    assert says(b.put(f"{IMAGES}/{UNKNOWN}/members/t2", {}, sent(body)), 400, text)


def test_case_134_an_image_that_is_accepted_is_listed(api: Api, a: Caller, b: Caller) -> None:
    image = create(a)
    share(a, image)
    api.clock.advance(60)

    answer = answering(b, image, "accepted")

    assert (answer.status, answer.json["status"]) == (200, "accepted")
    assert answer.json["updated_at"] > answer.json["created_at"]
    assert answering(b, image, "accepted").status == 200
    assert ids(b) == [image["id"]]
    assert members(a, image) == [("t2", "accepted")]


def test_case_135_a_member_changes_nothing(a: Caller, b: Caller) -> None:
    image = an_active_one(a)
    share(a, image)
    accept(b, image)

    answers = [
        change(b, image, name="x"),
        b.delete(path_of(image)),
        b.put(path_of(image, "tags", "x")),
        upload(b, image),
        b.post(path_of(image, "actions", "deactivate")),
        post(b, {"member": "t3"}, path_of(image, "members")),
        b.delete(path_of(image, "members", "t2")),
    ]

    assert [refusal(answer)[0] for answer in answers] == [403] * 7
    assert b.delete(path_of(image, "members", "t3")).status == 404


def test_case_136_an_image_that_is_rejected_is_not_listed(a: Caller, b: Caller, admin: Caller) -> None:
    image = create(a)
    share(a, image)
    accept(b, image)

    assert answering(b, image, "rejected").status == 200
    assert ids(b) == []
    assert b.get(path_of(image)).status == 200
    assert answering(b, image, "pending").json["status"] == "pending"
    assert answering(admin, image, "accepted").status == 200
    assert ids(b) == [image["id"]]


def test_case_137_an_owner_takes_an_image_back(a: Caller, b: Caller) -> None:
    image = create(a)
    share(a, image)
    accept(b, image)
    path = path_of(image, "members", "t2")

    assert a.delete(path).status == 204
    assert b.get(path_of(image)).status == 404
    assert says(a.delete(path), 404, "t2 not found in the member list")
    share(a, image)
    assert members(a, image) == [("t2", "pending")]


def refused_members(caller: Caller, image: dict[str, Any]) -> list[tuple[int, str]]:
    """What is said of listing, adding and removing members."""
    path = path_of(image, "members")
    answers = [caller.get(path), post(caller, {"member": "t3"}, path), caller.delete(f"{path}/t2")]
    return [refusal(answer) for answer in answers]


def test_case_138_members_of_a_private_image_wait(a: Caller, b: Caller) -> None:
    image = create(a)
    share(a, image)
    accept(b, image)

    assert change(a, image, visibility="private").status == 200

    assert b.get(path_of(image)).status == 404
    for status, message in refused_members(a, image):
        assert status == 403
        assert ONLY_SHARED in message
    assert a.get(path_of(image, "members", "t2")).status == 404
    assert change(a, image, visibility="shared").status == 200
    assert members(a, image) == [("t2", "accepted")]
    assert b.get(path_of(image)).status == 200


@pytest.mark.parametrize("visibility", ["public", "community"])
def test_case_139_what_everybody_sees_has_no_members(a: Caller, c: Caller, admin: Caller, visibility: str) -> None:
    image = create(a)
    share(a, image)
    change(admin, image, visibility=visibility)

    for status, message in refused_members(a, image):
        assert status == 403
        assert ONLY_SHARED in message
    assert a.get(path_of(image, "members", "t2")).status == 404
    assert refusal(answering(c, image, "accepted"))[0] == 403


@pytest.mark.parametrize("method", ["GET", "POST", "GET one", "PUT", "DELETE"])
def test_case_140_an_image_that_is_not_there_has_no_members(a: Caller, method: str) -> None:
    path = f"{IMAGES}/{UNKNOWN}/members"
    answers = {
        "GET": lambda: a.get(path),
        "POST": lambda: post(a, {"member": "t2"}, path),
        "GET one": lambda: a.get(f"{path}/t2"),
        "PUT": lambda: a.put(f"{path}/t2", {}, sent({"status": "accepted"})),
        "DELETE": lambda: a.delete(f"{path}/t2"),
    }

    assert says(answers[method](), 404, f"Image {UNKNOWN} not found.")


def test_case_141_members_of_v1_are_asked_too(a: Caller, b: Caller) -> None:
    image = create(a)
    body = sent({"member": {"can_share": True}})
    assert a.put(f"/v1/images/{image['id']}/members/t2", {}, body).status == 204

    assert members(a, image) == [("t2", "pending")]
    accept(b, image)
    assert [each["id"] for each in b.get("/v1/images").json["images"]] == [image["id"]]
    assert a.get(f"/v1/images/{image['id']}/members").json["members"] == [{"member_id": "t2", "can_share": True}]


def test_case_142_an_image_has_so_many_members(make_api: MakeApi) -> None:
    a = make_api(IMAGE_MEMBER_QUOTA="1").caller("t1")
    image = create(a)
    share(a, image)

    assert refusal(post(a, {"member": "t3"}, path_of(image, "members")))[0] == 413


def test_a_member_of_an_image_that_is_nobodys_is_none(a: Caller, admin: Caller) -> None:
    image = create(admin, owner=None)
    share(admin, image, "t2")

    assert a.get(path_of(image, "members")).status == 404
    assert refusal(post(a, {"member": "t1"}, path_of(image, "members")))[0] == 404
    assert patch(admin, image, []).status == 200
