"""An upload so old that the next sweep must end it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.bootstrap import World
from chalicelib.catalog.image import NewImage, Status
from chalicelib.catalog.principal import Principal


class PastClock:
    """The machine's clock, two days slow."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=2)


@dataclass(frozen=True)
class Abandoned:
    """An image whose upload started two days ago."""

    owner: Principal
    image_id: str


def an_abandoned_upload(world: World, owner: Principal) -> Abandoned:
    catalog = world._replace(clock=PastClock()).catalog(owner)
    image = catalog.register(NewImage({"name": "abandoned", "disk_format": "raw", "container_format": "bare"}))
    catalog.update(image.id, lambda _: {"status": Status.SAVING})
    return Abandoned(owner, image.id)
