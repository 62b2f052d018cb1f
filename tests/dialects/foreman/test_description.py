"""The description that clients read first: cases F02 to F07 and F13, and wire §12."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.foreman.foreman import Record, World, show

PARENTS = ["compute_resources", "operatingsystems", "architectures"]
EACH_PARENT = pytest.mark.parametrize("kind", PARENTS)
TOUCHED_BY_HAMMER = {
    "common_parameters",
    "config_templates",
    "domains",
    "environments",
    "hostgroups",
    "locations",
    "media",
    "organizations",
    "provisioning_templates",
    "ptables",
    "roles",
    "smart_proxies",
    "subnets",
    "usergroups",
    "users",
}
LISTED = {(f"/api/{kind}/:{kind[:-1]}_id/images", "GET") for kind in PARENTS}
SHOWN = {(f"{path}/:id", method) for path, method in LISTED}
BELOW = "/api/compute_resources/:compute_resource_id/images"
ROUTES = {
    "index": LISTED,
    "show": SHOWN,
    "create": {(BELOW, "POST")},
    "update": {(f"{BELOW}/:id", "PUT")},
    "destroy": {(f"{BELOW}/:id", "DELETE")},
}
EXPECTED_TYPES = {"string", "numeric", "boolean", "hash", "array"}


@pytest.fixture
def docs(world: World) -> Record:
    found: Record = show(world.anonymous, "/apidoc/v2.json")["docs"]
    return found


def methods(docs: Record, resource: str) -> dict[str, Any]:
    """The methods of a resource by name."""
    return {method["name"]: method for method in docs["resources"][resource]["methods"]}


def routes(method: Record) -> set[tuple[str, str]]:
    return {(api["api_url"], api["http_method"]) for api in method["apis"]}


def params(described: Record) -> dict[str, Any]:
    """The parameters of a method, or of a hash, by name."""
    return {param["name"]: param for param in described["params"]}


def required(described: Record) -> set[str]:
    return {name for name, param in params(described).items() if param["required"]}


def every_param(described: Record) -> Iterator[Record]:
    """The parameters of a method, those inside of others too."""
    for param in described["params"]:
        yield param
        if "params" in param:
            yield from every_param(param)


@pytest.mark.parametrize("name", ROUTES)
def test_case_f02_images_have_their_routes(docs: Record, name: str) -> None:
    found = methods(docs, "images")

    assert set(found) == set(ROUTES)
    assert routes(found[name]) == ROUTES[name]
    assert len(found[name]["apis"]) == len(ROUTES[name])


def test_case_f03_a_create_requires_a_hash_and_three_things_in_it(docs: Record) -> None:
    create = methods(docs, "images")["create"]

    image = params(create)["image"]

    assert required(create) == {"compute_resource_id", "image"}
    assert image["expected_type"] == "hash"
    assert required(image) == {"name", "username", "uuid"}


def test_case_f03_an_update_requires_nothing_in_its_hash(docs: Record) -> None:
    update = methods(docs, "images")["update"]

    image = params(update)["image"]

    assert required(update) == {"compute_resource_id", "id", "image"}
    assert image["expected_type"] == "hash"
    assert required(image) == set()


def test_case_f03_a_list_takes_search_order_and_pages(docs: Record) -> None:
    index = methods(docs, "images")["index"]

    assert set(params(index)) >= {"search", "order", "page", "per_page"}
    assert required(index) == set()


@pytest.mark.parametrize("name", ["create", "update"])
def test_the_hash_describes_each_attribute_that_clients_send(docs: Record, name: str) -> None:
    image = params(methods(docs, "images")[name])["image"]

    found = params(image)

    ids = {"compute_resource_id", "architecture_id", "operatingsystem_id"}
    assert set(found) >= {"name", "username", "uuid", "password", "user_data", *ids}
    assert all(param["full_name"] == f"image[{inside}]" for inside, param in found.items())
    assert found["user_data"]["expected_type"] == "boolean"
    assert all(found[inside]["allow_nil"] for inside in ("user_data", "password", *ids))


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("index", set()),
        ("show", {"id"}),
        ("destroy", {"compute_resource_id", "id"}),
    ],
    ids=["index", "show", "destroy"],
)
def test_a_method_requires_what_each_of_its_routes_has(docs: Record, name: str, needed: set[str]) -> None:
    found = methods(docs, "images")[name]

    assert required(found) == needed


@pytest.mark.parametrize("name", ["index", "show"])
def test_reads_take_the_id_of_any_parent(docs: Record, name: str) -> None:
    found = params(methods(docs, "images")[name])

    assert set(found) >= {"compute_resource_id", "architecture_id", "operatingsystem_id"}


def test_case_f04_the_status_is_described(docs: Record) -> None:
    found = methods(docs, "home")

    assert routes(found["status"]) == {("/api/status", "GET")}
    assert found["status"]["params"] == []


def test_whether_the_server_answers_is_described(docs: Record) -> None:
    """Ansible's status_info calls what is described here, so it must be served."""
    found = methods(docs, "ping")

    assert {name: routes(method) for name, method in found.items()} == {
        "ping": {("/api/ping", "GET")},
        "statuses": {("/api/statuses", "GET")},
    }


def test_case_f04_hosts_can_be_updated_as_far_as_the_description_goes(docs: Record) -> None:
    update = methods(docs, "hosts")["update"]

    assert routes(update) == {("/api/hosts/:id", "PUT")}
    assert required(update) == {"id"}


