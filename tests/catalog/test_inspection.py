"""What follows from what the bytes of an image are."""

import pytest

from chalicelib.catalog.inspection import ACCEPTED, HARMLESS, WORDS, Finding, Inspection
from chalicelib.settings import DISK_FORMATS


@pytest.mark.parametrize("finding", Finding)
def test_each_finding_has_words(finding: Finding) -> None:
    assert WORDS[finding]


def test_findings_are_in_one_order() -> None:
    found = Inspection.of(["raw"], 1, [Finding.SNAPSHOTS, Finding.BACKING_FILE])

    assert found.findings == (Finding.BACKING_FILE, Finding.SNAPSHOTS)


@pytest.mark.parametrize("finding", sorted(HARMLESS))
def test_a_false_alarm_is_no_objection(finding: Finding) -> None:
    assert Inspection.of(["raw"], 1, [finding]).objection("raw", "bare") is None


@pytest.mark.parametrize("finding", sorted(set(Finding) - HARMLESS))
def test_what_is_unsafe_is_an_objection_whatever_was_declared(finding: Finding) -> None:
    found = Inspection.of(["qcow2"], 1, [finding]).objection(None, "ova")

    assert found == f"The image is unsafe: {WORDS[finding]}"


@pytest.mark.parametrize(
    ("declared", "formats"),
    [
        *((name, name) for name in sorted(ACCEPTED)),
        *(("raw", "luks"), ("ploop", "raw")),
        *((name, "qcow2") for name in ("ami", "aki", "ari", "new", None)),
    ],
)
def test_a_declared_format_accepts_what_it_may_be(declared: str | None, formats: str) -> None:
    assert Inspection((formats,)).objection(declared, "bare") is None


@pytest.mark.parametrize(
    ("declared", "formats", "reason"),
    [
        ("raw", ("qcow2",), "The image is qcow2, not raw. Declare what it is, or convert it with `qemu-img convert`"),
        ("raw", ("iso",), "The image is iso, not raw. Declare what it is, or convert it with `qemu-img convert`"),
        ("qcow2", ("raw",), "The image is raw, not qcow2. Declare what it is, or convert it with `qemu-img convert`"),
        ("raw", (), "The image is compressed by xz. Decompress it before you upload it"),
    ],
)
def test_another_format_than_the_declared_one_is_an_objection(
    declared: str, formats: tuple[str, ...], reason: str
) -> None:
    found = Inspection(formats, compression=None if formats else "xz")

    assert found.objection(declared, "bare") == reason
    assert found.objection(declared, None) == reason


def test_what_is_in_a_container_is_not_seen() -> None:
    assert Inspection(("tar",)).objection("vmdk", "ova") is None


def test_formats_that_are_accepted_are_offered() -> None:
    assert ACCEPTED.keys() <= set(DISK_FORMATS.split(","))
