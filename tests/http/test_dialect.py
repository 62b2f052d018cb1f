"""How a request finds its dialect and its route."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.dialect import Dialect, Route, match, owner, refusing
from chalicelib.http.errors import HttpError, MethodNotAllowed, PathUnknown, Refused
from chalicelib.http.message import Request, Response
from tests.http.echo import echoing


def _handle(*_: object, **__: str) -> Response:
    return Response()


ROUTES = tuple(
    Route(method, path, _handle)
    for method, path in (
        ("GET", "/"),
        ("GET", "/images"),
        ("POST", "/images"),
        ("GET", "/images/detail"),
        ("GET", "/images/{image_id}"),
        ("DELETE", "/images/{image_id}"),
        ("GET", "/images/{image_id}/members/{member}"),
        ("GET", "/images/latest/members/{member}"),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "pattern", "variables"),
    [
        ("GET", "/", "/", {}),
        ("POST", "/images", "/images", {}),
        ("GET", "/images/detail", "/images/detail", {}),
        ("GET", "/images/details", "/images/{image_id}", {"image_id": "details"}),
        ("GET", "/images/a%2Fb", "/images/{image_id}", {"image_id": "a/b"}),
        ("GET", "/images/%2541", "/images/{image_id}", {"image_id": "%41"}),
        ("GET", "/images/1+1", "/images/{image_id}", {"image_id": "1+1"}),
        ("GET", "/images/%FF", "/images/{image_id}", {"image_id": "\ufffd"}),
        ("GET", "/images/1/members/2", "/images/{image_id}/members/{member}", {"image_id": "1", "member": "2"}),
        ("GET", "/images/latest/members/2", "/images/latest/members/{member}", {"member": "2"}),
    ],
)
def test_a_request_finds_the_most_literal_route(
    method: str, path: str, pattern: str, variables: dict[str, str]
) -> None:
    route, found = match(ROUTES, method, path)

    assert (route.path, route.method, found) == (pattern, method, variables)
    assert route.handler is _handle


def test_a_get_may_answer_no_head() -> None:
    route, _ = match([Route("GET", "/images", _handle, heads=False)], "HEAD", "/images")

    assert route.handler is not _handle
    assert route.method == "HEAD"


def test_head_is_get_unless_it_has_a_route_of_its_own() -> None:
    own = Route("HEAD", "/images", _handle)

    found = [match((*ROUTES, own), "HEAD", path)[0] for path in ("/images", "/images/detail", "/images/1")]

    assert [(route.method, route.path) for route in found] == [
        ("HEAD", "/images"),
        ("GET", "/images/detail"),
        ("GET", "/images/{image_id}"),
    ]


@pytest.mark.parametrize(
    "path", ["/image", "/images/", "/images//members/1", "/images/1/2", "/IMAGES", "/{image_id}", ""]
)
def test_a_path_that_is_not_there_is_refused(path: str) -> None:
    route, variables = match(ROUTES, "GET", path)

    with pytest.raises(PathUnknown):
        route.handler(None, Request("GET", path), **variables)
    assert route.path == "-"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/images", ("GET", "POST")), ("/images/detail", ("GET",)), ("/images/1", ("GET", "DELETE"))],
)
def test_a_method_that_is_not_there_is_refused_with_those_that_are(path: str, allowed: tuple[str, ...]) -> None:
    route, variables = match(ROUTES, "PATCH", path)

    with pytest.raises(MethodNotAllowed) as refusal:
        route.handler(None, Request("PATCH", path), **variables)
    assert refusal.value.allowed == allowed
    assert not route.open


@pytest.mark.parametrize("path", ["/images", "/images/detail", "/images/1"])
def test_a_blank_end_stands_for_a_variable_that_is_missing_where_the_path_lacks_the_method(path: str) -> None:
    refusing_route, _ = match(ROUTES, "PUT", path, blank=True)
    route, _ = match(ROUTES, "GET", path, blank=True)

    with pytest.raises(PathUnknown):
        refusing_route.handler(None, Request("PUT", path))
    assert not refusing_route.open
    assert route.handler is _handle


@given(st.text(st.characters()))
def test_any_path_has_a_route(path: str) -> None:
    route, variables = match(ROUTES, "GET", path)

    assert set(variables) <= {"image_id", "member"}
    assert route.path in {"-", *(known.path for known in ROUTES)}


def test_a_refusing_handler_raises_its_error_whatever_it_is_asked() -> None:
    handler = refusing(Refused("no"))

    with pytest.raises(HttpError, match="no"):
        handler(None, Request("GET", "/"), anything="x")


def dialects() -> tuple[Dialect, ...]:
    return (
        echoing(name="root", roots=("/",)),
        echoing(name="api", roots=("/api", "/apidoc")),
        echoing(name="v3", roots=("/v3/images", "/v3/image")),
        echoing(name="claims", roots=("/claims",), claims=lambda request: request.header("accept") == "mine"),
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"),
        ("/anything", "root"),
        ("/api", "api"),
        ("/api/x", "api"),
        ("/apidoc/v2", "api"),
        ("/apis", "root"),
        ("/v3/images", "v3"),
        ("/v3/image/1", "v3"),
        ("/v3/imagery", "root"),
        ("/v3", "root"),
        ("/claims/x", "claims"),
    ],
)
def test_a_path_belongs_to_the_longest_root_above_it(path: str, name: str) -> None:
    assert owner(dialects(), Request("GET", path)).name == name


@pytest.mark.parametrize("path", ["/", "/api/x", "/elsewhere"])
def test_a_claim_goes_before_every_root(path: str) -> None:
    assert owner(dialects(), Request("GET", path, {"accept": "mine"})).name == "claims"
