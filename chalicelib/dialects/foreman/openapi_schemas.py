"""The schemas of the documents of this dialect (wire §2 to §5, §8 and §12), closed where its objects are."""

from collections.abc import Mapping

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman import parents, providers, schema, values
from chalicelib.dialects.foreman.description import VALIDATORS
from chalicelib.dialects.foreman.operations import Parameter, image_parameter
from chalicelib.http.openapi import NEVER, Schema, record, ref, with_inspection

TEXT: Schema = {"type": "string"}
SEGMENT: Schema = {**TEXT, "minLength": 1}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
BOOLEAN: Schema = {"type": "boolean"}
FLAG: Schema = {"type": ["boolean", "null"]}
NOTHING: Schema = {"type": "null"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer", "minimum": 1}
MAYBE_NUMBER: Schema = {"type": ["integer", "null"], "minimum": 1}
NO_LIST: Schema = {"type": "array", "items": {}, "maxItems": 0}
STAMP: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC$",
    "examples": ["2016-04-02 09:15:29 UTC"],
}
ISO_STAMP: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
}

NAMES: Mapping[Kind, str] = {kind: f"Foreman{kind.title().replace('_', '')}" for kind in Kind}
"""Names of the parents' schemas."""
IMAGE: Mapping[str, Schema] = {
    "id": NUMBER,
    **dict.fromkeys(schema.REQUIRED, TEXT),
    **{parents.field(kind): MAYBE_NUMBER for kind in Kind},
}
"""Fields of every image, shown or deleted."""
PARENT: Mapping[Kind, Mapping[str, Schema]] = {
    Kind.COMPUTE_RESOURCE: {
        "description": MAYBE_TEXT,
        "url": TEXT,
        "provider": TEXT,
        "provider_friendly_name": TEXT,
    },
    Kind.OPERATINGSYSTEM: {
        **dict.fromkeys(("title", "major", "minor", "password_hash"), TEXT),
        **dict.fromkeys(("description", "family", "release_name"), MAYBE_TEXT),
    },
    Kind.ARCHITECTURE: {},
}
"""Fields of parents besides the name."""

IMAGES: Schema = {"type": "array", "items": record({"id": NUMBER, "name": TEXT})}
OF_PROVIDERS: Mapping[str, Schema] = {
    **dict.fromkeys((*providers.KEPT, "access_key"), MAYBE_TEXT),
    **dict.fromkeys(providers.FLAGS, FLAG),
}
"""Fields that compute resources of some providers have."""

# Attributes in bodies: the readers in `values` accept several types for most of them.
SAID_TEXT: Schema = {"type": ["string", "number", "null"]}
SHORT_TEXT: Schema = {**SAID_TEXT, "maxLength": values.LONGEST}
UNKEPT: Schema = {**SAID_TEXT, "description": "Accepted and discarded"}
REQUIRED_TEXT: Schema = {
    "type": ["string", "number"],
    "maxLength": values.LONGEST,
    "pattern": r"\S",
    "description": "Not blank",
}
NAME: Schema = {
    **REQUIRED_TEXT,
    "description": "Not blank, no control characters",
    "pattern": r"^\s*[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?\s*$",
}
SAID: Mapping[str, Schema] = {
    "string": SAID_TEXT,
    "boolean": {
        "type": ["boolean", "string", "number", "null"],
        "description": f"{', '.join(sorted(values.FALSE))}, in any case, are false; null and an empty text are null",
    },
}
"""Schemas by kind of parameter."""
PROVIDER = (
    f"{', '.join(providers.PROVIDERS)}, whatever their case, or one of a plug-in; unless others are set,"
    f" these are {providers.PLUGINS.replace(',', ', ')}"
)
PARENT_NUMBER: Schema = {
    "anyOf": [{"type": ["integer", "null"]}, {"type": "string", "pattern": "^([0-9]{1,18})?$", "examples": ["8"]}]
}


def _said(parameter: Parameter) -> Schema:
    """The schema of an image's attribute, more precise than in the dialect's own description."""
    if parameter.name in map(parents.field, Kind):
        return PARENT_NUMBER
    if parameter.name in schema.TEXTS:
        return NAME if parameter.name in schema.REQUIRED else SHORT_TEXT
    return SAID[parameter.kind]


