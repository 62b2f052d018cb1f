"""What requests say in headers and queries, and images in the headers of answers (wire §2 and §3)."""

from collections.abc import Mapping

from chalicelib.catalog import lengths
from chalicelib.dialects.glance_v1.listing import BOOLEANS, DIRECTIONS, NUMBERS, SORT_KEYS
from chalicelib.dialects.glance_v1.metadata import (
    LARGEST_MINIMUM,
    LARGEST_SIZE,
    LONGEST_CHECKSUM,
    LONGEST_NAME,
    LONGEST_OWNER,
    PREFIX,
    TIMES,
    TRUE,
)
from chalicelib.dialects.glance_v1.openapi_schemas import IMAGE, TEXT
from chalicelib.dialects.glance_v1.routes import COPY_FROM
from chalicelib.dialects.glance_v1.schema import STATUS_NAMES, STORES
from chalicelib.http.openapi import Parameter, Schema, in_any_case
from chalicelib.http.request_ids import LONGEST_REQUEST_ID

PRINTABLE: Schema = {"type": "string", "pattern": "^[ -~]*$", "description": "Printable ASCII"}
URL: Schema = {**PRINTABLE, "minLength": 1, "maxLength": lengths.LOCATION}
NATURAL: Schema = {"type": "integer", "minimum": 0, "maximum": 10**30 - 1}
UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$"}
_DAY = r"^(19(0[1-9]|[1-9][0-9])|[2-8][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
INSTANT: Schema = {
    "type": "string",
    "pattern": f"{_DAY}({_TIME})?$",
    "description": "A date, or a date with a time and a zone",
    "examples": ["2016-05-10", "2016-05-10T21:35:15Z"],
}


def _up_to(largest: int) -> str:
    """An expression for the natural numbers up to one, zeros before them aside."""
    digits = str(largest)
    shorter = f"[0-9]{{1,{len(digits) - 1}}}"
    smaller = (
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit > "0"
    )
    return f"({'|'.join((shorter, *smaller, digits))})"


FORGIVING = f"{', '.join(sorted(TRUE))}, in any case, are true; everything else is false"
UNUSED = "Taken, and ignored"
FACTS: Mapping[str, tuple[Schema, str]] = {
    "id": (UUID, "Chosen by the client when the image is registered; a change is refused"),
    "name": ({**PRINTABLE, "maxLength": LONGEST_NAME}, f"At most {LONGEST_NAME} bytes of UTF-8"),
    "disk_format": (
        {**PRINTABLE, "examples": ["qcow2", "raw"]},
        "One of those that the operator allows; an Amazon format alone fills in the other one",
    ),
    "container_format": ({**PRINTABLE, "examples": ["bare", "ovf"]}, "As `x-image-meta-disk_format`"),
    "size": ({"type": "integer", "minimum": 0, "maximum": LARGEST_SIZE}, "Bytes; compared with those that come"),
    "virtual_size": (
        {"type": "string", "pattern": f"^(-?0|{_up_to(LARGEST_SIZE)}|None)$", "examples": ["10737418240"]},
        "Bytes of the disk; `None` is null",
    ),
    "checksum": ({**PRINTABLE, "maxLength": LONGEST_CHECKSUM}, "MD5 in lower case; compared with that of the bytes"),
    "is_public": (PRINTABLE, FORGIVING),
    "protected": (PRINTABLE, f"Whether the image cannot be deleted: {FORGIVING}"),
    "min_disk": ({"type": "integer", "minimum": 0, "maximum": LARGEST_MINIMUM}, "GB"),
    "min_ram": ({"type": "integer", "minimum": 0, "maximum": LARGEST_MINIMUM}, "MB"),
    "owner": ({**PRINTABLE, "maxLength": LONGEST_OWNER}, "Of administrators only; ignored otherwise"),
    "location": (URL, "Where the bytes are and stay: `s3://`, `https://` or `http://`"),
    "store": ({"type": "string", "enum": [*STORES]}, "There is one store, by two names"),
    "status": (PRINTABLE, "Ignored when an image is registered; a change is refused"),
    **dict.fromkeys(TIMES, (INSTANT, "Checked, and ignored")),
    **dict.fromkeys(("deleted", "copy_from", "uri"), (PRINTABLE, UNUSED)),
}
"""What a request can say of an image: all that `metadata.FIELDS` names."""

