"""Registering images, with and without data: cases 18 to 33."""

import re
from uuid import UUID, uuid4

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    CREATE_OK,
    OCTETS,
    RAW,
    MakeApi,
    create,
    header_block,
    ids,
    is_json,
    is_unknown,
    md5,
    meta,
    says,
    status_of,
)

FORMATS = {"disk_format": "raw", "container_format": "bare"}

RESERVED_AND_WITH_DATA = pytest.mark.parametrize("data", [b"", b"data"], ids=["reserved", "with data"])


def test_case_018_nothing_at_all_reserves_an_image(t1: Caller) -> None:
    answer = t1.post("/v1/images")

    image = answer.json["image"]
    assert answer.status == CREATE_OK
    assert is_json(answer)
    assert str(UUID(image.pop("id"))) in answer.headers["location"]
    assert image.pop("created_at") == image.pop("updated_at")
    assert image == {
        "name": None,
        "disk_format": None,
        "container_format": None,
        "size": 0,
        "virtual_size": None,
        "status": "queued",
        "is_public": False,
        "protected": False,
        "min_disk": 0,
        "min_ram": 0,
        "checksum": None,
        "owner": "t1",
        "deleted_at": None,
        "deleted": False,
        "properties": {},
    }


def test_case_018_the_answer_says_where_the_image_is(t1: Caller) -> None:
    answer = t1.post("/v1/images")

    location = answer.headers["location"]
    assert location == f"http://registry.example/v1/images/{answer.json['image']['id']}"
    assert t1.head(location.removeprefix("http://registry.example")).status == 200
    assert "etag" not in answer.headers


def test_case_018_times_have_microseconds_and_no_zone(t1: Caller) -> None:
    image = create(t1)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", image["created_at"])


def test_case_018_clients_that_insist_on_the_upstream_status_can_have_it(make_api: MakeApi) -> None:
    upstream = make_api(GLANCE_V1_STATUSES="upstream").caller("t1")

    assert upstream.post("/v1/images").status == 201


def test_case_019_data_make_an_active_image(t1: Caller) -> None:
    data = b"*" * 5120

    answer = t1.post("/v1/images", {**meta(name="cirros"), **RAW, **OCTETS}, data)

    image = answer.json["image"]
    assert answer.status == CREATE_OK
    assert image["name"] == "cirros"
    assert image["status"] == "active"
    assert image["size"] == 5120
    assert image["checksum"] == md5(data)
    assert image | FORMATS == image
    assert answer.headers["etag"] == md5(data)
    assert t1.get(f"/v1/images/{image['id']}").body == data


def test_case_020_chunks_of_a_declared_size_make_an_active_image(t1: Caller) -> None:
    data = b"*" * 5120

    answer = t1.post("/v1/images", {**RAW, **OCTETS, **meta(size="5120")}, data, chunked=True)

    image = answer.json["image"]
    assert answer.status == CREATE_OK
    assert image["status"] == "active"
    assert image["size"] == 5120
    assert image["checksum"] == md5(data)
    assert answer.headers["etag"] == md5(data)


def test_case_021_chunks_have_the_size_that_arrives(t1: Caller) -> None:
    data = b"*" * 5120

    answer = t1.post("/v1/images", {**RAW, **OCTETS}, data, chunked=True)

    image = answer.json["image"]
    assert answer.status == CREATE_OK
    assert image["status"] == "active"
    assert image["size"] == 5120
    assert t1.get(f"/v1/images/{image['id']}").body == data


def test_case_022_formats_are_kept_for_later(t1: Caller) -> None:
    image = create(t1, RAW)

    block = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert image["status"] == "queued"
    assert image | FORMATS == image
    assert block | FORMATS == block


def test_case_022_a_content_type_alone_is_no_data(t1: Caller) -> None:
    image = create(t1, {**OCTETS, "Content-Length": "0"})

    assert image["status"] == "queued"


@pytest.mark.parametrize("formats", [{}, RAW], ids=["without formats", "with formats"])
def test_case_023_an_image_of_no_bytes_is_active_at_once(api: Api, t1: Caller, formats: dict[str, str]) -> None:
    image = create(t1, {**formats, **meta(size="0")})

    answer = t1.get(f"/v1/images/{image['id']}")

    assert image["status"] == "active"
    assert answer.status == 200
    assert answer.body == b""
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "x-image-meta-checksum" not in answer.headers
    assert api.stored() == []


def test_case_024_a_size_alone_is_kept_for_later(t1: Caller) -> None:
    image = create(t1, meta(size="19"))

    assert image["status"] == "queued"
    assert image["size"] == 19


