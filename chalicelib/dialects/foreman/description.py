"""Generate the API description that clients load first (wire §12)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from chalicelib.dialects.foreman.operations import ID, TAXONOMIES, Operation, Parameter
from chalicelib.dialects.foreman.search import Fields, Kind

VALIDATORS = {"string": "String", "numeric": "number", "hash": "Hash", "boolean": "boolean"}
UNSERVED = (
    "common_parameters",
    "config_templates",
    "domains",
    "environments",
    "hostgroups",
    "locations",
    "media",
    "organizations",
    "provisioning_templates",
    "ptables",
    "roles",
    "smart_proxies",
    "subnets",
    "usergroups",
    "users",
)
"""Resources without operations, which one of the clients looks up when it starts."""


def describe(operations: Iterable[Operation], searched: Mapping[str, Fields]) -> dict[str, Any]:
    """The description; `searched` has the searchable fields of each resource."""
    described = sorted((operation for operation in operations if operation.described), key=attrgetter("resource"))
    resources = {name: _resource(name, []) for name in UNSERVED}
    for name, members in groupby(described, key=attrgetter("resource")):
        resources[name] = _resource(name, _methods(name, list(members), searched))
    resources["hosts"] = _resource("hosts", [HOSTS_UPDATE])
    return {
        "docs": {
            "name": "Image registry",
            "info": "",
            "copyright": "",
            "doc_url": "/apidoc/v2",
            "api_url": "/api",
            "resources": resources,
        }
    }


def checksum(description: Mapping[str, Any]) -> str:
    """The checksum of the description: clients reload it when this changes."""
    return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()[:32]


def _resource(name: str, methods: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "doc_url": f"/apidoc/v2/{name}",
        "api_url": "/api",
        "name": name.replace("_", " ").capitalize(),
        "version": "v2",
        "short_description": None,
        "full_description": "",
        "formats": None,
        "metadata": None,
        "headers": [],
        "methods": methods,
    }


def _methods(resource: str, operations: list[Operation], searched: Mapping[str, Fields]) -> list[dict[str, Any]]:
    """An entry for each action, with all its routes."""
    actions = list(dict.fromkeys(operation.action for operation in operations))
    routes = {action: [each for each in operations if each.action == action] for action in actions}
    metadata = {"index": {"search": _searched(searched[resource])}} if resource in searched else {}
    return [_method(resource, action, routes[action], metadata.get(action)) for action in actions]


def _searched(fields: Fields) -> list[dict[str, Any]]:
    kinds: Mapping[Kind, Any] = {
        Kind.TEXT: {"type": "string"},
        Kind.INTEGER: {"type": "integer"},
        Kind.FLAG: {"values": ["true", "false"]},
    }
    return [{"name": name, **kinds[field.kind]} for name, field in fields.items()]


def _method(resource: str, action: str, operations: list[Operation], metadata: Any = None) -> dict[str, Any]:
    return _entry(
        resource,
        action,
        [_api(_pattern(resource, each.path), each.method, each.summary) for each in operations],
        [_parameter(parameter) for parameter in operations[0].parameters],
        metadata,
    )


def _entry(
    resource: str, action: str, apis: list[dict[str, Any]], parameters: list[dict[str, Any]], metadata: Any
) -> dict[str, Any]:
    return {
        "name": action,
        "doc_url": f"/apidoc/v2/{resource}/{action}",
        "apis": apis,
        "params": parameters,
        "formats": None,
        "full_description": "",
        "errors": [],
        "examples": [],
        "metadata": metadata,
        "see": [],
        "headers": [],
        "show": True,
    }


def _api(url: str, method: str, summary: str) -> dict[str, Any]:
    return {"api_url": url, "http_method": method, "short_description": summary, "deprecated": None}


def _pattern(resource: str, path: str) -> str:
    """The path in the form that clients fill in, e.g. with `:compute_resource_id` and `:id`."""
    if resource != "images":
        return path.replace("{parent_id}", ":id")
    parent = path.split("/")[2].removesuffix("s")
    return path.replace("{parent_id}", f":{parent}_id").replace("{image_id}", ":id")


def _parameter(parameter: Parameter, prefix: str = "") -> dict[str, Any]:
    full_name = f"{prefix}[{parameter.name}]" if prefix else parameter.name
    described: dict[str, Any] = {
        "name": parameter.name,
        "full_name": full_name,
        "description": "",
        "required": parameter.required,
        "allow_nil": parameter.allow_nil,
        "validator": f"Must be a {VALIDATORS[parameter.kind]}",
        "expected_type": parameter.kind,
        "metadata": None,
        "show": True,
        "validations": [],
    }
    if parameter.inside:
        described["params"] = [_parameter(inner, full_name) for inner in parameter.inside]
    return described


HOSTS_UPDATE = _entry(
    "hosts",
    "update",
    [_api("/api/hosts/:id", "PUT", "Not offered")],
    [_parameter(parameter) for parameter in (ID, *TAXONOMIES)],
    None,
)
"""Not served: one client fails unless the operation is described, with taxonomies in some of its releases."""
