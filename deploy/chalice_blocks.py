"""Update the Terraform blocks that Chalice generates, and merge the template's changes into them.

Chalice supports `--merge-template` for CloudFormation only, requires outdated releases of Terraform and its providers,
and lets the API call the unpublished function (see `cloudformation` for why that does not do).
"""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from chalice.package import TemplateDeepMerger
from chalice.utils import to_cfn_resource_name

from deploy.chalice_output import WORKER_ZIP, ZIP, Document
from deploy.cloudformation import ALIAS, API_HANDLER, TemplateError, has_snap_start
from deploy.hcl import json_text, rendered
from deploy.intrinsics import Scope, Target
from deploy.policies import located
from deploy.properties import Schema, block, translated

REQUIRED = {
    "required_version": ">= 1.5",
    "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 6"}},
}
HANDLER = "api_handler"
API = "rest_api"
SWAGGER = "chalice_api_swagger"
INVOKED = f"${{aws_lambda_function.{HANDLER}.invoke_arn}}"
FUNCTION: Schema = {
    "FunctionName": "function_name",
    "ReservedConcurrentExecutions": "reserved_concurrent_executions",
    "Environment": block("environment", {"Variables": "variables"}),
}
EVENT_SOURCE: Schema = {
    "FunctionResponseTypes": "function_response_types",
    "ScalingConfig": block("scaling_config", {"MaximumConcurrency": "maximum_concurrency"}),
}
EVERY_METHOD = {"HttpMethod": "*", "ResourcePath": "/*"}
TOLD_APART = frozenset({"OpenApiVersion", "MethodSettings", "AccessLogSetting", "DisableExecuteApiEndpoint"})
"""Properties of the API that are not part of its definition: SAM's own, and those that are translated elsewhere."""
ACCESS_LOG: Schema = {"DestinationArn": "destination_arn", "Format": "format"}
METHODS: Schema = {
    "ThrottlingRateLimit": "throttling_rate_limit",
    "ThrottlingBurstLimit": "throttling_burst_limit",
}
EVENT_INVOKE: Schema = {
    "MaximumEventAgeInSeconds": "maximum_event_age_in_seconds",
    "MaximumRetryAttempts": "maximum_retry_attempts",
}


def targets_of(chalice: Document) -> dict[str, Target]:
    """Chalice's blocks, by the logical names of their resources in CloudFormation."""
    functions, roles = chalice["resource"]["aws_lambda_function"], chalice["resource"]["aws_iam_role"]
    return {
        **{
            _logical(name): Target(f"aws_lambda_function.{name}", {"": "function_name", "Arn": "arn"})
            for name in functions
        },
        **{_logical(name): Target(f"aws_iam_role.{name}", {"": "name", "Arn": "arn"}) for name in roles},
        "RestAPI": Target(f"aws_api_gateway_rest_api.{API}", {"": "id"}),
        "RestAPI.Stage": Target(f"aws_api_gateway_stage.{API}", {"": "stage_name"}),
    }


def renewed(chalice: Document, changed: Document, scope: Scope, addresses: Mapping[str, list[str]]) -> Document:
    """The content of the file. Raises TemplateError for a change without a translation."""
    result = copy.deepcopy(chalice)
    result["terraform"] = REQUIRED
    del result["data"]["null_data_source"]
    blocks = result["resource"]
    for policy in blocks["aws_iam_role_policy"].values():
        policy["policy"] = rendered(json_text(scope.value(located(json.loads(policy["policy"])))))
    _name_rules(blocks)
    _complete_functions(blocks)
    _publish(blocks)
    _deploy_to_a_stage(result)
    for logical, change in changed.items():
        if logical == "RestAPI":
            _limit_requests(blocks, change["Properties"].get("MethodSettings", ()), scope)
            _change_api(blocks, change["Properties"], scope)
            continue
        _change_function(blocks, logical, change, scope, addresses)
    definition = _definition(json.loads(result["locals"][SWAGGER]), changed.get("RestAPI", {}), scope)
    result["locals"][SWAGGER] = json.dumps(definition, sort_keys=True)
    return result


def _logical(name: str) -> str:
    return API_HANDLER if name == HANDLER else to_cfn_resource_name(name)


def _name_rules(blocks: Document) -> None:
    """Give schedule rules unique names: Chalice uses the same in all stages."""
    prefix = blocks["aws_lambda_function"][HANDLER]["function_name"]
    for name, rule in blocks["aws_cloudwatch_event_rule"].items():
        rule["name"] = f"{prefix}-{name}"


def _complete_functions(blocks: Document) -> None:
    """Refer to the bundles, and create functions after their roles' policies, which event sources need."""
    for name, function in blocks["aws_lambda_function"].items():
        code = ZIP if name == HANDLER else WORKER_ZIP
        function["filename"] = f"${{path.module}}/{code}"
        function["source_code_hash"] = f'${{filebase64sha256("${{path.module}}/{code}")}}'
        function["depends_on"] = [f"aws_iam_role_policy.{name}_role"]


