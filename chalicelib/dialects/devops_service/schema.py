"""Parse requests and render responses (wire §3 to §5). Pure functions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

from chalicelib.catalog import lengths
from chalicelib.catalog.facts import inspected
from chalicelib.catalog.image import Changes, Image, NewImage, Status, TenantAlias
from chalicelib.dialects.devops_service.options import NO_PROVIDER, Options
from chalicelib.http import fields
from chalicelib.http.dialect_facts import DialectFacts
from chalicelib.http.errors import BadMessage

NAMESPACE = "devops"
"""The namespace of facts, and of ids chosen by clients, which are unique per tenant."""


class Facts(TypedDict, total=False):
    """Facts of an image that only this dialect knows."""

    bootstrap_template: str | None


FACTS = DialectFacts(NAMESPACE, Facts)
REQUIRED = ("id", "provider", "remote_user")
OPTIONAL = ("name", *FACTS.names)
LONGEST = lengths.TEXT
"""Maximum length of every field."""
IMAGE_ID = rf"(?!\.{{1,2}}$)[^\s/\x00-\x1f\x7f-\x9f]{{1,{LONGEST}}}"
"""`.` and `..` are excluded: most clients resolve them as parts of a path."""
BLANKS = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Python's `str.strip` also removes some control characters, which ids may not contain."""


def alias_of(image_id: str) -> TenantAlias:
    """The alias for an id of the caller's tenant."""
    return TenantAlias(NAMESPACE, image_id)


def shown_id(image: Image) -> str:
    """The id that a client has chosen, or the image's own."""
    return image.tenant_aliases.get(NAMESPACE, image.id)


def has_chosen_id(image: Image) -> bool:
    """Whether a client has chosen the image's id."""
    return NAMESPACE in image.tenant_aliases


def shown_provider(image: Image, options: Options) -> str:
    """The image's provider if it is configured, otherwise `NO_PROVIDER`."""
    return image.provider if image.provider in options.providers else NO_PROVIDER


def render_record(image: Image, options: Options) -> dict[str, Any]:
    """The four fields, this dialect's own facts that are set, and what an inspection has found."""
    return {
        "id": shown_id(image),
        "provider": shown_provider(image, options),
        "remote_user": image.login_user or "",
        "name": image.name or "",
        **FACTS.of(image),
        **inspected(image),
    }


def render_choice(image: Image) -> dict[str, Any]:
    """An entry of a provider's list, from which users choose."""
    return {"id": image.provider_image_id or image.id, "name": image.name or "", "status": image.status.value}


def parse_document(body: bytes) -> dict[str, Any]:
    """Parse the body, a JSON object."""
    try:
        document = fields.json_body(body)
    except BadMessage as error:
        raise BadMessage("body", "Invalid JSON") from error
    if not isinstance(document, dict):
        raise BadMessage("body", "Invalid JSON, it should be an object")
    return document


def parse_new_image(document: Mapping[str, Any], options: Options) -> NewImage:
    """Parse the image of a POST; it has no data. Raises BadMessage."""
    _refuse([name for name in REQUIRED if document.get(name) is None], "can not be undefined")
    texts = _texts(document, (*REQUIRED, *OPTIONAL))
    _check(texts, options)
    if texts["provider"] not in options.providers:
        raise BadMessage("provider", f"Invalid provider '{texts['provider']}'")
    image_id = texts["id"] or ""
    if not re.fullmatch(IMAGE_ID, image_id):
        raise BadMessage("id", f"Invalid image id '{image_id}'")
    created: Changes = {"status": Status.ACTIVE, "provider": texts["provider"], "provider_image_id": image_id}
    return NewImage({**created, **_changes(texts)}, tenant_aliases={NAMESPACE: image_id})


def parse_update(document: Mapping[str, Any], image: Image, options: Options) -> Changes:
    """Parse the changes of a PUT; absent and unchanged fields are kept. Raises BadMessage."""
    document = fields.changed(document, render_record(image, options))
    if "provider" in document and _stripped(document["provider"]) != shown_provider(image, options):
        raise BadMessage("provider", "Parameter 'provider' can not be changed")
    if document.get("remote_user", "") is None:
        _refuse(["remote_user"], "can not be undefined")
    texts = _texts(document, CHANGEABLE)
    _check(texts, options)
    return _changes(texts)


def _texts(document: Mapping[str, Any], names: Sequence[str]) -> dict[str, str | None]:
    """The given fields, without surrounding blanks."""
    given = {name: document[name] for name in names if name in document}
    _refuse([name for name, value in given.items() if not isinstance(value, str | None)], "have invalid type(s)")
    return {name: _stripped(value) for name, value in given.items()}


def _stripped(value: Any) -> Any:
    return value.strip(BLANKS) if isinstance(value, str) else value


def _check(texts: Mapping[str, str | None], options: Options) -> None:
    _refuse([name for name, text in texts.items() if text == "" and name != "name"], "can not be empty")
    too_long = [name for name, text in texts.items() if name in CHANGEABLE and len(text or "") > LONGEST]
    _refuse(too_long, f"can not exceed {LONGEST} characters")
    named = [name for name, text in texts.items() if text and name != "id" and re.search(fields.CONTROLS, text)]
    _refuse(named, "have control characters")
    template = texts.get("bootstrap_template")
    if template is not None and options.templates and template not in options.templates:
        known = quoted(options.templates)
        raise BadMessage("bootstrap_template", f"Parameter 'bootstrap_template' can only be one of {known}")


def _refuse(names: Sequence[str], reason: str) -> None:
    """Raise BadMessage if there are any of these fields."""
    if names:
        raise BadMessage(names[0], f"Parameter(s) {quoted(names)} {reason}")


def quoted(names: Sequence[str]) -> str:
    """Format names for messages."""
    return ", ".join(f"'{name}'" for name in names)


def _changes(texts: Mapping[str, str | None]) -> Changes:
    changed = {field: texts[name] for name, field in FIELDS.items() if name in texts}
    if "name" in changed:
        changed["name"] = changed["name"] or ""  # empty, which other dialects distinguish from absent
    own = {name: texts[name] for name in FACTS.names if name in texts}
    return cast("Changes", {**changed, **FACTS.changes(cast("Facts", own))})  # all facts are texts


FIELDS: Mapping[str, str] = {"remote_user": "login_user", "name": "name"}
"""Shared fields that a PUT can change, with their canonical names."""
CHANGEABLE = (*FIELDS, *FACTS.names)
"""Fields that a PUT can change."""
