"""Prints what is installed to run it, for the command alone, and to work on it: packages and megabytes.

It looks at what is installed here, so it needs the environment of `make test`.
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
    """The names of the packages in a list, and in those that it includes."""
    found: set[str] = set()
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            found |= packages(path.with_name(line.removeprefix("-r ")))
        elif line and not line.startswith("#"):
            found.add(named(Requirement(line)))
    return found


def command() -> set[str]:
    """The names of the packages that the command needs, directly and by what it needs."""
    project = tomllib.loads((ROOT / PYPROJECT).read_text("utf-8"))["project"]
    return set(needed([Requirement(each) for each in project["dependencies"]]))


def needed(requirements: list[Requirement]) -> Iterator[str]:
    """The names of packages, and of those that they require without any extra."""
    for requirement in requirements:
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield named(requirement)
            yield from needed([Requirement(each) for each in distribution(requirement.name).requires or ()])


def named(requirement: Requirement) -> str:
    """The name of a package as the index compares it."""
    return re.sub(r"[-_.]+", "-", requirement.name).lower()


def size(name: str) -> int:
    """Bytes of a package's files, without what Python has compiled."""
    files = [Path(str(each.locate())) for each in distribution(name).files or () if each.suffix != ".pyc"]
    return sum(path.stat().st_size for path in files if path.exists())


if __name__ == "__main__":
    main()
