"""Each function may do what its code does and nothing else, to what is its stage's and nothing else."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from tests.conftest import MakeApi
from tests.deploy.calls import Need, operations_in_the_code, recorded
from tests.deploy.everything import SETTINGS, do_everything
from tests.deploy.files import ACCOUNT, FOLDER, REGION, STAGES, of_type, read, settings, template
from tests.jobs.jobs import Stage

HANDLERS = {"api": "api_handler", "work": "work", "sweep": "sweep"}
LOGICAL = {"api": "APIHandler", "work": "Work", "sweep": "Sweep"}
ROLES = [(stage, function) for stage in STAGES for function in HANDLERS]
WITHOUT_RESOURCE = {
    "ec2:DescribeImages": "EC2 has no permissions on single resources for what only describes",
    "ec2:DescribeInstances": "as DescribeImages",
    "ec2:DescribeSnapshots": "as DescribeImages",
}
"""The only actions that are allowed on `*`, with the reason."""
NOT_CALLED = {
    "logs:CreateLogStream": "Lambda writes the log with the function's role",
    "logs:PutLogEvents": "as CreateLogStream",
    "s3:ListBucket": "without it S3 says of what is missing that it is forbidden",
    "sqs:DeleteMessage": "Lambda takes messages with the worker's role",
    "sqs:GetQueueAttributes": "as DeleteMessage",
    "sqs:ReceiveMessage": "as DeleteMessage",
}
"""What is allowed though no code of ours calls it, with the reason."""
OLDER_RELEASE = {
    "api": ({"BatchGetItem", "DeleteItem", "PutItem", "Query"}, {"listings", "listings/index/*"}),
    "work": ({"DeleteItem", "PutItem", "Query"}, {"listings"}),
    "sweep": ({"DeleteItem", "PutItem", "Query"}, {"listings", "listings/index/by_updated"}),
}
"""What the release before the second layout may do to its lists, by function.

