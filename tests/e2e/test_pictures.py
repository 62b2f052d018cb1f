"""The pictures of README and docs can be taken anew, of the console as it is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.browser import CHROMIUM
from tests.e2e.pictures import PICTURES, measured
from tests.processes import ROOT

NEEDED = ("bash", "curl")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(None in map(shutil.which, NEEDED), reason=f"needs {', '.join(NEEDED)}"),
]


def test_the_script_makes_each_picture_in_its_size(tmp_path: Path) -> None:
    # Of Playwright, a process can have one at a time; the one of this process is the other tests'.
    subprocess.run([sys.executable, "-m", "tests.e2e.pictures", tmp_path], cwd=ROOT, check=True)  # noqa: S603  # ours

    assert {path.name: measured(path) for path in tmp_path.iterdir()} == {
        name: (picture.width, picture.height) for name, picture in PICTURES.items()
    }
    assert [name for name, picture in PICTURES.items() if (tmp_path / name).stat().st_size > picture.limit] == []


def test_each_state_of_the_console_can_be_looked_at_in_three_widths(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tests.e2e.gallery", tmp_path, "sign-in"], cwd=ROOT, check=True)  # noqa: S603  # ours

    found = [path.stem for path in tmp_path.iterdir()]
    assert sorted(found) == sorted(
        f"sign-in-{state}-{width}-{scheme}"
        for state in ("asked", "refused", "by-name")
        for width in (360, 1280, 3840)
        for scheme in ("light", "dark")
    )
