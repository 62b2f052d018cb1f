"""Nothing that `make verify-deploy` has started outlives it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loopback import leash

ROOT = Path(__file__).parents[2]
PATIENCE = 20
SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}])
print(child.pid, flush=True)
child.wait()
"""
HOLDER = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
from tests.loopback.leash import leashed
with leashed([sys.executable, "-c", {PARENT!r}]) as process:
    print(process.pid, flush=True)
    process.wait()
"""
"""Like the tests: it starts what starts something else, as the emulator does with functions."""


def runs(pid: int) -> bool:
    """Whether there is such a process; one that only waits for its parent to look is none."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it has ended since, or this system has no /proc
        return not Path("/proc/self/stat").exists()
    return status.rpartition(")")[2].split()[0] != "Z"


def waited(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_was_started_ends_with_its_starter(number: signal.Signals) -> None:
    words = [sys.executable, "-c", HOLDER]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=ROOT, **quiet) as holder:  # type: ignore[call-overload]  # noqa: S603  # ours
        assert holder.stdout is not None
        pids = {int(holder.stdout.readline()) for _ in range(3)}  # the last of them says twice who it is
        assert (len(pids), all(map(runs, pids))) == (2, True)

        holder.send_signal(number)

        assert waited(lambda: not any(map(runs, pids))), pids


def test_what_was_started_ends_with_the_block() -> None:
    with leash.leashed([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with process.stdout as printed:
            pids = {process.pid, *(int(printed.readline()) for _ in range(2))}
        assert all(map(runs, pids))

    assert waited(lambda: not any(map(runs, pids))), pids


def test_a_command_is_told_and_heard() -> None:
    words = [sys.executable, "-c", "import sys; print(sys.stdin.read().upper(), end='')"]

    assert leash.run(words, "text") == "TEXT"


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        leash.run([sys.executable, "-c", "raise SystemExit(3)"])

    assert refusal.value.returncode == 3
