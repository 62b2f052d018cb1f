"""Threads of a command that has come to its end, or was interrupted."""

import threading
import time
from collections.abc import Iterable

PARTING_SECONDS = 2.0


def join_briefly(threads: Iterable[threading.Thread]) -> None:
    """Wait for threads that were told to end, which they do unless they wait for the network.

    Those have a moment; whoever pressed Ctrl-C does not wait for them, and as daemons they end with the process.
    """
    deadline = time.monotonic() + PARTING_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
