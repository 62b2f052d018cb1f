"""Streams that take turns while they wait."""

from collections.abc import Generator

import pytest

from chalicelib.storage.turns import Steps, Stream, collect, each, interleave, run, start_all

EVENTS = list[str]


def stream(name: str, values: str, events: EVENTS) -> Stream[str]:
    """Each of these values is waited for; a blank is one that is not there yet."""
    try:
        for value in values:
            events.append(f"{name} asks")
            yield None
            if value == "!":
                raise ValueError(name)
            if value != " ":
                yield value
    finally:
        events.append(f"{name} ends")


def test_work_that_nobody_takes_turns_with_is_done() -> None:
    def work() -> Steps[int]:
        yield
        yield
        return 5

    assert run(work()) == 5


def test_work_that_fails_fails() -> None:
    def work() -> Steps[int]:
        yield
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(work())


def test_streams_wait_for_their_first_values_together_and_lose_nothing() -> None:
    events: EVENTS = []
    one, two, three = start_all([stream("1", "ab", events), stream("2", "", events), stream("3", "  c", events)])

    assert events == ["1 asks", "2 ends", "3 asks", "3 asks", "3 asks"]
    assert (list(one), list(two), list(three)) == (["a", "b"], [], ["c"])


def test_nothing_is_begun_if_there_is_nothing_to_begin() -> None:
    assert start_all([]) == []
    assert list(interleave([])) == []


def test_streams_are_read_in_turns_to_the_end() -> None:
    events: EVENTS = []

    values = list(interleave([stream("1", "ab", events), stream("2", "c", events)]))

    assert values == ["a", "c", "b"]
    assert events == ["1 asks", "2 asks", "1 asks", "2 ends", "1 ends"]


@pytest.mark.parametrize("read", [start_all, lambda streams: list(interleave(streams))], ids=["begun", "in-turns"])
def test_if_one_fails_all_are_closed_though_the_error_is_kept(read: object) -> None:
    events: EVENTS = []
    streams = [each(str.upper, stream(name, values, events)) for name, values in (("1", "  a"), ("2", "!"), ("3", "a"))]

    with pytest.raises(ValueError, match="2") as kept:
        read(streams)  # type: ignore[operator]  # one of the two

    assert sorted(events) == ["1 asks", "1 asks", "1 ends", "2 asks", "2 ends", "3 asks", "3 ends"]
    assert kept.value is not None


def test_begun_streams_are_closed_when_nobody_reads_on() -> None:
    events: EVENTS = []
    [one] = start_all([stream("1", "ab", events)])

    assert next(one) == "a"
    del one

    assert events == ["1 asks", "1 ends"]


def test_what_becomes_of_values_may_be_nothing() -> None:
    changed = each(lambda value: value.upper() if value != "b" else None, stream("1", "abc", []))

    assert list(changed) == [None, "A", None, None, None, "C"]


def test_all_values_are_gathered_with_the_pauses_of_their_stream() -> None:
    work: Generator[None, None, list[str]] = collect(stream("1", "ab", []))

    assert (next(work), next(work)) == (None, None)
    assert run(work) == ["a", "b"]
