"""The files for Terraform say the same as the template for CloudFormation, and hang together."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import ACCOUNT, PSEUDO, REGION, STAGES, of_type, read, template

EACH = pytest.mark.parametrize("stage", STAGES)
SECTIONS = {"data", "locals", "output", "resource", "terraform", "variable"}
REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+\.[\w-]+|var\.\w+|local\.\w+)")
GUARDED = {"prevent_destroy": True}
KNOWN = {
    "${data.aws_caller_identity.chalice.account_id}": ACCOUNT,
    "${data.aws_region.chalice.name}": REGION,
    "${data.aws_partition.chalice.partition}": "aws",
}
NAMES = {
    "AWS::DynamoDB::Table": ("aws_dynamodb_table", "TableName", "name"),
    "AWS::SQS::Queue": ("aws_sqs_queue", "QueueName", "name"),
    "AWS::S3::Bucket": ("aws_s3_bucket", "BucketName", "bucket"),
    "AWS::SNS::Topic": ("aws_sns_topic", "TopicName", "name"),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", "LogGroupName", "name"),
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm", "AlarmName", "alarm_name"),
}
"""What has a name of its own, by its type, here and there."""
FUNCTIONS = {"APIHandler": "api_handler", "Work": "work", "Sweep": "sweep"}
SETTINGS = {
    "Architectures": "architectures",
    "Handler": "handler",
    "MemorySize": "memory_size",
    "ReservedConcurrentExecutions": "reserved_concurrent_executions",
    "Runtime": "runtime",
    "Tags": "tags",
    "Timeout": "timeout",
}


KEPT_FREE = "ReservedConcurrentExecutions"


def resolved(node: Any) -> Any:
    """A part of the template with what CloudFormation puts into its texts."""
    match node:
        case {"Fn::Sub": str(text)}:
            for name, value in PSEUDO.items():
                text = text.replace(f"${{{name}}}", value)
            return text
        case dict():
            return {key: resolved(each) for key, each in node.items()}
        case list():
            return [resolved(each) for each in node]
    return node


def read_module(build: Path, stage: str) -> dict[str, dict[str, Any]]:
    """Both files as Terraform reads them: as one."""
    module: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for path in sorted((build / "terraform" / stage).glob("*.tf.json")):
        for section, content in json.loads(path.read_text("utf-8")).items():
            for name, each in content.items():
                known = module[section].setdefault(name, {} if isinstance(each, dict) else each)
                if isinstance(each, dict):
                    assert not known.keys() & each.keys(), f"{section}.{name} stands twice"
                    known |= each
    return module


def read_template(build: Path, stage: str) -> Any:
    return json.loads((build / "cloudformation" / stage / "template.json").read_text("utf-8"))


def texts(node: Any) -> Iterator[str]:
    match node:
        case str():
            yield node
        case list():
            for each in node:
                yield from texts(each)
        case dict():
            for each in node.values():
                yield from texts(each)


def filled_in(text: str) -> str:
    """A text as Terraform computes it in the account and region of the tests."""
    for code, value in KNOWN.items():
        text = text.replace(code, value)
    return text


def addresses(module: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """All that may be referred to."""
    return {
        *(f"{kind}.{name}" for kind, named in module["resource"].items() for name in named),
        *(f"data.{kind}.{name}" for kind, named in module["data"].items() for name in named),
        *(f"var.{name}" for name in module["variable"]),
        *(f"local.{name}" for name in module["locals"]),
    }


@EACH
def test_the_files_are_one_module_of_blocks(build: Path, stage: str) -> None:
    module = read_module(build, stage)

    assert all(isinstance(block, dict) for named in module["resource"].values() for block in named.values())
    assert {block["type"] for block in module["variable"].values()} == {"string"}
    assert all("value" in output for output in module["output"].values())


@EACH
def test_every_reference_is_to_something(build: Path, stage: str) -> None:
    module = read_module(build, stage)
    written = list(texts(module))

    named = {found for text in written if "${" in text for found in REFERENCE.findall(text)}
    awaited = {
        each for named in module["resource"].values() for b in named.values() for each in b.get("depends_on", [])
    }

    assert "aws_sqs_queue.WorkQueue" in named
    assert (named | awaited) - addresses(module) == set()


@EACH
def test_nothing_is_left_of_cloudformation(build: Path, stage: str) -> None:
    for path in (build / "terraform" / stage).glob("*.tf.json"):
        assert re.findall(r'"Ref\\*": |"Fn::|\$\{AWS::', path.read_text("utf-8")) == []


@EACH
@pytest.mark.parametrize("kind", NAMES)
def test_names_are_those_of_cloudformation(build: Path, stage: str, kind: str) -> None:
    type_, there, here = NAMES[kind]
    described = of_type(template(stage), kind)

    made = read_module(build, stage)["resource"][type_]

    assert {name: filled_in(block[here]) for name, block in made.items()} == {
        name: properties[there] for name, properties in described.items()
    }


@EACH
def test_every_resource_of_the_template_has_a_block(build: Path, stage: str) -> None:
    described = {name for name, each in read("resources.json")["Resources"].items() if "Type" in each}

    made = {name for named in read_module(build, stage)["resource"].values() for name in named}

    assert described - made == set()


@EACH
@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_have_the_same_settings(build: Path, stage: str, function: str) -> None:
    merged = template(stage)["Resources"][function]["Properties"]
    there = read_template(build, stage)["Resources"][function]["Properties"]

    here = read_module(build, stage)["resource"]["aws_lambda_function"][FUNCTIONS[function]]

    if function == "APIHandler":  # a parameter decides
        assert here["reserved_concurrent_executions"] == '${(!(var.ApiConcurrency == "") ? var.ApiConcurrency : null)}'
        there, here = ({**each, name: None} for each, name in ((there, KEPT_FREE), (here, SETTINGS[KEPT_FREE])))
    assert {key: here.get(name) for key, name in SETTINGS.items()} == {key: there.get(key) for key in SETTINGS}
    assert here["function_name"] == merged["FunctionName"]
    variables = {name: filled_in(value) for name, value in here["environment"]["variables"].items()}
    assert variables == there["Environment"]["Variables"] | merged["Environment"]["Variables"]
    code = "deployment.zip" if function == "APIHandler" else "worker.zip"
    assert here["filename"] == f"${{path.module}}/{code}"
    assert here["source_code_hash"] == f'${{filebase64sha256("${{path.module}}/{code}")}}'


@EACH
@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_functions_have_the_same_rights(build: Path, stage: str, function: str) -> None:
    role = "".join(word.capitalize() for word in function.split("_")) + "Role"
    [there] = read_template(build, stage)["Resources"][role]["Properties"]["Policies"]

    here = read_module(build, stage)["resource"]["aws_iam_role_policy"][f"{function}_role"]["policy"]

    assert json.loads(filled_in(here.removeprefix("${jsonencode(").removesuffix(")}"))) == resolved(
        there["PolicyDocument"]
    )


@EACH
def test_the_api_is_the_same(build: Path, stage: str) -> None:
    there = json.dumps(read_template(build, stage)["Resources"]["RestAPI"]["Properties"]["DefinitionBody"])

    here = json.loads(read_module(build, stage)["locals"]["chalice_api_swagger"])

    assert here == json.loads(
        re.sub(r'\{"Fn::Sub": "arn:[^"]*/invocations"\}', '"${aws_lambda_alias.live.invoke_arn}"', there)
    )


@EACH
def test_as_many_requests_are_let_through(build: Path, stage: str) -> None:
    [there] = read_template(build, stage)["Resources"]["RestAPI"]["Properties"]["MethodSettings"]

    here = read_module(build, stage)["resource"]["aws_api_gateway_method_settings"]["rest_api"]

    assert here["method_path"] == "*/*"
    assert here["stage_name"] == "${aws_api_gateway_stage.rest_api.stage_name}"
    for name, limit in (("ThrottlingRateLimit", "rate"), ("ThrottlingBurstLimit", "burst")):
        assert here["settings"][f"throttling_{limit}_limit"] == f"${{var.{there[name]['Ref']}}}"


@EACH
def test_the_worker_hears_of_its_queue_in_the_same_way(build: Path, stage: str) -> None:
    [there] = read_template(build, stage)["Resources"]["Work"]["Properties"]["Events"].values()

    [here] = read_module(build, stage)["resource"]["aws_lambda_event_source_mapping"].values()

    assert here["function_response_types"] == there["Properties"]["FunctionResponseTypes"]
    assert here["batch_size"] == there["Properties"]["BatchSize"]
    assert here["scaling_config"]["maximum_concurrency"] == there["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    queue = read_template(build, stage)["Resources"]["Work"]["Properties"]["Environment"]["Variables"]["WORK_QUEUE"]
    assert filled_in(here["event_source_arn"]) == f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


@EACH
def test_the_api_calls_a_published_version_by_its_alias(build: Path, stage: str) -> None:
    blocks = read_module(build, stage)["resource"]

    alias, function = blocks["aws_lambda_alias"]["live"], blocks["aws_lambda_function"]["api_handler"]
    permission = blocks["aws_lambda_permission"]["rest_api_invoke"]

    assert function["publish"] is True
    assert alias["function_version"] == "${aws_lambda_function.api_handler.version}"
    assert (permission["function_name"], permission["qualifier"]) == (
        "${aws_lambda_alias.live.function_name}",
        "${aws_lambda_alias.live.name}",
    )


@EACH
def test_what_is_kept_by_cloudformation_is_not_destroyed(build: Path, stage: str) -> None:
    described = read("resources.json")["Resources"].items()
    kept = {name for name, each in described if each.get("DeletionPolicy", "Delete") != "Delete"}

    blocks = read_module(build, stage)["resource"]
    guarded = {name for named in blocks.values() for name, block in named.items() if block.get("lifecycle") == GUARDED}

    assert guarded == kept


def test_only_tables_of_production_are_protected(build: Path) -> None:
    tables = {stage: read_module(build, stage)["resource"]["aws_dynamodb_table"].values() for stage in STAGES}

    protected = {stage: {table["deletion_protection_enabled"] for table in tables[stage]} for stage in STAGES}
    recovered = {stage: {table["point_in_time_recovery"]["enabled"] for table in tables[stage]} for stage in STAGES}

    assert protected == recovered == {"dev": {False}, "prod": {True}}


@EACH
def test_releases_of_today_are_asked_for(build: Path, stage: str) -> None:
    module = read_module(build, stage)

    assert module["terraform"]["required_version"] == ">= 1.5"
    assert set(module["terraform"]["required_providers"]) == {"aws"}
    assert "null_data_source" not in module["data"]
    assert "stage_name" not in module["resource"]["aws_api_gateway_deployment"]["rest_api"]


@EACH
def test_rules_of_stages_do_not_meet(build: Path, stage: str) -> None:
    [rule] = read_module(build, stage)["resource"]["aws_cloudwatch_event_rule"].values()

    assert rule["name"] == f"rosetta-{stage}-sweep-event"


@EACH
def test_the_stage_logs_what_the_gateway_answers_and_waits_for_the_right_to(build: Path, stage: str) -> None:
    there = read_template(build, stage)["Resources"]["RestAPI"]["Properties"]
    module = read_module(build, stage)["resource"]

    here = module["aws_api_gateway_stage"]["rest_api"]

    assert here["access_log_settings"]["format"] == there["AccessLogSetting"]["Format"]
    assert here["access_log_settings"]["destination_arn"] == "${aws_cloudwatch_log_group.GatewayLog.arn}"
    assert "aws_api_gateway_account.GatewayAccount[0].id" in str(
        module["aws_cloudwatch_log_group"]["GatewayLog"]["tags"]
    )


@EACH
def test_with_a_domain_there_is_no_other_address(build: Path, stage: str) -> None:
    api = read_module(build, stage)["resource"]["aws_api_gateway_rest_api"]["rest_api"]

    assert api["disable_execute_api_endpoint"] == '${(!(var.DomainName == "") ? true : false)}'


@EACH
def test_the_dashboards_are_the_same(build: Path, stage: str) -> None:
    there = resolved(read_template(build, stage)["Resources"]["Dashboard"]["Properties"])

    here = read_module(build, stage)["resource"]["aws_cloudwatch_dashboard"]["Dashboard"]

    body = filled_in(here["dashboard_body"])
    assert json.loads(body) == json.loads(there["DashboardBody"].replace("${Stage}", stage))
