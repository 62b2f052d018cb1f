"""Add and remove single tags (wire §5.7)."""

from chalicelib.catalog.image import Changes, Image
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2 import values
from chalicelib.dialects.glance_v2.documents import bodiless
from chalicelib.dialects.glance_v2.rights import allowed_on
from chalicelib.http.dialect import Route
from chalicelib.http.errors import HttpError
from chalicelib.http.message import Request, Response

TAG = "/v2/images/{image_id}/tags/{tag}"


class TagNotFound(HttpError):
    """The image does not have this tag."""

    status = 404

    def __init__(self, tag: str) -> None:
        super().__init__(f"Tag {tag} could not be found.")


def add_tag(catalog: Catalog, request: Request, image_id: str, tag: str) -> Response:
    values.check_tag(tag)

    def change(image: Image) -> Changes:
        return {} if tag in image.tags else {"tags": values.distinct([*image.tags, tag])}

    with allowed_on(catalog, request, image_id, "modify_image") as known_id:
        catalog.update(known_id, change)
    return Response(status=204)


def remove_tag(catalog: Catalog, request: Request, image_id: str, tag: str) -> Response:
    def change(image: Image) -> Changes:
        if tag not in image.tags:
            raise TagNotFound(tag)
        return {"tags": tuple(each for each in image.tags if each != tag)}

    with allowed_on(catalog, request, image_id, "modify_image") as known_id:
        catalog.update(known_id, change)
    return Response(status=204)


ROUTES = (
    Route("PUT", TAG, bodiless(add_tag)),
    Route("DELETE", TAG, bodiless(remove_tag)),
)
