"""Tenants: case 57."""

import pytest

from tests.api import Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    NEW,
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


def test_case_057_another_tenant_is_not_shown_an_image(admin: Caller, other: Caller) -> None:
    create(admin)

    answer = other.get(path(AMI))

    assert answer.status == 404
    assert AMI in message(answer)


def test_case_057_another_tenant_cannot_update_an_image(admin: Caller, other: Caller) -> None:
    image = create(admin)

    answer = put(other, AMI, {"name": "changed"})

    assert answer.status == 404
    assert AMI in message(answer)
    assert show(admin, AMI) == image


def test_case_057_another_tenant_cannot_delete_an_image(admin: Caller, other: Caller) -> None:
    image = create(admin)

    answer = other.delete(path(AMI))

    assert answer.status == 404
    assert AMI in message(answer)
    assert show(admin, AMI) == image


def test_case_057_another_tenant_does_not_list_an_image(admin: Caller, other: Caller) -> None:
    create(admin)

    found = [records(other), records(other, "?provider=ec2"), other.get("/v3/images/provider/ec2").json]

    assert found == [[], [], []]


def test_case_057_somebody_elses_image_looks_like_none(admin: Caller, other: Caller) -> None:
    create(admin)

    theirs, none = other.get(path(AMI)), other.get(path(NEW))

    assert (theirs.status, none.status) == (404, 404)
    assert message(theirs).replace(AMI, NEW) == message(none)


def test_case_057_two_tenants_may_hold_the_same_id(admin: Caller, other: Caller) -> None:
    ours = create(admin, name="ours")

    answer = post(other, record(provider="static", remote_user="root", name="theirs"))

    assert answer.status == 200
    assert show(admin, AMI) == ours
    assert show(other, AMI) == record(provider="static", remote_user="root", name="theirs")
    assert (ids(admin), ids(other)) == ([AMI], [AMI])


def test_case_057_an_update_reaches_the_image_of_the_callers_tenant(admin: Caller, other: Caller) -> None:
    ours, theirs = create(admin, name="ours"), create(other, name="theirs")

    answer = put(other, AMI, {"remote_user": "root"})

    assert answer.status == 200
    assert show(admin, AMI) == ours
    assert show(other, AMI) == {**theirs, "remote_user": "root"}


def test_case_057_the_delete_of_another_tenant_leaves_ours(admin: Caller, other: Caller) -> None:
    ours = create(admin)
    create(other)

    answer = other.delete(path(AMI))

    assert answer.status == 200
    assert show(admin, AMI) == ours
    assert records(admin) == [ours]
    assert records(other) == []


def test_case_057_what_is_taken_in_one_tenant_stays_taken_there(admin: Caller, other: Caller) -> None:
    ours = create(admin)
    create(other)
    other.delete(path(AMI))

    answer = post(admin, record(name="again"))

    assert answer.status == 400
    assert AMI in message(answer)
    assert records(admin) == [ours]


@pytest.mark.parametrize(
    ("tenant", "image_id"),
    [("a", "b%2Fc"), ("a/b", "c"), ("a%2Fb", "c")],
    ids=["slash in the id", "slash in the tenant", "percent in the tenant"],
)
def test_names_of_tenants_and_ids_are_told_apart(api: Api, tenant: str, image_id: str) -> None:
    policies = ("read_images", "create_image")
    neighbours = [("a", "b"), ("a", "b%2Fc"), ("a/b", "c"), ("a%2Fb", "c")]
    callers = {name: api.basic_caller(name, *policies) for name in ("a", "a/b", "a%2Fb")}
    for name, taken in neighbours:
        create(callers[name], id=taken, name=f"{taken} of {name}")

    found = show(callers[tenant], image_id)

    assert found["name"] == f"{image_id} of {tenant}"


def test_whose_image_it_is_depends_on_the_tenant_not_on_the_user(api: Api, admin: Caller) -> None:
    image = create(admin)
    namesake = api.basic_caller("t2", "read_images", user="admin")
    colleague = api.basic_caller("t1", "read_images", user="ben")

    found = [records(namesake), records(colleague)]

    assert found == [[], [image]]
