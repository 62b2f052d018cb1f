"""Patches of moto, for tests and the local server: atomic DynamoDB calls, and the same responses faster."""

import base64
import copy
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import moto.backend_index
from moto.backends import get_backend
from moto.core import responses
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request, normalize_request
from moto.core.responses import ActionResult
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.core.utils import get_equivalent_url_in_aws_domain, get_service_model
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import bytesize
from moto.dynamodb.parsing.ast_nodes import Node  # type: ignore[attr-defined]  # moto's is untyped
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]  # moto's is untyped
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

DYNAMODB_LOCK = threading.RLock()
"""Held during each DynamoDB call: moto's conditional writes and transactions are not atomic."""

PLAIN = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Operations of DynamoDB whose requests and responses are plain JSON: no timestamps, and bytes as text."""

BYTES = re.compile(rb'"BS?"\s*:')
"""The beginning of binary values, which moto expects as bytes."""

MAX_ITEM_BYTES = 405_000
"""Maximum size of an item in moto."""

HOSTED = ("dynamodb", "ec2", "s3", "sqs")
"""Services that are called often enough to be recognised by host."""

INDEX_NAME = 6
"""The position of the index name among the positional arguments of `Table.query` after the hash key."""

REMEMBERED = 5_000
"""Size of the cache of parsed conditions; a test suite has a few hundred."""


def lock_moto() -> None:
    """Serialise moto's in-process responses (`mock_aws`). Idempotent."""

    def locked(answer: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
            with DYNAMODB_LOCK:
                return answer(self, *args, **kwargs)

        return call

    _replace(BotocoreStubber, "__call__", locked)


def speed_up_moto() -> None:
    """Cache what moto computes again for each attribute, condition or request. Idempotent."""
    _replace(Item, "__init__", _weighed_once)
    _replace(BotocoreStubber, "process_request", _routed_by_host)
    _replace(responses, "method_names_from_class", cache)
    _replace(responses, "camelcase_to_underscores", cache)
    _replace(DynamoHandler, "parse_parameters", _parameters_as_they_stand)
    _replace(DynamoHandler, "serialized", _results_as_they_stand)
    _replace(ConditionExpressionParser, "parse", _conditions_parsed_once)
    _replace(UpdateExpressionParser, "make", _updates_parsed_once)
    Node.__deepcopy__ = _copied
    _replace(Table, "query", _queried_by_hash_key)
    _replace(XFormedAttributePicker, "get_possible_keys", _names_known)


def share_items() -> None:
    """Make the copies of tables that moto keeps for rollbacks share their items. Idempotent.

    Moto deep-copies the table for each action of a transaction. Puts and deletions replace items and so leave the copy
    intact; updates do if they are made in a copy of the item.
    """

    def snapshot(self: Table, _memo: object) -> Table:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.items = defaultdict(dict)
        found: Any  # an item, or the items of a hash key by range key
        for key, found in self.items.items():
            copied.items[key] = dict(found) if isinstance(found, dict) else found
        return copied

    Table.__deepcopy__ = snapshot  # type: ignore[attr-defined]  # the patch is this assignment
    _replace(DynamoDBBackend, "update_item", _updated_in_a_copy)


def _replace(owner: Any, name: str, repaired: Callable[[Any], Any]) -> None:
    """Replace an attribute of moto by `repaired(attribute)`, once."""
    if (owner, name) not in _REPLACED:
        _REPLACED.add((owner, name))
        setattr(owner, name, repaired(getattr(owner, name)))


_REPLACED: set[tuple[Any, str]] = set()


def _updated_in_a_copy(original: Callable[..., Item]) -> Callable[..., Item]:
    """Replace an item by a copy before it is updated."""

    def update_item(self: DynamoDBBackend, table_name: str, key: dict[str, Any], **asked: Any) -> Item:
        table = self.get_table(table_name)
        kept: Any = table.items  # an item, or items by range key
        place = DynamoType(key[table.hash_key_attr])
        if table.range_key_attr is not None:
            kept, place = kept.get(place, {}), DynamoType(key[table.range_key_attr])
        if place in kept:
            kept[place] = copy.deepcopy(kept[place])
        return original(self, table_name, key, **asked)

    return update_item


def _weighed_once(_original: object) -> Callable[..., None]:
    """Sum up an item's size as attributes are added, instead of recomputing it for each."""

    def init(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
        self.hash_key, self.range_key = hash_key, range_key
        self.attrs, size = LimitedSizeDict(), 0
        for key, value in attrs.items():
            typed = DynamoType(value)
            size += bytesize(key) + typed.size()
            if size > MAX_ITEM_BYTES:
                raise ItemSizeTooLarge
            dict.__setitem__(self.attrs, key, typed)

    return init


def _routed_by_host(original: Callable[..., Any]) -> Callable[..., Any]:
    """Cache the service of each host, instead of matching every service's patterns for each request."""

    @cache
    def methods(root: str) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
        patterns = moto.backend_index.backend_url_patterns
        service = next((service for service, pattern in patterns if pattern.match(root)), None)
        if service not in HOSTED:
            return []
        regions = get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]  # any service's name
        backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
        return [(re.compile(url), method) for url, method in backend.urls.items()]

    def process_request(self: BotocoreStubber, request: Any) -> Any:
        url, _ = get_equivalent_url_in_aws_domain(request.url)
        address = f"{url.scheme}://{url.netloc}{url.path}"
        found = (method for pattern, method in methods(f"{url.scheme}://{url.netloc}/") if pattern.match(address))
        method = next(found, None)
        if method is None:
            return original(self, request)
        normalized = normalize_request(request)
        try:
            return method(normalized, normalized.raw_url, normalized.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()

    return process_request


def _parameters_as_they_stand(original: Callable[..., None]) -> Callable[..., None]:
    """Use a request's JSON as it is unless it may contain bytes, instead of converting it by its shapes."""

    def parse_parameters(self: DynamoHandler, request: Request) -> None:
        if self._get_action() in PLAIN and not BYTES.search(request.data):
            self.params = json.loads(request.data)
        else:
            original(self, request)

    return parse_parameters


def _results_as_they_stand(original: Callable[..., Any]) -> Callable[..., Any]:
    """Write a response's JSON as it is, instead of converting it by its shapes, which takes 3 ms per item."""

    @cache
    def known(action: str) -> frozenset[str]:
        return frozenset(get_service_model("dynamodb").operation_model(action).output_shape.members)

    def serialized(self: DynamoHandler, result: ActionResult) -> Any:
        action, found = self._get_action(), result.result
        if action not in PLAIN or not isinstance(found, dict):
            return original(self, result)
        shown = {name: value for name, value in found.items() if value is not None and name in known(action)}
        headers = {"Content-Type": "application/x-amz-json-1.0", **self.response_headers}
        return 200, headers, json.dumps(shown, default=_base64)

    return serialized


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _conditions_parsed_once(original: Callable[..., Any]) -> Callable[..., Any]:
    """Cache the syntax tree of a condition by its text and names, and fill in the values of each request."""
    trees: dict[object, tuple[Any, list[str], list[str]]] = {}

    def filled(parser: ConditionExpressionParser, node: Any) -> Any:
        if node.kind == parser.Kind.EXPRESSION_ATTRIBUTE_VALUE:
            return node._replace(value=parser._lookup_expression_attribute_value(node.text))  # noqa: SLF001  # moto's own
        return node._replace(children=[filled(parser, child) for child in node.children]) if node.children else node

    def parse(self: ConditionExpressionParser) -> Any:
        if not self.condition_expression:
            return original(self)
        key = self.condition_expression, tuple((self.expression_attribute_names or {}).items())
        if key not in trees:
            if len(trees) > REMEMBERED:
                trees.clear()
            tree, condition = _noting_the_root(self, original)
            trees[key] = tree, list(self.expr_attr_names_found), list(self.expr_attr_values_found)
            return condition
        tree, names, values = trees[key]
        self.expr_attr_names_found.extend(names)
        self.expr_attr_values_found.extend(values)
        return self._make_op_condition(filled(self, tree))

    return parse


def _noting_the_root(parser: ConditionExpressionParser, parse: Callable[..., Any]) -> tuple[Any, Any]:
    """Record the root of a parsed condition's tree, with the condition."""
    nodes: list[Any] = []
    make = parser._make_op_condition  # noqa: SLF001  # moto has no public hook

    def note(node: Any) -> Any:
        nodes.append(node)
        return make(node)

    parser._make_op_condition = note  # type: ignore[method-assign]  # noqa: SLF001  # as above
    condition = parse(parser)
    return nodes[0], condition


def _updates_parsed_once(original: Callable[[str], Any]) -> Callable[[str], Any]:
    """Cache the syntax tree of an update by its text: moto's validator copies it before changing it."""
    return staticmethod(cache(original))


def _copied(node: Node, memo: dict[int, Any]) -> Node:
    """Copy a syntax tree, faster than `copy.deepcopy`."""
    made: Node = object.__new__(type(node))
    memo[id(node)] = made
    vars(made).update(vars(node))
    made.parent = memo.get(id(node.parent), node.parent)
    if node.children is not None:
        made.children = [
            _copied(each, memo) if isinstance(each, Node) else copy.deepcopy(each, memo) for each in node.children
        ]
    return made


def _queried_by_hash_key(original: Callable[..., Any]) -> Callable[..., Any]:
    """Restrict a query to the items of its hash key, instead of scanning the whole table."""

    def query(self: Table, hash_key: DynamoType | None, *args: Any, **kwargs: Any) -> Any:
        index = args[INDEX_NAME] if len(args) > INDEX_NAME else kwargs.get("index_name")
        local = index is None or index in {each.name for each in self.indexes}
        if hash_key is None or self.range_key_attr is None or not local:
            return original(self, hash_key, *args, **kwargs)
        whole = self.items
        self.items = defaultdict(dict, {hash_key: whole[hash_key]} if hash_key in whole else {})
        try:
            return original(self, hash_key, *args, **kwargs)
        finally:
            self.items = whole

    return query


def _names_known(original: Callable[..., Any]) -> Callable[..., Any]:
    """Cache, with each shape, the attribute names under which an object may hold a member of a response."""

    def get_possible_keys(self: XFormedAttributePicker, context: AttributePickerContext) -> list[str]:
        known = vars(context.shape).setdefault("known_names", {})
        asked = type(context.obj), context.key, getattr(context.shape, "parent", None)
        if asked not in known:
            known[asked] = list(dict.fromkeys(original(self, context)))
        found: list[str] = known[asked]
        return found

    return get_possible_keys
