"""What each use case costs in requests to DynamoDB, counted at the wire, and in rows that it reads."""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any

import pytest

from bench.parts.capacity import READ_UNIT, size
from chalicelib.bootstrap import World
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.query import ImageQuery
from chalicelib.http.paging import first
from chalicelib.storage.items import rows_of
from chalicelib.storage.row import SCOPE, RowItem
from tests.api import ORDINARY, Api, Caller
from tests.factories import START, a_membership, a_principal, an_image
from tests.storage.contract.shelf import put, shelve

FIELDS = {"x-image-meta-name": "web", "x-image-meta-property-role": "db"}
JSON = {"Content-Type": "application/json"}
RECORD = b'{"id": "ami-1", "provider": "ec2", "remote_user": "root"}'
PARENTS = {
    "compute_resources": b'{"name": "cloud", "provider": "EC2"}',
    "operatingsystems": b'{"name": "Linux"}',
    "architectures": b'{"name": "arm64"}',
}
PAGE = 25


@pytest.fixture
def caller(api: Api) -> Caller:
    """A caller whose token was looked up already."""
    caller = api.caller("t1")
    assert caller.get("/v1/images").status == 200
    return caller


def cost(caller: Caller, method: str, target: str, **sent: Any) -> int:
    """How many requests went to DynamoDB; the answer must be a success."""
    answer = caller.request(method, target, **sent)
    assert answer.status < 300, answer.text
    return caller.api.world.meter.read()


def created(caller: Caller, target: str = "/v1/images") -> str:
    image_id: str = caller.post(target, FIELDS).json["image"]["id"]
    return image_id


def test_a_token_costs_one_request_a_minute_and_another_one_a_day(api: Api) -> None:
    caller, costs = api.caller("t1"), []

    for seconds in (0, 0, 60, 24 * 3600):
        api.clock.advance(seconds)
        costs.append(cost(caller, "GET", "/v1/images?limit=1"))

    usual = costs[1]
    assert costs == [usual + 2, usual, usual + 1, usual + 2]


def test_a_token_is_made_in_three_requests_and_listed_in_two(api: Api, caller: Caller) -> None:
    body = b'{"token": {"name": "laptop"}}'

    assert cost(caller, "POST", "/v1/tokens", body=body) == 3
    assert cost(caller, "GET", "/v1/tokens") == 2
    assert cost(caller, "GET", "/v1/tokens/current") == 1
    assert cost(caller, "DELETE", "/v1/tokens/current") == 2


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_an_image_is_shown_in_one_request(api: Api, caller: Caller, method: str) -> None:
    image = api.world.images.add(an_image(status=Status.ACTIVE, size=0))

    assert cost(caller, method, f"/v1/images/{image.id}") == 1


def test_a_shared_image_is_shown_in_one_request(api: Api, caller: Caller) -> None:
    image = api.world.images.add(an_image(owner="t2"))
    api.world.memberships.change(image, [a_membership(image, "t1")], [])

    assert cost(caller, "HEAD", f"/v1/images/{image.id}") == 1


def test_an_image_is_created_in_one_request_and_one_for_its_number(caller: Caller) -> None:
    assert cost(caller, "POST", "/v1/images", headers=FIELDS) == 2


def test_an_image_is_updated_in_two_requests(caller: Caller) -> None:
    image_id = created(caller)

    assert cost(caller, "PUT", f"/v1/images/{image_id}", headers={"x-image-meta-name": "new"}) == 2


def test_an_image_is_deleted_in_two_requests(caller: Caller) -> None:
    image_id = created(caller)

    assert cost(caller, "DELETE", f"/v1/images/{image_id}") == 2


def test_an_image_is_shared_in_two_requests(caller: Caller) -> None:
    image_id = created(caller)

    assert cost(caller, "PUT", f"/v1/images/{image_id}/members/t2") == 2
    assert cost(caller, "DELETE", f"/v1/images/{image_id}/members/t2") == 2


