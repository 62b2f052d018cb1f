"""Tables that leave nothing out, and how headers are read (wire §2.2)."""

from collections.abc import Iterator
from dataclasses import fields as fields_of
from typing import Any

import pytest

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.facts import PROPERTY_FIELDS
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.outages import TablesRefused
from chalicelib.catalog.position import SortKey
from chalicelib.dialects.glance_v1 import schema
from chalicelib.dialects.glance_v1.errors import STATUS
from chalicelib.dialects.glance_v1.listing import SORT_KEYS
from chalicelib.dialects.glance_v1.metadata import FIELDS, READERS, Metadata, decode, parse_changes, parse_metadata
from chalicelib.dialects.glance_v1.options import POLICIES
from chalicelib.dialects.glance_v1.schema import STATUS_NAMES
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request
from tests.api import Caller
from tests.factories import an_image

WORDS = {"queued", "saving", "active", "deactivated", "killed", "pending_delete", "deleted"}
"""The statuses that a client of this dialect knows."""


def name_of(error: type) -> str:
    return error.__name__


def errors(above: type[CatalogError] = CatalogError) -> Iterator[type[CatalogError]]:
    for error in above.__subclasses__():
        yield error
        yield from errors(error)


ERRORS = sorted(errors(), key=name_of)


def read(**headers: str) -> Metadata:
    """What headers say, given without their prefix."""
    return parse_metadata(Request("POST", "/", {f"x-image-meta-{name}": value for name, value in headers.items()}))


def changes(**headers: str) -> Any:
    return parse_changes(read(**headers))


def test_every_status_has_a_word_that_clients_know() -> None:
    assert set(STATUS_NAMES) == set(Status)
    assert set(STATUS_NAMES.values()) == WORDS


def test_every_word_stands_for_a_status() -> None:
    assert {status for status, word in STATUS_NAMES.items() if word != status.value} == {
        Status.DEPRECATED,
        Status.UPLOADING,
    }


@pytest.mark.parametrize("error", ERRORS, ids=name_of)
def test_every_refusal_of_the_catalogue_but_its_operators_business_has_a_status(error: type[CatalogError]) -> None:
    ancestors = [STATUS[ancestor] for ancestor in error.__mro__ if ancestor in STATUS]

    assert ancestors or error is TablesRefused
    assert all(400 <= status < 600 for status in ancestors)


def test_every_documented_order_can_be_asked_for() -> None:
    documented = {"name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"}

    assert set(SORT_KEYS) == documented
    assert set(SORT_KEYS.values()) == set(SortKey) - {SortKey.NUMBER}


def test_every_policy_of_the_original_needs_a_right() -> None:
    assert set(POLICIES) == {
        *("get_images", "get_image", "download_image", "get_members"),
        *("add_image", "upload_image", "modify_image", "copy_from", "set_image_location", "publicize_image"),
        *("modify_member", "delete_member", "delete_image"),
    }


def test_every_canonical_field_that_is_named_here_exists() -> None:
    known = {field.name for field in fields_of(Image)}

    assert {field for field, _ in READERS.values()} <= known
    assert set(PROPERTY_FIELDS.values()) <= known
    assert set(READERS) <= FIELDS


@pytest.mark.parametrize("status", Status)
def test_an_image_has_its_eighteen_fields_in_every_status(status: Status) -> None:
    shown = schema.render_image(an_image(status=status))

    assert len(shown) == 18
    assert shown["status"] == STATUS_NAMES[status]
    assert set(schema.render_brief(an_image())) < set(shown)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("My%20Image%20%C3%A9", "My Image é"),
        ("%25", "%"),
        ("50%25", "50%"),
        ("a%2Bb", "a+b"),
        ("%F0%9F%98%80", "\U0001f600"),
        ("http://x/%3Fq%3D1%26z%3D2", "http://x/?q=1&z=2"),
        ("a~b_c.d-e/f:g%20", "a~b_c.d-e/f:g "),
        ("%2525", "%25"),
        ("%c3%a9", "é"),
        ("", ""),
        ("plain", "plain"),
        ("My Image é", "My Image é"),
        ("My Image %20", "My Image %20"),
        ("50%", "50%"),
        ("50%2", "50%2"),
        ("%zz%20", "%zz%20"),
        ("a+b%20", "a+b%20"),
        ("é%20", "é%20"),
        ("%FF", "%FF"),
        ("%C3", "%C3"),
        ("%ED%A0%80", "%ED%A0%80"),
        ("a%20\n", "a%20\n"),
        ("\u0661%20", "\u0661%20"),
    ],
)
def test_text_is_decoded_once_if_all_of_it_is_quoted(raw: str, text: str) -> None:
    assert decode(raw) == text


