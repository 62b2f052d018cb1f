"""Memberships in DynamoDB. Each change increments the version of its image, so that concurrent writes conflict."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from chalicelib.catalog.errors import MemberQuotaExceeded, StaleImage
from chalicelib.catalog.event import Actor
from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import Membership, MemberStatus
from chalicelib.storage import batch, first_layout, keys, spread, totals
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.events import DynamoChronicle
from chalicelib.storage.items import item_of as image_item_of
from chalicelib.storage.items import shared_row_key, shared_row_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ImageItem, MembershipItem
from chalicelib.storage.writes import Writes

LARGEST_CHUNK = 32
"""DynamoDB's limit is a hundred actions: three for each member, one for the image, one for the event."""


class Step(NamedTuple):
    """A change of a membership: `before` is None if it is new, `after` if it ends."""

    member: str
    before: Membership | None
    after: Membership | None


class DynamoMembershipRepository:
    """Implements `ports.MembershipRepository`.

    A replacement of more rows than one transaction holds is made in several, the image's version guarding each.
    """

    def __init__(self, connection: SharedConnection, chronicle: DynamoChronicle, most: int) -> None:
        self._connection = connection
        self._chronicle = chronicle
        self._most = most

    def by(self, actor: Actor) -> "DynamoMembershipRepository":
        """No request is made."""
        return DynamoMembershipRepository(self._connection, self._chronicle.by(actor), self._most)

    def of_image(self, image_id: str) -> list[Membership]:
        """One consistent query."""
        found = [membership_of(item) for item in MembershipItem.query(image_id, consistent_read=True)]
        return sorted(found, key=lambda row: (row.created_at, row.member))

    def of_member(self, member: str) -> list[Membership]:
        """From the global index, which lags."""
        if not keys.fits(member):
            return []
        return [membership_of(item) for item in MembershipItem.by_member.query(member)]

    def change(
        self,
        image: Image,
        new: Sequence[Membership],
        gone: Sequence[Membership],
        changed: Sequence[tuple[Membership, Membership]] = (),
    ) -> None:
        """Additions first, so that a reader in between sees every member who stays.

        If this takes several transactions, all quotas are checked before the first.
        """
        if image.members_behind:
            image = spread.bring(self._connection, image, spread.members_of(image))
        if len(new) > LARGEST_CHUNK:
            given = [row.member for row in new if spread.has_row(image, row.member)]
            totals.check_room(self._connection, given, self._most)
        steps = [Step(row.member, None, row) for row in new]
        steps += [Step(after.member, before, after) for before, after in changed]
        waiting = iter([*steps, *(Step(row.member, row, None) for row in gone)])
        while chunk := list(islice(waiting, LARGEST_CHUNK)):
            image = self._transact(image, chunk)

    def _transact(self, old: Image, steps: Sequence[Step]) -> Image:
        added = [step.member for step in steps if step.before is None]
        removed = [step.member for step in steps if step.after is None]
        count = old.member_count + len(added) - len(removed)
        image = replace(old, member_count=count, version=old.version + 1)
        try:
            with Writes(connection=self._connection) as writes:
                writes.put(ImageItem, image_item_of(image, None), ImageItem.version == old.version)
                for step in steps:
                    was = _as_it_was(step.before)
                    if step.after is not None:
                        writes.save(item_of(step.after), was)
                    else:
                        writes.delete(MembershipItem(image.id, step.member), condition=was)
                put = [step.member for step in steps if step.after is not None]
                self._chronicle.record_sharing(writes, image, put, removed)
                for step in [] if first_layout.is_in(image) else steps:
                    if spread.has_row(image, step.member):
                        self._show(writes, image, step)
        except TransactWriteError as error:
            raise self._refusal(error, image.id) from error
        return image

    def _show(self, writes: Writes, image: Image, step: Step) -> None:
        """Update the member's row of the image, and its total, if the membership's status changes."""
        old, new = (share and share.status for share in (step.before, step.after))
        if old is new:
            return
        if old and (not new or keys.given(step.member, old) != keys.given(step.member, new)):
            writes.delete(RowItem(*shared_row_key(image, step.member, old)))
        if new:
            writes.put(RowItem, shared_row_of(image, step.member, new))
        before, after = (totals.given(image, status) if status else {} for status in (old, new))
        totals.move(writes, step.member, before, after, self._most)

    def _refusal(self, error: TransactWriteError, image_id: str) -> Exception:
        reasons = [reason for reason in error.cancellation_reasons if reason is not None]
        failed = [reason.raw_item or {} for reason in reasons if reason.code == "ConditionalCheckFailed"]
        full = next((item for item in failed if totals.is_total(item)), None)
        if full is not None and all(map(totals.is_total, failed)):
            return MemberQuotaExceeded(totals.GIVEN, totals.number_given(full) + 1, self._most)
        return StaleImage(image_id) if reasons else error

    def clear(self, image_id: str) -> None:
        """A query, and BatchWriteItem calls of twenty-five items each."""
        members = [item.member for item in MembershipItem.query(image_id, consistent_read=True)]
        batch.delete(self._connection, MembershipItem, [(image_id, member) for member in members])


def _as_it_was(before: Membership | None) -> Condition:
    """The condition that a membership is as it was read, which may have been before or after its image."""
    if before is None:
        found: Condition = MembershipItem.member.does_not_exist()
        return found
    found = MembershipItem.status == before.status
    if before.status is MemberStatus.ACCEPTED:
        found |= MembershipItem.status.does_not_exist()  # written before there were invitations
    found &= MembershipItem.can_share == before.can_share
    return found


def item_of(membership: Membership) -> MembershipItem:
    """The membership as an item."""
    item = MembershipItem(
        membership.image_id,
        membership.member,
        can_share=membership.can_share,
        created_at=membership.created_at,
        status=membership.status,
        updated_at=membership.updated_at,
    )
    item.unknown = membership.unknown
    return item


def membership_of(item: MembershipItem) -> Membership:
    """The membership in an item."""
    status = spread.status_of(item)
    return Membership(
        item.image_id, item.member, item.can_share, item.created_at, status, item.updated_at, item.unknown
    )
