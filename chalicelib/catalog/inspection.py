"""What the bytes of an image are, whatever its owner declares."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Finding(StrEnum):
    """A problem with the bytes of an image, for us or for other software that checks them."""

    BACKING_FILE = "backing_file"
    DATA_FILE = "data_file"
    EXTERNAL_EXTENTS = "external_extents"
    NO_DESCRIPTOR = "no_descriptor"
    BAD_DESCRIPTOR = "bad_descriptor"
    BAD_FOOTER = "bad_footer"
    UNKNOWN_FEATURES = "unknown_features"
    ENCRYPTED = "encrypted"
    OBSOLETE_FORMAT = "obsolete_format"
    SEVERAL_FORMATS = "several_formats"
    BAD_PARTITIONS = "bad_partitions"
    UNINSPECTABLE = "uninspectable"
    EXTENDED_L2 = "extended_l2"
    BARE_FILESYSTEM = "bare_filesystem"
    UNUSUAL_GPT = "unusual_gpt"
    HYBRID_MBR = "hybrid_mbr"
    NO_PARTITIONS = "no_partitions"
    LUKS2 = "luks2"
    SNAPSHOTS = "snapshots"


WORDS: Mapping[Finding, str] = {
    Finding.BACKING_FILE: "it needs a backing file, which is not part of it. Flatten it with `qemu-img convert`",
    Finding.DATA_FILE: "its data is in another file. Put both into one with `qemu-img convert`",
    Finding.EXTERNAL_EXTENTS: "its data is in other files. Put all into one with "
    "`qemu-img convert -O vmdk -o subformat=streamOptimized`",
    Finding.NO_DESCRIPTOR: "it is a part of an image, without its descriptor. Join the parts with `qemu-img convert`",
    Finding.BAD_DESCRIPTOR: "its descriptor has lines that are not allowed, or names files elsewhere",
    Finding.BAD_FOOTER: "its footer is damaged, or contradicts its header",
    Finding.UNKNOWN_FEATURES: "it needs features that are unknown here. Convert it with `qemu-img convert`",
    Finding.ENCRYPTED: "it is encrypted inside its format. Decrypt it with `qemu-img convert`",
    Finding.OBSOLETE_FORMAT: "its format is obsolete. Convert it with `qemu-img convert -O qcow2`",
    Finding.SEVERAL_FORMATS: "it can be read as several formats",
    Finding.BAD_PARTITIONS: "its partition table is damaged, or contradicts itself",
    Finding.UNINSPECTABLE: "it cannot be inspected: it is damaged, or cut short",
    Finding.EXTENDED_L2: "it has extended L2 entries, which QEMU reads and OpenStack's check of images refuses",
    Finding.BARE_FILESYSTEM: "it is a file system without partitions, which OpenStack's check takes for a damaged GPT",
    Finding.UNUSUAL_GPT: "its protective MBR begins at an unusual cylinder, which OpenStack's check refuses",
    Finding.HYBRID_MBR: "it has partitions in its MBR beside those of its GPT, which OpenStack's check refuses",
    Finding.NO_PARTITIONS: "it has a boot sector without partitions, which OpenStack's check refuses",
    Finding.LUKS2: "it is LUKS version 2, which QEMU does not read and OpenStack's check refuses",
    Finding.SNAPSHOTS: "it has internal snapshots, which are lost when clients convert it",
}
"""Each finding, as the end of a sentence."""
HARMLESS = frozenset(
    {
        *(Finding.EXTENDED_L2, Finding.BARE_FILESYSTEM, Finding.UNUSUAL_GPT, Finding.HYBRID_MBR),
        *(Finding.NO_PARTITIONS, Finding.LUKS2, Finding.SNAPSHOTS),
    }
)
"""Harmless findings that are worth knowing, most of them because OpenStack's image check refuses such images."""
ACCEPTED: Mapping[str, frozenset[str]] = {
    "raw": frozenset({"raw", "luks"}),
    "ploop": frozenset({"ploop", "raw"}),
    **{name: frozenset({name}) for name in ("qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso")},
}
"""The detected formats that a declared disk format accepts; a format that is not listed accepts any."""
BARE = frozenset({None, "bare"})
"""Container formats that mean no container. The content of other containers is not inspected."""
LARGEST = 2**63 - 1


class Inspection(NamedTuple):
    """The results of inspecting an image's bytes.

    `formats` are names of `disk_format`, or `luks`, `qcow`, `qed`, `tar`: none if the image is compressed (see
    `compression`), several only if the bytes are ambiguous. A hybrid ISO is `iso` with a `partition_table`. Partition
    table, file system and `boot_modes` (`bios`, `uefi`) are those of the disk, whatever its format.
    """

    formats: tuple[str, ...] = ()
    virtual_size: int | None = None
    compression: str | None = None
    partition_table: str | None = None
    filesystem: str | None = None
    boot_modes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def unsafe(self) -> tuple[Finding, ...]:
        """The findings that make an image unsafe to use."""
        return tuple(finding for finding in self.findings if finding not in HARMLESS)

    def objection(self, disk_format: str | None, container_format: str | None) -> str | None:
        """Why an image with these declared formats should not be used, and what to do; None if it may be."""
        if self.unsafe:
            return f"The image is unsafe: {'; '.join(WORDS[finding] for finding in self.unsafe)}"
        return self.mismatch(disk_format, container_format)

    def mismatch(self, disk_format: str | None, container_format: str | None) -> str | None:
        """How the bytes contradict the declared formats, and what to do; None if they do not, or it is unknown."""
        accepted = ACCEPTED.get(disk_format or "")
        if accepted is None or container_format not in BARE:
            return None
        if accepted.issuperset(self.formats) and not self.compression:
            return None
        if self.compression:
            return f"The image is compressed by {self.compression}. Decompress it before you upload it"
        found = " and ".join(self.formats)
        return f"The image is {found}, not {disk_format}. Declare what it is, or convert it with `qemu-img convert`"

    @property
    def document(self) -> dict[str, Any]:
        """All but the virtual size and empty fields, in less than a kilobyte: `{"formats": ["iso"]}`."""
        lists = {"formats": self.formats, "boot_modes": self.boot_modes, "findings": map(str, self.findings)}
        found = {**self._asdict(), **{name: list(values) for name, values in lists.items()}}
        return {name: value for name, value in found.items() if value and name != "virtual_size"}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The formats and compression of a stored `document`."""
        return cls(tuple(document.get("formats", ())), compression=document.get("compression"))

    @classmethod
    def of(
        cls,
        formats: Iterable[str],
        virtual_size: int | None,
        findings: Iterable[Finding],
        compression: str | None = None,
    ) -> Self:
        """An inspection in canonical form: sorted, and without impossible sizes."""
        size = virtual_size if virtual_size is not None and 0 < virtual_size <= LARGEST else None
        found = set(findings)
        return cls(tuple(sorted(formats)), size, compression, findings=tuple(each for each in Finding if each in found))
