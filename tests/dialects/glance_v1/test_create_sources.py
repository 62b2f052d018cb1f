"""Registering images whose data are elsewhere: cases 44 and 53 to 59."""

import hashlib
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    CREATE_OK,
    DELETE_OK,
    OCTETS,
    RAW,
    create,
    header_block,
    ids,
    is_unknown,
    meta,
    says,
)

DATA = b"bytes that others keep"

Source = Callable[[str], dict[str, str]]


def in_place(url: str) -> dict[str, str]:
    return meta(location=url)


def copied(url: str) -> dict[str, str]:
    return {"x-glance-api-copy-from": url}


BOTH_WAYS = pytest.mark.parametrize("source", [in_place, copied], ids=["location", "copy-from"])


def test_case_044_an_unknown_store_is_refused(t1: Caller, admin: Caller) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**RAW, **OCTETS, **meta(id=image_id, store="bad")}, DATA)

    assert answer.status == 400
    assert says(answer, "Required store bad is invalid")
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize("store", ["s3", "file"])
def test_case_044_the_store_has_two_names(t1: Caller, store: str) -> None:
    image = create(t1, meta(store=store), DATA)

    assert image["status"] == "active"
    assert "store" not in image
    assert "x-image-meta-store" not in t1.head(f"/v1/images/{image['id']}").headers


@BOTH_WAYS
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file%3A///etc/passwd",
        "FILE:///etc/passwd",
        "swift+config://x",
        "filesystem:///x",
        "ftp://example.org/x",
    ],
)
def test_case_053_other_schemes_are_refused(t1: Caller, admin: Caller, source: Source, url: str) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **source(url)})

    assert answer.status == 400
    assert says(answer, "External sources are not supported")
    assert is_unknown(admin, image_id)


@BOTH_WAYS
def test_case_054_an_empty_source_is_refused(t1: Caller, admin: Caller, source: Source) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **source("")})

    assert answer.status == 400
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("s3://elsewhere/absent", id="no such object"),
        pytest.param("s3://nobody-has-this-bucket/object", id="no such bucket"),
    ],
)
def test_case_055_a_location_must_exist(api: Api, t1: Caller, admin: Caller, url: str) -> None:
    image_id = str(uuid4())
    api.put_elsewhere("present", DATA)

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **in_place(url)})

    assert answer.status == 404
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://", id="no server"),
        pytest.param("s3://elsewhere", id="no object"),
        pytest.param("http://127.0.0.1:5000/x", id="loopback"),
        pytest.param("http://localhost/x", id="loopback by name"),
        pytest.param("http://169.254.169.254/latest/meta-data/", id="metadata of the machine"),
        pytest.param("http://10.0.0.1/x", id="private"),
        pytest.param("http://[::1]/x", id="loopback of IPv6"),
    ],
)
def test_case_055_a_location_must_be_one_that_everybody_could_read(t1: Caller, admin: Caller, url: str) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **in_place(url)})

    assert answer.status == 400
    assert says(answer, "Invalid location")
    assert is_unknown(admin, image_id)


def test_case_055_data_of_another_image_are_no_location(api: Api, t1: Caller, t2: Caller) -> None:
    create(t1, data=DATA)
    [key] = api.stored()

    answer = t2.post("/v1/images", {**RAW, **in_place(f"s3://{api.world.blobs.bucket}/{key}")})

    assert answer.status == 400
    assert says(answer, "Invalid location")
    assert ids(t2.get("/v1/images")) == []


@pytest.mark.parametrize(
    ("sources", "data"),
    [((in_place,), DATA), ((copied,), DATA), ((copied, in_place), b"")],
    ids=["location and data", "copy-from and data", "copy-from and location"],
)
def test_case_056_data_have_one_source(
    api: Api, t1: Caller, admin: Caller, sources: tuple[Source, ...], data: bytes
) -> None:
    image_id, url = str(uuid4()), api.put_elsewhere("disk.raw", DATA)
    headers = {**RAW, **OCTETS, **meta(id=image_id)}
    for source in sources:
        headers |= source(url)

    answer = t1.post("/v1/images", headers, data)

    assert answer.status == 400
    assert says(answer, "multiple image sources")
    assert is_unknown(admin, image_id)
    assert api.stored() == []


