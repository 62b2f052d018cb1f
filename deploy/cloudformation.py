"""Complete the template for CloudFormation with what Chalice cannot express.

The API calls its function by the alias `live` of a published version: SnapStart works for published versions only, and
an alias switches versions atomically.
"""

import copy
import json
import re
from typing import Any

from deploy.chalice_output import WORKER_ZIP, ZIP, Document
from deploy.policies import located

FUNCTION = "AWS::Serverless::Function"
API_HANDLER = "APIHandler"
ALIAS = "live"
ALIAS_RESOURCE = f"{API_HANDLER}Alias{ALIAS}"
"""The logical name that the SAM transform gives the alias."""
FIRST_WITH_SNAP_START = (3, 12)
RETENTION = ("DeletionPolicy", "UpdateReplacePolicy")


class TemplateError(Exception):
    """Chalice's output or the template of resources has something unexpected; the message says what."""


def finished(template: Document, stage: str) -> Document:
    """Complete the merged template, ready for `aws cloudformation package`. Raises TemplateError."""
    result = copy.deepcopy(template)
    result["Parameters"]["Stage"] |= {"Default": stage, "AllowedValues": [stage]}
    for name, resource in result["Resources"].items():
        if resource["Type"] == FUNCTION:
            resource["Properties"]["CodeUri"] = ZIP if name == API_HANDLER else WORKER_ZIP
        for policy in resource.get("Properties", {}).get("Policies", []):
            policy["PolicyDocument"] = located(policy["PolicyDocument"])
    _call_the_alias(result["Resources"], stage)
    return result


def serialised(document: Document) -> str:
    """Serialise to JSON reproducibly."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def has_snap_start(runtime: str, stage: str) -> bool:
    """Whether to use SnapStart: only in `prod`, as snapshots cost money, and if the runtime supports it."""
    version = re.fullmatch(r"python(\d+)\.(\d+)", runtime)
    can = version is not None and tuple(map(int, version.groups())) >= FIRST_WITH_SNAP_START
    return can and stage == "prod"


def _call_the_alias(resources: Document, stage: str) -> None:
    function = resources[API_HANDLER]["Properties"]
    # Publish a version also if only settings changed: versions include them.
    function |= {"AutoPublishAlias": ALIAS, "AutoPublishAliasAllProperties": True}
    if has_snap_start(function["Runtime"], stage):
        function["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    resources[f"{API_HANDLER}InvokePermission"]["Properties"]["FunctionName"] = {"Ref": ALIAS_RESOURCE}
    api = resources["RestAPI"]["Properties"]
    api["DefinitionBody"] = _with_alias(api["DefinitionBody"])


def _with_alias(node: Any) -> Any:
    """The API's definition with integrations that call the alias instead of the function."""
    if isinstance(node, list):
        return [_with_alias(each) for each in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Fn::Sub"}:
        wanted = f"functions/${{{API_HANDLER}.Arn}}/invocations"
        if wanted not in node["Fn::Sub"]:
            raise TemplateError(f"the API calls something unknown: {node['Fn::Sub']}")
        return {"Fn::Sub": node["Fn::Sub"].replace(wanted, f"functions/${{{ALIAS_RESOURCE}}}/invocations")}
    return {key: _with_alias(value) for key, value in node.items()}