It runs with roles of this one until a deployment has replaced its code, and when the alias moves back.
"""
CLOUD = {
    "ec2:CreateImage": ("arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*::image/*", "arn:aws:ec2:*::snapshot/*"),
    "ec2:CreateTags": ("arn:aws:ec2:*::image/*", "arn:aws:ec2:*::snapshot/*"),
    "ec2:DeleteSnapshot": ("arn:aws:ec2:*::snapshot/*",),
    "ec2:DeregisterImage": ("arn:aws:ec2:*::image/*",),
}
"""Actions on machines and their images, whose ids nobody knows before: each is bound by a condition."""
UNBOUND = "MakeMachineImages"
"""The images and snapshots that a capture makes have no tag yet; the machine that it is made of has to have one."""


def policy(stage: str, function: str) -> list[dict[str, Any]]:
    """The statements of a role, with lists where single values may stand."""
    name = settings(stage, HANDLERS[function])["iam_policy_file"]
    statements = read(name)["Statement"]
    return [{**each, "Resource": _listed(each["Resource"]), "Action": _listed(each["Action"])} for each in statements]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def rights(stage: str, function: str) -> Iterator[tuple[str, str]]:
    """Action and resource of all that a role allows."""
    for statement in policy(stage, function):
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                yield action, resource.replace("${aws:PrincipalAccount}", ACCOUNT)


def names(stage: str) -> Mapping[str, str]:
    """The environment of the functions, whose bucket the template names."""
    functions = template(stage)["Resources"]
    told = [functions[name]["Properties"]["Environment"]["Variables"] for name in LOGICAL.values()]
    assert told[0] == told[1] == told[2]
    return {**settings(stage, "work")["environment_variables"], **told[0]}


def resource(stage: str, target: str) -> str:
    """The ARN of what a need is about."""
    own = names(stage)
    here = f"{REGION}:{ACCOUNT}"
    known = {
        "bucket": f"arn:aws:s3:::{own['IMAGE_BUCKET']}",
        "objects": f"arn:aws:s3:::{own['IMAGE_BUCKET']}/an-image/an-object",
        "queue": f"arn:aws:sqs:{here}:{own['WORK_QUEUE']}",
    }
    return known.get(target) or f"arn:aws:dynamodb:{here}:table/{own['TABLE_PREFIX']}{target}"


def allows(stage: str, need: Need) -> bool:
    """Whether a role has a right. Those in the cloud depend on tags, and are compared apart."""
    return any(
        action == need.action and (need.target == "cloud" or fnmatchcase(resource(stage, need.target), allowed))
        for action, allowed in rights(stage, need.function)
    )


def test_a_function_may_do_what_it_does_and_nothing_else(make_api: MakeApi, aws: Aws) -> None:
    stage = Stage(make_api(**SETTINGS), aws)

    with recorded(aws) as calls:
        do_everything(stage, make_api())

    assert operations_in_the_code(aws) - calls.operations == set()
    for name in STAGES:
        assert [need for need in sorted(calls.needs) if not allows(name, need)] == []
        for function in HANDLERS:
            needed = {need.action for need in calls.needs if need.function == function}
            allowed = {action for action, _ in rights(name, function)}
            assert allowed - needed - NOT_CALLED.keys() == set(), function
            unused = [right for right in rights(name, function) if not _is_used(name, function, right, calls.needs)]
            assert unused == [], function


def _is_used(stage: str, function: str, right: tuple[str, str], needs: set[Need]) -> bool:
    """Whether a function needs a right on a table; an index goes with the table of the same statement."""
    action, allowed = right
    if action in NOT_CALLED or not action.startswith("dynamodb:") or _is_older(stage, function, right):
        return True
    table = allowed.partition("/index/")[0]
    found = (need for need in needs if (need.function, need.action) == (function, action))
    return any(fnmatchcase(resource(stage, need.target).partition("/index/")[0], table) for need in found)


@pytest.mark.parametrize(("stage", "function"), ROLES)
def test_a_function_may_do_to_lists_of_the_first_layout_what_the_older_release_does(stage: str, function: str) -> None:
    actions, tables = OLDER_RELEASE[function]
    listings = f"table/{names(stage)['TABLE_PREFIX']}listings"

    allowed = {right for right in rights(stage, function) if listings in right[1]}

    expected = {(f"dynamodb:{action}", resource(stage, table)) for action in actions for table in tables}
    assert {(action, arn.replace(":*:*:", f":{REGION}:{ACCOUNT}:")) for action, arn in allowed} == expected


def _is_older(stage: str, function: str, right: tuple[str, str]) -> bool:
    """Whether a function of the older release needs a right."""
    actions, tables = OLDER_RELEASE[function]
    action, allowed = right
    return action.removeprefix("dynamodb:") in actions and any(
        fnmatchcase(resource(stage, table), allowed) for table in tables
    )


@pytest.mark.parametrize(("stage", "function"), ROLES)
def test_a_function_waits_for_the_tables_that_it_has_rights_on(build: Path, stage: str, function: str) -> None:
    resources = json.loads((build / "cloudformation" / stage / "template.json").read_text("utf-8"))["Resources"]
    tables = of_type(template(stage), "AWS::DynamoDB::Table").items()
    allowed = {arn.partition(":table/")[2].partition("/")[0] for _, arn in rights(stage, function) if ":table/" in arn}
    needed = {name for name, table in tables if table["TableName"] in allowed}

    there = set(resources[LOGICAL[function]]["DependsOn"])
    here = _terraform(build, stage)["aws_lambda_function"][HANDLERS[function]]["depends_on"]

    assert {"RowsTable", "ListingsTable"} < needed
    assert there & {name for name, _ in tables} == needed
    assert {each for each in here if "table" in each} == {f"aws_dynamodb_table.{name}" for name in needed}


def _terraform(build: Path, stage: str) -> Any:
    return json.loads((build / "terraform" / stage / "chalice.tf.json").read_text("utf-8"))["resource"]


@pytest.mark.parametrize(("stage", "function"), ROLES)
def test_no_action_is_a_pattern(stage: str, function: str) -> None:
    actions = [action for action, _ in rights(stage, function)]

    assert [action for action in actions if "*" in action or "?" in action] == []
    assert {each["Effect"] for each in policy(stage, function)} == {"Allow"}


@pytest.mark.parametrize(("stage", "function"), ROLES)
def test_everything_is_allowed_on_names_of_the_stage_only(stage: str, function: str) -> None:
    own = names(stage)
    arns = (
        f"arn:aws:dynamodb:*:*:table/{own['TABLE_PREFIX']}",
        f"arn:aws:s3:::rosetta-{stage}-images-{ACCOUNT}-",
        f"arn:aws:logs:*:*:log-group:/aws/lambda/rosetta-{stage}",
    )

    foreign = {
        (action, allowed)
        for action, allowed in rights(stage, function)
        if not allowed.startswith(arns) and allowed != f"arn:aws:sqs:*:*:{own['WORK_QUEUE']}"
    }

    assert {action for action, allowed in foreign if allowed == "*"} <= WITHOUT_RESOURCE.keys()
    assert {(action, allowed) for action, allowed in foreign if allowed != "*"} <= {
        (action, arn) for action, arns in CLOUD.items() for arn in arns
    }
    assert own["IMAGE_BUCKET"] == f"rosetta-{stage}-images-{ACCOUNT}-{REGION}"


@pytest.mark.parametrize("function", ["work", "sweep"])
def test_machines_are_captured_and_images_removed_by_their_tags_only(function: str) -> None:
    statements = [each for each in policy("prod", function) if each["Action"][0] in CLOUD]

    conditions = {each["Sid"]: each["Condition"] for each in statements if "Condition" in each}

    assert {each["Sid"] for each in statements} - conditions.keys() <= {UNBOUND}
    assert conditions["RemoveMachineImagesThatWeMade"] == {"StringLike": {"aws:ResourceTag/Name": "rosetta-*"}}
    if function == "work":
        assert conditions["CaptureMachinesOfTenants"] == {"Null": {"aws:ResourceTag/rosetta:tenant": "false"}}


@pytest.mark.parametrize(("stage", "function"), ROLES)
def test_a_function_writes_its_own_log_only(stage: str, function: str) -> None:
    logs = [allowed for action, allowed in rights(stage, function) if action.startswith("logs:")]
    resources = template(stage)["Resources"]

    [log] = [
        group
        for group in of_type(template(stage), "AWS::Logs::LogGroup").values()
        if _is_of(group, resources[LOGICAL[function]])
    ]

    assert set(logs) == {f"arn:aws:logs:*:*:log-group:{log['LogGroupName']}:*"}


def _is_of(group: Mapping[str, Any], function: Mapping[str, Any]) -> bool:
    return bool(group["LogGroupName"] == f"/aws/lambda/{function['Properties']['FunctionName']}")


def test_no_policy_lies_unused() -> None:
    used = {settings(stage, HANDLERS[function])["iam_policy_file"] for stage, function in ROLES}

    assert {file.name for file in FOLDER.glob("policy-*.json")} == used


@pytest.mark.parametrize("stage", STAGES)
def test_deployed_rights_are_those_of_one_partition_region_and_account(build: Path, stage: str) -> None:
    made = json.loads((build / "cloudformation" / stage / "template.json").read_text("utf-8"))
    roles = [made["Resources"][name] for name in ("ApiHandlerRole", "WorkRole", "SweepRole")]
    resources = [
        resource
        for role in roles
        for each in role["Properties"]["Policies"]
        for statement in each["PolicyDocument"]["Statement"]
        for resource in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
    ]

    named = [resource["Fn::Sub"] for resource in resources if resource != "*"]

    assert [text for text in named if not text.startswith("arn:${AWS::Partition}:")] == []
    for text in named:
        service, region, account = text.split(":", 1)[1].replace("${AWS::", "").replace("}", "").split(":")[1:4]
        expected = {"s3": ("", ""), "ec2": ("*", "AccountId" if ":instance/" in text else "")}
        assert (region, account) == expected.get(service, ("Region", "AccountId")), text
    assert [text for text in named if ":s3:::" in text and "-${AWS::AccountId}-${AWS::Region}" not in text] == []
    assert "arn:aws:" not in json.dumps(made)
