"""The format is what the file is, whatever it is called."""

from pathlib import Path

import click
import pytest

from chalicelib.jobs.inspection import HEAD
from rosetta.formats import format_of, misdeclared
from rosetta.looking import look
from rosetta.parts import Source
from tests.jobs import disks
from tests.jobs.disks import MiB, a_disk

ISO = a_disk(disks.iso()).read(0, MiB)
MARKED = {
    "qcow2": (disks.qcow2(), "qcow2"),
    "qcow2, cut short": (b"QFI\xfb\0\0\0\3", "qcow2"),
    "vmdk": (a_disk(*disks.vmdk()).read(0, MiB), "vmdk"),
    "vmdk of ESX": (b"COWD\1\0\0\0", "vmdk"),
    "vmdk's descriptor": (disks.descriptor("monolithicFlat"), "vmdk"),
    "vhdx": (b"vhdxfile", "vhdx"),
    "dynamic vhd": (disks.vhd(MiB, 3), "vhd"),
    "fixed vhd": (bytes(MiB) + disks.vhd(MiB, 2), "vhd"),
    "vdi": (bytes(64) + b"\x7f\x10\xda\xbe" + bytes(444), "vdi"),
    "ploop": (b"WithoutFreeSpace", "ploop"),
    "extended ploop": (b"WithouFreSpacExt", "ploop"),
    "iso": (ISO, "iso"),
}
"""The beginnings of files, or all that matters of them, and what they are."""
DISKS = {
    "partitions": a_disk(disks.gpt()).read(0, MiB),
    "file system": bytes(1080) + b"\x53\xef",
    "luks": disks.luks(),
}
"""Bytes that only a raw disk has."""
UNMARKED = {
    "empty": b"",
    "short": b"QFI",
    "boot sector": b"\xeb\x63\x90" + bytes(507) + b"\x55\xaa",
    "text": b"some bytes",
    "vhd's mark elsewhere": bytes(100) + b"conectix" + bytes(100),
    "signature of vdi elsewhere": b"\x7f\x10\xda\xbe",
    "what nobody looks at": bytes(HEAD) + ISO,
}
NAMES = ("disk.img", "disk.raw", "disk.qcow2", "disk.vmdk", "disk", "disk.tar.gz", ".img")


def registered(folder: Path, content: bytes, name: str = "disk.img", declared: str | None = None) -> str:
    """What a file is registered as, unless it would be a mistake."""
    path = folder / name
    path.write_bytes(content)
    found = look(Source.of(path))
    disk_format = format_of(path, declared, found)
    mistake = misdeclared(found, disk_format, "bare")
    assert mistake is None, mistake
    return disk_format


@pytest.mark.parametrize(("content", "disk_format"), MARKED.values(), ids=MARKED)
@pytest.mark.parametrize("name", NAMES)
def test_the_format_is_what_the_file_is_and_not_what_it_is_called(
    tmp_path: Path, content: bytes, disk_format: str, name: str
) -> None:
    assert registered(tmp_path, content, name) == disk_format
    assert registered(tmp_path, content, name, disk_format) == disk_format


@pytest.mark.parametrize("content", UNMARKED.values(), ids=UNMARKED)
@pytest.mark.parametrize("name", ["disk.img", "disk.raw", "DISK.RAW"])
def test_what_has_no_mark_and_is_called_raw_is_raw(tmp_path: Path, content: bytes, name: str) -> None:
    assert registered(tmp_path, content, name) == "raw"


@pytest.mark.parametrize("content", DISKS.values(), ids=DISKS)
@pytest.mark.parametrize("name", ["disk", "disk.bin", "disk.img"])
def test_what_only_a_raw_disk_has_is_raw(tmp_path: Path, content: bytes, name: str) -> None:
    assert registered(tmp_path, content, name) == "raw"


@pytest.mark.parametrize("name", ["disk", "disk.bin", "disk.tar.gz", "qcow2", ".raw"])
def test_what_nobody_knows_has_to_be_declared(tmp_path: Path, name: str) -> None:
    with pytest.raises(click.UsageError, match=r"Can't detect the disk format"):
        registered(tmp_path, b"some bytes", name)
    assert registered(tmp_path, b"some bytes", name, "raw") == "raw"


@pytest.mark.parametrize("name", ["disk.qcow2", "disk.VMDK", "disk.iso"])
@pytest.mark.parametrize("content", [b"some bytes", DISKS["partitions"]], ids=["text", "partitions"])
def test_what_is_not_what_its_name_says_has_to_be_declared(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(click.UsageError, match=r"as its name says\. Pass --disk-format"):
        registered(tmp_path, content, name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x1f\x8b\x08some bytes", r"disk.img is compressed with gzip\. Decompress it, or pass"),
        (b"\xfd7zXZ\0some bytes", r"disk.img is compressed with xz\. Decompress it, or pass"),
        (disks.qcow2() + bytes(4096) + ISO[4096 + len(disks.qcow2()) :], "can be read as iso and as qcow2. Pass"),
        (disks.qcow(), r"disk.img is qcow, which is not an image format\. Convert it, or pass"),
        (bytes(257) + b"ustar", r"disk.img is tar, which is not an image format\. Convert it, or pass"),
    ],
    ids=["gzip", "xz", "two formats", "qcow", "tar"],
)
def test_what_is_no_image_by_itself_is_named_and_has_to_be_declared(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(click.UsageError, match=reason):
        registered(tmp_path, content)
    assert registered(tmp_path, content, declared="ami") == "ami"


@pytest.mark.parametrize(("content", "found"), MARKED.values(), ids=MARKED)
@pytest.mark.parametrize("declared", ["raw", "qcow2", "vmdk", "vhd", "iso"])
def test_what_is_declared_must_be_what_the_file_is(tmp_path: Path, content: bytes, found: str, declared: str) -> None:
    if declared == found or (declared, found) == ("raw", "iso"):
        assert registered(tmp_path, content, declared=declared) == declared
    else:
        with pytest.raises(AssertionError, match=f"The image is {found}, not {declared}. Declare what it is"):
            registered(tmp_path, content, declared=declared)


@pytest.mark.parametrize("declared", ["qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso"])
def test_what_has_no_mark_is_nothing_that_has_one(tmp_path: Path, declared: str) -> None:
    with pytest.raises(AssertionError, match=f"The image is raw, not {declared}. Declare what it is"):
        registered(tmp_path, b"some bytes", declared=declared)


@pytest.mark.parametrize("content", [b"some bytes", MARKED["qcow2"][0]], ids=["no mark", "qcow2"])
@pytest.mark.parametrize("declared", ["ami", "aki", "ari", "tape"])
def test_a_format_without_a_mark_of_its_own_may_hold_anything(tmp_path: Path, content: bytes, declared: str) -> None:
    assert registered(tmp_path, content, declared=declared) == declared
