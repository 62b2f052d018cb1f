"""Sort lists by one or several keys (wire §3.3). Pure functions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.catalog.image import Image
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Order
from chalicelib.dialects.glance_v2.schema import size_of, status_of
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

DIRECTIONS: Mapping[str, bool] = {"asc": False, "desc": True}
READERS: Mapping[str, Callable[[Image], Any]] = {
    "name": lambda image: image.called,
    "status": status_of,
    "container_format": lambda image: image.container_format,
    "disk_format": lambda image: image.disk_format,
    "size": size_of,
    "id": lambda image: image.id,
    "created_at": lambda image: image.created_at,
    "updated_at": lambda image: image.updated_at,
}
"""The sort value of each key."""
DEFAULT = "created_at"


class Sorting(NamedTuple):
    """Keys with directions, including the final ones, creation and id."""

    keys: Sequence[tuple[str, bool]]

    @property
    def order(self) -> Order | None:
        """The equivalent order of the catalogue, or None."""
        key, descending = self.keys[0]
        single = len(self.keys) == 3 and self.keys[-1][1] is descending
        return Order(SortKey(key), descending) if single and key != "status" else None


def parse(request: Request) -> Sorting:
    """Parse the order of a query. Raises BadMessage."""
    classic = "sort_key" in request.query or "sort_dir" in request.query
    if "sort" in request.query and classic:
        raise BadMessage("sort", "Old and new sorting syntax cannot be combined")
    keys = _new(request.parameter("sort") or "") if "sort" in request.query else _classic(request)
    for key, direction in keys:
        if key not in READERS:
            raise BadMessage("sort", f"Invalid sort key: {key}. It must be one of {', '.join(READERS)}.")
        if direction not in DIRECTIONS:
            raise BadMessage("sort", f"Invalid sort direction: {direction}. It must be asc or desc.")
    found = [(key, DIRECTIONS[direction]) for key, direction in keys]
    last = found[0][1] if len(found) == 1 or len(request.query.get("sort_dir", ())) == 1 else True
    return Sorting([*found, ("created_at", last), ("id", last)])


def _new(text: str) -> list[tuple[str, str]]:
    """Parse `sort`: `name, size:asc` → `name` `desc`, `size` `asc`."""
    parts = [part.partition(":") for part in text.split(",")]
    return [(key.strip(), direction.strip() if colon else "desc") for key, colon, direction in parts]


def _classic(request: Request) -> list[tuple[str, str]]:
    keys = [key.strip() for key in request.query.get("sort_key", (DEFAULT,))]
    directions = [direction.strip() for direction in request.query.get("sort_dir", ("desc",))]
    if len(directions) == 1:
        directions *= len(keys)
    if len(directions) != len(keys):
        raise BadMessage("sort_dir", "Number of sort dirs does not match the number of sort keys")
    return list(zip(keys, directions, strict=True))


def in_order(images: Iterable[Image], sorting: Sorting) -> list[Image]:
    """Sort images; null comes first in ascending order."""
    found = list(images)
    for key, descending in reversed(sorting.keys):
        found.sort(key=_comparable(key), reverse=descending)
    return found


def _comparable(key: str) -> Callable[[Image], tuple[bool, Any]]:
    read = READERS[key]

    def compared(image: Image) -> tuple[bool, Any]:
        value = read(image)
        return (value is not None, value)

    return compared


def after(images: Iterable[Image], marker: Image | None, sorting: Sorting) -> list[Image]:
    """The sorted images after the marker, which need not be among them."""
    if marker is None:
        return in_order(images, sorting)
    found = in_order([*(image for image in images if image.id != marker.id), marker], sorting)
    return found[found.index(marker) + 1 :]
