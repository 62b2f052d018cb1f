"""The events of images in DynamoDB, each written in the transaction of the change that it describes."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from chalicelib.catalog.event import SYSTEM, Actor, Event, event_of, sharing_of
from chalicelib.catalog.image import Image
from chalicelib.catalog.ports import Clock
from chalicelib.catalog.query import instant_text
from chalicelib.storage import batch
from chalicelib.storage.attributes import actor_of
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.releases import Raw
from chalicelib.storage.tables import EventItem
from chalicelib.storage.writes import Writes

LISTS = ("fields", "members", "removed")


class DynamoChronicle:
    """Implements `ports.Chronicle`, and writes the events for the repositories."""

    def __init__(self, connection: SharedConnection, clock: Clock, actor: Actor = SYSTEM) -> None:
        self._connection = connection
        self._clock = clock
        self._actor = actor

    def by(self, actor: Actor) -> "DynamoChronicle":
        """The same chronicle, writing in the name of this actor."""
        return DynamoChronicle(self._connection, self._clock, actor)

    def of(self, image_id: str, after: int, limit: int) -> Sequence[Event]:
        """One consistent query."""
        newer = EventItem.version > after
        found = EventItem.query(image_id, newer, consistent_read=True, limit=min(limit, sys.maxsize))
        return [_event_of(item) for item in found]

    def record_change(self, writes: Writes, old: Image | None, new: Image) -> None:
        """Add the event of an image's change to its transaction."""
        event = event_of(old, new, self._actor, self._clock.now())
        if event is not None:
            writes.put(EventItem, _item_of(event))

    def record_sharing(self, writes: Writes, image: Image, members: Sequence[str], removed: Sequence[str]) -> None:
        """Add the event of sharing an image with members, or no longer, to its transaction."""
        writes.put(EventItem, _item_of(sharing_of(image, members, removed, self._actor, self._clock.now())))

    def forget(self, image_id: str) -> None:
        """A query, and BatchWriteItem calls of twenty-five items each."""
        found = EventItem.query(image_id, consistent_read=True, attributes_to_get=["version"])
        batch.delete(self._connection, EventItem, [(image_id, item.version) for item in found])


def _item_of(event: Event) -> Raw:
    told = {"fields": event.fields, "members": event.members, "removed": event.removed, "reason": event.reason}
    facts = {name: value for name, value in (told | event.actor._asdict()).items() if value}
    return {
        "image_id": {"S": event.image_id},
        "version": {"N": str(event.version)},
        "at": {"S": instant_text(event.at)},
        "what": {"S": event.what},
        "facts": {"S": json.dumps(facts)},
    }


def _event_of(item: EventItem) -> Event:
    facts: dict[str, Any] = dict(item.facts)
    lists = {name: tuple(facts.pop(name, ())) for name in LISTS}
    reason = facts.pop("reason", None)
    return Event(
        image_id=item.image_id,
        version=item.version,
        at=item.at,
        what=item.what,
        actor=actor_of(facts),
        reason=reason,
        **lists,
    )
