"""Regression tests for what fuzzing has found."""

import json

import pytest

from tests.fuzz.exchange import Got, Sent
from tests.fuzz.shapes import MAX_HEADER_BYTES, check
from tests.fuzz.world import Registry

OCTETS = ("Content-Type", "application/octet-stream")
SNOWMAN = "\N{SNOWMAN}".encode().decode("latin-1")
"""UTF-8 decoded as Latin-1, as in a header."""
RAW, BARE = ("x-image-meta-disk_format", "raw"), ("x-image-meta-container_format", "bare")
OVERLONG = (f"name={'a' * 5000}", f"name={'%C3%A9' * 400}", f"arch={'a' * 1600}&name={'b' * 1500}")


def ascii_start(text: str) -> str:
    """A readable id of a case."""
    return ascii(text[:12])


def asked(registry: Registry, sent: Sent) -> Got:
    """The response, after checking that it is a proper one."""
    got = registry.exchange(sent)
    check(sent, got)
    return got


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "+3", "٣", "3.0", "three", " "], ids=ascii_start)
def test_an_invalid_content_length_is_ignored(registry: Registry, length: str) -> None:
    headers = (OCTETS, RAW, BARE, ("Content-Length", length.encode().decode("latin-1")))

    got = asked(registry, Sent("POST", "/v1/images", headers, b"foo", "owner"))

    assert got.document["image"]["size"] == 3


@pytest.mark.parametrize("digits", [31, 1000])
def test_an_enormous_content_length_is_refused(registry: Registry, digits: int) -> None:
    headers = (OCTETS, RAW, BARE, ("Content-Length", "9" * digits))

    got = asked(registry, Sent("POST", "/v1/images", headers, b"foo", "owner"))

    assert got.status == 400


@pytest.mark.parametrize("query", OVERLONG, ids=ascii_start)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_filters_that_no_link_could_hold_are_refused(registry: Registry, method: str, query: str) -> None:
    got = asked(registry, Sent(method, f"/images?page=2&{query}", caller="owner"))

    assert got.status == 400
    assert method == "HEAD" or got.document["fields"].keys() == {query.partition("=")[0]}


def test_filters_are_as_long_as_names_can_be(registry: Registry) -> None:
    got = asked(registry, Sent("GET", f"/images?page=2&name={'%C3%A9' * 255}&arch=arm&public=true", caller="owner"))

    assert got.status == 200
    assert len(got.headers["link"]) > MAX_HEADER_BYTES / 4


@pytest.mark.parametrize("request_id", [SNOWMAN, "\u00e9", "a" * 65], ids=ascii_start)
def test_the_id_of_a_request_comes_back_only_if_headers_can_hold_it(registry: Registry, request_id: str) -> None:
    got = asked(registry, Sent("GET", "/v1/images", (("X-OpenStack-Request-ID", request_id),), caller="owner"))

    assert got.status == 200
    assert len(got.headers["x-openstack-request-id"]) == len("req-") + 36


@pytest.mark.parametrize(
    "host", [SNOWMAN, "h" * 9900, 'x", realm="y', "a b", "user@x", "x/../y", "x?y", ""], ids=ascii_start
)
def test_links_never_contain_an_invalid_host(registry: Registry, host: str) -> None:
    told = asked(registry, Sent("GET", "/versions", (("Host", host),)))
    challenged = asked(registry, Sent("GET", "/v1/images", (("Host", host),)))

    assert told.document["versions"][0]["links"] == [{"rel": "self", "href": "http://localhost/v2/"}]
    assert challenged.headers["www-authenticate"] == 'Keystone uri="http://localhost"'


@pytest.mark.parametrize("host", ["registry.example", "registry.example:8000", "127.0.0.1:80", "[::1]:8000", "a_b"])
def test_links_contain_the_requested_host(registry: Registry, host: str) -> None:
    got = asked(registry, Sent("GET", "/versions", (("Host", host),)))

    assert got.document["versions"][0]["links"] == [{"rel": "self", "href": f"http://{host}/v2/"}]


@pytest.mark.parametrize("instance", ["\x00", "\x1fV", "i-1\x7f", "i-1\n", "é"], ids=ascii_start)
def test_an_instance_that_cannot_be_named_is_not_there(registry: Registry, instance: str) -> None:
    body = json.dumps({"instance": instance}).encode()

    got = asked(registry, Sent("POST", "/v2/zone/ac1/images", body=body, caller="owner"))

    assert got.status == 404
