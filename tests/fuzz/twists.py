"""Variants of proxy events with the same meaning, as other front ends, and sometimes API Gateway, send them."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

Event = dict[str, Any]
Twist = Callable[[Event], Event]


def _changed(**fields: Any) -> Twist:
    return lambda event: {**event, **fields}


def _without(*names: str) -> Twist:
    return lambda event: {name: value for name, value in event.items() if name not in names}


def _in_context(**fields: Any) -> Twist:
    return lambda event: {**event, "requestContext": {**event["requestContext"], **fields}}


def _as_text(event: Event) -> Event:
    """The body as sent by a front end that takes it for text."""
    text = base64.b64decode(event["body"] or "").decode("utf-8", "replace")
    return {**event, "body": text, "isBase64Encoded": False}


def _below_stage(event: Event) -> Event:
    return _in_context(path=f"/prod{event['path']}", stage="prod")(event)


TWISTS: Mapping[str, Twist] = {
    "usual": lambda event: event,
    "single headers only": _changed(multiValueHeaders=None),
    "multiple headers only": _changed(headers=None),
    "no headers": _changed(headers=None, multiValueHeaders=None),
    "no query": _changed(queryStringParameters=None, multiValueQueryStringParameters=None),
    "empty maps": _changed(queryStringParameters={}, multiValueQueryStringParameters={}, stageVariables={}),
    "body as text": _as_text,
    "null body": _changed(body=None, isBase64Encoded=False),
    "null body in base64": _changed(body=None, isBase64Encoded=True),
    "empty body in base64": _changed(body="", isBase64Encoded=True),
    "bare": _without("isBase64Encoded", "path", "resource", "httpMethod"),
    "no request id": _in_context(requestId=None, domainName=None, protocol=None),
    "below a stage": _below_stage,
}
"""All variants, by name."""
