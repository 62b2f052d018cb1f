"""Reduce botocore's data to what a program needs: a few operations of a few services.

botocore describes all of AWS, in some 100 MB. All functions are pure, and do not change the meaning of what they keep.
"""

import ast
import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from botocore import xform_name

SERVICES = ("dynamodb", "ec2", "s3", "sqs", "sts")
"""The services that the code calls, and `sts`, from which botocore gets credentials."""
COMMON = ("_retry", "endpoints", "partitions", "sdk-default-configuration")
KINDS = ("endpoint-rule-set-1", "paginators-1", "paginators-1.sdk-extras", "service-2", "service-2.sdk-extras")
"""Files to keep: examples and waiters are not used."""
FOLDER = "botocore/data/"

Description = dict[str, Any]


def chosen(files: Mapping[str, bytes], names: Collection[str]) -> dict[str, bytes]:
    """The needed files of botocore's data, uncompressed and reduced to the operations in `names`."""
    needed = {path: content for path, content in files.items() if is_needed(path)}
    kept: dict[str, bytes] = {}
    for path in _latest(needed):
        _, kind = _place(path)
        content = gzip.decompress(needed[path]) if path.endswith(".gz") else needed[path]
        text = json.dumps(_cut(kind, json.loads(content), names), separators=(",", ":"), ensure_ascii=False)
        kept[path.removesuffix(".gz")] = text.encode()
    return kept


def is_needed(path: str) -> bool:
    """Whether a file is botocore's data of a needed service and kind."""
    if not path.startswith(FOLDER):
        return False
    place, kind = _place(path)
    return kind in KINDS if _service(place) in SERVICES else not place and kind in COMMON


def spoken_names(source: bytes, *, texts: bool) -> Iterator[str]:
    """The attribute names in a module; with `texts` also its strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif texts and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def shrunk_service(model: Description, names: Collection[str]) -> Description:
    """Reduce a service's description to the operations in `names`, in AWS's or Python's spelling.

    Shapes that these operations do not use, and documentation, are removed.
    """
    operations = _named(model["operations"], names)
    shapes = _reachable(model["shapes"], _shape_names(operations))
    return {**model, "operations": _undocumented(operations), "shapes": _undocumented(shapes)}


def shrunk_paginators(model: Description, names: Collection[str]) -> Description:
    """Reduce a service's paginators to the operations in `names`."""
    return {**model, "pagination": _named(model["pagination"], names)}


def shrunk_endpoints(model: Description) -> Description:
    """Reduce the endpoints to the services that are kept, in all partitions."""
    return {**model, "partitions": [_with_our_services(partition) for partition in model["partitions"]]}


def _with_our_services(partition: Description) -> Description:
    services = partition["services"]
    return {**partition, "services": {name: services[name] for name in SERVICES if name in services}}


def _named(operations: Description, names: Collection[str]) -> Description:
    return {name: each for name, each in operations.items() if name in names or xform_name(name) in names}


def _latest(paths: Collection[str]) -> list[str]:
    """Drop older versions of service descriptions, which botocore does not use either."""
    places = {place for place, _ in map(_place, paths)}
    latest = {max(place for place in places if _service(place) == service) for service in map(_service, places)}
    return [path for path in paths if _place(path)[0] in latest]


def _service(place: str) -> str:
    return place.partition("/")[0]


def _place(path: str) -> tuple[str, str]:
    """The folder and kind of a file, e.g. `ec2/2016-11-15` and `service-2`."""
    folder, _, name = path.removeprefix(FOLDER).rpartition("/")
    return folder, name.removesuffix(".gz").removesuffix(".json")


def _cut(kind: str, data: Description, names: Collection[str]) -> Description:
    if kind == "service-2":
        return shrunk_service(data, names)
    if kind == "paginators-1":
        return shrunk_paginators(data, names)
    if kind == "endpoints":
        return shrunk_endpoints(data)
    return data


def _reachable(shapes: Description, begin: Iterable[str]) -> Description:
    reached: set[str] = set()
    waiting = list(begin)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_shape_names(shapes[name]))
    return {name: shape for name, shape in shapes.items() if name in reached}


def _shape_names(node: Any) -> Iterator[str]:
    """The names of all shapes that a part of a description refers to, directly."""
    if isinstance(node, list):
        for each in node:
            yield from _shape_names(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shape_names(value)


def _undocumented(node: Any) -> Any:
    """Remove documentation. A member may be called `documentation`, but is not a string."""
    if isinstance(node, list):
        return [_undocumented(each) for each in node]
    if isinstance(node, dict):
        return {
            key: _undocumented(value)
            for key, value in node.items()
            if not (key in {"documentation", "documentationUrl"} and isinstance(value, str))
        }
    return node
