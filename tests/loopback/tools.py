"""The tools of these tests: each set of packages in a folder of its own, and a Python without any packages."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".local" / "loopback"


def bare_python() -> str:
    """An interpreter with only the standard library, like Lambda's."""
    folder = _made("python", "", lambda place: _run("-m", "venv", "--without-pip", str(place)))
    return str(folder / "bin" / "python")


def emulator() -> Path:
    """The folder of ministack and the translator of SAM templates."""
    return _packages("emulator", "requirements.txt")


def runtime_client() -> Path:
    """The folder of awslambdaric."""
    return _packages("runtime-client", "requirements-awslambdaric.txt")


def _packages(name: str, requirements: str) -> Path:
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--only-binary", ":all:")
    pins = HERE / requirements
    return _made(name, pins.read_text("utf-8"), lambda place: _run(*pip, "--target", str(place), "-r", str(pins)))


def _made(name: str, pins: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made on first use, and again when its pins, its Python or its path have changed."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    folder, stamp = TOOLS / name, TOOLS / f"{name}.txt"
    wanted = f"# {folder}\n# Python {sys.version}\n{pins}"
    with (TOOLS / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes may run these tests
        if not stamp.exists() or stamp.read_text("utf-8") != wanted:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            stamp.write_text(wanted, "utf-8")
    return folder


def _run(*words: str) -> None:
    subprocess.run((sys.executable, *words), check=True)  # noqa: S603  # our own words
