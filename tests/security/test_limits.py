"""Whatever is too long, too deep or too many is refused in the words of its dialect, or does not matter."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from chalicelib.catalog import lengths
from chalicelib.dialects import DIALECTS
from chalicelib.dialects.qingcloud.schema import MAX_IDS
from chalicelib.http.dialect import Route
from chalicelib.http.fields import DEEPEST
from tests import tally
from tests.api import Answer, Api, Caller
from tests.conformance.conftest import T1
from tests.credentials import caller_of
from tests.dialects.glance_v1.glance import RAW, create, properties
from tests.factories import an_image
from tests.security.test_guessing import REQUESTS

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
LAMBDA_BODY = 4_500_000
"""Bytes of a body at most that reach a function: 6 MB, in base64, within an event."""
OPERATIONS = [(dialect.name, route) for dialect in DIALECTS for route in dialect.routes if not route.open]
WRITES = [(name, route) for name, route in OPERATIONS if route.method in ("POST", "PUT", "PATCH")]
SHAPES: dict[str, Callable[[Any], bool]] = {
    "glance_v1": lambda body: body["error"].keys() == {"code", "title", "message"},
    "glance_v2": lambda body: body["error"].keys() == {"code", "title", "message"},
    "scaleway": lambda body: {"type", "message"} <= body.keys() <= {"type", "message", "fields"},
    "devops_service": lambda body: body.keys() == {"message"},
    "foreman": lambda body: body.keys() in ({"error"}, {"status", "error"}),
    "qingcloud": lambda body: (
        body.keys() in ({"ret_code", "code", "message", "detail", "request_id"}, {"error", "error_description"})
    ),
    "keystone": lambda body: body["error"].keys() == {"code", "title", "message"},
}
"""What the refusals of each dialect look like; the second shape of QingCloud is that of signing in."""
PATHS: Mapping[str, str] = {name: target for name, (_, target, _) in REQUESTS.items() if name in SHAPES}
"""A GET of each dialect that succeeds."""


class Limit(NamedTuple):
    """A request beyond a limit, and the status that refuses it."""

    dialect: str
    status: int
    ask: Callable[[Caller], Answer]


def send(method: str, target: str, document: Any) -> Callable[[Caller], Answer]:
    return lambda caller: caller.request(method, target, JSON, json.dumps(document).encode())


def to_image(method: str, target: str, document: Any) -> Callable[[Caller], Answer]:
    """As `send`, to a new image of the caller's."""
    return lambda caller: send(method, target.format(create(caller)["id"]), document)(caller)


def new(**fields: Any) -> dict[str, Any]:
    """What Scaleway's dialect registers."""
    return {"organization": T1, "name": "web", "arch": "arm", "root_volume": T1, **fields}


def record(**fields: Any) -> dict[str, Any]:
    """What devops-service's dialect registers."""
    return {"id": "ami-1", "provider": "ec2", "remote_user": "root", **fields}


def ids(count: int) -> str:
    return ",".join(f"img-{number:08}" for number in range(count))


def _posting(headers: Mapping[str, str]) -> Callable[[Caller], Answer]:
    return lambda caller: caller.post("/v1/images", {**JSON, **headers})


