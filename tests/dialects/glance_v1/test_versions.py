"""Versions and routing: cases 1 to 17."""

from typing import Any
from uuid import UUID

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import MakeApi, create, ids, is_json, says

MEDIA_TYPE = "application/vnd.openstack.images-"


OLDER = [f"v2.{minor}" for minor in range(7, -1, -1)]


def document(base_url: str) -> dict[str, Any]:
    """The versions, those of another dialect first."""
    listed = [("v2.9", "CURRENT"), *((version, "SUPPORTED") for version in (*OLDER, "v1.1", "v1.0"))]
    links = {major: [{"rel": "self", "href": f"{base_url}/{major}/"}] for major in ("v1", "v2")}
    return {"versions": [{"id": name, "status": status, "links": links[name[:2]]} for name, status in listed]}


@pytest.fixture
def registry(make_api: MakeApi) -> Api:
    """A registry that knows its own address."""
    return make_api(PUBLIC_ENDPOINT="https://registry.example")


DOCUMENT = document("https://registry.example")


def test_case_001_the_root_lists_the_versions(registry: Api) -> None:
    answer = registry.caller("t1").get("/")

    assert answer.status == 300
    assert is_json(answer)
    assert answer.json == DOCUMENT


def test_case_001_links_follow_the_request_unless_the_address_is_set(t1: Caller) -> None:
    answer = t1.get("/", {"Host": "images.example:8000"})

    assert answer.json == document("http://images.example:8000")


def test_case_002_an_unknown_accept_header_is_no_error(registry: Api) -> None:
    answer = registry.caller("t1").get("/", {"Accept": "unknown"})

    assert answer.status == 300
    assert answer.json == DOCUMENT


def test_case_003_versions_are_found_without_negotiation(registry: Api) -> None:
    answer = registry.caller("t1").get("/versions")

    assert answer.status == 200
    assert is_json(answer)
    assert answer.json == DOCUMENT


def test_case_004_versions_are_found_whatever_is_accepted(registry: Api) -> None:
    answer = registry.caller("t1").get("/versions", {"Accept": f"{MEDIA_TYPE}v1"})

    assert answer.status == 200
    assert answer.json == DOCUMENT


def test_case_005_there_are_no_versions_below_a_version(t1: Caller) -> None:
    assert t1.get("/v1/versions").status == 404


def test_case_006_images_without_a_version_are_those_of_another_dialect(registry: Api) -> None:
    """Where no other dialect is, such a path is nobody's."""
    answer = registry.caller("t1").get("/images")

    assert answer.status == 200
    assert answer.json == {"images": []}
    assert answer.headers["x-total-count"] == "0"


@pytest.mark.parametrize("version", ["v1", "v1.0", "v1.1"])
def test_case_007_the_accept_header_chooses_the_version(t1: Caller, version: str) -> None:
    answer = t1.get("/images", {"Accept": f"{MEDIA_TYPE}{version}"})

    assert answer.status == 200
    assert answer.json == {"images": []}


def test_case_007_the_accept_header_chooses_the_version_of_any_path(t1: Caller) -> None:
    image = create(t1)

    answer = t1.head(f"/images/{image['id']}", {"Accept": f"{MEDIA_TYPE}v1"})

    assert answer.status == 200
    assert answer.headers["x-image-meta-id"] == image["id"]


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param(f"{MEDIA_TYPE}v10", id="unknown version"),
        pytest.param(f"{MEDIA_TYPE}v1, */*", id="list"),
    ],
)
def test_case_008_an_accept_header_that_names_no_version_of_ours_is_a_choice(registry: Api, accept: str) -> None:
    answer = registry.caller("t1").get("/shared-images/t1", {"Accept": accept})

    assert answer.status == 300
    assert answer.json == DOCUMENT


