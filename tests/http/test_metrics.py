"""What CloudWatch makes of the access log: few metrics, each with all that its format asks for."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap import build_app, log_to_stdout
from chalicelib.catalog.outage import Outage
from chalicelib.dialects import DIALECTS
from chalicelib.http import access_log, metrics
from tests.api import Api
from tests.faults.outages import OUTAGES, during

ROOT = Path(__file__).parents[2]
FREE_METRICS = 10
"""Custom metrics that an account is not charged for."""
LONGEST_DIMENSION = 1024
Event = dict[str, Any]


@pytest.fixture
def event(recorded: Callable[[str], Event]) -> Event:
    """A request as API Gateway hands it on."""
    return recorded("stage_prefix")


def aimed(event: Event, path: str) -> Event:
    return {**event, "requestContext": {**event["requestContext"], "resourcePath": path}, "pathParameters": None}


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The line of the last request."""
    found = [record.getMessage() for record in caplog.records if record.name == "rosetta.access"]
    told: dict[str, Any] = json.loads(found[-1])
    return told


def counted(told: dict[str, Any]) -> set[tuple[str, ...]]:
    """The metrics that CloudWatch takes from a line, by name and values of dimensions; it is as their format asks."""
    found = set()
    assert isinstance(told["_aws"]["Timestamp"], int)
    for directive in told["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "Rosetta"
        for dimensions in directive["Dimensions"]:
            values = [told[name] for name in dimensions]
            assert [value for value in values if not isinstance(value, str) or not value] == []
            assert max(map(len, values)) <= LONGEST_DIMENSION
            for metric in directive["Metrics"]:
                assert isinstance(told[metric["Name"]], int | float)
                found.add((metric["Name"], *values))
    return found


@pytest.mark.parametrize(
    ("path", "dialect", "outcome"),
    [("/healthz", "health", "served"), ("/images", "scaleway", "refused"), ("/v3/images", "devops_service", "refused")],
)
def test_a_request_is_counted_by_dialect_and_outcome(
    api: Api, event: Event, caplog: pytest.LogCaptureFixture, path: str, dialect: str, outcome: str
) -> None:
    caplog.set_level(logging.INFO)
    stage = event["requestContext"]["stage"]

    build_app(world=api.world)(aimed(event, path), None)

    assert counted(line(caplog)) == {("ms", stage, dialect), ("requests", stage, outcome)}
    assert line(caplog)["requests"] == 1


def test_an_outage_is_counted_by_its_word(api: Api, event: Event, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage = event["requestContext"]["stage"]

    with during("s3", OUTAGES["s3"][-1][1]):
        build_app(world=api.world)(aimed(event, "/readyz"), None)

    assert counted(line(caplog)) >= {("requests", stage, "failed"), ("requests", stage, "timed out")}


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "served"), (302, "served"), (400, "refused"), (499, "refused"), (500, "failed")]
)
def test_an_outcome_is_one_of_three_words(status: int, outcome: str) -> None:
    assert metrics.outcome(status) == outcome


def test_there_are_two_metrics_more_than_are_free_and_some_for_outages() -> None:
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")
    usual = len([*DIALECTS, "documentation", "health"]) + len({metrics.SERVED, metrics.REFUSED, metrics.FAILED})

    assert usual == FREE_METRICS + 2
    assert f"{len(Outage)} at most" in page
    assert usual + len(Outage) == 17
    assert "seventeen of a stage at most" in page


def test_on_one_machine_a_line_has_nothing_but_what_a_person_reads(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    api.anonymous().get("/healthz")

    assert line(caplog).keys() & {"_aws", "stage", "requests"} == set()


def test_a_line_goes_to_standard_output_alone(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("handlers", "propagate"):  # as they are, so that they are put back
        monkeypatch.setattr(access_log.LOGGER, name, getattr(access_log.LOGGER, name))
    log_to_stdout()

    api.anonymous().get("/healthz")

    written = capsys.readouterr()
    assert (json.loads(written.out)["route"], written.err) == ("/healthz", "")


def test_a_function_writes_a_line_with_nothing_in_front(event: Event) -> None:
    """CloudWatch takes a line for JSON that begins with its brace."""
    program = "import json, sys, app; app.app(json.loads(sys.stdin.read()), None)"
    words = [sys.executable, "-W", "ignore", "-c", program]
    asked = json.dumps(aimed(event, "/healthz"))

    done = subprocess.run(  # noqa: S603  # our own words
        words,
        cwd=ROOT,
        env={**os.environ, "AWS_REGION": "us-east-1"},
        input=asked,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1
    assert json.loads(done.stdout)["route"] == "/healthz"