@pytest.mark.parametrize("target", ["/v1/images", "/v1/images/detail"])
def test_a_first_page_costs_three_requests(caller: Caller, target: str) -> None:
    shelve([an_image() for _ in range(30)])

    assert cost(caller, "GET", target) == 3


def test_a_first_page_with_public_and_shared_images_costs_as_many(api: Api, caller: Caller) -> None:
    public = [an_image(owner="t2", visibility=Visibility.PUBLIC) for _ in range(30)]
    shared = an_image(owner="t2")
    shelve([*public, shared, *(an_image() for _ in range(30))])
    api.world.memberships.change(shared, [a_membership(shared, "t1")], [])

    assert cost(caller, "GET", "/v1/images") == 3


def test_an_administrators_first_page_of_everything_costs_a_request_a_shard(api: Api) -> None:
    admin = api.caller("ops", "admin")
    shelve([an_image(created_at=START + timedelta(seconds=place)) for place in range(30)])
    admin.get("/v1/images")

    assert cost(admin, "GET", "/v1/images?is_public=None") == 8


def test_glance_v2_costs_no_more(api: Api, caller: Caller) -> None:
    """Of one image at most two requests, and of a page as many as there are lists, and one for its marker."""
    image = caller.post("/v2/images", JSON, b'{"disk_format": "raw", "container_format": "bare"}').json["self"]
    creation = api.world.meter.read()
    theirs = api.world.images.add(an_image(owner="t2"))
    api.world.memberships.change(theirs, [a_membership(theirs, "t1")], [])
    api.world.meter.read()
    renamed = b'[{"op": "replace", "path": "/name", "value": "new"}]'
    patch = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    accepted = b'{"status": "accepted"}'

    costs = {
        "create": creation,
        "show": cost(caller, "GET", image),
        "rename": cost(caller, "PATCH", image, headers=patch, body=renamed),
        "tag": cost(caller, "PUT", f"{image}/tags/new"),
        "untag": cost(caller, "DELETE", f"{image}/tags/new"),
        "invite": cost(caller, "POST", f"{image}/members", body=b'{"member": "t2"}'),
        "member": cost(caller, "GET", f"{image}/members/t2"),
        "members": cost(caller, "GET", f"{image}/members"),
        "invite no more": cost(caller, "DELETE", f"{image}/members/t2"),
        "accept": cost(caller, "PUT", f"/v2/images/{theirs.id}/members/t1", body=accepted),
        "list": cost(caller, "GET", "/v2/images"),
        "list after a marker": cost(caller, "GET", f"/v2/images?marker={theirs.id}"),
        "list in an order of two keys": cost(caller, "GET", "/v2/images?sort=status,name"),
        "list of everybody's": cost(caller, "GET", "/v2/images?visibility=all"),
        "list of all shares": cost(caller, "GET", "/v2/images?member_status=all"),
        "delete": cost(caller, "DELETE", image),
    }

    assert costs == {
        **dict.fromkeys(("show", "member"), 1),
        **dict.fromkeys(("create", "rename", "tag", "untag", "invite", "members", "invite no more"), 2),
        **dict.fromkeys(("accept", "delete"), 2),
        **dict.fromkeys(("list", "list in an order of two keys"), 3),
        **dict.fromkeys(("list after a marker", "list of everybody's", "list of all shares"), 4),
    }


def test_a_numbered_page_that_ends_a_list_costs_as_much_as_any_other(api: Api, caller: Caller) -> None:
    shelve([an_image() for _ in range(30)])

    assert cost(caller, "GET", "/images") == 3
    assert cost(caller, "GET", "/images?page=2&per_page=20") == 3


def test_what_a_numbered_page_does_not_read_costs_a_request(api: Api, caller: Caller) -> None:
    shelve([an_image() for _ in range(60)])

    assert cost(caller, "GET", "/images") == 4
    assert cost(caller, "HEAD", "/images") == 1


