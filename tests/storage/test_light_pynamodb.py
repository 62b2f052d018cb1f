"""The function of the API starts without botocore's client, and whoever needs it gets it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import reload
from pathlib import Path

import botocore.session
import pytest

from chalicelib.storage import light_pynamodb

ROOT = Path(__file__).parents[2]
LAMBDA = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
}
RARE = ("concurrent.futures", "email", "encodings.idna", "html", "http", "pathlib")
"""What the standard library has for threads, errors, pages, and answers that are out of the usual."""
HEAVY = ("boto3", "botocore.client", "botocore.session", "botocore.config", "urllib3", "jmespath", "dateutil")

DATACLASSES = {
    *("Alias", "Image", "ImageNumber", "Principal", "TenantAlias"),
}
"""All that are defined at a start, each in seven times what a named tuple takes."""


def printed(code: str) -> str:
    """What a process prints that begins with nothing imported."""
    environ = {"PATH": os.environ["PATH"], "HOME": "/nowhere", **LAMBDA}
    done = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_api_starts_without_what_makes_botocores_clients() -> None:
    code = "import sys, app; app.app.routes; print(*sorted(sys.modules), sep='\\n')"

    found = set(printed(code).split())

    assert "pynamodb.models" in found
    assert found & {*HEAVY, *RARE} == set()


def test_a_first_connection_needs_no_more_of_the_standard_library() -> None:
    code = """
import sys, app
from contextlib import suppress
from botocore.exceptions import EndpointConnectionError
from chalicelib.storage.turns import run
from chalicelib.storage.wire import Wire
with suppress(EndpointConnectionError):
    run(Wire("http://localhost:1", 1, 1).exchange({}, b""))
print(*sys.modules, sep="\\n")
"""

    assert set(printed(code).split()) & {*HEAVY, *RARE} == set()


def test_the_api_starts_with_few_dataclasses() -> None:
    code = """
import sys, app
from dataclasses import is_dataclass
for name, module in sys.modules.items():
    if name.startswith("chalicelib."):
        print(*(each.__name__ for each in vars(module).values() if isinstance(each, type) and is_dataclass(each)))
"""

    assert set(printed(code).split()) == DATACLASSES


@pytest.mark.parametrize("module", ["botocore.client", "botocore.config", "botocore.session"])
def test_who_imports_botocore_afterwards_gets_what_it_is(module: str) -> None:
    code = f"import app, {module}, botocore; print({module}.__file__)"

    assert printed(code).strip().endswith(module.replace(".", "/") + ".py")


@pytest.mark.parametrize("module", ["botocore.client", "botocore.config", "botocore.session"])
def test_botocore_that_was_there_before_stays_as_it_was(module: str) -> None:
    code = f"import {module} as before, app, {module} as after; print(before is after)"

    assert printed(code) == "True\n"


def test_a_client_of_botocore_serves_an_environment_that_is_not_plain() -> None:
    code = (
        "import os, app; from chalicelib.storage.connection import SharedConnection;"
        "print(SharedConnection('eu-west-1', {**os.environ, 'AWS_PROFILE': 'x'}).client.__class__.__module__)"
    )

    assert printed("import os; os.environ.pop('AWS_PROFILE', None);" + code) == "botocore.client\n"


def is_about_pynamodb(module: str) -> bool:
    return module.partition(".")[0] == "pynamodb" or module in light_pynamodb.STAND_INS


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if neither pynamodb nor botocore's client had been imported yet."""
    monkeypatch.setattr(botocore, "session", botocore.session)  # so that it is put back
    there = {name: module for name, module in sys.modules.items() if is_about_pynamodb(name)}
    for name in there:
        del sys.modules[name]
    yield
    for name in [name for name in sys.modules if is_about_pynamodb(name)]:
        del sys.modules[name]
    sys.modules.update(there)


def test_nothing_is_left_of_the_stand_ins(anew: None) -> None:
    reload(light_pynamodb)

    assert "pynamodb.connection" in sys.modules
    assert sys.modules.keys().isdisjoint(light_pynamodb.STAND_INS)
    assert not hasattr(botocore, "session")


def test_nothing_is_left_of_the_stand_ins_though_pynamodb_cannot_be_imported(anew: None) -> None:
    sys.modules["pynamodb"] = None  # type: ignore[assignment]  # so Python writes down what is not to be found

    with pytest.raises(ImportError):
        reload(light_pynamodb)

    assert sys.modules.keys().isdisjoint(light_pynamodb.STAND_INS)
    assert not hasattr(botocore, "session")


def test_what_is_there_already_is_left_alone() -> None:
    before = {name: sys.modules.get(name) for name in light_pynamodb.STAND_INS}

    reload(light_pynamodb)

    assert {name: sys.modules.get(name) for name in light_pynamodb.STAND_INS} == before
