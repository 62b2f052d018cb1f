"""Which memberships each caller sees in the list of an image's members."""

from itertools import product

import pytest

from tests.api import Api
from tests.permissions.callers import TENANTS, all_callers
from tests.permissions.expected.notation import State, Who
from tests.permissions.things import SUBJECTS
from tests.tally import count

BOTH = (Who.MEMBER, Who.SHARER)
SHOWN = {
    Who.READER: BOTH,
    Who.STRANGER: (),
    Who.MEMBER: (Who.MEMBER,),
    Who.SHARER: (Who.SHARER,),
    Who.OWNER: BOTH,
    Who.ADMIN: BOTH,
}
"""Glance v1's wire §4.2, Glance v2's wire §4: the owner sees all, members only their own, strangers none."""
SHARED = [State.SHARED, State.PROTECTED, State.DEACTIVATED]
LISTS = [("v1", State.PUBLIC), *product(("v1", "v2"), SHARED)]


@pytest.mark.parametrize(("version", "state"), LISTS)
def test_a_caller_sees_the_memberships_that_concern_it(api: Api, version: str, state: State) -> None:
    callers, image = all_callers(api, f"glance_{version}"), SUBJECTS["image"].make(api, state)
    asking = [who for who in SHOWN if who is not Who.STRANGER or state is State.PUBLIC]

    answers = {who: callers[who].get(f"/{version}/images/{image.alias_of}/members").json["members"] for who in asking}

    count("lists of members", len(asking))
    assert {who: {row["member_id"] for row in rows} for who, rows in answers.items()} == {
        who: {TENANTS[member] for member in SHOWN[who]} for who in asking
    }