BULKY = {str(number): "x" * 100 for number in range(lengths.DOCUMENT // 100)}
MANY = {f"p{number}": "v" for number in range(129)}
LIMITS = {
    "a body of image data": Limit("glance_v1", 413, lambda caller: _data(caller, 4 * 2**20 + 1)),
    "properties": Limit("glance_v1", 413, lambda caller: caller.post("/v1/images", {**JSON, **properties(**MANY)})),
    "members at once": Limit(
        "glance_v1",
        413,
        to_image("PUT", "/v1/images/{}/members", {"memberships": [{"member_id": f"t{n}"} for n in range(129)]}),
    ),
    "the name of a member": Limit(
        "glance_v1", 400, to_image("PUT", f"/v1/images/{{}}/members/{'t' * (lengths.TEXT + 1)}", {})
    ),
    "the name of a member in a list": Limit(
        "glance_v1",
        400,
        to_image("PUT", "/v1/images/{}/members", {"memberships": [{"member_id": "t" * (lengths.TEXT + 1)}]}),
    ),
    "a description": Limit(
        "glance_v1", 413, lambda caller: caller.post("/v1/images", {**JSON, **properties(description="x" * 7200)})
    ),
    **{
        f"a property that is {name}": Limit("glance_v1", 400, _posting(properties(**{name: "x" * 256})))
        for name in ("architecture", "os_admin_user", "os_distro", "os_type")
    },
    "a location": Limit("glance_v1", 400, _posting({**RAW, "x-image-meta-location": f"https://a.b/{'x' * 8000}"})),
    "what is copied": Limit("glance_v1", 400, _posting({**RAW, "x-glance-api-copy-from": f"s3://a/{'x' * 8000}"})),
    "volumes": Limit("scaleway", 400, send("POST", "/images", new(extra_volumes=BULKY))),
    "a bootscript": Limit("scaleway", 400, send("POST", "/images", new(default_bootscript={"id": T1, **BULKY}))),
    "unknown keys": Limit("scaleway", 400, send("POST", "/images", new(**MANY))),
    "a template": Limit(
        "devops_service", 400, send("POST", "/v3/image", record(bootstrap_template="x" * (lengths.TEXT + 1)))
    ),
    "a remote user": Limit(
        "devops_service", 400, send("POST", "/v3/image", record(remote_user="é" * (lengths.TEXT + 1)))
    ),
    "a parent's name": Limit("foreman", 422, send("POST", "/api/architectures", {"name": "x" * 256})),
    "a parent's title": Limit(
        "foreman", 422, send("POST", "/api/operatingsystems", {"name": "x" * 200, "major": "9" * 60})
    ),
    "a parent's address": Limit(
        "foreman", 422, send("POST", "/api/compute_resources", {"name": "c", "provider": "EC2", "url": "u" * 256})
    ),
    "a search": Limit("foreman", 400, lambda caller: caller.get(f"/api/architectures?search={'(' * 65}name=x")),
    "images to delete": Limit("qingcloud", 400, send("DELETE", f"/v2/zone/ac1/images/{ids(MAX_IDS + 1)}", None)),
    "images to recover": Limit(
        "qingcloud", 400, send("POST", "/v2/zone/ac1/lease", {"resources": ids(MAX_IDS + 1).split(",")})
    ),
    "an instance": Limit("qingcloud", 400, send("POST", "/v2/zone/ac1/images", {"instance": "i" * 256})),
}


def _data(caller: Caller, size: int) -> Answer:
    return caller.post("/v1/images", {**JSON, **RAW, "Content-Type": "application/octet-stream"}, bytes(size))


def check(dialect: str, answer: Answer) -> None:
    """That a refusal has the shape of its dialect."""
    assert SHAPES[dialect](answer.json), answer.text


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_what_is_beyond_a_limit_is_refused_and_stores_nothing(api: Api, limit: Limit) -> None:
    answer = limit.ask(caller_of(api, limit.dialect, T1))

    assert answer.status == limit.status, answer.text
    check(limit.dialect, answer)
    listed = api.caller(T1).get("/v1/images/detail").json["images"]
    assert [image for image in listed if image["name"] or image["properties"]] == []


BOMBS = {
    "as deep as can be": b"[" * (LAMBDA_BODY // 2) + b"]" * (LAMBDA_BODY // 2),
    "one level too deep": b'{"a":' * (DEEPEST + 1) + b"{}" + b"}" * (DEEPEST + 1),
    "never closed": b'{"a":' * (LAMBDA_BODY // 5),
    "a number of many digits": b'{"name": ' + b"9" * 1_000_000 + b"}",
    "a number beyond all": b'{"name": 1' + b"0" * 4500 + b"}",
}
"""Bodies, the largest as large as can be sent, that are more work than they look."""


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("dialect", SHAPES)
def test_a_document_that_is_a_bomb_is_refused(api: Api, dialect: str, body: bytes) -> None:
    caller = caller_of(api, dialect, T1)
    image = api.world.images.add(an_image(owner=T1, number=1))
    known = {"zone": "ac1", "image_id": image.id, "parent_id": "1", "upload_id": T1, "member": "t2"}

    for route in [route for name, route in WRITES if name == dialect]:
        answer = caller.request(route.method, _filled(route, known), JSON, body)

        tally.count("requests beyond a limit")
        assert 400 <= answer.status < 500, (route, answer.text)
        check(dialect, answer)
        assert len(answer.body) < 10_000


def _filled(route: Route, known: Mapping[str, str]) -> str:
    target = route.path
    for name, value in known.items():
        target = target.replace(f"{{{name}}}", value)
    return target


@pytest.mark.parametrize("value", ["x" * 8000, "%00" * 2000, "9" * 8000, "a," * 4000, "%F0%9F%98%80" * 600])
@pytest.mark.parametrize("dialect", SHAPES)
def test_a_path_of_any_length_is_answered(api: Api, dialect: str, value: str) -> None:
    caller = caller_of(api, dialect, T1)
    named = [route for name, route in OPERATIONS if name == dialect and "{" in route.path]

    for route in named:
        target = "/".join(value if part.startswith("{") else part for part in route.path.split("/"))
        answer = caller.request(route.method, target, JSON, b"" if route.method in ("GET", "HEAD") else b"{}")

        tally.count("requests beyond a limit")
        assert answer.status < 500, (route, answer.text)
        if answer.status >= 400 and route.method != "HEAD":
            check(dialect, answer)


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"property-p{number}=v" for number in range(300)),
        "&".join(f"limit={number}" for number in range(1, 1000)),
        f"name={'x' * 8000}",
        f"images={ids(700)}",
        f"search={'name~x%20or%20' * 500}name~x",
        f"order={'x' * 8000}",
        f"marker={'0' * 8000}",
        f"{'k' * 8000}=v",
    ],
    ids=["filters", "repeated", "a long value", "ids", "terms", "an order", "a marker", "a long name"],
)
@pytest.mark.parametrize("dialect", SHAPES)
def test_a_query_of_any_length_is_answered(api: Api, dialect: str, query: str) -> None:
    caller = caller_of(api, dialect, T1)
    api.world.images.add(an_image(owner=T1, number=1, architecture="arm64"))
    listed = [
        route for name, route in OPERATIONS if (name, route.method) == (dialect, "GET") and "_id}" not in route.path
    ]

    for route in listed:
        path = _filled(route, {"zone": "ac1", "provider": "ec2", "member": T1})
        answer = caller.get(f"{path}?{query}", JSON)

        tally.count("requests beyond a limit")
        assert answer.status < 500, (route, answer.text)
        if answer.status >= 400:
            check(dialect, answer)


@pytest.mark.parametrize("dialect", SHAPES)
def test_headers_that_nobody_asks_for_do_not_matter(api: Api, dialect: str) -> None:
    """API Gateway takes 10,240 bytes of them, the local server 256 headers of 65,536."""
    caller = caller_of(api, dialect, T1)
    many = {f"x-header-{number}": "v" * 200 for number in range(250)}

    plain, laden = caller.get(PATHS[dialect], JSON), caller.get(PATHS[dialect], {**many, "Cookie": "x" * 8000, **JSON})

    assert (plain.status, plain.body) == (laden.status, laden.body) == (200, plain.body)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("dialect", [name for name in SHAPES if name != "glance_v1"])
def test_nothing_that_is_sent_is_ever_unpacked(api: Api, dialect: str, encoding: str) -> None:
    """Compressed bodies are not decompressed, so small bodies cannot become large ones."""
    packed = bytes.fromhex("1f8b0800000000000003ab05000000ffff")
    [route, *_] = [route for name, route in WRITES if name == dialect and route.method == "POST"]
    target, caller = _filled(route, {"zone": "ac1"}), caller_of(api, dialect, T1)

    answer = caller.request("POST", target, {**JSON, "Content-Encoding": encoding}, packed)

    assert 400 <= answer.status < 500
    check(dialect, answer)