def test_the_ansible_collection_finds_the_taxonomies_that_it_takes_out_of_hosts(docs: Record) -> None:
    """Its releases 2.0 to 3.9 fail in every task if one is missing."""
    found = params(methods(docs, "hosts")["update"])

    assert set(found) == {"id", "location_id", "organization_id"}
    assert {found[name]["expected_type"] for name in ("location_id", "organization_id")} == {"numeric"}


@EACH_PARENT
def test_case_f04_parents_are_listed_and_shown(docs: Record, kind: str) -> None:
    found = methods(docs, kind)

    assert routes(found["index"]) == {(f"/api/{kind}", "GET")}
    assert set(params(found["index"])) >= {"search", "order", "page", "per_page"}
    assert routes(found["show"]) == {(f"/api/{kind}/:id", "GET")}
    assert required(found["show"]) == {"id"}


@EACH_PARENT
def test_parents_are_created_changed_and_deleted_by_clients_that_go_by_the_description(docs: Record, kind: str) -> None:
    found, one = methods(docs, kind), f"/api/{kind}/:id"

    assert set(found) == {"index", "show", "create", "update", "destroy"}
    assert routes(found["create"]) == {(f"/api/{kind}", "POST")}
    assert routes(found["update"]) == {(one, "PUT")}
    assert routes(found["destroy"]) == {(one, "DELETE")}
    assert [required(found[name]) for name in ("create", "update", "destroy")] == [
        {kind[:-1]},
        {"id", kind[:-1]},
        {"id"},
    ]


@EACH_PARENT
def test_a_new_parent_requires_what_it_cannot_be_without(docs: Record, kind: str) -> None:
    new, changed = (params(methods(docs, kind)[name])[kind[:-1]] for name in ("create", "update"))

    assert required(new) == {"name", "provider"} & set(params(new))
    assert required(changed) == set()
    assert set(params(new)) == set(params(changed)) >= {"name"}
    assert all(param["full_name"] == f"{kind[:-1]}[{name}]" for name, param in params(new).items())


def test_case_f13_the_resources_that_hammer_touches_are_there(docs: Record) -> None:
    found = docs["resources"]

    assert set(found) >= TOUCHED_BY_HAMMER
    assert all(isinstance(found[name]["methods"], list) for name in TOUCHED_BY_HAMMER)


def test_case_f05_the_description_carries_the_checksum(world: World) -> None:
    answer = world.anonymous.get("/apidoc/v2.json")

    assert answer.status == 200
    assert answer.headers["apipie-checksum"]


def test_case_f06_a_list_carries_the_checksum_of_the_description(world: World) -> None:
    described = world.anonymous.get("/apidoc/v2.json").headers["apipie-checksum"]

    found = world.admin.get(world.ca.images)

    assert found.headers["apipie-checksum"] == described


def test_case_f07_the_checksum_can_be_asked_for(world: World) -> None:
    answer = world.anonymous.get("/apidoc/apipie_checksum")

    assert answer.status == 200
    assert answer.json == {"checksum": answer.headers["apipie-checksum"]}


def test_the_description_is_the_same_for_everybody(world: World) -> None:
    found = [caller.get("/apidoc/v2.json").body for caller in (world.anonymous, world.nobody, world.admin)]

    assert found[0] == found[1] == found[2]


def test_each_resource_has_the_keys_of_the_skeleton(docs: Record) -> None:
    expected = {
        "doc_url",
        "api_url",
        "name",
        "version",
        "short_description",
        "full_description",
        "formats",
        "metadata",
        "headers",
        "methods",
    }

    found = {name: set(resource) for name, resource in docs["resources"].items()}

    assert found == dict.fromkeys(docs["resources"], expected)


def test_each_parameter_has_the_keys_of_the_skeleton(docs: Record) -> None:
    expected = {
        "name",
        "full_name",
        "description",
        "required",
        "allow_nil",
        "validator",
        "expected_type",
        "metadata",
        "show",
        "validations",
    }
    described = [method for name in docs["resources"] for method in methods(docs, name).values()]

    found = [param for method in described for param in every_param(method)]

    assert [param["full_name"] for param in found if set(param) - {"params"} != expected] == []
    assert [param["full_name"] for param in found if param["expected_type"] not in EXPECTED_TYPES] == []
    assert [param["full_name"] for param in found if not isinstance(param["description"], str)] == []
    assert {param["expected_type"] for param in found if "params" in param} == {"hash"}


def test_each_placeholder_of_a_route_is_a_parameter(docs: Record) -> None:
    described = [method for name in docs["resources"] for method in methods(docs, name).values()]

    found = [
        (url, part)
        for method in described
        for url, _ in routes(method)
        for part in url.split("/")
        if part.startswith(":") and part[1:] not in params(method)
    ]

    assert found == []


def test_writes_are_described_below_compute_resources_only(docs: Record) -> None:
    described = methods(docs, "images")

    found = {url for name in ("create", "update", "destroy") for url, _ in routes(described[name])}

    assert all(url.startswith("/api/compute_resources/") for url in found)


def test_the_description_fits_into_a_response(world: World) -> None:
    answer = world.anonymous.get("/apidoc/v2.json")

    assert len(answer.body) < 1_000_000
    assert json.loads(answer.body)["docs"]["api_url"] == "/api"
