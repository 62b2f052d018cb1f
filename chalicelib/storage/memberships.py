"""Memberships in DynamoDB; each change counts as a change of its image, so that nothing slips in between."""

from collections.abc import Sequence
from dataclasses import replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.event import Actor
from chalicelib.catalog.image import Image
from chalicelib.catalog.membership import Membership
from chalicelib.storage import batch, keys
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.events import DynamoChronicle
from chalicelib.storage.items import item_of as image_item_of
from chalicelib.storage.tables import ImageItem, MembershipItem

LARGEST_TRANSACTION = 98
"""DynamoDB takes a hundred actions; one is the image's, one tells what has happened to it."""


class DynamoMembershipRepository:
    """Promises of `ports.MembershipRepository`.

    A replacement of more rows than one transaction holds is made in several, the image's version guarding each.
    """

    def __init__(self, connection: SharedConnection, chronicle: DynamoChronicle) -> None:
        self._connection = connection
        self._chronicle = chronicle

    def by(self, actor: Actor) -> "DynamoMembershipRepository":
        """No request is made."""
        return DynamoMembershipRepository(self._connection, self._chronicle.by(actor))

    def of_image(self, image_id: str) -> list[Membership]:
        """One consistent query."""
        found = [membership_of(item) for item in MembershipItem.query(image_id, consistent_read=True)]
        return sorted(found, key=lambda row: (row.created_at, row.member))

    def of_member(self, member: str) -> list[Membership]:
        """From the global index, which lags."""
        if not keys.fits(member):
            return []
        return [membership_of(item) for item in MembershipItem.by_member.query(member)]

    def change(self, image: Image, count: int, put: Sequence[Membership], remove: Sequence[str]) -> None:
        """Puts before removals, so that a reader in between misses nobody who stays."""
        actions: list[Membership | str] = [*put, *remove]
        most = image.member_count + len(put)
        while actions:
            chunk, actions = actions[:LARGEST_TRANSACTION], actions[LARGEST_TRANSACTION:]
            # The count is right after the last chunk; before, it may only be too large.
            changed = replace(image, member_count=most if actions else count, version=image.version + 1)
            self._transact(image, changed, chunk)
            image = changed

    def _transact(self, image: Image, changed: Image, chunk: Sequence[Membership | str]) -> None:
        put = [action.member for action in chunk if isinstance(action, Membership)]
        removed = [action for action in chunk if isinstance(action, str)]
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(image_item_of(changed, None), condition=ImageItem.version == image.version)
                for action in chunk:
                    if isinstance(action, Membership):
                        transaction.save(item_of(action))
                    else:
                        transaction.delete(MembershipItem(image.id, action))
                self._chronicle.shared(transaction, changed, put, removed)
        except TransactWriteError as error:
            if any(reason is not None for reason in error.cancellation_reasons):
                raise StaleImage(image.id) from error
            raise

    def clear(self, image_id: str) -> None:
        """A query, and writes of twenty-five each."""
        members = [item.member for item in MembershipItem.query(image_id, consistent_read=True)]
        batch.delete(self._connection, MembershipItem, [(image_id, member) for member in members])


def item_of(membership: Membership) -> MembershipItem:
    """The membership as an item."""
    item = MembershipItem(
        membership.image_id,
        membership.member,
        can_share=membership.can_share,
        created_at=membership.created_at,
    )
    item.unknown = membership.unknown
    return item


def membership_of(item: MembershipItem) -> Membership:
    """The membership that an item stands for."""
    return Membership(item.image_id, item.member, item.can_share, item.created_at, item.unknown)
