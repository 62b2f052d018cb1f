"""The application as the WSGI application that schemathesis calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests import tally
from tests.fuzz.exchange import Got, Sent
from tests.fuzz.world import Registry

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Front:
    """A WSGI application in front of the current registry; `seen` collects the exchanges."""

    registry: Registry | None = None
    seen: list[tuple[Sent, Got]] = field(default_factory=list)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        assert self.registry is not None
        sent = Sent(environ["REQUEST_METHOD"], environ["RAW_URI"], _headers(environ), environ["wsgi.input"].read())
        got = self.registry.exchange(sent)
        tally.count("requests fuzzed")
        self.seen.append((sent, got))
        start_response(f"{got.status} -", list(got.headers.items()))
        return [got.body]


def _headers(environ: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers of a request. WSGI decodes them as Latin-1, and so do events."""
    named = {name.removeprefix("HTTP_"): value for name, value in environ.items() if name.startswith("HTTP_")}
    named |= {name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    return tuple((name.replace("_", "-").title(), value) for name, value in named.items())
