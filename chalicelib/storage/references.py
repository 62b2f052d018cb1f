"""References in DynamoDB: an item each, and a claim on its title."""

from dataclasses import replace

from pynamodb.connection import Connection

from chalicelib.catalog.errors import StaleImage, TitleTaken
from chalicelib.catalog.lookup import retried
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.storage import keys
from chalicelib.storage.races import transaction
from chalicelib.storage.tables import ClaimItem, ReferenceItem


class DynamoReferenceRepository:
    """Promises of `ports.ReferenceRepository`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner: str, kind: Kind) -> list[Reference]:
        """One consistent query."""
        items = ReferenceItem.query(keys.key(kind, owner), consistent_read=True)
        return [
            Reference(
                kind=kind,
                owner=owner,
                number=int(item.number),
                facts=item.facts,
                created_at=item.created_at,
                updated_at=item.updated_at,
            )
            for item in items
        ]

    def add(self, reference: Reference) -> Reference:
        """A conditional transaction; the next number is tried again while others are faster."""
        return retried(reference.title, lambda: self._add(reference))

    def _add(self, reference: Reference) -> Reference:
        there = self.of(reference.owner, reference.kind)
        number = reference.number or max((other.number for other in there), default=0) + 1
        numbered = replace(reference, number=number)
        if any(other.title == reference.title for other in there):
            raise TitleTaken(reference.title)
        item = ReferenceItem(
            keys.key(reference.kind, reference.owner),
            number,
            facts=dict(reference.facts),
            created_at=reference.created_at,
            updated_at=reference.updated_at,
        )
        claim = ClaimItem(keys.key("title", reference.kind, reference.owner, reference.title))
        with transaction(self._connection, StaleImage(reference.title)) as writes:
            writes.save(item, condition=ReferenceItem.owner_kind.does_not_exist())
            writes.save(claim, condition=ClaimItem.claim.does_not_exist())
        return numbered
