"""Events are what API Gateway would have made of the same bytes."""

import base64

import pytest

from local.events import NotRouted, Router, proxy_event

ALL = {"GET": None, "PUT": None}
ROUTER = Router(
    {
        "/": ALL,
        "/v1/images": ALL,
        "/v1/images/detail": {"GET": None},
        "/v1/images/{image_id}": ALL,
        "/v1/images/{image_id}/members": ALL,
        "/v1/{rest+}": ALL,
        "/{proxy+}": ALL,
    }
)


@pytest.mark.parametrize(
    ("path", "pattern", "parameters"),
    [
        ("/", "/", {}),
        ("/v1/images", "/v1/images", {}),
        ("/v1/images/", "/v1/images", {}),
        ("/v1/images/detail", "/v1/images/detail", {}),
        ("/v1/images/a%2Fb", "/v1/images/{image_id}", {"image_id": "a%2Fb"}),
        ("/v1/images/x/members", "/v1/images/{image_id}/members", {"image_id": "x"}),
        ("/v1/images/detail/members", "/v1/images/{image_id}/members", {"image_id": "detail"}),
        ("/v1/images/x/other/deep", "/v1/{rest+}", {"rest": "images/x/other/deep"}),
        ("/v1", "/{proxy+}", {"proxy": "v1"}),
        ("/v2;a=b/@c", "/{proxy+}", {"proxy": "v2;a=b/@c"}),
        ("/v1/images//members", "/v1/{rest+}", {"rest": "images//members"}),
    ],
)
def test_the_most_specific_resource_takes_a_path(path: str, pattern: str, parameters: dict[str, str]) -> None:
    found = ROUTER.resource("GET", path)

    assert found == (pattern, parameters)


def test_a_specific_resource_does_not_pass_a_method_it_lacks_to_a_greedy_one() -> None:
    with pytest.raises(NotRouted):
        ROUTER.resource("PUT", "/v1/images/detail")


def test_a_path_that_no_resource_takes_is_not_routed() -> None:
    with pytest.raises(NotRouted):
        Router({"/v1": ALL}).resource("GET", "/v2")


def test_routing_leaves_the_mapping_of_routes_alone() -> None:
    routes = {"/v1": ALL}

    with pytest.raises(NotRouted):
        Router(routes).resource("GET", "/v2")

    assert list(routes) == ["/v1"]


def test_a_variable_never_takes_an_empty_segment() -> None:
    with pytest.raises(NotRouted):
        Router({"/v1/{image_id}/members": ALL}).resource("GET", "/v1//members")


def test_the_path_stays_as_sent_and_query_values_are_decoded() -> None:
    event = proxy_event(ROUTER, "GET", "/v1/images/%C3%A4?name=a%20b+c&limit=&limit=2", [], b"")

    assert event["path"] == "/v1/images/%C3%A4"
    assert event["pathParameters"] == {"image_id": "%C3%A4"}
    assert event["multiValueQueryStringParameters"] == {"name": ["a b c"], "limit": ["", "2"]}
    assert event["queryStringParameters"] == {"name": "a b c", "limit": "2"}


def test_what_is_empty_is_null() -> None:
    event = proxy_event(ROUTER, "GET", "/v1/images", [], b"")

    absent = "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body"
    assert [event[name] for name in absent] == [None] * 4
    assert event["isBase64Encoded"] is False


def test_a_repeated_header_counts_with_its_last_value_whatever_its_spelling() -> None:
    event = proxy_event(ROUTER, "GET", "/", [("X-A", "1"), ("Host", "here:1"), ("x-a", "2")], b"")

    assert event["headers"] == {"x-a": "2", "Host": "here:1"}
    assert event["multiValueHeaders"] == {"x-a": ["1", "2"], "Host": ["here:1"]}


def test_a_body_travels_in_base64() -> None:
    event = proxy_event(ROUTER, "PUT", "/v1/images", [], b"\x00\xff")

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff"


def test_the_context_says_where_the_request_came_from_and_went_to() -> None:
    first = proxy_event(ROUTER, "GET", "/v1/images/x?a=b", [("host", "here:1")], b"", "10.0.0.7")
    second = proxy_event(ROUTER, "GET", "/", [], b"")

    context = first["requestContext"]
    assert (context["resourcePath"], first["resource"]) == ("/v1/images/{image_id}",) * 2
    assert (context["path"], context["httpMethod"]) == ("/v1/images/x", "GET")
    assert (context["identity"], context["domainName"]) == ({"sourceIp": "10.0.0.7"}, "here:1")
    assert second["requestContext"]["domainName"] == "localhost"
    assert context["requestId"] != second["requestContext"]["requestId"]
