"""What an image may look like."""

from dataclasses import replace
from typing import Any, get_type_hints

import pytest

from chalicelib.catalog import lengths, rules
from chalicelib.catalog.errors import (
    CatalogError,
    FormatMissing,
    ImageTooLarge,
    Invalid,
    PropertyQuotaExceeded,
    UnknownFormat,
)
from chalicelib.catalog.image import Changes
from chalicelib.catalog.rules import Limits
from chalicelib.settings import Settings
from tests.factories import an_image

LIMITS = Settings.from_environ({}).limits._replace(image_size_cap=100, property_quota=2)
AMAZON = ("ami", "ari", "aki")


def refusal(changes: Changes, limits: Limits = LIMITS, **facts: Any) -> CatalogError | None:
    """How an image with these facts is refused that gets these new values, if it is."""
    try:
        rules.check(replace(an_image(**facts), **changes), changes, limits)
    except CatalogError as error:
        return error
    return None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"disk_format": "raw", "container_format": "bare"},
        {"disk_format": "raw"},
        {"disk_format": "ami", "container_format": "bare"},
        {"disk_format": None, "container_format": None},
        {"min_disk": 2**31 - 1, "min_ram": 0},
        {"size": 100, "virtual_size": 0},
        {"size": None, "virtual_size": None},
        {"properties": {"a": "1", "b": None}},
    ],
    ids=str,
)
def test_an_image_within_its_limits_is_accepted(changes: Changes) -> None:
    assert refusal(changes) is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"disk_format": "floppy"}, UnknownFormat),
        ({"container_format": "box"}, UnknownFormat),
        ({"min_disk": -1}, Invalid),
        ({"min_ram": 2**31}, Invalid),
        ({"size": -1}, Invalid),
        ({"virtual_size": -1}, Invalid),
        ({"size": 101}, ImageTooLarge),
        ({"properties": {"a": "1", "b": "2", "c": None}}, PropertyQuotaExceeded),
    ],
    ids=str,
)
def test_an_image_beyond_its_limits_is_refused(changes: Changes, error: type[CatalogError]) -> None:
    assert type(refusal(changes)) is error


@pytest.mark.parametrize(("quota", "count", "accepted"), [(-1, 500, True), (0, 0, True), (0, 1, False)])
def test_a_negative_quota_is_none_at_all(quota: int, count: int, accepted: bool) -> None:
    found = refusal({"properties": dict.fromkeys(map(str, range(count)))}, LIMITS._replace(property_quota=quota))

    assert (found is None) is accepted


def test_a_quota_tells_how_far_it_is_exceeded() -> None:
    found = refusal({"properties": dict.fromkeys("abc")})

    assert isinstance(found, PropertyQuotaExceeded)
    assert (found.attempted, found.maximum) == (3, 2)


def test_what_does_not_change_is_not_checked_again() -> None:
    outdated: dict[str, Any] = {"size": 1000, "disk_format": "floppy", "properties": dict.fromkeys("abc")}

    assert refusal({"name": "new"}, **outdated) is None


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "Disk format is not specified"),
        ({"container_format": "bare"}, "Disk format is not specified"),
        ({"disk_format": "raw"}, "Container format is not specified"),
    ],
)
def test_bytes_need_both_formats(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(FormatMissing, match=says):
        rules.check_complete(an_image(**facts))


LISTED = {"disk_format", "container_format"}
"""Texts that are chosen from a list."""
REPEATED = {"os_title"}
"""Texts that repeat the title of a reference, which is checked when that is written."""


def test_every_text_of_an_image_has_a_longest_length() -> None:
    texts = {name for name, kind in get_type_hints(Changes).items() if kind in (str, str | None)}

    assert lengths.IMAGE.keys() == texts - LISTED - REPEATED


@pytest.mark.parametrize("field", lengths.IMAGE)
def test_a_text_may_only_be_so_long(field: str) -> None:
    longest: Any = {field: "\U0001f600" * lengths.IMAGE[field]}
    longer: Any = {field: "x" * (lengths.IMAGE[field] + 1)}

    error = refusal(longer)

    assert refusal(longest) is None
    assert isinstance(error, Invalid)
    assert (error.field, error.reason) == (field, f"longer than {lengths.IMAGE[field]} characters")


@pytest.mark.parametrize("field", lengths.IMAGE)
def test_a_text_that_is_too_long_may_stay(field: str) -> None:
    before: Any = {field: "x" * (lengths.IMAGE[field] + 1)}
    other: Any = {field: "y" * (lengths.IMAGE[field] + 1)}
    old = an_image(**before)

    rules.check(old, before, LIMITS, old)
    with pytest.raises(Invalid):
        rules.check(old, other, LIMITS, old)


LONG_NAME, LONG_VALUE = "n" * (lengths.PROPERTY_NAME + 1), "v" * (lengths.PROPERTY_VALUE + 1)


@pytest.mark.parametrize(("name", "value"), [(LONG_NAME, "v"), (LONG_NAME, None), ("n", LONG_VALUE)])
def test_a_property_may_only_be_so_long(name: str, value: str | None) -> None:
    error = refusal({"properties": {name: value}})

    assert refusal({"properties": {name[1:]: None if value is None else value[1:]}}) is None
    assert isinstance(error, Invalid)
    assert error.field == "properties"


def test_a_property_that_is_too_long_may_stay() -> None:
    before = {LONG_NAME: "v", "n": LONG_VALUE}

    def changed(**properties: str) -> CatalogError | None:
        old = an_image(properties=before)
        try:
            rules.check(old, {"properties": {**before, **properties}}, LIMITS._replace(property_quota=9), old)
        except CatalogError as error:
            return error
        return None

    assert changed(other="v") is None
    assert changed(**{LONG_NAME: "other"}) is None
    assert isinstance(changed(n=f"{LONG_VALUE[1:]}w"), Invalid)


def of_a_dialect(value: object) -> Changes:
    return {"dialect_facts": {"some dialect": {"some fact": value}}}


ROOM = lengths.DOCUMENT - len('{"a": ""}')
SIZES = {
    "a text": ("\U0001f600" * lengths.TEXT, "x" * (lengths.TEXT + 1), f"longer than {lengths.TEXT} characters"),
    "a document": ({"a": "x" * ROOM}, {"a": "x" * (ROOM + 1)}, f"more than {lengths.DOCUMENT} bytes"),
}
"""The largest that a fact of one dialect alone may be, what is too large, and how that is refused."""


@pytest.mark.parametrize(("largest", "larger", "reason"), SIZES.values(), ids=SIZES)
def test_what_one_dialect_alone_knows_may_only_be_so_large(largest: Any, larger: Any, reason: str) -> None:
    error = refusal(of_a_dialect(larger))

    assert refusal(of_a_dialect(largest)) is None
    assert refusal(of_a_dialect(None)) is None
    assert isinstance(error, Invalid)
    assert (error.field, error.reason) == ("some fact", reason)


@pytest.mark.parametrize("larger", [larger for _, larger, _ in SIZES.values()], ids=SIZES)
def test_what_one_dialect_alone_knows_may_stay_too_large(larger: Any) -> None:
    old = an_image(**of_a_dialect(larger))

    rules.check(old, of_a_dialect(larger), LIMITS, old)
    with pytest.raises(Invalid):
        rules.check(old, of_a_dialect([larger, larger] * 2 if isinstance(larger, dict) else f"{larger}!"), LIMITS, old)