@pytest.mark.parametrize("path", ["/v10", "/v10/images"])
def test_case_008_the_media_type_of_another_service_is_none_of_ours(registry: Api, path: str) -> None:
    answer = registry.anonymous().get(path, {"Accept": "application/vnd.openstack.compute-v1"})

    assert answer.status == 300
    assert answer.json == DOCUMENT


@pytest.mark.parametrize(
    "path",
    ["/shared-images/t1", "/favicon.ico", "/identities/v3", "/volumes", "/vendor", "/V1/images", "/%2Fv1", "/image"],
)
@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/plain", "application/vnd.openstack.compute-v1"])
def test_a_path_that_belongs_to_nobody_is_not_there(api: Api, path: str, accept: str) -> None:
    """Whoever looks for something else is not helped by the versions of this API."""
    answer = api.anonymous().get(path, {"Accept": accept})

    assert answer.status == 404
    assert says(answer, "The resource could not be found")
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("path", ["/v10", "/v3.1", "/v2", "/v1.2/images", "/v1.a/images", "/va.1/images"])
def test_case_009_an_unknown_version_in_the_path_is_a_choice(registry: Api, path: str) -> None:
    answer = registry.anonymous().get(path)

    assert answer.status == 300
    assert answer.json == DOCUMENT


@pytest.mark.parametrize("version", ["v1.0", "v1.1"])
def test_case_010_the_minor_versions_are_the_same(t1: Caller, version: str) -> None:
    create(t1, {"x-image-meta-name": "one"})

    answer = t1.get(f"/{version}/images")

    assert answer.status == 200
    assert answer.json == t1.get("/v1/images").json
    assert len(ids(answer)) == 1


def test_case_011_the_version_itself_is_the_list(t1: Caller) -> None:
    create(t1)
    create(t1)

    answer = t1.get("/v1/?limit=1")

    assert answer.status == 200
    assert answer.json["images"] == t1.get("/v1/images?limit=1").json["images"]
    assert len(ids(answer)) == 1


@pytest.mark.parametrize("path", ["/v1/images.xxx", "/v1/images/new", "/v1/images/detail.xxx", "/v1/foo"])
def test_case_012_unknown_paths_are_not_found(t1: Caller, path: str) -> None:
    assert t1.get(path).status == 404


def test_case_012_members_have_no_other_form(t1: Caller) -> None:
    image = create(t1)

    assert t1.get(f"/v1/images/{image['id']}/members.xxx").status == 404


def test_case_013_the_detailed_list_has_no_head(t1: Caller) -> None:
    answer = t1.head("/v1/images/detail")

    assert answer.status == 405
    assert answer.headers["allow"] == "GET"
    assert answer.body == b""


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/images", "GET, POST"),
        ("DELETE", "/v1/images", "GET, POST"),
        ("HEAD", "/v1/images", "GET, POST"),
        ("POST", "/v1/images/detail", "GET, HEAD"),
        ("DELETE", "/v1/images/detail", "GET, HEAD"),
        ("POST", "/v1/images/{id}", "GET, HEAD, PUT, DELETE"),
        ("POST", "/v1/images/{id}/members", "GET, PUT"),
        ("DELETE", "/v1/images/{id}/members", "GET, PUT"),
        ("POST", "/v1/images/{id}/members/t2", "GET, PUT, DELETE"),
    ],
)
def test_case_014_a_wrong_method_learns_the_right_ones(t1: Caller, method: str, path: str, allowed: str) -> None:
    image = create(t1)

    answer = t1.request(method, path.format(id=image["id"]))

    assert answer.status == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("method", ["DELETE", "PUT", "HEAD", "PATCH"])
def test_an_id_that_is_blank_is_not_found(t1: Caller, method: str) -> None:
    """The real test suite deletes the image whose id is nothing."""
    assert t1.request(method, "/v1/images/").status == 404


def test_a_member_that_is_blank_is_not_found(t1: Caller) -> None:
    image = create(t1)

    assert t1.delete(f"/v1/images/{image['id']}/members/").status == 404
    assert t1.get("/v1/shared-images/").status == 404


