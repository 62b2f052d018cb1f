"""Each dialect has its entry in every list that is written by hand, in tests, the console and the documentation.

A new dialect fails here with the file that it must be added to; docs/adding-a-dialect.md explains what to add.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from chalicelib.dialects import CATALOGUES, DIALECTS
from chalicelib.http.dialect import Dialect
from tests import console_views
from tests.conformance import test_inspected, test_paths, test_refusals, test_sent_back
from tests.conformance.clients import CLIENTS
from tests.credentials import SCHEMES
from tests.faults import answers
from tests.fuzz import shapes, test_written, vocabulary
from tests.fuzz.exchange import Sent
from tests.histories import model, recording, speaking
from tests.permissions.expected import EXPECTED
from tests.permissions.operations import OPERATIONS
from tests.processes import ROOT
from tests.security import lists, test_guessing, test_limits
from tests.storage import test_releases

ALL = [dialect.name for dialect in DIALECTS]
OF_IMAGES = [dialect.name for dialect in CATALOGUES]
MODULE = "tests/dialects/test_every_dialect.py"
BESIDES = {"documentation", "health"}
"""Groups of routes that are tested like dialects."""
IN_ALL: Mapping[str, Collection[str]] = {
    "SCHEMES in tests/credentials.py": SCHEMES,
    "EXPECTED in tests/permissions/expected/__init__.py": EXPECTED,
    "OPERATIONS in tests/permissions/operations/__init__.py": {operation.dialect for operation in OPERATIONS},
    "BUSY in tests/faults/answers.py": answers.BUSY,
    "UNSURE in tests/faults/answers.py": answers.UNSURE,
    "DONE in tests/faults/answers.py": answers.DONE,
    "SHAPES in tests/faults/answers.py": answers.SHAPES,
    "REFUSALS in tests/fuzz/shapes.py": shapes.REFUSALS,
    "SHAPES in tests/security/test_limits.py": test_limits.SHAPES,
    "REQUESTS in tests/security/test_guessing.py": {name.partition(",")[0] for name in test_guessing.REQUESTS},
}
"""The lists of all dialects."""
IN_CATALOGUES: Mapping[str, Collection[str]] = {
    "CLIENTS in tests/conformance/clients.py": [client.dialect for client in CLIENTS],
    "LEARNT in tests/conformance/test_inspected.py": test_inspected.LEARNT,
    "LISTS in tests/conformance/test_paths.py": test_paths.LISTS,
    "SEND_BACK in tests/conformance/test_sent_back.py": test_sent_back.SEND_BACK,
    "QUOTA in tests/conformance/test_refusals.py": test_refusals.QUOTA,
    "REFUSALS in tests/conformance/test_refusals.py": set.intersection(
        *(set(statuses) for _, statuses in test_refusals.REFUSALS.values())
    ),
    "IMAGE_IDS in tests/fuzz/vocabulary.py": vocabulary.IMAGE_IDS,
    "PARAMETERS in tests/fuzz/vocabulary.py": vocabulary.PARAMETERS,
    "READS in tests/fuzz/test_written.py": {Sent("GET", target).dialect for target in test_written.READS},
    "DIALECTS in tests/histories/model.py": model.DIALECTS,
    "the creates of SPOKEN in tests/histories/recording.py": recording.SPOKEN[model.Verb.CREATE],
    "LISTS in tests/histories/speaking.py": speaking.LISTS,
    "REFUSALS in tests/histories/speaking.py": speaking.REFUSALS,
    "QUERIES in tests/security/lists.py": lists.QUERIES,
    "LISTS in tests/storage/test_releases.py": test_releases.LISTS,
    "DIALECTS in chalicelib/console/views.js": console_views.titles(),
    "FACTS in chalicelib/console/comparison.js": console_views.compared(),
}
"""The lists of the dialects over the catalogue."""
CLIENT_TESTS: Mapping[str, str] = {
    "glance_v1": "test_glance_library.py",
    "glance_v2": "test_glance_v2.py",
    "scaleway": "test_scaleway_sdk.py",
    "devops_service": "test_devops_command.py",
    "foreman": "test_apypie.py",
    "qingcloud": "test_captures.py",
    "keystone": "test_keystone.py",
}
"""A module of tests/e2e for each dialect, which runs its client, or sends what clients do, to a local server."""


def places(lists_of: Mapping[str, Collection[str]], names: list[str]) -> list[object]:
    return [pytest.param(place, entries, names, id=place) for place, entries in lists_of.items()]


@pytest.mark.parametrize(("place", "entries", "names"), [*places(IN_ALL, ALL), *places(IN_CATALOGUES, OF_IMAGES)])
def test_a_list_has_every_dialect(place: str, entries: Collection[str], names: list[str]) -> None:
    missing = [name for name in names if name not in entries]
    unknown = sorted(set(entries) - {*names} - BESIDES)

    assert not missing, f"add {', '.join(missing)} to {place}"
    assert not unknown, f"remove {', '.join(unknown)} from {place}"


@pytest.mark.parametrize("dialect", DIALECTS, ids=ALL)
def test_fuzzing_knows_whose_a_route_is(dialect: Dialect) -> None:
    paths = {re.sub(r"{\w+}", "1", route.path) for route in dialect.routes}

    strays = sorted(path for path in paths if Sent("GET", path).dialect != dialect.name)

    assert not strays, "add them to ROOTS, or Sent.dialect, of tests/fuzz/exchange.py"


@pytest.mark.parametrize("name", ALL)
def test_a_dialect_has_its_files(name: str) -> None:
    page = name.replace("_", "-")
    needed = [
        Path("docs", "dialects", f"{page}.md"),
        Path("docs", "dialects", page, "wire.md"),
        Path("tests", "openapi", f"test_{name}.py"),
        Path("tests", "e2e", CLIENT_TESTS.get(name, f"test_<its client>.py, and name it in CLIENT_TESTS of {MODULE}")),
    ]

    missing = [str(path) for path in needed if not (ROOT / path).exists()]

    assert not missing, f"write {', '.join(missing)}"
    assert list((ROOT / "tests" / "dialects" / name).glob("test_*.py")), f"write tests in tests/dialects/{name}/"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("page", "folder"), [("README.md", "docs/dialects"), ("docs/README.md", "dialects")])
def test_the_lists_of_pages_link_to_a_dialect(page: str, folder: str, name: str) -> None:
    link = f"]({folder}/{name.replace('_', '-')}.md)"

    assert link in (ROOT / page).read_text("utf-8"), f"link to it in {page}"
