"""Compare the search parser with one that lark generates from the grammar in the tests."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median
from timeit import Timer
from typing import Any

from lark import Lark

from bench.parts.repeats import repeats
from chalicelib.dialects.foreman.search import parse_search
from tests.properties.test_search import FIELDS, GRAMMAR, TWIN, Scanner

OURS = ("chalicelib.dialects.foreman.search", "chalicelib.dialects.foreman.tokens")
PROCESSES = 7
SEARCHES = {
    "one comparison": 'name = "alpha"',
    "what Ansible sends": 'name="alpha",architecture="7"',
    "brackets and a list": "not (name ^ (alpha, beta) or username ~ ro*t) and user_data",
    "1,000 words": "alpha or " * 999 + "alpha",
}


def main() -> None:
    """Measure both parsers in one run and print a table."""
    print(f"{'':32}{'ours, ms':>12}{'lark, ms':>12}{'lark / ours':>14}")
    for name, ours, lark in measure():
        print(f"{name:32}{ours * 1000:>12.3f}{lark * 1000:>12.3f}{lark / ours:>14.1f}")


def measure() -> Iterator[tuple[str, float, float]]:
    """What is measured, and the seconds of both; our parser also builds a filter, lark only a tree."""
    ours, lark = (median(times) for times in zip(*(_imports() for _ in range(repeats(PROCESSES))), strict=True))
    yield "import", ours, lark
    yield "import, and build the parser", ours, lark + _seconds(lambda: Lark(GRAMMAR, parser="lalr", lexer=Scanner))
    for name, search in SEARCHES.items():
        yield f"parse {name}", _seconds(parse_search, search, FIELDS), _seconds(TWIN.parse, search)


def _imports() -> tuple[float, float]:
    """The import times of both in a fresh process, without modules of the standard library."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {OURS[0]}, lark"]
    log = subprocess.run(command, check=True, capture_output=True, text=True).stderr  # noqa: S603  # our own command
    times = {name: int(time) / 1e6 for time, name in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", log)}
    return sum(times[name] for name in OURS), sum(times[name] for name in times if name.startswith("lark"))


def _seconds(function: Callable[..., Any], *arguments: Any) -> float:
    timer = Timer(lambda: function(*arguments))
    count, _ = timer.autorange()
    return min(timer.repeat(3, count)) / count


if __name__ == "__main__":
    main()