def test_case_024_a_checksum_alone_is_kept_for_later(t1: Caller) -> None:
    answer = t1.post("/v1/images", meta(checksum=md5(b"later")))

    assert answer.json["image"]["status"] == "queued"
    assert answer.json["image"]["checksum"] == md5(b"later")
    assert answer.headers["etag"] == md5(b"later")


@pytest.mark.parametrize("status", ["active", "saving", "nonsense"])
def test_case_025_a_status_is_ignored(t1: Caller, status: str) -> None:
    image = create(t1, meta(status=status))

    assert image["status"] == "queued"
    assert status_of(t1, image["id"]) == "queued"


def test_case_026_a_status_is_ignored_with_data(t1: Caller) -> None:
    image = create(t1, meta(status="queued"), b"data")

    assert image["status"] == "active"
    assert status_of(t1, image["id"]) == "active"


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param({}, id="none"),
        pytest.param({"Content-Type": "application/octet-st"}, id="nearly"),
        pytest.param({"Content-Type": "text/plain"}, id="text"),
        pytest.param({"Content-Type": "application/json"}, id="json"),
    ],
)
def test_case_027_data_of_another_type_are_refused_and_kill_the_image(
    api: Api, t1: Caller, content_type: dict[str, str]
) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **content_type}, b"data")

    assert answer.status == 400
    assert says(answer, "Content-Type must be application/octet-stream")
    assert status_of(t1, image_id) == "killed"
    assert ids(t1.get("/v1/images")) == []
    assert api.stored() == []


@pytest.mark.parametrize("content_type", ["application/octet-stream; charset=x", "Application/Octet-Stream"])
def test_case_028_parameters_of_the_type_are_ignored(t1: Caller, content_type: str) -> None:
    image = create(t1, {"Content-Type": content_type}, b"data")

    assert image["status"] == "active"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (meta(container_format="bare"), "Disk format is not specified"),
        (meta(disk_format="raw"), "Container format is not specified"),
        ({}, "Disk format is not specified"),
    ],
    ids=["disk", "container", "both"],
)
def test_case_029_data_need_formats(api: Api, t1: Caller, admin: Caller, given: dict[str, str], text: str) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**OCTETS, **meta(id=image_id), **given}, b"data")

    assert answer.status == 400
    assert says(answer, text)
    assert is_unknown(admin, image_id)
    assert api.stored() == []


@RESERVED_AND_WITH_DATA
@pytest.mark.parametrize(("value", "named"), [("invalid", "invalid"), ("RAW", "RAW"), ("", "None")])
def test_case_030_an_unknown_disk_format_creates_nothing(
    t1: Caller, admin: Caller, value: str, named: str, data: bytes
) -> None:
    image_id = str(uuid4())
    formats = {**RAW, **meta(disk_format=value)}

    answer = t1.post("/v1/images", {**OCTETS, **meta(id=image_id), **formats}, data)

    assert answer.status == 400
    assert says(answer, f"Invalid disk format '{named}' for image")
    assert is_unknown(admin, image_id)


@RESERVED_AND_WITH_DATA
@pytest.mark.parametrize(("value", "named"), [("invalid", "invalid"), ("RAW", "RAW"), ("", "None")])
def test_case_031_an_unknown_container_format_creates_nothing(
    t1: Caller, admin: Caller, value: str, named: str, data: bytes
) -> None:
    image_id = str(uuid4())
    formats = {**RAW, **meta(container_format=value)}

    answer = t1.post("/v1/images", {**OCTETS, **meta(id=image_id), **formats}, data)

    assert answer.status == 400
    assert says(answer, f"Invalid container format '{named}' for image")
    assert is_unknown(admin, image_id)


@RESERVED_AND_WITH_DATA
@pytest.mark.parametrize(("disk_format", "container_format"), [("aki", "ami"), ("raw", "ari"), ("ami", "bare")])
def test_case_032_formats_of_amazon_do_not_mix(
    t1: Caller, disk_format: str, container_format: str, data: bytes
) -> None:
    formats = meta(disk_format=disk_format, container_format=container_format)

    answer = t1.post("/v1/images", {**formats, **OCTETS}, data)

    assert answer.status == 400
    assert says(answer, "Invalid mix of disk and container formats")
    assert ids(t1.get("/v1/images")) == []


@pytest.mark.parametrize("given", ["disk_format", "container_format"])
@pytest.mark.parametrize("amazon", ["aki", "ari", "ami"])
def test_case_033_one_format_of_amazon_stands_for_both(t1: Caller, given: str, amazon: str) -> None:
    answer = t1.post("/v1/images", {**meta(**{given: amazon}), **OCTETS}, b"data")

    assert answer.status == CREATE_OK
    assert answer.json["image"]["disk_format"] == amazon
    assert answer.json["image"]["container_format"] == amazon
