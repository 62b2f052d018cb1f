"""Sharing where the member is asked; who may do what there is among the cases of Glance v2."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.catalog.errors import EditConflict, Invalid, MemberQuotaExceeded, MembershipNotFound, NotSharable
from chalicelib.catalog.image import NewImage, Visibility
from chalicelib.catalog.invitations import MemberExists, NotAnswerable, NotShared
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.query import ImageQuery
from chalicelib.catalog.service import Catalog
from tests.api import Api
from tests.catalog.conftest import RIGHTS, Open
from tests.conftest import MakeApi
from tests.storage.contract.faults import answering, cancelled

ACCEPTED, PENDING, REJECTED = MemberStatus.ACCEPTED, MemberStatus.PENDING, MemberStatus.REJECTED
OUTRUN = cancelled("ConditionalCheckFailed")
CALLS: dict[str, Callable[[Catalog, str], Any]] = {
    "add": lambda catalog, image_id: catalog.invitations.add(image_id, "t3"),
    "answer": lambda catalog, image_id: catalog.invitations.answer(image_id, "t2", ACCEPTED),
    "remove": lambda catalog, image_id: catalog.invitations.remove(image_id, "t2"),
    "list": lambda catalog, image_id: catalog.invitations.of_image(image_id),
}


@pytest.fixture
def image_id(catalog: Catalog) -> str:
    """An image of the tenant `t1`, to which `t2` is invited."""
    image = catalog.register(NewImage({}))
    catalog.invitations.add(image.id, "t2")
    return image.id


def listed(catalog: Catalog, *shares: MemberStatus) -> list[str]:
    query = ImageQuery() if not shares else ImageQuery(shares=frozenset(shares))
    return [image.id for image in catalog.images(query)]


def test_whoever_is_invited_is_asked_first(open_catalog: Open, image_id: str) -> None:
    member = open_catalog("t2")

    assert member.invitations.one(image_id, "t2").status is PENDING
    assert listed(member, ACCEPTED) == []
    assert listed(member, PENDING) == [image_id]
    assert member.image(image_id).id == image_id


@pytest.mark.parametrize("status", MemberStatus)
@pytest.mark.parametrize("before", MemberStatus)
def test_an_answer_moves_the_image_between_the_lists_of_the_member(
    api: Api, open_catalog: Open, image_id: str, before: MemberStatus, status: MemberStatus
) -> None:
    member = open_catalog("t2")
    member.invitations.answer(image_id, "t2", before)

    answered = member.invitations.answer(image_id, "t2", status)

    assert (answered.status, answered.can_share) == (status, False)
    assert {each for each in MemberStatus if listed(member, each) == [image_id]} == {status}
    assert listed(member) == ([] if status is REJECTED else [image_id])
    assert member.count(ImageQuery()) == len(listed(member))
    assert not api.world.migration.differences()


def test_an_answer_that_says_nothing_new_writes_nothing(catalog: Catalog, open_catalog: Open, image_id: str) -> None:
    before = catalog.image(image_id).version

    open_catalog("t2").invitations.answer(image_id, "t2", PENDING)

    assert catalog.image(image_id).version == before


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.COMMUNITY, Visibility.PRIVATE])
@pytest.mark.parametrize("call", CALLS)
def test_an_image_that_is_not_shared_has_no_members(
    open_catalog: Open, image_id: str, visibility: Visibility, call: str
) -> None:
    admin = open_catalog("ops", Policy.ADMIN)
    admin.update(image_id, lambda _: {"visibility": visibility})

    with pytest.raises(NotShared):
        CALLS[call](admin, image_id)
    with pytest.raises(MembershipNotFound):
        admin.invitations.one(image_id, "t2")


@pytest.mark.parametrize("visibility", [Visibility.COMMUNITY, Visibility.PRIVATE])
@pytest.mark.parametrize("status", MemberStatus)
def test_members_come_back_with_what_they_said_when_the_image_is_shared_again(
    api: Api, catalog: Catalog, open_catalog: Open, image_id: str, visibility: Visibility, status: MemberStatus
) -> None:
    member = open_catalog("t2")
    member.invitations.answer(image_id, "t2", status)

    catalog.update(image_id, lambda _: {"visibility": visibility})
    assert listed(member, *MemberStatus) == []
    assert not api.world.migration.differences()
    catalog.update(image_id, lambda _: {"visibility": Visibility.SHARED})

    assert listed(member, status) == [image_id]
    assert not api.world.migration.differences()


def test_nobody_is_invited_twice(catalog: Catalog, image_id: str) -> None:
    with pytest.raises(MemberExists):
        catalog.invitations.add(image_id, "t2")


def test_whoever_was_removed_can_be_invited_again(catalog: Catalog, open_catalog: Open, image_id: str) -> None:
    open_catalog("t2").invitations.answer(image_id, "t2", ACCEPTED)
    catalog.invitations.remove(image_id, "t2")

    assert catalog.invitations.add(image_id, "t2").status is PENDING


def test_no_more_are_invited_than_an_image_may_have(make_api: MakeApi) -> None:
    api = make_api(IMAGE_MEMBER_QUOTA="1")
    catalog = api.world.catalog(Principal("user", "t1", RIGHTS))
    image = catalog.register(NewImage({}))
    catalog.invitations.add(image.id, "t2")

    with pytest.raises(MemberQuotaExceeded):
        catalog.invitations.add(image.id, "t3")


def test_a_member_sees_and_answers_for_nobody_else(catalog: Catalog, open_catalog: Open, image_id: str) -> None:
    catalog.invitations.add(image_id, "t3")
    member = open_catalog("t2")

    assert [row.member for row in member.invitations.of_image(image_id)] == ["t2"]
    with pytest.raises(MembershipNotFound):
        member.invitations.one(image_id, "t3")
    with pytest.raises(MembershipNotFound):
        member.invitations.answer(image_id, "t3", ACCEPTED)
    with pytest.raises(MembershipNotFound):
        member.invitations.remove(image_id, "t3")


def test_a_member_neither_invites_others_nor_leaves(open_catalog: Open, image_id: str) -> None:
    member = open_catalog("t2")

    with pytest.raises(NotSharable):
        member.invitations.add(image_id, "t3")
    with pytest.raises(NotSharable):
        member.invitations.remove(image_id, "t2")


def test_an_owner_accepts_nothing_for_its_members(catalog: Catalog, open_catalog: Open, image_id: str) -> None:
    with pytest.raises(NotAnswerable):
        catalog.invitations.answer(image_id, "t2", ACCEPTED)

    admin = open_catalog("ops", Policy.ADMIN)
    assert admin.invitations.answer(image_id, "t2", ACCEPTED).status is ACCEPTED


def test_a_tenant_that_cannot_exist_is_not_invited(catalog: Catalog, image_id: str) -> None:
    with pytest.raises(Invalid):
        catalog.invitations.add(image_id, "x" * 256)


@pytest.mark.parametrize("call", ["add", "answer", "remove"])
def test_a_change_that_is_outrun_is_made_again(open_catalog: Open, image_id: str, call: str) -> None:
    admin = open_catalog("ops", Policy.ADMIN)
    replies = iter([OUTRUN, None])

    with answering("TransactWriteItems", lambda _: next(replies)):
        CALLS[call](admin, image_id)

    found = {row.member: row.status for row in admin.invitations.of_image(image_id)}
    assert found == {"add": {"t2": PENDING, "t3": PENDING}, "answer": {"t2": ACCEPTED}, "remove": {}}[call]


@pytest.mark.parametrize("call", ["add", "answer", "remove"])
def test_a_change_that_is_outrun_each_time_is_a_conflict(open_catalog: Open, image_id: str, call: str) -> None:
    admin = open_catalog("ops", Policy.ADMIN)

    with answering("TransactWriteItems", lambda _: OUTRUN), pytest.raises(EditConflict):
        CALLS[call](admin, image_id)

    assert [(row.member, row.status) for row in admin.invitations.of_image(image_id)] == [("t2", PENDING)]
