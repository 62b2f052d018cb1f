"""How images are made by real tools, and what a person who knows these says of each.

A recipe is a script of the shell's, in a folder where the images of those before it are; it makes a file of its own
name. Sizes and formats are not written down here wherever `qemu-img info` knows better.
"""

from typing import NamedTuple


class Recipe(NamedTuple):
    """How to make an image, and what it then is.

    `formats`, `findings` and `boot_modes` are words in the order in which they are shown. `asked` is how qemu-img has
    to be asked where it does not recognize the format. Where there is a reason `because`, qemu-img says something else,
    and the virtual size is `size`.
    """

    script: str
    formats: str = "raw"
    findings: str = ""
    table: str | None = None
    filesystem: str | None = None
    boot_modes: str = ""
    compression: str | None = None
    asked: str = ""
    size: int | None = None
    because: str = ""


AS_RAW = "qemu-img takes it for raw"
SECRET = "--object secret,id=key,data=secret"


def partitioned(script: str, formats: str = "raw", findings: str = "", *, asked: str = "") -> Recipe:
    """A disk with the partitions of `gpt`."""
    return Recipe(script, formats, findings, "gpt", boot_modes="bios uefi", asked=asked)


def scattered(script: str) -> Recipe:
    """What is nothing without other files."""
    return Recipe(
        script, "vmdk", "external_extents", because="its extents are beside it here, and may be anything there"
    )


def lone(script: str) -> Recipe:
    """One extent of several."""
    return Recipe(script, "vmdk", "no_descriptor", because="nothing tells of the other extents")


def packed(program: str) -> Recipe:
    """What is named, and not unpacked."""
    return Recipe(f"{program} -c gpt > $OUT", "", compression=program, because="nothing is unpacked")


def disk(image_format: str, options: str = "", source: str = "gpt", flags: str = "") -> str:
    """Another file with the same disk."""
    return f'qemu-img convert {flags} -O {image_format} {f"-o {options}" if options else ""} {source} "$OUT"'


def empty(image_format: str, options: str = "", size: str = "64M") -> str:
    """A disk that nothing was written to."""
    return f'qemu-img create {SECRET} -f {image_format} {f"-o {options}" if options else ""} "$OUT" {size}'


SLOW = "iter-time=10,hash-alg=sha512"
"""How long it takes to find out a passphrase; qemu-img takes some seconds to find out how long that is."""


def again(command: str) -> str:
    """A command that fails where a processor's time is not measured exactly enough, now and then."""
    return f"tries=0\nuntil {command}; do test $((tries += 1)) -lt 9; done"


def sparse(size: str, *commands: str) -> str:
    """A file of zeros that commands then make something of."""
    return "\n".join([f'truncate -s {size} "$OUT"', *commands])


