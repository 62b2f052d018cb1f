"""Showing and downloading: cases 63 to 73."""

import re
from urllib.parse import quote
from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    DELETE_OK,
    RAW,
    MakeApi,
    create,
    denying,
    header_block,
    is_json,
    md5,
    meta,
    properties,
    record,
    says,
    set_status,
)

DATA = b"the bytes of an image"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")


def test_case_063_head_describes_the_image(t1: Caller) -> None:
    image = create(t1, meta(name="cirros"), DATA)

    answer = t1.head(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert header_block(answer) == {
        "id": image["id"],
        "name": "cirros",
        "status": "active",
        "size": str(len(DATA)),
        "disk_format": "raw",
        "container_format": "bare",
        "is_public": "False",
        "protected": "False",
        "deleted": "False",
        "min_ram": "0",
        "min_disk": "0",
        "owner": "t1",
        "checksum": md5(DATA),
        "created_at": image["created_at"],
        "updated_at": image["updated_at"],
    }


def test_case_063_head_has_neither_body_nor_json(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.head(f"/v1/images/{image['id']}")

    assert answer.headers["etag"] == md5(DATA)
    assert answer.body == b""
    assert not is_json(answer)
    assert answer.headers.get("content-length", "0") == "0"


def test_case_063_times_have_microseconds_and_no_zone(t1: Caller) -> None:
    image = create(t1)

    block = header_block(t1.head(f"/v1/images/{image['id']}"))

    assert TIME.fullmatch(block["created_at"])
    assert TIME.fullmatch(block["updated_at"])


@pytest.mark.parametrize(("method", "limit", "status"), [("HEAD", "9", 200), ("GET", "9", 200), ("GET", "1", 302)])
def test_case_063_header_names_are_in_the_case_of_the_original(
    api: Api, make_api: MakeApi, t1: Caller, method: str, limit: str, status: int
) -> None:
    """A client such as fog looks for `X-Image-Meta-` and finds an image without any field otherwise."""
    image = create(t1, {**RAW, **properties(**{"Kernel-ID": "k", quote("grüße"): "%"})}, data=b"12")

    answer = t1.through(make_api(MAX_INLINE_BYTES=limit)).request(method, f"/v1/images/{image['id']}")

    names = {name for name in answer.header_names if name.lower().startswith("x-image-")}
    assert answer.status == status
    assert all(name.startswith("X-Image-Meta-") for name in names)
    assert names >= {
        "X-Image-Meta-Id",
        "X-Image-Meta-Is_public",
        "X-Image-Meta-Disk_format",
        "X-Image-Meta-Property-Kernel_id",
        "X-Image-Meta-Property-Gr%c3%bc%c3%9fe",
    }


def test_case_063_conditions_are_ignored(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.head(f"/v1/images/{image['id']}", {"If-None-Match": md5(DATA)})

    assert answer.status == 200


def test_case_064_a_null_name_has_no_header(t1: Caller) -> None:
    image = create(t1)

    answer = t1.head(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert "x-image-meta-name" not in answer.headers


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_case_065_private_images_of_others_are_not_found(t1: Caller, t2: Caller, method: str) -> None:
    image = create(t1, data=DATA)

    answer = t2.request(method, f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert method == "GET" or answer.body == b""


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@pytest.mark.parametrize(
    "image_id",
    [
        pytest.param(str(uuid4()), id="unknown"),
        pytest.param("1", id="no uuid"),
        pytest.param(str(uuid4()) + "0", id="37 characters"),
        pytest.param("x" * 3000, id="3000 characters"),
        pytest.param("%C3%A9%00%FF", id="strange bytes"),
    ],
)
def test_case_065_ids_of_no_image_are_not_found(t1: Caller, method: str, image_id: str) -> None:
    answer = t1.request(method, f"/v1/images/{image_id}")

    assert answer.status == 404
    assert method == "GET" or answer.body == b""


def test_case_066_get_delivers_the_bytes(t1: Caller) -> None:
    every_byte = bytes(range(256)) * 3
    image = create(t1, {**meta(name="cirros"), **properties(distro="arch")}, every_byte)

    answer = t1.get(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert answer.body == every_byte
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(every_byte))
    assert answer.headers["etag"] == md5(every_byte)


def test_case_066_get_describes_the_image_as_head_does(t1: Caller) -> None:
    image = create(t1, {**meta(name="cirros"), **properties(distro="arch")}, DATA)

    answer = t1.get(f"/v1/images/{image['id']}")

    block = header_block(answer)
    assert block == header_block(t1.head(f"/v1/images/{image['id']}"))
    assert block["property-distro"] == "arch"
    assert block["checksum"] == md5(DATA)
    assert "location" not in block


@pytest.mark.parametrize("header", [{"Range": "bytes=0-3"}, {"If-None-Match": md5(DATA)}], ids=["range", "condition"])
def test_case_066_get_delivers_all_of_it_always(t1: Caller, header: dict[str, str]) -> None:
    image = create(t1, data=DATA)

    answer = t1.get(f"/v1/images/{image['id']}", header)

    assert answer.status == 200
    assert answer.body == DATA
    assert "content-md5" not in answer.headers


def test_case_066_more_bytes_than_can_pass_are_a_redirect(t1: Caller, make_api: MakeApi) -> None:
    image = create(t1, {**meta(name="big"), **properties(distro="arch")}, DATA)
    narrow = make_api(MAX_INLINE_BYTES=str(len(DATA) - 1)).caller("t1")

    answer = narrow.get(f"/v1/images/{image['id']}")

    assert answer.status == 302
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in answer.headers["location"]
    assert "response-content-type=application%2Foctet-stream" in answer.headers["location"]
    assert "response-content-disposition=attachment%3B%20filename%3D%22big.raw%22" in answer.headers["location"]
    assert "content-disposition" not in answer.headers
    assert header_block(answer) == header_block(t1.head(f"/v1/images/{image['id']}"))
    assert answer.headers["etag"] == md5(DATA)
    assert not is_json(answer)


def test_the_bytes_are_where_current_clients_look_for_them_too(make_api: MakeApi, t1: Caller, t2: Caller) -> None:
    image = create(t1, data=DATA)
    path = f"/v1/images/{image['id']}"

    shown, alias = t1.get(path), t1.get(f"{path}/file")
    redirected = t1.through(make_api(MAX_INLINE_BYTES="1")).get(f"{path}/file")

    ours = {name: value for name, value in shown.headers.items() if name != "x-openstack-request-id"}
    assert (alias.status, alias.body) == (200, DATA)
    assert ours.items() <= alias.headers.items()
    assert (redirected.status, redirected.headers["location"].partition("?")[0][:4]) == (302, "http")
    assert t2.get(f"{path}/file").status == 404


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SAVING, Status.KILLED])
def test_case_067_only_active_images_have_bytes(api: Api, t1: Caller, status: Status) -> None:
    image = create(t1, RAW)
    set_status(api, image["id"], status)

    answer = t1.get(f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert says(answer, "is not active")
    assert t1.head(f"/v1/images/{image['id']}").status == 200


@pytest.mark.parametrize("caller", ["t1", "admin"])
def test_case_068_bytes_of_deactivated_images_are_withheld_from_everybody(
    api: Api, t1: Caller, caller: str, request: pytest.FixtureRequest
) -> None:
    image = create(t1, data=DATA)
    set_status(api, image["id"], Status.DEACTIVATED)
    asking: Caller = request.getfixturevalue(caller)

    answer = asking.get(f"/v1/images/{image['id']}")

    assert answer.status == 403
    assert says(answer, "is deactivated")


def test_case_068_deactivated_images_can_be_described(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)
    set_status(api, image["id"], Status.DEACTIVATED)

    answer = t1.head(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert header_block(answer)["status"] == "deactivated"


def test_case_069_the_right_to_download_can_be_denied(t1: Caller, make_api: MakeApi) -> None:
    image = create(t1, data=DATA)
    caller = make_api(**denying("download_image")).caller("t1")

    answer = caller.get(f"/v1/images/{image['id']}")

    assert answer.status == 403
    assert caller.get(f"/v1/images/{uuid4()}").status == 403
    assert caller.head(f"/v1/images/{image['id']}").status == 200


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_case_070_the_right_to_read_can_be_denied(t1: Caller, make_api: MakeApi, method: str) -> None:
    image = create(t1, data=DATA)
    caller = make_api(**denying("get_image")).caller("t1")

    answer = caller.request(method, f"/v1/images/{image['id']}")

    assert answer.status == 403


def test_case_071_public_images_are_for_everybody(admin: Caller, t2: Caller) -> None:
    image = create(admin, meta(owner="t1", is_public="True"), DATA)

    answer = t2.get(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert answer.body == DATA
    assert header_block(answer)["owner"] == "t1"
    assert header_block(answer)["is_public"] == "True"


def test_case_071_private_images_of_nobody_are_for_everybody_too(admin: Caller, t2: Caller) -> None:
    image = create(admin, meta(owner=""), DATA)

    answer = t2.get(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert answer.body == DATA


def test_case_072_administrators_see_that_an_image_was_deleted(t1: Caller, admin: Caller) -> None:
    image = create(t1, properties(distro="arch"), DATA)
    assert t1.delete(f"/v1/images/{image['id']}").status == DELETE_OK

    answer = admin.head(f"/v1/images/{image['id']}")

    block = header_block(answer)
    assert answer.status == 200
    assert block["deleted"] == "True"
    assert block["status"] == "deleted"
    assert TIME.fullmatch(block["deleted_at"])
    assert "property-distro" not in block


def test_case_072_the_bytes_of_a_deleted_image_are_gone_for_administrators_too(t1: Caller, admin: Caller) -> None:
    image = create(t1, data=DATA)
    assert t1.delete(f"/v1/images/{image['id']}").status == DELETE_OK

    answer = admin.get(f"/v1/images/{image['id']}")

    assert answer.status == 404


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_case_072_nobody_else_sees_a_deleted_image(t1: Caller, method: str) -> None:
    image = create(t1, data=DATA)
    assert t1.delete(f"/v1/images/{image['id']}").status == DELETE_OK

    answer = t1.request(method, f"/v1/images/{image['id']}")

    assert answer.status == 404


def test_case_073_bytes_that_the_store_has_lost_are_not_found(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)
    location = record(api, image["id"]).location
    assert location is not None
    api.world.blobs.delete(location)

    answer = t1.get(f"/v1/images/{image['id']}")

    assert answer.status == 404
    assert t1.head(f"/v1/images/{image['id']}").status == 200


def test_case_073_a_store_that_does_not_answer_is_unavailable(api: Api, t1: Caller) -> None:
    image = create(t1, data=DATA)

    with api.s3_fault("GetObject", "SlowDown", 503):
        answer = t1.get(f"/v1/images/{image['id']}")

    assert answer.status == 503
