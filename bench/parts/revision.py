"""What can be measured of any revision: its bundle, and requests with the answers that it gets from DynamoDB."""

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
    """A request: its event, its calls of DynamoDB with that of its token, and how many others waited for each other."""

    event: Any
    calls: list[Call]
    depth: int


class Made(NamedTuple):
    """What was made of a revision: where it is, the zip, requests by name, and all that DynamoDB answered."""

    root: Path
    bundle: bytes
    prefix: str
    asked: Mapping[str, Asked]
    answers: Mapping[str, str]

    def replayed(self, delay: float = 0) -> AbstractContextManager[str]:
        """The URL of a DynamoDB that gives these answers, each after so many seconds."""
        return replayed(self.answers, delay)


def made_of(root: Path) -> Made:
    """What a checkout makes of itself. Raises CalledProcessError."""
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
    """The least by the clock of so many times, with a known token, where DynamoDB answers after `delay` seconds."""
    with TemporaryDirectory() as name, made.replayed(delay) as url:
        file = Path(name, "told.json")
        file.write_text(json.dumps({"event": made.asked[request].event, "prefix": made.prefix}), "utf-8")
        return float(output(made.root, str(HERE / "clock.py"), str(file), url, str(times)))


def _asked(event: Any, calls: list[Any], depth: int) -> Asked:
    return Asked(event, [Call(*call) for call in calls], depth)
