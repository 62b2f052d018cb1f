"""Updates of metadata: cases 80, 84 to 86, 88 to 92 and 95."""

from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    RAW,
    MakeApi,
    create,
    denying,
    header_block,
    ids,
    md5,
    meta,
    says,
    set_status,
    upload,
)

DATA = b"bytes of an image"
ELSEWHERE = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"


def test_case_080_an_administrator_publishes_an_image_and_withdraws_it(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)

    published = admin.put(f"/v1/images/{image['id']}", meta(is_public="True"))
    withdrawn = admin.put(f"/v1/images/{image['id']}", meta(is_public="False"))

    assert (published.status, published.json["image"]["is_public"]) == (200, True)
    assert (withdrawn.status, withdrawn.json["image"]["is_public"]) == (200, False)
    assert withdrawn.json["image"]["owner"] == "t1"


@pytest.mark.parametrize("who", ["t1", "admin"])
@pytest.mark.parametrize("status", ["queued", "saving", "killed", "deactivated", "deleted", "nonsense"])
def test_case_084_the_status_cannot_be_changed(t1: Caller, admin: Caller, who: str, status: str) -> None:
    image = create(t1, data=DATA)
    caller = {"t1": t1, "admin": admin}[who]

    answer = caller.put(f"/v1/images/{image['id']}", meta(status=status))

    assert answer.status == 403
    assert says(answer, "Forbidden to modify 'status' of image")
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["status"] == "active"


def test_case_084_an_unchanged_status_is_fine(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(status="active", name="new"))

    assert answer.status == 200
    assert answer.json["image"]["name"] == "new"


@pytest.mark.parametrize("other", [ELSEWHERE, "garbage"])
@pytest.mark.parametrize("who", ["t1", "admin"])
def test_case_085_the_id_cannot_be_changed(t1: Caller, admin: Caller, who: str, other: str) -> None:
    image = create(t1, data=DATA)
    caller = {"t1": t1, "admin": admin}[who]

    answer = caller.put(f"/v1/images/{image['id']}", meta(id=other))

    assert answer.status == 403
    assert says(answer, "Forbidden to modify 'id' of image")
    assert ids(t1.get("/v1/images")) == [image["id"]]


@pytest.mark.parametrize("size", ["17", "017"])
def test_an_unchanged_size_is_fine_however_it_is_written(t1: Caller, size: str) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(size=size))

    assert (answer.status, answer.json["image"]["size"]) == (200, len(DATA))


def test_case_085_an_unchanged_id_is_fine(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(id=image["id"]))

    assert answer.status == 200


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DEACTIVATED])
@pytest.mark.parametrize(("field", "value"), [("size", "1"), ("checksum", "f" * 32)])
def test_case_086_what_was_measured_is_not_the_owners_to_change(
    api: Api, t1: Caller, field: str, value: str, status: Status
) -> None:
    image = create(t1, data=DATA)
    set_status(api, image["id"], status)

    answer = t1.put(f"/v1/images/{image['id']}", meta(**{field: value}))

    assert answer.status == 403
    assert says(answer, f"Forbidden to modify '{field}' of {status} image")
    assert header_block(t1.head(f"/v1/images/{image['id']}"))[field] == str(image[field])


def test_case_086_what_was_measured_may_be_said_again(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(size=str(len(DATA)), checksum=md5(DATA)))

    assert answer.status == 200


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DEACTIVATED])
@pytest.mark.parametrize(("field", "value"), [("size", "1"), ("checksum", "f" * 32)])
def test_case_086_an_administrator_overrules_what_was_measured(
    api: Api, t1: Caller, admin: Caller, field: str, value: str, status: Status
) -> None:
    image = create(t1, data=DATA)
    set_status(api, image["id"], status)

    answer = admin.put(f"/v1/images/{image['id']}", meta(**{field: value}))

    assert answer.status == 200
    assert header_block(t1.head(f"/v1/images/{image['id']}"))[field] == value


def test_case_086_a_differing_size_is_noticed_before_the_data_are_refused(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = upload(t1, image["id"], b"other", meta(size="5"))

    assert answer.status == 403
    assert says(answer, "Forbidden to modify 'size' of active image")
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


@pytest.mark.parametrize("field", ["min_disk", "min_ram"])
@pytest.mark.parametrize("value", ["-42", "2147483648", "2147483649", "some"])
def test_case_088_sizes_of_machines_have_bounds(t1: Caller, field: str, value: str) -> None:
    image = create(t1, meta(**{field: "7"}), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(**{field: value}))

    assert answer.status == 400
    assert header_block(t1.head(f"/v1/images/{image['id']}"))[field] == "7"


@pytest.mark.parametrize("field", ["min_disk", "min_ram"])
def test_case_088_the_largest_size_of_machines_is_fine(t1: Caller, field: str) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(**{field: "2147483647"}))

    assert answer.status == 200
    assert answer.json["image"][field] == 2147483647


def test_case_089_a_public_image_of_somebody_else_is_forbidden(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, meta(name="mine"), DATA)
    admin.put(f"/v1/images/{image['id']}", meta(is_public="True"))

    answer = t2.put(f"/v1/images/{image['id']}", meta(name="yours"))

    assert answer.status == 403
    assert says(answer, "Forbidden to update image")
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["name"] == "mine"


