"""What the pages about deploying and operating name is there, and what is there is named."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest

from rosetta.command import cli
from tests.deploy.files import ROOT, STAGES, of_type, read, template

DEPLOY, OPERATE = (ROOT / "docs" / name for name in ("deploy.md", "operate.md"))
PAGES = pytest.mark.parametrize("page", [DEPLOY, OPERATE], ids=lambda page: page.name)
CHALICE = {
    "AWS::Serverless::Api": 1,
    "AWS::Serverless::Function": 3,
    "AWS::IAM::Role": 3,
    "AWS::Lambda::Permission": 1,
}
"""What Chalice makes by itself."""


def test_the_page_lists_all_that_is_created() -> None:
    stack = template("prod", DomainName="images.example.org", CertificateArn="arn:aws:acm:…")
    made = Counter(each["Type"] for each in stack["Resources"].values() if "Type" in each)

    listed = re.findall(r"^\| `(AWS::\w+::\w+)` \| (\d+) \|", DEPLOY.read_text("utf-8"), re.MULTILINE)

    assert {kind: int(count) for kind, count in listed} == Counter(CHALICE) + made


def test_the_page_lists_all_parameters() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", DEPLOY.read_text("utf-8"), re.MULTILINE)

    assert set(listed) == read("resources.json")["Parameters"].keys()


@PAGES
def test_a_page_names_targets_of_make_that_exist(page: Path) -> None:
    named = set(re.findall(r"(?:^ *|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))

    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert named
    assert named <= targets


@PAGES
def test_a_page_names_commands_and_options_of_ours_that_exist(page: Path) -> None:
    text = page.read_text("utf-8").replace("\\\n", " ")
    named = re.findall(r"(?:`|bin/|\()rosetta ([^`\n]+)", text)

    assert named
    for words in (line.rstrip(")").split() for line in named):
        command: click.Command = cli
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, words
            command = found
        options = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= options


@PAGES
def test_a_page_names_outputs_of_the_stack_that_exist(page: Path) -> None:
    asked = re.findall(r"OutputKey=='(\w+)'|output `(\w+)`|outputs `(\w+)` and `(\w+)`", page.read_text("utf-8"))

    named = {name for names in asked for name in names if name}

    assert named <= read("resources.json")["Outputs"].keys()
    assert page is not DEPLOY or named


@PAGES
def test_a_page_names_tables_functions_and_queues_that_exist(page: Path) -> None:
    text = page.read_text("utf-8").replace("<stage>", "prod").replace("$STAGE", "prod")
    there = {"rosetta", *(f"rosetta-{stage}" for stage in STAGES)}
    for stage in STAGES:
        stack = template(stage)
        there |= {table["TableName"] for table in of_type(stack, "AWS::DynamoDB::Table").values()}
        there |= {queue["QueueName"] for queue in of_type(stack, "AWS::SQS::Queue").values()}
        there |= {f"rosetta-{stage}-{name}" for name in ("sweep", "then", "images-123456789012-us-east-1")}

    named = {name.rstrip("-") for name in re.findall(r"\brosetta-(?:dev|prod)[\w-]*", text)}

    assert named <= there


def test_loops_over_tables_name_all_of_them() -> None:
    tables = {
        table["TableName"].removeprefix("rosetta-prod-")
        for table in of_type(template("prod"), "AWS::DynamoDB::Table").values()
    }
    expiring = {
        table["TableName"].removeprefix("rosetta-prod-")
        for table in of_type(template("prod"), "AWS::DynamoDB::Table").values()
        if "TimeToLiveSpecification" in table
    }

    loops = re.findall(r"for table in ([\w ]+); do", DEPLOY.read_text("utf-8") + OPERATE.read_text("utf-8"))

    assert {frozenset(loop.split()) for loop in loops} == {frozenset(tables), frozenset(expiring)}
