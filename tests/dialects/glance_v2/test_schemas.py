"""Schemas, and what is not served: cases 170 to 174."""

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from tests.api import Caller
from tests.dialects.glance_v2.glance import (
    BASE,
    IMAGES,
    UNKNOWN,
    accept,
    an_active_one,
    create,
    patch,
    path_of,
    refusal,
    says,
    share,
    shown,
)

READ_ONLY = {
    *("status", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value"),
    *("created_at", "updated_at", "self", "file", "schema", "direct_url", "locations", "stores"),
}


def schema(caller: Caller, name: str) -> dict[str, Any]:
    answer = caller.get(f"/v2/schemas/{name}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    OAS31Validator.check_schema(found)
    assert found["name"] == name
    return found


def problems(document: Any, told: dict[str, Any]) -> list[str]:
    return [error.message for error in OAS31Validator(told).iter_errors(document)]


def test_case_170_the_schema_of_an_image(a: Caller) -> None:
    told = schema(a, "image")

    properties = told["properties"]
    assert told["additionalProperties"] == {"type": "string"}
    assert [link["rel"] for link in told["links"]] == ["self", "enclosure", "describedby"]
    assert {name for name, each in properties.items() if each.get("readOnly")} == READ_ONLY
    assert properties.keys() == BASE | {"direct_url", "locations", "stores"}
    assert properties["disk_format"]["enum"][:2] == [None, "ami"]
    assert None in properties["container_format"]["enum"]
    assert all("description" in each for each in properties.values())


@pytest.mark.parametrize("name", ["images", "member", "members"])
def test_case_170_other_schemas(a: Caller, name: str) -> None:
    assert "properties" in schema(a, name)


def test_case_170_schemas_that_are_not_there(a: Caller) -> None:
    for name in ("nothing", "task", "tasks", "metadefs/namespace", "metadefs/resource_type"):
        assert refusal(a.get(f"/v2/schemas/{name}"))[0] == 404
    answer = a.put("/v2/schemas/image")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_case_171_answers_are_as_their_schemas_say(a: Caller, b: Caller) -> None:
    image = create(a, name=None, tags=["x"], color="red", description="x")
    active = an_active_one(a, b"x" * 9, os_distro="arch")
    share(a, image)
    accept(b, image)
    of_one, of_many = schema(a, "image"), schema(a, "images")

    changed = patch(a, image, [{"op": "add", "path": "/p", "value": "x"}]).json
    for document in (image, active, changed, shown(b, image)):
        assert problems(document, of_one) == []
    assert problems(a.get(IMAGES).json, of_many) == []
    members = a.get(path_of(image, "members")).json
    assert problems(members, schema(a, "members")) == []
    assert problems(members["members"][0], schema(a, "member")) == []


def test_case_171_the_schema_knows_what_is_wrong(a: Caller) -> None:
    of_one = schema(a, "image")

    for wrong in ({"min_disk": "5"}, {"visibility": "x"}, {"color": 5}, {"tags": [1]}, {"id": "x"}):
        assert problems({**create(a), **wrong}, of_one) != []


@pytest.mark.parametrize("path", ["/v2/info/stores", "/v2/info/stores/detail"])
def test_case_172_there_is_one_store(a: Caller, path: str) -> None:
    assert says(a.get(path), 404, "Multi backend is not supported at this site.")


def test_case_172_there_are_no_quotas_to_tell(a: Caller) -> None:
    assert a.get("/v2/info/usage").json == {"usage": {}}


def test_case_173_tasks_are_for_administrators(a: Caller, admin: Caller) -> None:
    assert refusal(a.get("/v2/tasks"))[0] == 403
    assert admin.get("/v2/tasks").json == {"tasks": [], "first": "/v2/tasks", "schema": "/v2/schemas/tasks"}
    assert refusal(admin.post("/v2/tasks"))[0] == 403
    assert refusal(admin.get(f"/v2/tasks/{UNKNOWN}"))[0] == 404


@pytest.mark.parametrize(
    "path", ["/v2/cache", f"/v2/cache/{UNKNOWN}", f"/v2/stores/file/{UNKNOWN}", f"/v2/images/{UNKNOWN}/tasks"]
)
def test_case_173_what_is_not_served_is_not_found(a: Caller, admin: Caller, path: str) -> None:
    for caller in (a, admin):
        assert refusal(caller.get(path))[0] == 404


def test_case_173_definitions_of_metadata_are_none(a: Caller) -> None:
    assert a.get("/v2/metadefs/namespaces").json == {
        "namespaces": [],
        "first": "/v2/metadefs/namespaces",
        "schema": "/v2/schemas/metadefs/namespaces",
    }
    assert a.get("/v2/metadefs/resource_types").json == {"resource_types": []}
    for kind in ("namespaces", "resource_types"):
        assert refusal(a.post(f"/v2/metadefs/{kind}"))[0] == 403
    assert refusal(a.get("/v2/metadefs/namespaces/x"))[0] == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_case_174_locations_are_not_shown(a: Caller, b: Caller, method: str) -> None:
    """To nobody, whatever is there."""
    for caller, image in ((a, create(a)), (b, create(a)), (a, {"id": UNKNOWN})):
        assert says(caller.request(method, path_of(image, "locations")), 403, "invisible")
