"""JSON patches of images, by RFC 6902 (2.1) and in an older form (2.0) (wire §5.1). Pure functions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.catalog.image import Changes, Image, Status
from chalicelib.catalog.rules import Limits
from chalicelib.dialects.glance_v2 import values
from chalicelib.dialects.glance_v2.creation import refuse_read_only, refuse_reserved
from chalicelib.dialects.glance_v2.schema import FIELDS, FORMATS, HASHES, LINKS, MEASURED, custom_properties
from chalicelib.http import media
from chalicelib.http.errors import BadMessage, HttpError, Refused
from chalicelib.http.message import Request

V20, V21 = (f"application/openstack-images-v2.{minor}-json-patch" for minor in (0, 1))
KINDS = ("add", "replace", "remove")
READ_ONLY = frozenset({"id", *MEASURED, *HASHES, *LINKS, "direct_url", "stores", "image_id", "extra_properties"})
LISTS = ("tags", "locations")
"""Fields whose entries can be patched."""
MAX_ENTRIES = 2 * values.MAX_TAGS
"""Maximum entries of a list during a patch: clients may add new ones before they remove old ones."""


class PatchUnknown(HttpError):
    """The media type is not that of a supported patch."""

    status = 415

    def __init__(self) -> None:
        super().__init__(f"The media type of a patch is {V20} or {V21}")
        self.accepted = f"{V20}, {V21}"


class PropertyConflict(HttpError):
    """A property to add exists already, or one to change does not exist."""

    status = 409

    def __init__(self, name: str, state: str) -> None:
        super().__init__(f"Property {name} {state}.")


class Operation(NamedTuple):
    """A change of a field, a property, or an entry of a list; a `strict` add fails if the member exists."""

    kind: str
    name: str
    entry: str | None = None
    value: Any = None
    strict: bool = False


def parse(request: Request, read: Callable[[Request], Any], limits: Limits) -> list[Operation]:
    """Parse a patch and check each operation by itself. Raises PatchUnknown, BadMessage, Refused."""
    form = media.content_type(request)
    if form not in (V20, V21):
        raise PatchUnknown
    document = read(request)
    if not isinstance(document, list):
        raise BadMessage("body", "Request body must be a JSON array of operation objects.")
    parse_one = _parse_20 if form == V20 else _parse_21
    return [_checked(parse_one(_object(change)), limits) for change in document]


def _object(change: Any) -> Mapping[str, Any]:
    if not isinstance(change, dict):
        raise BadMessage("body", "Operations must be JSON objects.")
    return change


def _parse_20(change: Mapping[str, Any]) -> Operation:
    named = [kind for kind in KINDS if kind in change]
    if len(named) != 1:
        raise BadMessage("op", f"Operation objects must have exactly one member of {', '.join(KINDS)}")
    return _operation(change, named[0], change[named[0]])._replace(strict=True)


def _parse_21(change: Mapping[str, Any]) -> Operation:
    for name in ("op", "path"):
        if name not in change:
            raise BadMessage(name, f"Unable to find '{name}' in JSON Schema change")
    if change["op"] not in KINDS:
        raise BadMessage("op", f"Invalid operation: {change['op']!r}. It must be one of {', '.join(KINDS)}")
    return _operation(change, change["op"], change["path"])


def _operation(change: Mapping[str, Any], kind: str, path: Any) -> Operation:
    name, entry = parse_pointer(path, kind)
    if kind != "remove" and "value" not in change:
        raise BadMessage("value", f"Operation '{kind}' requires a member named 'value'.")
    return Operation(kind, name, entry, change.get("value"))


def parse_pointer(path: Any, kind: str = "replace") -> tuple[str, str | None]:
    """Parse a pointer: name and, in a list, index. `/a~1b` → `a/b`, `/tags/0` → `tags`, `0`. Raises BadMessage."""
    text = path.strip() if isinstance(path, str) else ""
    name, *indexes = text.removeprefix("/").split("/")
    if not text.startswith("/") or not name or re.search("~(?![01])", text):
        raise BadMessage("path", f"Invalid JSON pointer: {path!r}")
    if name == "locations" and not indexes and kind == "add":
        raise BadMessage("path", f"Invalid JSON pointer for this resource: {path!r}")
    if indexes and (name not in LISTS or len(indexes) > 1 or not re.fullmatch("0|[1-9][0-9]{0,8}|-", indexes[0])):
        raise BadMessage("path", f"Invalid JSON pointer for this resource: {path!r}")
    return name.replace("~1", "/").replace("~0", "~"), indexes[0] if indexes else None


def _checked(operation: Operation, limits: Limits) -> Operation:
    """Check an operation independently of the image."""
    name = operation.name
    if name == "locations":
        raise Refused("It's not allowed to change locations: they are invisible.")
    refuse_read_only(name, name in READ_ONLY)
    refuse_reserved(name)
    if operation.kind == "remove":
        return operation
    if operation.entry is not None:
        values.check_tag(operation.value)
    else:
        values.check(name, operation.value, limits)
    return operation


class Draft:
    """An image during a patch."""

    def __init__(self, image: Image, limits: Limits, *, by_admin: bool) -> None:
        self._image = image
        self._limits = limits
        self._by_admin = by_admin
        self._shown = custom_properties(image)
        self._properties = dict(self._shown)
        self._fields: dict[str, Any] = {}

    def apply(self, operation: Operation) -> None:
        """Apply an operation. Raises Refused, PropertyConflict, BadMessage."""
        if operation.name not in FIELDS:
            self._apply_property(operation)
        elif operation.entry is not None:
            self._fields["tags"] = changed_list(self._tags, operation)
        else:
            self._check_field(operation)
            is_list = operation.name == "tags"
            self._fields[operation.name] = values.distinct(operation.value) if is_list else operation.value

    @property
    def _tags(self) -> Sequence[str]:
        found: Sequence[str] = self._fields.get("tags", self._image.tags)
        return found

    def _apply_property(self, operation: Operation) -> None:
        there = operation.name in self._properties
        if operation.kind != "add" and not there:
            raise PropertyConflict(operation.name, "does not exist")
        if operation.kind == "remove":
            del self._properties[operation.name]
            return
        self._check_new(operation, there=there)
        self._properties[operation.name] = operation.value

    def _check_field(self, operation: Operation) -> None:
        name = operation.name
        if operation.kind == "remove":
            raise Refused(f"Property {name} may not be removed.")
        self._check_new(operation, there=True)
        if name == "owner" and not self._by_admin:
            raise Refused("Owner can't be updated by non admin.")
        if name in FORMATS and self._image.status is not Status.QUEUED:
            raise Refused(f"Attribute {name} can be only replaced for a queued image.")

    def _check_new(self, operation: Operation, *, there: bool) -> None:
        if there and operation.kind == "add" and operation.strict:
            raise PropertyConflict(operation.name, "already present")

    def changes(self) -> Changes:
        """The resulting changes. Raises PropertyQuotaExceeded, TooManyTags."""
        found = values.canonical(self._fields)
        if self._properties != self._shown:
            found |= values.property_changes(self._properties, self._limits, self._shown, self._image.properties)
        return found


def changed_list(entries: Sequence[str], operation: Operation) -> list[str]:
    """Apply an operation to an entry of a list (RFC 6902). Raises PropertyConflict, TooManyTags."""
    found = list(entries)
    end = len(found) if operation.kind == "add" else len(found) - 1
    place = len(found) if operation.entry == "-" else int(operation.entry or 0)
    if place > end:
        raise PropertyConflict(f"tags/{operation.entry}", "does not exist")
    if len(found) == MAX_ENTRIES and operation.kind == "add":
        raise values.TooManyTags(MAX_ENTRIES + 1)
    if operation.kind == "add":
        return [*found[:place], operation.value, *found[place:]]
    return [*found[:place], *([operation.value] if operation.kind == "replace" else []), *found[place + 1 :]]


def apply(operations: Sequence[Operation], image: Image, limits: Limits, *, by_admin: bool) -> Changes:
    """Apply all operations to an image, and return the changes. Raises as `Draft.apply` and `Draft.changes`."""
    draft = Draft(image, limits, by_admin=by_admin)
    for operation in operations:
        draft.apply(operation)
    return draft.changes()
