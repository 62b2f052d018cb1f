"""Where an image is shown: below something of the caller's tenant that it refers to."""

from chalicelib.catalog.image import Image
from chalicelib.catalog.reference import Kind
from chalicelib.catalog.service import Catalog
from chalicelib.http.dialect import Sight

COLLECTIONS = {
    Kind.COMPUTE_RESOURCE: "compute_resources",
    Kind.OPERATINGSYSTEM: "operatingsystems",
    Kind.ARCHITECTURE: "architectures",
}


def sight(catalog: Catalog, image: Image) -> Sight | None:
    """None for an image that is below nothing."""
    for kind, collection in COLLECTIONS.items():
        for parent in catalog.references.of(kind):
            if parent.is_of(image):
                return Sight(f"/api/{collection}/{parent.number}/images/{image.number}", "basic")
    return None
