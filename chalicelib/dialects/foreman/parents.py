"""The three kinds of parents of images: finding, parsing and rendering them (wire §3)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.dialects.foreman import values
from chalicelib.dialects.foreman.errors import Unprocessable
from chalicelib.dialects.foreman.providers import FLAGS, KEPT, PROVIDERS, UNKEPT, shown, spelled
from chalicelib.dialects.foreman.search import Field, Row
from chalicelib.dialects.foreman.search import Kind as FieldKind
from chalicelib.http.message import Request

ATTRIBUTES: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPUTE_RESOURCE: ("name", "provider", "url", "description", *KEPT, *UNKEPT),
    Kind.OPERATINGSYSTEM: ("name", "major", "minor", "description", "family", "release_name", "password_hash"),
    Kind.ARCHITECTURE: ("name",),
}
"""Attributes that clients can set."""
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPUTE_RESOURCE: ("name", "provider"),
    Kind.OPERATINGSYSTEM: ("name",),
    Kind.ARCHITECTURE: ("name",),
}
TITLE = ("name", "major", "minor", "description")
"""Attributes from which the title of an operating system is built."""
LISTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPUTE_RESOURCE: ("compute_attributes", "locations", "organizations"),
    Kind.OPERATINGSYSTEM: (
        *("parameters", "media", "architectures", "ptables"),
        *("provisioning_templates", "config_templates", "os_default_templates"),
    ),
    Kind.ARCHITECTURE: ("operatingsystems",),
}
"""Lists that the original shows with each; here they are always empty."""
_TEXT, _FREE, _NUMBER = Field(FieldKind.TEXT), Field(FieldKind.TEXT, free=True), Field(FieldKind.INTEGER)
FIELDS: Mapping[Kind, Mapping[str, Field]] = {
    Kind.COMPUTE_RESOURCE: {"name": _FREE, "type": _FREE, "id": _NUMBER},
    Kind.OPERATINGSYSTEM: {
        "name": _FREE,
        "title": _FREE,
        "description": _FREE,
        "major": _TEXT,
        "minor": _TEXT,
        "family": _TEXT,
        "id": _NUMBER,
    },
    Kind.ARCHITECTURE: {"name": _FREE, "id": _NUMBER},
}
"""Searchable fields of each kind."""


class Parents:
    """All parents of a tenant."""

    def __init__(self, known: Mapping[Kind, list[Reference]]) -> None:
        self.known = known

    def numbered(self, kind: Kind, number: int) -> Reference | None:
        """The parent with this number."""
        return next((parent for parent in self.known[kind] if parent.number == number), None)

    def titled(self, kind: Kind, title: str) -> Reference | None:
        """The parent with exactly this title."""
        return next((parent for parent in self.known[kind] if parent.title == title), None)

    def found(self, kind: Kind, segment: str) -> Reference | None:
        """The parent with this number or, except for compute resources, this title."""
        titled = None if kind is Kind.COMPUTE_RESOURCE else self.titled(kind, segment)
        number = values.leading_number(segment)
        return titled or (None if number is None else self.numbered(kind, number))

    def of(self, image: Image) -> list[Reference]:
        """The parents of an image, by kind."""
        return [parent for parent in self.all_of(image).values() if parent is not None]

    def all_of(self, image: Image) -> dict[Kind, Reference | None]:
        """The parents of an image."""
        return {kind: next(filter(lambda parent: parent.is_of(image), self.known[kind]), None) for kind in Kind}


def number_of(parent: Reference | None) -> int | None:
    """A parent's number as clients see it."""
    return None if parent is None else parent.number


def provider_of(compute_resource: Reference | None) -> str | None:
    """The provider of a compute resource, as this dialect calls it."""
    return None if compute_resource is None else str(compute_resource.facts.get("provider", ""))


def parse(kind: Kind, attributes: Mapping[str, Any], plugins: tuple[str, ...]) -> dict[str, Any]:
    """Parse the attributes of a new parent; `plugins` are further providers. Raises Unprocessable."""
    given, errors = _read(kind, attributes, plugins)
    return _checked(kind, given, errors, None)


def parse_update(attributes: Mapping[str, Any], plugins: tuple[str, ...], parent: Reference) -> dict[str, Any]:
    """Parse a PUT and return all attributes; `plugins` as for `parse`. Raises Unprocessable."""
    given, errors = _read(parent.kind, attributes, plugins)
    if "provider" in given:
        if (given["provider"] or "").lower() != str(parent.facts.get("provider")).lower():
            errors.setdefault("provider", "cannot be changed")
        del given["provider"]
    return _checked(parent.kind, {**parent.facts, **given}, errors, parent)


