"""Errors that no request of a dialect causes today have its shape as well."""

import json

import pytest

from chalicelib.catalog.errors import Invalid, StoreUnavailable
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Dialect
from chalicelib.http.errors import MethodNotAllowed
from chalicelib.http.message import Request


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_the_catalogue_finds_invalid_is_a_fault_of_the_request(dialect: Dialect) -> None:
    answer = dialect.render_error(Request("POST", "/"), Invalid("zone", "no such zone"))

    assert 400 <= answer.status < 500
    assert "no such zone" in json.dumps(answer.body)


@pytest.mark.parametrize("error", [StoreUnavailable("busy"), OutcomeUnknown()], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_clients_are_told_when_to_repeat_only_what_they_may_repeat(dialect: Dialect, error: StoreUnavailable) -> None:
    answer = dialect.render_error(Request("POST", "/v2/zone/ac1/images"), error)

    once = {"qingcloud": 409, "scaleway": 500} if isinstance(error, OutcomeUnknown) else {}
    assert answer.status == once.get(dialect.name, 503)
    assert answer.headers.get("Retry-After") == (None if dialect.name in once else "1")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_methods_are_named_only_where_the_path_is_said_to_be_there(dialect: Dialect) -> None:
    answer = dialect.render_error(Request("PATCH", "/v1/images"), MethodNotAllowed(["GET", "PUT"]))

    is_there = dialect.name not in {"devops_service", "foreman"}
    assert answer.status == (405 if is_there else 404)
    assert answer.headers.get("Allow") == ("GET, PUT" if is_there else None)
