"""Print the costs on AWS of a million requests of each kind, from their capacity units and calls to S3."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.parts.calls import Usage
from bench.parts.trial import emulated, measure
from bench.round_trips import SECTIONS

GATEWAY, FUNCTION, READ, WRITE, PUT, GET = 3.50, 0.20, 0.125, 0.625, 5.00, 0.40
"""Dollars per million in us-east-1, November 2026: requests, on-demand capacity units, requests to S3."""
GB_SECOND, LOG_GB = 0.0000133334, 0.50
DURATION, MEMORY, LOG_BYTES = 0.05, 1.0, 1100
"""Assumptions: seconds and gigabytes of the function per request, and bytes logged, Lambda's lines included."""
BASE = GATEWAY + FUNCTION + DURATION * MEMORY * GB_SECOND * 1e6 + LOG_BYTES * LOG_GB / 1000
"""Dollars for a million requests that use nothing."""
READS = 10
"""Reads per written image."""
USED = ("glance-lists", "glance-images", "scaleway", "qingcloud", "devops-service", "sweeps")
KINDS = {
    ("sweep", "nothing to do"): "sweeps that find nothing",
    ("POST /v1/images", "reserved"): "Glance: create",
    ("POST /v1/images", "reserved, with facts"): "Glance: create with facts",
    ("POST /v1/images", "with bytes"): "Glance: create with data",
    ("PUT /v1/images/{id}", "bytes"): "Glance: upload",
    ("HEAD /v1/images/{id}", ""): "Glance: show",
    ("GET /v1/images/{id}", "bytes"): "Glance: download",
    ("PUT /v1/images/{id}", "facts"): "Glance: update",
    ("GET /v1/images/detail", ""): "Glance: page of 25",
    ("PUT /v1/images/{id}/members/{tenant}", ""): "Glance: share",
    ("DELETE /v1/images/{id}", "with bytes"): "Glance: delete",
    ("GET /images/{id}", ""): "Scaleway: show",
    ("GET /images", "more behind it"): "Scaleway: page of 25",
    ("POST /v3/image", ""): "devops-service: create",
    ("GET /v3/image/{id}", ""): "devops-service: show",
    ("GET /v2/zone/{zone}/images", ""): "QingCloud: list",
}
"""The priced requests and their titles; lists have 30 own images, 30 public and 5 shared ones."""


@dataclass(frozen=True)
class Bill:
    """The resources that an operation uses."""

    usage: Usage

    @property
    def puts(self) -> int:
        """Requests to S3 at the higher price; deletions are free."""
        return self._calls("Put", "List", "Create", "Upload", "Complete")

    @property
    def gets(self) -> int:
        """Requests to S3 at the lower price."""
        return self._calls("Get", "Head")

    def _calls(self, *verbs: str) -> int:
        return sum(count for name, count in self.usage.s3.items() if name.startswith(verbs))

    @property
    def used(self) -> float:
        """Dollars per million for tables and S3."""
        tables = self.usage.reads * READ + self.usage.writes * WRITE
        return tables + self.puts * PUT + self.gets * GET


def main() -> None:
    """Run every operation once; print a table, and the costs of a million images with typical reads."""
    found: dict[str, float] = {}
    print("| A million of | Read units | Write units | S3 | Tables and S3 | In all |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, bill in bills():
        units = f"{bill.usage.reads:g} | {bill.usage.writes:g} | {bill.puts + bill.gets}"
        total = bill.used if name.startswith("sweeps") else BASE + bill.used  # a sweep does not pass API Gateway
        print(f"| {name} | {units} | {bill.used:.2f} | {total:.2f} |")
        found[name] = bill.used
    reads = READS * (found["Glance: show"] + found["Glance: page of 25"]) / 2
    tables = found["Glance: create with facts"] + reads
    print("\nA million images, each read ten times, half of them shown and half as a page of 25: ", end="")
    print(f"tables {tables:.2f}, with the requests {tables + (1 + READS) * BASE:.2f} dollars.")


def bills() -> Iterator[tuple[str, Bill]]:
    """Title and bill of each kind of request."""
    with emulated():
        for row in measure({name: SECTIONS[name] for name in USED}):
            if (row.request, row.case) in KINDS:
                yield KINDS[row.request, row.case], Bill(row.usage)


if __name__ == "__main__":
    main()
