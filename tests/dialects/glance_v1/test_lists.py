"""Which images are listed, and what of them: cases 103 to 105, 112 and 122 to 125."""

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    RAW,
    MakeApi,
    create,
    denying,
    header_block,
    ids,
    md5,
    meta,
    properties,
    set_status,
)
from tests.dialects.glance_v1.glance_more import listed_names, publish, share

DATA = b"bytes of an image"
LISTS = pytest.mark.parametrize("path", ["/v1/images", "/v1/images/detail"], ids=["brief", "detail"])


@LISTS
def test_case_103_without_images_the_list_is_empty(t1: Caller, path: str) -> None:
    answer = t1.get(path)

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json == {"images": []}


def test_case_104_a_brief_entry_has_six_keys(t1: Caller) -> None:
    image = create(t1, meta(name="cirros"), DATA)

    answer = t1.get("/v1/images")

    assert answer.json == {
        "images": [
            {
                "id": image["id"],
                "name": "cirros",
                "size": len(DATA),
                "disk_format": "raw",
                "container_format": "bare",
                "checksum": md5(DATA),
            }
        ]
    }


def test_case_104_a_detailed_entry_has_eighteen_keys(t1: Caller) -> None:
    image = create(t1, {**meta(name="cirros", min_ram="64"), **properties(distro="arch", empty="")}, DATA)

    answer = t1.get("/v1/images/detail")

    assert answer.json == {
        "images": [
            {
                "id": image["id"],
                "name": "cirros",
                "disk_format": "raw",
                "container_format": "bare",
                "size": len(DATA),
                "virtual_size": None,
                "status": "active",
                "is_public": False,
                "protected": False,
                "min_disk": 0,
                "min_ram": 64,
                "checksum": md5(DATA),
                "owner": "t1",
                "created_at": image["created_at"],
                "updated_at": image["updated_at"],
                "deleted_at": None,
                "deleted": False,
                "properties": {"distro": "arch", "empty": None},
            }
        ]
    }


@LISTS
def test_case_104_an_image_that_waits_for_data_has_size_zero(t1: Caller, path: str) -> None:
    create(t1)

    [entry] = t1.get(path).json["images"]

    assert entry["size"] == 0
    assert entry["name"] is None
    assert entry["disk_format"] is None
    assert entry["checksum"] is None


@LISTS
def test_case_105_the_newest_image_stands_first(t1: Caller, path: str) -> None:
    created = [create(t1)["id"] for _ in range(4)]

    assert ids(t1.get(path)) == created[::-1]


@LISTS
def test_case_105_a_tenant_sees_public_own_and_shared_images(t1: Caller, t2: Caller, admin: Caller, path: str) -> None:
    create(t1, meta(name="own"))
    create(t2, meta(name="private of t2"))
    shared = create(t2, meta(name="shared"))
    share(t2, shared, "t1")
    public = create(t2, meta(name="public"))
    publish(admin, public)
    own_public = create(t1, meta(name="own and public"))
    publish(admin, own_public)

    assert listed_names(t1.get(path)) == ["own and public", "public", "shared", "own"]


def test_case_105_an_image_of_ones_own_is_listed_once_however_many_reasons_there_are(t1: Caller, admin: Caller) -> None:
    image = create(t1)
    share(t1, image, "t1")
    publish(admin, image)

    assert ids(t1.get("/v1/images")) == [image["id"]]


def test_case_105_a_caller_without_tenant_sees_public_images(t1: Caller, admin: Caller, no_tenant: Caller) -> None:
    create(t1)
    create(admin, meta(owner=""))
    public = create(t1)
    publish(admin, public)

    assert ids(no_tenant.get("/v1/images")) == [public["id"]]


@pytest.fixture
def everybodys_images(t1: Caller, t2: Caller, admin: Caller) -> None:
    create(t1, meta(name="t1"))
    create(t2, meta(name="t2"))
    create(admin, meta(name="ops"))
    create(admin, meta(name="nobody", owner=""))
    share(t1, create(t1, meta(name="shared")), "ops")
    publish(admin, create(t2, meta(name="public")))


