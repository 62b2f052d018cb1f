"""Converting images from the first layout to the second, one by one, while the API is in use."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.lookup import retry
from chalicelib.catalog.membership import MemberStatus
from chalicelib.storage import first_layout, keys, pages, spread, totals
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.images import DynamoImageRepository
from chalicelib.storage.items import image_of, row_keys
from chalicelib.storage.releases import readable
from chalicelib.storage.row import SCOPE, RowItem
from chalicelib.storage.tables import ClaimItem, ImageItem, MembershipItem


class Migration:
    """Converts images, each in a conditional transaction, so that no concurrent write is lost."""

    def __init__(self, connection: SharedConnection, images: DynamoImageRepository) -> None:
        self._connection = connection
        self._images = images

    def move(self) -> Iterator[bool]:
        """Convert all images; yields for each whether it had to be. If interrupted, run it again to resume."""
        for image in self._all():
            yield first_layout.is_in(image) and retry(image.id, partial(self._move, image.id))

    def _move(self, image_id: str) -> bool:
        """Convert an image; returns whether it had to be. A concurrent write may have done so."""
        found = self._images.get(image_id)
        if found is None or not first_layout.is_in(found.image):
            return False
        self._images.save(found.image, found.image)
        return True

    def differences(self) -> Counter[str]:
        """How many rows and totals there are too many or too few, by kind; empty if all are consistent.

        Concurrent writes may show up.
        """
        due, sums = Counter[str](), Counter[tuple[str, str]]()
        members: dict[str, dict[str, MemberStatus]] = {}
        for item in self._scan(MembershipItem.Meta.table_name):
            share = MembershipItem.from_raw_data(item)
            members.setdefault(share.image_id, {})[share.member] = spread.status_of(share)
        for image in self._all():
            shared = members.get(image.id, {})
            due.update(_kind(scope) for scope, _ in row_keys(image))
            given = [keys.given(*share) for share in shared.items() if spread.has_row(image, share[0])]
            due.update(map(_kind, given))
            due["images of the first layout"] -= first_layout.is_in(image)
            sums.update(totals.parts(image, shared))
        for row in self._scan(RowItem.Meta.table_name, [SCOPE]):
            due[_kind(row[SCOPE]["S"])] -= 1
        for key, kept in totals.kept(self._scan(ClaimItem.Meta.table_name)):
            sums[key] -= kept
        due["totals"] += sum(1 for off in sums.values() if off)
        return Counter({kind: abs(off) for kind, off in due.items() if off})

    def _all(self) -> Iterator[Image]:
        return readable(image_of, self._scan(ImageItem.Meta.table_name))

    def _scan(self, table: str, names: list[str] | None = None) -> Iterator[dict[str, Any]]:
        return pages.items(lambda **page: self._connection.scan(table_name=table, attributes_to_get=names, **page))


def _kind(scope: str) -> str:
    """The kind of list of a scope."""
    words = scope.split("/")
    return "/".join(words[:2]) if words[0] == "gone" else words[0]
