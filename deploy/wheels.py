"""Compiled libraries for the functions' processor, from wheels: installed libraries are for this machine.

`requirements-worker.txt` pins each wheel by its SHA-256. pip downloads them once.
"""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

REQUIREMENTS = "requirements-worker.txt"
KEPT = Path(".local", "wheels")
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's architectures, and their names in wheels."""
PLATFORM = "manylinux2014"
"""Its glibc, 2.17, is older than that of any of Lambda's runtimes."""


class WheelError(Exception):
    """A wheel cannot be downloaded; the message says why."""


def machine_of(root: Path) -> str:
    """The processor architecture of a project's functions."""
    config = root / ".chalice" / "config.json"
    found = json.loads(config.read_text("utf-8")) if config.exists() else {}
    return MACHINES[found.get("lambda_architecture", "x86_64")]


def files_of(root: Path, machine: str) -> Mapping[str, bytes]:
    """The files of all wheels that a project's worker needs. Raises WheelError."""
    pinned = root / REQUIREMENTS
    if not pinned.exists():
        return {}
    text = pinned.read_text("utf-8")
    count, hashes = len(re.findall("==", text)), frozenset(re.findall("sha256:([0-9a-f]{64})", text))
    folder = root / KEPT / f"{machine}-{sys.implementation.cache_tag}"
    wheels = _kept(folder, hashes)
    if len(wheels) < count:
        _fetch(pinned, machine, folder)
        wheels = _kept(folder, hashes)
    return {name: content for wheel in wheels for name, content in _unpacked(wheel).items()}


def _kept(folder: Path, hashes: frozenset[str]) -> list[bytes]:
    """The wheels in a folder that match their pins."""
    contents = [path.read_bytes() for path in sorted(folder.glob("*.whl"))]
    return [content for content in contents if hashlib.sha256(content).hexdigest() in hashes]


def _fetch(pinned: Path, machine: str, folder: Path) -> None:
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--only-binary=:all:", "--require-hashes", "--platform", f"{PLATFORM}_{machine}", "--implementation", "cp"),
        *("--python-version", version, "--abi", f"cp{version}", "--abi", "abi3"),
        *("--dest", str(folder), "--requirement", str(pinned)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own arguments
    if done.returncode:
        *_, last = ["no reason", *done.stderr.strip().splitlines()]
        raise WheelError(f"the wheels of {pinned.name} for {machine} cannot be fetched: {last}")


def _unpacked(wheel: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
