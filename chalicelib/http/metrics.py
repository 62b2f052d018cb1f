"""CloudWatch's metrics of the access log, by its embedded metric format.

Each combination of a metric and the values of its dimensions is paid for, so routes, tenants and images are not
dimensions; the line has them for CloudWatch Logs Insights.
"""

import time
from typing import Any, TypedDict

NAMESPACE = "Rosetta"
SERVED, REFUSED, FAILED = "served", "refused", "failed"


class Directive(TypedDict):
    """The fields of a line that are metrics, and those that are their dimensions."""

    Namespace: str
    Dimensions: list[list[str]]
    Metrics: list[dict[str, str]]


REQUESTS = {"Name": "requests", "Unit": "Count"}
LATENCY: Directive = {
    "Namespace": NAMESPACE,
    "Dimensions": [["stage", "dialect"]],
    "Metrics": [{"Name": "ms", "Unit": "Milliseconds"}],
}
"""The latency of requests; the number of its samples is that of the requests."""
OUTCOMES: Directive = {"Namespace": NAMESPACE, "Dimensions": [["stage", "outcome"]], "Metrics": [REQUESTS]}
OUTAGES: Directive = {"Namespace": NAMESPACE, "Dimensions": [["stage", "outage"]], "Metrics": [REQUESTS]}


def outcome(status: int) -> str:
    """`served`, `refused` or `failed`."""
    return SERVED if status < 400 else REFUSED if status < 500 else FAILED


def embedded(stage: str, fields: dict[str, object]) -> dict[str, Any]:
    """The fields to add to those of a line, to make it a document of the embedded metric format."""
    counted = [LATENCY, OUTCOMES, OUTAGES] if "outage" in fields else [LATENCY, OUTCOMES]
    return {
        "stage": stage,
        "requests": 1,
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": counted},
    }
