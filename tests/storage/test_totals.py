"""The bytes of a tenant, held by the transactions that change them."""

from dataclasses import replace

import pytest

from chalicelib.catalog.errors import StorageQuotaExceeded
from chalicelib.catalog.image import Status
from tests.factories import an_image
from tests.storage.contract.shelf import MakeWorld


@pytest.mark.parametrize(("sizes", "attempted"), [([11], 11), ([4, 7], 11)], ids=["alone", "together"])
def test_bytes_never_grow_beyond_the_quota(make_world: MakeWorld, sizes: list[int], attempted: int) -> None:
    world = make_world(USER_STORAGE_QUOTA="10")
    *there, last = [an_image(status=Status.ACTIVE, size=size) for size in sizes]
    for image in there:
        world.images.add(image)

    with pytest.raises(StorageQuotaExceeded) as refusal:
        world.images.add(last)

    assert (refusal.value.attempted, refusal.value.maximum) == (attempted, 10)
    assert world.images.totals("t1").size == sum(sizes[:-1])
    assert world.images.many([last.id]) == []


def test_the_last_byte_of_a_quota_may_be_used_and_is_given_back(make_world: MakeWorld) -> None:
    world = make_world(USER_STORAGE_QUOTA="10")
    image = world.images.add(an_image(status=Status.ACTIVE, size=10))
    full = world.images.totals("t1").size

    world.images.save(image, replace(image, status=Status.DELETED, deleted_at=image.created_at))

    assert (full, world.images.totals("t1").size) == (10, 0)


def test_a_quota_that_was_lowered_lets_everything_be_done_that_takes_no_more(make_world: MakeWorld) -> None:
    image = make_world().images.add(an_image(status=Status.ACTIVE, size=10))

    renamed = make_world(USER_STORAGE_QUOTA="5").images.save(image, replace(image, name="new", size=9))

    assert (renamed.name, renamed.size) == ("new", 9)
