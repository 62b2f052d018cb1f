"""Parse and render images (wire §2, §4 and §5). Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypedDict, cast

from chalicelib.catalog import reference, rules
from chalicelib.catalog.facts import inspected
from chalicelib.catalog.image import Changes, Image, NewImage, Status
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.dialects.foreman import values
from chalicelib.dialects.foreman.errors import ABSENT, NameUnknown, Unprocessable
from chalicelib.dialects.foreman.parents import Parents, field, image_name, number_of, provider_of
from chalicelib.dialects.foreman.providers import TAKING_IAM_ROLE, TAKING_USER_DATA
from chalicelib.dialects.foreman.search import Field, Row
from chalicelib.dialects.foreman.search import Kind as FieldKind
from chalicelib.http import fields
from chalicelib.http.dialect_facts import DialectFacts

NAMESPACE = "foreman"
"""The namespace of facts."""


class Facts(TypedDict, total=False):
    """Facts of an image that only this dialect knows."""

    user_data: bool | None
    iam_role: str | None


FACTS = DialectFacts(NAMESPACE, Facts)
CANONICAL: Mapping[str, str] = {
    "name": "name",
    "username": "login_user",
    "uuid": "provider_image_id",
    "password": "login_password",
}
"""Text attributes that other dialects know too, with their canonical names."""
TEXTS = (*CANONICAL, "iam_role")
"""Text attributes."""
NAMED: Mapping[Kind, str] = {kind: f"{kind}_name" for kind in Kind}
ATTRIBUTES = (*TEXTS, "user_data", *map(field, Kind), *NAMED.values())
REQUIRED = ("username", "name", "uuid")
FIELDS: Mapping[str, Field] = {
    "name": Field(FieldKind.TEXT, free=True),
    "username": Field(FieldKind.TEXT, free=True),
    "compute_resource": Field(FieldKind.TEXT, free=True),
    "architecture": Field(FieldKind.INTEGER),
    "operatingsystem": Field(FieldKind.INTEGER),
    "user_data": Field(FieldKind.FLAG),
    "id": Field(FieldKind.INTEGER),
    "inspection_formats": Field(FieldKind.TEXT),
    "virtual_size": Field(FieldKind.INTEGER),
}
"""Searchable fields of images."""


def render_image(image: Image, parents: Parents) -> dict[str, Any]:
    """Render an image, for all responses except to a deletion."""
    refers, own = parents.all_of(image), FACTS.of(image)
    shown: dict[str, Any] = {
        **inspected(image),
        **_render_facts(image),
        "created_at": values.stamp(image.created_at),
        "updated_at": values.stamp(image.updated_at),
    }
    for kind, parent in refers.items():
        shown[field(kind)] = number_of(parent)
        shown[NAMED[kind]] = None if parent is None else parent.title
    provider = provider_of(refers[Kind.COMPUTE_RESOURCE])
    if provider in TAKING_USER_DATA:
        shown["user_data"] = own.get("user_data")
    if provider in TAKING_IAM_ROLE:
        shown["iam_role"] = own.get("iam_role")
    return shown


def render_deleted(image: Image, parents: Parents) -> dict[str, Any]:
    """Render a deleted image in the original's format for records, without the password."""
    own = FACTS.of(image)
    return {
        **_render_facts(image),
        **{field(kind): number_of(parent) for kind, parent in parents.all_of(image).items()},
        "created_at": values.iso_stamp(image.created_at),
        "updated_at": values.iso_stamp(image.updated_at),
        "iam_role": own.get("iam_role"),
        "user_data": own.get("user_data"),
        "password": None,
    }


def _render_facts(image: Image) -> dict[str, Any]:
    return {
        "id": image.number,
        "name": image_name(image),
        "username": image.login_user or "",
        "uuid": image.provider_image_id or image.id,
    }