def test_case_057_data_at_a_location_make_an_active_image(api: Api, t1: Caller) -> None:
    url = api.put_elsewhere("disk.raw", DATA)

    answer = t1.post("/v1/images", {**RAW, **in_place(url)})

    image = answer.json["image"]
    assert answer.status == CREATE_OK
    assert image["status"] == "active"
    assert image["size"] == len(DATA)
    assert image["checksum"] is None
    assert "etag" not in answer.headers
    assert t1.get(f"/v1/images/{image['id']}").body == DATA


def test_case_057_a_location_is_never_shown(api: Api, t1: Caller) -> None:
    url = api.put_elsewhere("disk.raw", DATA)

    answer = t1.post("/v1/images", {**RAW, **in_place(url)})

    image = answer.json["image"]
    shown = t1.head(f"/v1/images/{image['id']}")
    assert not {"location", "locations", "direct_url"} & image.keys()
    assert "location" not in header_block(shown)
    assert url not in answer.text + "".join(shown.headers.values())


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (meta(container_format="bare"), "Disk format is not specified"),
        (meta(disk_format="raw"), "Container format is not specified"),
    ],
    ids=["disk", "container"],
)
def test_case_057_data_at_a_location_need_formats(
    api: Api, t1: Caller, admin: Caller, given: dict[str, str], text: str
) -> None:
    image_id, url = str(uuid4()), api.put_elsewhere("disk.raw", DATA)

    answer = t1.post("/v1/images", {**given, **meta(id=image_id), **in_place(url)})

    assert answer.status == 400
    assert says(answer, text)
    assert is_unknown(admin, image_id)


def test_case_057_deleting_the_image_leaves_data_of_others_alone(api: Api, t1: Caller) -> None:
    url = api.put_elsewhere("disk.raw", DATA)
    image = create(t1, {**RAW, **in_place(url)})

    answer = t1.delete(f"/v1/images/{image['id']}")

    assert answer.status == DELETE_OK
    assert create(t1, {**RAW, **in_place(url)})["size"] == len(DATA)


def test_case_058_a_declared_size_must_be_the_one_at_the_location(api: Api, t1: Caller, admin: Caller) -> None:
    image_id, url = str(uuid4()), api.put_elsewhere("disk.raw", b"xx")

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id, size="1"), **in_place(url)})

    assert answer.status == 409
    assert is_unknown(admin, image_id)


def test_case_058_the_right_size_is_accepted(api: Api, t1: Caller) -> None:
    url = api.put_elsewhere("disk.raw", b"xx")

    image = create(t1, {**RAW, **meta(size="2"), **in_place(url)})

    assert image["status"] == "active"
    assert image["size"] == 2


def test_case_059_an_image_is_copied_and_then_independent_of_its_source(api: Api, t1: Caller) -> None:
    url = api.put_elsewhere("disk.raw", DATA)

    image = create(t1, {**RAW, **copied(url)})
    api.work()
    api.world.blobs.client().delete_object(Bucket="elsewhere", Key="disk.raw")

    answer = t1.get(f"/v1/images/{image['id']}")
    assert (image["status"], image["size"]) == ("queued", len(DATA))
    assert (answer.status, answer.body) == (200, DATA)
    assert header_block(answer)["status"] == "active"
    assert header_block(answer)["checksum"] == hashlib.md5(DATA, usedforsecurity=False).hexdigest()


def test_case_059_a_source_to_copy_must_exist(api: Api, t1: Caller, admin: Caller) -> None:
    image_id = str(uuid4())
    api.put_elsewhere("present", DATA)

    answer = t1.post("/v1/images", {**RAW, **meta(id=image_id), **copied("s3://elsewhere/absent")})

    assert answer.status == 404
    assert is_unknown(admin, image_id)
