"""Run an import: a few images at a time, with retries."""

import queue
import threading
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.records import CONFLICT, CannotGoOn, Kind, Move, Outcome, Record, Refused
from rosetta.threads import join_briefly

T = TypeVar("T")

PAUSES = (0.5, 2.0)
"""Seconds to wait before an image is retried after a temporary failure or a conflict."""
PASSING = frozenset({None, 429, 502, 503, 504})
"""Statuses of temporary failures; None is a missing response."""
TELLING = PASSING | {401}
"""Statuses after which both services are probed."""


class Run(Generic[T]):
    """One import. Closing `outcomes` stops it and interrupts images in progress."""

    def __init__(self, move: Move[T], parallel: int) -> None:
        self._move = move
        self._parallel = parallel
        self._records = move.images()
        self._turn = threading.Lock()
        self._results: queue.SimpleQueue[tuple[Record[T], Outcome] | BaseException | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def outcomes(self) -> Generator[tuple[Record[T], Outcome]]:
        """Yield each image with its outcome as it finishes. Raises CannotGoOn."""
        self._check()
        # They are daemons so that an interrupted process need not wait for the network.
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._parallel)]
        for thread in threads:
            thread.start()
        try:
            yield from self._received(len(threads))
        finally:
            self._stopped.set()
            for service in (self._move.source, self._move.target):
                service.close()
            join_briefly(threads)

    def _received(self, working: int) -> Iterator[tuple[Record[T], Outcome]]:
        while working:
            match self._results.get():
                case None:
                    working -= 1
                case BaseException() as error:
                    raise error
                case result:
                    yield result

    def _work(self) -> None:
        try:
            while (record := self._next()) is not None:
                self._results.put((record, self._outcome(record)))
        except BaseException as error:  # noqa: BLE001  # raised again by the main thread
            self._results.put(error)
        else:
            self._results.put(None)

    def _next(self) -> Record[T] | None:
        with self._turn:
            if self._stopped.is_set():
                return None
            try:
                return next(self._records, None)
            except ServiceError as error:
                raise _unusable("source", self._move.source, error) from error

    def _outcome(self, record: Record[T]) -> Outcome:
        pauses = iter(PAUSES)
        while True:
            try:
                return self._move.copy(record)
            except Refused as error:
                return Outcome(Kind.REFUSED, str(error))
            except ServiceError as error:
                pause = next(pauses, None) if error.status in PASSING | {CONFLICT} else None
                if pause is None:
                    return self._refused(error)
            self._move.target.pause(pause)

    def _refused(self, error: ServiceError) -> Outcome:
        """The outcome of a failed image. Raises CannotGoOn if a service is unusable."""
        if error.status in TELLING:
            self._check()
        return Outcome(Kind.REFUSED, str(error))

    def _check(self) -> None:
        """Raise CannotGoOn unless both services answer and accept our credentials."""
        for end, service in (("source", self._move.source), ("target", self._move.target)):
            try:
                service.call("GET", self._move.probe)
            except ServiceError as error:
                raise _unusable(end, service, error) from error


def _unusable(end: str, service: Service, error: ServiceError) -> CannotGoOn:
    return CannotGoOn(f"the {end} {service.url} cannot be used: {error}")
