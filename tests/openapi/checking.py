"""Validates requests and responses against the OpenAPI description."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi_schema_validator import OAS31Validator

from chalicelib.dialects import DIALECTS
from chalicelib.http.health import Readiness, health
from chalicelib.http.openapi_document import document
from tests import tally
from tests.api import Answer, Caller, FakeClock

Operation = tuple[str, str]
"""Method, and path of the route."""
REFERENCE = "#/components/responses/"


@dataclass(frozen=True)
class Case:
    """A request of an operation, and the expected status.

    The target and a body of text may name facts of the test's world, such as `{image}`, and `caller` is one of its
    callers. `conforms` is whether the description allows the request.
    """

    method: str
    path: str
    status: int
    target: str
    caller: str = "owner"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    conforms: bool = True

    @property
    def operation(self) -> Operation:
        return self.method, self.path

    def __str__(self) -> str:
        return f"{self.method} {self.target} by {self.caller}: {self.status}"

    def send(self, callers: Mapping[str, Caller], facts: Mapping[str, object]) -> Answer:
        """Send the request, and return the response."""
        tally.count("requests held to the description")
        target, sent = self.target.format_map(facts), _filled(self.body, facts)
        body = sent.encode() if isinstance(sent, str) else b"" if sent is None else json.dumps(sent).encode()
        return callers[self.caller].request(self.method, target, self.headers, body)

    def problems(self, callers: Mapping[str, Caller], facts: Mapping[str, object]) -> list[str]:
        """What is wrong with the response, or with the description of the request and the response."""
        answer = self.send(callers, facts)
        found = answer_violations(self.operation, answer)
        if answer.status != self.status:
            found.append(f"{answer.status}: {answer.text}")
        if (violations := self.violations(facts)) and self.conforms:
            found += violations
        elif not violations and not self.conforms:
            found.append("the description allows it")
        return found

    def violations(self, facts: Mapping[str, object]) -> list[str]:
        """Violations of the description in the query and the body of the request."""
        return list(_request_violations(self.operation, self.target.format_map(facts), _filled(self.body, facts)))


class Facts(dict[str, Any]):
    """The facts that cases can name; each is made when a case names it first."""

    def __init__(self, made: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__()
        self._made = made

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __missing__(self, name: str) -> Any:
        self[name] = self._made[name]()
        return self[name]


def _filled(sent: Any, facts: Mapping[str, object]) -> Any:
    """A document with the facts that its texts name."""
    match sent:
        case dict():
            return {key: _filled(value, facts) for key, value in sent.items()}
        case list():
            return [_filled(value, facts) for value in sent]
        case str() if sent.startswith("{") and sent.endswith("}") and sent[1:-1] in facts:
            return facts[sent[1:-1]]
    return sent


DESCRIBED = (*DIALECTS, health(Readiness({}, FakeClock())))
"""All dialects, and the health checks, which are described like one."""


DIALECT_OF = {each.describe().title: each.name for each in DESCRIBED if each.describe is not None}
"""The names of dialects by their titles, which are tags."""


@cache
def described() -> Mapping[str, Any]:
    """The description of all dialects."""
    return document(DESCRIBED)


def operation_of(operation: Operation) -> Mapping[str, Any]:
    method, path = operation
    found: Mapping[str, Any] = described()["paths"][path][method.lower()]
    return found


def operations_of(dialect: str) -> dict[Operation, Mapping[str, Any]]:
    """The operations of a dialect."""
    return {
        (method.upper(), path): operation
        for path, item in described()["paths"].items()
        for method, operation in item.items()
        if DIALECT_OF[operation["tags"][0]] == dialect
    }


def documented(dialect: str, rare: Collection[tuple[Operation, int]] = ()) -> set[tuple[Operation, int]]:
    """The documented statuses of a dialect's operations, except 5xx and `rare` ones, which are hard to provoke."""
    found = {
        (operation, int(status))
        for operation, told in operations_of(dialect).items()
        for status in told["responses"]
        if int(status) < 500
    }
    assert found >= set(rare)
    return found.difference(rare)


def is_valid(schema: Mapping[str, Any], value: object) -> bool:
    """Whether a value is as a schema of the description says."""
    return not violations(schema, value)


def violations(schema: Mapping[str, Any], value: object) -> list[str]:
    """What is wrong with a value; references lead into the description."""
    validator = OAS31Validator({"allOf": [schema], "components": described()["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def answer_violations(operation: Operation, answer: Answer) -> list[str]:
    """Violations of the description in the status, headers, media type and body of a response."""
    responses = operation_of(operation)["responses"]
    told = responses.get(str(answer.status))
    if told is None:
        return [f"status {answer.status} is not documented: {answer.text[:200]}"]
    if "$ref" in told:
        told = described()["components"]["responses"][told["$ref"].removeprefix(REFERENCE)]
    return [*_header_violations(told.get("headers", {}), answer), *_body_violations(told.get("content", {}), answer)]


def _header_violations(told: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    for name, header in told.items():
        text = answer.headers.get(name.lower())
        if text is not None:
            yield from (f"{name}: {wrong}" for wrong in violations(header["schema"], _read(header["schema"], text)))
        elif header["required"]:
            yield f"header {name} is missing"


def _body_violations(content: Mapping[str, Any], answer: Answer) -> list[str]:
    if not content:
        return ["a body that is not documented"] if answer.body else []
    media = answer.headers.get("content-type", "").partition(";")[0].strip()
    if media not in content:
        return [f"media type {media} is not documented"]
    schema = content[media]["schema"]
    if media == "application/octet-stream":
        return []
    return violations(schema, answer.json if media == "application/json" else answer.text)


def _request_violations(operation: Operation, target: str, body: Any) -> Iterator[str]:
    told = operation_of(operation)
    given = parse_qs(urlsplit(target).query, keep_blank_values=True)
    for parameter in told.get("parameters", ()):
        if parameter["in"] == "query" and parameter["name"] in given:
            schema, texts = parameter["schema"], given[parameter["name"]]
            value: Any = texts if schema.get("type") == "array" else _read(schema, texts[-1])
            yield from (f"{parameter['name']}: {wrong}" for wrong in violations(schema, value))
    content = told.get("requestBody", {"content": {}})["content"]
    if body is not None and "application/json" in content:
        yield from violations(content["application/json"]["schema"], body)
    elif told.get("requestBody", {}).get("required") and body is None:
        yield "the body is missing"


def _read(schema: Mapping[str, Any], text: str) -> Any:
    """The value of a text in a header or a query."""
    try:
        return int(text) if schema.get("type") == "integer" else text
    except ValueError:
        return text
