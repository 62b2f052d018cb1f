"""Measure any revision: its bundle, and requests with the responses of its DynamoDB."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench.parts.beside import output
from bench.parts.replay import Call, replayed

HERE = Path(__file__).parent


class Asked(NamedTuple):
    """A request: its event, its DynamoDB calls with that for the token, and the number of other sequential calls."""

    event: Any
    calls: list[Call]
    depth: int


class Made(NamedTuple):
    """A prepared revision: its checkout, its zip, requests by name, and all responses of DynamoDB."""

    root: Path
    bundle: bytes
    prefix: str
    asked: Mapping[str, Asked]
    answers: Mapping[str, str]

    def replayed(self, delay: float = 0) -> AbstractContextManager[str]:
        """Run a DynamoDB with these responses, each after `delay` seconds, and yield its URL."""
        return replayed(self.answers, delay)


def made_of(root: Path) -> Made:
    """Prepare a checkout. Raises CalledProcessError."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        output(root, str(HERE / "record.py"), name)
        recorded = json.loads(folder.joinpath("recorded.json").read_text("utf-8"))
        return Made(
            root,
            folder.joinpath("bundle.zip").read_bytes(),
            recorded["prefix"],
            {name: _asked(**parts) for name, parts in recorded["asked"].items()},
            recorded["answers"],
        )


def milliseconds(made: Made, request: str, delay: float, times: int) -> float:
    """The minimum wall-clock time of a request with a cached token, if DynamoDB answers after `delay` seconds."""
    with TemporaryDirectory() as name, made.replayed(delay) as url:
        file = Path(name, "told.json")
        file.write_text(json.dumps({"event": made.asked[request].event, "prefix": made.prefix}), "utf-8")
        return float(output(made.root, str(HERE / "clock.py"), str(file), url, str(times)))


def _asked(event: Any, calls: list[Any], depth: int) -> Asked:
    return Asked(event, [Call(*call) for call in calls], depth)
