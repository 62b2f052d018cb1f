"""The stacks of both stages: what they tell, and what of them outlives them."""

from pathlib import Path

import pytest

from chalicelib.catalog.principal import Principal
from tests.loopback.deployed import DeployedApi
from tests.loopback.emulator import Emulator
from tests.loopback.environment import use
from tests.loopback.principals import caller_of
from tests.loopback.stack import DOMAIN, Stack, deploy, package, remove

pytestmark = pytest.mark.loopback

TABLES = ("images", "rows", "listings", "claims", "memberships", "events", "jobs", "references", "tokens")


def test_a_stack_tells_where_its_dialects_are(stack: Stack) -> None:
    assert stack.outputs["Url"] == f"https://{DOMAIN}"
    assert stack.outputs["Bucket"] == stack.variables("APIHandler")["IMAGE_BUCKET"]


def test_what_production_keeps_outlives_its_stack(
    emulator: Emulator, owner: Principal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = deploy(package(tmp_path, "prod"), emulator)
    use(monkeypatch, emulator.environment)
    answer = caller_of(DeployedApi(stack), owner).get("/v1/images")

    remove(stack)

    dynamodb = emulator.client("dynamodb")
    tables = [dynamodb.describe_table(TableName=f"rosetta-prod-{table}")["Table"] for table in TABLES]
    buckets = [bucket["Name"] for bucket in emulator.s3.list_buckets()["Buckets"]]
    assert (answer.status, answer.json) == (200, {"images": []})
    assert [table["DeletionProtectionEnabled"] for table in tables] == [True] * len(TABLES)
    assert stack.outputs["Bucket"] in buckets
    assert not [url for url in emulator.sqs.list_queues().get("QueueUrls", []) if "rosetta-prod" in url]
