"""Images built in a folder, and what qemu-img says of them."""

import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.e2e.images.recipes import BEFORE, FIRST, GROUPS, LATE, Recipe
from tests.e2e.images.toolbox import environment

NAMES = {"vpc": "vhd", "parallels": "ploop"}
"""Formats that qemu-img calls otherwise."""


class ToolFailed(Exception):
    """A program ended with an error, and what it said."""


class Workshop(NamedTuple):
    """Where images are, and what programs run in."""

    folder: Path
    environ: Mapping[str, str]

    def told(self, name: str, asked: str = "") -> tuple[str, int]:
        """The format and the virtual size that qemu-img sees, which may be told the format."""
        told = json.loads(self.run(f"qemu-img info --output=json {f'-f {asked}' if asked else ''} {name}"))
        return NAMES.get(told["format"], told["format"]), int(told["virtual-size"])

    def run(self, script: str, name: str = "") -> str:
        """What a script prints. Raises ToolFailed."""
        done = subprocess.run(  # noqa: S603  # our own scripts
            ["bash", "-euc", script],  # noqa: S607  # whichever it is
            cwd=self.folder,
            env={**self.environ, "OUT": name},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ToolFailed(f"{name}: {done.stderr}")
        return done.stdout


def build(folder: Path) -> Workshop:
    """Make all images, some at once."""
    workshop = Workshop(folder, {**environment(), "HOME": str(folder)})

    def make(recipes: Mapping[str, Recipe]) -> None:
        for name, recipe in recipes.items():
            workshop.run(recipe.script, name)

    with ThreadPoolExecutor(4) as pool:
        late = [pool.submit(workshop.run, recipe.script, name) for name, recipe in LATE.items()]
        workshop.run(BEFORE)
        make(FIRST)
        list(pool.map(make, GROUPS))
        for each in late:
            each.result()
    return workshop
