"""Where nobody watches, progress is a line now and then."""

import pytest

from rosetta.meters import LineMeter, Percentages, meter


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lines(percentages: Percentages, clock: Clock, steps: list[tuple[float, int]]) -> list[str]:
    """What is shown when so much is done at these times."""
    shown = []
    for clock.now, done in steps:
        shown.append(percentages.line(done))
    return [line for line in shown if line is not None]


def test_there_is_a_line_for_each_ten_per_cent(clock: Clock) -> None:
    percentages = Percentages("Sending", 1000, in_bytes=False, clock=clock)

    shown = lines(percentages, clock, [(2, 50), (4, 99), (6, 100), (8, 199), (10, 350), (12, 355)])

    assert shown == ["Sending: 10 % of 1000", "Sending: 35 % of 1000"]


def test_in_a_hurry_there_is_only_the_last(clock: Clock) -> None:
    percentages = Percentages("Sending", 100, clock=clock)

    shown = lines(percentages, clock, [(0.01 * done, done) for done in range(101)])

    assert shown == ["Sending: 100 % of 100 bytes"]


def test_what_takes_long_is_heard_of_all_the_same(clock: Clock) -> None:
    percentages = Percentages("Sending", 200 * 1024**2, clock=clock)

    shown = lines(percentages, clock, [(31, 2 * 1024**2), (45, 4 * 1024**2), (62, 6 * 1024**2), (99, 6 * 1024**2)])

    assert shown == ["Sending: 1 % of 200.0 MiB", "Sending: 3 % of 200.0 MiB"]


def test_going_back_is_not_shown(clock: Clock) -> None:
    percentages = Percentages("Sending", 100, clock=clock)

    shown = lines(percentages, clock, [(2, 50), (4, 20), (6, 40), (8, 60)])

    assert shown == ["Sending: 50 % of 100 bytes", "Sending: 60 % of 100 bytes"]


def test_a_meter_counts_and_jumps(clock: Clock) -> None:
    shown: list[str] = []
    meter = LineMeter(Percentages("Sending", 100, clock=clock), shown.append)

    for clock.now, step in ((2, 30), (4, 30), (6, -30), (8, 50)):
        meter.advance(step)
    clock.now = 10
    meter.set_progress(100)

    assert [line.split()[1] for line in shown] == ["30", "60", "80", "100"]


def test_progress_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("Receiving", 100) as receiving:
        receiving.set_progress(100)

    assert capsys.readouterr() == ("", "Receiving: 100 % of 100 bytes\n")


def test_nothing_is_said_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("Reading", 0):
        pass

    assert capsys.readouterr() == ("", "")
