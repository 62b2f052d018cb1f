"""The libraries of the console and of the API reference in the repository are those that npm has."""

import shutil
from pathlib import Path

import pytest

from deploy.vendor import CONSOLE, DOCS, vendor
from tests.processes import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")]


def test_the_libraries_are_those_that_were_pinned(tmp_path: Path) -> None:
    for folder in (CONSOLE, DOCS):
        (tmp_path / folder).mkdir(parents=True)

    written = {path.relative_to(tmp_path): path.read_bytes() for path in vendor(tmp_path)}

    assert written == {
        path.relative_to(ROOT): path.read_bytes() for folder in (CONSOLE, DOCS) for path in (ROOT / folder).iterdir()
    }
