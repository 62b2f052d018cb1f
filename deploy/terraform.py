"""Build the deployment for Terraform: one module of two files in JSON syntax.

`chalice.tf.json` is Chalice's output, updated; `resources.tf.json` is the translated template of the other resources.
"""

from collections.abc import Mapping

from deploy.chalice_blocks import renewed, targets_of
from deploy.chalice_output import Document
from deploy.cloudformation import TemplateError
from deploy.hcl import Code, rendered
from deploy.intrinsics import Scope, Target
from deploy.properties import translated
from deploy.resource_types import RESOURCE_TYPES, ResourceType

KEPT = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies that keep a resource. Terraform can only refuse to destroy it."""
SECTIONS = frozenset({"Parameters", "Conditions", "Resources", "Outputs"})
ATTRIBUTES = frozenset({"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"})
PARAMETER = frozenset({"Type", "Default", "Description", "AllowedPattern"})
OUTPUT = frozenset({"Value", "Description", "Condition"})
STAGE = "Stage"

Blocks = list[tuple[str, Document]]
"""Terraform types, and the arguments of a block."""


def files(chalice: Document, template: Document, stage: str) -> dict[str, Document]:
    """The files by name. Raises TemplateError."""
    _check(template, SECTIONS, "the template")
    added = {name: each for name, each in template["Resources"].items() if "Type" in each}
    changed = {name: each for name, each in template["Resources"].items() if "Type" not in each}
    scope = _scope(template, stage, targets_of(chalice))
    for name, each in added.items():
        scope.targets[name] = _target(name, each, scope)
    blocks = {name: _blocks(name, each, scope) for name, each in added.items()}
    addresses = {name: [f"{kind}.{name}" for kind, _ in blocks[name]] for name in blocks}
    return {
        "chalice.tf.json": renewed(chalice, changed, scope, addresses),
        "resources.tf.json": rendered(
            {
                "variable": {
                    name: _variable(name, each) for name, each in template["Parameters"].items() if name != STAGE
                },
                "resource": _by_type(blocks, {name: _waits(added[name], addresses) for name in added}),
                "output": {name: _output(name, each, scope) for name, each in template["Outputs"].items()},
            }
        ),
    }


def _check(node: Document, known: frozenset[str], place: str) -> None:
    if not node.keys() <= known:
        raise TemplateError(f"{place}: no translation of {', '.join(sorted(node.keys() - known))}")


def _scope(template: Document, stage: str, targets: dict[str, Target]) -> Scope:
    return Scope(
        constants={STAGE: stage},
        variables=frozenset(template["Parameters"]) - {STAGE},
        conditions=template["Conditions"],
        targets=targets,
    )


def _target(name: str, resource: Document, scope: Scope) -> Target:
    kind = _kind(name, resource)
    which = "[0]" if isinstance(_condition(resource, scope), Code) else ""
    return Target(f"{kind.type}.{name}{which}", kind.attributes)


def _kind(name: str, resource: Document) -> ResourceType:
    if resource["Type"] not in RESOURCE_TYPES:
        raise TemplateError(f"{name}: no translation of {resource['Type']}")
    return RESOURCE_TYPES[resource["Type"]]


def _condition(node: Document, scope: Scope) -> bool | Code:
    return scope.holds(node["Condition"]) if "Condition" in node else True


def _blocks(name: str, resource: Document, scope: Scope) -> Blocks:
    """The blocks of a resource: the main one, and those of properties with separate blocks."""
    _check(resource, ATTRIBUTES, name)
    kind, condition = _kind(name, resource), _condition(resource, scope)
    properties = scope.value(resource["Properties"])
    plain = {key: value for key, value in properties.items() if key not in kind.parts}
    main = translated(plain, kind.schema, name)
    if resource.get("DeletionPolicy") in KEPT:
        main["lifecycle"] = {"prevent_destroy": True}
    made: Blocks = [(kind.type, main)]
    for key in kind.parts.keys() & properties.keys():
        part = kind.parts[key]
        whole = {kind.owner: scope.value({"Ref": name})}
        made.append((part.type, whole | translated(properties[key], part.schema, f"{name}.{key}")))
    if isinstance(condition, Code):
        made = [(type_, {"count": Code(f"{condition.text} ? 1 : 0"), **arguments}) for type_, arguments in made]
    return made if condition else []


def _waits(resource: Document, addresses: Mapping[str, list[str]]) -> Document:
    others = [address for name in resource.get("DependsOn", []) for address in addresses[name]]
    return {"depends_on": others} if others else {}


def _by_type(blocks: Mapping[str, Blocks], waits: Mapping[str, Document]) -> Document:
    found: Document = {}
    for name, made in blocks.items():
        for type_, arguments in made:
            found.setdefault(type_, {})[name] = {**arguments, **waits[name]}
    return found


def _variable(name: str, parameter: Document) -> Document:
    _check(parameter, PARAMETER, name)
    return {"type": "string", "default": parameter["Default"], "description": parameter["Description"]}


def _output(name: str, output: Document, scope: Scope) -> Document:
    _check(output, OUTPUT, name)
    value = output["Value"]
    if "Condition" in output:
        value = {"Fn::If": [output["Condition"], value, {"Ref": "AWS::NoValue"}]}
    return {"value": scope.value(value), "description": output["Description"]}
