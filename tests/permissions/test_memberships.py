"""Whose membership is shown to whom, where all may ask who the members of an image are."""

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
"""Glance v1, §4.2: all to those who may change the image, else one's own row only, to strangers none."""


@pytest.mark.parametrize("state", [State.PUBLIC, State.SHARED, State.PROTECTED, State.DEACTIVATED])
def test_a_caller_is_shown_the_members_that_concern_it(api: Api, state: State) -> None:
    callers, image = all_callers(api, "glance_v1"), SUBJECTS["image"].make(api, state)
    asking = [who for who in SHOWN if who is not Who.STRANGER or state is State.PUBLIC]

    answers = {who: callers[who].get(f"/v1/images/{image.known_as}/members").json["members"] for who in asking}

    count("lists of members", len(asking))
    assert {who: {row["member_id"] for row in rows} for who, rows in answers.items()} == {
        who: {TENANTS[member] for member in SHOWN[who]} for who in asking
    }
