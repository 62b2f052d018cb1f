"""Images as items of the tables, and back."""

from chalicelib.catalog.image import Image
from chalicelib.storage import keys
from chalicelib.storage.tables import ImageFacts, ImageItem, ListingItem

FACTS = tuple(name for name in ImageFacts.get_attributes() if name != "expires")
PRIVATE_FACTS = ("login_password", "location", "member_count", "version")
"""What only the image's own item knows."""


def item_of(image: Image, expires: int | None) -> ImageItem:
    """The image as its own item; `expires` in seconds since the epoch."""
    facts = {name: getattr(image, name) for name in (*FACTS, *PRIVATE_FACTS)}
    return ImageItem(image.id, expires=expires, **facts)


def rows_of(image: Image, expires: int | None) -> list[ListingItem]:
    """The image's row for each list that it is in."""
    facts = {name: getattr(image, name) for name in FACTS} | keys.places(image)
    return [ListingItem(scope, image.id, expires=expires, **facts) for scope in keys.scopes(image)]


def image_of(item: ImageItem | ListingItem) -> Image:
    """The image that an item or a row stands for; a row knows nothing private."""
    names = FACTS if isinstance(item, ListingItem) else (*FACTS, *PRIVATE_FACTS)
    return Image(id=item.image_id, **{name: getattr(item, name) for name in names})
