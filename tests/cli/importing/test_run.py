"""How an import goes about its images, whatever the dialect."""

import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from rosetta.errors import ServiceError
from rosetta.http import Closed, Service
from rosetta.importing.records import COPIED, CannotGoOn, Kind, Outcome, Record, Refused, fresh
from rosetta.importing.run import Run
from tests.cli.importing.conftest import Serve
from tests.cli.importing.scripted import Asked, Reply, Scripted
from tests.storage.web import Web

PATIENCE = 10


class Errands:
    """A move of plain numbers, by what is done with each."""

    probe = "/"
    note = ""

    def __init__(self, source: str, target: str, numbers: Iterator[int], act: Callable[[int], Outcome]) -> None:
        self.source, self.target = Service(source, {}), Service(target, {})
        self._numbers = numbers
        self._act = act

    def images(self) -> Iterator[Record[int]]:
        for number in self._numbers:
            yield Record(str(number), "", number)

    def copy(self, record: Record[int]) -> Outcome:
        return self._act(record.facts)


@pytest.fixture
def well(serve: Serve) -> Scripted:
    """A service that is well."""
    return serve(lambda _: Reply())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rosetta.importing.run.PAUSES", (0.0, 0.0))


def outcomes(errands: Errands, parallel: int = 2) -> dict[int, str]:
    return {record.facts: str(outcome.kind) for record, outcome in Run(errands, parallel).outcomes()}


def test_every_image_has_its_outcome(well: Scripted) -> None:
    def act(number: int) -> Outcome:
        if number % 3 == 0:
            raise Refused("a third")
        return COPIED

    found = outcomes(Errands(well.url, well.url, iter(range(30)), act), parallel=4)

    assert found == {number: "refused" if number % 3 == 0 else "copied" for number in range(30)}


def test_several_images_are_under_way_at_a_time(well: Scripted) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)

    def act(_number: int) -> Outcome:
        together.wait()
        return COPIED

    assert len(outcomes(Errands(well.url, well.url, iter(range(3)), act), parallel=3)) == 3


def test_no_more_is_listed_than_there_are_hands(well: Scripted) -> None:
    endless, begun = count(), threading.Semaphore(0)
    go_on = threading.Event()

    def act(_number: int) -> Outcome:
        begun.release()
        go_on.wait(PATIENCE)
        return COPIED

    running = Run(Errands(well.url, well.url, endless, act), 2).outcomes()
    listening = threading.Thread(target=next, args=(running,))
    listening.start()
    assert [begun.acquire(timeout=PATIENCE) for _ in range(2)] == [True, True]

    assert next(endless) == 2
    go_on.set()
    listening.join()
    running.close()


def test_whoever_stops_listening_ends_the_import(well: Scripted) -> None:
    running = Run(Errands(well.url, well.url, count(), lambda _: COPIED), 2).outcomes()
    next(running)
    begun = hands()

    running.close()

    assert (len(begun), hands()) == (2, [])


def hands() -> list[threading.Thread]:
    """The threads of imports."""
    return [thread for thread in threading.enumerate() if "_work" in thread.name]


def read(service: Service, begun: threading.Semaphore) -> None:
    with service.stream("/dripping") as response:
        begun.release()
        response.read()


def ask_on_and_on(service: Service, begun: threading.Semaphore) -> None:
    while True:
        service.call("GET", "/")
        begun.release()


def pause(service: Service, begun: threading.Semaphore) -> None:
    begun.release()
    service.pause(PATIENCE)


@pytest.mark.parametrize("errand", [read, ask_on_and_on, pause])
def test_what_an_import_is_at_is_broken_off(web: Web, errand: Callable[[Service, threading.Semaphore], None]) -> None:
    begun = threading.Semaphore(0)

    def act(number: int) -> Outcome:
        if number:
            errand(errands.target, begun)
        return COPIED

    errands = Errands(web.url(""), web.url(""), count(), act)
    running = Run(errands, 2).outcomes()
    next(running)
    assert [begun.acquire(timeout=PATIENCE) for _ in range(2)] == [True, True]

    running.close()

    assert hands() == []


def test_an_import_that_is_over_asks_for_nothing_more(well: Scripted) -> None:
    errands = Errands(well.url, well.url, iter([1]), lambda _: COPIED)
    outcomes(errands)
    asked = len(well.asked)

    for service in (errands.source, errands.target):
        with pytest.raises(Closed):
            service.call("GET", "/")

    assert len(well.asked) == asked


@pytest.mark.parametrize("status", [None, 409, 429, 502, 503, 504])
def test_what_may_pass_is_tried_again(well: Scripted, status: int | None) -> None:
    tries = iter([ServiceError("busy", status), ServiceError("busy", status), None])

    def act(_number: int) -> Outcome:
        error = next(tries)
        if error is not None:
            raise error
        return COPIED

    assert outcomes(Errands(well.url, well.url, iter([1]), act)) == {1: "copied"}


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500])
def test_what_will_not_pass_is_not(well: Scripted, status: int) -> None:
    tried: list[int] = []

    def act(number: int) -> Outcome:
        tried.append(number)
        raise ServiceError("no", status)

    assert outcomes(Errands(well.url, well.url, iter([1, 2]), act)) == {1: "refused", 2: "refused"}
    assert sorted(tried) == [1, 2]


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_service_that_goes_away_stops_the_import(serve: Serve, well: Scripted, end: str) -> None:
    asked: list[Asked] = []

    def leaving(request: Asked) -> Reply:
        asked.append(request)
        return Reply() if len(asked) == 1 else Reply(503, body=b"gone")

    def act(_number: int) -> Outcome:
        raise ServiceError("gone", 503)

    urls = {"source": well.url, "target": well.url, end: serve(leaving).url}

    with pytest.raises(CannotGoOn, match=f"the {end} .* cannot be used: 503: gone"):
        outcomes(Errands(urls["source"], urls["target"], count(), act))


def test_a_list_that_breaks_off_stops_the_import_after_what_was_read(well: Scripted) -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise ServiceError("500: oops", 500)

    found: list[Kind] = []

    with pytest.raises(CannotGoOn, match=r"the source .*: 500: oops"):
        found.extend(
            outcome.kind for _, outcome in Run(Errands(well.url, well.url, numbers(), lambda _: COPIED), 1).outcomes()
        )
    assert found == [Kind.COPIED]


def test_a_defect_is_not_hidden(well: Scripted) -> None:
    def act(_number: int) -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outcomes(Errands(well.url, well.url, iter([1]), act))


def records(*numbers: int) -> list[Record[int]]:
    return [Record(str(number), "", number) for number in numbers]


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([], []),
        ([[]], []),
        ([[1, 2], [3]], [1, 2, 3]),
        ([[1, 2], [2, 3], [3, 4]], [1, 2, 3, 4]),
        ([[1, 2], [1, 2], [3]], [1, 2]),
        ([[1, 1], [], [2]], [1]),
    ],
    ids=["no page", "an empty page", "pages", "overlapping", "the same again", "an empty page within"],
)
def test_pages_are_read_until_one_brings_nothing_new(pages: list[list[int]], found: list[int]) -> None:
    assert [record.facts for record in fresh(records(*page) for page in pages)] == found
