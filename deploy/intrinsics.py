"""Translate CloudFormation's intrinsic functions and references to Terraform.

Conditions on the stage are evaluated here; parameters become Terraform variables of the same name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.chalice_output import Document
from deploy.cloudformation import TemplateError
from deploy.hcl import Code, code, is_plain, joined

PSEUDO = {
    "AWS::AccountId": Code("data.aws_caller_identity.chalice.account_id"),
    "AWS::Partition": Code("data.aws_partition.chalice.partition"),
    "AWS::Region": Code("data.aws_region.chalice.name"),
    "AWS::URLSuffix": Code("data.aws_partition.chalice.dns_suffix"),
}
"""Pseudo parameters, from the data sources that Chalice declares."""
VARIABLE = re.compile(r"\$\{([^}]*)\}")


class _Absent:
    """`AWS::NoValue`: the property is omitted."""


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Target:
    """The Terraform block of a CloudFormation resource."""

    address: str
    attributes: Mapping[str, str]
    """The block's attributes for `Ref` (key "") and `Fn::GetAtt`."""

    def attribute(self, name: str) -> Code:
        """The expression for an attribute. Raises KeyError."""
        return Code(f"{self.address}.{self.attributes[name]}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template's functions can refer to; `targets` grows until all resources are known."""

    constants: Mapping[str, str]
    variables: frozenset[str]
    conditions: Mapping[str, Document]
    targets: dict[str, Target]

    def value(self, node: Any) -> Any:
        """Evaluate a part of the template; functions become values or expressions. Raises TemplateError."""
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not ABSENT]
        if not isinstance(node, dict):
            return node
        [name, *others] = node or [""]
        if not others and (name == "Ref" or name.startswith("Fn::")):
            return self._called(name, node[name])
        values = {key: self.value(each) for key, each in node.items()}
        return {key: each for key, each in values.items() if each is not ABSENT}

    def holds(self, name: str) -> bool | Code:
        """A condition: a boolean, or an expression. Raises TemplateError."""
        try:
            return self._condition(self.conditions[name])
        except KeyError:
            raise TemplateError(f"unknown condition {name}") from None

    def _called(self, name: str, argument: Any) -> Any:
        functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._reference,
            "Fn::GetAtt": self._attribute,
            "Fn::If": self._chosen,
            "Fn::Sub": self._substituted,
        }
        if name not in functions:
            raise TemplateError(f"no translation of {name}")
        return functions[name](argument)

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return ABSENT
        if name in self.constants:
            return self.constants[name]
        if name in self.variables:
            return Code(f"var.{name}")
        return PSEUDO[name] if name in PSEUDO else self._attribute([name, ""])

    def _attribute(self, argument: Any) -> Code:
        name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        try:
            return self.targets[name].attribute(attribute)
        except KeyError:
            raise TemplateError(f"no translation of {name}.{attribute}") from None

    def _chosen(self, argument: list[Any]) -> Any:
        name, *nodes = argument
        condition, (yes, no) = self.holds(name), map(self.value, nodes)
        if isinstance(condition, bool):
            return yes if condition else no
        return Code(f"({condition.text} ? {code(_or_null(yes))} : {code(_or_null(no))})")

    def _substituted(self, text: Any) -> Any:
        if not isinstance(text, str):
            raise TemplateError(f"no translation of Fn::Sub with its own variables: {text}")
        pieces = VARIABLE.split(text)  # names and literal text alternate
        return joined([self._named(piece) if index % 2 else piece for index, piece in enumerate(pieces)])

    def _named(self, name: str) -> Any:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        return self._reference(name) if "." not in name or name in self.targets else self._attribute(name)

    def _condition(self, node: Document) -> bool | Code:
        [(name, arguments)] = node.items()
        if name == "Fn::Equals":
            left, right = map(self.value, arguments)
            plain = is_plain([left, right])
            return left == right if plain else Code(f"{code(left)} == {code(right)}")
        if name == "Fn::Not":
            inner = self._condition(arguments[0])
            return not inner if isinstance(inner, bool) else Code(f"!({inner.text})")
        if name == "Condition":
            return self.holds(arguments)
        raise TemplateError(f"no translation of {name}")


def _or_null(value: Any) -> Any:
    return None if value is ABSENT else value
