"""What the Glance v1 dialect reads in headers, queries and documents is what its description allows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.errors import Invalid
from chalicelib.catalog.upload import LARGEST_PART, SMALLEST_PART, check_parts, part_size_for
from chalicelib.dialects.glance_v1 import schema
from chalicelib.dialects.glance_v1.listing import parse_page
from chalicelib.dialects.glance_v1.metadata import FIELDS, LONGEST_NAME, PREFIX, parse_changes, parse_metadata
from chalicelib.dialects.glance_v1.openapi import FACTS, LIST_QUERY
from chalicelib.dialects.glance_v1.openapi_schemas import IMAGE, SCHEMAS
from chalicelib.dialects.glance_v1.options import read_options
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request
from tests.factories import a_principal, an_image
from tests.openapi.checking import is_valid

UNREAD = ("location", "status")
"""What the headers alone do not make wrong."""
NUMBERS = st.one_of(st.integers(), st.integers(2**31 - 2, 2**31 + 2), st.integers(2**63 - 2, 2**63 + 2)).map(str)
WORDS = st.sampled_from(
    [
        *("a", "None", "none", "True", "FALSE", "yes", "1.5", "s3", "file", "name", "created_at", "asc", "desc", "id"),
        *("6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a001", "6B1D1A3E59A54F37A1A851D1F3F0A001", "6b1d1a3e", "c" * 32, "c" * 33),
        *("x" * LONGEST_NAME, "x" * (LONGEST_NAME + 1), "10" * 14, "1" * 31, "-0", "two words"),
    ]
)
DIGITS = st.integers(0, 99).map("{:02}".format)
DATES = st.builds("{}-{}-{}".format, st.sampled_from(["1899", "1901", "2012", "8999"]), DIGITS, st.just("15"))
ZONES = st.sampled_from(["Z", "+02:00", "-23:59", "+24:00", "z"])
TIMES = st.builds(
    "{}T{}:{}:{}{}{}".format, DATES, DIGITS, DIGITS, DIGITS, st.sampled_from(["", ".5", ".123456"]), ZONES
)
TEXTS = st.one_of(NUMBERS, WORDS, DATES, TIMES)


def is_read(read: Callable[[], object]) -> bool:
    """Whether there is nothing to complain of."""
    try:
        read()
    except (BadMessage, Invalid):
        return False
    return True


def is_allowed(told: Any, text: str) -> bool:
    """Whether a schema allows a text, as itself or as the integer that it spells."""
    values: list[object] = [text]
    if text.removeprefix("-").isdecimal():
        values.append(int(text))
    return any(is_valid(told, value) for value in values)


def test_all_headers_about_an_image_are_described() -> None:
    assert FACTS.keys() == FIELDS


@settings(derandomize=True, database=None, max_examples=500)
@given(st.sampled_from(sorted(FIELDS.difference(UNREAD))), TEXTS)
def test_a_header_is_read_if_and_only_if_the_description_allows_it(name: str, text: str) -> None:
    def read() -> None:
        found = parse_metadata(Request("POST", "/v1/images", {f"{PREFIX}{name}": text}))
        parse_changes(found)
        schema.parse_id(found)
        schema.check_store(found)

    assert is_allowed(FACTS[name][0], text) is is_read(read)


QUERY = {parameter.name: parameter.schema for parameter in LIST_QUERY if parameter.name != "properties"}


@settings(derandomize=True, database=None, max_examples=500)
@given(st.sampled_from(sorted(QUERY)), TEXTS)
def test_a_query_is_read_if_and_only_if_the_description_allows_it(name: str, text: str) -> None:
    request = Request("GET", "/v1/images", query={name: [text]})

    assert is_allowed(QUERY[name], text) is is_read(lambda: parse_page(request, a_principal(), read_options({})))


ANYTHING: st.SearchStrategy[Any] = st.sampled_from([None, True, 0, "", "t2", "x" * 255, [], {}, ["t2"]])
ENTRIES = st.dictionaries(st.sampled_from(["member_id", "can_share", "colour"]), ANYTHING, max_size=3)
REPLACEMENTS = st.one_of(ENTRIES, st.fixed_dictionaries({"memberships": st.one_of(ANYTHING, st.lists(ENTRIES))}))


@settings(derandomize=True, database=None, max_examples=200)
@given(REPLACEMENTS)
def test_memberships_are_read_if_and_only_if_the_description_allows_them(sent: dict[str, Any]) -> None:
    assert is_valid(SCHEMAS["GlanceMemberships"], sent) is is_read(lambda: schema.parse_memberships(sent))


@settings(derandomize=True, database=None, max_examples=200)
@given(st.one_of(ANYTHING, st.fixed_dictionaries({"member": st.one_of(ENTRIES, ANYTHING)})))
def test_a_member_is_read_if_the_description_allows_it(sent: object) -> None:
    body = json.dumps(sent).encode()

    assert is_read(lambda: schema.parse_member(body)) >= is_valid(SCHEMAS["GlanceNewMember"], sent)


@pytest.mark.parametrize("size", [SMALLEST_PART - 1, SMALLEST_PART, LARGEST_PART, LARGEST_PART + 1])
def test_parts_have_the_sizes_that_the_description_allows(size: int) -> None:
    sent = {"size": 1, "part_size": size}

    assert is_valid(SCHEMAS["GlanceNewUpload"], sent) is is_read(lambda: part_size_for(1, size))


@pytest.mark.parametrize("count", [100, 101])
def test_as_many_links_are_given_as_the_description_allows(count: int) -> None:
    parts = [{"number": number, "md5": "c" * 32} for number in range(1, count + 1)]
    read = is_read(
        lambda: check_parts(dict.fromkeys(range(1, count + 1), "c" * 32), count * SMALLEST_PART, SMALLEST_PART)
    )

    assert is_valid(SCHEMAS["GlanceWantedParts"], {"parts": parts}) is read


def test_an_image_is_described_by_the_fields_that_it_is_shown_with() -> None:
    assert schema.render_image(an_image()).keys() == IMAGE.keys()
