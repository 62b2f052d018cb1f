"""Queries and scans that take several pages."""

from typing import Any

from chalicelib.storage import pages


def test_all_pages_are_asked_for_and_none_before_it_is_needed() -> None:
    asked: list[Any] = []

    def ask(**parameters: Any) -> dict[str, Any]:
        asked.append(parameters)
        last = {"LastEvaluatedKey": {"k": "2"}} if len(asked) == 1 else {}
        return {"Items": [{"n": len(asked)}], **last}

    found = pages.items(ask)
    first = next(found)

    assert (first, len(asked)) == ({"n": 1}, 1)
    assert list(found) == [{"n": 2}]
    assert [each["exclusive_start_key"] for each in asked] == [None, {"k": "2"}]
    assert {each["consistent_read"] for each in asked} == {True}
