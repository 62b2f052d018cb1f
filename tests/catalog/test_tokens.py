"""What tokens may make of themselves: never wider, never longer, and not for ever on."""

from datetime import timedelta

import pytest

from chalicelib.catalog.errors import Invalid, PolicyMissing, QuotaExceeded, TenantMissing
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.token import Token, live
from chalicelib.catalog.tokens import LIFETIME, LONGEST, NewToken, TokenEnded, Tokens, derived
from tests.api import Api
from tests.factories import START

ENFORCE, RECORD, OFF = Inspecting
READ, CREATE, ADMIN = Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.ADMIN
DAY = timedelta(days=1)


def a_token(
    *policies: Policy,
    end: timedelta | None = None,
    issuers: tuple[str, ...] = (),
    inspecting: Inspecting | None = None,
) -> Token:
    principal = Principal("ann", "t1", frozenset(policies), "own", None, "own-digest", inspecting=inspecting)
    return Token("own-digest", principal, START, None if end is None else START + end, issuers=issuers)


def test_a_token_has_the_policies_of_the_one_that_makes_it_unless_it_asks_for_fewer() -> None:
    own = a_token(READ, CREATE)

    same = derived(own, NewToken("x"), "d", START, ENFORCE)
    fewer = derived(own, NewToken("x", frozenset({READ})), "d", START, ENFORCE)
    none = derived(own, NewToken("x", frozenset()), "d", START, ENFORCE)

    assert [token.principal.policies for token in (same, fewer, none)] == [{READ, CREATE}, {READ}, frozenset()]
    assert (same.principal.user, same.principal.tenant, same.name) == ("ann", "t1", "x")
    assert same.issuers == ("own-digest",)
    assert same.issuer == "own-digest"[:12]


def test_no_token_has_a_policy_that_the_one_that_makes_it_lacks() -> None:
    with pytest.raises(PolicyMissing) as refused:
        derived(a_token(READ), NewToken("x", frozenset({READ, CREATE})), "d", START, ENFORCE)

    assert refused.value.policy is CREATE


def test_an_administrator_may_grant_every_policy() -> None:
    made = derived(a_token(Policy.ADMIN), NewToken("x", frozenset(Policy)), "d", START, ENFORCE)

    assert made.principal.policies == {*Policy}


@pytest.mark.parametrize(
    ("own", "deployments", "asked", "expected"),
    [
        (None, ENFORCE, None, None),
        (OFF, ENFORCE, None, OFF),
        (OFF, ENFORCE, OFF, OFF),
        (OFF, ENFORCE, RECORD, RECORD),
        (ENFORCE, OFF, ENFORCE, ENFORCE),
        (None, RECORD, ENFORCE, ENFORCE),
        (None, ENFORCE, ENFORCE, ENFORCE),
        (None, OFF, RECORD, RECORD),
    ],
)
def test_a_token_is_as_strict_as_the_one_that_makes_it_unless_it_asks_for_more(
    own: Inspecting | None, deployments: Inspecting, asked: Inspecting | None, expected: Inspecting | None
) -> None:
    made = derived(a_token(READ, inspecting=own), NewToken("x", inspecting=asked), "d", START, deployments)

    assert made.principal.inspecting is expected


@pytest.mark.parametrize("policy", [RECORD, OFF])
def test_a_token_that_is_as_lax_as_the_deployment_becomes_stricter_with_it(policy: Inspecting) -> None:
    made = [derived(a_token(right), NewToken("x", inspecting=policy), "d", START, policy) for right in (READ, ADMIN)]

    assert [token.principal.inspecting for token in made] == [None, policy]


