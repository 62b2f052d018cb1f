"""Where items hold what one dialect alone knows: in one JSON document, all but seven facts.

These have an attribute each, as they had before there was the document: an earlier release, which may run beside this
one, reads and writes them there.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.image import FactsByNamespace, merged_facts

DOCUMENT = "dialect_facts"
NAMESPACES: Mapping[str, str] = {
    "user_data": "foreman",
    "iam_role": "foreman",
    "bootstrap_template": "devops",
    "root_volume": "scaleway",
    "extra_volumes": "scaleway",
    "default_bootscript": "scaleway",
    "recommended_type": "qingcloud",
}
"""The namespace of each fact that has an attribute of its own. A new fact needs none."""


def attributes_of(facts: FactsByNamespace) -> dict[str, Any]:
    """The attributes that hold the facts: `{"iam_role": "r", "dialect_facts": {"martian": {"planet": "Mars"}}}`."""
    own = {name: facts[space][name] for name, space in NAMESPACES.items() if name in facts.get(space, {})}
    return {**own, DOCUMENT: merged_facts(facts, _within(dict.fromkeys(own)))}


def gather(attributes: dict[str, Any]) -> None:
    """Have the document of an item's attributes hold all facts; what it says itself goes first."""
    names = [name for name in NAMESPACES if name in attributes]
    if names:
        own = _within({name: attributes.pop(name) for name in names})
        attributes[DOCUMENT] = merged_facts(own, attributes[DOCUMENT]) if DOCUMENT in attributes else own


def _within(own: Mapping[str, Any]) -> FactsByNamespace:
    """Facts below their namespaces."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in own.items():
        found.setdefault(NAMESPACES[name], {})[name] = value
    return found
