"""The history of an image: an extension of the original."""

from typing import Any

from chalicelib.catalog.event import Event
from chalicelib.catalog.query import instant_text
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v1.listing import parse_limit, render_next
from chalicelib.dialects.glance_v1.options import enforce, options_of
from chalicelib.dialects.glance_v1.schema import known
from chalicelib.http import fields
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request, Response


def list_events(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "get_image")
    limit = parse_limit(request, options_of(request))
    events = catalog.history.of(known(image_id), after=_marker(request), limit=limit)
    more = render_next(request, str(events[-1].version)) if events and len(events) == limit else {}
    return Response({"events": [render_event(event) for event in events], **more})


def _marker(request: Request) -> int:
    """The version after which the page begins."""
    text = request.parameter("marker")
    if text is None:
        return 0
    try:
        return fields.integer("marker", text)
    except BadMessage as error:
        raise BadMessage("marker", f"Invalid marker format: {text}") from error


def render_event(event: Event) -> dict[str, Any]:
    """Render an event, without the fields that its kind does not have."""
    actor = event.actor
    more = {
        "fields": list(event.fields),
        "members": list(event.members),
        "removed_members": list(event.removed),
        "reason": event.reason,
    }
    return {
        "version": event.version,
        "at": instant_text(event.at),
        "event": str(event.what),
        "user": actor.user or None,
        "tenant": actor.tenant,
        "token": actor.token,
        "dialect": actor.dialect or None,
        "request_id": actor.request_id or None,
        **{name: value for name, value in more.items() if value},
    }


ROUTES = (Route("GET", "/v1/images/{image_id}/events", list_events),)
