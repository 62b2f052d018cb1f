"""Whether the process is alive, and whether what it needs answers: served beside the dialects, to everybody."""

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
"""How long what was found out is told again, so that nobody can have AWS asked more often."""
PATIENCE = 8.0
"""Seconds after which what has not answered is said not to: API Gateway waits for 29, load balancers for less."""
UNCACHED = {"Cache-Control": "no-store"}

Probe = Callable[[], None]
"""Asks something; raises if it does not answer as it should."""

_log = logging.getLogger(__name__)


class NotReady(HttpError):
    """Something does not answer that the registry cannot do without; `faults` says of each what it does instead."""

    status = 503

    def __init__(self, faults: Mapping[str, Outage]) -> None:
        super().__init__("; ".join(f"{name}: {outage}" for name, outage in faults.items()))
        self.faults = dict(faults)
        self.outage = next(iter(faults.values()))


class Readiness:
    """What the probes have found out, at most five seconds ago; all are asked at once."""

    def __init__(self, probes: Mapping[str, Probe], clock: Clock, patience: float = PATIENCE) -> None:
        self._probes = probes
        self._clock = clock
        self._patience = patience
        self._lock = Lock()
        self._until: datetime | None = None
        self._errors: dict[str, Exception] = {}

    def check(self) -> None:
        """Ask, or remember. Raises NotReady."""
        with self._lock:
            if self._until is None or self._clock.now() >= self._until:
                self._errors = _failures(self._probes, self._patience)
                self._until = self._clock.now() + TRUSTED_FOR
            errors = self._errors
        if errors:
            cause = next(iter(errors.values()))
            raise NotReady({name: _outage(error) for name, error in errors.items()}) from cause


def _failures(probes: Mapping[str, Probe], patience: float) -> dict[str, Exception]:
    """What went wrong, by the name of the probe; one that takes longer than that many seconds is left to itself."""
    found: dict[str, Exception | None] = {name: TimeoutError(f"{name}: no answer") for name in probes}
    until = monotonic() + patience

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
    except Exception as error:  # noqa: BLE001  # a table or a bucket that is not there
        _log.exception("%s cannot be used", name)
        return error
    return None


def _outage(error: Exception) -> Outage:
    if isinstance(error, TimeoutError):
        return Outage.TIMED_OUT
    known = error.outage if isinstance(error, CatalogError) else None
    return known or Outage.FAILING


def health(readiness: Readiness) -> Dialect:
    """What serves `/healthz` and `/readyz`, as a dialect."""

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
    """A message, or what does not answer."""
    if isinstance(error, NotReady):
        return Response({"status": "not ready", **error.faults}, error.status, UNCACHED)
    status = error.status if isinstance(error, HttpError) else 500
    return Response({"message": str(error)}, status, headers(error, status))
