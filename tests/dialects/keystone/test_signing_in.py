"""A secret of the registry is all that a client needs: whichever way it says so, it gets a token and a catalogue."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.conftest import MakeApi
from tests.dialects.keystone.keystone import (
    AT_V2,
    AT_V3,
    DEFAULT,
    URL,
    V2,
    by_credential,
    by_token,
    issued,
    password,
    project,
    signing_in,
)

ANN = a_caller("team", *ORDINARY, user="ann")
DOMAIN = {"id": "default", "name": "Default"}
WAYS: dict[str, Callable[[str, str], Any]] = {
    "names": lambda secret, _: password(
        {"name": "ann", "domain": DEFAULT, "password": secret}, project(name="team", domain=DEFAULT)
    ),
    "ids": lambda secret, _: password({"id": "ann", "password": secret}, project(id="team")),
    "ids of domains": lambda secret, _: password(
        {"name": "ann", "domain": {"id": "default"}, "password": secret}, project(name="team", domain={"id": "default"})
    ),
    "a domain of any case": lambda secret, _: password(
        {"name": "ann", "domain": {"name": "DEFAULT"}, "password": secret}
    ),
    "no domain": lambda secret, _: password({"name": "ann", "domain": None, "password": secret}, project(name="team")),
    "no scope": lambda secret, _: password({"name": "ann", "domain": DEFAULT, "password": secret}),
    "token": lambda secret, _: by_token(secret, project(id="team")),
    "credential by id": lambda secret, token: by_credential(id=token, secret=secret),
    "credential by name": lambda secret, _: by_credential(
        name="ci", secret=secret, user={"name": "ann", "domain": DEFAULT}
    ),
}
WAYS_2: dict[str, Callable[[str], Any]] = {
    "name": lambda secret: {"passwordCredentials": {"username": "ann", "password": secret}, "tenantName": "team"},
    "id": lambda secret: {"passwordCredentials": {"userId": "ann", "password": secret}, "tenantId": "team"},
    "no tenant": lambda secret: {"passwordCredentials": {"username": "ann", "password": secret}, "tenantName": ""},
    "token": lambda secret: {"token": {"id": secret}, "tenantName": "team"},
}


def endpoints(url: str, service: str, region: str = "RegionOne") -> list[dict[str, str]]:
    return [
        {"id": f"{service}-{each}", "interface": each, "region": region, "region_id": region, "url": url}
        for each in ("public", "internal", "admin")
    ]


@pytest.mark.parametrize("path", AT_V3)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_traded_for_a_token_of_v3(api: Api, way: str, path: str) -> None:
    secret, token = issued(api, ANN)

    answer = signing_in(api, WAYS[way](secret, token), path)

    assert answer.status == 201
    assert answer.headers["x-subject-token"] == secret
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json["token"]
    assert found["methods"] in (["password"], ["token"], ["application_credential"])
    assert found["user"] == {"id": "ann", "name": "ann", "domain": DOMAIN, "password_expires_at": None}
    assert found["project"] == {"id": "team", "name": "team", "domain": DOMAIN}
    assert found["roles"] == [{"id": name, "name": name} for name in ("member", "reader")]
    assert found["audit_ids"] == [token]
    assert found["expires_at"] == "2099-12-31T23:59:59.000000Z"
    assert {service["type"]: service["endpoints"] for service in found["catalog"]} == {
        "image": endpoints(URL, "image"),
        "imagev1": endpoints(URL, "imagev1"),
        "identity": endpoints(f"{URL}/identity", "identity"),
    }
    assert Caller(api, {"X-Auth-Token": answer.headers["x-subject-token"]}).get("/v1/images").status == 200


@pytest.mark.parametrize("path", AT_V2)
@pytest.mark.parametrize("way", WAYS_2)
def test_a_secret_is_traded_for_a_token_of_v2(api: Api, way: str, path: str) -> None:
    secret, _ = issued(api, ANN)

    answer = signing_in(api, {"auth": WAYS_2[way](secret)}, path)

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    access = answer.json["access"]
    assert access["token"] == {
        "id": secret,
        "issued_at": access["token"]["issued_at"],
        "expires": "2099-12-31T23:59:59Z",
        "tenant": {"id": "team", "name": "team", "enabled": True},
    }
    roles = [{"name": "member"}, {"name": "reader"}]
    assert access["user"] == {"id": "ann", "name": "ann", "username": "ann", "roles_links": [], "roles": roles}
    urls = {service["type"]: service["endpoints"][0] for service in access["serviceCatalog"]}
    assert urls.keys() == {"image", "imagev1", "identity"}
    everywhere = dict.fromkeys(("publicURL", "internalURL", "adminURL"), URL)
    assert urls["image"] == {"id": "image", "region": "RegionOne", **everywhere}


def test_a_token_ends_when_the_secret_does(api: Api) -> None:
    end = api.clock.now() + timedelta(hours=1)
    secret = api.world.identities.issue(ANN, expires=end)

    token = signing_in(api, by_token(secret)).json["token"]
    again = signing_in(api, by_token(secret)).json["token"]
    access = signing_in(api, {"auth": {"token": {"id": secret}}}, V2).json["access"]

    assert token["expires_at"] == again["expires_at"] == f"{end:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert access["token"]["expires"] == f"{end:%Y-%m-%dT%H:%M:%SZ}"
    assert token["issued_at"] < again["issued_at"] < token["expires_at"]


@pytest.mark.parametrize(
    ("policies", "roles"),
    [
        (["admin"], ["admin", "member", "reader"]),
        (["create_image"], ["member"]),
        (["read_images", "delete_image"], ["reader"]),
        (["publicize_image"], []),
    ],
)
def test_roles_are_rights_by_other_names(api: Api, policies: list[str], roles: list[str]) -> None:
    secret = api.world.identities.issue(a_caller("team", *policies))

    token = signing_in(api, by_token(secret)).json["token"]
    access = signing_in(api, {"auth": {"token": {"id": secret}}}, V2).json["access"]

    assert [role["name"] for role in token["roles"]] == [role["name"] for role in access["user"]["roles"]] == roles


def unscoped(api: Api, principal: Principal, scope: Any = None) -> tuple[Any, Any]:
    """What a sign-in answers in either version that asks for no project."""
    secret = api.world.identities.issue(principal)
    answer = signing_in(api, by_token(secret, scope))
    assert answer.status == 201
    assert answer.headers["x-subject-token"] == secret
    return answer.json["token"], signing_in(api, {"auth": {"token": {"id": secret}}}, V2).json["access"]


def test_a_token_without_a_tenant_has_no_project_and_no_catalogue(api: Api) -> None:
    token, access = unscoped(api, a_caller(None, "read_images", user="ann"))

    assert token.keys() == {"methods", "user", "audit_ids", "issued_at", "expires_at"}
    assert access["token"].keys() == {"id", "issued_at", "expires"}
    assert (access["user"]["roles"], access["serviceCatalog"]) == ([], [])


def test_who_asks_for_no_project_gets_none(api: Api) -> None:
    token, _ = unscoped(api, ANN, "unscoped")

    assert token.keys() == {"methods", "user", "audit_ids", "issued_at", "expires_at"}


def test_the_region_and_the_address_are_what_the_operator_says(make_api: MakeApi) -> None:
    base = "https://images.example.org/prod"
    api = make_api(PUBLIC_ENDPOINT=f"{base}/", KEYSTONE_REGION=" eu-1 ")
    secret = api.world.identities.issue(ANN)

    catalog = signing_in(api, by_token(secret)).json["token"]["catalog"]
    services = signing_in(api, {"auth": {"token": {"id": secret}}}, V2).json["access"]["serviceCatalog"]

    assert catalog[0]["endpoints"] == endpoints(base, "image", "eu-1")
    assert services[2]["endpoints"][0]["publicURL"] == f"{base}/identity"
    assert {service["endpoints"][0]["region"] for service in services} == {"eu-1"}


def test_signing_in_stores_nothing_and_revoking_the_secret_ends_the_token(api: Api) -> None:
    secret, token = issued(api, ANN)

    signing_in(api, by_token(secret))

    assert [each.id for each in api.world.identities.list()] == [token]
    assert api.world.identities.revoke(token)
    assert signing_in(api, by_token(secret)).status == 401
