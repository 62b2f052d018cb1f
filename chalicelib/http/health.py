"""Health checks, served to everybody beside the dialects: whether the process is alive, and its dependencies answer."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock, Thread
from time import monotonic

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.ports import Clock, Identities
from chalicelib.catalog.principal import ANONYMOUS, Principal
from chalicelib.http.dialect import Dialect, Route, described_in
from chalicelib.http.errors import HttpError, headers
from chalicelib.http.message import Request, Response

ALIVE, READY = "/healthz", "/readyz"
TRUSTED_FOR = timedelta(seconds=5)
"""How long results are cached, so that clients cannot cause more requests to AWS."""
TIMEOUT = 8.0
"""Seconds after which a probe counts as timed out: API Gateway waits for 29, load balancers for less."""
UNCACHED = {"Cache-Control": "no-store"}

Probe = Callable[[], None]
"""Checks a dependency; raises if it does not answer as it should."""

_log = logging.getLogger(__name__)


class NotReady(HttpError):
    """A dependency of the registry fails; `faults` has the outage of each one that does."""

    status = 503

    def __init__(self, faults: Mapping[str, Outage]) -> None:
        super().__init__("; ".join(f"{name}: {outage}" for name, outage in faults.items()))
        self.faults = dict(faults)
        self.outage = next(iter(faults.values()))


class Readiness:
    """Runs all probes at once, and caches their results for five seconds."""

    def __init__(self, probes: Mapping[str, Probe], clock: Clock, timeout: float = TIMEOUT) -> None:
        self._probes = probes
        self._clock = clock
        self._timeout = timeout
        self._lock = Lock()
        self._until: datetime | None = None
        self._errors: dict[str, Exception] = {}

    def check(self) -> None:
        """Raise NotReady if a probe fails, or has failed in the last five seconds."""
        with self._lock:
            if self._until is None or self._clock.now() >= self._until:
                self._errors = _failures(self._probes, self._timeout)
                self._until = self._clock.now() + TRUSTED_FOR
            errors = self._errors
        if errors:
            cause = next(iter(errors.values()))
            raise NotReady({name: _outage(error) for name, error in errors.items()}) from cause


def _failures(probes: Mapping[str, Probe], timeout: float) -> dict[str, Exception]:
    """The errors of failed probes, by name; one that takes longer than `timeout` seconds fails, and is not awaited."""
    found: dict[str, Exception | None] = {name: TimeoutError(f"{name}: no answer") for name in probes}
    until = monotonic() + timeout

    def ask(name: str, probe: Probe) -> None:
        found[name] = _failure(name, probe)

    threads = [Thread(target=ask, args=each, daemon=True) for each in probes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    return {name: error for name, error in found.items() if error is not None}


def _failure(name: str, probe: Probe) -> Exception | None:
    try:
        probe()
    except CatalogError as error:
        return error
    except Exception as error:  # noqa: BLE001  # such as a missing table or bucket
        _log.exception("%s cannot be used", name)
        return error
    return None


def _outage(error: Exception) -> Outage:
    if isinstance(error, TimeoutError):
        return Outage.TIMED_OUT
    known = error.outage if isinstance(error, CatalogError) else None
    return known or Outage.FAILING


def health(readiness: Readiness) -> Dialect:
    """A dialect that serves `/healthz` and `/readyz`."""

    def show_alive(_catalog: object, _request: Request) -> Response:
        return Response({"status": "alive"}, headers=UNCACHED)

    def show_ready(_catalog: object, _request: Request) -> Response:
        readiness.check()
        return Response({"status": "ready"}, headers=UNCACHED)

    return Dialect(
        name="health",
        roots=(ALIVE, READY),
        routes=(Route("GET", ALIVE, show_alive, open=True), Route("GET", READY, show_ready, open=True)),
        authenticate=_anybody,
        render_error=render_error,
        example="{url}/readyz",
        describe=described_in("chalicelib.http.health_openapi"),
    )


def _anybody(_request: Request, _identities: Identities) -> Principal:
    return ANONYMOUS


def render_error(_request: Request, error: CatalogError | HttpError) -> Response:
    """`{"message": …}`, or `{"status": "not ready", …}` with the outage of each dependency that fails."""
    if isinstance(error, NotReady):
        return Response({"status": "not ready", **error.faults}, error.status, UNCACHED)
    status = error.status if isinstance(error, HttpError) else 500
    return Response({"message": str(error)}, status, headers(error, status))
