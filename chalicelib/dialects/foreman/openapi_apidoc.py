"""The description that this dialect has for its own clients, as JSON Schemas (wire §12)."""

from collections.abc import Mapping

from chalicelib.dialects.foreman.description import VALIDATORS
from chalicelib.http.openapi import Schema, record, ref

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NOTHING: Schema = {"type": "null"}
NO_LIST: Schema = {"type": "array", "items": {}, "maxItems": 0}


def _texts(*names: str) -> dict[str, Schema]:
    return dict.fromkeys(names, TEXT)


def _list(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


_API = record({**_texts("api_url", "http_method", "short_description"), "deprecated": NOTHING})
_SEARCHED = record({"name": TEXT, "type": TEXT, "values": {"type": "array", "items": TEXT}}, ("type", "values"))

SCHEMAS: Mapping[str, Schema] = {
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
            "show": FLAG,
        }
    ),
    "ForemanDescribedParameter": record(
        {
            **_texts("name", "full_name", "description", "validator"),
            **dict.fromkeys(("required", "allow_nil", "show"), FLAG),
            "expected_type": {"enum": [*VALIDATORS]},
            "metadata": NOTHING,
            "validations": NO_LIST,
            "params": _list("ForemanDescribedParameter"),
        },
        ("params",),
    ),
}
