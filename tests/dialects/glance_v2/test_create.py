"""Creation: cases 14 to 35."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import BASE, IMAGES, create, ids, path_of, post, refusal, says, shown

EVERYTHING: dict[str, Any] = {
    "name": "all",
    "visibility": "private",
    "protected": True,
    "os_hidden": True,
    "tags": ["b", "a"],
    "owner": "t1",
    "disk_format": "qcow2",
    "container_format": "bare",
    "min_disk": 2**31 - 1,
    "min_ram": 0,
    "color": "red",
}


def test_case_014_an_image_needs_nothing(a: Caller) -> None:
    image = create(a)

    assert image.keys() == BASE
    assert len(BASE) == 22
    fixed = {name: image[name] for name in ("status", "visibility", "owner", "size", "tags", "os_hidden", "protected")}
    assert fixed == {
        "status": "queued",
        "visibility": "shared",
        "owner": "t1",
        "size": None,
        "tags": [],
        "os_hidden": False,
        "protected": False,
    }
    nulls = {name for name, value in image.items() if value is None}
    assert nulls == {
        *("name", "disk_format", "container_format", "size", "virtual_size"),
        *("checksum", "os_hash_algo", "os_hash_value"),
    }


def test_case_015_the_answer_says_where_the_image_is_and_how_it_can_be_imported(a: Caller) -> None:
    answer = post(a, {})

    assert answer.headers["location"] == f"http://registry.example{path_of(answer.json)}"
    assert answer.headers["openstack-image-import-methods"] == "web-download,glance-direct"


def test_case_016_all_fields_that_can_be_written_are_kept(a: Caller) -> None:
    image = create(a, **EVERYTHING)

    assert shown(a, image) == image
    assert {name: image[name] for name in EVERYTHING} == EVERYTHING


def test_case_016_tags_are_distinct(a: Caller) -> None:
    assert create(a, tags=["b", "a", "a"])["tags"] == ["b", "a"]


@pytest.mark.parametrize("upper", [True, False])
def test_case_017_an_id_is_chosen_once_for_all_tenants(a: Caller, b: Caller, upper: bool) -> None:
    image_id = str(uuid4())

    assert create(a, id=image_id.upper() if upper else image_id)["id"] == image_id
    assert says(post(a, {"id": image_id}), 409, "already exists")
    assert says(post(b, {"id": image_id}), 409, "already exists")
    assert a.delete(f"{IMAGES}/{image_id}").status == 204
    assert says(post(b, {"id": image_id}), 409, "already exists")


@pytest.mark.parametrize("image_id", ["nope", "0123456789abcdef0123456789abcdef", None, 5, ""])
def test_case_018_an_id_is_a_uuid_with_hyphens(a: Caller, image_id: Any) -> None:
    assert says(post(a, {"id": image_id}), 400, "Provided object does not match schema 'image'")


@pytest.mark.parametrize("name", [None, "", "x" * 255, "é" * 255, "汉"])
def test_case_019_a_name_has_255_characters(a: Caller, name: str | None) -> None:
    assert create(a, name=name)["name"] == name


@pytest.mark.parametrize("name", ["x" * 256, 5, True, ["x"]])
def test_case_019_a_name_is_a_text(a: Caller, name: Any) -> None:
    assert says(post(a, {"name": name}), 400, "Provided object does not match schema 'image'")


@pytest.mark.parametrize("visibility", ["private", "shared", "community"])
def test_case_020_an_owner_chooses_who_sees_an_image(a: Caller, visibility: str) -> None:
    assert create(a, visibility=visibility)["visibility"] == visibility


def test_case_020_not_everybody_publishes(a: Caller, admin: Caller) -> None:
    assert says(post(a, {"visibility": "public"}), 403, "not authorized to complete publicize_image action")
    assert create(admin, visibility="public")["visibility"] == "public"


@pytest.mark.parametrize("visibility", ["x", None, "PUBLIC", 5])
def test_case_020_a_visibility_is_one_of_four(a: Caller, visibility: Any) -> None:
    assert post(a, {"visibility": visibility}).status == 400


def test_case_020_an_operator_may_keep_community_images_to_himself(make_api: MakeApi) -> None:
    a = make_api(GLANCE_V2_POLICIES='{"communitize_image": "admin"}').caller("t1")

    assert says(post(a, {"visibility": "community"}), 403, "communitize_image")


@pytest.mark.parametrize(
    "formats",
    [
        {"disk_format": None, "container_format": None},
        {"disk_format": "ami", "container_format": "bare"},
        {"disk_format": "ami"},
        {"disk_format": "ploop", "container_format": "docker"},
    ],
    ids=str,
)
def test_case_021_formats_are_what_they_are_said_to_be(a: Caller, formats: dict[str, Any]) -> None:
    image = create(a, **formats)

    told = {"disk_format": None, "container_format": None, **formats}
    assert {name: image[name] for name in told} == told


@pytest.mark.parametrize("value", ["floppy", "RAW", "", 5, ["raw"]])
@pytest.mark.parametrize("name", ["disk_format", "container_format"])
def test_case_021_a_format_must_be_offered(a: Caller, name: str, value: Any) -> None:
    assert says(post(a, {name: value}), 400, "does not match schema")


@pytest.mark.parametrize("name", ["min_disk", "min_ram"])
def test_case_022_a_minimum_is_an_integer(a: Caller, name: str) -> None:
    assert says(post(a, {name: -1}), 400, "Cannot be a negative value")
    for value in ("5", 1.5, None, True, 2**31):
        assert says(post(a, {name: value}), 400, "does not match schema")


@pytest.mark.parametrize("value", ["true", None, 1])
@pytest.mark.parametrize("name", ["protected", "os_hidden"])
def test_case_023_a_flag_is_a_boolean(a: Caller, name: str, value: Any) -> None:
    assert says(post(a, {name: value}), 400, "does not match schema")


@pytest.mark.parametrize("tags", ["a", [1], None, ["x" * 256], {}])
def test_case_024_tags_are_texts(a: Caller, tags: Any) -> None:
    assert says(post(a, {"tags": tags}), 400, "does not match schema")


def test_case_024_an_image_has_128_tags(a: Caller) -> None:
    tags = [f"tag-{number}" for number in range(129)]

    assert create(a, tags=tags[:128])["tags"] == tags[:128]
    assert says(post(a, {"tags": tags}), 413, "Attempted: 129, Maximum: 128")


@pytest.mark.parametrize("name", ["status", "size", "checksum", "virtual_size", "created_at", "updated_at"])
def test_case_025_what_the_server_finds_out_is_not_taken(a: Caller, name: str) -> None:
    assert says(post(a, {name: "x"}), 403, f"Attribute '{name}' is read-only")


@pytest.mark.parametrize("name", ["self", "file", "schema", "direct_url", "stores"])
def test_case_026_links_are_not_taken(a: Caller, name: str) -> None:
    assert says(post(a, {name: "x", "min_disk": "wrong as well"}), 403, f"Attribute '{name}' is read-only")


@pytest.mark.parametrize("name", ["location", "deleted", "deleted_at", "locations", "os_glance_x"])
def test_case_027_some_names_are_reserved(a: Caller, name: str) -> None:
    assert says(post(a, {name: "x"}), 403, f"Attribute '{name}' is reserved")
    assert post(a, {name: "x", "min_disk": "wrong"}).status == 400


def test_case_028_fields_of_v1_are_properties(a: Caller) -> None:
    fields = {"is_public": "True", "store": "file", "copy_from": "https://example.org"}

    image = create(a, **fields)

    assert {name: image[name] for name in fields} == fields


def test_digests_are_ignored(a: Caller) -> None:
    image = create(a, os_hash_algo="md5", os_hash_value="x")

    assert (image["os_hash_algo"], image["os_hash_value"]) == (None, None)


@pytest.mark.parametrize("owner", ["t2", None])
def test_case_029_only_an_administrator_chooses_an_owner(a: Caller, admin: Caller, owner: str | None) -> None:
    assert says(post(a, {"owner": owner}), 403, "not permitted to create images owned by")
    assert create(admin, owner=owner)["owner"] == owner


def test_case_030_it_takes_a_policy(reader: Caller, nobody: Caller) -> None:
    assert says(post(reader, {}), 403, "not authorized to complete add_image action")
    assert post(nobody, {}).status == 401
    assert post(reader, {"name": 5}).status == 400


def test_who_has_no_tenant_cannot_own_an_image(api: Api) -> None:
    assert says(post(api.caller(None), {}), 403, "no tenant")


def test_case_031_properties_are_kept_as_they_are(a: Caller) -> None:
    properties = {"with space": "1", "a.b": " x ", "Mixed_Case": "Y", "empty": "", "os_distro": "centos", "é": "汉"}

    image = create(a, **properties)

    assert image.keys() - BASE == properties.keys()
    assert {name: shown(a, image)[name] for name in properties} == properties


@pytest.mark.parametrize("value", [5, True, None, [], {}])
def test_case_032_a_property_is_a_text(a: Caller, value: Any) -> None:
    assert says(post(a, {"color": value}), 400, "does not match schema")


def test_case_033_a_property_has_a_name_of_255_characters(a: Caller) -> None:
    assert create(a, **{"é" * 255: "x"})["é" * 255] == "x"
    assert says(post(a, {"x" * 256: "x"}), 400, "Custom property")
    assert says(post(a, {"": "x"}), 400, "Custom property")


def test_case_033_an_image_has_128_properties(a: Caller) -> None:
    properties = {"os_distro": "x", **{f"p{number}": "x" for number in range(128)}}

    assert says(post(a, properties), 413, "Attempted: 129, Maximum: 128")
    del properties["p0"]
    assert create(a, **properties).keys() - BASE == properties.keys()


def test_case_033_properties_have_7_kilobytes(a: Caller) -> None:
    assert create(a, p="x" * 7167)["p"] == "x" * 7167
    assert refusal(post(a, {"p": "x" * 7168}))[0] == 413


def test_case_034_a_list_is_no_image(a: Caller) -> None:
    assert says(post(a, [{}]), 400, "not an object")


def test_case_035_what_was_created_is_listed_at_once(a: Caller, b: Caller) -> None:
    image = create(a)

    assert ids(a) == [image["id"]]
    assert ids(b) == []
    assert b.get(path_of(image)).status == 404