def test_an_image_is_shown_by_its_alias_in_two_requests(recorder: Caller) -> None:
    assert cost(recorder, "POST", "/v3/image", headers=JSON, body=RECORD) == 2
    assert cost(recorder, "GET", "/v3/image/ami-1") == 2
    assert cost(recorder, "PUT", "/v3/image/ami-1", body=b'{"name": "new"}') == 3
    assert cost(recorder, "DELETE", "/v3/image/ami-1") == 3


def test_an_alias_that_might_be_an_id_costs_its_creation_two_requests_more(recorder: Caller) -> None:
    record = RECORD.replace(b"ami-1", b"1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11")

    assert cost(recorder, "POST", "/v3/image", headers=JSON, body=record) == 4


def test_all_of_a_tenants_own_images_cost_one_request(recorder: Caller) -> None:
    shelve([an_image() for _ in range(30)])

    assert cost(recorder, "GET", "/v3/images") == 1


@pytest.fixture
def recorder(api: Api) -> Caller:
    """A caller of the dialect whose clients choose ids, whose token was looked up already."""
    recorder = api.basic_caller("t1", *ORDINARY)
    assert recorder.get("/v3/images").status == 200
    return recorder


def test_a_first_page_reads_as_much_of_a_large_catalogue_as_of_a_small_one(world: World) -> None:
    shelve(_own_and_public(30))
    small = _read(world)
    shelve(_own_and_public(470))
    large = _read(world)

    assert large == small
    assert small[0] == 2 * PAGE


def test_a_list_below_a_parent_does_not_read_what_is_elsewhere(api: Api) -> None:
    caller = api.basic_caller("t1", *ORDINARY)
    for kind, facts in PARENTS.items():
        assert caller.post(f"/api/{kind}", JSON, facts).status == 201
    below = {"compute_resource": 1, "os_title": "Linux", "architecture": "arm64", "name": "web"}
    shelve([an_image(number=number, **below) for number in range(1, 21)])

    def ask(query: str) -> None:
        page = caller.get(f"/api/compute_resources/1/images{query}").json
        assert (len(page["results"]), page["total"]) == (20, 20)

    def costs() -> list[tuple[tuple[int, int], int]]:
        queries = ("", "?search=name~web&order=name", "?per_page=50")
        return [(measured(partial(ask, query)), api.world.meter.read()) for query in queries]

    alone = costs()
    others = [an_image(number=number, compute_resource=2) for number in range(21, 10_021)]
    rows = chain.from_iterable(rows_of(image, None) for image in others)
    put(RowItem, [row for row in rows if row[SCOPE]["S"] == "tenant/t1"])
    among_others = costs()

    assert among_others == alone
    assert [requests for _, requests in alone] == [5, 4, 4]


def _own_and_public(count: int) -> list[Image]:
    others = {"owner": "t2", "visibility": Visibility.PUBLIC}
    return [image for _ in range(count) for image in (an_image(), an_image(**others))]


def _read(world: World) -> tuple[int, int]:
    """The rows and read units that a first page takes."""

    def ask() -> None:
        page = first(world.images.images(a_principal(), ImageQuery(expected=PAGE)), PAGE)
        assert len(page) == PAGE

    return measured(ask)


def measured(ask: Callable[[], None]) -> tuple[int, int]:
    """The rows and read units of the queries that are made."""
    rows, units = 0, 0

    def measure(parsed: Mapping[str, Any], **_: Any) -> None:
        nonlocal rows, units
        rows += parsed["ScannedCount"]
        # A query is charged for the sum of its items, in steps of 4 KB if it is consistent.
        units += math.ceil(sum(map(size, parsed.get("Items", ()))) / READ_UNIT)

    events = RowItem._get_connection().connection.client.meta.events  # noqa: SLF001  # what all tables share
    events.register("after-call.dynamodb.Query", measure)
    try:
        ask()
    finally:
        events.unregister("after-call.dynamodb.Query", measure)
    return rows, units
