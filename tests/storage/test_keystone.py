"""Callers with tokens of a Keystone: who they are here, how long that is good, and what is refused."""

import hashlib
import json
from typing import Any

import pytest

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import IdentitiesUnavailable
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage import keystone as module
from tests.api import Api, a_caller
from tests.conftest import MakeApi
from tests.storage.keystones import Fault, Keystone, a_token

MEMBER = frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE})
READER = frozenset({Policy.READ_IMAGES})
OWN = a_caller("t1", "read_images")


@pytest.fixture
def api(make_api: MakeApi, keystone: Keystone) -> Api:
    """A registry beside a Keystone, by whose clock that lives."""
    api = make_api(**keystone.settings())
    keystone.clock = api.clock
    return api


@pytest.mark.parametrize(
    ("roles", "policies"),
    [
        (["reader"], READER),
        (["member", "reader"], MEMBER),
        (["_member_"], MEMBER),
        (["admin", "manager", "member", "reader"], MEMBER | {Policy.ADMIN}),
        (["Reader", "creator"], READER),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_token_stands_for_its_user_in_its_project_with_the_policies_of_its_roles(
    api: Api, keystone: Keystone, roles: list[str], policies: frozenset[Policy]
) -> None:
    secret = keystone.know("token-1", a_token(*roles))

    found = api.world.callers.authenticate(secret)

    assert found == Principal("ann", "p1", policies)


def test_the_roles_are_those_of_the_setting(make_api: MakeApi, keystone: Keystone) -> None:
    roles = "image uploader = create_image + read_images, Boss=admin"
    callers = make_api(**keystone.settings(KEYSTONE_ROLES=roles)).world.callers
    for role in ("Image Uploader", "boss", "member"):
        keystone.know(f"token-{role[0].lower()}", a_token(role))

    uploader, boss, member = (callers.authenticate(f"token-{name}") for name in "ibm")

    assert uploader is not None
    assert uploader.policies == {Policy.CREATE_IMAGE, Policy.READ_IMAGES}
    assert boss is not None
    assert boss.is_admin
    assert member is None


def test_a_token_is_named_by_an_id_that_tells_nothing_of_it(api: Api, keystone: Keystone) -> None:
    found = api.world.callers.authenticate(keystone.know("token-1", a_token("reader")))

    assert found is not None
    assert found.token == hashlib.sha256(b"token-1").hexdigest()[:12]


DOMAIN = {"id": "default", "name": "Default"}
REFUSED = {
    "for a domain": a_token("admin", project=None, domain=DOMAIN),
    "for the system": a_token("admin", project=None, system={"all": True}),
    "for nothing": a_token(project=None, roles=None),
    "for a project that is a domain": a_token("admin", is_domain=True),
    "without roles": a_token(),
    "with roles that nobody knows": a_token("creator", "auditor"),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
def test_a_token_that_is_not_for_a_project_or_has_no_known_role_is_refused(
    api: Api, keystone: Keystone, token: dict[str, Any]
) -> None:
    assert api.world.callers.authenticate(keystone.know("token-1", token)) is None
    assert keystone.methods() == ["POST", "GET"]


def test_our_own_tokens_are_never_sent_to_keystone(api: Api, keystone: Keystone) -> None:
    secret = api.world.identities.issue(OWN)

    assert api.world.callers.authenticate(secret) == OWN
    assert keystone.methods() == []


def test_a_token_that_keystone_does_not_know_is_refused(api: Api, keystone: Keystone) -> None:
    assert api.world.callers.authenticate("unknown") is None
    assert keystone.methods() == ["POST", "GET"]


def test_a_good_token_costs_no_request_for_a_minute(api: Api, keystone: Keystone) -> None:
    secret, costs = keystone.know("token-1", a_token("reader")), []

    for seconds in (0, 30, 29, 1):
        api.clock.advance(seconds)
        api.world.meter.start()
        assert api.world.callers.authenticate(secret) is not None
        costs.append((keystone.methods(), api.world.meter.read()))

    assert costs == [(["POST", "GET"], 1), ([], 0), ([], 0), (["GET"], 1)]


def test_how_long_an_answer_is_good_can_be_set(make_api: MakeApi, keystone: Keystone) -> None:
    api = make_api(**keystone.settings(KEYSTONE_CACHE_SECONDS="5"))
    keystone.clock = api.clock
    secret = keystone.know("token-1", a_token("reader"))
    api.world.callers.authenticate(secret)
    keystone.tokens.clear()

    api.clock.advance(4)
    within = api.world.callers.authenticate(secret)
    api.clock.advance(1)

    assert within is not None
    assert api.world.callers.authenticate(secret) is None


def test_a_revoked_token_is_good_for_a_minute_and_no_longer(api: Api, keystone: Keystone) -> None:
    secret = keystone.know("token-1", a_token("reader"))
    api.world.callers.authenticate(secret)
    keystone.tokens.clear()

    api.clock.advance(59)
    within = api.world.callers.authenticate(secret)
    api.clock.advance(1)

    assert within is not None
    assert api.world.callers.authenticate(secret) is None


def test_a_token_is_good_until_its_own_end_and_no_longer(api: Api, keystone: Keystone) -> None:
    secret = keystone.know("token-1", a_token("reader", expires_at="2026-01-02T03:04:25.000000Z"))

    before = api.world.callers.authenticate(secret)
    api.clock.advance(20)

    assert before is not None
    assert api.world.callers.authenticate(secret) is None


def test_an_unknown_token_is_not_asked_for_again_for_a_few_seconds(api: Api, keystone: Keystone) -> None:
    for _ in range(3):
        assert api.world.callers.authenticate("token-1") is None
    asked = keystone.methods()

    keystone.know("token-1", a_token("reader"))
    api.clock.advance(5)

    assert asked == ["POST", "GET"]
    assert api.world.callers.authenticate("token-1") is not None


def test_a_token_of_our_own_is_good_as_soon_as_it_is_issued(api: Api) -> None:
    before = api.world.callers.authenticate("open sesame")
    api.world.identities.issue(OWN, secret="open sesame")

    assert before is None
    assert api.world.callers.authenticate("open sesame") == OWN


@pytest.mark.parametrize("most", ["MAX_KNOWN", "MAX_UNKNOWN"])
def test_memory_is_bounded_and_the_oldest_makes_room(
    make_api: MakeApi, keystone: Keystone, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(module, most, 2)
    callers = make_api(**keystone.settings()).world.callers
    secrets = ["token-1", "token-2", "token-3"]
    for secret in secrets if most == "MAX_KNOWN" else []:
        keystone.know(secret, a_token("reader"))
    for secret in secrets:
        callers.authenticate(secret)
    keystone.methods()

    asked = {}
    for secret in reversed(secrets):
        callers.authenticate(secret)
        asked[secret] = len(keystone.methods())

    assert asked == {"token-3": 0, "token-2": 0, "token-1": 1}


NONSENSE = {
    "no user": a_token("reader", user=None),
    "a user without a name": a_token("reader", user={"id": "u1"}),
    "a name that is none": a_token("reader", user={"name": 7}),
    "an empty name": a_token("reader", user={"name": ""}),
    "a name that is too long": a_token("reader", user={"name": "x" * 256}),
    "a name that cannot be written": a_token("reader", user={"name": "\ud800"}),
    "a project without an id": a_token("reader", project={"name": "web"}),
    "a project of another shape": a_token("reader", project="p1"),
    "no roles": a_token("reader", roles=None),
    "roles without names": a_token("reader", roles=[{"id": "1"}]),
    "no end": a_token("reader", expires_at=None),
    "an end without a zone": a_token("reader", expires_at="2026-01-02T04:00:00"),
    "an end that is none": a_token("reader", expires_at="soon"),
    "an end beyond all calendars": a_token("reader", expires_at="9999-12-31T23:59:59-23:59"),
    "a list": [],
}


@pytest.mark.parametrize("token", NONSENSE.values(), ids=NONSENSE)
def test_an_answer_that_lacks_something_is_an_outage(api: Api, keystone: Keystone, token: Any) -> None:
    keystone.fail(Fault(200, json.dumps({"token": token}).encode()))

    with pytest.raises(IdentitiesUnavailable) as raised:
        api.world.callers.authenticate("token-1")

    assert raised.value.outage is Outage.FAILING


def test_an_outage_is_not_remembered(api: Api, keystone: Keystone) -> None:
    secret = keystone.know("token-1", a_token("reader"))
    keystone.fail(Fault(), Fault())
    with pytest.raises(IdentitiesUnavailable):
        api.world.callers.authenticate(secret)

    assert api.world.callers.authenticate(secret) is not None


def test_our_own_tokens_work_while_keystone_does_not(api: Api, keystone: Keystone) -> None:
    secret = api.world.identities.issue(OWN)
    keystone.fail(Fault(500), method="POST")

    with pytest.raises(IdentitiesUnavailable):
        api.world.callers.authenticate("token-1")

    assert api.world.callers.authenticate(secret) == OWN


def test_without_a_keystone_only_our_own_tokens_are_known(make_api: MakeApi) -> None:
    world = make_api().world

    assert world.callers is world.identities
