"""Sweeps of a stage that is migrating bring what older releases have stored to this one's layout."""

import pytest

from chalicelib.catalog.image import Status
from chalicelib.jobs import reaper
from chalicelib.storage.releases import FORMAT
from chalicelib.storage.tables import ImageItem
from tests.api import Api
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.storage import older
from tests.storage.contract.shelf import stored


@pytest.mark.parametrize("migrating", [True, False])
def test_a_sweep_moves_what_an_older_release_has_stored(make_api: MakeApi, migrating: bool) -> None:
    api = make_api(MIGRATING=str(migrating))
    images = [an_image(version=1, status=Status.ACTIVE) for _ in range(3)]
    older.shelve(images)

    moved = api.world.reaper.sweep()

    assert moved == (3 if migrating else 0)
    assert (older.left() == set()) is migrating
    assert api.world.reaper.sweep() == 0


def test_a_sweep_moves_so_many_and_leaves_the_rest_to_the_next(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = make_api(MIGRATING="true")
    older.shelve([an_image(version=1) for _ in range(5)])
    monkeypatch.setattr(reaper, "MAX_MOVED", 3)

    assert [api.world.reaper.sweep() for _ in range(3)] == [3, 2, 0]
    assert not api.world.migration.differences()


def test_an_image_that_cannot_be_moved_does_not_keep_others(
    make_api: MakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    api = make_api(MIGRATING="true")
    images = [an_image(version=1) for _ in range(3)]
    older.shelve(images)
    newer = ImageItem.get(images[1].id)
    newer.format = FORMAT + 1
    newer.save()

    assert api.world.reaper.sweep() == 2

    assert {image_id for _, image_id in older.left()} == {images[1].id}
    assert "image not ended" in caplog.text


def test_what_is_in_this_layout_or_nowhere_is_not_moved(api: Api) -> None:
    image = api.world.images.add(an_image())

    assert [api.world.images.move(image_id) for image_id in (image.id, an_image().id)] == [False, False]
    assert stored(api.world, image.id).version == image.version
