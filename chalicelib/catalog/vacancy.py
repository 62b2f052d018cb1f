"""What is refused because of images that refer to something, or were about to."""

from collections.abc import Sequence

from chalicelib.catalog.errors import Conflict, NotFound


class ReferenceNotFound(NotFound):
    """The tenant has no such reference."""

    def __init__(self, kind: str, number: int) -> None:
        super().__init__(f"There is no {kind} {number}")
        self.kind, self.number = kind, number


class ReferenceInUse(Conflict):
    """Images refer to it; `images` are the names of some that the caller may see, none if it may see none of them."""

    def __init__(self, title: str, images: Sequence[str]) -> None:
        super().__init__(f"Images refer to {title}")
        self.title, self.images = title, tuple(images)


class ReferenceGone(Conflict):
    """What an image was to refer to was deleted, or got another title, while the image was on its way."""

    def __init__(self, kind: str, title: str) -> None:
        super().__init__(f"{title} is not there any more")
        self.kind, self.title = kind, title
