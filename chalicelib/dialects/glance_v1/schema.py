"""Parse requests and render responses (wire §2 to §4). Pure functions."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from chalicelib.catalog import rules
from chalicelib.catalog.errors import ImageNotFound, PropertyQuotaExceeded
from chalicelib.catalog.facts import INSPECTION_PREFIX, PROPERTY_FIELDS, inspection_properties, policy_properties
from chalicelib.catalog.image import Changes, Image, Status, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.query import instant_text
from chalicelib.dialects.glance_v1.metadata import (
    PROPERTY_BYTES,
    PROPERTY_PREFIX,
    TEXTS,
    Metadata,
    added_size,
    boolean,
    carried,
    cut,
    header_block,
    header_texts,
    parse_changes,
    sent_size,
    spelled,
)
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage, Refused
from chalicelib.http.message import Request

Properties = Mapping[str, str | None]
STATUS_NAMES: Mapping[Status, str] = {status: status.value for status in Status} | {
    Status.UPLOADING: "saving",
    Status.DEPRECATED: "active",
}
FORMATS = ("disk_format", "container_format")
STORES = ("s3", "file")
TRANSFER_CODINGS = frozenset({"chunked", "compress", "deflate", "gzip", "identity"})
OCTETS = "application/octet-stream"
HTML = {"Content-Type": "text/html; charset=UTF-8"}
"""For responses without a body: labelled as JSON, the original client would try to parse it."""
HASH = "sha256"
MEASURED_FIELDS: Mapping[str, str] = {"status_reason": "status_reason"}
MEASURED = frozenset({"os_hash_algo", "os_hash_value", *MEASURED_FIELDS})
"""Read-only properties, which the server computes."""


class Body(NamedTuple):
    """The image data of a request, and whether its media type is right."""

    content: bytes
    is_octets: bool
    declared: int | None


def parse_body(request: Request) -> Body | None:
    """The data, or None: there is data if there are bytes or a transfer coding (wire §2.3)."""
    coding = (request.header("transfer-encoding") or "").strip().lower()
    if not request.body and coding not in TRANSFER_CODINGS:
        return None
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    length = request.header("content-length") or ""
    return Body(request.body, media_type == OCTETS, int(length) if re.fullmatch("[0-9]{1,1000}", length) else None)


def parse_new_fields(metadata: Metadata, body: Body | None, limit: int) -> Changes:
    """Parse the fields of a POST, with the status that follows from its data (wire §2.4)."""
    changes = parse_changes(metadata)
    changes.update(_property_changes(metadata.properties, changes, limit))
    if "location" in metadata.given:
        changes["location"] = metadata.given["location"] or ""
    elif body is not None:
        changes["status"] = Status.SAVING
    elif changes.get("size") == 0:
        changes["status"] = Status.ACTIVE
    return changes


def check_store(metadata: Metadata) -> None:
    """Check the name of the store: there is one, with two names."""
    store = metadata.given.get("store", STORES[0])
    if store not in STORES:
        raise BadMessage("store", f"Required store {store} is invalid")


def known(image_id: str) -> str:
    """Normalize an id in a path. Raises ImageNotFound if it is not a UUID."""
    found = fields.uuid(image_id)
    if found is None:
        raise ImageNotFound(image_id)
    return found


def parse_id(metadata: Metadata) -> str | None:
    """The id chosen by the client, normalized."""
    text = metadata.given.get("id")
    image_id = None if text is None else fields.uuid(text)
    if text is not None and image_id is None:
        raise BadMessage("id", f"Invalid image id format: {text}")
    return image_id


def parse_update(metadata: Metadata, body: Body | None, image: Image, *, purge: bool, limit: int) -> Changes:
    """Parse the changes of a PUT (wire §2.6, checks 6 to 12)."""
    if image.gone:
        raise Refused(f"Forbidden to update deleted image {image.id}")
    metadata = changed(metadata, image)
    changes = parse_changes(metadata)
    for name in ("status", "id"):
        if name in metadata.given:
            raise Refused(f"Forbidden to modify '{name}' of image")
    if changes.get("size") == (image.size or 0):
        del changes["size"]
    if "location" in metadata.given:
        changes["location"] = metadata.given["location"] or ""
    elif body is not None:
        changes["status"] = Status.SAVING
    shown = shown_properties(image)
    kept = _unseen(image) if purge and body is None else shown
    changes.update(_property_changes({**kept, **metadata.properties}, changes, limit, image))
    return changes


def changed(metadata: Metadata, image: Image) -> Metadata:
    """The headers that differ from what the image shows, so that sending it back changes nothing.

    Values may come back as they were sent, or encoded once more, as by newer clients. Formats are kept, as Amazon's are
    compared with each other. An empty text in a header is null.
    """
    shown = render_image(image)
    said = header_texts(shown)
    texts = {name: "" if value is None else str(value) for name, value in shown.items()}

    def is_new(name: str, text: str) -> bool:
        same = text in (texts.get(name), cut(texts.get(name, "")), said.get(name))
        return not same and metadata.sent.get(name) != said.get(name, "")

    def is_kept(name: str, value: str) -> bool:
        sent = metadata.sent.get(f"{PROPERTY_PREFIX}{name}")
        return spelled(value) in (sent, metadata.properties.get(name))

    given = {name: text for name, text in metadata.given.items() if name in FORMATS or is_new(name, text or "")}
    kept = {name: value for name, value in shown["properties"].items() if value is not None and is_kept(name, value)}
    return Metadata(given, {**metadata.properties, **kept})


def parse_purge(request: Request) -> bool:
    """Whether a PUT removes the properties that it does not name: the default."""
    text = request.header("x-glance-registry-purge-props")
    return text is None or boolean(text)


def _unseen(image: Image) -> Properties:
    """Properties that headers cannot show: clients that send back what they received must not remove them."""
    seen = carried(render_image(image))
    return {name: value for name, value in shown_properties(image).items() if value is not None and name not in seen}


def _property_changes(properties: Properties, changes: Changes, limit: int, image: Image | None = None) -> Changes:
    """The canonical properties of an image. Raises PropertyQuotaExceeded; a negative limit means no limit.

    Existing ones may exceed the limits, as other dialects can set more: then they must not grow.
    """
    properties = _settable(properties)
    before = _settable(shown_properties(image)) if image else {}
    if len(properties) > len(before):
        rules.check_property_count(len(properties), limit)
    had: list[str | None] = [getattr(image, name, None) for name in TEXTS]
    has: list[Any] = [changes.get(name, text) for name, text in zip(TEXTS, had, strict=True)]
    size = sent_size(properties) + added_size(has)
    if size > max(PROPERTY_BYTES, sent_size(before) + added_size(had)):
        raise PropertyQuotaExceeded("bytes of properties", size, PROPERTY_BYTES)
    known = {field: properties.get(name) for name, field in PROPERTY_FIELDS.items()}
    others = {name: value for name, value in properties.items() if value is None or name not in PROPERTY_FIELDS}
    return cast("Changes", {"properties": others, **known})  # PROPERTY_FIELDS has keys of texts


def _settable(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if not _is_measured(name)}


def _is_measured(name: str) -> bool:
    """Whether a name is, case-insensitively, one of the server's own properties."""
    read = name.lower().replace("-", "_")
    return read in MEASURED or read.startswith(INSPECTION_PREFIX)


