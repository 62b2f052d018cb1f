"""What AWS would call by schedule, called by a thread of this process."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def repeating(act: Callable[[], object], seconds: float) -> Iterator[None]:
    """Call it now and then; a failure is logged, and it is called again."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(seconds):
            try:
                act()
            except Exception:  # noqa: BLE001  # whatever it was, the next call may succeed
                _log.exception("scheduled call failed")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
