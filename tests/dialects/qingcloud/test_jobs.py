"""What is asked of jobs: cases 23 to 28."""

from urllib.parse import quote

import pytest

from tests.api import Api, Caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import (
    ELSEWHERE,
    JOBS,
    UNFINISHED,
    UNKNOWN_JOB,
    ZONE,
    ZONES,
    add,
    brief,
    capture,
    delete,
    job,
    job_of,
    jobs_of,
    modify,
    page,
    query,
)
from tests.dialects.qingcloud.shapes import (
    Record,
    assert_job,
    assert_malformed,
    assert_not_found,
    assert_ok,
)


@pytest.fixture
def five(api: Api, alice: Caller) -> list[str]:
    """The ids of five jobs that have ended, newest first, each some seconds after the one before."""
    image = add(api)
    made = []
    for number in range(5):
        api.clock.advance(3)
        made.append(job_of(modify(alice, image, image_name=f"name {number}"))["job_id"])
    return made[::-1]


def unfinished(caller: Caller, zone: str = ZONE) -> list[Record]:
    """The jobs that have not ended."""
    answer = caller.get(f"/v2/zone/{zone}/unfinished_jobs")
    assert_ok(answer)
    assert isinstance(answer.json, list)
    found: list[Record] = answer.json
    return found


@pytest.mark.parametrize("asked", ZONES)
def test_case_023_a_job_is_found_in_each_zone(api: Api, alice: Caller, machines: Machines, asked: str) -> None:
    made = capture(alice, machines.start(zone=ELSEWHERE), zone=ELSEWHERE)

    found = job(alice, made["job_id"], asked)
    api.work()
    ended = job(alice, made["job_id"], asked)

    assert (found["job_id"], found["zone"]) == (made["job_id"], ELSEWHERE)
    assert (ended["status"], ended["zone"]) == ("successful", ELSEWHERE)


@pytest.mark.parametrize(
    "job_id", [UNKNOWN_JOB, "j-00000000", "j-bm6ym3r8", "unknown", "%00", "测", "x" * 3000], ids=brief
)
def test_case_024_an_unknown_job_is_not_found(alice: Caller, five: list[str], job_id: str) -> None:
    answer = alice.get(f"/v2/zone/{ZONE}/job/{quote(job_id, safe='%')}")

    assert_not_found(answer)


def test_case_025_a_job_of_another_tenant_is_not_found(bob: Caller, five: list[str]) -> None:
    answers = [bob.get(f"/v2/zone/{ZONE}/job/{job_id}") for job_id in five]

    for answer in answers:
        assert_not_found(answer)
    assert page(bob.get(JOBS)) == {"jobs": [], "total_count": 0}
    assert unfinished(bob) == []


def test_jobs_are_shown_alike_everywhere(alice: Caller, five: list[str]) -> None:
    found = page(alice.get(JOBS))["jobs"]

    assert found == [job(alice, job_id) for job_id in five]
    for each in found:
        assert_job(each)


def test_case_026_jobs_are_listed_newest_first(alice: Caller, five: list[str]) -> None:
    found = page(alice.get(JOBS))

    assert [each["job_id"] for each in found["jobs"]] == five
    assert found["total_count"] == 5


@pytest.mark.parametrize(
    "parameters",
    [
        "jobs={0},{1}",
        "jobs={1},{0}",
        "jobs={0}&jobs={1}",
        "jobs.1={0}&jobs.2={1}",
        "jobs.7={1}&jobs.10={0}",
        "jobs=%20{0}%20,,{1},{0},",
        "jobs={0}&jobs.1={1}",
    ],
    ids=["comma", "comma reversed", "repeated", "numbered", "numbered with gaps", "untidy", "mixed"],
)
def test_case_026_some_jobs_are_asked_for(alice: Caller, five: list[str], parameters: str) -> None:
    wanted = [five[1], five[3]]

    found = page(alice.get(f"{JOBS}?{parameters.format(*wanted)}"))

    assert [each["job_id"] for each in found["jobs"]] == wanted
    assert found["total_count"] == 2


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ("limit=2", [0, 1]),
        ("limit=2&offset=2", [2, 3]),
        ("limit=2&offset=4", [4]),
        ("offset=3", [3, 4]),
        ("offset=5", []),
        ("offset=99&limit=1000", []),
    ],
    ids=str,
)
def test_case_026_jobs_have_pages(alice: Caller, five: list[str], parameters: str, places: list[int]) -> None:
    found = page(alice.get(f"{JOBS}?{parameters}"))

    assert [each["job_id"] for each in found["jobs"]] == [five[place] for place in places]
    assert found["total_count"] == 5


