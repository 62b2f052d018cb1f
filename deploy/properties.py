"""Translate CloudFormation properties to Terraform arguments, by schemas.

A property that is missing from its schema is an error: a deployment must not silently lose settings.
"""

from collections.abc import Callable, Mapping
from typing import Any

from deploy.cloudformation import TemplateError
from deploy.hcl import json_text

Fields = dict[str, Any]
Rule = Callable[[Any, str], Fields]
"""A function of a property's value and its path, for errors, that returns the arguments."""
Schema = Mapping[str, "str | Rule"]
"""By property: the name of the argument, or a rule."""


def translated(properties: Fields, schema: Schema, place: str) -> Fields:
    """Translate properties. Raises TemplateError for one that is missing from the schema."""
    arguments: Fields = {}
    for name, value in properties.items():
        if name not in schema:
            raise TemplateError(f"{place}: no translation of {name}")
        rule = schema[name]
        arguments |= {rule: value} if isinstance(rule, str) else rule(value, f"{place}.{name}")
    return arguments


def block(name: str, schema: Schema) -> Rule:
    """Translate a nested property to a block."""
    return lambda value, place: {name: translated(value, schema, place)}


def blocks(name: str, schema: Schema) -> Rule:
    """Translate a list of nested properties to blocks."""
    return lambda value, place: {name: [translated(each, schema, place) for each in value]}


def inlined(schema: Schema) -> Rule:
    """Translate a nested property to arguments of the outer block."""
    return lambda value, place: translated(value, schema, place)


def in_json(name: str) -> Rule:
    """Translate a document to a JSON string."""
    return lambda value, _: {name: json_text(value)}


def only(name: str) -> Rule:
    """Translate a list with one element to that element. Raises TemplateError for other lengths."""

    def rule(value: Any, place: str) -> Fields:
        if len(value) != 1:
            raise TemplateError(f"{place}: expected one element, not {len(value)}")
        return {name: value[0]}

    return rule


def listed(name: str) -> Rule:
    """Translate a value to a list with one element."""
    return lambda value, _: {name: [value]}


def mapped(name: str, key: str = "Name") -> Rule:
    """Translate pairs such as `{"Name": …, "Value": …}` to a map."""
    return lambda value, _: {name: {each[key]: each["Value"] for each in value}}
