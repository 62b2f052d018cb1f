"""The tables of a deployment are those that the models describe: the ones that every other test runs on."""

from typing import Any

import pytest

from chalicelib.bootstrap import Aws, build_world
from chalicelib.storage.tables import EXPIRING, MODELS
from tests.deploy.files import STAGES, of_type, settings, template

TABLE = "AWS::DynamoDB::Table"
INDEXES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
DEFAULT = "rosetta-"
OLD = "listings"
"""The table of the first layout, which stays in the template for one release, so that its own release can come back."""


@pytest.fixture
def made(aws: Aws) -> dict[str, Any]:
    """The tables as the models make them, without the prefix of their names."""
    build_world({}, aws=aws)
    client: Any = aws.probing("dynamodb")
    names = [model.Meta.table_name for model in MODELS]
    return {name.removeprefix(DEFAULT): client.describe_table(TableName=name)["Table"] for name in names}


def declared(stage: str) -> dict[str, Any]:
    """The tables of the template, without the prefix of their names."""
    prefix = settings(stage, "api_handler")["environment_variables"]["TABLE_PREFIX"]
    return {table["TableName"].removeprefix(prefix): table for table in of_type(template(stage), TABLE).values()}


def shape(table: dict[str, Any]) -> dict[str, Any]:
    """All that cannot be changed without making the table anew, or that a query needs."""
    return {
        "key": table["KeySchema"],
        "attributes": {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]},
        "indexes": {
            (kind, index["IndexName"]): (index["KeySchema"], index["Projection"]["ProjectionType"])
            for kind in INDEXES
            for index in table.get(kind, [])
        },
    }


@pytest.mark.parametrize("stage", STAGES)
def test_the_tables_have_the_keys_and_indexes_of_the_models(made: dict[str, Any], stage: str) -> None:
    tables = declared(stage)

    shapes = {name: shape(table) for name, table in tables.items() if name != OLD}

    assert shapes == {name: shape(made[name]) for name in made}


@pytest.mark.parametrize("stage", STAGES)
def test_the_table_of_the_first_layout_is_as_the_older_release_made_it(stage: str) -> None:
    orders = ("created", "updated", "name", "size", "number")

    table = template(stage)["Resources"]["ListingsTable"]["Properties"]

    assert declared(stage)[OLD] == table
    assert shape(table) == {
        "key": _key("image_id"),
        "attributes": dict.fromkeys(["scope", "image_id", *(f"{order}_key" for order in orders)], "S"),
        "indexes": {("LocalSecondaryIndexes", f"by_{order}"): (_key(f"{order}_key"), "ALL") for order in orders},
    }


def _key(range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": "scope", "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


@pytest.mark.parametrize("stage", STAGES)
def test_what_expires_in_the_models_expires(aws: Aws, stage: str) -> None:
    build_world({}, aws=aws)
    expiring = {OLD, *(model.Meta.table_name.removeprefix(DEFAULT) for model in EXPIRING)}

    lives = {name: table.get("TimeToLiveSpecification") for name, table in declared(stage).items()}

    assert {name for name, life in lives.items() if life == {"AttributeName": "expires", "Enabled": True}} == expiring
    assert {name for name, life in lives.items() if life is None} == lives.keys() - expiring


@pytest.mark.parametrize("stage", STAGES)
def test_tables_are_paid_for_by_the_request_and_not_for_keys_of_their_own(stage: str) -> None:
    tables = declared(stage).values()

    assert {table["BillingMode"] for table in tables} == {"PAY_PER_REQUEST"}
    assert [table for table in tables if "SSESpecification" in table] == []  # AWS's own key encrypts, and costs nothing


@pytest.mark.parametrize(("stage", "guarded"), [("dev", False), ("prod", True)])
def test_tables_of_production_are_hard_to_lose(stage: str, guarded: bool) -> None:
    tables = declared(stage).values()

    assert {table["DeletionProtectionEnabled"] for table in tables} == {guarded}
    assert {table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] for table in tables} == {guarded}
