"""Transactions of items as DynamoDB has them: pynamodb makes a model of each first, and writes out all it may have."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action, Update
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.storage.releases import Raw


class Writes(TransactWrite):
    """A transaction of pynamodb's, which is made as its block ends, and takes such items as well.

    With `tell` a condition that fails comes with the item that is there.
    """

    def put(self, model: type[Model], item: Raw, condition: Condition | None = None, *, tell: bool = False) -> None:
        """Have an item be in the model's table."""
        self._put_items.append(_write(model, {"Item": item}, (), condition, tell=tell))

    def change(
        self, model: type[Model], key: Raw, actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        """Have the item with a key changed, and tell what is there if the condition fails."""
        self._update_items.append(_write(model, {"Key": key}, actions, condition, tell=True))


def _write(
    model: type[Model], what: dict[str, Raw], actions: Sequence[Action], condition: Condition | None, *, tell: bool
) -> dict[str, Any]:
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    write: dict[str, Any] = {"TableName": model.Meta.table_name, **what}
    if condition is not None:
        write["ConditionExpression"] = condition.serialize(names, values)
    if actions:
        write["UpdateExpression"] = Update(*actions).serialize(names, values)
    if names:
        write["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    if values:
        write["ExpressionAttributeValues"] = values
    if tell:
        write["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return write
