"""Imports: cases 159 to 169."""

import hashlib
from collections.abc import Mapping
from threading import Thread
from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    HELLO,
    OCTETS,
    RAW,
    UNKNOWN,
    a_raw_one,
    an_active_one,
    change,
    create,
    path_of,
    post,
    refusal,
    rewrite,
    says,
    shown,
    upload,
)

SHA512 = hashlib.sha512(HELLO).hexdigest()
DIRECT = {"method": {"name": "glance-direct"}}


def web(uri: Any) -> dict[str, Any]:
    return {"method": {"name": "web-download", "uri": uri}}


def importing(caller: Caller, image: Mapping[str, Any], document: Any) -> Answer:
    return post(caller, document, path_of(image, "import"))


def stage(caller: Caller, image: Mapping[str, Any], data: bytes = HELLO) -> Answer:
    return caller.put(path_of(image, "stage"), OCTETS, data)


def test_case_159_the_methods_that_are_served(a: Caller) -> None:
    told = a.get("/v2/info/import").json["import-methods"]

    assert told["value"] == ["web-download", "glance-direct"]
    assert told["type"] == "array"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"", "Body expected"),
        ({}, "requires a 'method' field"),
        ({"method": {}}, "requires a 'method' field"),
        ({"method": "glance-direct"}, "requires a 'method' field"),
        ({"method": {"name": "copy-image"}}, "Unknown import method name 'copy-image'"),
        ({"method": {"name": "nothing"}}, "Unknown import method name 'nothing'"),
        ({**DIRECT, "all_stores": "x"}, "'all_stores' must be boolean"),
        ([], "not an object"),
    ],
    ids=str,
)
def test_case_160_an_import_names_its_method(a: Caller, document: Any, text: str) -> None:
    assert says(importing(a, {"id": UNKNOWN}, document), 400, text)


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        5,
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data",
        "https://",
        "nothing",
    ],
)
def test_case_161_an_address_is_filtered(a: Caller, uri: Any) -> None:
    image = a_raw_one(a)

    assert says(importing(a, image, web(uri)), 400, "does not pass filtering")
    assert shown(a, image)["status"] == "queued"


def test_case_162_an_image_must_be_ready(api: Api, a: Caller) -> None:
    uri = api.put_elsewhere("disk", HELLO)

    assert says(importing(a, create(a), web(uri)), 409, "'container_format' needs to be set")
    assert says(importing(a, create(a, container_format="bare"), web(uri)), 409, "'disk_format' needs to be set")
    assert says(importing(a, an_active_one(a), web(uri)), 409, "cannot be target for import")
    assert says(importing(a, {"id": UNKNOWN}, web(uri)), 404, f"No image found with ID {UNKNOWN}")


def test_case_163_bytes_are_fetched(api: Api, a: Caller) -> None:
    image = a_raw_one(a)

    answer = importing(a, image, web(api.put_elsewhere("disk", HELLO)))

    assert (answer.status, answer.body) == (202, b"")
    assert shown(a, image)["status"] == "importing"
    api.work()
    found = shown(a, image)
    assert (found["status"], found["size"], found["os_hash_value"]) == ("active", 5, SHA512)
    assert found["checksum"] == hashlib.md5(HELLO, usedforsecurity=False).hexdigest()
    assert a.get(path_of(image, "file")).body == HELLO


def test_case_164_bytes_that_are_not_there_leave_the_image_queued(api: Api, a: Caller) -> None:
    image = a_raw_one(a)
    api.put_elsewhere("disk", HELLO)

    assert importing(a, image, web("s3://elsewhere/missing")).status == 202
    api.work()
    found = shown(a, image)
    assert (found["status"], found["size"], found["checksum"]) == ("queued", None, None)
    assert upload(a, image).status == 204


def test_case_165_one_import_at_a_time(api: Api, a: Caller) -> None:
    image, uri = a_raw_one(a), api.put_elsewhere("disk", HELLO)
    statuses = []

    def ask() -> None:
        statuses.append(importing(a, image, web(uri)).status)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [202, 409]
    assert says(importing(a, image, web(uri)), 409, "Another import")


def test_case_165_who_may_import(api: Api, a: Caller, b: Caller, reader: Caller, nobody: Caller) -> None:
    image, uri = a_raw_one(a), api.put_elsewhere("disk", HELLO)

    assert refusal(importing(reader, image, web(uri)))[0] == 403
    assert refusal(importing(b, image, web(uri)))[0] == 404
    assert importing(nobody, image, web(uri)).status == 401
    assert refusal(stage(reader, image))[0] == 403
    assert refusal(stage(b, image))[0] == 404


def test_case_166_bytes_are_staged(a: Caller) -> None:
    image = create(a)

    assert stage(a, image).status == 204
    found = shown(a, image)
    assert (found["status"], found["size"], found["checksum"]) == ("uploading", 5, None)
    assert refusal(stage(a, image))[0] == 409
    assert refusal(upload(a, image))[0] == 409
    assert a.get(path_of(image, "file")).status == 204
    answer = a.put(path_of(image, "stage"), {"Content-Type": "application/json"}, HELLO)
    assert says(answer, 415, "Unsupported Content-Type")
    for name, value in RAW.items():
        assert says(change(a, image, **{name: value}), 403, "can be only replaced for a queued image")


def test_case_167_what_is_staged_is_imported(api: Api, a: Caller) -> None:
    image = a_raw_one(a)

    assert refusal(importing(a, image, DIRECT))[0] == 409
    assert stage(a, image).status == 204
    assert importing(a, image, DIRECT).status == 202
    assert shown(a, image)["status"] == "importing"
    api.work()
    found = shown(a, image)
    assert (found["status"], found["size"], found["os_hash_value"]) == ("active", 5, SHA512)
    assert a.get(path_of(image, "file")).body == HELLO


def test_case_167_what_is_staged_needs_formats(a: Caller) -> None:
    image = create(a)
    stage(a, image)

    assert says(importing(a, image, DIRECT), 409, "needs to be set before import")


def test_case_167_what_is_staged_is_not_fetched(api: Api, a: Caller) -> None:
    image = a_raw_one(a)
    stage(a, image)

    assert refusal(importing(a, image, web(api.put_elsewhere("disk", HELLO))))[0] == 409


def test_case_168_images_are_not_copied_between_stores(a: Caller) -> None:
    assert refusal(importing(a, a_raw_one(a), {"method": {"name": "copy-image"}, "all_stores": True}))[0] == 400


@pytest.mark.parametrize("staged", [True, False])
def test_case_169_an_image_may_be_deleted_while_it_is_imported(api: Api, a: Caller, staged: bool) -> None:
    image = a_raw_one(a)
    if staged:
        stage(a, image)
    document = DIRECT if staged else web(api.put_elsewhere("disk", HELLO))
    assert importing(a, image, document).status == 202

    assert a.delete(path_of(image)).status == 204

    api.work()
    assert api.stored() == []
    assert a.get(path_of(image)).status == 404


def test_more_than_passes_here_cannot_be_staged(make_api: MakeApi) -> None:
    a = make_api(MAX_INLINE_BYTES="4").caller("t1")
    image = a_raw_one(a)

    assert says(stage(a, image), 413, "web-download")
    assert stage(a, image, b"four").status == 204


def test_an_image_whose_bytes_come_is_no_target(api: Api, a: Caller) -> None:
    image = a_raw_one(a)
    rewrite(api, image, status=Status.SAVING)

    assert says(importing(a, image, DIRECT), 409, "status saving cannot be target for import")
