"""Run scheduled calls in a thread of this process."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def repeating(act: Callable[[], object], seconds: float, *, eagerly: bool = False) -> Iterator[None]:
    """Call a function at an interval in a thread; if `eagerly`, without a pause while it returns a true value.

    Exceptions are logged, and it is called again.
    """
    stop = threading.Event()

    def run() -> None:
        pause = seconds
        while not stop.wait(pause):
            pause = seconds
            try:
                if act() and eagerly:
                    pause = 0
            except Exception:  # noqa: BLE001  # the next call may succeed
                _log.exception("scheduled call failed")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
