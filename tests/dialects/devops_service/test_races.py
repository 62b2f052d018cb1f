"""What holds when several callers act at once: cases 14 and 52, with real threads."""

from functools import partial

import pytest

from tests.api import Caller
from tests.dialects.devops_service.devops import (
    AMI,
    create,
    ids,
    message,
    path,
    post,
    put,
    record,
    records,
    show,
)
from tests.threads import at_once, statuses

REPEATED = pytest.mark.parametrize("turn", range(3))
THREADS = range(8)


@REPEATED
def test_case_014_of_creates_that_race_for_an_id_one_succeeds(admin: Caller, turn: int) -> None:
    bodies = [record(remote_user=f"user{number}", name=f"image {number}") for number in THREADS]

    answers = at_once(*(partial(post, admin, body) for body in bodies))

    assert statuses(answers) == [200] + [400] * 7
    assert all(AMI in message(answer) for answer in answers if answer.status == 400)
    [winner] = [body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200]
    assert show(admin, AMI) == winner
    assert records(admin) == [winner]


@REPEATED
def test_case_014_tenants_do_not_race_with_each_other(admin: Caller, other: Caller, turn: int) -> None:
    acts = [partial(post, caller, record()) for _ in range(4) for caller in (admin, other)]

    answers = at_once(*acts)

    assert statuses(answers[::2]) == [200] + [400] * 3
    assert statuses(answers[1::2]) == [200] + [400] * 3
    assert (ids(admin), ids(other)) == ([AMI], [AMI])


@REPEATED
def test_case_014_an_id_that_is_free_again_goes_to_one_of_those_that_want_it(admin: Caller, turn: int) -> None:
    create(admin, name="old")
    admin.delete(path(AMI))
    bodies = [record(name=f"image {number}") for number in THREADS]

    answers = at_once(*(partial(post, admin, body) for body in bodies))

    assert statuses(answers) == [200] + [400] * 7
    [winner] = [body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200]
    assert records(admin) == [winner]


@REPEATED
def test_case_052_of_deletes_that_race_one_succeeds(admin: Caller, turn: int) -> None:
    create(admin)

    answers = at_once(*(partial(admin.delete, path(AMI)) for _ in THREADS))

    assert statuses(answers) == [200] + [404] * 7
    assert all(AMI in message(answer) for answer in answers if answer.status == 404)
    assert records(admin) == []


@REPEATED
def test_case_052_after_a_race_of_deletes_the_id_is_free(admin: Caller, turn: int) -> None:
    create(admin, name="old")
    at_once(*(partial(admin.delete, path(AMI)) for _ in THREADS))

    answer = post(admin, record(name="new"))

    assert answer.status == 200
    assert records(admin) == [record(name="new")]


@REPEATED
def test_updates_of_different_fields_are_both_kept(admin: Caller, turn: int) -> None:
    create(admin)

    answers = at_once(
        partial(put, admin, AMI, {"name": "changed"}),
        partial(put, admin, AMI, {"remote_user": "root"}),
    )

    assert statuses(answers) == [200, 200]
    assert show(admin, AMI) == record(name="changed", remote_user="root")


@REPEATED
def test_updates_that_race_are_applied_whole(admin: Caller, turn: int) -> None:
    create(admin)
    changes = [{"name": f"image {number}", "remote_user": f"user{number}"} for number in range(4)]

    answers = at_once(*(partial(put, admin, AMI, change) for change in changes))

    assert statuses(answers) == [200] * 4
    assert show(admin, AMI) in [record(**change) for change in changes]


@REPEATED
def test_an_update_does_not_bring_a_deleted_image_back(admin: Caller, turn: int) -> None:
    create(admin)

    deleted, *updated = at_once(
        partial(admin.delete, path(AMI)),
        *(partial(put, admin, AMI, {"name": f"writer {number}"}) for number in range(4)),
    )

    assert deleted.status == 200
    assert set(statuses(updated)) <= {200, 404}
    assert admin.get(path(AMI)).status == 404
    assert records(admin) == []
