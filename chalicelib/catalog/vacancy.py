"""Conflicts between references and the images that refer to them."""

from collections.abc import Sequence

from chalicelib.catalog.errors import Conflict
from chalicelib.catalog.reference import Kind, Reference


class ReferenceInUse(Conflict):
    """Images refer to the reference; `images` are the names of some that the caller may see, if any."""

    def __init__(self, reference: Reference, images: Sequence[str]) -> None:
        super().__init__(f"Images refer to {reference.title}")
        self.reference, self.images = reference, tuple(images)


class ReferenceGone(Conflict):
    """A reference was deleted or renamed while an image that refers to it was being stored."""

    def __init__(self, kind: Kind, title: str) -> None:
        super().__init__(f"{title} no longer exists")
        self.kind, self.title = kind, title