METADATA = (
    "Names and values of headers may be percent-encoded; what is not ASCII must be, or be UTF-8. Empty is null."
    " Answers encode a value that is not printable ASCII, or could be taken for such a one."
    " `x-image-meta-property-<name>`, as often as needed, sets a property of this name: lower case, `_` for `-`."
)
REQUEST_ID = Parameter(
    "x-openstack-request-id",
    "header",
    PRINTABLE,
    "Comes back in the answer, with `req-` before it, unless it is not ASCII or has more than"
    f" {LONGEST_REQUEST_ID} characters",
)
FACT_HEADERS = (
    *(Parameter(f"{PREFIX}{name}", "header", schema, text) for name, (schema, text) in FACTS.items()),
    Parameter(COPY_FROM, "header", URL, "A URL from which the bytes are to be copied"),
)
PURGE = Parameter(
    "x-glance-registry-purge-props",
    "header",
    PRINTABLE,
    f"Whether properties that the request does not name are removed; they are if it is absent. {FORGIVING}",
)

SEGMENT: Schema = {**TEXT, "minLength": 1}
IMAGE_ID = Parameter("image_id", "path", SEGMENT, "A UUID, with hyphens or without")
LIMIT = Parameter("limit", "query", NATURAL, "Entries at most")
FILTERS = "Filters are combined with AND; parameters that are unknown are ignored."
LIST_QUERY = (
    LIMIT,
    Parameter("marker", "query", UUID, "The id of the image that the list begins after"),
    Parameter("sort_key", "query", {"type": "string", "enum": sorted(SORT_KEYS)}, "`created_at` unless it is given"),
    Parameter("sort_dir", "query", {"type": "string", "enum": [*DIRECTIONS]}, "`desc` unless it is given"),
    *(Parameter(name, "query", TEXT, "Equal to this") for name in ("name", "container_format", "disk_format")),
    Parameter("status", "query", TEXT, f"One of {', '.join(sorted(set(STATUS_NAMES.values())))}"),
    *(Parameter(name, "query", NATURAL, f"`{field}` {sign} this") for name, (field, sign) in NUMBERS.items()),
    Parameter("protected", "query", in_any_case(BOOLEANS)),
    Parameter(
        "is_public", "query", in_any_case([*BOOLEANS, "none"]), "Which images an administrator lists: `none` is all"
    ),
    Parameter("changes-since", "query", INSTANT, "Changed later than this; deleted and killed images too"),
    Parameter(
        "properties",
        "query",
        {
            "type": "object",
            "propertyNames": {"pattern": "^property-", "examples": ["property-os_distro"]},
            "additionalProperties": TEXT,
        },
        "`property-<name>`, as often as needed: the property of this name has this value",
    ),
)


def _in_header(schema: Schema) -> Schema:
    """A field as a header shows it: truth as the word of it, no null, and texts longer if they have to be encoded."""
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "boolean":
        return {"type": "string", "enum": ["True", "False"]}
    return {name: value for name, value in schema.items() if name != "maxLength"} | {"type": kind}


def _is_always_shown(schema: Schema) -> bool:
    return isinstance(schema["type"], str)


_SHOWN = {name: schema for name, schema in IMAGE.items() if name != "properties"}
IMAGE_HEADERS = {f"{PREFIX}{name}": _in_header(each) for name, each in _SHOWN.items() if _is_always_shown(each)}
"""What the headers of every image say."""
MORE_IMAGE_HEADERS = {
    **{f"{PREFIX}{name}": _in_header(each) for name, each in _SHOWN.items() if not _is_always_shown(each)},
    "ETag": _in_header(IMAGE["checksum"]),
}
"""What is left out if it is null."""
