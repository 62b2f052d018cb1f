"""Write what is needed to run the functions of a revision, in its checkout, into a folder.

`bundle.zip` is its bundle; `recorded.json` has requests by name, each with a token that is not cached, and all
responses of DynamoDB. Used by `revision.made_of`; it imports only modules that old revisions have, too.
"""

import json
import sys
from pathlib import Path
from typing import Any

from bench.handler_cpu import HEADERS, alone
from bench.parts.least import NOTHING
from bench.parts.replay import Recorder
from bench.parts.trial import ENVIRON, TENANT, Trial, an_own_image, emulated, measure
from deploy.bundle import bundle
from local.events import Router, proxy_event
from tests.api import ORDINARY, Api, Caller, a_caller

PREFIX = "first"
LARGE = 2**30
"""Bytes of an image that is sent as a link instead of inline."""


class Recording:
    """A section of `measure` that records its requests and responses."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, str] = {}

    def __call__(self, trial: Trial) -> None:
        """Send each request with a token that another process used today, and again to count sequential calls."""
        elsewhere = Api({**ENVIRON, "TABLE_PREFIX": f"{PREFIX}-"}, trial.aws)
        trial.fill()
        large = an_own_image(trial, size=LARGE, location=f"s3://{trial.api.world.blobs.bucket}/large")
        recorder = Recorder(trial.aws.dynamodb.client)
        router = Router(trial.api._app.routes)  # noqa: SLF001  # as `Caller` has it
        for name, method, target in (
            ("show", "HEAD", f"/v1/images/{large}"),
            ("link", "GET", f"/v1/images/{large}"),
            ("first page", "GET", "/v1/images/detail"),
        ):
            secret = trial.api.world.identities.issue(a_caller(TENANT, *ORDINARY, user="ann"))
            headers = {**HEADERS, "X-Auth-Token": secret}
            Caller(elsewhere, headers).request(method, target)  # the last use of a token is stored once a day
            recorder.take()
            trial.caller.request(method, target, headers)
            calls = recorder.take()
            trial.ask(f"{method} {target}", NOTHING, case=name, headers=headers)
            event = proxy_event(router, method, target, list(headers.items()), b"")
            self.asked[name] = {"event": event, "calls": calls, "depth": trial.rows[-1].usage.depth}
        self.answers = recorder.answers


def main() -> None:
    """Write both files into the given folder."""
    folder = Path(sys.argv[1])
    folder.joinpath("bundle.zip").write_bytes(bundle(Path.cwd()))
    alone()
    recording = Recording()
    with emulated():
        list(measure({PREFIX: recording}))
    recorded = {"prefix": f"{PREFIX}-", "asked": recording.asked, "answers": recording.answers}
    folder.joinpath("recorded.json").write_text(json.dumps(recorded), "utf-8")


if __name__ == "__main__":
    main()
