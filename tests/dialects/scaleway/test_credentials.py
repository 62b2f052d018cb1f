"""Who is let in: cases 38 to 45, and the policies of tokens."""

from datetime import timedelta

import pytest

from tests.api import Api, Caller, a_caller
from tests.dialects.scaleway.scaleway import (
    EVERY_RIGHT,
    ORG_A,
    UNKNOWN,
    assert_error,
    create,
    image_of,
    listed,
    listed_ids,
    minimal,
    path_of,
    post,
    put,
    show,
)

WHO = pytest.mark.parametrize("who", ["anonymous", "stranger"])


@pytest.fixture
def outsider(who: str, anonymous: Caller, stranger: Caller) -> Caller:
    return {"anonymous": anonymous, "stranger": stranger}[who]


def test_case_038_a_list_needs_a_token(anonymous: Caller) -> None:
    answer = anonymous.get("/images")

    assert_error(answer, 401)


@pytest.mark.parametrize(
    "token", ["never-issued", "", " ", "t" * 5000, "töken"], ids=["word", "empty", "space", "long", "Unicode"]
)
def test_case_039_a_list_needs_a_token_that_was_issued(api: Api, token: str) -> None:
    answer = Caller(api, {"X-Auth-Token": token}).get("/images")

    assert_error(answer, 401)


def test_a_token_that_was_revoked_is_not_known(api: Api) -> None:
    token = api.world.identities.issue(a_caller(ORG_A, *EVERY_RIGHT))
    api.world.identities.revoke(token)

    answer = Caller(api, {"X-Auth-Token": token}).get("/images")

    assert_error(answer, 401)


def test_a_token_that_has_expired_is_not_known(api: Api) -> None:
    expires = api.clock.now() + timedelta(hours=1)
    caller = Caller(api, {"X-Auth-Token": api.world.identities.issue(a_caller(ORG_A, *EVERY_RIGHT), expires=expires)})
    before = caller.get("/images")
    api.clock.advance(3601)

    answer = caller.get("/images")

    assert before.status == 200
    assert_error(answer, 401)


@WHO
def test_case_040_one_image_needs_a_token(a: Caller, outsider: Caller) -> None:
    image = create(a)

    answers = [
        outsider.get(path_of(image)),
        put(outsider, image, {"name": "theirs"}),
        outsider.delete(path_of(image)),
    ]

    for answer in answers:
        assert_error(answer, 401)
    assert show(a, image) == image


@WHO
def test_case_041_a_public_image_needs_a_token_too(a: Caller, outsider: Caller) -> None:
    image = create(a, public=True)

    answer = outsider.get(path_of(image))

    assert_error(answer, 401)


@WHO
@pytest.mark.parametrize("body", [b"{}", b"{", b""], ids=["empty object", "malformed", "none"])
def test_case_042_the_token_is_checked_before_the_body(outsider: Caller, body: bytes) -> None:
    answer = outsider.post("/images", {"Content-Type": "application/json"}, body)

    assert_error(answer, 401)


@WHO
@pytest.mark.parametrize("image_id", [UNKNOWN, "12345"], ids=["UUID", "number"])
def test_case_043_the_token_is_checked_before_the_image(outsider: Caller, image_id: str) -> None:
    answer = outsider.get(f"/images/{image_id}")

    assert_error(answer, 401)


@WHO
@pytest.mark.parametrize("query", ["?page=0", "?public=maybe"])
def test_the_token_is_checked_before_the_query(outsider: Caller, query: str) -> None:
    answer = outsider.get(f"/images{query}")

    assert_error(answer, 401)


@WHO
@pytest.mark.parametrize("path", ["/images", f"/images/{UNKNOWN}"], ids=["list", "one"])
def test_head_needs_a_token_too(outsider: Caller, path: str) -> None:
    answer = outsider.head(path)

    assert answer.status == 401
    assert answer.body == b""


@pytest.mark.parametrize("name", ["x-auth-token", "X-AUTH-TOKEN", "X-Auth-Token"])
def test_case_044_the_header_may_be_in_any_case(api: Api, name: str) -> None:
    token = api.world.identities.issue(a_caller(ORG_A, *EVERY_RIGHT))

    answer = Caller(api, {name: token}).get("/images")

    assert answer.status == 200


def test_case_045_another_user_of_the_organization_may_do_the_same(a: Caller, a2: Caller) -> None:
    image = create(a)

    shown = a2.get(path_of(image))
    changed = put(a2, image, {"name": "ours"})
    deleted = a2.delete(path_of(image))

    assert (shown.status, changed.status, deleted.status) == (200, 200, 204)
    assert image_of(changed)["name"] == "ours"
    assert a.get(path_of(image)).status == 404


@pytest.fixture
def without(api: Api, policy: str) -> Caller:
    """A user of the organization of `a` whose token lacks one policy."""
    return api.caller(ORG_A, *(name for name in EVERY_RIGHT if name != policy), user="limited")


@pytest.mark.parametrize("policy", ["read_images"])
def test_reading_needs_its_policy(a: Caller, without: Caller, policy: str) -> None:
    image = create(a)

    answers = [without.get("/images"), without.get(path_of(image))]
    heads = [without.head("/images"), without.head(path_of(image))]

    for answer in answers:
        assert_error(answer, 403)
    assert [(head.status, head.body) for head in heads] == [(403, b""), (403, b"")]


@pytest.mark.parametrize("policy", ["create_image"])
def test_making_and_changing_need_their_policy(a: Caller, without: Caller, policy: str) -> None:
    image = create(a)

    made = post(without, minimal(name="new"))
    changed = put(without, image, {"name": "new"})

    assert_error(made, 403)
    assert_error(changed, 403)
    assert listed(a) == [image]


@pytest.mark.parametrize("policy", ["delete_image"])
def test_deleting_needs_its_policy(a: Caller, without: Caller, policy: str) -> None:
    image = create(a)

    answer = without.delete(path_of(image))

    assert_error(answer, 403)
    assert listed_ids(a) == [image["id"]]


@pytest.mark.parametrize("policy", ["publicize_image"])
def test_publishing_needs_its_policy(a: Caller, without: Caller, policy: str) -> None:
    image = create(a)

    made = post(without, minimal(public=True))
    changed = put(without, image, {"public": True})

    assert_error(made, 403)
    assert_error(changed, 403)
    assert listed(a) == [image]


@pytest.mark.parametrize("policy", ["publicize_image"])
def test_private_images_need_no_policy_for_publishing(without: Caller, policy: str) -> None:
    image = create(without, public=False)

    answer = put(without, image, {**image, "name": "new"})

    assert answer.status == 200
    assert image_of(answer)["public"] is False
