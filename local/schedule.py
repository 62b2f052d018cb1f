"""What AWS would call by schedule, called by a thread of this process."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def repeating(act: Callable[[], object], seconds: float, *, eagerly: bool = False) -> Iterator[None]:
    """Call it now and then, or, eagerly, at once as long as it returns something true.

    A failure is logged, and it is called again.
    """
    stop = threading.Event()

    def run() -> None:
        pause = seconds
        while not stop.wait(pause):
            pause = seconds
            try:
                if act() and eagerly:
                    pause = 0
            except Exception:  # noqa: BLE001  # whatever it was, the next call may succeed
                _log.exception("scheduled call failed")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
