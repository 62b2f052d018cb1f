"""Requests to each route, valid except for one aspect that is fuzzed, or several."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from hypothesis import strategies as st

from chalicelib.http.dialect import Route
from chalicelib.http.docs import documentation
from tests.fuzz import odd
from tests.fuzz.catalogue import CALLERS
from tests.fuzz.exchange import Sent
from tests.fuzz.twists import TWISTS
from tests.fuzz.vocabulary import COMMON_HEADERS, HEADERS, PARAMETERS, USUAL, Usual, known_in
from tests.openapi.checking import DESCRIBED

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LONGEST_TARGET = 8000
"""API Gateway accepts 10,240 bytes for the request line and the headers together."""
ROUTES: dict[str, dict[str, list[Route]]] = {
    dialect.name: {
        path: [route for route in dialect.routes if route.path == path]
        for path in dict.fromkeys(route.path for route in dialect.routes)
    }
    for dialect in (*DESCRIBED, documentation(DESCRIBED))
}
"""The routes of each dialect."""
MEDIA = (
    "application/json",
    "application/JSON; charset=UTF-8",
    "application/octet-stream",
    "text/html",
    "text/plain",
    "*/*",
    "application/*;q=0.5, */*;q=0",
    "application/json;q=0",
    "application/json;q=x",
    "application/vnd.openstack.images-v1",
    "application/vnd.openstack.images-v2",
    "application/vnd.openstack.images-v2.3",
    "application/openstack-images-v2.0-json-patch",
    "application/openstack-images-v2.1-json-patch;charset=utf-8",
    "application/json-patch+json",
    "application/vnd.openstack.images-v9",
    "multipart/form-data; boundary=x",
    ",,;;",
    "",
)
CREDENTIALS = (
    "Basic",
    "Basic ",
    "Basic Og==",
    "Basic OnNlY3JldA==",
    "Basic dXNlcjo=",
    "Basic dXNlcg==",
    "Basic /////w==",
    "Basic dXNlcjo\u00e9",
    "basic " + "QUFB" * 700,
    "Bearer",
    "Bearer \u00e9",
    "Bearer " + "a" * 3000,
    "Digest username=x",
    "\u00ff",
    "",
)
Fuzz = Callable[[st.DrawFn, Sent, Usual, str, Route], Sent]


def usual(draw: st.DrawFn, dialect: str, route: Route) -> tuple[Sent, Usual]:
    """A valid request to a route, by a caller with most policies."""
    said = USUAL.get((route.method, route.path), Usual())
    known = known_in(dialect)
    parts = [draw(st.sampled_from(known[part[1:-1]])) if part[:1] == "{" else part for part in route.path.split("/")]
    body = said.content if said.document is None else json.dumps(said.document).encode()
    caller = draw(st.sampled_from(["owner", "administrator"]))
    return Sent(route.method, "/".join(parts), tuple(said.headers.items()), body, caller), said


def fuzz_path(draw: st.DrawFn, sent: Sent, _said: Usual, _dialect: str, route: Route) -> Sent:
    """Odd segments in place of the route's variables, and sometimes elsewhere."""
    pattern, parts = route.path.split("/"), sent.target.split("/")
    places = [index for index, part in enumerate(pattern) if part[:1] == "{"] or [len(parts) - 1]
    for index in draw(st.sets(st.sampled_from(places), min_size=1)):
        parts[index] = draw(odd.segments(parts[index]))
    more = draw(st.sampled_from(["", "", "", "", "", "/", "//", "/x", "/%2e%2e", "."]))
    return replace(sent, target=("/".join(parts) + more)[:LONGEST_TARGET])


def fuzz_query(draw: st.DrawFn, sent: Sent, _said: Usual, dialect: str, _route: Route) -> Sent:
    """Known and unknown parameters, with odd, repeated and empty values."""
    names = st.sampled_from(PARAMETERS.get(dialect, ("q",))) | odd.texts
    pairs = draw(st.lists(st.tuples(names, odd.queries(odd.texts | odd.searches)), min_size=1, max_size=4))
    forms = ("{0}={1}", "{0}={1}", "{0}={1}", "{0}", "{0}=", "={1}", "{0}={1}&{0}={1}", "&;")
    query = "&".join(
        draw(st.sampled_from(forms)).format(quote(name.encode("utf-8", "replace")), value) for name, value in pairs
    )
    return replace(sent, target=f"{sent.target}?{query}"[:LONGEST_TARGET])


