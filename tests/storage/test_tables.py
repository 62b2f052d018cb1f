"""The tables as they are created for tests and local use."""

from typing import Any

import pytest

from chalicelib.bootstrap import Aws, build_world
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import EXPIRING, MODELS, create_tables


@pytest.fixture
def tables(aws: Aws) -> dict[str, Any]:
    """The descriptions of tables with a prefix of their own, which were created twice over."""
    build_world({"TABLE_PREFIX": "other-"}, aws=aws)
    create_tables()
    create_tables()
    names = [model.Meta.table_name for model in MODELS]
    client: Any = aws.probing("dynamodb")
    return {name: client.describe_table(TableName=name)["Table"] for name in names}


def test_every_table_is_created_once_under_its_prefix(tables: dict[str, Any]) -> None:
    assert sorted(tables) == sorted(
        f"other-{name}"
        for name in ("images", "rows", "claims", "memberships", "events", "jobs", "references", "tokens")
    )
    assert {table["TableStatus"] for table in tables.values()} == {"ACTIVE"}


def test_what_expires_has_a_time_to_live(tables: dict[str, Any], aws: Aws) -> None:
    client: Any = aws.probing("dynamodb")

    def expires(name: str) -> bool:
        found = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return (found.get("TimeToLiveStatus"), found.get("AttributeName")) == ("ENABLED", "expires")

    assert [expires(model.Meta.table_name) for model in MODELS] == [model in EXPIRING for model in MODELS]


def test_the_orders_of_lists_are_local_indexes_which_do_not_lag(tables: dict[str, Any]) -> None:
    rows = tables[RowItem.Meta.table_name]

    names = {index["IndexName"] for index in rows["LocalSecondaryIndexes"]}

    assert names == {"by_created", "by_updated", "by_name", "by_size"}
    assert not rows.get("GlobalSecondaryIndexes")


def test_tables_are_paid_for_by_the_request(tables: dict[str, Any]) -> None:
    modes = {table["BillingModeSummary"]["BillingMode"] for table in tables.values()}

    assert modes == {"PAY_PER_REQUEST"}
