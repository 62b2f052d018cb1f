"""What a deployment creates agrees with the code, is safe, and is what CloudFormation understands."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.http import metrics
from chalicelib.jobs.delivery import VISIBILITY
from tests.deploy.files import REGION, ROOT, STAGES, of_type, read, settings, template

SUPPRESSED = {
    "W1028": "a packaged template is one stage's, so what another stage would choose cannot be reached",
}
"""Findings of cfn-lint that are none, with the reason."""
FUNCTIONS = {"APIHandler": "api_handler", "Work": "work", "Sweep": "sweep"}
MAKE_ANEW = ("AWS::Logs::LogGroup", "AWS::SQS::Queue")
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
OF_THE_ACCOUNT = ("AWS::ApiGateway::Account", "AWS::IAM::Role")
"""What other stacks of the account may have come to need: API Gateway has one role for all its logs."""
SEARCHED = re.compile(r'\{(?P<where>[^}]*)\} MetricName="(?P<metric>\w+)" stage="(?P<stage>\w+)"')
"""Which metrics of ours a widget looks for."""
OURS = {
    (tuple(dimensions), metric["Name"])
    for directive in (metrics.LATENCY, metrics.OUTCOMES, metrics.OUTAGES)
    for dimensions in directive["Dimensions"]
    for metric in directive["Metrics"]
}
"""What the access log makes metrics of."""
FREE_ALARMS = 10
"""Metrics of alarms that an account is not charged for."""


@pytest.fixture
def packaged(build: Path) -> dict[str, Path]:
    """The templates as they are deployed."""
    return {stage: build / "cloudformation" / stage / "template.json" for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_the_linter_finds_nothing(packaged: dict[str, Path], stage: str) -> None:
    ignored = [word for rule in SUPPRESSED for word in ("--ignore-checks", rule)]
    words = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", REGION, *ignored, "--", str(packaged[stage])]

    done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603  # our own words

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_has_what_the_configuration_asks_for(packaged: dict[str, Path], stage: str) -> None:
    resources = json.loads(packaged[stage].read_text("utf-8"))["Resources"]

    assert resources["RestAPI"]["Properties"]["EndpointConfiguration"] == "REGIONAL"
    for name, handler in FUNCTIONS.items():
        told, made = settings(stage, handler), resources[name]["Properties"]
        assert made["Architectures"] == ["arm64"]
        assert made["Tracing"] == "PassThrough"
        assert (made["MemorySize"], made["Timeout"]) == (told["lambda_memory_size"], told["lambda_timeout"])
        if name != "APIHandler":  # a parameter decides
            assert made.get("ReservedConcurrentExecutions") == told.get("reserved_concurrency")


def test_all_functions_of_the_code_are_configured() -> None:
    nodes = ast.parse((ROOT / "app.py").read_text("utf-8")).body
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}

    configured = {stage: set(read("config.json")["stages"][stage]["lambda_functions"]) for stage in STAGES}

    assert set(configured) == set(read("config.json")["stages"])
    assert all(names == functions | {"api_handler"} for names in configured.values())


@pytest.mark.parametrize("stage", STAGES)
def test_sweeps_do_not_overlap_and_nothing_outlasts_who_waits_for_it(stage: str) -> None:
    timeouts = {name: settings(stage, name)["lambda_timeout"] for name in FUNCTIONS.values()}

    assert timeouts["api_handler"] <= 29  # API Gateway gives up then
    assert timeouts["sweep"] < 60  # the next one begins
    assert timeouts["work"] < VISIBILITY.total_seconds()


def test_what_holds_data_outlives_its_stack_and_nothing_else_does() -> None:
    resources = template("prod")["Resources"].values()
    fates = {
        (each["Type"], each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
        for each in resources
        if "Type" in each
    }

    kept = {*KEPT, *OF_THE_ACCOUNT}
    assert {fate for fate in fates if fate[0] in kept} == {(kind, "RetainExceptOnCreate", "Retain") for kind in kept}
    assert {fate for fate in fates if fate[0] in MAKE_ANEW} == {(kind, "Delete", "Delete") for kind in MAKE_ANEW}
    assert {fate[1:] for fate in fates if fate[0] not in {*kept, *MAKE_ANEW}} == {(None, None)}


@pytest.mark.parametrize(("stage", "days"), [("dev", 14), ("prod", 90)])
def test_every_function_has_a_log_that_ends(stage: str, days: int) -> None:
    stack = template(stage)
    logs = {name: log["LogGroupName"] for name, log in of_type(stack, "AWS::Logs::LogGroup").items()}

    for name in FUNCTIONS:
        function = stack["Resources"][name]
        assert f"/aws/lambda/{function['Properties']['FunctionName']}" in {
            logs.get(log) for log in function["DependsOn"]
        }
    assert {log["RetentionInDays"] for log in of_type(stack, "AWS::Logs::LogGroup").values()} == {days}


@pytest.mark.parametrize("topic", ["", "arn:aws:sns:us-east-1:123456789012:pager"], ids=["own topic", "given topic"])
def test_alarms_go_to_a_topic_that_is_made_unless_it_is_given(topic: str) -> None:
    stack = template("prod", AlarmTopicArn=topic)

    alarms = of_type(stack, "AWS::CloudWatch::Alarm").values()

    assert len(of_type(stack, "AWS::SNS::Topic")) == (not topic)
    assert [alarm for alarm in alarms if alarm["AlarmActions"] != [topic or {"Ref": "AlarmTopic"}]] == []
    assert [alarm for alarm in alarms if alarm["OKActions"] != alarm["AlarmActions"]] == []


def test_every_alarm_is_explained_and_all_are_free() -> None:
    alarms = of_type(template("prod"), "AWS::CloudWatch::Alarm").values()
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")

    explained = {alarm["AlarmName"].removeprefix("rosetta-prod-") for alarm in alarms}
    metrics = sum(
        len([each for each in alarm.get("Metrics", [{"MetricStat": 1}]) if "MetricStat" in each]) for alarm in alarms
    )

    assert [name for name in sorted(explained) if f"\n### {name}\n" not in page] == []
    assert page.count("\n### ") == len(explained)
    assert metrics <= FREE_ALARMS


def test_only_what_has_to_happen_is_missed_when_it_does_not() -> None:
    alarms = of_type(template("prod"), "AWS::CloudWatch::Alarm")

    missed = [name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"]

    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"breaching", "notBreaching"}
    assert missed == ["SweepMissingAlarm"]
    sweep = alarms["SweepMissingAlarm"]
    assert (sweep["MetricName"], sweep["Statistic"], sweep["Threshold"]) == ("Errors", "Sum", 1)  # none, if it did run


def test_slow_answers_raise_an_alarm() -> None:
    slow = of_type(template("prod"), "AWS::CloudWatch::Alarm")["ApiSlowAlarm"]

    assert (slow["MetricName"], slow["ExtendedStatistic"], "Statistic" in slow) == ("Latency", "p99", False)


def test_alarms_watch_what_the_stage_has() -> None:
    stack = template("dev")
    resources = stack["Resources"]
    there = {
        "ApiName": {read("config.json")["app_name"]},
        "Stage": {read("config.json")["stages"]["dev"]["api_gateway_stage"]},
        "FunctionName": {resources[name]["Properties"]["FunctionName"] for name in FUNCTIONS},
        "QueueName": {queue["QueueName"] for queue in of_type(stack, "AWS::SQS::Queue").values()},
        "TableName": {table["TableName"] for table in of_type(stack, "AWS::DynamoDB::Table").values()},
    }

    watched = [
        (dimension["Name"], dimension["Value"])
        for alarm in of_type(stack, "AWS::CloudWatch::Alarm").values()
        for metric in [
            alarm,
            *(each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each),
        ]
        for dimension in metric.get("Dimensions", [])
    ]

    assert [(name, value) for name, value in watched if value not in there[name]] == []
    assert {name for name, _ in watched} == there.keys()


def test_a_domain_of_ones_own_begins_at_its_root() -> None:
    asked = template("prod", DomainName="images.example.org", CertificateArn="arn:aws:acm:…")
    [domain] = of_type(asked, "AWS::ApiGateway::DomainName").values()
    [mapping] = of_type(asked, "AWS::ApiGateway::BasePathMapping").values()

    assert of_type(template("prod"), "AWS::ApiGateway::DomainName") == {}
    assert (domain["DomainName"], domain["EndpointConfiguration"]) == ("images.example.org", {"Types": ["REGIONAL"]})
    assert "BasePath" not in mapping
    assert [
        stack["Resources"]["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] for stack in (asked, template("prod"))
    ] == [True, False]
    assert domain["SecurityPolicy"] == "TLS_1_2"
    assert asked["Outputs"]["Url"]["Value"] == "https://images.example.org"
    assert template("prod")["Outputs"]["Url"]["Value"].endswith(f".execute-api.{REGION}.amazonaws.com/prod")


@pytest.mark.parametrize("stage", STAGES)
def test_the_requests_of_a_second_are_limited(stage: str) -> None:
    """Whoever guesses at secrets, or means harm, is slowed down, and so is the bill."""
    usual, less = (template(stage, **chosen)["Resources"]["RestAPI"] for chosen in ({}, {"RequestsPerSecond": "5"}))

    [settings], [chosen] = usual["Properties"]["MethodSettings"], less["Properties"]["MethodSettings"]

    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("100", "200")
    assert chosen["ThrottlingRateLimit"] == "5"


@pytest.mark.parametrize(("chosen", "reserved"), [("", {"Ref": "AWS::NoValue"}), ("50", "50")])
def test_functions_of_the_api_are_kept_free_if_that_is_asked_for(chosen: str, reserved: object) -> None:
    api = template("prod", ApiConcurrency=chosen)["Resources"]["APIHandler"]["Properties"]

    assert api["ReservedConcurrentExecutions"] == reserved


@pytest.mark.parametrize("stage", STAGES)
def test_what_the_gateway_answers_by_itself_is_logged_too(stage: str) -> None:
    stack = template(stage)
    setting = stack["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]

    told = json.loads(setting["Format"])

    assert {"requestId", "source", "agent", "status", "error"} <= told.keys()
    assert set(told.values()) >= {
        "$context.requestId",
        "$context.identity.sourceIp",
        "$context.identity.userAgent",
        "$context.status",
        "$context.error.responseType",
    }
    assert all(value.startswith("$context.") for value in told.values())
    assert setting["DestinationArn"] == {"Fn::GetAtt": ["GatewayLog", "Arn"]}
    assert of_type(stack, "AWS::Logs::LogGroup")["GatewayLog"]["LogGroupName"] == f"/aws/apigateway/rosetta-{stage}"


@pytest.mark.parametrize(("there", "made"), [("false", 1), ("true", 0)])
def test_the_account_s_role_for_these_logs_is_made_unless_there_is_one(there: str, made: int) -> None:
    stack = template("prod", AccountLogsGateways=there)

    assert len(of_type(stack, "AWS::ApiGateway::Account")) == made
    assert len(of_type(stack, "AWS::IAM::Role")) == made
    [tag] = of_type(stack, "AWS::Logs::LogGroup")["GatewayLog"]["Tags"]
    assert (tag["Value"] == {"Ref": "GatewayAccount"}) == bool(made)  # so the log, and its stage, wait for it


@pytest.mark.parametrize("stage", STAGES)
def test_a_dashboard_shows_metrics_that_there_are(stage: str) -> None:
    [dashboard] = of_type(template(stage), "AWS::CloudWatch::Dashboard").values()
    ours = {("Rosetta", *dimensions, metric) for dimensions, metric in OURS}

    widgets = [widget["properties"] for widget in json.loads(dashboard["DashboardBody"])["widgets"]]
    shown = [each[0] for widget in widgets for each in widget["metrics"] if isinstance(each[0], dict)]
    found = [SEARCHED.search(each["expression"]) for each in shown]

    assert {(*one["where"].split(","), one["metric"]) for one in found if one} == ours
    assert {one["stage"] for one in found if one} == {stage}
    assert None not in found
    assert {widget["region"] for widget in widgets} == {REGION}
    assert "${" not in dashboard["DashboardBody"]