def row(image: Image, parents: Parents) -> Row:
    """The searchable values of an image."""
    refers = parents.all_of(image)
    compute_resource = refers.pop(Kind.COMPUTE_RESOURCE)
    found = inspected(image)
    return {
        "id": image.number,
        "name": image_name(image),
        "username": image.login_user or "",
        "compute_resource": None if compute_resource is None else compute_resource.name,
        "user_data": FACTS.of(image).get("user_data"),
        **{kind.value: number_of(parent) for kind, parent in refers.items()},
        **{name: found.get(name) for name in ("inspection_formats", "virtual_size")},
    }


def parse_new_image(attributes: Mapping[str, Any], below: Sequence[Reference], parents: Parents) -> NewImage:
    """Parse the image of a POST; parents in the path take precedence over those in the body.

    Raises Unprocessable, NameUnknown.
    """
    given, refers, errors = _read(attributes, parents)
    for parent in below:
        refers[parent.kind] = parent
        errors.pop(field(parent.kind), None)
    missing = [name for name in REQUIRED if not given.get(name)]
    missing += [field(kind) for kind in Kind if kind not in refers]
    errors = {**dict.fromkeys(missing, values.BLANK), **errors}
    if errors:
        raise Unprocessable(errors)
    new: Changes = {"status": Status.ACTIVE}
    return NewImage({**new, **_changes({"user_data": False, **given}, refers)})


def parse_update(attributes: Mapping[str, Any], image: Image, parents: Parents) -> Changes:
    """Parse the changes of a PUT. Raises Unprocessable, NameUnknown."""
    shown = {**_render_facts(image), "iam_role": FACTS.of(image).get("iam_role")}
    facts = {name: value for name, value in shown.items() if name in TEXTS}
    given, refers, errors = _read(fields.changed(attributes, facts), parents)
    blank = [name for name in REQUIRED if name in given and not given[name]]
    errors = {**dict.fromkeys(blank, values.BLANK), **errors}
    if errors:
        raise Unprocessable(errors, image.number)
    return rules.differing(_changes(given, refers), image)


def _read(
    attributes: Mapping[str, Any], parents: Parents
) -> tuple[dict[str, Any], dict[Kind, Reference], dict[str, str]]:
    """The given attributes, the parents they refer to, and the errors by attribute."""
    texts = {name: values.name if name in REQUIRED else values.short_text for name in TEXTS}
    readers: dict[str, Callable[[], Any]] = {
        name: partial(read, attributes[name]) for name, read in texts.items() if name in attributes
    }
    if "user_data" in attributes:
        readers["user_data"] = partial(values.flag, attributes["user_data"])
    given, errors = values.collect(readers)
    found, unknown = values.collect({field(kind): partial(_parent, attributes, kind, parents) for kind in Kind})
    return given, {kind: found[field(kind)] for kind in Kind if found.get(field(kind))}, {**errors, **unknown}


def _parent(attributes: Mapping[str, Any], kind: Kind, parents: Parents) -> Reference | None:
    """Find a parent of the body by number or name. Raises WrongValue, NameUnknown."""
    number = values.number(attributes.get(field(kind)))
    if number is not None:
        return _known(parents.numbered(kind, number))
    name = values.text(attributes.get(NAMED[kind]))
    named = parents.titled(kind, name) if name else None
    if name and named is None:
        raise NameUnknown(kind, name)
    return named


def _known(parent: Reference | None) -> Reference:
    if parent is None:
        raise values.WrongValue(ABSENT)
    return parent


def _changes(given: Mapping[str, Any], refers: Mapping[Kind, Reference]) -> Changes:
    found = {name: (value or None) if name in TEXTS else value for name, value in given.items()}
    changes: dict[str, Any] = {field: found[name] for name, field in CANONICAL.items() if name in found}
    changes |= FACTS.changes(cast("Facts", {name: found[name] for name in FACTS.names if name in found}))
    changes |= {reference.FIELDS[kind]: parent.key for kind, parent in refers.items()}
    if Kind.COMPUTE_RESOURCE in refers:
        changes["provider"] = (provider_of(refers[Kind.COMPUTE_RESOURCE]) or "").lower() or None
    return cast("Changes", changes)  # canonical names, all of them
