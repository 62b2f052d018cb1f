"""Tokens: shown once, stored as a digest, trusted for a minute."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.catalog.errors import EditConflict
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.outages import TablesUnavailable
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.token import Token
from chalicelib.catalog.tokens import NewToken, TokenEnded
from chalicelib.storage.tables import MODELS, TokenItem
from tests.api import Api
from tests.conftest import MakeApi
from tests.storage.contract.faults import Reply, Request, answering, cancelled

ALICE = Principal("alice", "t1", frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE}))
ROOT = Principal("root", None, frozenset({Policy.ADMIN}))


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@pytest.mark.parametrize("principal", [ALICE, ROOT, Principal("nobody", "t/1\x00é", frozenset())], ids=lambda p: p.user)
def test_a_secret_stands_for_its_principal(api: Api, principal: Principal) -> None:
    secret = api.world.identities.issue(principal)

    assert api.world.identities.authenticate(secret) == principal


def test_a_principal_knows_which_token_it_has_shown_and_when_that_ends(api: Api) -> None:
    end = api.clock.now() + timedelta(hours=1)
    secrets = {expires: api.world.identities.issue(ALICE, expires=expires) for expires in (None, end)}

    for expires, secret in secrets.items():
        for _ in ("looked up", "trusted"):
            found = api.world.identities.authenticate(secret)

            assert found is not None
            assert (found.token, found.expires_at) == (digest(secret)[:12], expires)


@pytest.mark.parametrize("inspecting", [None, *Inspecting])
def test_a_principal_knows_what_its_token_says_of_inspection(api: Api, inspecting: Inspecting | None) -> None:
    secret = api.world.identities.issue(replace(ALICE, inspecting=inspecting))

    found = api.world.identities.authenticate(secret)

    assert found is not None
    assert found.inspecting is inspecting


def test_secrets_are_random_and_long(api: Api) -> None:
    secrets = {api.world.identities.issue(ALICE) for _ in range(5)}

    assert len(secrets) == 5
    # 160 bits in base64.
    assert min(map(len, secrets)) >= 27


def test_a_secret_may_be_given(api: Api) -> None:
    assert api.world.identities.issue(ALICE, secret="open sesame") == "open sesame"
    assert api.world.identities.authenticate("open sesame") == ALICE


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(guess=st.text(st.characters()))
def test_any_other_text_stands_for_nobody(api: Api, guess: str) -> None:
    secret = api.world.identities.issue(ALICE, secret="the one")

    assert guess == secret or api.world.identities.authenticate(guess) is None


def test_the_digest_of_a_secret_stands_for_nobody(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)

    assert api.world.identities.authenticate(digest(secret)) is None
    assert api.world.identities.authenticate(digest(secret)[:12]) is None


def test_no_table_has_the_secret(api: Api) -> None:
    secret = api.world.identities.issue(ALICE, expires=api.clock.now() + timedelta(days=1))

    stored = json.dumps([item.to_dynamodb_dict() for model in MODELS for item in model.scan()])

    assert digest(secret) in stored
    assert secret not in stored


def test_a_token_expires(api: Api) -> None:
    secret = api.world.identities.issue(ALICE, expires=api.clock.now() + timedelta(seconds=10))

    before = api.world.identities.authenticate(secret)
    api.clock.advance(10)

    assert before == ALICE
    assert api.world.identities.authenticate(secret) is None


def test_an_expired_token_was_never_good(api: Api) -> None:
    secret = api.world.identities.issue(ALICE, expires=api.clock.now() - timedelta(seconds=1))

    assert api.world.identities.authenticate(secret) is None
    assert api.world.identities.list() == []


def test_an_expired_token_is_left_to_the_time_to_live(api: Api) -> None:
    end = api.clock.now() + timedelta(days=1)
    secret = api.world.identities.issue(ALICE, expires=end)
    endless = api.world.identities.issue(ALICE)

    assert TokenItem.get(digest(secret)).expires == int(end.timestamp())
    assert TokenItem.get(digest(endless)).expires is None


@pytest.mark.parametrize("named_by", ["secret", "id"])
def test_a_token_is_revoked_at_once_where_it_is_revoked(api: Api, named_by: str) -> None:
    secret = api.world.identities.issue(ALICE)
    other = api.world.identities.issue(ROOT)
    assert api.world.identities.authenticate(secret) == ALICE

    revoked = api.world.identities.revoke(secret if named_by == "secret" else digest(secret)[:12])

    assert revoked
    assert api.world.identities.authenticate(secret) is None
    assert api.world.identities.authenticate(other) == ROOT
    assert not api.world.identities.revoke(secret)


@pytest.mark.parametrize("name", ["", "unknown", "0" * 12])
def test_what_names_no_token_revokes_none(api: Api, name: str) -> None:
    secret = api.world.identities.issue(ALICE)

    assert not api.world.identities.revoke(name)
    assert api.world.identities.authenticate(secret) == ALICE


def test_an_id_that_fits_several_tokens_revokes_none(api: Api) -> None:
    for tail in "01":
        TokenItem("a" * 63 + tail, user="u", policies=frozenset(), created_at=api.clock.now()).save()

    assert not api.world.identities.revoke("a" * 12)
    assert len(api.world.identities.list()) == 2


def test_a_token_revoked_elsewhere_is_trusted_for_a_minute_and_no_longer(make_api: MakeApi) -> None:
    here, elsewhere = make_api(), make_api()
    secret = here.world.identities.issue(ALICE)
    here.world.identities.authenticate(secret)
    elsewhere.world.identities.revoke(secret)

    here.clock.advance(59)
    within = here.world.identities.authenticate(secret)
    here.clock.advance(1)

    assert within == ALICE
    assert here.world.identities.authenticate(secret) is None


def test_a_trusted_token_costs_no_request_for_a_minute(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)
    costs = []

    for seconds in (0, 30, 29, 1, 0):
        api.clock.advance(seconds)
        api.world.meter.start()
        api.world.identities.authenticate(secret)
        costs.append(api.world.meter.read())

    assert costs == [2, 0, 0, 1, 0]  # it is remembered that it was used today


def test_an_unknown_secret_is_looked_up_each_time(api: Api) -> None:
    api.world.meter.start()

    for _ in range(3):
        api.world.identities.authenticate("unknown")

    assert api.world.meter.read() == 3


def test_trust_takes_a_bounded_amount_of_memory(api: Api) -> None:
    secrets = [f"secret-{number}" for number in range(1001)]
    with TokenItem.batch_write() as batch:
        for secret in secrets:
            batch.save(TokenItem(digest(secret), user="u", policies=frozenset(), created_at=api.clock.now()))
    # FakeClock moves on by a millisecond a call: all of it happens within the minute.
    for secret in secrets:
        assert api.world.identities.authenticate(secret) is not None

    api.world.meter.start()
    for secret in (secrets[0], secrets[-1]):
        api.world.identities.authenticate(secret)

    assert api.world.meter.read() == 1


def test_tokens_are_listed_without_their_secrets_oldest_first(api: Api) -> None:
    identities, end = api.world.identities, api.clock.now() + timedelta(days=1)
    first = identities.issue(ALICE, expires=end)
    created = api.clock.now()
    second = identities.issue(ROOT)

    older, newer = identities.list()

    assert older == Token(digest(first), ALICE, older.created_at, end)
    assert newer == Token(digest(second), ROOT, newer.created_at, None)
    assert older.created_at < created < newer.created_at


def holder(api: Api, secret: str) -> Principal:
    principal = api.world.identities.authenticate(secret)
    assert principal is not None
    return principal


def made(api: Api, secret: str) -> str:
    """The secret of a token that the holder of another one makes."""
    return api.world.catalog(holder(api, secret)).tokens.create(NewToken("made"))[1]


def used(secret: str) -> str | None:
    day: str | None = TokenItem.get(digest(secret)).last_used
    return day


def refused(_request: Request) -> Reply:
    return HTTPStatus.BAD_REQUEST, {"Error": {"Code": "AccessDeniedException", "Message": "as the test asks"}}


def busy(_request: Request) -> Reply:
    return HTTPStatus.BAD_REQUEST, {"Error": {"Code": "ThrottlingException", "Message": "as the test asks"}}


def lost(_request: Request) -> Reply:
    error = {"Code": "ConditionalCheckFailedException", "Message": "as the test asks"}
    return HTTPStatus.BAD_REQUEST, {"Error": error}


def test_the_day_of_the_last_use_is_remembered_once_a_day(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)
    days, writes = [used(secret)], []

    for hours in (0, 1, 24):
        api.clock.advance(hours * 3600)
        with answering("UpdateItem", lambda _: None) as calls:
            holder(api, secret)
        days.append(used(secret))
        writes.append(len(calls))

    assert days == [None, "2026-01-02", "2026-01-02", "2026-01-03"]
    assert writes == [1, 0, 1]


@pytest.mark.parametrize("reply", [refused, busy, lost], ids=["refused", "busy", "lost"])
def test_a_use_that_cannot_be_remembered_is_none_the_less_one(api: Api, reply: Callable[[Request], Reply]) -> None:
    secret = api.world.identities.issue(ALICE)

    with answering("UpdateItem", reply) as calls:
        assert api.world.identities.authenticate(secret) == ALICE

    assert calls
    assert used(secret) is None


def test_a_token_that_is_revoked_while_it_is_used_does_not_come_back(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)

    def revoke(_request: Request) -> None:
        TokenItem(digest(secret)).delete()

    with answering("UpdateItem", revoke):
        holder(api, secret)

    assert api.world.identities.list() == []


def test_what_a_token_made_is_good_as_long_as_all_that_it_comes_from_are_there(api: Api) -> None:
    first = api.world.identities.issue(ALICE)
    second = made(api, first)
    third = made(api, second)
    assert holder(api, third) == ALICE

    api.world.identities.revoke(first)

    assert [api.world.identities.authenticate(secret) for secret in (second, third)] == [None, None]
    assert api.world.identities.list() == []


def test_a_server_that_trusts_what_a_revoked_token_made_does_so_for_a_minute(make_api: MakeApi) -> None:
    here, elsewhere = make_api(), make_api()
    secret = here.world.identities.issue(ALICE)
    child = made(here, secret)
    assert holder(here, child) == ALICE
    elsewhere.world.identities.revoke(secret)

    here.clock.advance(58)
    within = here.world.identities.authenticate(child)
    here.clock.advance(2)

    assert within == ALICE
    assert here.world.identities.authenticate(child) is None


def test_a_token_that_others_made_costs_a_read_more_once_a_minute(api: Api) -> None:
    child = made(api, made(api, api.world.identities.issue(ALICE)))
    holder(api, child)
    costs = []

    for seconds in (30, 30, 60):
        api.clock.advance(seconds)
        api.world.meter.start()
        with answering("BatchGetItem", lambda _: None) as calls:
            holder(api, child)
        costs.append((api.world.meter.read(), len(calls)))

    ((_, asked),) = calls[0]["RequestItems"].items()
    assert costs == [(0, 0), (2, 1), (2, 1)]
    assert (asked["ConsistentRead"], len(asked["Keys"])) == (True, 2)


def test_a_token_whose_makers_cannot_be_read_is_not_taken_for_revoked(api: Api) -> None:
    child = made(api, api.world.identities.issue(ALICE))

    with answering("BatchGetItem", busy), pytest.raises(TablesUnavailable):
        api.world.identities.authenticate(child)

    assert holder(api, child) == ALICE


def test_a_token_is_made_only_while_its_maker_is_there(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)
    tokens = api.world.catalog(holder(api, secret)).tokens

    def revoke(_request: Request) -> None:
        TokenItem(digest(secret)).delete()

    with answering("TransactWriteItems", revoke) as calls, pytest.raises(TokenEnded):
        tokens.create(NewToken("made"))

    assert len(calls) == 1
    assert list(TokenItem.scan()) == []


def test_a_token_whose_maker_is_in_use_by_others_is_made_again(api: Api) -> None:
    tokens = api.world.catalog(holder(api, api.world.identities.issue(ALICE))).tokens
    replies = iter([cancelled("TransactionConflict", "None"), None])

    with answering("TransactWriteItems", lambda _: next(replies)):
        tokens.create(NewToken("made"))
    with (
        answering("TransactWriteItems", lambda _: cancelled("TransactionConflict", "None")),
        pytest.raises(EditConflict, match=r"Token [0-9a-f]{12} is being changed by others"),
    ):
        tokens.create(NewToken("made"))

    assert [token.name for token in tokens.all()] == [None, "made"]


def test_neither_a_secret_nor_a_digest_is_in_what_a_principal_looks_like(api: Api) -> None:
    secret = api.world.identities.issue(ALICE)

    assert secret not in repr(holder(api, secret))
    assert digest(secret) not in repr(holder(api, secret))
