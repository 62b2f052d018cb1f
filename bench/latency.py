"""Measure the latency of a first page with own, public and shared images if each DynamoDB call takes 5 ms.

It is the minimum wall-clock time of many runs, from event to response, with the token cached; printed with the number
of sequential calls. With BESIDE, a git revision, that revision is measured in the same run.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.parts.beside import ROOT, checkout, other
from bench.parts.repeats import repeats
from bench.parts.revision import made_of, milliseconds

REQUEST = "first page"
CALL_SECONDS = 0.005
DEPTH_BUDGET, BUDGET = 2, 0.5
"""Maximum number of sequential calls, and maximum ratio of milliseconds to the other revision's."""


class Page(NamedTuple):
    """A page: its calls, how many of them were sequential, and milliseconds."""

    calls: int
    depth: int
    milliseconds: float


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=repeats(200), help="how often the page is asked for")
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    ours, theirs = page(ROOT, asked.times), None
    if asked.beside:
        with checkout(asked.beside) as root:
            theirs = page(root, asked.times)
    print("\n".join(table(ours, theirs, asked.beside)))


def page(root: Path, times: int) -> Page:
    """Measure the page in a checkout."""
    made = made_of(root)
    found = made.asked[REQUEST]
    of_token = 1
    return Page(len(found.calls) - of_token, found.depth, milliseconds(made, REQUEST, CALL_SECONDS, times))


def table(ours: Page, theirs: Page | None, revision: str | None) -> Iterator[str]:
    """The table of our page and another revision's."""
    title = f"{REQUEST}, {CALL_SECONDS * 1e3:g} ms a call"
    yield f"{title:28}{'calls':>7}{'deep':>6}{'budget':>8}{'ms':>8}{'ratio':>8}{'budget':>8}"
    ratio = "" if theirs is None else f"{ours.milliseconds / theirs.milliseconds:.2f}"
    figures = f"{ours.calls:>7}{ours.depth:>6}{DEPTH_BUDGET:>8}{ours.milliseconds:>8.1f}"
    yield f"{'today':28}{figures}{ratio:>8}{BUDGET if ratio else '':>8}"
    if theirs is not None:
        yield f"{revision or '':28}{theirs.calls:>7}{theirs.depth:>6}{'':8}{theirs.milliseconds:>8.1f}"


if __name__ == "__main__":
    main()
