"""Print the packages and megabytes that are installed to run Rosetta, to use only the command, and to develop.

The figures are those of the installed packages, so it needs the environment of `make test`.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
DEVELOPMENT = "requirements-dev.txt"
LISTS = ("requirements.txt", "requirements-run.txt", DEVELOPMENT)
PYPROJECT = "pyproject.toml"


def main() -> None:
    """Print the table."""
    sets = {PYPROJECT: command(), **{name: packages(ROOT / name) for name in LISTS}}
    sizes = {name: sum(map(size, found)) / 1e6 for name, found in sets.items()}
    print(f"| list | packages | of {DEVELOPMENT} | MB | of {DEVELOPMENT} |\n| --- | ---: | ---: | ---: | ---: |")
    for name, found in sets.items():
        many, large = len(found) / len(sets[DEVELOPMENT]), sizes[name] / sizes[DEVELOPMENT]
        print(f"| {name} | {len(found)} | {many:.2f} | {sizes[name]:.0f} | {large:.2f} |")


def packages(path: Path) -> set[str]:
    """The names of the packages in a requirements file, and in those it includes."""
    found: set[str] = set()
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            found |= packages(path.with_name(line.removeprefix("-r ")))
        elif line and not line.startswith("#"):
            found.add(named(Requirement(line)))
    return found


def command() -> set[str]:
    """The names of the command's direct and indirect requirements."""
    project = tomllib.loads((ROOT / PYPROJECT).read_text("utf-8"))["project"]
    return set(needed([Requirement(each) for each in project["dependencies"]]))


def needed(requirements: list[Requirement]) -> Iterator[str]:
    """The names of packages and of their requirements without extras."""
    for requirement in requirements:
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield named(requirement)
            yield from needed([Requirement(each) for each in distribution(requirement.name).requires or ()])


def named(requirement: Requirement) -> str:
    """The normalized name of a package."""
    return re.sub(r"[-_.]+", "-", requirement.name).lower()


def size(name: str) -> int:
    """Bytes of a package's files, without bytecode."""
    files = [Path(str(each.locate())) for each in distribution(name).files or () if each.suffix != ".pyc"]
    return sum(path.stat().st_size for path in files if path.exists())


if __name__ == "__main__":
    main()
