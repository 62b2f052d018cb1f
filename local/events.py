"""Build Lambda proxy events (API Gateway REST, format 1.0) from HTTP requests.

`Router` picks the resource as API Gateway does, segment by segment: literal text before a variable, a variable before
`{proxy+}`. As on AWS, path parameters stay percent-encoded and query values are decoded.
"""

import base64
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Event = dict[str, Any]

STAGE = "local"


class NotRouted(LookupError):
    """No route has this method and path; API Gateway answers such a request itself."""


class Resource(NamedTuple):
    """The pattern that a path matches, and the values of its variables, still percent-encoded."""

    pattern: str
    parameters: dict[str, str]


class Router:
    """The routes of an app (`app.routes`: pattern → method → anything)."""

    def __init__(self, routes: Mapping[str, Mapping[str, object]]) -> None:
        # A copy: Chalice's own mapping gains an entry whenever an unknown path is looked up.
        self._routes = {pattern: frozenset(methods) for pattern, methods in routes.items()}

    def resource(self, method: str, path: str) -> Resource:
        """The most specific resource of a raw path. Raises NotRouted if it, or its method, is missing."""
        segments = _segments(path)
        matching = [pattern for pattern in self._routes if _matches(_segments(pattern), segments)]
        best = min(matching, key=lambda pattern: [_rank(part) for part in _segments(pattern)], default=None)
        if best is None or method not in self._routes[best]:
            raise NotRouted(f"{method} {path}")
        return Resource(best, _parameters(_segments(best), segments))


def proxy_event(
    router: Router,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    source_ip: str = "127.0.0.1",
) -> Event:
    """Build the event for a request; `target` is the raw `path?query`. Raises NotRouted."""
    path, _, query = target.partition("?")
    resource = router.resource(method, path)
    spellings = {name.lower(): name for name, _ in headers}
    all_headers = _grouped((spellings[name.lower()], value) for name, value in headers)
    all_values = _grouped(parse_qsl(query, keep_blank_values=True))
    return {
        "resource": resource.pattern,
        "path": path,
        "httpMethod": method,
        "headers": _last(all_headers),
        "multiValueHeaders": all_headers,
        "queryStringParameters": _last(all_values) or None,
        "multiValueQueryStringParameters": all_values or None,
        "pathParameters": resource.parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource.pattern,
            "path": path,
            "stage": STAGE,
            "httpMethod": method,
            "requestId": str(uuid.uuid4()),
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": source_ip},
            "domainName": _value(all_headers, "host") or "localhost",
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _segments(path: str) -> list[str]:
    """Split a path, ignoring one trailing slash: `/a/b/` gives `a`, `b`; `/` gives none."""
    trimmed = path.removeprefix("/").removesuffix("/")
    return trimmed.split("/") if trimmed else []


def _matches(pattern: Sequence[str], segments: Sequence[str]) -> bool:
    if pattern and _is_greedy(pattern[-1]):
        fixed = len(pattern) - 1
        return len(segments) > fixed and _matches(pattern[:-1], segments[:fixed])
    return len(pattern) == len(segments) and all(
        bool(segment) if _is_variable(part) else part == segment
        for part, segment in zip(pattern, segments, strict=True)
    )


def _parameters(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str]:
    found = {
        part[1:-1]: segment
        for part, segment in zip(pattern, segments, strict=False)
        if _is_variable(part) and not _is_greedy(part)
    }
    if pattern and _is_greedy(pattern[-1]):
        found[pattern[-1][1:-2]] = "/".join(segments[len(pattern) - 1 :])
    return found


def _rank(part: str) -> int:
    return _is_variable(part) + _is_greedy(part)


def _is_variable(part: str) -> bool:
    return part.startswith("{")


def _is_greedy(part: str) -> bool:
    return part.startswith("{") and part.endswith("+}")


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Group values by name, in their order: `a=1&b=2&a=3` gives `{"a": ["1", "3"], "b": ["2"]}`."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _last(grouped: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in grouped.items()}


def _value(grouped: Mapping[str, Sequence[str]], name: str) -> str | None:
    return next((values[-1] for spelling, values in grouped.items() if spelling.lower() == name), None)
