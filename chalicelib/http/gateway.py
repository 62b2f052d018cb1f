"""The only code that knows Chalice: it turns events into requests, and the dialects' responses into Lambda's."""

import base64
import contextvars
import json
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalice.app import Chalice
from chalice.app import Response as ChaliceResponse

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import ANONYMOUS, Principal
from chalicelib.catalog.service import Catalog
from chalicelib.http import access_log
from chalicelib.http.access_log import Handled
from chalicelib.http.dialect import Dialect, match, owner
from chalicelib.http.errors import HttpError, ResponseTooLarge, ServerError
from chalicelib.http.message import Request, Response
from chalicelib.http.meter import Meter

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All methods of API Gateway, which would itself refuse others, in no dialect's form."""

JSON = "application/json"
HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,261}")
"""A valid host with an optional port; links and headers in responses contain it."""
LARGEST_ESCAPE = 6
"""The most bytes of one character in JSON, as of a control character."""
CONTROLS = re.compile("[\x00-\x1f\x7f]")

_log = logging.getLogger(__name__)
_current_request: contextvars.ContextVar[Any] = contextvars.ContextVar("current_request", default=None)
_lambda_context: contextvars.ContextVar[Any] = contextvars.ContextVar("lambda_context", default=None)


class Gateway(Chalice):
    """The application: every path and method leads to a dialect, which renders all responses, errors included."""

    # Chalice stores the current request on the application, which the threads of a local server share.
    @property
    def current_request(self) -> Any:
        """The request of the current thread."""
        return _current_request.get()

    @current_request.setter
    def current_request(self, value: Any) -> None:
        _current_request.set(value)

    @property
    def lambda_context(self) -> Any:
        """The Lambda context of the current thread."""
        return _lambda_context.get()

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:
        _lambda_context.set(value)

    def __init__(
        self,
        dialects: Sequence[Dialect],
        identities: Identities,
        open_catalog: Callable[[Principal, str, str], Catalog],
        options: Mapping[str, object],
        public_endpoint: str | None,
        max_response_bytes: int,
        meter: Meter,
    ) -> None:
        # Without `env`, each new application would append to a variable of the process's environment.
        super().__init__(app_name="rosetta", configure_logs=False, env={})
        # Images are returned as bytes; with a narrower list API Gateway would leave them in base64.
        self.api.binary_types = ["*/*"]
        self._dialects = dialects
        self._identities = identities
        self._open_catalog = open_catalog
        self._options = options
        self._public_endpoint = public_endpoint
        self._max_response_bytes = max_response_bytes
        self._meter = meter
        self.register_middleware(_accept_anything, "http")
        paths = {route.path: None for dialect in dialects for route in dialect.routes}
        for path in [*paths, *({"/": None, "/{proxy+}": None} - paths.keys())]:
            self._mount(path)

    def _mount(self, path: str) -> None:
        def view(**_: str) -> ChaliceResponse:
            return _Wire(self.answer(self.current_request.to_original_event()))

        self.route(path, methods=METHODS[:1], content_types=["*/*"], name=path)(view)
        # One entry serves all methods: Chalice would parse the path again for each, at every cold start.
        self.routes[path] = dict.fromkeys(METHODS, self.routes[path][METHODS[0]])

    def answer(self, event: Mapping[str, Any]) -> Response:
        """The response to a proxy event, which is logged."""
        self._meter.start()
        started = time.perf_counter()
        request = read_event(event, self._public_endpoint)
        dialect = owner(self._dialects, request)
        request = request._replace(options=self._options[dialect.name])
        handled = self._handle(dialect, request)
        response = self._finished(dialect, request, handled.response)
        measured = {
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "dynamodb_requests": self._meter.read(),
        }
        handled = handled._replace(response=response)
        access_log.LOGGER.info(access_log.line(dialect.name, request, handled, event["requestContext"], measured))
        return response if request.method != "HEAD" else response._replace(body=None)

    def _finished(self, dialect: Dialect, request: Request, response: Response) -> Response:
        """The final response, or an error if it is too large, on which Lambda would fail (its limit is 6 MB)."""
        finished = _encoded(dialect.finish(request, response))
        if isinstance(finished.body, str) and _exceeds(finished.body, self._max_response_bytes):
            refusal = dialect.render_error(request, ResponseTooLarge())
            return _encoded(dialect.finish(request, refusal))
        return finished

    def _handle(self, dialect: Dialect, request: Request) -> Handled:
        """Route a request, authenticate its caller, and call its handler."""
        pattern, principal, catalog = "-", ANONYMOUS, None
        failure: Exception | None = None
        try:
            request = dialect.resolve(request)
            route, variables = match(
                dialect.routes, request.method, request.path, blank=request.slashed and dialect.blank_ids
            )
            pattern = route.path
            principal = ANONYMOUS if route.open else dialect.authenticate(request, self._identities)
            catalog = self._open_catalog(principal, dialect.name, request.request_id)
            response = route.handler(catalog, request, **variables)
        except (CatalogError, HttpError) as error:
            failure, response = error, dialect.render_error(request, error)
        except Exception as error:  # noqa: BLE001  # the one place where a defect of ours becomes a response
            _log.exception("unexpected error in request %s", request.request_id)
            failure, response = error, dialect.render_error(request, ServerError())
        return Handled(pattern, principal, catalog.touched if catalog else (), failure, response)