def _read(kind: Kind, attributes: Mapping[str, Any], plugins: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, str]]:
    """The given attributes, and the errors by attribute."""
    readers = {name: partial(_reader(name), attributes[name]) for name in ATTRIBUTES[kind] if name in attributes}
    given, errors = values.collect(readers)
    given = {name: value for name, value in given.items() if name not in UNKEPT}
    if given.get("provider"):
        known = spelled(given["provider"], plugins)
        if known is None:
            errors["provider"] = "is not included in the list"
        given["provider"] = known or given["provider"]
    return given, errors


def _reader(name: str) -> Callable[[Any], Any]:
    if name in FLAGS:
        return values.flag
    if name == "name":
        return values.name
    return values.text if name in UNKEPT else values.short_text


def _checked(kind: Kind, facts: Mapping[str, Any], errors: dict[str, str], old: Reference | None) -> dict[str, Any]:
    """Check the attributes and strip blanks; add an operating system's title. Raises Unprocessable."""
    errors |= {name: values.BLANK for name in REQUIRED[kind] if not facts.get(name) and name not in errors}
    if errors:
        raise Unprocessable(errors, number_of(old))
    kept = {name: value for name, value in facts.items() if value not in ("", None)}
    if kind is Kind.OPERATINGSYSTEM and (old is None or any(kept.get(name) != old.facts.get(name) for name in TITLE)):
        kept["title"] = _title(kept)
    return kept


def _title(facts: Mapping[str, Any]) -> str:
    """The title of an operating system: its description, or else name and release."""
    release = ".".join(facts[name] for name in ("major", "minor") if name in facts)
    return str(facts.get("description") or f"{facts['name']} {release}".strip())


def render(parent: Reference) -> dict[str, Any]:
    """Render an entry of a list."""
    stamps = {"created_at": values.stamp(parent.created_at), "updated_at": values.stamp(parent.updated_at)}
    return {**_render_facts(parent), **stamps}


def render_written(parent: Reference) -> dict[str, Any]:
    """Render the response to a create or an update, with the empty lists that clients expect."""
    return {**render(parent), **{name: [] for name in LISTS[parent.kind]}}


def render_shown(parent: Reference, images: Sequence[Image] | None) -> dict[str, Any]:
    """Render a single parent; without its images if there are too many."""
    below = {} if images is None else {"images": [{"id": image.number, "name": image_name(image)} for image in images]}
    return {**render_written(parent), **below}


def image_name(image: Image) -> str:
    """The name of an image from any dialect."""
    return image.name or image.id


def render_deleted(parent: Reference) -> dict[str, Any]:
    """Render a deleted parent, with timestamps in the original's format for records."""
    stamps = {"created_at": values.iso_stamp(parent.created_at), "updated_at": values.iso_stamp(parent.updated_at)}
    return {**_render_facts(parent), **stamps}


def _render_facts(parent: Reference) -> dict[str, Any]:
    return {"id": parent.number, "name": parent.name, **RENDERERS[parent.kind](parent)}


def _render_compute_resource(parent: Reference) -> dict[str, Any]:
    provider = provider_of(parent) or ""
    return {
        "description": parent.facts.get("description"),
        "url": parent.facts.get("url", ""),
        "provider": provider,
        "provider_friendly_name": PROVIDERS.get(provider, provider),
        **shown(parent.facts),
    }


def _render_operatingsystem(parent: Reference) -> dict[str, Any]:
    return {
        "title": parent.title,
        "description": parent.facts.get("description"),
        "major": str(parent.facts.get("major", "")),
        "minor": str(parent.facts.get("minor", "")),
        "family": parent.facts.get("family"),
        "release_name": parent.facts.get("release_name"),
        "password_hash": parent.facts.get("password_hash", "SHA256"),
    }


RENDERERS: Mapping[Kind, Callable[[Reference], dict[str, Any]]] = {
    Kind.COMPUTE_RESOURCE: _render_compute_resource,
    Kind.OPERATINGSYSTEM: _render_operatingsystem,
    Kind.ARCHITECTURE: lambda _: {},
}


def row(parent: Reference) -> Row:
    """The searchable values of a parent."""
    shown = render(parent)
    return {name: shown["provider" if name == "type" else name] for name in FIELDS[parent.kind]}


def kind_of(request: Request) -> Kind:
    """The kind of parents in a path such as `/api/architectures/…`."""
    return Kind(request.path.split("/")[2].removesuffix("s"))


def plural(kind: Kind) -> str:
    """The name of the collection."""
    return f"{kind}s"


def field(kind: Kind) -> str:
    """The attribute that holds the number of a parent."""
    return f"{kind}_id"
