"""No query runs without somebody's scope: what storage offers, how it is written, and which keys it really touches."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection
from pynamodb.indexes import Index
from pynamodb.models import Model
from pynamodb.transactions import Transaction

import chalicelib
from chalicelib import storage
from chalicelib.catalog.ports import Identities, Ports
from chalicelib.storage import batch
from chalicelib.storage.clients import Clients
from chalicelib.storage.dynamodb import Client
from chalicelib.storage.wire import Wire
from tests.storage.queries import Query, queries, uses

WHOSE = frozenset({"principal", "owner", "tenant", "member", "scope"})
"""Arguments that say with whose eyes something is read."""
OF_WHAT = frozenset({"image_id", "image_ids", "multipart", "location", "url"})
"""Arguments that name images the catalogue has already looked at for its caller, or the place of somebody's bytes."""
WHICH = frozenset(
    {
        *("image", "images", "old", "job", "reference", "token", "digest", "digests"),
        *("instance_id", "capture_id", "name", "source", "secret", "id_or_secret"),
    }
)
"""Arguments that name a single thing, of which no more can be learned than whoever knows the name is told."""
SEVERAL = ("list[", "Iterator[", "Generator[", "Sequence[", "Iterable[", "Mapping[", "dict[")
BY = "says who writes; nothing is read"
UNSCOPED = {
    "DynamoBacklog.expired": "the sweep, which acts for nobody; no request is given a backlog",
    "DynamoBacklog.pending_delete": "as expired",
    "DynamoBacklog.unfinished": "as expired",
    "DynamoBacklog.unmoved": "as expired",
    "DynamoChronicle.by": BY,
    "DynamoIdentities.list": "an operator's command; the API may read a token by its digest, and those of a tenant",
    "DynamoImageRepository.by": BY,
    "DynamoImageRepository.number": "tells a new number and nothing else",
    "DynamoJobRepository.unfinished": "the sweep; it tells owners and ids",
    "DynamoMembershipRepository.by": BY,
    "KeystoneService.validate": "one document, about the token that is asked for",
    "Migration.differences": "an operator's command, as the list of tokens",
    "Migration.move": "as above",
}
"""Public methods without a scope, with the reason."""
SCANS = {
    "identities.DynamoIdentities.list",
    "identities.DynamoIdentities.revoke",
    "migration.Migration._scan",
}
"""The only functions that read a whole table: operators' commands, for which no deployed function has the right."""
CONSTANT = {"jobs.DynamoJobRepository.unfinished": "the list of what is to be done, without whose it is"}
"""Queries by a key that is the same for all callers, with the reason."""
HANDED_ON = {
    "batch._answers": "what its callers ask for, which is items by their full keys",
    "connection.SharedConnection.querying": "what its callers ask for, each of whom is looked at",
}
"""Requests whose kind is an argument, with what they are."""
ROOT = Path(chalicelib.__file__).parent


def adapters() -> Iterator[type]:
    """The classes of storage that the rest of the code can call."""
    for module in iter_modules(storage.__path__):
        found = import_module(f"{storage.__name__}.{module.name}")
        for each in vars(found).values():
            if isinstance(each, type) and each.__module__ == found.__name__ and not each.__name__.startswith("_"):
                yield each


def is_plumbing(adapter: type) -> bool:
    """Whether it only says how values are written, or carries requests."""
    return issubclass(adapter, Model | Index | Attribute | Connection | Client | Clients | Transaction | Wire | tuple)


def unscoped(adapter: type) -> list[str]:
    """The public methods that can be called without saying whose, or at least which, things they are about."""
    found = []
    for name, method in inspect.getmembers(adapter, inspect.isfunction):
        if name.startswith("_"):
            continue
        signature = inspect.signature(method)
        enough = WHOSE | OF_WHAT if _returns_several(signature) else WHOSE | OF_WHAT | WHICH
        if not enough & signature.parameters.keys():
            found.append(f"{adapter.__name__}.{name}")
    return found


def _returns_several(signature: inspect.Signature) -> bool:
    return any(word in inspect.formatannotation(signature.return_annotation) for word in SEVERAL)


def test_every_method_of_storage_says_whose_things_it_is_about() -> None:
    classes = [adapter for adapter in adapters() if not is_plumbing(adapter)]

    found = [name for adapter in classes for name in unscoped(adapter)]

    assert {each.__name__ for each in classes} >= {"DynamoImageRepository", "Listings", "S3BlobStore", "DynamoBacklog"}
    assert sorted(found) == sorted(UNSCOPED)