def _attributes(parameters: tuple[Parameter, ...]) -> Schema:
    """An object with these attributes; others are ignored."""
    required = [each.name for each in parameters if each.required]
    said = {each.name: _said(each) for each in parameters}
    return {"type": "object", "properties": said, **({"required": required} if required else {})}


def _below(key: str, name: str) -> Schema:
    """Attributes below `key`, or at the top level if `key` is absent."""
    wrapped = {"type": "object", "properties": {key: ref(name)}, "required": [key]}
    return {"anyOf": [wrapped, {"allOf": [ref(name)], "properties": {key: NEVER}}]}


def _parent(kind: Kind, stamp: Schema, more: Mapping[str, Schema] | None = None) -> Schema:
    stamps = {"created_at": stamp, "updated_at": stamp}
    own = OF_PROVIDERS if kind is Kind.COMPUTE_RESOURCE else {}
    return record(
        {"id": NUMBER, "name": TEXT, **PARENT[kind], **stamps, **own, **(more or {})},
        optional=(*own, *(["images"] if more and "images" in more else [])),
    )


def _lists(kind: Kind) -> Mapping[str, Schema]:
    return dict.fromkeys(parents.LISTS[kind], NO_LIST)


def _new_parent(kind: Kind) -> Schema:
    return {**_changed_parent(kind), "required": [*parents.REQUIRED[kind]]}


def _changed_parent(kind: Kind) -> Schema:
    known = {name: NAME if name in parents.REQUIRED[kind] else SHORT_TEXT for name in parents.ATTRIBUTES[kind]}
    known |= {name: SAID["boolean"] for name in providers.FLAGS if name in known}
    known |= {name: UNKEPT for name in providers.UNKEPT if name in known}
    if kind is Kind.COMPUTE_RESOURCE:
        known["provider"] = {**REQUIRED_TEXT, "type": "string", "description": PROVIDER}
    return {"type": "object", "properties": known}


def _page_of(name: str) -> Schema:
    """A page of entries with this schema."""
    sort = record({"by": MAYBE_TEXT, "order": MAYBE_TEXT})
    head: Mapping[str, Schema] = {
        "total": COUNT,
        "subtotal": COUNT,
        "page": NUMBER,
        "per_page": COUNT,
        "search": MAYBE_TEXT,
        "sort": sort,
    }
    return record({**head, "results": {"type": "array", "items": ref(name)}})


def _error(**members: Schema) -> Schema:
    return record({"error": record(members)})


TEXTS: Schema = {"type": "array", "items": TEXT, "minItems": 1}
ERRORS: Mapping[str, Schema] = {
    "ForemanError": _error(message=TEXT),
    "ForemanSearchError": _error(message=TEXT, **{"class": {"const": "ScopedSearch::QueryNotSupported"}}),
    "ForemanDenied": _error(message={"const": "Access denied"}, details=TEXT, missing_permissions=TEXTS),
    "ForemanInvalid": _error(
        id=MAYBE_NUMBER,
        errors={"type": "object", "additionalProperties": TEXTS, "minProperties": 1},
        full_messages=TEXTS,
    ),
    "ForemanMalformed": record({"status": {"const": 400}, "error": TEXT}),
}

PINGED: Mapping[str, Schema] = {"database": record({"active": {"const": True}, "duration_ms": TEXT})}
PARTS: Mapping[str, Schema] = {
    "version": TEXT,
    "api": record({"version": {"const": "v2"}}),
    **dict.fromkeys(("plugins", "smart_proxies", "compute_resources"), NO_LIST),
}


def _texts(*names: str) -> dict[str, Schema]:
    return dict.fromkeys(names, TEXT)


