"""The format is what the file is, whatever it is called."""

from pathlib import Path

import click
import pytest

from rosetta.formats import DISC, format_of, found_format

ZEROS = bytes(DISC)
VDI = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0") + b"\x7f\x10\xda\xbe"
MARKED = {
    "qcow2": (b"QFI\xfb\0\0\0\3", "qcow2"),
    "vmdk": (b"KDMV\1\0\0\0", "vmdk"),
    "vmdk of ESX": (b"COWD\1\0\0\0", "vmdk"),
    "vmdk's descriptor": (b"# Disk DescriptorFile\nversion=1\n", "vmdk"),
    "vhdx": (b"vhdxfile", "vhdx"),
    "dynamic vhd": (b"conectix" + ZEROS, "vhd"),
    "fixed vhd": (ZEROS + b"conectix".ljust(512, b"\0"), "vhd"),
    "vdi": (VDI, "vdi"),
    "ploop": (b"WithoutFreeSpace", "ploop"),
    "extended ploop": (b"WithouFreSpacExt", "ploop"),
    "iso": (ZEROS + b"CD001\1", "iso"),
    "hybrid iso": (b"\xeb\x63\x90" + bytes(507) + b"\x55\xaa" + bytes(DISC - 512) + b"CD001\1", "iso"),
    "udf": (ZEROS + b"BEA01\1", "iso"),
}
"""The beginnings of files, or all that matters of them, and what they are."""
UNMARKED = {
    "empty": b"",
    "short": b"QFI",
    "boot sector": b"\xeb\x63\x90" + bytes(507) + b"\x55\xaa",
    "text": b"some bytes",
    "vhd's mark elsewhere": bytes(100) + b"conectix" + bytes(100),
    "signature of vdi elsewhere": b"\x7f\x10\xda\xbe",
}
NAMES = ("disk.img", "disk.raw", "disk.qcow2", "disk.vmdk", "disk", "disk.tar.gz", ".img")


def a_file(folder: Path, content: bytes, name: str = "disk.img") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("content", "disk_format"), MARKED.values(), ids=MARKED)
@pytest.mark.parametrize("name", NAMES)
def test_the_format_is_what_the_file_is_and_not_what_it_is_called(
    tmp_path: Path, content: bytes, disk_format: str, name: str
) -> None:
    path = a_file(tmp_path, content, name)

    assert format_of(path, None) == disk_format
    assert format_of(path, disk_format) == disk_format


@pytest.mark.parametrize("content", UNMARKED.values(), ids=UNMARKED)
@pytest.mark.parametrize("name", ["disk.img", "disk.raw", "DISK.RAW"])
def test_what_has_no_mark_and_is_called_raw_is_raw(tmp_path: Path, content: bytes, name: str) -> None:
    path = a_file(tmp_path, content, name)

    assert found_format(path) is None
    assert format_of(path, None) == "raw"


@pytest.mark.parametrize("name", ["disk", "disk.bin", "disk.tar.gz", "qcow2", ".raw"])
def test_what_nobody_knows_has_to_be_declared(tmp_path: Path, name: str) -> None:
    path = a_file(tmp_path, b"some bytes", name)

    with pytest.raises(click.UsageError, match=r"is not known\. Give --disk-format"):
        format_of(path, None)
    assert format_of(path, "raw") == "raw"


@pytest.mark.parametrize("name", ["disk.qcow2", "disk.VMDK", "disk.iso"])
def test_what_is_not_what_its_name_says_has_to_be_declared(tmp_path: Path, name: str) -> None:
    path = a_file(tmp_path, b"some bytes", name)

    with pytest.raises(click.UsageError, match=r"as its name says\. Give --disk-format"):
        format_of(path, None)


@pytest.mark.parametrize(("content", "found"), MARKED.values(), ids=MARKED)
@pytest.mark.parametrize("declared", ["raw", "qcow2", "vmdk", "vhd", "iso"])
def test_what_is_declared_must_be_what_the_file_is(tmp_path: Path, content: bytes, found: str, declared: str) -> None:
    path = a_file(tmp_path, content)
    fits = declared == found or (declared, found) == ("raw", "iso")

    if fits:
        assert format_of(path, declared) == declared
    else:
        with pytest.raises(click.UsageError, match=f"disk.img is {found}, not {declared}. Give --disk-format {found},"):
            format_of(path, declared)


@pytest.mark.parametrize("declared", ["qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ploop"])
def test_what_has_no_mark_is_nothing_that_has_one(tmp_path: Path, declared: str) -> None:
    path = a_file(tmp_path, b"some bytes")

    with pytest.raises(click.UsageError, match=f"disk.img is not {declared}. Give --disk-format with what it is"):
        format_of(path, declared)


@pytest.mark.parametrize("content", [b"some bytes", MARKED["qcow2"][0]], ids=["no mark", "qcow2"])
@pytest.mark.parametrize("declared", ["ami", "aki", "ari", "tape"])
def test_a_format_without_a_mark_of_its_own_may_hold_anything(tmp_path: Path, content: bytes, declared: str) -> None:
    assert format_of(a_file(tmp_path, content), declared) == declared