@pytest.mark.parametrize("name", ["disk_format", "disk-format", "Disk_Format", "DISK-FORMAT", "disk%5Fformat"])
def test_a_field_may_be_spelled_with_hyphens_and_in_any_case(name: str) -> None:
    assert read(**{name: "raw"}).given == {"disk_format": "raw"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("property-Kernel-ID", "kernel_id"),
        ("property_kernel_id", "kernel_id"),
        ("property-os%20distro", "os distro"),
        ("property-OS%2DDistro", "os_distro"),
        ("property-%C3%89", "é"),
        ("property-id", "id"),
        ("property-property-x", "property_x"),
    ],
)
def test_a_property_is_named_in_lower_case_with_underscores(name: str, found: str) -> None:
    assert read(**{name: "v"}).properties == {found: "v"}


@pytest.mark.parametrize("name", ["foo", "", "property", "property-", "property-" + "x" * 256, "uri2", "locations"])
def test_any_other_name_is_a_bad_header(name: str) -> None:
    with pytest.raises(BadMessage, match="Bad header"):
        read(**{name: "1"})


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_documented_header_is_accepted(name: str) -> None:
    assert set(read(**{name: "1"}).given) == {name}


def test_headers_about_something_else_are_ignored() -> None:
    request = Request("POST", "/", {"x-image-foo": "1", "x-glance-api-copy-from": "x", "content-type": "y"})

    assert parse_metadata(request) == Metadata({}, {}, {})


def test_an_empty_header_is_null() -> None:
    metadata = read(name="", **{"property-a": ""})

    assert (metadata.given, metadata.properties) == ({"name": None}, {"a": None})
    assert parse_changes(metadata) == {"name": None}


@pytest.mark.parametrize("text", ["1", "t", "T", "true", "TRUE", "on", "y", "yes", " Yes "])
def test_some_words_are_true(text: str) -> None:
    assert changes(is_public=text, protected=text) == {"visibility": Visibility.PUBLIC, "protected": True}


@pytest.mark.parametrize("text", ["0", "false", "None", "", "2", "truely", "j"])
def test_every_other_word_is_false(text: str) -> None:
    assert changes(is_public=text, protected=text) == {"visibility": Visibility.SHARED, "protected": False}


@pytest.mark.parametrize("name", ["size", "virtual_size", "min_disk", "min_ram"])
@pytest.mark.parametrize(("text", "says"), [("abc", "Cannot convert"), ("", "Cannot convert"), ("-1", "negative")])
def test_what_is_no_size_is_a_bad_value(name: str, text: str, says: str) -> None:
    with pytest.raises(BadMessage, match=says) as refusal:
        changes(**{name: text})

    assert "Invalid value" in str(refusal.value)
    assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "largest"), [("size", 2**63 - 1), ("virtual_size", 2**63 - 1), ("min_disk", 2**31 - 1)]
)
def test_a_number_has_its_largest_value(name: str, largest: int) -> None:
    assert changes(**{name: str(largest)}) == {name: largest}
    with pytest.raises(BadMessage, match="out of range"):
        changes(**{name: str(largest + 1)})


def test_the_virtual_size_may_be_none() -> None:
    assert changes(virtual_size="None") == {"virtual_size": None}


@pytest.mark.parametrize(
    ("name", "longest"),
    [("name", "x" * 255), ("name", "\U0001f600" * 63 + "xxx"), ("checksum", "é" * 32), ("owner", "\U0001f600" * 255)],
)
def test_a_text_has_its_largest_length_which_for_names_is_in_bytes(name: str, longest: str) -> None:
    assert changes(**{name: longest}) == {name: longest}
    with pytest.raises(BadMessage):
        changes(**{name: longest + "x"})


@pytest.mark.parametrize("name", ["created_at", "updated_at", "deleted_at"])
def test_times_are_checked_and_change_nothing(name: str) -> None:
    assert changes(**{name: "2016-05-10T21:35:15Z"}) == changes(**{name: ""}) == {}
    with pytest.raises(BadMessage, match=f"Invalid time format for {name}"):
        changes(**{name: "yesterday"})


@pytest.mark.parametrize("name", ["status", "id", "deleted", "copy_from", "uri", "store", "location"])
def test_some_headers_say_nothing_of_canonical_fields(name: str) -> None:
    assert changes(**{name: "x"}) == {}


def test_a_deletion_may_have_a_body_that_is_json(t1: Caller) -> None:
    image_id = t1.post("/v1/images").json["image"]["id"]

    refused = t1.delete(f"/v1/images/{image_id}", body=b"{")
    accepted = t1.delete(f"/v1/images/{image_id}", body=b"{}")

    assert (refused.status, accepted.status) == (400, 204)
