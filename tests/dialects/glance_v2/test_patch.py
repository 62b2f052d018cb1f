"""Changes of images by patches: cases 59 to 87."""

import json
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v2.glance import (
    BASE,
    IMAGES,
    RAW,
    UNKNOWN,
    V20,
    V21,
    a_raw_one,
    adding,
    an_active_one,
    change,
    create,
    patch,
    path_of,
    removing,
    replacing,
    rewrite,
    says,
    share,
    shown,
)

READ_ONLY = [
    *("id", "status", "size", "checksum", "virtual_size", "created_at", "updated_at"),
    *("os_hash_algo", "os_hash_value", "self", "file", "schema", "direct_url"),
    *("stores", "image_id", "extra_properties"),
]
WRITABLE: dict[str, Any] = {
    "name": "new",
    "disk_format": "qcow2",
    "container_format": "ovf",
    "min_disk": 5,
    "min_ram": 6,
    "protected": True,
    "os_hidden": True,
    "visibility": "private",
    "tags": ["x", "y"],
}


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "text/plain",
        "application/json",
        "application/json-patch+json",
        "application/openstack-images-v2.2-json-patch",
    ],
)
def test_case_059_a_patch_says_what_it_is(a: Caller, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}

    answer = a.request("PATCH", f"{IMAGES}/{UNKNOWN}", headers, b"[]")

    assert says(answer, 415, "media type")
    assert answer.headers["accept-patch"] == f"{V20['Content-Type']}, {V21['Content-Type']}"


def test_case_059_a_patch_may_name_its_encoding(a: Caller) -> None:
    headers = {"Content-Type": f"{V21['Content-Type']}; charset=utf-8"}

    assert patch(a, create(a), [replacing("name", "x")], headers).status == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "Body expected"),
        ({}, "must be a JSON array"),
        (["x"], "Operations must be JSON objects"),
        (b"[", "Malformed JSON"),
        ([[]], "Operations must be JSON objects"),
    ],
    ids=str,
)
@pytest.mark.parametrize("headers", [V20, V21], ids=["2.0", "2.1"])
def test_case_060_a_patch_is_a_list_of_objects(a: Caller, headers: dict[str, str], body: Any, text: str) -> None:
    assert says(patch(a, {"id": UNKNOWN}, body, headers), 400, text)


def test_case_061_an_empty_patch_changes_nothing(api: Api, a: Caller, b: Caller, reader: Caller) -> None:
    image = create(a)
    api.clock.advance(60)

    for caller in (a, reader):
        answer = patch(caller, image, [])
        assert (answer.status, answer.json) == (200, image)
    assert patch(b, image, []).status == 404


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ({"path": "/name", "value": "x"}, "Unable to find 'op'"),
        ({"op": "move", "path": "/name", "from": "/x"}, "Invalid operation"),
        ({"op": "test", "path": "/name", "value": "x"}, "Invalid operation"),
        ({"op": "copy", "path": "/name", "from": "/x"}, "Invalid operation"),
        ({"op": ["add"], "path": "/name", "value": "x"}, "Invalid operation"),
        ({"op": "add", "value": "x"}, "Unable to find 'path'"),
        ({"op": "add", "path": "/name"}, "requires a member named 'value'"),
        ({"op": "replace", "path": "/name"}, "requires a member named 'value'"),
    ],
    ids=str,
)
def test_case_062_an_operation_is_complete(a: Caller, operation: dict[str, Any], text: str) -> None:
    assert says(patch(a, {"id": UNKNOWN}, [operation]), 400, text)


@pytest.mark.parametrize(
    "pointer",
    ["name", "", "/", "/a//b", "/a/", "/a/b", "/a~2", "/a~", "/name/x", "/tags/x", "/tags/01", "/tags/0/1", 5, None],
)
def test_case_063_a_pointer_leads_to_a_field(a: Caller, pointer: Any) -> None:
    operation = {"op": "add", "path": pointer, "value": "x"}

    assert says(patch(a, {"id": UNKNOWN}, [operation]), 400, "Invalid JSON pointer")


def test_case_063_a_pointer_may_have_blanks_around_it(a: Caller) -> None:
    answer = patch(a, create(a), [{"op": "add", "path": " /name ", "value": "x"}])

    assert answer.json["name"] == "x"


@pytest.mark.parametrize(
    ("operation", "tags"),
    [
        (adding("tags/-", "c"), ["a", "b", "c"]),
        (adding("tags/0", "c"), ["c", "a", "b"]),
        (adding("tags/2", "c"), ["a", "b", "c"]),
        (adding("tags/1", "a"), ["a", "b"]),
        (replacing("tags/1", "c"), ["a", "c"]),
        (removing("tags/0"), ["b"]),
    ],
    ids=str,
)
def test_case_063_a_tag_has_a_pointer_of_its_own(a: Caller, operation: dict[str, Any], tags: list[str]) -> None:
    answer = patch(a, create(a, tags=["a", "b"]), [operation])

    assert answer.json["tags"] == tags