def _publish(blocks: Document) -> None:
    """Let the API call the alias of a published version."""
    function = blocks["aws_lambda_function"][HANDLER]
    function["publish"] = True
    if has_snap_start(function["runtime"], blocks["aws_api_gateway_deployment"][API]["stage_name"]):
        function["snap_start"] = {"apply_on": "PublishedVersions"}
    blocks["aws_lambda_alias"] = {
        ALIAS: {
            "name": ALIAS,
            "function_name": f"${{aws_lambda_function.{HANDLER}.function_name}}",
            "function_version": f"${{aws_lambda_function.{HANDLER}.version}}",
        }
    }
    blocks["aws_lambda_permission"][f"{API}_invoke"] |= {
        "function_name": f"${{aws_lambda_alias.{ALIAS}.function_name}}",
        "qualifier": f"${{aws_lambda_alias.{ALIAS}.name}}",
    }


def _deploy_to_a_stage(result: Document) -> None:
    """Add a resource for the stage: release 6 of the provider removes the deployment's deprecated argument."""
    blocks = result["resource"]
    old = blocks["aws_api_gateway_deployment"][API]
    blocks["aws_api_gateway_deployment"][API] = {
        "rest_api_id": old["rest_api_id"],
        "triggers": {"definition": f"${{sha1(local.{SWAGGER})}}"},
        "lifecycle": {"create_before_destroy": True},
    }
    blocks["aws_api_gateway_stage"] = {
        API: {
            "rest_api_id": old["rest_api_id"],
            "deployment_id": f"${{aws_api_gateway_deployment.{API}.id}}",
            "stage_name": old["stage_name"],
        }
    }
    result["output"]["EndpointURL"] = {"value": f"${{aws_api_gateway_stage.{API}.invoke_url}}/"}


def _change_function(
    blocks: Document, logical: str, change: Document, scope: Scope, addresses: Mapping[str, list[str]]
) -> None:
    names = [name for name in blocks["aws_lambda_function"] if _logical(name) == logical]
    if not names:
        raise TemplateError(f"{logical}: Chalice generates no such function")
    [name] = names
    properties = scope.value(change["Properties"])
    events, invoked = properties.pop("Events", {}), properties.pop("EventInvokeConfig", None)
    function = blocks["aws_lambda_function"][name]
    function |= _merged(rendered(translated(properties, FUNCTION, logical)), function)
    function["depends_on"] += [address for other in change.get("DependsOn", []) for address in addresses[other]]
    for event, source in events.items():
        _change_source(blocks, event, source)
    if invoked is not None:
        blocks.setdefault("aws_lambda_function_event_invoke_config", {})[name] = {
            "function_name": f"${{aws_lambda_function.{name}.function_name}}",
            **rendered(translated(invoked, EVENT_INVOKE, logical)),
        }


def _change_source(blocks: Document, event: str, source: Document) -> None:
    sources = blocks["aws_lambda_event_source_mapping"]
    names = [name for name in sources if to_cfn_resource_name(name) == event]
    if not names:
        raise TemplateError(f"{event}: Chalice generates no such event source")
    sources[names[0]] |= rendered(translated(source["Properties"], EVENT_SOURCE, event))


def _limit_requests(blocks: Document, settings: Sequence[Document], scope: Scope) -> None:
    """Settings for all methods of the stage; there are none for single methods."""
    for each in settings:
        limits = {name: scope.value(value) for name, value in each.items() if name not in EVERY_METHOD}
        if {name: each[name] for name in EVERY_METHOD} != EVERY_METHOD:
            raise TemplateError("RestAPI: no translation for settings of single methods")
        blocks.setdefault("aws_api_gateway_method_settings", {})[API] = {
            "rest_api_id": f"${{aws_api_gateway_rest_api.{API}.id}}",
            "stage_name": f"${{aws_api_gateway_stage.{API}.stage_name}}",
            "method_path": "*/*",
            "settings": rendered(translated(limits, METHODS, "RestAPI")),
        }


def _change_api(blocks: Document, properties: Document, scope: Scope) -> None:
    """Set the log of the stage, and whether the API has a default endpoint."""
    if "AccessLogSetting" in properties:
        log = scope.value(properties["AccessLogSetting"])
        blocks["aws_api_gateway_stage"][API]["access_log_settings"] = rendered(translated(log, ACCESS_LOG, "RestAPI"))
    if "DisableExecuteApiEndpoint" in properties:
        disabled = rendered(scope.value(properties["DisableExecuteApiEndpoint"]))
        blocks["aws_api_gateway_rest_api"][API]["disable_execute_api_endpoint"] = disabled


def _definition(swagger: Document, change: Document, scope: Scope) -> Document:
    """The API's definition with the template's additions, without SAM's own properties."""
    properties = {key: value for key, value in change.get("Properties", {}).items() if key not in TOLD_APART}
    added = translated(properties, {"DefinitionBody": "body"}, "RestAPI").get("body", {})
    return _merged(rendered(scope.value(added)), _with_alias(swagger))


def _with_alias(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_alias(each) for each in node]
    if isinstance(node, dict):
        return {key: _with_alias(value) for key, value in node.items()}
    return f"${{aws_lambda_alias.{ALIAS}.invoke_arn}}" if node == INVOKED else node


def _merged(change: Document, base: Document) -> Document:
    """Merge as Chalice merges CloudFormation templates."""
    return TemplateDeepMerger().merge(change, base)
