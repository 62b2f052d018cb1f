"""References in DynamoDB: an item each, and a claim on its title.

The transaction that makes an image refer to one writes `last_image` into it. A removal first checks that no image
refers to it, and is conditional on `last_image` being unchanged since.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.errors import StaleImage, TitleTaken
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.storage import keys
from chalicelib.storage.races import transaction
from chalicelib.storage.tables import ClaimItem, ReferenceItem

MAX_PURGED = 50
"""Deleted references that are purged when another is added: the size of a transaction is limited."""


class DynamoReferenceRepository:
    """Implements `ports.ReferenceRepository`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner: str, kind: Kind) -> list[Reference]:
        """One consistent query."""
        return [_reference(owner, kind, item) for item in _items(owner, kind) if not item.gone]

    def add(self, reference: Reference) -> Reference:
        """A conditional transaction, retried with the next number after conflicts."""
        return retry(reference.title, lambda: self._add(reference), reference.kind.what)

    def _add(self, reference: Reference) -> Reference:
        existing = _items(reference.owner, reference.kind)
        number = reference.number or max((int(other.number) for other in existing), default=0) + 1
        numbered = reference._replace(number=number, version=1)
        others = (_reference(reference.owner, reference.kind, other) for other in existing if not other.gone)
        if any(other.title == reference.title for other in others):
            raise TitleTaken(reference.title)
        deleted = [other for other in existing if other.gone and other.number < number]
        with transaction(self._connection, StaleImage(reference.title)) as writes:
            writes.save(_item(numbered), condition=ReferenceItem.owner_kind.does_not_exist())
            writes.save(_claim(numbered), condition=ClaimItem.claim.does_not_exist())
            for other in deleted[:MAX_PURGED]:
                writes.delete(other)
        return numbered

    def save(self, old: Reference, new: Reference) -> Reference:
        """A conditional transaction."""
        saved = new._replace(version=old.version + 1)
        actions: list[Action] = [
            ReferenceItem.facts.set(dict(saved.facts)),
            ReferenceItem.title.set(saved.title),
            ReferenceItem.updated_at.set(saved.updated_at),
            ReferenceItem.version.set(saved.version),
        ]
        condition = _unchanged(old) if new.key == old.key else _unchanged(old) & _unused(old)
        with transaction(self._connection, StaleImage(old.title)) as writes:
            writes.update(_blank(old), actions=actions, condition=condition)
            if new.title != old.title:
                writes.delete(_claim(old))
                writes.save(_claim(new), condition=ClaimItem.claim.does_not_exist())
        return saved

    def remove(self, reference: Reference) -> None:
        """A conditional transaction. An item stays, so that the number stays taken until the next one is added."""
        gone = reference._replace(facts={}, last_image=None, version=reference.version + 1)
        with transaction(self._connection, StaleImage(reference.title)) as writes:
            writes.save(_item(gone, gone=True), condition=_unchanged(reference) & _unused(reference))
            writes.delete(_claim(reference))


def refer(writes: TransactWrite, references: Sequence[Reference], image_id: str) -> None:
    """Make the transaction of an image conditional on these references. Call this after adding all other actions."""
    for reference in references:
        there = ReferenceItem.owner_kind.exists() & ReferenceItem.gone.does_not_exist()
        if reference.key == reference.title:
            there &= ReferenceItem.title.does_not_exist() | (ReferenceItem.title == reference.title)
        actions: list[Action] = [ReferenceItem.last_image.set(image_id)]
        writes.update(_blank(reference), actions=actions, condition=there, return_values="ALL_OLD")


def missed(references: Sequence[Reference], error: TransactWriteError) -> Reference | None:
    """The first of these references whose absence made a transaction fail."""
    reasons = error.cancellation_reasons[-len(references) :]
    for reference, reason in zip(references, reasons, strict=False):
        if reason is None or reason.code != "ConditionalCheckFailed":
            continue
        if not _is_there(reference, reason.raw_item or {}):
            return reference
    return None


def _is_there(reference: Reference, raw: Mapping[str, Any]) -> bool:
    title = raw.get("title", {}).get("S", reference.title)
    return bool(raw) and "gone" not in raw and (reference.key != reference.title or title == reference.title)


def _items(owner: str, kind: Kind) -> list[ReferenceItem]:
    return list(ReferenceItem.query(keys.key(kind, owner), consistent_read=True))


def _reference(owner: str, kind: Kind, item: ReferenceItem) -> Reference:
    return Reference(
        kind=kind,
        owner=owner,
        number=int(item.number),
        facts=item.facts,
        created_at=item.created_at,
        updated_at=item.updated_at,
        version=item.version or 0,
        last_image=item.last_image,
    )


def _blank(reference: Reference) -> ReferenceItem:
    return ReferenceItem(keys.key(reference.kind, reference.owner), reference.number)


def _item(reference: Reference, *, gone: bool | None = None) -> ReferenceItem:
    return ReferenceItem(
        keys.key(reference.kind, reference.owner),
        reference.number,
        facts=dict(reference.facts),
        title=None if gone else reference.title,
        created_at=reference.created_at,
        updated_at=reference.updated_at,
        version=reference.version,
        gone=gone,
    )


def _claim(reference: Reference) -> ClaimItem:
    return ClaimItem(keys.key("title", reference.kind, reference.owner, reference.title))


def _unchanged(reference: Reference) -> Condition:
    """The condition that a reference is as it was read. Items of older releases have no version until they change."""
    version = ReferenceItem.version
    same = version == reference.version if reference.version else version.does_not_exist()
    condition: Condition = ReferenceItem.owner_kind.exists() & same
    return condition


def _unused(reference: Reference) -> Condition:
    """The condition that no image has come to refer to it since it was read."""
    last = ReferenceItem.last_image
    return last.does_not_exist() if reference.last_image is None else last == reference.last_image