@pytest.mark.parametrize(
    ("own", "deployments", "asked"),
    [(None, ENFORCE, RECORD), (None, RECORD, OFF), (ENFORCE, OFF, RECORD), (RECORD, OFF, OFF)],
)
def test_only_an_administrator_makes_a_token_that_is_laxer(
    own: Inspecting | None, deployments: Inspecting, asked: Inspecting
) -> None:
    new = NewToken("x", inspecting=asked)

    with pytest.raises(Invalid, match=f"'{asked}' is laxer than '{own or deployments}'"):
        derived(a_token(*set(Policy) - {Policy.ADMIN}, inspecting=own), new, "d", START, deployments)

    made = derived(a_token(Policy.ADMIN, inspecting=own), new, "d", START, deployments)
    assert made.principal.inspecting is asked


@pytest.mark.parametrize(
    ("own", "asked", "expected"),
    [
        (None, None, LIFETIME),
        (DAY, None, DAY),
        (LIFETIME * 2, None, LIFETIME),
        (None, LIFETIME * 2, LIFETIME * 2),
        (DAY, DAY, DAY),
        (None, LONGEST, LONGEST),
        (DAY, timedelta(microseconds=1), timedelta(microseconds=1)),
    ],
    ids=["usual", "usual but no longer", "usual of a longer one", "longer", "as long", "longest", "shortest"],
)
def test_a_token_lasts_ninety_days_unless_it_says_how_long_and_no_longer_than_its_maker(
    own: timedelta | None, asked: timedelta | None, expected: timedelta
) -> None:
    new = NewToken("x", None, None if asked is None else START + asked)

    assert derived(a_token(READ, end=own), new, "d", START, ENFORCE).expires_at == START + expected


@pytest.mark.parametrize(
    "asked", [timedelta(), -DAY, LONGEST + timedelta(microseconds=1), DAY * 2], ids=["now", "over", "absurd", "longer"]
)
def test_no_token_lasts_longer_than_its_maker_or_ends_before_it_begins(asked: timedelta) -> None:
    own = a_token(READ, end=DAY if asked == DAY * 2 else None)

    with pytest.raises(Invalid) as refused:
        derived(own, NewToken("x", None, START + asked), "d", START, ENFORCE)

    assert refused.value.field == "expires_at"


def test_a_token_comes_from_three_others_at_most() -> None:
    third = derived(a_token(READ, issuers=("b", "a")), NewToken("x"), "d", START, ENFORCE)

    assert third.issuers == ("own-digest", "b", "a")
    with pytest.raises(QuotaExceeded, match="Attempted: 4, Maximum: 3"):
        derived(third, NewToken("x"), "e", START, ENFORCE)


def test_a_token_that_has_just_ended_makes_no_other() -> None:
    with pytest.raises(TokenEnded):
        derived(a_token(READ, end=DAY), NewToken("x"), "d", START + DAY, ENFORCE)


def test_of_tokens_those_are_live_that_have_not_ended_and_whose_makers_are_there() -> None:
    holder = Principal("ann", "t1")
    oldest, other = Token("a", holder, START, None), Token("b", holder, START, START + DAY)
    child = Token("c", holder, START + DAY / 2, None, issuers=("a",))
    orphan = Token("d", holder, START, None, issuers=("c", "gone"))

    assert live([orphan, child, other, oldest], START) == [oldest, other, child]
    assert live([orphan, child, other, oldest], START + DAY) == [oldest, child]


def test_whoever_has_no_token_has_nothing_to_do_with_any(api: Api) -> None:
    """As callers without credentials are, and as those who came in by other ways would be."""
    tokens = api.world.catalog(Principal("ann", "t1", frozenset(Policy))).tokens

    with pytest.raises(TokenEnded):
        tokens.all()
    with pytest.raises(TokenEnded):
        tokens.create(NewToken("x"))


def test_a_token_without_a_tenant_makes_none_even_if_there_is_no_quota(api: Api) -> None:
    principal = api.world.identities.authenticate(
        api.world.identities.issue(Principal("root", None, frozenset(Policy)))
    )
    assert principal is not None

    for quota in (-1, 100):
        limits = api.world.settings.limits._replace(token_quota=quota)
        with pytest.raises(TenantMissing):
            Tokens(principal, api.world.identities, api.clock, limits).create(NewToken("x"))