def fuzz_headers(draw: st.DrawFn, sent: Sent, _said: Usual, dialect: str, _route: Route) -> Sent:
    """The dialect's headers and common ones, with odd values; some of them twice."""
    names = st.sampled_from((*HEADERS.get(dialect, ()), *COMMON_HEADERS))
    more = draw(st.lists(st.tuples(names, odd.header_values), min_size=1, max_size=4))
    return replace(sent, headers=(*sent.headers, *more))


def fuzz_media(draw: st.DrawFn, sent: Sent, _said: Usual, _dialect: str, _route: Route) -> Sent:
    """`Content-Type` and `Accept`."""
    kept = tuple((name, value) for name, value in sent.headers if name != "Content-Type")
    names = draw(st.sampled_from([("Accept",), ("Content-Type",), ("Accept", "Content-Type"), ()]))
    media = st.sampled_from(MEDIA) | st.text(odd.HEADS, max_size=12)
    return replace(sent, headers=(*kept, *((name, draw(media).strip()) for name in names)))


def fuzz_body(draw: st.DrawFn, sent: Sent, said: Usual, _dialect: str, _route: Route) -> Sent:
    """Almost the usual body, or something quite different, also for requests that have none."""
    return replace(sent, body=draw(odd.bodies(said.document or {"name": "fuzzed"})))


def fuzz_credentials(draw: st.DrawFn, sent: Sent, _said: Usual, _dialect: str, _route: Route) -> Sent:
    """Other callers, and invalid credentials."""
    if draw(st.booleans()):
        return replace(sent, caller=draw(st.sampled_from(sorted(CALLERS))))
    name = draw(st.sampled_from(["Authorization", "authorization", "X-Auth-Token", "Cookie"]))
    value = draw(st.sampled_from(CREDENTIALS) | st.text(odd.HEADS, max_size=20)).strip()
    return replace(sent, caller=None, headers=(*sent.headers, (name, value)))


def fuzz_event(draw: st.DrawFn, sent: Sent, _said: Usual, _dialect: str, _route: Route) -> Sent:
    """A variant of the event."""
    return replace(sent, twist=draw(st.sampled_from(sorted(TWISTS))))


def fuzz_method(draw: st.DrawFn, sent: Sent, _said: Usual, _dialect: str, _route: Route) -> Sent:
    """Another method on the same path."""
    return replace(sent, method=draw(st.sampled_from(METHODS)))


def fuzz_everything(draw: st.DrawFn, sent: Sent, said: Usual, dialect: str, route: Route) -> Sent:
    """Several aspects at once."""
    for name in draw(st.lists(st.sampled_from(sorted(SINGLE)), min_size=2, max_size=4, unique=True)):
        sent = SINGLE[name](draw, sent, said, dialect, route)
    return sent


SINGLE: dict[str, Fuzz] = {
    "path": fuzz_path,
    "query": fuzz_query,
    "headers": fuzz_headers,
    "media types": fuzz_media,
    "body": fuzz_body,
    "credentials": fuzz_credentials,
    "event": fuzz_event,
    "method": fuzz_method,
}
ASPECTS: dict[str, Fuzz] = {**SINGLE, "everything": fuzz_everything}
"""The aspects that can be fuzzed, by name."""


@st.composite
def requests(draw: st.DrawFn, dialect: str, aspect: str) -> Sent:
    """Requests to all routes of a dialect, with this aspect fuzzed."""
    path = draw(st.sampled_from(list(ROUTES[dialect])))
    route = draw(st.sampled_from(ROUTES[dialect][path]))
    sent, said = usual(draw, dialect, route)
    return ASPECTS[aspect](draw, sent, said, dialect, route)


@st.composite
def writes(draw: st.DrawFn, dialect: str) -> Sent:
    """Requests that change something, most of them valid, but with odd values."""
    routes = [route for routes in ROUTES[dialect].values() for route in routes if (route.method, route.path) in USUAL]
    route = draw(st.sampled_from(routes))
    sent, said = usual(draw, dialect, route)
    fuzz = fuzz_headers if said.document is None else fuzz_values
    return fuzz(draw, sent, said, dialect, route)


def fuzz_values(draw: st.DrawFn, sent: Sent, said: Usual, _dialect: str, _route: Route) -> Sent:
    """The usual body with odd texts in place of texts, and odd numbers in place of numbers."""
    return replace(sent, body=json.dumps(draw(odd.alike(said.document))).encode())
