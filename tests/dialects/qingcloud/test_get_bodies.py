"""Filters in the body of a GET: cases 52 to 55."""

import json
from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Answer, Api, Caller
from tests.dialects.qingcloud.qingcloud import (
    FORM,
    IMAGES,
    JOBS,
    JSON,
    UNFINISHED,
    UNKNOWN,
    UNKNOWN_JOB,
    add,
    job_of,
    jobs_of,
    modify,
    page,
    query,
)
from tests.dialects.qingcloud.shapes import (
    assert_malformed,
    assert_not_found,
)
from tests.factories import START

MEDIA_TYPES = pytest.mark.parametrize("headers", [JSON, FORM, {}], ids=["JSON", "form", "none"])
FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "status": ({"status": "pending"}, ["making"]),
    "statuses in an array": ({"status": ["pending", "deprecated"]}, ["making", "old"]),
    "statuses with commas": ({"status": "pending, deprecated,,"}, ["making", "old"]),
    "both": ({"status": ["pending,deprecated", "available", "pending"]}, ["making", "old", "web"]),
    "system": ({"os_family": "CENTOS"}, ["web"]),
    "processor": ({"processor_type": "64bit"}, ["web"]),
    "word": ({"search_word": " WE"}, ["web"]),
    "visibility": ({"visibility": "public"}, []),
    "provider": ({"provider": "self"}, ["making", "old", "web"]),
    "limit": ({"limit": 1}, ["web"]),
    "limit as a text": ({"limit": "1"}, ["web"]),
    "offset": ({"offset": 2}, ["making"]),
    "offset as a text": ({"offset": "2", "limit": "1"}, ["making"]),
    "large limit": ({"limit": 10**30}, ["making", "old", "web"]),
    "all": ({"status": ["available"], "os_family": "centos", "limit": 5, "offset": 0}, ["web"]),
    "unknown keys": ({"verbose": 1, "nested": {"a": [None]}}, ["making", "old", "web"]),
    "empty values": ({"status": "", "images": [], "search_word": "", "limit": ""}, ["making", "old", "web"]),
    "nothing": ({}, ["making", "old", "web"]),
}
BLANK = {"none": b"", "blank": b" ", "line break": b"\n", "blanks": b"\r\n \t\r\n"}
NO_FILTERS = {
    "open": b'{"status": ',
    "word": b"status",
    "form": b"status=available",
    "array": b'["available"]',
    "empty array": b"[]",
    "string": b'"available"',
    "number": b"7",
    "null": b"null",
    "true": b"true",
    "no UTF-8": b'{"search_word": "\xff"}',
    "two documents": b"{}{}",
}
WRONG_TYPES: dict[str, dict[str, Any]] = {
    "number as status": {"status": 7},
    "object as status": {"status": {"0": "available"}},
    "number in an array": {"status": ["available", 7]},
    "null in an array": {"images": [None]},
    "array in an array": {"images": [["img-00000000"]]},
    "object as ids": {"images": {"1": "img-00000000"}},
    "true as ids": {"images": True},
    "array as word": {"search_word": ["web"]},
    "object as word": {"search_word": {"like": "web"}},
    "number as word": {"search_word": 7},
    "array as system": {"os_family": ["centos"]},
    "true as system": {"os_family": True},
    "array as processor": {"processor_type": ["64bit"]},
    "object as visibility": {"visibility": {}},
    "array as provider": {"provider": ["self"]},
    "true as limit": {"limit": True},
    "fraction as limit": {"limit": 1.5},
    "array as limit": {"limit": [1]},
    "word as limit": {"limit": "ten"},
    "zero as limit": {"limit": 0},
    "false as offset": {"offset": False},
    "object as offset": {"offset": {}},
    "negative offset": {"offset": -1},
    "unknown status": {"status": ["available", "running"]},
    "unknown processor": {"processor_type": "128bit"},
}


@pytest.fixture
def stock(api: Api) -> dict[str, str]:
    """The ids of three images by their names, newest first."""
    web = {"status": Status.ACTIVE, "os_family": "centos", "architecture": "x86_64"}
    return {
        "web": add(api, name="web", created_at=START.replace(minute=9), **web),
        "old": add(api, name="old", created_at=START.replace(minute=8), status=Status.DEPRECATED),
        "making": add(api, name="making", created_at=START.replace(minute=7), status=Status.QUEUED),
    }


def ask(caller: Caller, document: object, parameters: str = "") -> Answer:
    """A list whose filters are in the body."""
    return caller.get(IMAGES + parameters, JSON, json.dumps(document).encode())


def names(answer: Answer) -> list[str]:
    """The names in a list, sorted."""
    return sorted(image["image_name"] for image in page(answer)["images"])


@pytest.mark.parametrize(("filters", "expected"), FILTERS.values(), ids=FILTERS.keys())
def test_case_052_filters_may_be_in_the_body(
    alice: Caller, stock: dict[str, str], filters: dict[str, Any], expected: list[str]
) -> None:
    answer = ask(alice, filters)

    assert names(answer) == expected


