"""Responses match the OpenAPI description, for requests that it allows and for almost valid ones."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.front import Front
from tests.fuzz.profile import examples
from tests.fuzz.shapes import check
from tests.fuzz.vocabulary import known_in
from tests.fuzz.world import Registry
from tests.openapi.checking import DESCRIBED, DIALECT_OF, described

Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]

for minor in (0, 1):
    schemathesis.serializer.alias(f"application/openstack-images-v2.{minor}-json-patch", "application/json")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    ignored_auth,
]
CONFIG = {
    "analysis": {"constants": {"enabled": False}},
    "generation": {"with-security-parameters": False},
}
OPERATIONS = [
    pytest.param(dialect.name, route.method, route.path, id=f"{route.method} {route.path}")
    for dialect in DESCRIBED
    for route in dialect.routes
]


@pytest.fixture(scope="session")
def front() -> Front:
    return Front()


@pytest.fixture
def fronted(front: Front, registry: Registry) -> Front:
    """The front, connected to the registry."""
    front.registry = registry
    return front


@pytest.fixture(scope="session")
def read() -> dict[str, schemathesis.BaseSchema]:
    return {}


@pytest.fixture
def schema(fronted: Front, read: dict[str, schemathesis.BaseSchema]) -> schemathesis.BaseSchema:
    """The whole description, parsed once; `/openapi.json` omits a part of it."""
    if "schema" not in read:
        read["schema"] = schemathesis.openapi.from_dict({**described()}, config=schemathesis.Config.from_dict(CONFIG))
        read["schema"].app = fronted
        read["schema"].hook(flatmap_path_parameters)
    return read["schema"]


def flatmap_path_parameters(
    context: schemathesis.HookContext, path_parameters: dict[str, Any] | None
) -> st.SearchStrategy[dict[str, Any] | None]:
    """Usually the ids of existing objects."""
    if not path_parameters or context.operation is None:
        return st.just(path_parameters)
    [title] = context.operation.tags or []
    known = known_in(DIALECT_OF[title])
    return st.fixed_dictionaries(
        {
            name: st.one_of(st.sampled_from(known[name]), st.sampled_from(known[name]), st.just(value))
            for name, value in path_parameters.items()
        }
    )


def cases(operation: Operation) -> st.SearchStrategy[Case]:
    """Requests that the description allows and, if it forbids more than some paths, others."""
    valid = operation.as_strategy(schemathesis.GenerationMode.POSITIVE)
    if not [*operation.query, *operation.headers, *operation.body]:
        return valid
    return valid | operation.as_strategy(schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.parametrize(("dialect", "method", "path"), OPERATIONS)
@examples(bounded=7, nightly=45)
@given(data=st.data())
def test_every_answer_is_as_described(
    fronted: Front, schema: schemathesis.BaseSchema, dialect: str, method: str, path: str, data: st.DataObject
) -> None:
    assert fronted.registry is not None
    fronted.registry.restore()
    fronted.seen.clear()
    case = data.draw(cases(schema[path][method]))
    credentials = dict([fronted.registry.credentials("owner", dialect)])

    case.call_and_validate(headers=credentials, checks=CHECKS)

    for sent, got in fronted.seen:
        check(sent, got)
        fronted.registry.check_secrets(got)
