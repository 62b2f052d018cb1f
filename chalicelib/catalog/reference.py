"""What images of a tenant refer to: compute resources by their number, the others by their title."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.catalog.image import Image


class Kind(StrEnum):
    """A kind of reference."""

    COMPUTE_RESOURCE = "compute_resource"
    OPERATINGSYSTEM = "operatingsystem"
    ARCHITECTURE = "architecture"

    @property
    def what(self) -> str:
        """The kind in error messages: `Compute resource`."""
        return self.value.replace("_", " ").capitalize()


FIELDS: Mapping[Kind, str] = {
    Kind.COMPUTE_RESOURCE: "compute_resource",
    Kind.OPERATINGSYSTEM: "os_title",
    Kind.ARCHITECTURE: "architecture",
}
"""The field of an image that holds the `key` of what it refers to."""


class Reference(NamedTuple):
    """Reference data of a tenant. `number` is unique among those of its kind and tenant, and so is `title`.

    `facts` has at least a `name`. The number is zero until one is assigned. `last_image` is the id of the last image
    that was stored on condition that this reference exists.
    """

    kind: Kind
    owner: str
    facts: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    number: int = 0
    version: int = 0
    last_image: str | None = None

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    @property
    def title(self) -> str:
        """The title, or the name of a reference without one."""
        return str(self.facts.get("title") or self.name)

    @property
    def key(self) -> int | str:
        """The value that images have in their field (see FIELDS) to refer to it."""
        return self.number if self.kind is Kind.COMPUTE_RESOURCE else self.title

    def is_of(self, image: Image) -> bool:
        """Whether the image refers to it."""
        return bool(getattr(image, FIELDS[self.kind]) == self.key)
