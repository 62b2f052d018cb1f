"""What CloudWatch counts of the access log: the line is a document of its embedded metric format.

Each combination of a metric's name and the values of its dimensions is a metric that is paid for, hence so few: nothing
of a route, a tenant or an image, which the line has all the same, for CloudWatch Logs Insights.
"""

import time
from typing import Any, TypedDict

NAMESPACE = "Rosetta"
SERVED, REFUSED, FAILED = "served", "refused", "failed"


class Directive(TypedDict):
    """Which fields of a line are metrics, and by which other fields."""

    Namespace: str
    Dimensions: list[list[str]]
    Metrics: list[dict[str, str]]


REQUESTS = {"Name": "requests", "Unit": "Count"}
LATENCY: Directive = {
    "Namespace": NAMESPACE,
    "Dimensions": [["stage", "dialect"]],
    "Metrics": [{"Name": "ms", "Unit": "Milliseconds"}],
}
"""How long requests took, and by their number how many there were."""
OUTCOMES: Directive = {"Namespace": NAMESPACE, "Dimensions": [["stage", "outcome"]], "Metrics": [REQUESTS]}
OUTAGES: Directive = {"Namespace": NAMESPACE, "Dimensions": [["stage", "outage"]], "Metrics": [REQUESTS]}


def outcome(status: int) -> str:
    """What came of a request, in three words."""
    return SERVED if status < 400 else REFUSED if status < 500 else FAILED


def embedded(stage: str, told: dict[str, object]) -> dict[str, Any]:
    """The fields that make a line with `told` in it a document of metrics: they go behind the line's own."""
    counted = [LATENCY, OUTCOMES, OUTAGES] if "outage" in told else [LATENCY, OUTCOMES]
    return {
        "stage": stage,
        "requests": 1,
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": counted},
    }
