"""Threads at the end of a command."""

import threading
import time
from collections.abc import Iterable

PARTING_SECONDS = 2.0


def join_briefly(threads: Iterable[threading.Thread]) -> None:
    """Wait briefly for threads that were told to stop.

    Threads that wait for the network may not stop in time; they are daemons and end with the process.
    """
    deadline = time.monotonic() + PARTING_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
