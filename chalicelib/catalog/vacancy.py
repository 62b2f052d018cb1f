"""What is refused because of images that refer to something, or were about to."""

from collections.abc import Sequence

from chalicelib.catalog.errors import Conflict
from chalicelib.catalog.reference import Kind, Reference


class ReferenceInUse(Conflict):
    """Images refer to it; `images` are the names of some that the caller may see, none if it may see none of them."""

    def __init__(self, reference: Reference, images: Sequence[str]) -> None:
        super().__init__(f"Images refer to {reference.title}")
        self.reference, self.images = reference, tuple(images)


class ReferenceGone(Conflict):
    """What an image was to refer to was deleted, or got another title, while the image was on its way."""

    def __init__(self, kind: Kind, title: str) -> None:
        super().__init__(f"{title} is not there any more")
        self.kind, self.title = kind, title