@pytest.mark.parametrize(
    "operation",
    [adding("tags/3", "c"), replacing("tags/2", "c"), replacing("tags/-", "c"), removing("tags/2"), removing("tags/-")],
    ids=str,
)
def test_case_063_a_tag_must_be_there(a: Caller, operation: dict[str, Any]) -> None:
    assert says(patch(a, create(a, tags=["a", "b"]), [operation]), 409, "does not exist")


def test_a_patch_that_makes_very_many_tags_is_refused_at_once(a: Caller) -> None:
    image = create(a, tags=[f"t{number}" for number in range(128)])
    others = [adding("tags/0", f"new {number}") for number in range(128)]
    too_many = [adding("tags/0", f"new {number}") for number in range(10_000)]

    assert patch(a, image, [*others, *[removing("tags/128")] * 128]).status == 200
    assert says(patch(a, image, too_many), 413, "Maximum: 128")


def test_tags_are_changed_one_after_the_other(a: Caller) -> None:
    answer = patch(a, create(a), [adding("tags", ["a"]), adding("tags/-", "b"), removing("tags/0")])

    assert answer.json["tags"] == ["b"]
    assert says(patch(a, answer.json, [adding("tags/-", 5)]), 400, "does not match schema")


def test_case_064_a_pointer_may_have_slashes_and_tildes(a: Caller) -> None:
    answer = patch(a, create(a), [adding("a~1b~0c", "x"), adding("d~01", "y")])

    assert answer.json["a/b~c"] == "x"
    assert answer.json["d~1"] == "y"


@pytest.mark.parametrize("kind", ["replace", "add"])
def test_case_065_fields_are_replaced(a: Caller, kind: str) -> None:
    image = a_raw_one(a)

    answer = patch(a, image, [{"op": kind, "path": f"/{name}", "value": value} for name, value in WRITABLE.items()])

    assert answer.status == 200
    assert {name: answer.json[name] for name in WRITABLE} == WRITABLE
    assert shown(a, image) == answer.json


@pytest.mark.parametrize("name", WRITABLE)
def test_case_066_a_field_that_is_there_can_be_added(a: Caller, name: str) -> None:
    assert patch(a, a_raw_one(a), [adding(name, WRITABLE[name])]).json[name] == WRITABLE[name]


@pytest.mark.parametrize("name", [*WRITABLE, "owner"])
def test_case_067_a_field_cannot_be_removed(a: Caller, name: str) -> None:
    assert says(patch(a, a_raw_one(a), [removing(name)]), 403, "may not be removed")


def test_case_068_a_property_is_replaced_if_it_is_there(a: Caller) -> None:
    image = create(a, p="1")

    assert patch(a, image, [replacing("p", "2")]).json["p"] == "2"
    assert says(patch(a, image, [replacing("q", "2")]), 409, "Property q does not exist.")


def test_case_069_a_property_is_added_in_any_case(a: Caller) -> None:
    image = create(a, p="1")

    found = patch(a, image, [adding("p", "2"), adding("q", "3")]).json
    assert (found["p"], found["q"]) == ("2", "3")


def test_case_070_a_property_is_removed_if_it_is_there(a: Caller) -> None:
    image = create(a, p="1", os_type="linux")

    assert patch(a, image, [removing("p"), removing("os_type")]).json.keys() == BASE
    for name in ("p", "os_type", "architecture"):
        assert says(patch(a, image, [removing(name)]), 409, "does not exist")


@pytest.mark.parametrize("operation", [adding("x", "x"), replacing("x", "x"), removing("x")], ids=str)
@pytest.mark.parametrize("name", READ_ONLY)
def test_case_071_what_the_server_writes_is_read_only(a: Caller, name: str, operation: dict[str, Any]) -> None:
    changed = [{**operation, "path": f"/{name}"}]

    assert says(patch(a, {"id": UNKNOWN}, changed), 403, f"Attribute '{name}' is read-only")


@pytest.mark.parametrize("operation", [adding("x", "x"), replacing("x", "x"), removing("x")], ids=str)
@pytest.mark.parametrize("name", ["location", "deleted", "deleted_at", "os_glance_x"])
def test_case_072_some_names_are_reserved(a: Caller, name: str, operation: dict[str, Any]) -> None:
    changed = [{**operation, "path": f"/{name}"}]

    assert says(patch(a, {"id": UNKNOWN}, changed), 403, f"Attribute '{name}' is reserved")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("name", value) for value in (5, "x" * 256)),
        *(("min_disk", value) for value in ("1", -1, 1.5)),
        ("visibility", "all"),
        ("owner", 5),
    ],
)
def test_case_073_a_value_is_as_the_schema_says(a: Caller, name: str, value: Any) -> None:
    assert says(change(a, {"id": UNKNOWN}, **{name: value}), 400, "does not match schema")


