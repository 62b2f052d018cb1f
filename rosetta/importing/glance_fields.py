"""Fields and properties of a Glance v1 image: what is sent to the target and compared with it."""

import re
from collections.abc import Mapping

from rosetta.answers import Image
from rosetta.importing.records import Refused
from rosetta.registry import Fields

COMPUTED = frozenset({"os_hash_algo", "os_hash_value", "status_reason"})
"""Properties that a service computes."""
INSPECTION_PREFIX = "inspection_"
"""The prefix of Rosetta's inspection results; clients cannot set properties with it."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
ALWAYS = ("is_public", "protected", "min_disk", "min_ram")
IF_KNOWN = ("disk_format", "container_format", "virtual_size")
"""Fields that cannot be set to null."""


def fields_of(image: Image, *, with_owner: bool, with_bytes: bool) -> dict[str, str | int | bool | None]:
    """The fields to write; `with_bytes` adds the expected size and checksum."""
    fields = {"name": image.name or "", **{name: getattr(image, name) for name in ALWAYS}}
    fields |= {name: getattr(image, name) for name in IF_KNOWN if getattr(image, name) is not None}
    if with_owner:
        fields["owner"] = image.owner or ""
    # With size 0 it would become active at once.
    if with_bytes and (image.size or image.status == "active"):
        fields["size"] = image.size
    if with_bytes and image.checksum is not None:
        fields["checksum"] = image.checksum
    return fields


def properties_of(image: Image) -> dict[str, str]:
    """The properties under the names that Rosetta gives them. Raises Refused if two would have the same name."""
    given = {name: value for name, value in image.properties.items() if value}
    named = {name.lower().replace("-", "_"): value for name, value in given.items()}
    if len(named) < len(given):
        raise Refused("two of its properties have names that differ in case or hyphens only")
    return {name: value for name, value in named.items() if not is_computed(name)}


def is_computed(name: str) -> bool:
    """Whether a service computes the property of this name."""
    return name in COMPUTED or name.startswith(INSPECTION_PREFIX)


def is_as_wanted(found: Image, fields: Fields, properties: Mapping[str, str]) -> bool:
    """Whether an image has the written values, except those that headers cannot show."""
    has = {name: getattr(found, name) for name in fields}
    return _comparable(has) == _comparable(fields) and _comparable(properties_of(found)) == _comparable(properties)


def _comparable(values: Mapping[str, str | int | bool | None]) -> dict[str, str]:
    return {name: "" if value is None else CONTROLS.sub("", str(value)).strip() for name, value in values.items()}
