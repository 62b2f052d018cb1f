"""Measure the local server: requests per second and latency, with the load from a second process.

The server is `python -m local` with its emulated AWS in the same process: this is what developers see, and says nothing
about AWS.
"""

import argparse
import http.client
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.parts.repeats import repeats
from tests.local_server import running_local_server

PATIENCE = 60
PAGE = 25
IMAGES = 2 * PAGE
WARMING = 5
FORMATS = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare", "x-image-meta-name": "web"}


class Load(NamedTuple):
    """A request that is repeated on one connection."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = {}


def main() -> None:
    """Measure everything in one run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=repeats(30), help="how often each request is sent")
    times = parser.parse_args().times
    print(f"{'local server':16}{'requests/s':>12}{'median, ms':>12}{'95 of 100, ms':>15}")
    with tempfile.TemporaryDirectory() as folder, running_local_server(Path(folder)) as state:
        connection = http.client.HTTPConnection(str(urlsplit(state["url"]).netloc), timeout=PATIENCE)
        token = {"X-Auth-Token": next(iter(state["principals"].values()))["secret"]}
        for load in _loads(connection, token):
            seconds = [_seconds(connection, load, token) for _ in range(WARMING + times)][WARMING:]
            slow = quantiles(seconds, n=20)[-1]
            print(f"{load.name:16}{times / sum(seconds):>12.0f}{median(seconds) * 1e3:>12.1f}{slow * 1e3:>15.1f}")


def _loads(connection: http.client.HTTPConnection, token: Mapping[str, str]) -> Iterator[Load]:
    create = Load("create", "POST", "/v1/images", FORMATS)
    images = [json.loads(_sent(connection, create, token))["image"]["id"] for _ in range(IMAGES)]
    yield Load("show", "HEAD", f"/v1/images/{images[0]}")
    yield Load(f"list of {PAGE}", "GET", f"/v1/images/detail?limit={PAGE}")
    yield create


def _seconds(connection: http.client.HTTPConnection, load: Load, token: Mapping[str, str]) -> float:
    start = time.perf_counter()
    _sent(connection, load, token)
    return time.perf_counter() - start


def _sent(connection: http.client.HTTPConnection, load: Load, token: Mapping[str, str]) -> bytes:
    connection.request(load.method, load.path, headers={**load.headers, **token})
    response = connection.getresponse()
    body = response.read()
    assert response.status < 300, body  # noqa: S101  # an error would take less time
    return body


if __name__ == "__main__":
    main()
