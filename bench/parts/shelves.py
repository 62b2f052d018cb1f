"""Fill a catalogue of any size, with the rows of registrations, but written in batches and unchecked.

Every tenth of the tenant's own images is below the same three parents, every second is `raw`, every hundredth is
queued, and only the oldest is called `rare`.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.storage import memberships
from chalicelib.storage.items import item_of, rows_of, shared_row_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ImageItem, MembershipItem
from tests.factories import START, a_membership, an_image
from tests.storage.contract import shelf

TENANT, OTHER = "t1", "t2"
RARE, FORMATS = "rare", ("qcow2", "raw")
PARENTS = {"compute_resource": 1, "os_title": "Linux", "architecture": "arm64"}
SPREAD = 1000
"""Minutes over which other tenants' images are spread; own images are a minute apart."""
LATER = timedelta(hours=1)
CHUNK = 1000
IDS = uuid.UUID("7c0a4ab1-5e0b-4a54-9b3c-d3f3f4f7a2d6")


def own(numbers: Iterable[int]) -> Iterator[Image]:
    """The tenant's own images with these numbers."""
    for number in numbers:
        known = {**PARENTS, "login_user": "root", "provider_image_id": f"ami-{number:08x}"} if number % 10 == 0 else {}
        yield _image(
            number,
            _created_at(number),
            owner=TENANT,
            name=f"image-{number:06}" if number else RARE,
            status=Status.ACTIVE if number % 100 else Status.QUEUED,
            properties={"role": "db" if number else RARE, "stage": "production"},
            **known,
        )


def others(public: int, shared: int) -> Iterator[Image]:
    """Another tenant's public images, and private ones to share."""
    for kind, count in ((Visibility.PUBLIC, public), (Visibility.SHARED, shared)):
        for number in range(count):
            created = START + timedelta(minutes=SPREAD * number // count, seconds=30)
            yield _image(number, created, owner=OTHER, name=f"{kind}-{number:06}", visibility=kind)


def shares(images: Iterable[Image]) -> Iterator[Membership]:
    """The tenant's memberships of the private ones."""
    return (a_membership(image, TENANT) for image in images if image.visibility is Visibility.SHARED)


def updated_at(number: int) -> datetime:
    """When an own image was last changed."""
    return _created_at(number) + LATER


def _created_at(number: int) -> datetime:
    return START + timedelta(minutes=number)


def _image(number: int, created: datetime, **fields: Any) -> Image:
    """An image whose rows have the same size for all numbers."""
    image_id = uuid.uuid5(IDS, f"{fields['name']} {number}")
    usual = {
        "status": Status.ACTIVE,
        "number": 1_000_001 + number + 1_000_000 * (fields["owner"] == OTHER),
        "size": 2_000_000_001 + number,
        "checksum": hashlib.md5(image_id.bytes, usedforsecurity=False).hexdigest(),
        "disk_format": FORMATS[number % 2],
        "container_format": "bare",
        "created_at": created,
        "updated_at": created + LATER,
    }
    return an_image(id=str(image_id), **{**usual, **fields})


def shelve(images: Iterable[Image], shared: Iterable[Membership] = ()) -> None:
    """Write images, their rows and memberships, without claims, which no list reads."""
    shares = {share.image_id: share for share in shared}
    waiting = iter(images)
    while chunk := list(islice(waiting, CHUNK)):
        with ImageItem.batch_write() as whole:
            for image in chunk:
                whole.save(ImageItem.from_raw_data(dict(item_of(image, None))))
        with RowItem.batch_write() as slim:
            for image in chunk:
                for row in rows_of(image, None):
                    slim.save(RowItem.from_raw_data(dict(row)))
                if image.id in shares:
                    slim.save(
                        RowItem.from_raw_data(
                            dict(shared_row_of(image, shares[image.id].member, shares[image.id].status))
                        )
                    )
        shelf.count(chunk, {image_id: [share.member] for image_id, share in shares.items()})
    with MembershipItem.batch_write() as batch:
        for share in shares.values():
            batch.save(memberships.item_of(share))
