"""Who may see, change and share an image, as one table."""

from typing import Any

import pytest

from chalicelib.catalog.access import may_change, may_leave, may_see, may_share, owns
from chalicelib.catalog.image import Visibility
from chalicelib.catalog.principal import ANONYMOUS, Policy, Principal
from tests.factories import a_membership, an_image

OWNER = Principal("alice", "t1")
STRANGER = Principal("bob", "t2")
TENANTLESS = Principal("carol", None)
ADMIN = Principal("root", None, frozenset({Policy.ADMIN}))
PUBLIC = {"visibility": Visibility.PUBLIC}
OWNERLESS = {"owner": None}
READER = {"can_share": False}
SHARER = {"can_share": True}


@pytest.mark.parametrize(
    ("principal", "facts", "share", "rights"),
    [
        (OWNER, {}, None, "see change share"),
        (OWNER, PUBLIC, None, "see change share"),
        (STRANGER, {}, None, ""),
        (STRANGER, PUBLIC, None, "see"),
        (STRANGER, OWNERLESS, None, "see"),
        (STRANGER, {}, READER, "see"),
        (STRANGER, {}, SHARER, "see share"),
        (STRANGER, PUBLIC, SHARER, "see share"),
        (TENANTLESS, {}, None, ""),
        (TENANTLESS, PUBLIC, None, "see"),
        (TENANTLESS, OWNERLESS, None, "see"),
        (ANONYMOUS, {}, None, ""),
        (ADMIN, {}, None, "see change share"),
        (ADMIN, OWNERLESS, None, "see change share"),
    ],
)
def test_rights_follow_from_owner_visibility_and_membership(
    principal: Principal, facts: dict[str, Any], share: dict[str, Any] | None, rights: str
) -> None:
    image = an_image(**facts)
    membership = None if share is None else a_membership(image, "t2", **share)

    found = {
        "see": may_see(principal, image, membership),
        "change": may_change(principal, image),
        "share": may_share(principal, image, membership),
    }

    assert " ".join(right for right, held in found.items() if held) == rights


@pytest.mark.parametrize("share", [READER, SHARER], ids=["member", "member who may share"])
def test_a_member_may_leave_but_have_nobody_else_leave(share: dict[str, Any]) -> None:
    membership = a_membership(an_image(), "t2", **share)

    assert may_leave(STRANGER, "t2", membership)
    assert not may_leave(STRANGER, "t3", membership)
    assert not may_leave(STRANGER, "t2", None)
    assert not may_leave(TENANTLESS, "t2", None)


def test_nobody_owns_what_has_no_owner() -> None:
    assert not owns(TENANTLESS, an_image(owner=None))
    assert owns(OWNER, an_image())
