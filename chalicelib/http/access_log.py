"""The access log: one line of JSON for each request.

It has users, tenants, images and the ids of tokens, but no secrets. Of internal errors it has classes and codes of AWS,
but no texts, which may repeat what a client sent. Behind API Gateway, CloudWatch derives metrics from it.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.catalog.principal import Principal
from chalicelib.http import metrics
from chalicelib.http.message import Request, Response

LOGGER = logging.getLogger("rosetta.access")
LOGGER.setLevel(logging.INFO)
LONGEST_AGENT = 256
"""Characters of a User-Agent that are logged."""


class Handled(NamedTuple):
    """A handled request: the pattern of its route, the caller, the ids of images looked up, any error, the response."""

    route: str
    principal: Principal
    images: tuple[str, ...]
    error: Exception | None
    response: Response


def line(
    dialect: str, request: Request, handled: Handled, context: Mapping[str, Any], measured: Mapping[str, object]
) -> str:
    """The line, in JSON; `context` is API Gateway's request context, `measured` has further fields."""
    principal = handled.principal
    fields: dict[str, object] = {
        "dialect": dialect,
        "method": request.method,
        "route": handled.route,
        "status": handled.response.status,
        "outcome": metrics.outcome(handled.response.status),
        **measured,
        "request_id": request.request_id,
        "user": principal.user or None,
        "tenant": principal.tenant,
        "token": principal.token,
        "images": handled.images,
        "source": (context.get("identity") or {}).get("sourceIp"),
        "agent": (request.header("user-agent") or "")[:LONGEST_AGENT] or None,
    }
    if handled.error is not None:
        fields["error"] = type(handled.error).__name__
        outage = getattr(handled.error, "outage", None)
        if outage is not None:
            fields["outage"] = outage
        if handled.response.status >= 500:
            fields |= _causes(handled.error)
    if "apiId" in context:
        fields |= metrics.embedded(str(context.get("stage")), fields)
    return json.dumps(fields)


def to_stdout() -> None:
    """Write lines without a prefix: with that of Lambda's own handler they would not be JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.handlers, LOGGER.propagate = [handler], False


def _causes(error: Exception) -> dict[str, object]:
    """The causes of an error, outermost first, and AWS's id of the failed request."""
    causes, request_ids = [], []
    for cause in _chain(error):
        response = getattr(cause, "response", None)
        answered = response if isinstance(response, dict) else {}
        code = answered.get("Error", {}).get("Code", "")
        causes.append(f"{type(cause).__name__} {code}".rstrip())
        request_ids.append(answered.get("ResponseMetadata", {}).get("RequestId"))
    return {"causes": causes, "aws_request_id": next(filter(None, request_ids), None)}


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
