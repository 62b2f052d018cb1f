"""Transactions of raw items, which are faster than pynamodb's: those need a model of each item first."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action, Update
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.storage.releases import Raw


class Writes(TransactWrite):
    """A transaction of pynamodb, sent at the end of its block, which takes raw items as well.

    With `return_old`, an error for a failed condition has the stored item.
    """

    def put(
        self, model: type[Model], item: Raw, condition: Condition | None = None, *, return_old: bool = False
    ) -> None:
        """Add a put of an item to the model's table."""
        self._put_items.append(_write(model, {"Item": item}, (), condition, return_old=return_old))

    def change(
        self, model: type[Model], key: Raw, actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        """Add an update of the item with a key; an error for a failed condition has the stored item."""
        self._update_items.append(_write(model, {"Key": key}, actions, condition, return_old=True))


def _write(
    model: type[Model],
    what: dict[str, Raw],
    actions: Sequence[Action],
    condition: Condition | None,
    *,
    return_old: bool,
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
    if return_old:
        write["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return write