def test_a_method_that_lists_without_a_scope_is_found() -> None:
    class Doctored:
        def everything(self) -> list[str]:
            return []

        def of_name(self, name: str) -> Iterator[str]:
            return iter([name])

        def named(self, name: str) -> str:
            return name

        def of(self, owner: str) -> list[str]:
            return [owner]

    assert unscoped(Doctored) == ["Doctored.everything", "Doctored.of_name"]


def test_requests_are_given_nothing_that_lists_without_a_scope() -> None:
    """Neither the backlog nor the list of tokens is among the ports, and what sweeps for jobs is called by sweeps."""
    asking = [file for part in ("catalog", "dialects", "http") for file in (ROOT / part).rglob("*.py")]

    called = {name for file in asking for name in uses(file.read_text("utf-8"), "unfinished", "expired")}

    assert called == set()
    assert {"backlog", "identities"} & set(Ports.__annotations__) == set()
    assert [name for name in vars(Identities) if not name.startswith("_")] == ["authenticate"]


def written(file: Path) -> list[Query]:
    return queries(file.stem, file.read_text("utf-8"))


def test_only_storage_queries_and_each_query_is_by_a_key_that_its_caller_gave() -> None:
    files = sorted(ROOT.rglob("*.py"))

    found = [query for file in files for query in written(file)]

    elsewhere = [query for file in files if file.parent.name != "storage" for query in written(file)]
    assert elsewhere == []
    assert {query.place for query in found if query.scans} == SCANS
    unscoped_places = {query.place for query in found if not query.scans and not query.scoped}
    assert unscoped_places == CONSTANT.keys() | HANDED_ON.keys()
    assert set(batch.LEFT) == {"BatchGetItem", "BatchWriteItem"}  # both take full keys and nothing else
    assert {query.kind for query in found} == {"scan", "query", "dispatch", "paginate"}


@pytest.mark.parametrize(
    "code",
    [
        "RowItem.scan()",
        "self._connection.scan(table_name='rows')",
        "RowItem.query('all/0')",
        "RowItem.query(keys.PUBLIC)",
        "RowItem.by_created.query(self._anybody, limit=1)",
        "RowItem.query(keys.key('tenant', 'somebody'))",
        "self._connection.query(table_name='rows', hash_key='all/0')",
        "self._connection.query(table_name='rows')",
        "self._connection.querying(table_name='rows', hash_key='all/0')",
        "connection.dispatch('Scan', {})",
        "connection.calling('Query', {'TableName': 'rows'})",
        "connection.dispatch('Query', {'TableName': 'rows'})",
        "self._client().get_paginator('list_objects_v2').paginate(Bucket=self._bucket)",
    ],
)
def test_a_query_without_a_scope_is_found(code: str) -> None:
    source = f"class Doctored:\n    def images(self, owner: str):\n        return list({code})\n"

    [query] = queries("listings", source)

    assert (query.place, query.scans or not query.scoped) == ("listings.Doctored.images", True)


@pytest.mark.parametrize(
    "code",
    [
        "RowItem.query(owner)",
        "RowItem.query(keys.key('tenant', owner), limit=1)",
        "JobItem.by_created.query(_owner_key(owner))",
        "self._connection.query(table_name='rows', hash_key=owner)",
        "self._connection.querying(table_name='rows', hash_key=owner)",
        "connection.dispatch('BatchGetItem', {})",
        "pages.paginate(Bucket=self._bucket, Prefix=owner)",
    ],
)
def test_a_query_by_a_key_that_was_given_is_in_order(code: str) -> None:
    source = f"class Doctored:\n    def images(self, owner: str):\n        return list({code})\n"

    [query] = queries("listings", source)

    assert query.scoped
    assert not query.scans


def test_the_rules_read_code_and_not_text() -> None:
    assert queries("x", "'''RowItem.scan()'''\nNAME = 'scan'\n") == []
    assert uses("x = 'unfinished()'", "unfinished") == set()
    assert uses("jobs.unfinished(now)", "unfinished") == {"unfinished"}
    assert isinstance(ast.parse(""), ast.Module)


def test_every_class_of_storage_can_be_told_from_plumbing() -> None:
    plumbing: dict[str, Any] = {each.__name__: each for each in adapters() if is_plumbing(each)}

    assert {"ImageItem", "SharedConnection", "Clients", "InstantAttribute", "ByCreated"} <= plumbing.keys()
