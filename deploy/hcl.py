"""Values of Terraform's JSON syntax: plain data with expressions."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    """An expression, such as `aws_sqs_queue.WorkQueue.arn`."""

    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A string with interpolated expressions."""

    parts: tuple[str | Code, ...]


def joined(parts: Iterable[str | Code | Template]) -> str | Template:
    """Join parts to one string, plain if all parts are."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Template) else (part,))]
    plain = [part for part in flat if isinstance(part, str)]
    return "".join(plain) if len(plain) == len(flat) else Template(tuple(flat))


def rendered(value: Any) -> Any:
    """The value as written in a `*.tf.json`."""
    match value:
        case Code():
            return f"${{{value.text}}}"
        case Template():
            return "".join(rendered(part) for part in value.parts)
        case str():
            return _escaped(value)
        case list():
            return [rendered(each) for each in value]
        case dict():
            return {key: rendered(each) for key, each in value.items()}
    return value


def code(value: Any) -> str:
    """The value as an expression, to be part of a larger one."""
    match value:
        case Code():
            return value.text
        case Template():
            inner = (
                json.dumps(_escaped(part))[1:-1] if isinstance(part, str) else rendered(part) for part in value.parts
            )
            return f'"{"".join(inner)}"'
        case str():
            return json.dumps(_escaped(value))
        case list():
            return f"[{', '.join(code(each) for each in value)}]"
        case dict():
            return f"{{{', '.join(f'{json.dumps(key)}: {code(value[key])}' for key in sorted(value))}}}"
    return json.dumps(value)


def json_text(value: Any) -> str | Code:
    """The value as a JSON string; with `jsonencode` if it contains expressions."""
    if is_plain(value):
        return json.dumps(value, sort_keys=True)
    return Code(f"jsonencode({code(value)})")


def is_plain(value: Any) -> bool:
    """Whether the value contains no expressions."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list):
        return all(map(is_plain, value))
    return not isinstance(value, (Code, Template))


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")
