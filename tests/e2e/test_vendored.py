"""The console's libraries in the repository are those that npm has."""

import shutil
from pathlib import Path

import pytest

from deploy.vendor import CONSOLE, vendor
from tests.e2e.clients import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")]


def test_the_libraries_are_those_that_were_pinned(tmp_path: Path) -> None:
    (tmp_path / CONSOLE).mkdir(parents=True)

    written = vendor(tmp_path)

    assert {path.name for path in written} == {path.name for path in (ROOT / CONSOLE).iterdir()}
    assert [path.name for path in written if path.read_bytes() != (ROOT / CONSOLE / path.name).read_bytes()] == []
