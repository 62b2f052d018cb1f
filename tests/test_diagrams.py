"""What diagrams say of the code is so."""

import re
from collections.abc import Iterator

from pynamodb.attributes import Attribute
from pynamodb.indexes import GlobalSecondaryIndex, Index
from pynamodb.models import Model

from chalicelib.storage.tables import MODELS
from tests.test_docs import ARCHITECTURE


def test_the_diagram_of_the_tables_shows_their_keys_and_indexes() -> None:
    [drawn] = re.findall(r"^erDiagram\n(.*?)^```$", ARCHITECTURE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    tables = {name: keys.split("\n")[1:-1] for name, keys in re.findall(r"(\w+) {(.*?)}", drawn, re.DOTALL)}

    assert {name: {line.strip() for line in lines} for name, lines in tables.items()} == {
        model.Meta.table_name.split("-")[-1]: {*_keys(model), *_orders(model)} for model in MODELS
    }


def _keys(model: type[Model]) -> Iterator[str]:
    for name, attribute in model.get_attributes().items():
        if attribute.is_hash_key or attribute.is_range_key:
            yield f"{'hash' if attribute.is_hash_key else 'range'} {name} PK"


def _orders(model: type[Model]) -> Iterator[str]:
    """Indexes by what they add to the keys of the table."""
    for index in vars(model).values():
        if isinstance(index, Index):
            kind = "global" if isinstance(index, GlobalSecondaryIndex) else "local"
            keys = {name: each for name, each in vars(type(index)).items() if isinstance(each, Attribute)}
            yield from (f"{kind} {name}" for name, each in keys.items() if each.is_hash_key is (kind == "global"))
