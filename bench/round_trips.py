"""Prints what every operation costs in calls to AWS and in capacity, beside the least that it could take.

`round_trips.py FILE` puts the table in the place of the one in a file, such as `docs/round-trips.md`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.parts import glance_requests, other_requests, work_steps
from bench.parts.calls import SERVICES
from bench.parts.trial import Row, emulated, measure

SECTIONS = {
    "glance-lists": glance_requests.lists,
    "glance-images": glance_requests.images,
    "glance-uploads": glance_requests.uploads,
    "scaleway": other_requests.scaleway,
    "foreman": other_requests.foreman,
    "qingcloud": other_requests.qingcloud,
    "devops-service": other_requests.devops_service,
    "health": other_requests.health,
    "worker-uploads": work_steps.uploads,
    "worker-copies": work_steps.copies,
    "worker-captures": work_steps.captures,
    "sweeps": work_steps.sweeps,
}
HEADS = ("operation", "DynamoDB", "S3", "SQS", "EC2", "deep", "read", "write", "out", "in", "least", "why more")


def main() -> None:
    """Try all operations once, and print the table."""
    lines = [HEADS, ("---", *["---:"] * (len(HEADS) - 2), "---"), *map(cells, rows())]
    table = "".join("| " + " | ".join(line) + " |\n" for line in lines)
    if len(sys.argv) > 1:
        page = Path(sys.argv[1])
        page.write_text(re.sub(r"(\|.*\n)+", lambda _: table, page.read_text("utf-8"), count=1), "utf-8")
    else:
        print(table, end="")


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