def test_case_026_a_page_of_jobs_has_ten(api: Api, alice: Caller) -> None:
    image = add(api)
    for _ in range(12):
        modify(alice, image)

    found = page(alice.get(JOBS))

    assert (len(found["jobs"]), found["total_count"]) == (10, 12)


@pytest.mark.parametrize(
    "parameters",
    ["limit=0", "limit=-1", "limit=ten", "limit=1.5", "offset=-1", "offset=x", "offset=0.5", "limit=%C2%B2"],
)
def test_case_026_odd_pages_of_jobs_are_refused(alice: Caller, parameters: str) -> None:
    answer = alice.get(f"{JOBS}?{parameters}")

    assert_malformed(answer)


def test_an_unknown_job_among_others_is_refused_or_left_out(alice: Caller, five: list[str]) -> None:
    answer = alice.get(JOBS + query(jobs=f"{UNKNOWN_JOB},{five[2]}"))

    if answer.status == 200:
        assert jobs_of(answer) == [five[2]]
    else:
        assert_not_found(answer)


def test_a_job_of_another_tenant_is_refused_or_left_out(bob: Caller, five: list[str]) -> None:
    answer = bob.get(JOBS + query(jobs=five[2]))

    if answer.status == 200:
        assert page(answer) == {"jobs": [], "total_count": 0}
    else:
        assert_not_found(answer)


@pytest.mark.parametrize(
    ("parameters", "waiting", "ended"),
    [
        ("status=pending,working", True, False),
        ("status=pending&status=working", True, False),
        ("status.1=working&status.2=pending", True, False),
        ("status=successful", False, True),
        ("status=failed", False, False),
        ("status=successful,failed", False, True),
        ("status=pending,working,successful,failed", True, True),
        ("status=", True, True),
    ],
    ids=str,
)
def test_case_027_jobs_are_listed_by_status(
    api: Api, alice: Caller, stopped: str, parameters: str, waiting: bool, ended: bool
) -> None:
    first = job_of(modify(alice, add(api)))["job_id"]
    api.clock.advance(2)
    second = capture(alice, stopped)["job_id"]

    found = page(alice.get(f"{JOBS}?{parameters}"))

    assert [each["job_id"] for each in found["jobs"]] == [second] * waiting + [first] * ended
    assert found["total_count"] == waiting + ended


@pytest.mark.parametrize("status", ["done", "done with failure", "available", "successful,done", "0", "*"])
def test_case_027_an_unknown_status_is_refused(alice: Caller, status: str) -> None:
    answer = alice.get(JOBS + query(status=status))

    assert_malformed(answer)


def test_case_027_both_filters_count(alice: Caller, five: list[str]) -> None:
    both = jobs_of(alice.get(JOBS + query(jobs=five[0], status="successful")))
    one = jobs_of(alice.get(JOBS + query(jobs=five[0], status="pending")))

    assert (both, one) == ([five[0]], [])


def test_case_028_a_job_that_has_ended_is_finished(api: Api, alice: Caller, stopped: str, five: list[str]) -> None:
    made = capture(alice, stopped)

    before = unfinished(alice)
    api.work()
    after = unfinished(alice)

    assert [each["job_id"] for each in before] == [made["job_id"]]
    assert {each["status"] for each in before} <= {"pending", "working"}
    assert_job(before[0])
    assert after == []


def test_case_028_without_jobs_the_array_is_empty(alice: Caller) -> None:
    answer = alice.get(UNFINISHED)

    assert_ok(answer)
    assert answer.json == []


def test_a_deletion_ends_too(api: Api, alice: Caller) -> None:
    made = job_of(delete(alice, add(api)))

    api.work()

    assert job(alice, made["job_id"])["status"] == "successful"
    assert unfinished(alice) == []
