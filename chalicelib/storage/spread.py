"""The rows of an image in the lists of those it is shared with.

They change in the image's own transaction. Those of an image of very many members do not fit in there: the transaction
says that they are `members_behind`, and they are brought after it, in transactions of their own, before whoever wrote
is answered. If that is broken off the sweep goes on with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from pynamodb.expressions.condition import Condition

from chalicelib.catalog.access import is_shared
from chalicelib.catalog.errors import StaleImage
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.membership import MemberStatus
from chalicelib.storage import batch, keys, totals
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.items import image_of_row, shared_row_key, shared_row_of
from chalicelib.storage.races import transaction
from chalicelib.storage.releases import Raw
from chalicelib.storage.row import SCOPE, RowItem
from chalicelib.storage.tables import ImageItem, MembershipItem
from chalicelib.storage.writes import Writes

MAX_AT_ONCE = 30
"""Members whose rows and totals fit into the transaction of their image, with all else that it writes."""


Members = Mapping[str, MemberStatus]
"""Tenants that an image is shared with, and what they say of it."""


def members_of(image: Image) -> Members:
    """Who the image is shared with; no request is made if that is nobody. One consistent query."""
    return _members(image.id) if image.member_count else totals.NOBODY


def _members(image_id: str) -> Members:
    names = ["member", "status"]
    found = MembershipItem.query(image_id, consistent_read=True, attributes_to_get=names)
    return {item.member: status_of(item) for item in found}


def status_of(item: MembershipItem) -> MemberStatus:
    """What a member says; all had accepted that were members before they were asked."""
    return item.status or MemberStatus.ACCEPTED


def put(writes: Writes, old: Image | None, new: Image, members: Members, most: int) -> None:
    """Have the transaction of an image write its rows for these members, and count them: no more than `most`."""
    for member, status in members.items():
        before, after = (image if image and has_row(image, member) else None for image in (old, new))
        if after is not None:
            writes.put(RowItem, shared_row_of(after, member, status))
        elif before is not None:
            writes.delete(RowItem(*shared_row_key(before, member, status)))
        totals.move(writes, member, totals.given(before, status), totals.given(after, status), most)


def newly_given(old: Image | None, new: Image, members: Members) -> list[str]:
    """Those of the members who are given the image by what becomes of it."""
    return [member for member in members if has_row(new, member) and not (old and has_row(old, member))]


def has_row(image: Image, member: str) -> bool:
    """Whether an image that is shared with a member is in the list of what is."""
    return image.status is not Status.DELETED and member != image.owner and is_shared(image)


def bring(connection: SharedConnection, image: Image, members: Members) -> Image:
    """Have the rows of all these members be as the image is, and the image no longer be behind.

    Raises StaleImage if somebody has changed it meanwhile, who then brings the rows.
    """
    waiting = iter(members.items())
    while chunk := dict(islice(waiting, MAX_AT_ONCE)):
        _bring(connection, image, chunk)
    done = replace(image, members_behind=False)
    with transaction(connection, StaleImage(image.id)) as writes:
        unchanged = ImageItem.version == image.version
        writes.update(ImageItem(image.id), actions=[ImageItem.members_behind.remove()], condition=unchanged)
        if not keys.is_unfinished(done):
            writes.delete(RowItem(keys.UNFINISHED, keys.main_place(image, keys.UNFINISHED)))
    return done


def _bring(connection: SharedConnection, image: Image, members: Members) -> None:
    wanted = [shared_row_key(image, member, status) for member, status in members.items()]
    rows = {row[SCOPE]["S"]: row for row in batch.get(connection, {RowItem: wanted})[RowItem]}
    with transaction(connection, StaleImage(image.id)) as writes:
        writes.condition_check(ImageItem, image.id, condition=ImageItem.version == image.version)
        for member, status in members.items():
            row, due = rows.get(keys.given(member, status)), has_row(image, member)
            if due:
                writes.put(RowItem, shared_row_of(image, member, status), _as_it_was(row))
            else:
                writes.delete(RowItem(*shared_row_key(image, member, status)), condition=_as_it_was(row))
            before = totals.given(None if row is None else image_of_row(row), status)
            totals.move(writes, member, before, totals.given(image if due else None, status))


def _as_it_was(row: Raw | None) -> Condition:
    """That nobody has brought the row meanwhile."""
    version = RowItem.image_version
    if row is None:
        return version.does_not_exist()
    found: Condition = version == int(row[version.attr_name]["N"])
    return found
