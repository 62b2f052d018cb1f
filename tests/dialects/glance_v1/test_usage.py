"""What a tenant uses and is allowed, of which the original tells nobody."""

import pytest

from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import RAW, create, meta
from tests.dialects.glance_v1.sending import JSON, SMALL, refusal

NOTHING = {
    "bytes": 0,
    "bytes_allowed": None,
    "images": 0,
    "public_images": 0,
    "shared_images": 0,
    "shared_images_allowed": 1000,
}


def usage(answer: Answer) -> dict[str, object]:
    assert answer.status == 200, answer.text
    found: dict[str, object] = answer.json["usage"]
    return found


def test_it_says_what_the_tenant_uses_and_is_allowed(make_api: MakeApi) -> None:
    api = make_api(USER_STORAGE_QUOTA="1MB", SHARED_IMAGES_QUOTA="5")
    owner, other = api.caller("t1", "read_images", "create_image", "publicize_image"), api.caller("t2")
    create(owner, {**RAW, **meta(is_public="True")}, SMALL)
    create(owner)
    other.put(f"/v1/images/{create(other)['id']}/members/t1")

    found = usage(owner.get("/v1/usage"))

    assert found == {
        "tenant": "t1",
        "bytes": len(SMALL),
        "bytes_allowed": 2**20,
        "images": 2,
        "public_images": 1,
        "shared_images": 1,
        "shared_images_allowed": 5,
    }


def test_it_goes_down_with_what_is_deleted_and_no_longer_shared(t1: Caller, t2: Caller) -> None:
    mine, given = create(t1, RAW, SMALL)["id"], create(t2)["id"]
    t2.put(f"/v1/images/{given}/members/t1")
    before = usage(t1.get("/v1/usage"))

    t1.delete(f"/v1/images/{mine}")
    t2.delete(f"/v1/images/{given}/members/t1")

    assert (before["bytes"], before["images"], before["shared_images"]) == (len(SMALL), 1, 1)
    assert usage(t1.get("/v1/usage")) == {"tenant": "t1", **NOTHING}


def test_a_tenant_without_anything_uses_nothing(t1: Caller) -> None:
    assert usage(t1.get("/v1/usage")) == {"tenant": "t1", **NOTHING}


def test_an_administrator_asks_for_any_tenant_and_others_for_their_own(t1: Caller, t2: Caller, admin: Caller) -> None:
    create(t1, RAW, SMALL)

    own, asked = usage(t1.get("/v1/usage?tenant=t1")), usage(admin.get("/v1/usage?tenant=t1"))
    refused = refusal(t2.get("/v1/usage?tenant=t1", JSON))

    assert own == asked
    assert (own["tenant"], own["bytes"]) == ("t1", len(SMALL))
    assert refused == (403, "This needs the policy admin")


@pytest.mark.parametrize("policy", ["read_images", "admin"])
def test_a_caller_that_acts_for_no_tenant_is_told_what_is_missing(api: Api, policy: str) -> None:
    answer = api.caller(None, policy).get("/v1/usage", JSON)

    assert refusal(answer) == (
        400,
        "This token acts for no tenant. An administrator can name one: ?tenant=ID",
    )


def test_a_user_is_the_owner_where_tenants_are_none(make_api: MakeApi) -> None:
    api = make_api(GLANCE_V1_OWNER_IS_TENANT="false")
    alice = api.caller("t1", user="alice")
    create(alice, RAW, SMALL)

    found = usage(alice.get("/v1/usage"))

    assert (found["tenant"], found["bytes"]) == ("alice", len(SMALL))


def test_it_needs_the_right_that_lists_need(make_api: MakeApi) -> None:
    strict = make_api(GLANCE_V1_POLICIES='{"get_images": "admin"}')

    assert refusal(strict.caller("t1", "create_image").get("/v1/usage", JSON))[0] == 403
    assert refusal(strict.caller("t1").get("/v1/usage", JSON))[0] == 403


@pytest.mark.parametrize("name", ["", "t" * 256], ids=["empty", "long"])
def test_a_name_that_no_tenant_can_have_is_refused(admin: Caller, name: str) -> None:
    answer = admin.get(f"/v1/usage?tenant={name}", JSON)

    assert refusal(answer) == (400, "Invalid value for tenant: a tenant has 1 to 255 characters")
