"""devops-service: images under the ids that their clients chose. It has no image data."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from rosetta.answers import reading
from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.records import CONFLICT, COPIED, SKIPPED, Outcome, Record, Refused

Document = Mapping[str, Any]


class DevopsImages:
    """Copies images from a devops-service to a Rosetta."""

    probe = "/v3/images"
    note = ""

    def __init__(self, source: Service, target: Service) -> None:
        self.source = source
        self.target = target

    def images(self) -> Iterator[Record[Document]]:
        """The images of all providers; the API has no pages."""
        document = self.source.call("GET", "/v3/images").json
        with reading("list of images"):
            records = [Record(str(image["id"]), str(image.get("name") or ""), image) for image in document]
        yield from records

    def copy(self, record: Record[Document]) -> Outcome:
        """Create the image, or update what differs."""
        found, wanted = self._found(record.id), _fields(record.facts)
        if found is None:
            self._create(record.id, wanted)
            return COPIED
        if found == wanted:
            return SKIPPED
        if found["provider"] != wanted["provider"]:
            raise Refused(f"its provider at the target is {found['provider']}, and cannot be changed")
        self.target.call("PUT", _path(record.id), document=wanted)
        return COPIED

    def _create(self, image_id: str, wanted: Document) -> None:
        try:
            self.target.call("POST", "/v3/image", document={"id": image_id, **wanted})
        except ServiceError as error:
            if error.status != 400 or self._found(image_id) is None:
                raise
            raise ServiceError(str(error), CONFLICT) from error

    def _found(self, image_id: str) -> Document | None:
        try:
            document = self.target.call("GET", _path(image_id)).json
        except ServiceError as error:
            if error.status != 404:
                raise
            return None
        with reading("image"):
            return _fields(document)


def _path(image_id: str) -> str:
    return f"/v3/image/{quote(image_id, safe='')}"


def _fields(image: Document) -> dict[str, str | None]:
    """The fields of an image, None for absent ones, without surrounding blanks."""
    texts = {name: (image.get(name) or "").strip() for name in ("provider", "remote_user", "name")}
    template = (image.get("bootstrap_template") or "").strip()
    return {**texts, "bootstrap_template": template or None}
