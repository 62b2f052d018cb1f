"""What `.chalice/` tells a deployment, as one stage of it comes out."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".chalice"
STAGES = ("dev", "prod")
ACCOUNT = "123456789012"
REGION = "us-east-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def settings(stage: str, function: str) -> dict[str, Any]:
    """What the configuration says of a function: of itself, else of its stage, else of all."""
    config = read("config.json")
    own = config["stages"][stage]
    return {**config, **own, **own["lambda_functions"][function]}


def template(stage: str, **parameters: str) -> Any:
    """The template's resources and outputs that such a stack has, with all that is known by then filled in."""
    return Stack(stage, parameters).resolved()


class Stack:
    """A template and its parameters."""

    def __init__(self, stage: str, parameters: Mapping[str, str]) -> None:
        self._template = read("resources.json")
        declared = self._template["Parameters"]
        defaults = {name: declaration["Default"] for name, declaration in declared.items()}
        self._known = {**PSEUDO, **defaults, "Stage": stage, **parameters}

    def resolved(self) -> dict[str, dict[str, Any]]:
        """Without what its condition leaves out."""
        return {
            section: {
                name: self._value(each)
                for name, each in self._template[section].items()
                if "Condition" not in each or self._holds(each["Condition"])
            }
            for section in ("Resources", "Outputs")
        }

    def _value(self, node: Any) -> Any:
        match node:
            case {"Ref": name} if name in self._known:
                return self._known[name]
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._known.get(found[1], found[0]), text)
            case {"Fn::If": [condition, yes, no]}:
                return self._value(yes if self._holds(condition) else no)
            case dict():
                return {key: self._value(each) for key, each in node.items()}
            case list():
                return [self._value(each) for each in node]
        return node

    def _holds(self, condition: str) -> bool:
        return self._is_true(self._template["Conditions"][condition])

    def _is_true(self, node: Any) -> bool:
        match node:
            case {"Fn::Not": [inner]}:
                return not self._is_true(inner)
            case {"Fn::Equals": [left, right]}:
                return bool(self._value(left) == self._value(right))
        raise AssertionError(node)


def of_type(stack: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by their name in the template."""
    resources = stack["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each.get("Type") == kind}
