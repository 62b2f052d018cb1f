"""Versions and transport: cases 1 to 13."""

from typing import Any

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    IMAGES,
    UNKNOWN,
    create,
    ids,
    listed,
    path_of,
    post,
    refusal,
    says,
    sent,
)

MEDIA_TYPE = "application/vnd.openstack.images-"
JSON = {"Content-Type": "application/json"}


def versions(caller: Caller, path: str = "/") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(path).json["versions"]
    return found


def test_case_001_the_versions_need_no_token(nobody: Caller) -> None:
    offered, found = nobody.get("/"), nobody.get("/versions")

    assert (offered.status, found.status) == (300, 200)
    assert offered.json == found.json
    assert [each["id"] for each in found.json["versions"] if each["status"] == "CURRENT"] == ["v2.9"]
    assert {each["status"] for each in found.json["versions"]} == {"CURRENT", "SUPPORTED"}


def test_case_001_what_is_listed_is_served(nobody: Caller) -> None:
    listed_ids = [each["id"] for each in versions(nobody)]

    assert listed_ids == ["v2.9", *(f"v2.{minor}" for minor in range(7, -1, -1)), "v1.1", "v1.0"]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_case_001_the_root_offers_the_versions_to_every_method(nobody: Caller, method: str) -> None:
    assert nobody.request(method, "/").status == 300


def test_case_002_an_entry_leads_to_its_version(make_api: MakeApi) -> None:
    nobody = make_api(PUBLIC_ENDPOINT="https://registry.example/prod").anonymous()

    for entry in versions(nobody):
        major = entry["id"][:2]
        link = {"rel": "self", "href": f"https://registry.example/prod/{major}/"}
        assert entry == {"id": entry["id"], "status": entry["status"], "links": [link]}


@pytest.mark.parametrize(
    "path", ["/v9", "/v2", "/v2/", "/v2.1", "/v2.99/images", "/v2.8/images", "/v2.12/images", "/v10/images", "/va.1"]
)
def test_case_003_a_version_that_is_not_served_is_a_choice(nobody: Caller, path: str) -> None:
    answer = nobody.get(path)

    assert answer.status == 300
    assert answer.json == nobody.get("/versions").json


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 6, 7, 9])
def test_case_003_minor_versions_are_the_same(a: Caller, minor: int) -> None:
    image = create(a)

    answer = a.get(f"/v2.{minor}/images")

    assert answer.status == 200
    assert answer.json == a.get(IMAGES).json
    assert a.get(f"/v2.{minor}/images/{image['id']}").json == image
    assert a.get(f"/v2.{minor}/info/usage").status == 200


def test_case_003_a_sign_in_has_the_path_of_a_minor_version(nobody: Caller) -> None:
    assert "version" in nobody.get("/v2.0").json


@pytest.mark.parametrize("version", ["v2", "v2.0", "v2.9"])
def test_case_004_the_accept_header_chooses_the_version(a: Caller, version: str) -> None:
    create(a)

    answer = a.get("/images", {"Accept": f"{MEDIA_TYPE}{version}"})

    assert answer.json == a.get(IMAGES).json
    assert "x-total-count" in a.get("/images").headers


@pytest.mark.parametrize("accept", ["v2.8", "v2.17", "v3", "v2, */*"])
def test_case_004_a_version_that_is_not_served_cannot_be_accepted(a: Caller, accept: str) -> None:
    assert a.get("/images", {"Accept": f"{MEDIA_TYPE}{accept}"}).status == 300


def test_case_004_a_path_with_a_version_is_taken_at_its_word(a: Caller) -> None:
    assert a.get(IMAGES, {"Accept": f"{MEDIA_TYPE}v2"}).status == 200
    assert a.get("/", {"Accept": f"{MEDIA_TYPE}v2"}).status == 300


def test_case_005_the_paths_of_another_dialect_stay_its_own(api: Api) -> None:
    bearer = Caller(api, {"Authorization": f"Bearer {api.caller('t1').shown('X-Auth-Token')}"})

    assert bearer.get("/v2/zone/ac1/images").json == {"images": [], "total_count": 0}


def test_case_005_a_path_that_is_not_there_is_not_there(a: Caller) -> None:
    assert says(a.get("/v2/nothing"), 404, "could not be found")


@pytest.mark.parametrize("path", ["/shared-images/t1", "/favicon.ico", "/identities/v3", "/volumes", "/V2/images"])
def test_a_path_of_nobody_is_not_there_whoever_asks(nobody: Caller, path: str) -> None:
    answer = nobody.get(path)

    assert says(answer, 404, "could not be found")
    assert "www-authenticate" not in answer.headers


def test_case_006_a_wrong_method_learns_the_right_ones(a: Caller) -> None:
    answer = a.put(IMAGES)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_case_006_an_image_has_no_head(a: Caller) -> None:
    answer = a.head(path_of(create(a)))

    assert (answer.status, answer.body) == (405, b"")
    assert answer.headers["allow"] == "GET, PATCH, DELETE"


