"""Each odd text in each text field, one at a time."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import tally
from tests.fuzz.exchange import Sent
from tests.fuzz.odd import TEXTS
from tests.fuzz.requests import ROUTES
from tests.fuzz.shapes import check
from tests.fuzz.vocabulary import USUAL, known_in
from tests.fuzz.world import Registry

ALIKE = ("/api/operatingsystems/{", "/api/architectures/{")
"""Routes left out, because images below these parents are written like those below compute resources."""
WRITES = [
    pytest.param(dialect, route.method, route.path, id=f"{route.method} {route.path}")
    for dialect, paths in ROUTES.items()
    for routes in paths.values()
    for route in routes
    if (route.method, route.path) in USUAL and route.method != "PATCH" and not route.path.startswith(ALIKE)
]


@pytest.mark.parametrize(("dialect", "method", "path"), WRITES)
def test_every_text_is_taken_or_refused(registry: Registry, dialect: str, method: str, path: str) -> None:
    said, known = USUAL[method, path], known_in(dialect)
    target = "/".join(known[part[1:-1]][0] if part[:1] == "{" else part for part in path.split("/"))

    for document in with_odd_texts(said.document):
        registry.restore()
        sent = Sent(method, target, tuple(said.headers.items()), json.dumps(document).encode(), "owner")
        got = registry.exchange(sent)
        tally.count("requests fuzzed")
        check(sent, got)
        registry.check_secrets(got)


def with_odd_texts(document: Any) -> Iterator[Any]:
    """Variants of the document, each with an odd text in place of one of its texts."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from ({**document, key: odd} for odd in with_odd_texts(value))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from ([*document[:index], odd, *document[index + 1 :]] for odd in with_odd_texts(value))
    elif isinstance(document, str):
        yield from TEXTS
