"""An image in headers, read back, is the same image; both generations of clients are understood."""

import re
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.dialects.glance_v1.metadata import QUOTED, Metadata, parse_changes, parse_metadata, spelled
from chalicelib.dialects.glance_v1.schema import parse_new_fields, render_headers
from chalicelib.http.message import Request
from rosetta.answers import read_image_headers
from tests.properties.strategies import EPOCH, EXAMPLES, texts

PREFIX = "x-image-meta-"
PROPERTY = f"{PREFIX}property-"
FACTS = ("architecture", "description", "login_user", "os_family", "platform")
"""Canonical fields that this dialect shows as properties."""

sizes = st.none() | st.integers(0, 2**63 - 1)
minimums = st.integers(0, 2**31 - 1)


def is_unmistakable(text: str) -> bool:
    """Whether nobody could take the text for a quoted one (Glance v1's wire §2.2: residual ambiguity, accepted)."""
    return "%" not in text or re.fullmatch(QUOTED, text) is None


def normal(name: str) -> str:
    """The name of a property as this dialect keeps it."""
    return name.lower().replace("-", "_")


def is_normal(name: str) -> bool:
    """Whether it stays as it is; a few letters have no lasting lower case."""
    return name == normal(name)


values = texts.map(str.strip).filter(bool)
unmistakable_values = values.filter(is_unmistakable)
property_names = (values | st.text(" !%_ab", min_size=1).map(str.strip).filter(bool)).map(normal).filter(is_normal)
unmistakable_names = property_names.filter(lambda name: is_unmistakable(PROPERTY + name))
images = st.builds(
    Image,
    id=st.builds(UUID, int=st.integers(0, 2**128 - 1)).map(str),
    owner=st.none() | unmistakable_values,
    name=st.none() | unmistakable_values,
    status=st.sampled_from([status for status in Status if status is not Status.DELETED]),
    status_changed_at=st.just(EPOCH),
    visibility=st.sampled_from([Visibility.PUBLIC, Visibility.SHARED]),
    protected=st.booleans(),
    size=sizes,
    checksum=st.none() | st.text("0123456789abcdef", min_size=32, max_size=32),
    virtual_size=sizes,
    disk_format=st.none() | st.sampled_from(["raw", "qcow2"]),
    container_format=st.none() | st.sampled_from(["bare", "ovf"]),
    min_disk=minimums,
    min_ram=minimums,
    properties=st.dictionaries(unmistakable_names, st.none() | unmistakable_values, max_size=4),
    created_at=st.just(EPOCH),
    updated_at=st.just(EPOCH),
    **{fact: st.none() | unmistakable_values for fact in FACTS},
)


def read(headers: dict[str, str]) -> Metadata:
    """The headers as they come in a request: names in lower case."""
    return parse_metadata(Request("POST", "/v1/images", {name.lower(): value for name, value in headers.items()}))


@EXAMPLES
@given(image=images)
def test_an_image_in_headers_is_read_back_as_it_was(image: Image) -> None:
    headers = {name: value for name, value in render_headers(image).items() if name.lower().startswith(PREFIX)}

    metadata = read(headers)

    assert all(value.isascii() and value.isprintable() for value in headers.values())

    changes = parse_new_fields(metadata, None, -1)
    changes.pop("status", None)
    shown = replace(image, size=image.size or 0, properties=without_nulls(image))
    assert replace(blank(image), **changes) == shown
    assert metadata.given["id"] == image.id


def without_nulls(image: Image) -> dict[str, str | None]:
    """A property without value has no header."""
    return {name: value for name, value in image.properties.items() if value is not None}


def blank(image: Image) -> Image:
    """An image of which nothing is known but what no client can say."""
    return Image(
        id=image.id,
        status=image.status,
        status_changed_at=image.status_changed_at,
        created_at=image.created_at,
        updated_at=image.updated_at,
    )


@EXAMPLES
@given(text=texts | st.text("%250189AFaf~é", max_size=12))
def test_a_reader_tells_what_is_encoded_from_what_looks_so(text: str) -> None:
    shown = spelled(text)

    image = read_image_headers({f"{PREFIX}id": "1", f"{PREFIX}status": "active", f"{PREFIX}name": shown})

    assert shown.isascii()
    assert image.name == text


@EXAMPLES
@given(name=values, property_name=property_names, value=values)
def test_a_client_that_quotes_is_understood(name: str, property_name: str, value: str) -> None:
    """Since 2.11.1 the real client quotes the names and values of all headers, a slash excepted."""
    headers = {f"{PREFIX}name": quote(name), quote(PROPERTY + property_name): quote(value)}

    metadata = read(headers)

    assert parse_changes(metadata) == {"name": name}
    assert metadata.properties == {property_name: value}


@EXAMPLES
@given(name=values, property_name=property_names, value=values)
def test_a_client_that_does_not_quote_is_understood(name: str, property_name: str, value: str) -> None:
    assume(all(is_unmistakable(text) for text in (name, PROPERTY + property_name, value)))

    metadata = read({f"{PREFIX}name": name, PROPERTY + property_name: value})

    assert parse_changes(metadata) == {"name": name}
    assert metadata.properties == {property_name: value}