def test_case_089_a_private_image_of_somebody_else_is_not_found(t1: Caller, t2: Caller) -> None:
    image = create(t1, meta(name="mine"), DATA)

    answer = t2.put(f"/v1/images/{image['id']}", meta(name="yours"))

    assert answer.status == 404
    assert says(answer, "not found")
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["name"] == "mine"


@pytest.mark.parametrize("can_share", ["false", "true"])
def test_case_089_a_shared_image_cannot_be_changed_by_a_member(t1: Caller, t2: Caller, can_share: str) -> None:
    image = create(t1, meta(name="mine"), DATA)
    share = f'{{"member": {{"can_share": {can_share}}}}}'.encode()
    t1.put(f"/v1/images/{image['id']}/members/t2", body=share)

    answer = t2.put(f"/v1/images/{image['id']}", meta(name="yours"))

    assert t2.head(f"/v1/images/{image['id']}").status == 200
    assert answer.status == 404
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["name"] == "mine"


def test_case_089_an_image_of_nobody_cannot_be_changed_by_everybody(t1: Caller, admin: Caller) -> None:
    image = create(admin, meta(owner=""), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(name="mine"))

    assert image["owner"] is None
    assert t1.head(f"/v1/images/{image['id']}").status == 200
    assert answer.status == 404


@pytest.mark.parametrize("unknown", [ELSEWHERE, "1", "x" * 64])
def test_case_090_an_unknown_image_is_not_found(t1: Caller, unknown: str) -> None:
    answer = t1.put(f"/v1/images/{unknown}", meta(name="new"))

    assert answer.status == 404
    assert says(answer, "not found")


def test_case_091_a_deleted_image_cannot_be_updated(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    t1.delete(f"/v1/images/{image['id']}")

    by_admin = admin.put(f"/v1/images/{image['id']}", meta(name="new"))
    by_owner = t1.put(f"/v1/images/{image['id']}", meta(name="new"))

    assert by_admin.status == 403
    assert says(by_admin, "Forbidden to update deleted image")
    assert by_owner.status == 404
    assert header_block(admin.head(f"/v1/images/{image['id']}"))["status"] == "deleted"


def test_case_092_an_owner_cannot_give_an_image_away(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(owner="t9"))

    assert answer.status == 200
    assert answer.json["image"]["owner"] == "t1"


def test_case_092_an_administrator_gives_an_image_to_somebody_else(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)

    answer = admin.put(f"/v1/images/{image['id']}", meta(owner="t2"))

    assert answer.status == 200
    assert answer.json["image"]["owner"] == "t2"
    assert ids(t2.get("/v1/images")) == [image["id"]]
    assert ids(t1.get("/v1/images")) == []


@pytest.mark.parametrize(
    ("policy", "headers"),
    [
        ("modify_image", meta(name="new")),
        ("publicize_image", meta(is_public="True")),
        ("copy_from", {"x-glance-api-copy-from": "s3://elsewhere/disk.raw"}),
        ("set_image_location", meta(location="s3://elsewhere/disk.raw")),
    ],
    ids=["modify_image", "publicize_image", "copy_from", "set_image_location"],
)
def test_case_095_an_update_needs_its_policies(
    api: Api, make_api: MakeApi, t1: Caller, policy: str, headers: dict[str, str]
) -> None:
    image = create(t1, {**RAW, **meta(name="old")})
    api.put_elsewhere("disk.raw", DATA)
    denied = make_api(**denying(policy)).caller("t1")

    answer = denied.put(f"/v1/images/{image['id']}", headers)

    assert answer.status == 403
    left = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert (left["name"], left["status"], left["is_public"]) == ("old", "queued", "False")


def test_case_095_data_need_the_policy_for_uploads(api: Api, make_api: MakeApi, t1: Caller) -> None:
    image = create(t1, RAW)
    denied = make_api(**denying("upload_image")).caller("t1")

    answer = upload(denied, image["id"], DATA)

    assert answer.status == 403
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["status"] == "queued"
    assert api.stored() == []


def test_case_095_publishing_is_denied_by_default(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(is_public="True"))

    assert answer.status == 403
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["is_public"] == "False"


def test_fields_that_are_not_named_stay(t1: Caller) -> None:
    image = create(t1, meta(name="old", min_disk="3", protected="True"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(min_ram="5"))

    unchanged = {"min_ram": 5, "updated_at": answer.json["image"]["updated_at"]}
    assert answer.status == 200
    assert answer.json["image"] == {**image, **unchanged}


def test_an_empty_name_is_none(t1: Caller) -> None:
    image = create(t1, meta(name="old"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(name=""))

    assert answer.status == 200
    assert answer.json["image"]["name"] is None


@pytest.mark.parametrize("given", ["disk_format", "container_format"])
def test_an_amazon_format_fills_in_the_other_one_of_an_active_image(t1: Caller, given: str) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", meta(**{given: "aki"}))

    assert answer.status == 200
    changed = answer.json["image"]
    assert (changed["disk_format"], changed["container_format"]) == ("aki", "aki")


def test_an_update_that_says_nothing_is_an_update_too(t1: Caller) -> None:
    image = create(t1, meta(name="old"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert answer.json["image"]["updated_at"] > image["updated_at"]
    assert answer.json["image"]["name"] == "old"


def test_what_is_wrong_with_an_update_is_said_of_an_image_that_is_not_there_too(t1: Caller) -> None:
    answer = t1.put(f"/v1/images/{uuid4()}", meta(min_ram="-1"))

    assert answer.status == 400
    assert says(answer, "Cannot be a negative value")
