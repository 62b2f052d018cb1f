"""Tokens that callers make for themselves, list and end, which the original leaves to Keystone."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.catalog.query import instant_text
from chalicelib.catalog.token import digest_of
from chalicelib.catalog.tokens import LONGEST, MAX_REMOVED
from chalicelib.storage.tables import TokenItem
from tests.api import ORDINARY, Answer, Api, Caller, a_caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.sending import JSON, refusal
from tests.storage.contract.faults import Reply, Request, answering

TOKENS, CURRENT = "/v1/tokens", "/v1/tokens/current"
DAY = timedelta(days=1)


def ask(caller: Caller, **wanted: object) -> Answer:
    return caller.post(TOKENS, JSON, json.dumps({"token": {"name": "laptop", **wanted}}).encode())


def made(caller: Caller, **wanted: object) -> dict[str, Any]:
    answer = ask(caller, **wanted)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json["token"]
    return found


def by(caller: Caller, token: dict[str, Any]) -> Caller:
    """The same application, asked with another token."""
    return Caller(caller.api, {"X-Auth-Token": token["secret"]})


def shown(caller: Caller, target: str = CURRENT) -> dict[str, Any]:
    answer = caller.get(target)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json["token"]
    return found


def ids(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"{TOKENS}{query}")
    assert answer.status == 200, answer.text
    return [token["id"] for token in answer.json["tokens"]]


def known(token: dict[str, Any]) -> dict[str, Any]:
    """What is told of a token after its beginning."""
    return {name: value for name, value in token.items() if name != "secret"}


def test_a_caller_makes_a_token_of_its_own_and_is_told_its_secret_this_once(api: Api) -> None:
    ann = api.caller("t1", user="ann")

    token = made(ann)

    own = shown(ann)
    created = api.clock.now()
    assert known(token) == {
        "id": token["id"],
        "name": "laptop",
        "user": "ann",
        "tenant": "t1",
        "policies": sorted(ORDINARY),
        "inspection": None,
        "created_at": token["created_at"],
        "expires_at": token["expires_at"],
        "last_used_at": None,
        "issuer": own["id"],
    }
    assert token["created_at"] < instant_text(created)
    assert token["expires_at"][:16] == instant_text(created + 90 * DAY)[:16]
    assert by(ann, token).get("/v1/images").status == 200
    assert shown(ann, f"{TOKENS}/{token['id']}") == {**known(token), "last_used_at": "2026-01-02"}
    assert token["secret"] not in ann.get(TOKENS).text


def test_a_secret_is_kept_by_no_cache(t1: Caller) -> None:
    assert ask(t1).headers["cache-control"] == "no-store"


def test_a_token_does_what_it_was_made_for_and_no_more(t1: Caller) -> None:
    reader = by(t1, made(t1, policies=["read_images", "read_images"], expires_in=3600.0))

    assert reader.get("/v1/images").status == 200
    assert reader.post("/v1/images", {"x-image-meta-name": "a"}).status == 403
    assert refusal(ask(reader, policies=["create_image"])) == (403, "This needs the policy create_image")
    assert made(reader)["policies"] == ["read_images"]


def test_a_token_says_what_becomes_of_the_bytes_that_it_sends(make_api: MakeApi) -> None:
    ann = make_api(INSPECTION="record").caller("t1")

    strict, usual = by(ann, made(ann, inspection="enforce")), by(ann, made(ann))
    refused = ask(strict, inspection="record")

    assert [shown(caller)["inspection"] for caller in (strict, usual)] == ["enforce", None]
    assert refusal(refused) == (
        400,
        "Invalid value for inspection: 'record' is laxer than 'enforce', the policy of the token you use",
    )
    assert made(by(ann, made(strict)))["inspection"] == "enforce"


def test_a_token_ends_when_it_was_asked_to(api: Api) -> None:
    ann = api.caller("t1")
    end = instant_text(api.clock.now() + DAY)

    token, short = made(ann, expires_at=f"{end}Z"), made(ann, expires_in=60)
    api.clock.advance(61)

    assert token["expires_at"] == end
    assert by(ann, short).get("/v1/images").status == 401
    assert ids(ann) == [shown(ann)["id"], token["id"]]


def test_no_token_is_longer_than_the_one_that_makes_it(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", *ORDINARY), expires=api.clock.now() + DAY)
    ann = Caller(api, {"X-Auth-Token": secret})

    assert made(ann)["expires_at"] == shown(ann)["expires_at"]
    assert refusal(ask(ann, expires_in=2 * 24 * 3600)) == (
        400,
        "Invalid value for expires_at: it is later than that of the token you use",
    )


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"name": ""}, "'name' must be a text of 1 to 255 characters, none of them for control"),
        ({"name": "x" * 256}, "'name' must be a text of 1 to 255 characters, none of them for control"),
        ({"name": "a\nb"}, "'name' must be a text of 1 to 255 characters, none of them for control"),
        ({"name": None}, "'name' must be a text of 1 to 255 characters, none of them for control"),
        ({"name": ["a"]}, "'name' must be a text of 1 to 255 characters, none of them for control"),
        ({"policies": "admin"}, "'policies' must be a list of some of "),
        ({"policies": [["admin"]]}, "'policies' must be a list of some of "),
        ({"policies": ["root"]}, "'policies' must be a list of some of "),
        ({"policies": None}, "'policies' must be a list of some of "),
        ({"inspection": "never"}, "'inspection' must be one of enforce, record, off"),
        ({"inspection": None}, "'inspection' must be one of enforce, record, off"),
        ({"inspection": ["off"]}, "'inspection' must be one of enforce, record, off"),
        ({"expires_at": "soon"}, "'soon' is not an ISO 8601 time"),
        ({"expires_at": "2012-01-31"}, "Invalid value for expires_at: it is in the past"),
        ({"expires_at": "9999-12-31"}, "Invalid value for expires_at: a token lasts at most 3650 days"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, "is not an ISO 8601 time"),
        ({"expires_at": 1}, "'expires_at' must be an ISO 8601 time"),
        ({"expires_at": None}, "'expires_at' must be an ISO 8601 time"),
        ({"expires_in": 0}, "'expires_in' must be 1 to 315360000 seconds"),
        ({"expires_in": -1}, "'expires_in' must be 1 to 315360000 seconds"),
        ({"expires_in": 10**30}, "'expires_in' must be 1 to 315360000 seconds"),
        ({"expires_in": 1e300}, "'expires_in' must be 1 to 315360000 seconds"),
        ({"expires_in": 1.5}, "'expires_in' must be a whole number of seconds"),
        ({"expires_in": True}, "'expires_in' must be a whole number of seconds"),
        ({"expires_in": "60"}, "'expires_in' must be a whole number of seconds"),
        ({"expires_in": 60, "expires_at": "2026-02-01"}, "Only one of 'expires_at' and 'expires_in' can be given"),
        ({"tenant": "t2"}, "'token' can have expires_at, expires_in, inspection, name, policies, and nothing else"),
    ],
)
def test_a_token_that_cannot_be_is_refused(t1: Caller, wanted: dict[str, object], words: str) -> None:
    status, message = refusal(ask(t1, **wanted))

    assert (status, words in message) == (400, True), message
    assert len(ids(t1)) == 1


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b'"token"',
            b"[" * 9999,
            b"{}",
            b'{"token": null}',
            b'{"token": []}',
            b'{"token": {}}',
        ),
        *(
            b'{"token": {"name": "a"}, "tenant": "t2"}',
            b'{"token": {"name": "\\ud800"}}',
            b'{"token": {"name": "\xff"}}',
        ),
        *(b'{"token": {"name": "a", "expires_in": NaN}}', b'{"token": {"name": "a", "expires_in": 1e999}}'),
    ],
)
def test_a_body_that_is_no_token_is_refused(t1: Caller, body: bytes) -> None:
    assert refusal(t1.post(TOKENS, JSON, body))[0] == 400


def test_the_longest_lifetime_can_be_had(t1: Caller) -> None:
    assert made(t1, expires_in=int(LONGEST.total_seconds()))["expires_at"] < "2036"


def test_a_list_has_the_callers_live_tokens_oldest_first(api: Api, t1: Caller) -> None:
    other = api.caller("t1", user="bob")
    foreign = api.caller("t2", user="user-of-t1")
    tokens = [made(t1), made(t1, expires_in=30), made(t1)]
    api.clock.advance(31)

    assert ids(t1) == [shown(t1)["id"], tokens[0]["id"], tokens[2]["id"]]
    assert ids(other) == [shown(other)["id"]]
    assert ids(foreign) == [shown(foreign)["id"]]


def test_tokens_of_operators_and_of_older_releases_are_listed_too(api: Api) -> None:
    api.world.identities.issue(a_caller("t1", "read_images", user="ann"), name="backup")
    ann = api.caller("t1", user="ann")

    named, own = ann.get(TOKENS).json["tokens"]

    assert (named["name"], named["issuer"], named["expires_at"], named["last_used_at"]) == ("backup", None, None, None)
    assert (own["name"], own["last_used_at"]) == (None, "2026-01-02")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_tokens_of_others_are_not_there(api: Api, t1: Caller, method: str) -> None:
    token = made(t1)
    for other in (api.caller("t1", user="bob"), api.caller("t2", user="user-of-t1"), api.caller("t2", "admin")):
        answer = other.request(method, f"{TOKENS}/{token['id']}", JSON)
        assert refusal(answer) == (404, f"Token {token['id']} not found")
    assert by(t1, token).get("/v1/images").status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "token_id", ["x", "0123456789A0", "0" * 13, "0" * 64, "%00", "é", "CURRENT", "0123456789ab%0a"]
)
def test_what_is_no_id_is_refused(t1: Caller, method: str, token_id: str) -> None:
    answer = t1.request(method, f"{TOKENS}/{token_id}", JSON)

    assert refusal(answer) == (400, "The id of a token has 12 hexadecimal digits")


def test_an_administrator_sees_and_ends_tokens_of_a_tenant_that_it_names(api: Api, t1: Caller) -> None:
    admin, token = api.caller("t2", "admin"), made(t1)
    target = f"{TOKENS}/{token['id']}?tenant=t1"

    assert ids(admin, "?tenant=t1") == [shown(t1)["id"], token["id"]]
    assert shown(admin, target) == known(token)
    assert admin.delete(target).status == 204
    assert ids(admin, "?tenant=t1") == [shown(t1)["id"]]
    assert refusal(admin.delete(target, JSON))[0] == 404
    assert ids(admin, "?tenant=nobody") == []


def test_an_administrator_sees_its_own_tokens_unless_it_names_a_tenant(api: Api) -> None:
    admin, bob = api.caller("t1", "admin", user="root"), api.caller("t1", user="bob")

    assert ids(admin) == [shown(admin)["id"]]
    assert set(ids(admin, "?tenant=t1")) == {shown(admin)["id"], shown(bob)["id"]}


@pytest.mark.parametrize("target", [TOKENS, f"{TOKENS}/0123456789ab", CURRENT])
def test_others_name_no_tenant_but_their_own(api: Api, t1: Caller, target: str) -> None:
    admin = api.caller(None, "admin")

    assert refusal(t1.get(f"{target}?tenant=t2", JSON)) == (403, "This needs the policy admin")
    assert refusal(t1.delete(f"{TOKENS}/0123456789ab?tenant=t2", JSON))[0] == 403
    assert ids(t1, "?tenant=t1") == ids(t1)
    for name in ("", "x" * 256):
        assert refusal(admin.get(f"{target}?tenant={name}", JSON))[0] == 400


def test_a_caller_without_a_tenant_knows_and_ends_its_own_token_and_no_other(api: Api) -> None:
    admin = api.caller(None, "admin")
    own = shown(admin)

    assert (own["tenant"], own["issuer"]) == (None, None)
    assert shown(admin, f"{TOKENS}/{own['id']}") == own
    assert refusal(admin.get(TOKENS, JSON)) == (
        400,
        "This token acts for no tenant. An administrator can name one: ?tenant=ID",
    )
    assert refusal(ask(admin)) == (400, "This token acts for no tenant")
    assert admin.delete(CURRENT).status == 204
    assert admin.get(CURRENT).status == 401


@pytest.mark.parametrize("policy", ["enforce", "off", "record"])
def test_a_caller_is_told_what_becomes_of_images_that_are_objected_to(make_api: MakeApi, policy: str) -> None:
    caller = make_api(INSPECTION=policy).caller("t1")

    assert caller.get(CURRENT).json["inspection"] == policy
    assert caller.get(f"{TOKENS}/{shown(caller)['id']}").json["inspection"] == policy
    assert by(caller, made(caller, inspection="enforce")).get(CURRENT).json["inspection"] == "enforce"


@pytest.mark.parametrize("named_by", ["current", "id"])
def test_a_caller_ends_the_token_that_it_asks_with(t1: Caller, named_by: str) -> None:
    token_id = shown(t1)["id"] if named_by == "id" else named_by

    answer = t1.delete(f"{TOKENS}/{token_id}")

    assert (answer.status, answer.body) == (204, b"")
    assert t1.get("/v1/images").status == 401


def test_what_a_token_made_ends_with_it(api: Api, t1: Caller) -> None:
    stolen = made(t1)
    child = made(by(t1, stolen))
    grandchild = made(by(t1, child))
    callers = [by(t1, token) for token in (stolen, child, grandchild)]
    assert [caller.get("/v1/images").status for caller in callers] == [200] * 3
    assert ids(t1) == [shown(t1)["id"], *(token["id"] for token in (stolen, child, grandchild))]

    t1.delete(f"{TOKENS}/{stolen['id']}")

    assert [caller.get("/v1/images").status for caller in callers] == [401] * 3
    assert ids(t1) == [shown(t1)["id"]]


def test_a_token_comes_from_three_others_at_most(t1: Caller) -> None:
    holder = t1
    for _ in range(3):
        holder = by(t1, made(holder))

    assert refusal(ask(holder)) == (
        413,
        "The limit of generations of tokens is exceeded. Attempted: 4, Maximum: 3",
    )


def test_a_server_that_has_not_heard_of_the_end_of_a_token_makes_nothing_of_it(api: Api, make_api: MakeApi) -> None:
    ann = api.caller("t1")
    made(ann)
    [own, _] = api.world.identities.list()
    TokenItem(own.digest).delete()

    assert ann.get("/v1/images").status == 200
    answers = [ask(ann), ann.get(TOKENS, JSON), ann.get(CURRENT, JSON), ann.delete(CURRENT, JSON)]
    assert [refusal(answer) for answer in answers] == [(401, "Authentication required")] * 4
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Keystone uri="http://registry.example"'}


def test_a_tenant_has_no_more_live_tokens_than_its_quota(make_api: MakeApi) -> None:
    api = make_api(TOKENS_QUOTA="3")
    ann, bob, other = api.caller("t1", user="ann"), api.caller("t1", user="bob"), api.caller("t2")
    token = made(ann, expires_in=60)

    assert refusal(ask(bob)) == (413, "The limit of tokens is exceeded. Attempted: 4, Maximum: 3")
    made(other)
    api.clock.advance(61)
    again = made(bob)
    assert ask(ann).status == 413
    bob.delete(f"{TOKENS}/{again['id']}")
    assert made(ann)["id"] != token["id"]


@pytest.mark.parametrize(("quota", "status"), [("0", 413), ("-1", 201)])
def test_a_quota_may_be_nothing_or_none(make_api: MakeApi, quota: str, status: int) -> None:
    assert ask(make_api(TOKENS_QUOTA=quota).caller("t1")).status == status


def test_anonymous_callers_have_no_token(make_api: MakeApi) -> None:
    nobody = make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true").anonymous()

    assert nobody.get("/v1/images").status == 200
    assert [nobody.get(target).status for target in (TOKENS, CURRENT)] == [401, 401]
    assert [ask(nobody).status, nobody.delete(CURRENT).status] == [401, 401]


def test_a_token_is_of_the_tenant_of_its_maker_also_where_users_are_the_owners(make_api: MakeApi) -> None:
    ann = make_api(GLANCE_V1_OWNER_IS_TENANT="false").caller("t1", user="ann")

    token = made(ann)

    assert (token["user"], token["tenant"]) == ("ann", "t1")
    assert len(ids(ann)) == 2


def lasting(caller: Caller, seconds: int) -> str:
    """The digest of a token that lasts as long."""
    return digest_of(str(made(caller, expires_in=seconds)["secret"]))


def kept() -> set[str]:
    return {item.digest for item in TokenItem.scan()}


def test_tokens_that_have_ended_go_when_one_is_made(api: Api, t1: Caller) -> None:
    """They wait for DynamoDB to remove them, which may take days: whoever makes short ones would fill the tables."""
    short = [lasting(t1, 30) for _ in range(MAX_REMOVED + 1)]
    long = lasting(t1, 3600)
    api.clock.advance(31)

    lasting(t1, 3600)

    assert len(kept() & set(short)) == 1
    lasting(t1, 3600)
    assert kept() & {*short, long} == {long}


def test_tokens_whose_makers_are_gone_go_when_one_is_made_and_leave_room(make_api: MakeApi) -> None:
    ann = make_api(TOKENS_QUOTA="3").caller("t1")
    maker = made(ann)
    orphan = lasting(by(ann, maker), 3600)
    assert ask(ann).status == 413
    ann.delete(f"{TOKENS}/{maker['id']}")
    assert orphan in kept()

    made(ann)

    assert orphan not in kept()
    assert (made(ann)["name"], ask(ann).status) == ("laptop", 413)


def test_a_token_whose_maker_is_not_in_the_index_yet_is_not_taken_for_an_orphan(t1: Caller) -> None:
    maker = made(t1)
    child = lasting(by(t1, maker), 3600)

    def without_the_maker(_request: Request) -> Reply:
        items = [item.to_dynamodb_dict() for item in TokenItem.scan()]
        return HTTPStatus.OK, {
            "Items": [item for item in items if item["digest"]["S"][:12] != maker["id"]],
            "Count": 2,
            "ScannedCount": 2,
        }

    with answering("Query", without_the_maker):
        made(t1)

    assert child in kept()


def test_a_token_that_is_an_orphan_unawares_makes_no_other(t1: Caller) -> None:
    maker = made(t1)
    child = by(t1, made(by(t1, maker)))
    assert child.get("/v1/images").status == 200
    TokenItem(digest_of(maker["secret"])).delete()

    assert child.get("/v1/images").status == 200
    assert ask(child).status == 401