@LISTS
@pytest.mark.usefixtures("everybodys_images")
def test_case_112_an_administrator_chooses_whose_images_are_listed(admin: Caller, path: str) -> None:
    usual = ["public", "shared", "ops"]
    private = ["shared", "nobody", "ops", "t2", "t1"]
    expected = {
        "": usual,
        "?is_public=True": usual,
        "?is_public=true": usual,
        "?is_public=1": usual,
        "?is_public=False": private,
        "?is_public=0": private,
        "?is_public=None": ["public", *private],
        "?is_public=none": ["public", *private],
    }

    found = {query: listed_names(admin.get(path + query)) for query in expected}

    assert found == expected


@pytest.mark.usefixtures("everybodys_images")
def test_case_112_nobody_else_does(t1: Caller) -> None:
    found = [listed_names(t1.get(f"/v1/images?is_public={value}")) for value in ("True", "False", "None", "1", "0")]

    assert found == [["public", "shared", "t1"]] * 5


@LISTS
def test_case_122_a_killed_image_is_not_listed(api: Api, t1: Caller, path: str) -> None:
    image, killed = create(t1, RAW), create(t1, RAW)
    set_status(api, killed["id"], Status.KILLED)

    assert ids(t1.get(path)) == [image["id"]]
    assert ids(t1.get(f"{path}?status=killed")) == []
    assert header_block(t1.head(f"/v1/images/{killed['id']}"))["status"] == "killed"


@LISTS
def test_case_122_a_killed_image_may_be_a_marker(api: Api, t1: Caller, path: str) -> None:
    """Wire §11: it can be read by id, and used as a marker."""
    older, killed, newer = create(t1, RAW), create(t1, RAW), create(t1, RAW)
    set_status(api, killed["id"], Status.KILLED)

    assert ids(t1.get(f"{path}?marker={killed['id']}")) == [older["id"]]
    assert ids(t1.get(path)) == [newer["id"], older["id"]]


@LISTS
def test_case_123_the_location_is_never_shown(api: Api, t1: Caller, path: str) -> None:
    url = api.put_elsewhere("disk.raw", DATA)
    create(t1, {**RAW, **meta(location=url)})
    create(t1, data=DATA)

    answer = t1.get(path)

    assert len(answer.json["images"]) == 2
    assert not any("location" in entry or "locations" in entry for entry in answer.json["images"])
    assert "s3://" not in answer.text


@LISTS
def test_case_124_lists_need_their_policy(make_api: MakeApi, path: str) -> None:
    denied = make_api(**denying("get_images")).caller("t1")

    answer = denied.get(path)

    assert answer.status == 403


@LISTS
def test_case_125_unknown_parameters_are_ignored(t1: Caller, path: str) -> None:
    image = create(t1)
    queries = ["owner=t2", "deleted=True", "foo=bar", "uri=x", "checksum=x", "size=7"]

    found = [ids(t1.get(f"{path}?{query}")) for query in queries]

    assert found == [[image["id"]]] * len(queries)


def test_both_lists_take_the_same_parameters(t1: Caller) -> None:
    for name in ("b", "a", "c"):
        create(t1, meta(name=name, size="7"))
    queries = ["name=a", "size_min=7&limit=2", "sort_key=name&sort_dir=asc", "changes-since=2012-01-31", "limit=1"]

    brief = {query: ids(t1.get(f"/v1/images?{query}")) for query in queries}
    detailed = {query: ids(t1.get(f"/v1/images/detail?{query}")) for query in queries}

    assert brief == detailed
    assert all(brief.values())


@LISTS
def test_of_a_repeated_parameter_the_last_one_counts(t1: Caller, path: str) -> None:
    """Wire §1.3."""
    image = create(t1, meta(name="b"))
    create(t1, meta(name="a"))

    assert ids(t1.get(f"{path}?name=a&name=b")) == [image["id"]]
