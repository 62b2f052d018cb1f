"""What the Glance v2 dialect answers is what it says of itself."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status, Visibility
from chalicelib.dialects.glance_v2.routes import METHODS
from tests.api import Api, Caller
from tests.dialects.glance_v2.glance import (
    HELLO,
    OCTETS,
    V20,
    V21,
    a_raw_one,
    adding,
    an_active_one,
    create,
    path_of,
    replacing,
    share,
)
from tests.factories import an_image
from tests.openapi.checking import Case, Facts, Operation, answer_violations, documented
from tests.openapi.sharing import an_api

TENANT = "described-v2"
LIMITS = {"MAX_INLINE_BYTES": "64", "IMAGE_MEMBER_QUOTA": "1"}
UNKNOWN = "6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a001"
TAKEN = "6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a003"
IMAGES, IMAGE = "/v2/images", "/v2/images/{image_id}"
FILE, STAGE, IMPORT = f"{IMAGE}/file", f"{IMAGE}/stage", f"{IMAGE}/import"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
TAG, LOCATIONS = f"{IMAGE}/tags/{{tag}}", f"{IMAGE}/locations"
ACTIONS = [f"{IMAGE}/actions/{name}" for name in ("deactivate", "reactivate")]
DIRECT = {"method": {"name": "glance-direct"}}
RENAMED = '[{"op": "replace", "path": "/name", "value": "x"}]'
EVERY_FILTER = (
    f"limit=2&marker={TAKEN}&sort_key=name&sort_key=size&sort_dir=asc&visibility=all&member_status=all&tag=a&name=a"
    "&status=active&disk_format=raw&container_format=bare&size_min=1&created_at=gt:2012-01-31T10:00:00Z&protected=true"
)

# Others would have to be faster several times.
RARE = {(operation, 409) for operation in [("DELETE", IMAGE), ("PUT", MEMBER), ("DELETE", MEMBER), ("PUT", TAG)]} | {
    (("DELETE", TAG), 409),
    *((("POST", action), 409) for action in ACTIONS),
}


def _simple() -> Iterator[Case]:
    for method in METHODS:
        yield Case(method, "/", 300, "/", "anonymous")
    yield Case("GET", "/versions", 200, "/versions", "anonymous")
    for name in ("image", "images", "member", "members"):
        yield Case("GET", "/v2/schemas/{name}", 200, f"/v2/schemas/{name}")
    yield Case("GET", "/v2/schemas/{name}", 404, "/v2/schemas/nothing")
    yield Case("GET", "/v2/schemas/{name}", 400, "/v2/schemas/image", body="{}")
    for path in ("/v2/info/import", "/v2/info/usage", "/v2/metadefs/namespaces", "/v2/metadefs/resource_types"):
        yield Case("GET", path, 200, path)
        yield Case("GET", path, 400, path, body="{}")
        yield Case("GET", path, 401, path, "anonymous")
    yield Case("GET", "/v2/tasks", 200, "/v2/tasks", "admin")
    yield Case("GET", "/v2/tasks", 400, "/v2/tasks", body="{}")
    yield Case("GET", "/v2/tasks", 403, "/v2/tasks")
    yield Case("POST", "/v2/tasks", 403, "/v2/tasks")
    for path in ("/v2/metadefs/namespaces", "/v2/metadefs/resource_types"):
        yield Case("POST", path, 403, path)
    for path in ("/v2/info/stores", "/v2/info/stores/detail"):
        yield Case("GET", path, 404, path)


def _about_images() -> Iterator[Case]:
    one, unknown = f"{IMAGES}/{{image}}", f"{IMAGES}/{UNKNOWN}"
    yield Case("GET", IMAGES, 200, IMAGES)
    yield Case("GET", IMAGES, 200, f"{IMAGES}?{EVERY_FILTER}")
    yield Case("GET", IMAGES, 400, f"{IMAGES}?limit=-1", conforms=False)
    yield Case("GET", IMAGES, 400, f"{IMAGES}?visibility=x", conforms=False)
    yield Case("GET", IMAGES, 403, IMAGES, "powerless")
    yield Case("POST", IMAGES, 201, IMAGES, body={"name": "a", "tags": ["a"], "min_disk": 1, "color": "red"})
    yield Case("POST", IMAGES, 400, IMAGES, body={"min_disk": "1"}, conforms=False)
    yield Case("POST", IMAGES, 400, IMAGES, body={"color": 5}, conforms=False)
    yield Case("POST", IMAGES, 400, IMAGES, conforms=False)
    yield Case("POST", IMAGES, 403, IMAGES, "powerless", {})
    yield Case("POST", IMAGES, 409, IMAGES, body={"id": TAKEN})
    yield Case("POST", IMAGES, 413, IMAGES, body={"tags": [str(number) for number in range(129)]})
    for name in ("image", "active", "other"):
        yield Case("GET", IMAGE, 200, f"{IMAGES}/{{{name}}}")
    yield Case("GET", IMAGE, 400, one, body="{}")
    yield Case("GET", IMAGE, 403, one, "powerless")
    yield Case("GET", IMAGE, 404, unknown)
    for headers, body in ((V21, RENAMED), (V20, '[{"replace": "/name", "value": "x"}]'), (V21, "[]")):
        yield Case("PATCH", IMAGE, 200, one, body=body, headers=headers)
    yield Case("PATCH", IMAGE, 400, one, body="{}", headers=V21)
    yield Case("PATCH", IMAGE, 403, one, "powerless", RENAMED, V21)
    yield Case("PATCH", IMAGE, 404, unknown, body=RENAMED, headers=V21)
    yield Case("PATCH", IMAGE, 409, one, body='[{"op": "remove", "path": "/x"}]', headers=V21)
    tags = str([str(number) for number in range(129)]).replace("'", '"')
    yield Case("PATCH", IMAGE, 412, one, body=RENAMED, headers={**V21, "If-Match": '"0"'})
    yield Case("PATCH", IMAGE, 413, one, body=f'[{{"op": "add", "path": "/tags", "value": {tags}}}]', headers=V21)
    yield Case("PATCH", IMAGE, 415, one, body="[]")
    yield Case("DELETE", IMAGE, 204, one)
    yield Case("DELETE", IMAGE, 400, one, body="{}")
    yield Case("DELETE", IMAGE, 403, f"{IMAGES}/{{protected}}")
    yield Case("DELETE", IMAGE, 404, unknown)
    yield Case("DELETE", IMAGE, 412, one, headers={"If-Match": '"0"'})


def _about_bytes() -> Iterator[Case]:
    unknown = f"{IMAGES}/{UNKNOWN}"
    yield Case("GET", FILE, 200, f"{IMAGES}/{{active}}/file")
    yield Case("GET", FILE, 204, f"{IMAGES}/{{image}}/file")
    yield Case("GET", FILE, 204, f"{IMAGES}/{{large}}/file", headers={"Prefer": "link"})
    yield Case("GET", FILE, 206, f"{IMAGES}/{{active}}/file", headers={"Range": "bytes=0-1"})
    yield Case("GET", FILE, 302, f"{IMAGES}/{{large}}/file")
    yield Case("GET", FILE, 400, f"{IMAGES}/{{active}}/file", headers={"Range": "bytes=0-1,2-3"})
    yield Case("GET", FILE, 403, f"{IMAGES}/{{deactivated}}/file")
    yield Case("GET", FILE, 404, f"{unknown}/file")
    yield Case("GET", FILE, 416, f"{IMAGES}/{{active}}/file", headers={"Range": "bytes=99-"})
    for path, image, bad in ((FILE, "ready", "image"), (STAGE, "image", "")):
        name = path.rpartition("/")[2]
        target = f"{IMAGES}/{{{image}}}/{name}"
        yield Case("PUT", path, 204, target, headers=OCTETS, body="bytes")
        yield Case("PUT", path, 400, target, headers={**OCTETS, "x-openstack-image-size": "x"}, body="bytes")
        yield Case("PUT", path, 403, target, "powerless", "bytes", OCTETS)
        yield Case("PUT", path, 404, f"{unknown}/{name}", headers=OCTETS, body="bytes")
        yield Case("PUT", path, 409, f"{IMAGES}/{{active}}/{name}", headers=OCTETS, body="bytes")
        yield Case("PUT", path, 413, target, headers=OCTETS, body="x" * 65)
        yield Case("PUT", path, 415, target, body="bytes")
        if bad:
            yield Case("PUT", path, 400, f"{IMAGES}/{{{bad}}}/{name}", headers=OCTETS, body="bytes")
    yield Case("POST", IMPORT, 202, f"{IMAGES}/{{staged}}/import", body=DIRECT)
    yield Case("POST", IMPORT, 400, f"{IMAGES}/{{staged}}/import", body={"method": {}}, conforms=False)
    yield Case("POST", IMPORT, 403, f"{IMAGES}/{{staged}}/import", "powerless", DIRECT)
    yield Case("POST", IMPORT, 404, f"{unknown}/import", body=DIRECT)
    yield Case("POST", IMPORT, 409, f"{IMAGES}/{{active}}/import", body=DIRECT)
    for action in ACTIONS:
        name = action.rpartition("/")[2]
        yield Case("POST", action, 204, f"{IMAGES}/{{active}}/actions/{name}")
        yield Case("POST", action, 400, f"{IMAGES}/{{active}}/actions/{name}", body="{}")
        yield Case("POST", action, 403, f"{IMAGES}/{{image}}/actions/{name}")
        yield Case("POST", action, 404, f"{unknown}/actions/{name}")
    for method in ("GET", "POST"):
        yield Case(method, LOCATIONS, 403, f"{IMAGES}/{{image}}/locations")


def _about_members_and_tags() -> Iterator[Case]:
    members, full, unknown = (f"{IMAGES}/{each}/members" for each in ("{image}", "{full}", UNKNOWN))
    accepted = {"status": "accepted"}
    yield Case("GET", MEMBERS, 200, full)
    yield Case("GET", MEMBERS, 400, full, body="{}")
    yield Case("GET", MEMBERS, 403, f"{IMAGES}/{{private}}/members")
    yield Case("GET", MEMBERS, 404, unknown)
    yield Case("POST", MEMBERS, 200, members, body={"member": "t2"})
    yield Case("POST", MEMBERS, 400, members, body={"member": ""}, conforms=False)
    yield Case("POST", MEMBERS, 403, members, "powerless", {"member": "t2"})
    yield Case("POST", MEMBERS, 404, unknown, body={"member": "t2"})
    yield Case("POST", MEMBERS, 409, full, body={"member": "member-v2"})
    yield Case("POST", MEMBERS, 413, full, body={"member": "t3"})
    yield Case("GET", MEMBER, 200, f"{full}/member-v2")
    yield Case("GET", MEMBER, 400, f"{full}/member-v2", body="{}")
    yield Case("GET", MEMBER, 403, f"{full}/member-v2", "powerless")
    yield Case("GET", MEMBER, 404, f"{full}/t3")
    yield Case("PUT", MEMBER, 200, f"{full}/member-v2", "member", accepted)
    yield Case("PUT", MEMBER, 400, f"{full}/member-v2", "member", {"status": "x"}, conforms=False)
    yield Case("PUT", MEMBER, 403, f"{full}/member-v2", body=accepted)
    yield Case("PUT", MEMBER, 404, f"{full}/t3", "member", accepted)
    yield Case("DELETE", MEMBER, 204, f"{full}/member-v2")
    yield Case("DELETE", MEMBER, 400, f"{full}/member-v2", body="{}")
    yield Case("DELETE", MEMBER, 403, f"{full}/member-v2", "member")
    yield Case("DELETE", MEMBER, 404, f"{full}/t3")
    for method in ("PUT", "DELETE"):
        yield Case(method, TAG, 204, f"{IMAGES}/{{tagged}}/tags/1")
        yield Case(method, TAG, 400, f"{IMAGES}/{{tagged}}/tags/1", body="{}")
        yield Case(method, TAG, 403, f"{IMAGES}/{{tagged}}/tags/1", "powerless")
        yield Case(method, TAG, 404, f"{IMAGES}/{UNKNOWN}/tags/1")
    yield Case("PUT", TAG, 413, f"{IMAGES}/{{tagged}}/tags/x")


CASES = [*_simple(), *_about_images(), *_about_bytes(), *_about_members_and_tags()]
WITHOUT_STORE = [
    Case("GET", FILE, 410, f"{IMAGES}/{{active}}/file"),
    Case("PUT", FILE, 410, f"{IMAGES}/{{ready}}/file", headers=OCTETS, body="bytes"),
    Case("PUT", STAGE, 410, f"{IMAGES}/{{ready}}/stage", headers=OCTETS, body="bytes"),
]
"""What is answered while the store of the bytes is closed."""


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws, **LIMITS)


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    api.world.images.add(an_image(owner=TENANT, id=TAKEN))
    return {
        "owner": api.caller(TENANT),
        "powerless": api.caller(TENANT, "publicize_image"),
        "member": api.caller("member-v2"),
        "admin": api.caller(TENANT, "admin"),
        "anonymous": api.anonymous(),
    }


@pytest.fixture
def facts(api: Api, callers: dict[str, Caller]) -> Facts:
    owner = callers["owner"]

    def added(**fields: Any) -> str:
        return api.world.images.add(an_image(owner=TENANT, disk_format="raw", container_format="bare", **fields)).id

    def staged() -> str:
        image = a_raw_one(owner)
        assert owner.put(path_of(image, "stage"), OCTETS, HELLO).status == 204
        return str(image["id"])

    def full() -> str:
        image = create(owner)
        share(owner, image, "member-v2")
        return str(image["id"])

    place = f"s3://{api.world.blobs.bucket}/large"
    return Facts(
        {
            "image": lambda: create(owner)["id"],
            "ready": lambda: a_raw_one(owner)["id"],
            "active": lambda: an_active_one(owner)["id"],
            "protected": lambda: create(owner, protected=True)["id"],
            "private": lambda: create(owner, visibility="private")["id"],
            "tagged": lambda: create(owner, tags=[str(number) for number in range(128)])["id"],
            "staged": staged,
            "full": full,
            "large": lambda: added(status=Status.ACTIVE, size=100, location=place, checksum="c" * 32),
            "deactivated": lambda: added(status=Status.DEACTIVATED, size=5),
            "other": lambda: added(visibility=Visibility.PUBLIC, architecture="arm", properties={"x": None}, name="x"),
        }
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


@pytest.mark.parametrize("case", WITHOUT_STORE, ids=str)
def test_a_closed_store_is_described(api: Api, callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    case.target.format_map(facts)

    with ExitStack() as stack:
        for name in ("PutObject", "GetObject"):
            stack.enter_context(api.s3_fault(name, "NoSuchBucket", 404))
        answer = case.send(callers, facts)

    assert answer.status == case.status, answer.text
    assert answer_violations(case.operation, answer) == []


def test_every_documented_status_is_asked_for() -> None:
    asked: set[tuple[Operation, int]] = {(case.operation, case.status) for case in [*CASES, *WITHOUT_STORE]}
    anonymous = {(operation, status) for operation, status in documented("glance_v2") if status == 401}

    assert asked | anonymous == documented("glance_v2", RARE) | anonymous


@pytest.mark.parametrize("operation", [adding("x", "y"), replacing("name", "y")], ids=str)
def test_a_patch_of_one_operation_is_described(callers: dict[str, Caller], operation: Mapping[str, Any]) -> None:
    image = create(callers["owner"])

    answer = Case("PATCH", IMAGE, 200, path_of(image), body=[dict(operation)], headers=V21).send(callers, {})

    assert answer_violations(("PATCH", IMAGE), answer) == []
