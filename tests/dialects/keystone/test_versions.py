"""What clients find before they sign in: never a refusal for want of credentials, links that can be posted to."""

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.keystone.keystone import MOUNT, URL, V3, refusal


def version(number: str, status: str, base: str = URL) -> dict[str, object]:
    major = number.partition(".")[0] if number.startswith("v3") else number
    return {"id": number, "status": status, "links": [{"rel": "self", "href": f"{base}/identity/{major}/"}]}


def stale(api: Api) -> Caller:
    """Still sends a token that is good no more, as clients do."""
    return Caller(api, {"X-Auth-Token": "forgotten"})


@pytest.mark.parametrize("path", [MOUNT, f"{MOUNT}/"])
def test_both_versions_are_offered(api: Api, path: str) -> None:
    answer = api.anonymous().get(path)

    assert answer.status == 300
    assert answer.json == {"versions": {"values": [version("v3.14", "stable"), version("v2.0", "deprecated")]}}


@pytest.mark.parametrize("mount", ["", MOUNT])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_version_is_shown_to_everybody(api: Api, mount: str, slash: str) -> None:
    for path, expected in (("v3", version("v3.14", "stable")), ("v2.0", version("v2.0", "deprecated"))):
        for caller in (api.anonymous(), stale(api)):
            answer = caller.get(f"{mount}/{path}{slash}")

            assert (answer.status, answer.json) == (200, {"version": expected})


def test_links_begin_with_the_public_address_and_its_path(make_api: MakeApi) -> None:
    api = make_api(PUBLIC_ENDPOINT="https://images.example.org/prod")

    answer = api.anonymous().get("/v3")

    assert answer.json["version"] == version("v3.14", "stable", "https://images.example.org/prod")


def test_glance_still_offers_its_own_versions_at_the_root(api: Api) -> None:
    found = [each["id"] for each in api.anonymous().get("/").json["versions"]]

    assert (found[0], found[-2:]) == ("v2.9", ["v1.1", "v1.0"])


@pytest.mark.parametrize(
    "path",
    [
        "/v3/anything-else",
        "/v3/Images",
        "/v3/IMAGE/x",
        "/v3/image%2Fx",
        "/v3/provider",
        "/v3/template",
        "/v3/projects/t1/roles",
        "/v3/auth",
        "/v3/auth/tokens/more",
        "/v2.0/tenants",
        "/v2.0/auth/tokens",
        f"{MOUNT}/v2",
        f"{MOUNT}/identity/v3",
        f"{MOUNT}/v3/users",
        f"{MOUNT}/images",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_at_other_paths_whoever_asks(api: Api, method: str, path: str) -> None:
    for caller in (api.anonymous(), stale(api), api.caller("t1")):
        assert refusal(caller.request(method, path, {}, b"{")) == (404, "The resource could not be found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (MOUNT, "GET"),
        ("/v3", "GET"),
        (f"{MOUNT}/v2.0", "GET"),
        ("/v2.0/tokens", "POST"),
        (V3, "POST, GET"),
        ("/v3/auth/catalog", "GET"),
        (f"{MOUNT}/v3/auth/projects", "GET"),
        ("/v3/projects", "GET"),
        (f"{MOUNT}/v3/projects/t1", "GET"),
    ],
)
def test_other_methods_are_not_allowed(api: Api, path: str, allowed: str) -> None:
    """A token is not deleted: a client that signs out must not end the secret of others."""
    caller = api.caller("t1")

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - set(allowed.split(", ")):
        answer = caller.request(method, path)

        assert refusal(answer) == (405, "The method is not allowed for this resource"), method
        assert answer.headers["allow"] == allowed
    assert caller.get("/v1/images").status == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_version_asks_nobody_for_credentials_whatever_the_method(api: Api, method: str) -> None:
    assert api.anonymous().request(method, "/v3").status == 405
