"""What a deployment is told agrees with the code: functions, queues and rights."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
CHALICE = ROOT / ".chalice"


def read(name: str) -> Any:
    return json.loads((CHALICE / name).read_text("utf-8"))


STAGES = read("config.json")["stages"]


def test_the_worker_says_which_messages_failed_and_is_listened_to() -> None:
    functions = {
        node.name for node in ast.parse((ROOT / "app.py").read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    }

    merged = read("resources.json")["Resources"]

    assert functions == {"work", "sweep"}
    [event] = merged["Work"]["Properties"]["Events"].values()
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_use_its_own_tables_bucket_and_queue_only(stage: str) -> None:
    names = STAGES[stage]["environment_variables"]
    statements = {each["Sid"]: each for each in read(STAGES[stage]["iam_policy_file"])["Statement"]}

    resources = {sid: statements[sid]["Resource"] for sid in ("Tables", "Bytes", "Work")}

    assert resources["Tables"][0] == f"arn:aws:dynamodb:*:*:table/{names['TABLE_PREFIX']}*"
    assert resources["Bytes"] == f"arn:aws:s3:::{names['IMAGE_BUCKET']}/*"
    assert resources["Work"] == f"arn:aws:sqs:*:*:{names['WORK_QUEUE']}"


@pytest.mark.parametrize("stage", STAGES)
def test_no_right_is_given_by_a_wildcard(stage: str) -> None:
    actions = [each["Action"] for each in read(STAGES[stage]["iam_policy_file"])["Statement"]]

    named = [action for given in actions for action in (given if isinstance(given, list) else [given])]

    assert [action for action in named if "*" in action] == []