GPT_IMAGE = (
    '"$PYTHON" -c "from gpt_image.disk import Disk; from gpt_image.partition import Partition, PartitionType as T; '
    "d = Disk('$OUT'); d.create(8 << 20); p = Partition('esp', 1 << 20, T.EFI_SYSTEM_PARTITION.value); "
    'd.table.partitions.add(p); d.commit()"'
)
DISKS = {
    "raw": Recipe(sparse("1G")),
    "text": Recipe("yes 'no disk' | head -c 5120 > $OUT"),
    "gpt": partitioned(sparse("10M", 'sgdisk -n1:2048:4095 -t1:ef02 -n2:0:+4M -t2:ef00 -n3:0:0 "$OUT"')),
    "gpt-parted": Recipe(
        sparse("10M", 'parted -s "$OUT" mklabel gpt mkpart esp fat32 1MiB 8MiB set 1 esp on'),
        table="gpt",
        boot_modes="uefi",
    ),
    "gpt-sfdisk": Recipe(sparse("10M", "printf 'label: gpt\\nstart=2048\\n' | sfdisk -q \"$OUT\""), table="gpt"),
    "gpt-syslinux": Recipe(
        sparse(
            "10M",
            'sgdisk -n1:0:0 -A1:set:2 "$OUT"',
            'dd conv=notrunc status=none bs=440 count=1 if="$DEBIAN/usr/lib/syslinux/mbr/gptmbr.bin" of="$OUT"',
        ),
        table="gpt",
        boot_modes="bios",
    ),
    "gpt-pmbr-boot": Recipe(
        sparse("10M", 'parted -s "$OUT" mklabel gpt mkpart a 1MiB 8MiB disk_set pmbr_boot on'), table="gpt"
    ),
    "gpt-image": Recipe(GPT_IMAGE, findings="unusual_gpt", table="gpt", boot_modes="uefi"),
    "gpt-image-4096": Recipe(
        GPT_IMAGE.replace("'$OUT'", "'$OUT', 4096"), findings="unusual_gpt", table="gpt", boot_modes="uefi"
    ),
    "gpt-hybrid": Recipe(sparse("10M", 'sgdisk -n1:0:0 -h1 "$OUT"'), table="gpt", findings="hybrid_mbr"),
    "mbr-parted": Recipe(
        sparse("10M", 'parted -s "$OUT" mklabel msdos mkpart primary 1MiB 8MiB set 1 boot on'),
        table="mbr",
        boot_modes="bios",
    ),
    "mbr-sfdisk": Recipe(sparse("10M", "echo 'start=2048,bootable' | sfdisk -q \"$OUT\""), table="mbr"),
    "mbr-syslinux": Recipe(
        sparse(
            "10M",
            "echo 'start=2048,bootable' | sfdisk -q \"$OUT\"",
            'dd conv=notrunc status=none bs=440 count=1 if="$DEBIAN/usr/lib/syslinux/mbr/mbr.bin" of="$OUT"',
        ),
        table="mbr",
        boot_modes="bios",
    ),
    "mbr-esp": Recipe(sparse("10M", "echo 'start=2048,type=ef' | sfdisk -q \"$OUT\""), table="mbr", boot_modes="uefi"),
}
FILE_SYSTEMS = {
    "fat12": Recipe(sparse("2M", 'mkfs.vfat -F 12 "$OUT"'), filesystem="fat"),
    "fat-floppy": Recipe(sparse("1440K", 'mkfs.vfat "$OUT"'), filesystem="fat", findings="bare_filesystem"),
    "fat-single": Recipe(sparse("2M", 'mkfs.vfat -f 1 "$OUT"'), filesystem="fat", findings="bare_filesystem"),
    "fat16": Recipe(sparse("16M", 'mkfs.vfat -F 16 "$OUT"'), filesystem="fat"),
    "fat32": Recipe(sparse("64M", 'mkfs.vfat -F 32 "$OUT"'), filesystem="fat"),
    "fat-mtools": Recipe('mformat -C -i "$OUT" -T 4096 ::', filesystem="fat"),
    "fat-pyfatfs": Recipe(
        sparse(
            "8M",
            '"$PYTHON" -W ignore -c "from pyfatfs.PyFat import PyFat; '
            "f = PyFat(); f.mkfs('$OUT', PyFat.FAT_TYPE_FAT16, 8 << 20); f.close()\"",
        ),
        filesystem="fat",
    ),
    "ntfs": Recipe(sparse("8M", 'mkntfs -F -Q "$OUT"'), filesystem="ntfs", findings="bare_filesystem"),
    "exfat": Recipe(sparse("8M", 'mkfs.exfat "$OUT"'), filesystem="exfat", findings="bare_filesystem"),
    "ext2": Recipe(sparse("8M", 'mke2fs -q -t ext2 "$OUT"'), filesystem="ext"),
    "ext4": Recipe(sparse("8M", 'mke2fs -q -t ext4 "$OUT"'), filesystem="ext"),
    "xfs": Recipe(sparse("300M", 'mkfs.xfs -q "$OUT"'), filesystem="xfs"),
    "btrfs": Recipe(sparse("128M", 'mkfs.btrfs -q "$OUT"'), filesystem="btrfs"),
    "squashfs": Recipe('mksquashfs tree "$OUT" -quiet -no-progress', filesystem="squashfs"),
    "udf": Recipe(sparse("8M", 'mkudffs -b 2048 "$OUT"'), filesystem="udf"),
}
ISOLINUX = '"$DEBIAN/usr/lib/ISOLINUX/isolinux.bin"'
XORRISO = 'xorriso -as mkisofs -quiet -o "$OUT"'
BIOS_BOOT = "-b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table"
UEFI_BOOT = "-eltorito-alt-boot -e esp.img -no-emul-boot"
HYBRID = '-isohybrid-mbr "$DEBIAN/usr/lib/ISOLINUX/isohdpfx.bin"'
ISOS = {
    "iso": Recipe('genisoimage -quiet -J -R -o "$OUT" tree', "iso"),
    "iso-bridge": Recipe('genisoimage -quiet -udf -o "$OUT" tree', "iso", filesystem="udf"),
    "iso-bios-genisoimage": Recipe(f'genisoimage -quiet {BIOS_BOOT} -o "$OUT" boot', "iso", boot_modes="bios"),
    "iso-hfs": Recipe('genisoimage -quiet -hfs -o "$OUT" tree', "iso"),
    "iso-xorriso": Recipe(f"{XORRISO} -partition_offset 0 tree", "iso"),
    "iso-bios": Recipe(f"{XORRISO} {BIOS_BOOT} boot", "iso", boot_modes="bios"),
    "iso-uefi": Recipe(f"{XORRISO} {UEFI_BOOT.removeprefix('-eltorito-alt-boot ')} boot", "iso", boot_modes="uefi"),
    "iso-both": Recipe(f"{XORRISO} {BIOS_BOOT} {UEFI_BOOT} boot", "iso", boot_modes="bios uefi"),
    "iso-hybrid": Recipe(f"{XORRISO} {HYBRID} {BIOS_BOOT} boot", "iso", table="mbr", boot_modes="bios"),
    "iso-hybrid-both": Recipe(
        f"{XORRISO} {HYBRID} {BIOS_BOOT} {UEFI_BOOT} -isohybrid-gpt-basdat boot",
        "iso",
        table="mbr",  # the GPT has no protective MBR
        boot_modes="bios uefi",
    ),
    "iso-hybrid-apart": partitioned(
        f"{XORRISO} --grub2-mbr $DEBIAN/usr/lib/ISOLINUX/isohdpfx.bin -partition_offset 16 "
        "-append_partition 2 0xef boot/esp.img -appended_part_as_gpt "
        f"{BIOS_BOOT} -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot boot",
        "iso",
    ),
    "iso-pycdlib": Recipe(
        '"$PYTHON" -c "import pycdlib, io; i = pycdlib.PyCdlib(); i.new(); '
        "i.add_fp(io.BytesIO(b'boot'), 4, '/BOOT.;1'); "
        "i.add_eltorito('/BOOT.;1', bootcatfile='/BOOT.CAT;1', platform_id=0xef); i.write('$OUT')\"",
        "iso",
        boot_modes="uefi",
    ),
    "iso-pycdlib-udf": Recipe(
        "\"$PYTHON\" -c \"import pycdlib; i = pycdlib.PyCdlib(); i.new(udf='2.60'); i.write('$OUT')\"",
        "iso",
        filesystem="udf",
    ),
}
QCOW2S = {
    "qcow2": partitioned(disk("qcow2"), "qcow2"),
    "qcow2-0.10": partitioned(disk("qcow2", "compat=0.10"), "qcow2"),
    "qcow2-512": partitioned(disk("qcow2", "cluster_size=512"), "qcow2"),
    "qcow2-2M": partitioned(disk("qcow2", "cluster_size=2M"), "qcow2"),
    "qcow2-zlib": partitioned(disk("qcow2", flags="-c"), "qcow2"),
    "qcow2-zstd": Recipe(disk("qcow2", "compression_type=zstd", flags="-c"), "qcow2"),
    "qcow2-zstd-plain": partitioned(disk("qcow2", "compression_type=zstd"), "qcow2"),
    "qcow2-extended": partitioned(disk("qcow2", "extended_l2=on,cluster_size=128k"), "qcow2", "extended_l2"),
    "qcow2-lazy": partitioned(disk("qcow2", "lazy_refcounts=on"), "qcow2"),
    "qcow2-narrow": partitioned(disk("qcow2", "refcount_bits=1"), "qcow2"),
    "qcow2-mbr": Recipe(disk("qcow2", source="mbr-parted"), "qcow2", table="mbr", boot_modes="bios"),
    "qcow2-ext4": Recipe(disk("qcow2", source="ext4"), "qcow2", filesystem="ext"),
    "qcow2-btrfs": Recipe(disk("qcow2", source="btrfs"), "qcow2", filesystem="btrfs"),
    "qcow2-10T": Recipe(empty("qcow2", size="10T"), "qcow2"),
    "qcow2-metadata": Recipe(empty("qcow2", "preallocation=metadata"), "qcow2"),
    "qcow2-backed": Recipe(empty("qcow2", "backing_file=gpt,backing_fmt=raw", ""), "qcow2", "backing_file"),
    "qcow2-backed-0.10": Recipe(
        empty("qcow2", "compat=0.10,backing_file=qcow2,backing_fmt=qcow2", ""), "qcow2", "backing_file"
    ),
    "qcow2-data-file": Recipe(empty("qcow2", "data_file=data"), "qcow2", "data_file"),
    "qcow2-snapshot": partitioned(f'{disk("qcow2")}\nqemu-img snapshot -c before "$OUT"', "qcow2", "snapshots"),
    "qcow2-bitmap": partitioned(f'{disk("qcow2")}\nqemu-img bitmap --add "$OUT" changes', "qcow2"),
    "qcow2-resized": partitioned(f'{disk("qcow2")}\nqemu-img resize -q "$OUT" 3G', "qcow2"),
    "qcow2-full": Recipe(empty("qcow2", "preallocation=full", "1M"), "qcow2"),
    "qcow2-extended-zlib": partitioned(
        disk("qcow2", "extended_l2=on,compression_type=zlib", flags="-c"), "qcow2", "extended_l2"
    ),
    "qcow2-aes": Recipe(empty("qcow2", "encrypt.format=aes,encrypt.key-secret=key"), "qcow2", "encrypted"),
}
QCOWS = {
    "qcow": Recipe(disk("qcow"), "qcow", "obsolete_format"),
    "qcow-aes": Recipe(empty("qcow", "encrypt.format=aes,encrypt.key-secret=key"), "qcow", "encrypted obsolete_format"),
    "qcow-backed": Recipe(
        empty("qcow", "backing_file=gpt,backing_fmt=raw", ""), "qcow", "backing_file obsolete_format"
    ),
    "qed": Recipe(empty("qed", size="1G"), "qed", "obsolete_format"),
    "qed-backed": Recipe(empty("qed", "backing_file=gpt,backing_fmt=raw", ""), "qed", "backing_file obsolete_format"),
}
OTHERS = {
    "vdi": partitioned(disk("vdi"), "vdi"),
    "vdi-static": partitioned(disk("vdi", "static=on"), "vdi"),
    "vhd": partitioned(disk("vpc"), "vhd"),
    "vhd-exact": partitioned(disk("vpc", "force_size=on"), "vhd"),
    "vhd-fixed": partitioned(disk("vpc", "subformat=fixed"), "vhd", asked="vpc"),
    "vhd-fixed-exact": partitioned(disk("vpc", "subformat=fixed,force_size=on"), "vhd", asked="vpc"),
    "vhd-fixed-raw": Recipe(disk("vpc", "subformat=fixed", "fat16"), "vhd", asked="vpc", filesystem="fat"),
    "vhd-pyvhd": partitioned(
        'head -c 5243392 gpt > part\n"$PYTHON" -c "import pyvhd; '
        "pyvhd.do_vhd_convert(open('part', 'rb'), open('$OUT', 'wb'))\"",
        "vhd",
    ),
    "vhdx": partitioned(disk("vhdx"), "vhdx"),
    "vhdx-fixed": partitioned(disk("vhdx", "subformat=fixed"), "vhdx"),
    "vhdx-1M": partitioned(disk("vhdx", "block_size=1M"), "vhdx"),
    "vhdx-10T": Recipe(empty("vhdx", size="10T"), "vhdx"),
    "vhd-1T": Recipe(empty("vpc", size="1T"), "vhd"),
    "vdi-1T": Recipe(empty("vdi", size="1T"), "vdi"),
    "vhdx-100M": Recipe(empty("vhdx", size="100M"), "vhdx"),
    "ploop": Recipe(empty("parallels"), "ploop"),
}
VMDKS = {
    "vmdk": partitioned(disk("vmdk", "subformat=monolithicSparse"), "vmdk"),
    "vmdk-6": partitioned(disk("vmdk", "adapter_type=lsilogic,hwversion=10"), "vmdk"),
    "vmdk-stream": partitioned(disk("vmdk", "subformat=streamOptimized"), "vmdk"),
    "vmdk-vmdkstream": partitioned(
        'PYTHONPATH="$DEBIAN/usr/lib/python3/dist-packages" "$PYTHON" -W ignore -c '
        "\"import VMDKstream; VMDKstream.convert_to_stream('gpt', '$OUT')\"",
        "vmdk",
    ),
    "vmdk-zeroed": partitioned(disk("vmdk", "zeroed_grain=on"), "vmdk"),
    "vmdk-compat6": partitioned(disk("vmdk", "compat6=on"), "vmdk"),
    "vmdk-1T": Recipe(empty("vmdk", size="1T"), "vmdk"),
    "vmdk-backed": Recipe(empty("vmdk", "backing_file=vmdk,backing_fmt=vmdk", ""), "vmdk", "backing_file"),
    "vmdk-flat": scattered(disk("vmdk", "subformat=monolithicFlat")),
    "vmdk-flat-flat": partitioned("test -s $OUT"),
    "vmdk-split": scattered(disk("vmdk", "subformat=twoGbMaxExtentSparse", "large")),
    "vmdk-split-s001": lone("test -s $OUT"),
    "vmdk-split-s002": lone("test -s $OUT"),
    "vmdk-split-flat": scattered(disk("vmdk", "subformat=twoGbMaxExtentFlat")),
}
CRYPTSETUP = "echo secret | cryptsetup luksFormat --batch-mode --pbkdf-force-iterations 1000"
LUKSES = {
    "luks1": Recipe(
        sparse(
            "8M",
            f'{CRYPTSETUP} --type luks1 "$OUT" -',
        ),
        "luks",
    ),
    "luks2-4096": Recipe(
        sparse("32M", f'{CRYPTSETUP} --type luks2 --pbkdf pbkdf2 --sector-size 4096 "$OUT" -'),
        "luks",
        "luks2",
        because=AS_RAW,
    ),
    "luks2": Recipe(
        sparse(
            "32M",
            f'{CRYPTSETUP} --type luks2 --pbkdf pbkdf2 "$OUT" -',
        ),
        "luks",
        "luks2",
        because=AS_RAW,
    ),
}
WRAPPED = {
    **{name: packed(name) for name in ("gzip", "xz", "zstd", "bzip2")},
    "tar": Recipe("tar -cf $OUT tree", "tar", because=AS_RAW),
    "tar-pax": Recipe("tar --format=pax -cf $OUT tree", "tar", because=AS_RAW),
    "ova": Recipe(
        "echo '<Envelope/>' > box.ovf\ntar --format=ustar -cf $OUT box.ovf vmdk-stream", "tar", because=AS_RAW
    ),
}
BEFORE = "\n".join(
    [
        "mkdir tree boot",
        "echo hello > tree/hello",
        f"cp {ISOLINUX} boot",
        "mformat -C -i boot/esp.img -T 2880 ::",
        "truncate -s 3G large",
        "printf x | dd conv=notrunc status=none of=large bs=1 seek=1000000",
    ]
)
"""What recipes take for granted."""
LATE = {
    "qcow2-luks": Recipe(
        again(empty("qcow2", f"encrypt.format=luks,encrypt.key-secret=key,encrypt.{SLOW.replace(',', ',encrypt.')}")),
        "qcow2",
        "encrypted",
    ),
    "luks": Recipe(
        "truncate -s 64M 64M\nsgdisk -n1:0:0 64M\n"
        + again(f"qemu-img convert {SECRET} -O luks -o key-secret=key,{SLOW} 64M $OUT"),
        "luks",
    ),
}
"""What takes long, and needs nothing."""
FIRST = {**DISKS, **FILE_SYSTEMS}
GROUPS = (LUKSES, ISOS, QCOW2S, QCOWS, OTHERS, {**VMDKS, **WRAPPED})
"""What is made of the first, each group apart from the others."""
RECIPES = {**LATE, **DISKS, **FILE_SYSTEMS, **ISOS, **QCOW2S, **QCOWS, **OTHERS, **VMDKS, **LUKSES, **WRAPPED}