def shown_properties(image: Image) -> dict[str, str | None]:
    """The properties as shown, including other dialects' fields; a deleted image has none.

    Computed ones come first, and other dialects' fields last, as headers omit the last ones if there are too many.
    """
    if image.status is Status.DELETED:
        return {}
    found = {**inspection_properties(image), **policy_properties(image)}
    measured = {**_hash(image), **_facts(image, MEASURED_FIELDS), **found}
    given = {name: value for name, value in image.properties.items() if not _is_measured(name)}
    return {**measured, **given, **_facts(image, PROPERTY_FIELDS)}


def _hash(image: Image) -> dict[str, str]:
    """The SHA-256 of data that was not sent inline; for inline data the original shows none."""
    return {} if image.sha256 is None or image.inline else {"os_hash_algo": HASH, "os_hash_value": image.sha256}


def _facts(image: Image, names: Mapping[str, str]) -> dict[str, str]:
    return {name: fact for name, field in names.items() if (fact := getattr(image, field)) is not None}


def render_brief(image: Image) -> dict[str, Any]:
    """Render an entry of the brief list."""
    return {
        "id": image.id,
        "name": image.called,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "size": image.size or 0,
        "checksum": image.checksum,
    }


def render_image(image: Image) -> dict[str, Any]:
    """Render the eighteen fields."""
    return {
        **render_brief(image),
        "virtual_size": image.virtual_size,
        "status": STATUS_NAMES[image.status],
        "is_public": image.visibility is Visibility.PUBLIC,
        "protected": image.protected,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "owner": image.owner,
        "created_at": instant_text(image.created_at),
        "updated_at": instant_text(image.updated_at),
        "deleted_at": _time(image.deleted_at),
        "deleted": image.gone,
        "properties": shown_properties(image),
    }


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def render_headers(image: Image) -> dict[str, str]:
    """Render the image as `x-image-meta-*`, with its ETag."""
    return header_block(render_image(image))


def parse_member(body: bytes) -> bool | None:
    """Parse whether a member may share; None if the request does not say."""
    document = fields.json_body(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise BadMessage("body", "Malformed JSON in the request body: not an object")
    member = document.get("member")
    return _can_share(member) if isinstance(member, dict) else None


def parse_memberships(document: Any) -> list[tuple[str, bool | None]]:
    """Parse the members of a replacement, in order."""
    entries = document.get("memberships") if "memberships" in document else [document]
    if not isinstance(entries, list):
        raise BadMessage("memberships", "Invalid membership association: not a list")
    return [_entry(entry) for entry in entries]


def _entry(entry: Any) -> tuple[str, bool | None]:
    member = entry.get("member_id") if isinstance(entry, dict) else None
    if not isinstance(member, str) or not member:
        raise BadMessage("member_id", "Invalid membership association: an entry has no member_id")
    return member, _can_share(entry)


def _can_share(entry: Mapping[str, Any]) -> bool | None:
    if "can_share" not in entry:
        return None
    value = entry["can_share"]
    return boolean(value) if isinstance(value, str) else bool(value)


def render_members(memberships: Sequence[Membership]) -> dict[str, Any]:
    """Render the members of an image."""
    return {"members": [{"member_id": row.member, "can_share": row.can_share} for row in memberships]}


def render_shared(memberships: Sequence[Membership]) -> dict[str, Any]:
    """Render the images of a member."""
    return {"shared_images": [{"image_id": row.image_id, "can_share": row.can_share} for row in memberships]}
