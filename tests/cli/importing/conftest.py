"""A Rosetta that answers over HTTP, the original services beside it, and the command between them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from click.testing import CliRunner, Result

from chalicelib.bootstrap import build_app
from local.events import Router
from local.server import LocalServer
from rosetta.command import cli
from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.cli.importing.scripted import Answering, Scripted, scripted
from tests.cli.importing.sources import PASSWORD, TOKEN, USER

Serve = Callable[[Answering], Scripted]
Import = Callable[..., Result]


class Target:
    """A Rosetta and the caller whose token the command has: ann of tenant t1, unless another one is chosen."""

    def __init__(self, api: Api, url: str) -> None:
        self.api = api
        self.url = url
        self.user = "ann"
        self.become("t1")

    def become(self, tenant: str, *policies: str) -> None:
        """Give the command another token."""
        principal = a_caller(tenant, *(policies or (*ORDINARY, "publicize_image")), user=self.user)
        self.token = self.api.world.identities.issue(principal)

    @property
    def caller(self) -> Caller:
        """The same caller, to look at what the command has done."""
        return Caller(self.api, {"X-Auth-Token": self.token, **basic(self.user, self.token)})


@contextmanager
def a_target(api: Api) -> Iterator[Target]:
    """A target that answers inside the block."""
    app = build_app(world=api.world)
    with LocalServer(0) as server, server.serving(app, Router(app.routes), api.world.settings.limits.inline_bytes):
        yield Target(api, server.url)


@pytest.fixture
def target(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    monkeypatch.setattr("rosetta.importing.run.PAUSES", (0.0, 0.0))
    with a_target(api) as target:
        yield target


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Have a service answer until the test is over."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(scripted(answer))


@pytest.fixture
def run_import(target: Target) -> Import:
    """Run the command with all settings it may need; further ones may be given, or taken away by None."""

    def run(dialect: str, url: str, *options: str, **environ: str | None) -> Result:
        usual = {"SOURCE_TOKEN": TOKEN, "SOURCE_USER": USER, "SOURCE_PASSWORD": PASSWORD}
        usual |= {"ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token, "ROSETTA_USER": target.user}
        return CliRunner().invoke(cli, ["import", "--from", dialect, url, *options], env={**usual, **environ})

    return run


def totals(result: Result) -> tuple[int, int, int]:
    """How many images the last table calls copied, skipped and refused."""
    copied, skipped, refused, _ = map(int, result.stdout.splitlines()[-1].split())
    return copied, skipped, refused
