"""Refusals that no request of a dialect meets today are told in its words all the same."""

import json

import pytest

from chalicelib.catalog.errors import Invalid
from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Dialect
from chalicelib.http.message import Request


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_the_catalogue_finds_invalid_is_a_fault_of_the_request(dialect: Dialect) -> None:
    answer = dialect.render_error(Request("POST", "/"), Invalid("zone", "no such zone"))

    assert 400 <= answer.status < 500
    assert "no such zone" in json.dumps(answer.body)