def read_event(event: Mapping[str, Any], public_endpoint: str | None = None) -> Request:
    """The request in an API Gateway proxy event (REST, format 1.0)."""
    context = event["requestContext"]
    path = _path(context["resourcePath"], event.get("pathParameters") or {})
    headers = {name.lower(): _text(value) for name, value in _last(event, "headers", "multiValueHeaders").items()}
    return Request(
        method=context["httpMethod"],
        path=path,
        slashed=str(context.get("path") or path).endswith("/"),
        headers=headers,
        query=event.get("multiValueQueryStringParameters") or {},
        body=_body(event),
        base_url=public_endpoint or _base_url(context, path, headers),
        request_id=str(context.get("requestId") or ""),
    )


def _path(pattern: str, parameters: Mapping[str, str]) -> str:
    """The path below the stage as the client sent it, with parameters still quoted.

    Slashes at its ends are dropped: a client whose base URL ends in one sends two.
    """
    path = re.sub(r"\{(\w+)\+?\}", lambda variable: parameters[variable[1]], pattern)
    return f"/{path.strip('/')}"


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or b""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    # `chalice local` passes bytes; events from elsewhere may have text.
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _last(event: Mapping[str, Any], single: str, multiple: str) -> dict[str, str]:
    found: dict[str, str] = dict(event.get(single) or {})
    found.update({name: values[-1] for name, values in (event.get(multiple) or {}).items() if values})
    return found


def _text(value: str) -> str:
    """A header value, decoded as UTF-8 if servers have decoded it as Latin-1 before."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value.encode(errors="replace").decode()


def _base_url(context: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> str:
    """The URL before the path: scheme, host, and the stage or the base path of a custom domain."""
    scheme = "https" if headers.get("x-forwarded-proto") == "https" else "http"
    named = (headers.get("host"), context.get("domainName"), "localhost")
    host = next(name for name in named if HOST.fullmatch(name or ""))
    whole = str(context.get("path") or path).rstrip("/")
    prefix = whole if path == "/" else whole.rsplit("/", path.count("/"))[0]
    return f"{scheme}://{host}{prefix.rstrip('/')}"


def _accept_anything(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice returns bytes only to a client that accepts them, but clients of images need not say so."""
    event.headers._dict["accept"] = "*/*"  # noqa: SLF001  # the mapping has no other way to add a header
    return get_response(event)


def _encoded(response: Response) -> Response:
    """The response with its document serialized."""
    if not isinstance(response.body, dict | list):
        return response
    return response._replace(body=json.dumps(response.body), headers={"Content-Type": JSON, **response.headers})


def _exceeds(body: str, size: int) -> bool:
    """Whether a text has more than `size` bytes in Lambda's JSON, in which it is escaped once more."""
    if len(body) * LARGEST_ESCAPE + 2 <= size:
        return False
    return len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")) > size


class _Wire(ChaliceResponse):
    """A response with its own serialization."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.body, {}, response.status)
        self._headers = {name: _header_value(value) for name, value in response.headers.items()}
        # Without one, API Gateway would add application/json even to responses without a body.
        self._headers.setdefault("Content-Type", "text/plain; charset=UTF-8")

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002  # Chalice's signature
        wire: dict[str, Any] = {
            "statusCode": self.status_code,
            "headers": self._headers,
            "multiValueHeaders": {},
        }
        if isinstance(self.body, bytes):
            return {**wire, "body": base64.b64encode(self.body).decode("ascii"), "isBase64Encoded": True}
        return {**wire, "body": self.body or "", "isBase64Encoded": False}


def _header_value(value: str) -> str:
    return CONTROLS.sub("", value)