@pytest.mark.parametrize(
    ("method", "below", "allowed"),
    [
        ("PUT", "", "GET, PATCH, DELETE"),
        ("POST", "", "GET, PATCH, DELETE"),
        ("GET", "/tags/x", "PUT, DELETE"),
        ("POST", "/file", "GET, PUT"),
        ("GET", "/stage", "PUT"),
        ("GET", "/import", "POST"),
        ("PUT", "/actions/deactivate", "POST"),
        ("GET", "/actions/reactivate", "POST"),
        ("PUT", "/members", "GET, POST"),
        ("POST", "/members/t2", "GET, PUT, DELETE"),
        ("PUT", "/locations", "GET, POST"),
    ],
)
def test_case_007_a_wrong_method_goes_before_existence(a: Caller, method: str, below: str, allowed: str) -> None:
    answer = a.request(method, f"{IMAGES}/{UNKNOWN}{below}")

    assert answer.status == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", IMAGES),
        ("PUT", IMAGES),
        ("HEAD", f"{IMAGES}/{UNKNOWN}"),
        ("GET", f"{IMAGES}/{UNKNOWN}/file"),
        ("GET", "/v2/nothing"),
        ("GET", "/v2/schemas/image"),
        ("GET", "/v2/info/import"),
        ("DELETE", "/v2/tasks"),
        ("GET", "/v2.0/images"),
    ],
)
def test_case_008_nobody_learns_anything(nobody: Caller, method: str, path: str) -> None:
    answer = nobody.request(method, path)

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Keystone uri="http://registry.example"'
    assert (answer.body == b"") is (method == "HEAD")


@pytest.mark.parametrize(
    ("method", "below"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/file"),
        ("PUT", "/tags/x"),
        ("DELETE", "/tags/x"),
        ("POST", "/actions/deactivate"),
        ("POST", "/actions/reactivate"),
        ("GET", "/members"),
        ("DELETE", "/members/t2"),
    ],
)
def test_case_009_a_body_where_there_is_none_is_refused_before_existence(a: Caller, method: str, below: str) -> None:
    answer = a.request(method, f"{IMAGES}/{UNKNOWN}{below}", JSON, b"{}")

    assert says(answer, 400, "A body is not expected with this request")


def test_case_009_a_media_type_is_no_body(a: Caller) -> None:
    assert a.get(IMAGES, JSON).status == 200
    assert says(a.get(IMAGES, JSON, b"{}"), 400, "A body is not expected")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "Malformed JSON in request body"),
        (b'"x"', "Unexpected body type"),
        (b"5", "Unexpected body type"),
        (b"\xff", "Malformed JSON in request body"),
        (b"", "Body expected in request"),
    ],
)
def test_case_010_a_body_must_be_a_document(a: Caller, body: bytes, text: str) -> None:
    assert says(a.post(IMAGES, JSON, body), 400, text)


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {}, JSON])
@pytest.mark.parametrize("chunked", [True, False])
def test_case_011_json_is_read_whatever_it_is_called(a: Caller, headers: dict[str, str], chunked: bool) -> None:
    assert a.post(IMAGES, headers, sent({"name": "one"}), chunked=chunked).status == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/versions", 200),
        ("GET", IMAGES, 200),
        ("GET", "/v2/nothing", 404),
        ("PUT", IMAGES, 405),
        ("GET", f"{IMAGES}/{UNKNOWN}", 404),
    ],
)
def test_case_012_every_answer_names_its_request(a: Caller, method: str, path: str, status: int) -> None:
    answer = a.request(method, path)

    assert answer.status == status
    assert answer.headers["x-openstack-request-id"].startswith("req-")
    if status >= 400:
        assert refusal(answer)[0] == status


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json", "", "text/plain"])
def test_case_012_a_refusal_is_json_whatever_is_accepted(a: Caller, accept: str) -> None:
    assert says(a.get(f"{IMAGES}/{UNKNOWN}", {"Accept": accept}), 404, f"No image found with ID {UNKNOWN}")


def test_case_013_links_do_not_depend_on_the_mount(make_api: MakeApi) -> None:
    a = make_api(PUBLIC_ENDPOINT="https://registry.example/prod").caller("t1")

    answer = post(a, {}, "/v2.5/images")

    image = answer.json
    assert answer.headers["location"] == f"https://registry.example/prod/v2/images/{image['id']}"
    assert (image["self"], image["file"]) == (path_of(image), path_of(image, "file"))
    assert a.get("/v2.5/images?limit=1").json["next"] == f"/v2/images?limit=1&marker={image['id']}"


def test_an_id_that_is_blank_is_not_found(a: Caller) -> None:
    assert a.delete(f"{IMAGES}/").status == 404
    assert ids(a) == [image["id"] for image in listed(a)] == []
