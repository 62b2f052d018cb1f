"""Deleting: cases 96 to 102."""

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    DELETE_OK,
    RAW,
    MakeApi,
    create,
    header_block,
    ids,
    is_json,
    meta,
    properties,
    record,
    says,
    set_status,
)

DATA = b"bytes of an image"
UNKNOWN = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
DELAYED = {"DELAYED_DELETE": "true"}


def test_case_096_a_deleted_image_is_gone(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK
    assert answer.body == b""
    assert not is_json(answer)
    assert t1.get(f"/v1/images/{image['id']}").status == 404
    assert t1.head(f"/v1/images/{image['id']}").status == 404
    assert ids(t1.get("/v1/images")) == ids(t1.get("/v1/images/detail")) == []
    assert api.stored() == []


def test_case_096_the_status_of_the_original_can_be_had(make_api: MakeApi) -> None:
    t1 = make_api(GLANCE_V1_STATUSES="upstream").caller("t1")
    image_id = t1.post("/v1/images").json["image"]["id"]

    answer = t1.delete(f"/v1/images/{image_id}")

    assert (answer.status, answer.body) == (200, b"")
    assert not is_json(answer)


def test_case_096_a_deleted_image_keeps_neither_properties_nor_members(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, properties(distro="arch"), DATA)
    t1.put(f"/v1/images/{image['id']}/members/t2")

    t1.delete(f"/v1/images/{image['id']}")

    left = header_block(admin.head(f"/v1/images/{image['id']}"))
    assert left["deleted_at"] == left["updated_at"] > image["updated_at"]
    assert not any(name.startswith("property-") for name in left)
    assert t2.get("/v1/shared-images/t2").json == {"shared_images": []}


def test_case_097_an_image_is_deleted_once(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    t1.delete(f"/v1/images/{image['id']}")
    before = header_block(admin.head(f"/v1/images/{image['id']}"))

    answer = admin.delete(f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert says(answer, "not found")
    assert before["status"] == "deleted"
    assert header_block(admin.head(f"/v1/images/{image['id']}")) == before


def test_case_097_an_owner_does_not_find_a_deleted_image(t1: Caller) -> None:
    image = create(t1, data=DATA)
    t1.delete(f"/v1/images/{image['id']}")

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == 404


@pytest.mark.parametrize("settings", [{}, DELAYED], ids=["at once", "delayed"])
@pytest.mark.parametrize("status", [Status.QUEUED, Status.SAVING, Status.KILLED])
def test_case_098_an_image_without_data_is_deleted_at_once(
    make_api: MakeApi, settings: dict[str, str], status: Status
) -> None:
    api = make_api(**settings)
    t1, admin = api.caller("t1"), api.caller("ops", "admin")
    image = create(t1, RAW)
    set_status(api, image["id"], status)

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK
    assert header_block(admin.head(f"/v1/images/{image['id']}"))["status"] == "deleted"


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DEACTIVATED])
def test_case_099_a_delayed_deletion_waits(make_api: MakeApi, status: Status) -> None:
    api = make_api(**DELAYED)
    t1, admin = api.caller("t1"), api.caller("ops", "admin")
    image = create(t1, data=DATA)
    set_status(api, image["id"], status)

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK
    assert answer.body == b""
    left = header_block(admin.head(f"/v1/images/{image['id']}"))
    assert (left["status"], left["deleted"]) == ("pending_delete", "True")
    assert "deleted_at" in left
    assert t1.head(f"/v1/images/{image['id']}").status == 404
    assert ids(t1.get("/v1/images")) == []


def test_case_099_an_image_that_waits_to_be_deleted_is_not_deleted_again(make_api: MakeApi) -> None:
    api = make_api(**DELAYED)
    t1, admin = api.caller("t1"), api.caller("ops", "admin")
    image = create(t1, data=DATA)
    t1.delete(f"/v1/images/{image['id']}")

    answer = admin.delete(f"/v1/images/{image['id']}")

    assert answer.status == 403
    assert says(answer, "Forbidden to delete a pending_delete image")
    assert record(api, image["id"]).status is Status.PENDING_DELETE


@pytest.mark.parametrize("who", ["t1", "admin"])
def test_case_100_a_protected_image_cannot_be_deleted(t1: Caller, admin: Caller, who: str) -> None:
    image = create(t1, meta(protected="True"), DATA)
    caller = {"t1": t1, "admin": admin}[who]

    answer = caller.delete(f"/v1/images/{image['id']}")

    assert answer.status == 403
    assert says(answer, "Image is protected")
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_100_an_image_can_be_deleted_when_it_is_no_longer_protected(t1: Caller) -> None:
    image = create(t1, meta(protected="True"), DATA)
    t1.put(f"/v1/images/{image['id']}", meta(protected="False"))

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK


def test_case_101_a_public_image_of_somebody_else_is_forbidden(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    admin.put(f"/v1/images/{image['id']}", meta(is_public="True"))

    answer = t2.delete(f"/v1/images/{image['id']}")

    assert answer.status == 403
    assert t2.get(f"/v1/images/{image['id']}").body == DATA


def test_case_101_a_private_image_of_somebody_else_is_not_found(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t2.delete(f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_101_a_shared_image_cannot_be_deleted_by_a_member(t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    t1.put(f"/v1/images/{image['id']}/members/t2", body=b'{"member": {"can_share": true}}')

    answer = t2.delete(f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert t2.get(f"/v1/images/{image['id']}").body == DATA


@pytest.mark.parametrize("unknown", [UNKNOWN, "-1", UNKNOWN + "x"], ids=["unknown", "-1", "37 characters"])
def test_case_101_an_unknown_image_is_not_found(t1: Caller, unknown: str) -> None:
    answer = t1.delete(f"/v1/images/{unknown}")

    assert answer.status == 404
    assert says(answer, "not found")


def test_case_102_an_image_whose_store_refuses_stays_as_it_was(api: Api, t1: Caller) -> None:
    image = create(t1, properties(distro="arch"), DATA)
    t1.put(f"/v1/images/{image['id']}/members/t2")

    with api.s3_fault("DeleteObject", "AccessDenied", 403):
        answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == 403
    left = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert (left["status"], left["deleted"], left["property-distro"]) == ("active", "False", "arch")
    assert "deleted_at" not in left
    assert t1.get(f"/v1/images/{image['id']}").body == DATA
    assert ids(t1.get("/v1/images")) == [image["id"]]
    assert len(t1.get(f"/v1/images/{image['id']}/members").json["members"]) == 1


def test_case_102_such_an_image_can_be_deleted_later(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)
    with api.s3_fault("DeleteObject", "AccessDenied", 403):
        t1.delete(f"/v1/images/{image['id']}")

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK
    assert api.stored() == []
