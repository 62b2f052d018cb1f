"""Rights that a principal holds."""

import pytest

from chalicelib.catalog.principal import ANONYMOUS, Policy, Principal


@pytest.mark.parametrize("policy", Policy)
def test_an_administrator_holds_every_right(policy: Policy) -> None:
    assert Principal("root", "ops", frozenset({Policy.ADMIN})).holds(policy)


@pytest.mark.parametrize("policy", Policy)
def test_anybody_else_holds_what_was_granted(policy: Policy) -> None:
    alice = Principal("alice", "t1", frozenset({Policy.READ_IMAGES}))

    assert alice.holds(policy) is (policy is Policy.READ_IMAGES)
    assert not alice.is_admin


@pytest.mark.parametrize("policy", Policy)
def test_who_shows_no_credentials_holds_nothing(policy: Policy) -> None:
    assert not ANONYMOUS.holds(policy)
    assert ANONYMOUS.tenant is None
