"""Print the calls to AWS and capacity units of every operation, beside the minimum.

`round_trips.py FILE` replaces the table in a file, e.g. `docs/round-trips.md`. `round_trips.py --beside REVISION`, or
the variable BESIDE, compares calls and capacity of DynamoDB with those of another revision.
"""

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.parts import glance_requests, glance_v2_requests, other_requests, work_steps
from bench.parts.beside import ROOT, Table, checkout, other, output, printed
from bench.parts.calls import SERVICES
from bench.parts.trial import Row, emulated, measure

SECTIONS = {
    "glance-lists": glance_requests.lists,
    "glance-images": glance_requests.images,
    "glance-tokens": glance_requests.tokens,
    "glance-uploads": glance_requests.uploads,
    "glance-v2-lists": glance_v2_requests.lists,
    "glance-v2-images": glance_v2_requests.images,
    "scaleway": other_requests.scaleway,
    "foreman": other_requests.foreman,
    "qingcloud": other_requests.qingcloud,
    "devops-service": other_requests.devops_service,
    "keystone": other_requests.keystone,
    "health": other_requests.health,
    "worker-uploads": work_steps.uploads,
    "worker-copies": work_steps.copies,
    "worker-captures": work_steps.captures,
    "sweeps": work_steps.sweeps,
}
HEADS = ("operation", "DynamoDB", "S3", "SQS", "EC2", "deep", "read", "write", "out", "in", "least", "why more")
COMPARED = ("DynamoDB", "deep", "read", "write")
"""Columns to compare with another revision's."""
FACTS = ROOT / "bench/parts/facts.py"
DRIVER = """
import runpy, sys
from bench import round_trips

round_trips.SECTIONS["facts"] = runpy.run_path(sys.argv.pop())["facts"]
round_trips.main()
"""
"""Prints the table of a revision, with our section `facts`, which it may not have."""


def main() -> None:
    """Try all operations and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, nargs="?", metavar="FILE", help="where to put the table, without comparison")
    parser.add_argument("--beside", metavar="REVISION", default=other(), help="another revision to measure")
    asked = parser.parse_args()
    lines = [HEADS, ("---", *["---:"] * (len(HEADS) - 2), "---"), *map(cells, rows())]
    table = _markdown(lines)
    if asked.page:
        asked.page.write_text(re.sub(r"(\|.*\n)+", lambda _: table, asked.page.read_text("utf-8"), count=1), "utf-8")
    elif asked.beside:
        with checkout(asked.beside) as root:
            before = rows_of(root)
        print(_markdown(compared(printed(table), before, asked.beside)), end="")
    else:
        print(table, end="")


def rows_of(root: Path) -> Table:
    """The rows that another revision prints, including the section `facts`."""
    return printed(output(root, "-c", DRIVER, str(FACTS)))


def compared(ours: Table, theirs: Table, revision: str) -> Iterator[Sequence[str]]:
    """The table: our rows, with empty cells where the other revision has no such row."""
    yield (HEADS[0], *(head for name in COMPARED for head in (name, revision)))
    yield ("---", *["---:"] * (2 * len(COMPARED)))
    for operation, row in ours.items():
        before = theirs.get(operation, {})
        yield (operation, *(cell for name in COMPARED for cell in (row[name], before.get(name, ""))))


def _markdown(lines: Iterable[Iterable[str]]) -> str:
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def rows() -> list[Row]:
    """All rows."""
    with emulated():
        return list(measure(SECTIONS))


def cells(row: Row) -> Iterator[str]:
    """A row of the table."""
    usage, least = row.usage, row.least
    yield (f"`{row.request}`" if " /" in row.request else row.request) + (row.case and f", {row.case}")
    yield from (str(usage.services[service]) for service in SERVICES)
    yield str(usage.depth)
    yield from (f"{units:g}" for units in (usage.reads, usage.writes))
    yield from (str(length) for length in (usage.sent, usage.received))
    yield str(least.calls) if least.depth is None else f"{least.calls}, {least.depth} deep"
    yield least.why


if __name__ == "__main__":
    main()