def test_case_073_a_name_may_be_null(a: Caller) -> None:
    assert change(a, create(a, name="x"), name=None).json["name"] is None


@pytest.mark.parametrize("tags", ["x", ["x" * 256], [None]])
def test_case_074_tags_are_texts(a: Caller, tags: Any) -> None:
    assert says(change(a, create(a), tags=tags), 400, "does not match schema")


def test_case_074_tags_replace_those_before(a: Caller) -> None:
    image = create(a, tags=["x"])

    assert change(a, image, tags=["a", "a"]).json["tags"] == ["a"]
    assert change(a, image, tags=[]).json["tags"] == []
    assert says(change(a, image, tags=[str(number) for number in range(129)]), 413, "Attempted: 129, Maximum: 128")


def test_case_075_a_format_can_be_taken_back_while_the_image_waits(a: Caller) -> None:
    image = a_raw_one(a)

    assert says(change(a, image, disk_format="floppy"), 400, "does not match schema")
    answer = change(a, image, disk_format=None, container_format=None)
    assert (answer.json["disk_format"], answer.json["container_format"]) == (None, None)


@pytest.mark.parametrize("value", [5, None, True, ["x"]])
def test_case_076_a_property_is_a_text(a: Caller, value: Any) -> None:
    assert says(patch(a, create(a), [adding("p", value)]), 400, "does not match schema")


def test_case_076_a_property_may_be_empty(a: Caller) -> None:
    image = create(a, p="x", description="x")

    answer = patch(a, image, [adding("p", ""), adding("description", "")])

    assert (answer.json["p"], answer.json["description"]) == ("", "")
    assert shown(a, image) == answer.json


@pytest.mark.parametrize(
    "operation", [replacing("owner", "t2"), replacing("owner", "t1"), adding("owner", "t1")], ids=str
)
def test_case_077_an_owner_does_not_give_an_image_away(a: Caller, operation: dict[str, Any]) -> None:
    assert says(patch(a, create(a), [operation]), 403, "Owner can't be updated by non admin.")


def test_case_077_an_administrator_does(a: Caller, b: Caller, admin: Caller) -> None:
    image = create(a)

    assert change(admin, image, owner="t2").json["owner"] == "t2"
    assert a.get(path_of(image)).status == 404
    assert b.get(path_of(image)).status == 200


def test_case_078_publishing_takes_a_policy_and_withdrawing_does_not(a: Caller, admin: Caller) -> None:
    image = create(a)

    assert says(change(a, image, visibility="public"), 403, "publicize_image")
    assert change(admin, image, visibility="public").json["visibility"] == "public"
    assert change(a, image, visibility="public", name="x").json["name"] == "x"
    assert change(a, image, visibility="community").json["visibility"] == "community"


def test_case_079_all_operations_or_none(a: Caller) -> None:
    image = create(a, p="1")
    changes = [adding("q", "1"), replacing("q", "2"), removing("p"), replacing("name", "x")]

    assert patch(a, image, [*changes, replacing("missing", "x")]).status == 409
    assert shown(a, image) == image
    assert patch(a, image, changes).json["q"] == "2"


def test_case_080_names_of_properties_have_their_case(a: Caller) -> None:
    image = patch(a, create(a, p2="a"), [adding("P2", "b")]).json

    assert (image["p2"], image["P2"]) == ("a", "b")
    answer = a.head(f"/v1/images/{image['id']}")
    assert answer.status == 200
    assert answer.headers["x-image-meta-property-p2"] in ("a", "b")


def test_case_081_who_may_change_an_image(
    a: Caller, b: Caller, reader: Caller, admin: Caller, nobody: Caller, colleague: Caller
) -> None:
    image = create(a)

    assert says(change(reader, image, name="x"), 403, "not authorized to complete modify_image action")
    assert says(change(b, image, name="x"), 404, f"No image found with ID {image['id']}")
    assert change(nobody, image, name="x").status == 401
    assert change(admin, image, name="x").status == 200
    assert change(colleague, image, name="y").status == 200
    assert says(change(a, {"id": UNKNOWN}, name="x"), 404, UNKNOWN)


@pytest.mark.parametrize("name", RAW)
def test_case_082_formats_stay_once_the_bytes_are_there(a: Caller, admin: Caller, name: str) -> None:
    image = an_active_one(a)

    for caller in (a, admin):
        for value in (RAW[name], "ova", None):
            if value == "ova" and name == "disk_format":
                continue
            assert says(change(caller, image, **{name: value}), 403, "can be only replaced for a queued image")
    assert change(a, image, name="x", min_disk=1).status == 200


