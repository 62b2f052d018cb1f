"""What the bytes of an image were found to be, in names and sizes that every dialect can show."""

from typing import Any

import pytest

from chalicelib.catalog.facts import disk_size, inspected, inspection_properties, was_found
from tests.factories import INSPECTED, an_image


def test_every_finding_is_a_text_by_its_name() -> None:
    assert inspection_properties(an_image(**INSPECTED)) == {
        "inspection_formats": "qcow2",
        "inspection_partition_table": "gpt",
        "inspection_findings": "luks2,snapshots",
    }


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("inspection_formats", "qcow2", True),
        ("inspection_formats", "qcow", False),
        ("inspection_findings", "snapshots", True),
        ("inspection_findings", "luks2,snapshots", False),
        ("inspection_formats", None, False),
        ("inspection_compression", "", False),
        ("inspection_compression", None, False),
    ],
)
def test_a_finding_is_one_of_the_values_of_its_name(name: str, text: str | None, expected: bool) -> None:
    assert was_found(an_image(**INSPECTED), name, text) is expected


def test_a_signer_is_found_by_all_of_the_name_that_is_shown() -> None:
    image = an_image(signature={"signature": "untrusted", "signature_by": "CN=A,O=B, sha256 fingerprint 00"})

    names = ["CN=A,O=B, sha256 fingerprint 00", "CN=A", "O=B"]
    assert [was_found(image, "inspection_signature_by", name) for name in names] == [True, False, False]
    assert was_found(image, "inspection_signature", "untrusted")


def test_an_inspected_image_has_its_findings_and_its_virtual_size() -> None:
    image = an_image(**INSPECTED)

    assert inspected(image) == {**inspection_properties(image), "virtual_size": 20 * 2**30}


def test_a_virtual_size_that_is_unknown_is_left_out() -> None:
    assert inspected(an_image(inspection={"compression": "gzip"})) == {"inspection_compression": "gzip"}


@pytest.mark.parametrize(
    "facts",
    [{}, {"inspection": {}}, {"signature": {"signature": "untrusted"}}],
    ids=["never looked at", "nothing found", "signed only"],
)
def test_a_virtual_size_that_was_declared_says_nothing_of_bytes_that_nobody_looked_at(facts: dict[str, Any]) -> None:
    image = an_image(size=5, virtual_size=2**30, **facts)

    assert "virtual_size" not in inspected(image)
    assert disk_size(image) == 5


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"size": 5, **INSPECTED}, 20 * 2**30),
        ({"size": 5, **INSPECTED, "virtual_size": None}, 5),
        ({"size": 5}, 5),
        ({}, 0),
    ],
    ids=["inspected", "of unknown virtual size", "never looked at", "without bytes"],
)
def test_a_disk_is_as_large_as_the_inspection_says_or_else_as_the_bytes(facts: dict[str, Any], expected: int) -> None:
    assert disk_size(an_image(**facts)) == expected
