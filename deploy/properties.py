"""How properties of CloudFormation become arguments of Terraform: a schema is a table of the ones that are known.

What a schema does not name is an error, never left out: what was described once must not be half deployed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from deploy.cloudformation import TemplateError
from deploy.hcl import json_text

Fields = dict[str, Any]
Rule = Callable[[Any, str], Fields]
"""From a property's value, and the place where it stands, to the arguments that say the same."""
Schema = Mapping[str, "str | Rule"]
"""By property: the argument of another name, or a rule."""


def translated(properties: Fields, schema: Schema, place: str) -> Fields:
    """The arguments for some properties. Raises TemplateError for one that the schema does not have."""
    arguments: Fields = {}
    for name, value in properties.items():
        if name not in schema:
            raise TemplateError(f"{place}: no translation of {name}")
        rule = schema[name]
        arguments |= {rule: value} if isinstance(rule, str) else rule(value, f"{place}.{name}")
    return arguments


def block(name: str, schema: Schema) -> Rule:
    """A property with properties becomes a block."""
    return lambda value, place: {name: translated(value, schema, place)}


def blocks(name: str, schema: Schema) -> Rule:
    """A list of properties with properties becomes as many blocks."""
    return lambda value, place: {name: [translated(each, schema, place) for each in value]}


def inlined(schema: Schema) -> Rule:
    """What is a level deeper in CloudFormation, but not in Terraform."""
    return lambda value, place: translated(value, schema, place)


def in_json(name: str) -> Rule:
    """A document becomes a text."""
    return lambda value, _: {name: json_text(value)}


def only(name: str) -> Rule:
    """A list of one becomes the one. Raises TemplateError if there are more, or none."""

    def rule(value: Any, place: str) -> Fields:
        if len(value) != 1:
            raise TemplateError(f"{place}: not one, but {len(value)}")
        return {name: value[0]}

    return rule


def listed(name: str) -> Rule:
    """One becomes a list of one."""
    return lambda value, _: {name: [value]}


def mapped(name: str, key: str = "Name") -> Rule:
    """Pairs such as `{"Name": …, "Value": …}` become a map."""
    return lambda value, _: {name: {each[key]: each["Value"] for each in value}}
