"""What an import shows."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from rosetta.importing.records import COPIED, SKIPPED, Kind, Outcome, Record
from rosetta.importing.report import LULL, Bars, Lines, Tally

IMAGE = Record("5e7a1d90", "web", None)


def a_tally(*outcomes: Outcome) -> Tally:
    tally = Tally()
    for outcome in outcomes:
        tally.add(IMAGE, outcome)
    return tally


def test_the_end_shows_the_totals(capsys: pytest.CaptureFixture[str]) -> None:
    a_tally(COPIED, COPIED, SKIPPED).show()

    assert capsys.readouterr().out.splitlines() == ["COPIED  SKIPPED  REFUSED  TOTAL", "2       1        0        3"]


def test_the_end_shows_each_refused_image_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    refused = Outcome(Kind.REFUSED, "it is saving at the source")

    a_tally(COPIED, refused, refused).show()

    assert capsys.readouterr().out.splitlines() == [
        "REFUSED   NAME  WHY",
        "5e7a1d90  web   it is saving at the source",
        "5e7a1d90  web   it is saving at the source",
        "",
        "COPIED  SKIPPED  REFUSED  TOTAL",
        "1       0        2        3",
    ]


def test_a_name_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    tally.add(Record("1", "\x1b[31mred\n", None), Outcome(Kind.REFUSED, "why"))

    tally.show()

    assert "\x1b" not in capsys.readouterr().out


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    lines: list[str] = []
    now = iter([0.0, 1.0, LULL, LULL + 1, 2 * LULL])
    watch, tally = Lines(lines.append, lambda: next(now)), a_tally(COPIED)

    for done in (1, 2, 3, 1536):
        watch.moved("image", done, 1536)
        watch.finished(IMAGE, tally)

    assert lines == [
        "copied 1, skipped 0, refused 0; 2 bytes read",
        "copied 1, skipped 0, refused 0; 1.5 KiB read",
    ]


def test_on_a_terminal_large_images_have_bars_of_their_own_while_they_are_under_way() -> None:
    progress = Progress(console=Console(file=io.StringIO()))
    watch = Bars(progress)

    watch.moved("small", 10, 20)
    watch.moved(IMAGE.id, 5, 16 << 20)
    under_way = [(task.description, task.completed, task.total) for task in progress.tasks]
    watch.finished(IMAGE, a_tally(COPIED))

    assert under_way == [("reading", 15, None), ("5e7a1d90", 5, 16 << 20)]
    assert [task.description for task in progress.tasks] == ["copied 1, skipped 0, refused 0"]
