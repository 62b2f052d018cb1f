"""Transactions of items as DynamoDB has them: pynamodb makes a model of each first, and writes out all it may have."""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.storage.releases import Raw


class Writes(TransactWrite):
    """A transaction of pynamodb's, which is made as its block ends, and takes such items as well."""

    def put(self, model: type[Model], item: Raw, condition: Condition | None = None, *, tell: bool = False) -> None:
        """Have an item be in the model's table; with `tell` a condition that fails comes with what is there."""
        put: dict[str, Any] = {"TableName": model.Meta.table_name, "Item": item}
        if condition is not None:
            names: dict[str, str] = {}
            values: dict[str, Any] = {}
            put["ConditionExpression"] = condition.serialize(names, values)
            put["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
            if values:
                put["ExpressionAttributeValues"] = values
        if tell:
            put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        self._put_items.append(put)
