"""What an image may look like."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.catalog import rules
from chalicelib.catalog.errors import (
    CatalogError,
    FormatMissing,
    ImageTooLarge,
    Invalid,
    MixedFormats,
    PropertyQuotaExceeded,
    UnknownFormat,
)
from chalicelib.catalog.image import Changes
from chalicelib.settings import Settings
from tests.factories import an_image

LIMITS = replace(Settings.from_environ({}).limits, image_size_cap=100, property_quota=2)
AMAZON = ("ami", "ari", "aki")


def check(changes: Changes, property_quota: int = 2) -> None:
    rules.check(replace(an_image(), **changes), changes, replace(LIMITS, property_quota=property_quota))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"disk_format": "raw", "container_format": "bare"},
        {"disk_format": "raw"},
        {"disk_format": "ami", "container_format": "ami"},
        {"min_disk": 2**31 - 1, "min_ram": 0},
        {"size": 100, "virtual_size": 0},
        {"size": None, "virtual_size": None},
        {"properties": {"a": "1", "b": None}},
    ],
    ids=str,
)
def test_an_image_within_its_limits_is_accepted(changes: Changes) -> None:
    image = replace(an_image(), **changes)

    rules.check(image, changes, LIMITS)

    assert image.id


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"disk_format": "floppy"}, UnknownFormat),
        ({"disk_format": None}, UnknownFormat),
        ({"container_format": "box"}, UnknownFormat),
        ({"container_format": None}, UnknownFormat),
        ({"disk_format": "ami", "container_format": "aki"}, MixedFormats),
        ({"disk_format": "raw", "container_format": "ami"}, MixedFormats),
        ({"disk_format": "ari", "container_format": "bare"}, MixedFormats),
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
    with pytest.raises(CatalogError) as refusal:
        check(changes)

    assert type(refusal.value) is error


@pytest.mark.parametrize(("quota", "count", "accepted"), [(-1, 500, True), (0, 0, True), (0, 1, False)])
def test_a_negative_quota_is_none_at_all(quota: int, count: int, accepted: bool) -> None:
    changes: Changes = {"properties": {str(number): "x" for number in range(count)}}
    refused = False

    try:
        check(changes, quota)
    except PropertyQuotaExceeded as error:
        refused = (error.attempted, error.maximum) == (count, quota)

    assert refused is not accepted


def test_what_does_not_change_is_not_checked_again() -> None:
    old = replace(an_image(), size=1000, disk_format="floppy", properties=dict.fromkeys("abc", "x"))

    rules.check(replace(old, name="new"), {"name": "new"}, LIMITS)

    assert old.size == 1000


@pytest.mark.parametrize("name", AMAZON)
def test_one_amazon_format_fills_in_the_other(name: str) -> None:
    both = {"disk_format": name, "container_format": name}

    assert rules.with_amazon_formats({"disk_format": name}) == both
    assert rules.with_amazon_formats({"container_format": name}) == both
    assert rules.with_amazon_formats({"disk_format": name, "container_format": name}) == both


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"disk_format": "raw"},
        {"container_format": "bare"},
        {"disk_format": "ami", "container_format": "bare"},
        {"disk_format": "ami", "container_format": None},
        {"disk_format": None, "container_format": "ami"},
        {"name": "ami"},
    ],
    ids=str,
)
def test_formats_that_say_enough_stay_as_they_are(changes: Changes) -> None:
    assert rules.with_amazon_formats(changes) == changes


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


def test_bytes_of_an_amazon_format_need_the_same_one_twice() -> None:
    with pytest.raises(MixedFormats):
        rules.check_complete(an_image(disk_format="raw", container_format="ami"))