def _list(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


_API = record({**_texts("api_url", "http_method", "short_description"), "deprecated": NOTHING})
_SEARCHED = record({"name": TEXT, "type": TEXT, "values": {"type": "array", "items": TEXT}}, ("type", "values"))

APIDOC: Mapping[str, Schema] = {
    "ForemanDescription": record(
        {
            "docs": record(
                {
                    **_texts("name", "info", "copyright", "doc_url", "api_url"),
                    "resources": {"type": "object", "additionalProperties": ref("ForemanDescribedResource")},
                }
            )
        }
    ),
    "ForemanDescribedResource": record(
        {
            **_texts("doc_url", "api_url", "name", "version", "full_description"),
            **dict.fromkeys(("short_description", "formats", "metadata"), NOTHING),
            "headers": NO_LIST,
            "methods": _list("ForemanDescribedMethod"),
        }
    ),
    "ForemanDescribedMethod": record(
        {
            **_texts("name", "doc_url", "full_description"),
            "apis": {"type": "array", "items": _API, "minItems": 1},
            "params": _list("ForemanDescribedParameter"),
            "formats": NOTHING,
            "metadata": {"anyOf": [NOTHING, record({"search": {"type": "array", "items": _SEARCHED}})]},
            **dict.fromkeys(("errors", "examples", "see", "headers"), NO_LIST),
            "show": BOOLEAN,
        }
    ),
    "ForemanDescribedParameter": record(
        {
            **_texts("name", "full_name", "description", "validator"),
            **dict.fromkeys(("required", "allow_nil", "show"), BOOLEAN),
            "expected_type": {"enum": [*VALIDATORS]},
            "metadata": NOTHING,
            "validations": NO_LIST,
            "params": _list("ForemanDescribedParameter"),
        },
        ("params",),
    ),
}
"""The dialect's own description for clients (wire §12)."""

SCHEMAS: Mapping[str, Schema] = {
    "ForemanImage": with_inspection(
        record(
            {
                **IMAGE,
                **dict.fromkeys(schema.NAMED.values(), MAYBE_TEXT),
                "created_at": STAMP,
                "updated_at": STAMP,
                "user_data": FLAG,
                "iam_role": MAYBE_TEXT,
            },
            optional=("user_data", "iam_role"),
        )
    ),
    "ForemanDeletedImage": record(
        {
            **IMAGE,
            "created_at": ISO_STAMP,
            "updated_at": ISO_STAMP,
            "user_data": FLAG,
            "iam_role": MAYBE_TEXT,
            "password": {"type": "null"},
        }
    ),
    "ForemanImagePage": _page_of("ForemanImage"),
    "ForemanNewImageBody": _below("image", "ForemanNewImageAttributes"),
    "ForemanNewImageAttributes": _attributes(image_parameter(required=True).inside),
    "ForemanChangesBody": _below("image", "ForemanChangedAttributes"),
    "ForemanChangedAttributes": _attributes(image_parameter(required=False).inside),
    **{name: _parent(kind, STAMP) for kind, name in NAMES.items()},
    **{f"{name}Written": _parent(kind, STAMP, _lists(kind)) for kind, name in NAMES.items()},
    **{f"{name}Shown": _parent(kind, STAMP, {**_lists(kind), "images": IMAGES}) for kind, name in NAMES.items()},
    **{name.replace("Foreman", "ForemanDeleted"): _parent(kind, ISO_STAMP) for kind, name in NAMES.items()},
    **{f"{name}Page": _page_of(name) for name in NAMES.values()},
    **{f"{name}Attributes": _new_parent(kind) for kind, name in NAMES.items()},
    **{f"{name}Body": _below(kind, f"{name}Attributes") for kind, name in NAMES.items()},
    **{f"{name}Changes": _changed_parent(kind) for kind, name in NAMES.items()},
    **{f"{name}ChangesBody": _below(kind, f"{name}Changes") for kind, name in NAMES.items()},
    "ForemanStatus": record(
        {"result": {"const": "ok"}, "status": {"const": 200}, "version": TEXT, "api_version": {"const": 2}}
    ),
    "ForemanPing": record({"results": record({"foreman": record(PINGED)})}),
    "ForemanStatuses": record({"results": record({"foreman": record({**PARTS, **PINGED})})}),
    **APIDOC,
    "ForemanChecksum": record({"checksum": TEXT}),
    **ERRORS,
}
"""Schemas by the names that operations refer to."""
