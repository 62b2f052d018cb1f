"""What is called now and then."""

import threading
import time

import pytest

from local.schedule import repeating

SOON = 0.01
PATIENCE = 10


def test_it_is_called_again_and_again_until_the_end() -> None:
    calls = threading.Semaphore(0)

    with repeating(calls.release, SOON):
        called = [calls.acquire(timeout=PATIENCE) for _ in range(3)]

    assert called == [True] * 3
    while calls.acquire(blocking=False):
        pass
    time.sleep(5 * SOON)
    assert not calls.acquire(blocking=False)


def test_a_failure_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def fail() -> None:
        calls.release()
        raise RuntimeError("as the test asks")

    with repeating(fail, SOON):
        called = [calls.acquire(timeout=PATIENCE) for _ in range(2)]

    assert called == [True] * 2
    assert "as the test asks" in caplog.text


def test_eagerly_it_goes_on_as_long_as_there_is_something_to_do() -> None:
    left, done = [1, 1, 1, 0], threading.Event()

    def act() -> int:
        found = left.pop(0)
        if not left:
            done.set()
        return found

    with repeating(act, 0.2, eagerly=True):
        begun = time.monotonic()
        assert done.wait(PATIENCE)

    assert time.monotonic() - begun < 0.5
    assert left == []


@pytest.mark.parametrize("fails", [False, True], ids=["nothing to do", "a failure"])
def test_eagerly_it_takes_its_time_again_once_there_is_nothing_to_do(fails: bool) -> None:
    found, calls = [1, 1], []
    done = threading.Event()

    def act() -> int:
        if found:
            return found.pop()
        calls.append(time.monotonic())
        if len(calls) == 3:
            done.set()
        if fails:
            raise RuntimeError("as the test asks")
        return 0

    with repeating(act, 0.05, eagerly=True):
        assert done.wait(PATIENCE)

    assert calls[2] - calls[0] > 0.05
