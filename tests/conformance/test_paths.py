"""Paths as clients put them together, in every dialect."""

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import Api
from tests.conformance.clients import CLIENTS, Client

LISTS = {
    "glance_v1": "/v1/images",
    "glance_v2": "/v2/images",
    "scaleway": "/images",
    "devops_service": "/v3/images",
    "foreman": "/api/architectures",
    "qingcloud": "/v2/zone/ac1/images",
}
"""A list of each dialect."""


@pytest.mark.parametrize("slashes", ["/", "//"])
@pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])
def test_an_address_may_end_in_a_slash(api: Api, owner: Principal, speaking: type[Client], slashes: str) -> None:
    client = speaking(api, owner)
    path = LISTS[speaking.dialect]

    usual, slashed = client.caller.get(path), client.caller.get(slashes + path)

    assert (slashed.status, slashed.json) == (200, usual.json)


def test_links_have_no_more_slashes_than_they_need(api: Api) -> None:
    links = [version["links"][0]["href"] for version in api.anonymous().get("//versions").json["versions"]]

    assert set(links) == {"http://registry.example/v1/", "http://registry.example/v2/"}