def test_case_083_the_older_form_of_a_patch(a: Caller) -> None:
    image = create(a, p="1", q="1")
    changes = [{"replace": "/name", "value": "x"}, {"add": "/r", "value": "1"}, {"remove": "/p"}]

    answer = patch(a, image, changes, V20)

    assert (answer.status, answer.json["name"], answer.json["r"]) == (200, "x", "1")
    assert "p" not in answer.json
    for name in ("q", "name"):
        assert says(patch(a, image, [{"add": f"/{name}", "value": "x"}], V20), 409, "already present")
    for wrong in ({"add": "/s", "replace": "/q", "value": "x"}, replacing("name", "x"), {"value": "x"}):
        assert says(patch(a, image, [wrong], V20), 400, "exactly one member")
    assert says(patch(a, image, [{"add": "/s"}], V20), 400, "requires a member named 'value'")


def test_case_084_an_image_has_128_properties(a: Caller) -> None:
    image = create(a, **{f"p{number}": "x" for number in range(128)})

    assert says(patch(a, image, [adding("q", "x")]), 413, "Attempted: 129, Maximum: 128")
    assert patch(a, image, [removing("p0"), adding("q", "x")]).status == 200


def test_what_an_image_has_already_may_be_more(api: Api, a: Caller) -> None:
    image = create(a)
    rewrite(api, image, properties={f"p{number}": None if number % 2 else "x" * 60 for number in range(200)})

    answer = patch(a, image, [removing("p0"), adding("p2", "y")])

    assert answer.status == 200
    assert len(answer.json.keys() - BASE) == 199
    assert answer.json["p1"] == ""
    assert json.loads(json.dumps(api.world.images.get(image["id"]).image.properties["p1"])) is None  # type: ignore[union-attr]  # it is there
    assert patch(a, image, [adding("q", "x"), adding("r", "x")]).status == 413


def test_what_is_null_elsewhere_stays_null(api: Api, a: Caller) -> None:
    image = create(a)
    rewrite(api, image, properties={"description": None, "tags": "of v1", "x": None})

    assert patch(a, image, [adding("p", "x"), adding("x", "y")]).json["description"] == ""

    found = api.world.images.get(image["id"])
    assert found is not None
    assert found.image.properties == {"description": None, "tags": "of v1", "x": "y", "p": "x"}
    assert found.image.description is None


@pytest.mark.parametrize(
    "operation",
    [
        replacing("locations", [{"url": "s3://a/b", "metadata": {}}]),
        replacing("locations", []),
        adding("locations/-", {"url": "s3://a/b", "metadata": {}}),
        adding("locations/0", {"url": "s3://a/b", "metadata": {}}),
        removing("locations/0"),
        removing("locations"),
    ],
    ids=str,
)
def test_case_085_locations_are_invisible(a: Caller, operation: dict[str, Any]) -> None:
    assert says(patch(a, create(a), [operation]), 403, "invisible")


def test_case_085_locations_cannot_be_added_as_a_whole(a: Caller) -> None:
    assert says(patch(a, create(a), [adding("locations", [])]), 400, "Invalid JSON pointer for this resource")


def test_case_086_facts_are_those_of_all_dialects(api: Api, a: Caller) -> None:
    organization = str(uuid4())
    owner = api.caller(organization, user="ann")
    image = create(owner, name="x")

    patch(owner, image, [adding("architecture", "arm64"), adding("os_distro", "centos")])

    [listed] = owner.get("/images").json["images"]
    assert listed["arch"] == "arm64"
    headers = {"x-image-meta-property-os_distro": "arch", "x-image-meta-property-os_admin_user": "root"}
    assert owner.put(f"/v1/images/{image['id']}", headers).status == 200
    found = shown(owner, image)
    assert (found["os_distro"], found["os_admin_user"]) == ("arch", "root")
    assert "architecture" not in found


def test_a_login_password_is_never_shown(api: Api, a: Caller) -> None:
    image = create(a)
    rewrite(api, image, login_password="secret")

    assert shown(a, image) == image


def test_case_087_changes_at_the_same_time_are_all_made(a: Caller) -> None:
    image = create(a)
    statuses: dict[str, int] = {}

    def write(name: str) -> None:
        statuses[name] = patch(a, image, [adding(name, "x")]).status

    threads = [Thread(target=write, args=(f"p{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses.values()) <= {200, 409}
    made = {name for name, status in statuses.items() if status == 200}
    assert shown(a, image).keys() - BASE == made


def test_a_deprecated_image_is_shown_active(api: Api, a: Caller) -> None:
    image = an_active_one(a)
    rewrite(api, image, status=Status.DEPRECATED)

    assert shown(a, image)["status"] == "active"


def test_a_member_cannot_change_an_image(a: Caller, b: Caller) -> None:
    image = create(a)
    share(a, image)

    assert says(change(b, image, name="x"), 403, "not authorized to complete modify_image action")
