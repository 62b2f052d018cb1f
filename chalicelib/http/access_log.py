"""The line that is logged of each request: who asked for what, from where, and what came of it.

Users, tenants, images and the ids of tokens are named, secrets never. Of what went wrong inside, classes and codes of
AWS are told, but no texts, which may repeat what a client sent. Behind API Gateway CloudWatch makes metrics of it.
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
"""Characters of a client's name for itself."""


class Handled(NamedTuple):
    """What became of a request: the pattern of its route, the caller, the images that were looked up, and why not."""

    route: str
    principal: Principal
    images: tuple[str, ...]
    error: Exception | None
    response: Response


def line(
    dialect: str, request: Request, handled: Handled, context: Mapping[str, Any], measured: Mapping[str, object]
) -> str:
    """The line, in JSON; `context` is API Gateway's, `measured` what else is known of the request."""
    principal = handled.principal
    told: dict[str, object] = {
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
        told["error"] = type(handled.error).__name__
        outage = getattr(handled.error, "outage", None)
        if outage is not None:
            told["outage"] = outage
        if handled.response.status >= 500:
            told |= _causes(handled.error)
    if "apiId" in context:
        told |= metrics.embedded(str(context.get("stage")), told)
    return json.dumps(told)


def to_stdout() -> None:
    """Have lines written as they are: Lambda's own handler puts words in front, so that they would be JSON no more."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.handlers, LOGGER.propagate = [handler], False


def _causes(error: Exception) -> dict[str, object]:
    """What led to an error, outermost first, and AWS's id of the request that failed."""
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
