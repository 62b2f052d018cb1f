"""Where facts of single dialects are stored: where earlier releases look for them, and else in one document."""

import json
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.catalog.image import Image
from chalicelib.storage.dialect_facts import NAMESPACES
from chalicelib.storage.items import image_of, image_of_row, item_of, rows_of
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ImageItem
from tests.factories import an_image

SHORT = {name: attribute.attr_name for name, attribute in RowItem.get_attributes().items()}
EARLIER: dict[str, dict[str, Any]] = {
    "foreman": {"user_data": False, "iam_role": "reader"},
    "devops": {"bootstrap_template": "chef"},
    "scaleway": {"root_volume": {"id": "1"}, "extra_volumes": {}, "default_bootscript": {"id": "2"}},
    "qingcloud": {"recommended_type": "small"},
}
"""What releases before dialects had facts of their own knew of an image."""
BOTH = {**EARLIER, "devops": {**EARLIER["devops"], "planet": "2"}, "martian": {"iam_role": "m"}}


def test_what_earlier_releases_know_is_where_they_look_for_it() -> None:
    image = an_image(dialect_facts=BOTH)
    item, row = item_of(image, None), rows_of(image, None)[0]

    values = {"user_data": {"BOOL": False}, "iam_role": {"S": "reader"}, "bootstrap_template": {"S": "chef"}}
    values |= {name: {"S": json.dumps(value)} for name, value in EARLIER["scaleway"].items()}
    values |= {"recommended_type": {"S": "small"}}
    values |= {"dialect_facts": {"S": '{"devops": {"planet": "2"}, "martian": {"iam_role": "m"}}'}}
    assert item.items() >= values.items()
    assert row.items() >= {SHORT[name]: value for name, value in values.items()}.items()
    assert image_of(item) == image
    assert image_of_row(row).dialect_facts == BOTH


def test_an_image_without_any_has_none_of_the_attributes() -> None:
    item, row = item_of(an_image(), None), rows_of(an_image(), None)[0]

    assert {*NAMESPACES, "dialect_facts"} & item.keys() == set()
    assert {SHORT[name] for name in (*NAMESPACES, "dialect_facts")} & row.keys() == set()


@pytest.mark.parametrize("name", sorted(NAMESPACES))
def test_what_the_document_says_goes_before_an_attribute_of_its_own(name: str) -> None:
    """So a later release may move all of them into the document."""
    space = NAMESPACES[name]
    item = {**item_of(an_image(dialect_facts=EARLIER), None)}
    item["dialect_facts"] = {"S": json.dumps({space: {name: "moved"}})}

    assert image_of(item).dialect_facts == {**EARLIER, space: {**EARLIER[space], name: "moved"}}
    assert image_of(item).unknown == {}


def test_what_has_an_attribute_of_its_own_is_no_field_of_every_image() -> None:
    assert {field.name for field in fields(Image)}.isdisjoint(NAMESPACES)
    assert ImageItem.get_attributes().keys() >= NAMESPACES.keys()
    assert RowItem.get_attributes().keys() >= NAMESPACES.keys()
