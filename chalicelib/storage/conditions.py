"""Conditions of a listing as DynamoDB's expressions, where those decide as the catalogue does."""

import re
from collections.abc import Callable, Collection
from functools import reduce
from operator import and_
from typing import Any, TypeGuard

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path

from chalicelib.catalog.query import Condition, ImageQuery, Operator, Predicate
from chalicelib.storage import keys
from chalicelib.storage.row import RowItem

PLAIN_NAME = "[a-z0-9_.-]+"
MAX_OPERANDS = 100
"""DynamoDB's limit for `IN`."""
MAX_CONDITIONS = 20
"""DynamoDB limits the length of expressions; conditions beyond are left to `ImageQuery.admits`."""


def countable(query: ImageQuery) -> bool:
    """Whether DynamoDB can check all conditions of a query."""
    expressible = len(query.conditions) < MAX_CONDITIONS and all(map(_expressible, query.conditions))
    return expressible and not query.gone


def filter_of(query: ImageQuery) -> Expression | None:
    """Those conditions of a query that DynamoDB can check."""
    expressible = [condition for condition in query.conditions if _expressible(condition)]
    found = [_expression(condition) for condition in expressible[:MAX_CONDITIONS]]
    return reduce(and_, found) if found else None


def _expressible(condition: Condition | Predicate) -> TypeGuard[Condition]:
    """Whether DynamoDB decides as `Condition.holds` does; other conditions are left to `ImageQuery.admits`.

    DynamoDB would read brackets in a name as indexes of a list. A null value is either a missing attribute or a null
    one, neither of which contains the empty text.
    """
    if isinstance(condition, Predicate):
        return False
    if condition.operator is Operator.CONTAINS and not condition.value:
        return False
    if condition.field == keys.CALLED:
        return condition.operator is Operator.EQUAL and bool(condition.value)
    if isinstance(condition.field, tuple):
        return re.fullmatch(PLAIN_NAME, condition.field[1]) is not None and isinstance(condition.value, str)
    if condition.operator is Operator.IN:
        return 0 < len(condition.value) <= MAX_OPERANDS and set(condition.value) != {None}
    return condition.value is not None


def _expression(condition: Condition) -> Expression:
    if condition.field == keys.CALLED:
        either: Expression = (RowItem.name == condition.value) | (RowItem.called == condition.value)
        return either
    path, value = _operands(condition)
    comparisons: dict[Operator, Callable[[], Expression]] = {
        Operator.EQUAL: lambda: path == value if value else path.does_not_exist() | (path == value),
        Operator.UNEQUAL: lambda: path.does_not_exist() | (path != value),
        Operator.AT_LEAST: lambda: path >= value if value > 0 else path.does_not_exist() | (path >= value),
        Operator.AT_MOST: lambda: path <= value if value < 0 else path.does_not_exist() | (path <= value),
        Operator.IN: lambda: _is_in(path, value),
        Operator.CONTAINS: lambda: path.contains(value),
    }
    return comparisons[condition.operator]()


def _is_in(path: Path, values: Collection[Any]) -> Expression:
    """That a field has one of these values; None matches a missing attribute."""
    there: Expression = path.is_in(*(value for value in values if value is not None))
    return path.does_not_exist() | there if None in values else there


def _operands(condition: Condition) -> tuple[Path, Any]:
    if isinstance(condition.field, tuple):
        field, key = condition.field
        return Path([_attribute(field).attr_name, key]), {"S": condition.value}
    return Path(_attribute(condition.field)), condition.value


def _attribute(name: str) -> Attribute[Any]:
    return RowItem.get_attributes()[name]
