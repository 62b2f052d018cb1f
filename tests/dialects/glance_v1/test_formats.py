"""Formats, those of Amazon among them."""

from typing import Any

import pytest

from chalicelib.catalog.errors import UnknownFormat
from chalicelib.catalog.image import Changes, Status
from chalicelib.dialects.glance_v1.formats import MixedFormats, check_complete, check_formats, with_amazon_formats
from chalicelib.settings import Settings
from tests.factories import an_image

LIMITS = Settings.from_environ({}).limits
AMAZON = ("ami", "ari", "aki")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"disk_format": None}, UnknownFormat),
        ({"container_format": None}, UnknownFormat),
        ({"disk_format": "floppy"}, UnknownFormat),
        ({"disk_format": "ami", "container_format": "aki"}, MixedFormats),
        ({"disk_format": "raw", "container_format": "ami"}, MixedFormats),
        ({"disk_format": "ari", "container_format": "bare"}, MixedFormats),
    ],
    ids=str,
)
def test_formats_that_are_none_here_are_refused(changes: Changes, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_formats(changes, LIMITS)


@pytest.mark.parametrize(
    "changes", [{}, {"disk_format": "raw"}, {"disk_format": "ami", "container_format": "ami"}], ids=str
)
def test_formats_that_are_offered_are_accepted(changes: Changes) -> None:
    check_formats(changes, LIMITS)


@pytest.mark.parametrize("changes", [{"status": Status.SAVING}, {"location": "s3://b/k"}], ids=str)
def test_bytes_of_an_amazon_format_need_the_same_one_twice(changes: Changes) -> None:
    mixed: dict[str, Any] = {"disk_format": "raw", "container_format": "ami"}

    with pytest.raises(MixedFormats):
        check_complete(changes, an_image(**mixed))
    check_complete({}, an_image(**mixed))
    check_complete(changes, an_image(disk_format="ami"))


@pytest.mark.parametrize("name", AMAZON)
def test_one_amazon_format_fills_in_the_other(name: str) -> None:
    both = {"disk_format": name, "container_format": name}

    assert with_amazon_formats({"disk_format": name}) == both
    assert with_amazon_formats({"container_format": name}) == both
    assert with_amazon_formats({"disk_format": name, "container_format": name}) == both


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
    assert with_amazon_formats(changes) == changes