@MEDIA_TYPES
def test_case_052_the_body_may_have_any_media_type(
    alice: Caller, stock: dict[str, str], headers: dict[str, str]
) -> None:
    answer = alice.get(IMAGES, headers, b'{"status": ["pending"], "limit": 5}')

    assert names(answer) == ["making"]


def test_case_052_ids_may_be_in_an_array_or_a_text(alice: Caller, stock: dict[str, str]) -> None:
    wanted = [stock["web"], stock["making"]]

    answers = [ask(alice, {"images": wanted}), ask(alice, {"images": ", ".join(wanted)})]

    assert [names(answer) for answer in answers] == [["making", "web"]] * 2
    assert [page(answer)["total_count"] for answer in answers] == [2, 2]


def test_case_052_an_unknown_id_is_not_found(alice: Caller, stock: dict[str, str]) -> None:
    answer = ask(alice, {"images": [stock["web"], UNKNOWN]})

    assert_not_found(answer)


def test_case_052_jobs_are_filtered_so_too(alice: Caller, stock: dict[str, str]) -> None:
    made = [job_of(modify(alice, image))["job_id"] for image in stock.values()]

    answer = alice.get(JOBS, JSON, json.dumps({"jobs": made[:2], "status": ["successful"], "limit": "5"}).encode())

    assert sorted(jobs_of(answer)) == sorted(made[:2])


@MEDIA_TYPES
@pytest.mark.parametrize("body", BLANK.values(), ids=BLANK.keys())
def test_case_053_a_blank_body_is_ignored(
    alice: Caller, stock: dict[str, str], body: bytes, headers: dict[str, str]
) -> None:
    answer = alice.get(IMAGES, headers, body)

    assert names(answer) == ["making", "old", "web"]


@pytest.mark.parametrize("target", [JOBS, UNFINISHED], ids=["jobs", "unfinished jobs"])
def test_case_053_that_is_so_for_jobs_too(alice: Caller, target: str) -> None:
    answer = alice.get(target, FORM, b"\n")

    assert answer.status == 200


@pytest.mark.parametrize(
    ("parameters", "document", "expected"),
    [
        ("?status=pending", {"status": ["deprecated"]}, ["making"]),
        ("?status=pending&status=available", {"status": "deprecated"}, ["making", "web"]),
        ("?status.1=pending", {"status": "deprecated"}, ["making"]),
        ("?search_word=o", {"search_word": "web"}, ["old"]),
        ("?limit=1", {"limit": 3}, ["web"]),
        ("?limit=1", {"offset": 1}, ["old"]),
        ("?limit=1", {"limit": 2, "status": ["pending"]}, ["making"]),
        ("?os_family=centos", {"search_word": "o"}, []),
        ("?search_word=", {"search_word": "web"}, ["web"]),
        ("?verbose=1", {"status": "pending"}, ["making"]),
    ],
    ids=[
        "status",
        "repeated",
        "numbered",
        "word",
        "limit",
        "other offset",
        "other status",
        "both count",
        "empty",
        "unknown",
    ],
)
def test_case_054_the_query_goes_before_the_body(
    alice: Caller, stock: dict[str, str], parameters: str, document: dict[str, Any], expected: list[str]
) -> None:
    answer = ask(alice, document, parameters)

    assert names(answer) == expected


def test_case_054_that_is_so_for_ids_too(alice: Caller, stock: dict[str, str]) -> None:
    answer = ask(alice, {"images": [stock["web"], UNKNOWN], "status": "pending"}, query(images=stock["making"]))

    assert names(answer) == ["making"]


@pytest.mark.parametrize("body", NO_FILTERS.values(), ids=NO_FILTERS.keys())
def test_case_055_a_body_that_is_no_object_is_refused(alice: Caller, stock: dict[str, str], body: bytes) -> None:
    answer = alice.get(IMAGES, FORM, body)

    assert_malformed(answer)


@pytest.mark.parametrize("document", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_case_055_a_filter_of_a_wrong_type_is_refused(
    alice: Caller, stock: dict[str, str], document: dict[str, Any]
) -> None:
    answer = ask(alice, document)

    assert_malformed(answer)


def test_case_055_a_list_of_jobs_refuses_it_too(alice: Caller) -> None:
    answers = [
        alice.get(JOBS, JSON, b'{"jobs": 7}'),
        alice.get(JOBS, JSON, b'{"status": "done"}'),
        alice.get(JOBS, JSON, b"["),
    ]

    for answer in answers:
        assert_malformed(answer)


@pytest.mark.parametrize("target", [UNFINISHED, f"/v2/zone/ac1/job/{UNKNOWN_JOB}"], ids=["unfinished jobs", "job"])
def test_case_055_so_does_every_other_get(alice: Caller, target: str) -> None:
    answers = [alice.get(target, JSON, body) for body in (b"{", b"[]", b"7")]

    for answer in answers:
        assert_malformed(answer)
