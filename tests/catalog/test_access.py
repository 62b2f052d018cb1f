"""Who may see, change and share an image, as one table."""

from typing import Any

import pytest

from chalicelib.catalog.access import may_change, may_see, may_share, owns
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


def test_nobody_owns_what_has_no_owner() -> None:
    assert not owns(TENANTLESS, an_image(owner=None))
    assert owns(OWNER, an_image())
