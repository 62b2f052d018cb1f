"""Programs that make images: those of this machine, and Debian's, unpacked without root's rights, for all others."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.clients import CLIENTS, install

TOOLS = CLIENTS.parent / "tools"
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "btrfs-progs": ("mkfs.btrfs",),
    "cryptsetup-bin": ("cryptsetup",),
    "dosfstools": ("mkfs.vfat",),
    "e2fsprogs": ("mke2fs",),
    "exfatprogs": ("mkfs.exfat",),
    "fdisk": ("sfdisk",),
    "gdisk": ("sgdisk",),
    "genisoimage": ("genisoimage",),
    "isolinux": (),
    "mtools": ("mformat",),
    "ntfs-3g": ("mkntfs",),
    "parted": ("parted",),
    "python3-vmdkstream": (),
    "qemu-utils": ("qemu-img",),
    "squashfs-tools": ("mksquashfs",),
    "syslinux-common": (),
    "udftools": ("mkudffs",),
    "xfsprogs": ("mkfs.xfs",),
    "xorriso": ("xorriso",),
}
"""Debian's packages, and the programs that are wanted of each; of those without, it is files."""
FOLDERS = ("usr/bin", "bin", "usr/sbin", "sbin")


def environment() -> dict[str, str]:
    """What the programs run in; `DEBIAN` is where the files of packages are, `PYTHON` one that has the libraries.

    A test is skipped where there is no apt-get, and something is missing.
    """
    path = [*os.environ["PATH"].split(":"), "/usr/sbin", "/sbin"]
    missing = [package for package, programs in PACKAGES.items() if not _are_there(programs, ":".join(path))]
    TOOLS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as pool, (TOOLS / "lock").open("w", encoding="utf-8") as lock:
        writers = pool.submit(install, "writers", "1")
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = _unpacked(missing)
    libraries = sorted({str(found.parent) for found in root.glob("**/*.so.*")})
    return {
        "PATH": ":".join([*(str(root / folder) for folder in FOLDERS), *path]),
        "LD_LIBRARY_PATH": ":".join(libraries),
        "DEBIAN": str(root),
        "PYTHON": writers.result().program("python"),
        "LC_ALL": "C.UTF-8",
    }


def _are_there(programs: tuple[str, ...], path: str) -> bool:
    return bool(programs) and all(shutil.which(program, path=path) for program in programs)


def _unpacked(packages: list[str]) -> Path:
    """A folder with these packages, and with those that they need and this machine has not."""
    root, stamp = TOOLS / "root", TOOLS / "unpacked.txt"
    if stamp.exists() and stamp.read_text("utf-8").split() == packages:
        return root
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip(f"no apt-get here to bring what is missing: {', '.join(packages)}")
    shutil.rmtree(root, ignore_errors=True)
    archives = TOOLS / "archives"
    archives.mkdir(exist_ok=True)
    _apt("update")
    listed = _apt("--simulate", "--no-install-recommends", "install", "--reinstall", *packages)
    _apt("download", *re.findall(r"^Inst (\S+)", listed, re.MULTILINE), folder=archives)
    for archive in archives.glob("*.deb"):
        _run("dpkg", "-x", str(archive), str(root))
    shutil.rmtree(archives)
    stamp.write_text(" ".join(packages), "utf-8")
    return root


def _apt(*words: str, folder: Path = TOOLS) -> str:
    """What apt-get prints, whose lists and archives are ours: it changes nothing of this machine."""
    ours = {"Dir::State::lists": TOOLS / "lists", "Dir::Cache": TOOLS / "cache"}
    for place in ours.values():
        (place / "partial").mkdir(parents=True, exist_ok=True)
    options = [f"-o{name}={place}" for name, place in ours.items()]
    return _run("apt-get", "--quiet=2", *options, "-oAPT::Sandbox::User=", *words, folder=folder)


def _run(*words: str, folder: Path = TOOLS) -> str:
    done = subprocess.run(words, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own words
    return done.stdout