def test_a_slash_after_what_is_there_does_no_harm(t1: Caller) -> None:
    image = create(t1)

    assert ids(t1.get("/v1/images/")) == [image["id"]]
    assert t1.head(f"/v1/images/{image['id']}/").status == 200
    assert t1.get(f"/v1/images/{image['id']}/members/").json == {"members": []}


def test_case_014_shared_images_can_only_be_read(t1: Caller) -> None:
    answer = t1.post("/v1/shared-images/t1")

    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_case_015_a_single_member_cannot_be_read(t1: Caller) -> None:
    image = create(t1)
    t1.put(f"/v1/images/{image['id']}/members/t2")

    answer = t1.get(f"/v1/images/{image['id']}/members/t2")

    assert answer.status == 405
    assert {"PUT", "DELETE"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 300),
        ("GET", "/versions", 200),
        ("GET", "/v1/images", 200),
        ("POST", "/v1/images", 202),
        ("GET", "/v1/foo", 404),
        ("HEAD", "/v1/images/detail", 405),
    ],
)
def test_case_016_every_answer_names_its_request(t1: Caller, method: str, path: str, status: int) -> None:
    answer = t1.request(method, path)

    request_id = answer.headers["x-openstack-request-id"]
    assert answer.status == status
    assert str(UUID(request_id.removeprefix("req-"))) == request_id.removeprefix("req-")
    assert request_id.startswith("req-")


def test_case_016_requests_have_different_names(t1: Caller) -> None:
    first, second = t1.get("/versions"), t1.get("/versions")

    assert first.headers["x-openstack-request-id"] != second.headers["x-openstack-request-id"]


def test_case_016_a_refused_caller_learns_the_name_too(api: Api) -> None:
    answer = api.anonymous().get("/v1/images")

    assert answer.status == 401
    assert answer.headers["x-openstack-request-id"].startswith("req-")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param("abc", "req-abc", id="without prefix"),
        pytest.param("req-abc", "req-abc", id="with prefix"),
        pytest.param("x" * 64, "req-" + "x" * 64, id="64 characters"),
    ],
)
def test_case_016_the_client_may_choose_the_name(t1: Caller, sent: str, expected: str) -> None:
    answer = t1.get("/v1/images", {"X-OpenStack-Request-ID": sent})

    assert answer.headers["x-openstack-request-id"] == expected


def test_case_016_a_name_that_is_too_long_is_replaced(t1: Caller) -> None:
    answer = t1.get("/v1/images", {"X-OpenStack-Request-ID": "x" * 65})

    request_id = answer.headers["x-openstack-request-id"]
    assert str(UUID(request_id.removeprefix("req-"))) in request_id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1"),
        ("GET", "/v1/images"),
        ("POST", "/v1/images"),
        ("GET", "/v1/images/detail"),
        ("HEAD", "/v1/images/bab235a5-75fc-4de4-8b66-7a0a0da9472a"),
        ("GET", "/v1/shared-images/t1"),
    ],
)
def test_case_017_images_need_a_token(api: Api, method: str, path: str) -> None:
    answer = api.anonymous().request(method, path)

    assert answer.status == 401
    assert answer.headers["www-authenticate"]


def test_case_017_an_unknown_token_is_none(api: Api) -> None:
    answer = api.anonymous().get("/v1/images", {"X-Auth-Token": "guessed"})

    assert answer.status == 401


def test_case_017_identity_headers_of_a_client_are_not_trusted(api: Api) -> None:
    pretended = {"X-Identity-Status": "Confirmed", "X-User-Id": "u", "X-Tenant-Id": "t1", "X-Roles": "admin"}

    answer = api.anonymous().get("/v1/images", pretended)

    assert answer.status == 401


def test_case_017_versions_need_no_token(api: Api) -> None:
    assert api.anonymous().get("/versions").status == 200
    assert api.anonymous().get("/").status == 300
