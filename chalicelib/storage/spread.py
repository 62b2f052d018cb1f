"""The rows of an image in its members' lists.

They change in the image's own transaction. If an image has too many members for that, the transaction sets
`members_behind`, and the rows are written after it, in transactions of their own, before the request is answered.
If that is interrupted, the reaper resumes it.
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
"""The most members whose rows and totals fit into the transaction of their image."""


Members = Mapping[str, MemberStatus]
"""The tenants that an image is shared with, and the statuses of their memberships."""


def members_of(image: Image) -> Members:
    """The members of an image, by one consistent query; no request if it has none."""
    return _members(image.id) if image.member_count else totals.NOBODY


def _members(image_id: str) -> Members:
    names = ["member", "status"]
    found = MembershipItem.query(image_id, consistent_read=True, attributes_to_get=names)
    return {item.member: status_of(item) for item in found}


def status_of(item: MembershipItem) -> MemberStatus:
    """The status of a membership; those from before there were invitations count as accepted."""
    return item.status or MemberStatus.ACCEPTED


def put(writes: Writes, old: Image | None, new: Image, members: Members, most: int) -> None:
    """Add the rows for these members, and their totals, to the transaction of an image; `most` is their quota."""
    for member, status in members.items():
        before, after = (image if image and has_row(image, member) else None for image in (old, new))
        if after is not None:
            writes.put(RowItem, shared_row_of(after, member, status))
        elif before is not None:
            writes.delete(RowItem(*shared_row_key(before, member, status)))
        totals.move(writes, member, totals.given(before, status), totals.given(after, status), most)


def newly_given(old: Image | None, new: Image, members: Members) -> list[str]:
    """Those members whose lists get the image by this change."""
    return [member for member in members if has_row(new, member) and not (old and has_row(old, member))]


def has_row(image: Image, member: str) -> bool:
    """Whether an image has a row in the list of one of its members."""
    return image.status is not Status.DELETED and member != image.owner and is_shared(image)


def bring(connection: SharedConnection, image: Image, members: Members) -> Image:
    """Write the rows of all these members as the image is now, then clear `members_behind`.

    Raises StaleImage if the image has changed meanwhile; the rows are then written by whoever changed it.
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
    """The condition that a row has not been written meanwhile."""
    version = RowItem.image_version
    if row is None:
        return version.does_not_exist()
    found: Condition = version == int(row[version.attr_name]["N"])
    return found
