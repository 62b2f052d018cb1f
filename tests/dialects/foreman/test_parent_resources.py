"""The parents themselves: cases F10 and F11, and wire §3.3."""

from typing import Any

import pytest

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman.parent_handlers import MAX_IMAGES
from tests.api import ORDINARY
from tests.dialects.foreman.foreman import (
    BLANK,
    EVERYTHING,
    SINGULAR,
    TAKEN,
    TEXT,
    UNKNOWN,
    MakeApi,
    Record,
    World,
    add,
    add_parent,
    assert_unsupported,
    create,
    denied,
    is_stamp,
    listed,
    listing,
    plain,
    post,
    show,
    unsearchable,
)
from tests.factories import an_image
from tests.storage.contract.shelf import shelve

KEYS = {
    "compute_resources": {
        *{"provider", "provider_friendly_name", "description", "url"},
        *{"project", "email", "key_path", "zone"},  # those of Google's
    },
    "operatingsystems": {"title", "description", "major", "minor", "family", "release_name", "password_hash"},
    "architectures": set[str](),
}
"""The keys of each kind beside those that all have."""
LISTS = {
    "compute_resources": {"compute_attributes", "locations", "organizations"},
    "operatingsystems": {
        *{"parameters", "media", "architectures", "ptables"},
        *{"provisioning_templates", "config_templates", "os_default_templates"},
    },
    "architectures": {"operatingsystems"},
}
"""The lists that parents of each kind come with when they are shown, beside `images`."""
EACH_KIND = pytest.mark.parametrize("kind", KEYS)
PROVIDERS = ["Libvirt", "Ovirt", "EC2", "Vmware", "Openstack", "Rackspace", "GCE"]
NEW: dict[str, Record] = {
    "compute_resources": {"name": "new", "provider": "GCE", "url": "https://gce.example"},
    "operatingsystems": {"name": "new", "major": "1", "minor": "2"},
    "architectures": {"name": "new"},
}


def errors(body: Record) -> dict[str, Any]:
    """The failing fields of a refusal, whose shape is that of images."""
    assert set(body) == {"error"}
    assert set(body["error"]) == {"id", "errors", "full_messages"}
    assert body["error"]["id"] is None
    found: dict[str, Any] = body["error"]["errors"]
    assert len(body["error"]["full_messages"]) == sum(len(reasons) for reasons in found.values())
    return found


def test_case_f10_a_compute_resource_is_found_by_its_quoted_name(world: World) -> None:
    found = listing(world.admin, "/api/compute_resources", search='name="cv-cloud"', per_page=EVERYTHING)

    assert found["results"] == [plain(show(world.admin, world.ca.path))]


def test_case_f11_an_operating_system_is_found_by_its_quoted_title(world: World) -> None:
    found = listing(world.admin, "/api/operatingsystems", search='title="CvLinux 7.9"')

    assert found["results"] == [plain(show(world.admin, world.oa.path))]


@EACH_KIND
def test_a_list_of_parents_has_the_envelope_of_lists(world: World, kind: str) -> None:
    parents = [world.parent(kind), world.other(kind)]

    found = listing(world.admin, f"/api/{kind}")

    assert found == {
        "total": 2,
        "subtotal": 2,
        "page": 1,
        "per_page": 20,
        "search": None,
        "sort": {"by": None, "order": None},
        "results": [plain(show(world.admin, parent.path)) for parent in parents],
    }


@EACH_KIND
def test_a_new_parent_is_shown_with_all_its_fields(world: World, kind: str) -> None:
    answer = post(world.admin, f"/api/{kind}", {SINGULAR[kind]: NEW[kind]})

    assert answer.status == 201
    found = answer.json
    assert set(found) == {"id", "name", "created_at", "updated_at"} | KEYS[kind] | LISTS[kind]
    assert type(found["id"]) is int
    assert {name: found[name] for name in NEW[kind]} == NEW[kind]
    assert is_stamp(found["created_at"])
    assert is_stamp(found["updated_at"])
    assert show(world.admin, f"/api/{kind}/{found['id']}") == {**found, "images": []}


@EACH_KIND
def test_a_parent_is_shown_with_its_images_and_with_lists_of_what_is_not_offered(stocked: World, kind: str) -> None:
    parent = stocked.parent(kind)
    images = listing(stocked.admin, parent.images)["results"]

    found = show(stocked.admin, parent.path)

    assert found["images"] == [{"id": image["id"], "name": image["name"]} for image in images]
    assert {name: value for name, value in found.items() if isinstance(value, list)} == {
        **{name: [] for name in LISTS[kind]},
        "images": found["images"],
    }


@EACH_KIND
def test_an_image_that_has_no_name_is_shown_by_its_id(world: World, kind: str) -> None:
    below = {"compute_resource": world.ca.id, "os_title": world.oa.name, "architecture": world.aa.name}
    image = add(world, name=None, **below)

    found = show(world.admin, world.parent(kind).path)

    assert found["images"] == [{"id": image.number, "name": image.id}]


@EACH_KIND
def test_too_many_images_are_left_out_rather_than_cut_short(world: World, kind: str) -> None:
    below = {"compute_resource": world.ca.id, "os_title": world.oa.name, "architecture": world.aa.name}
    shelve([an_image(number=number, **below) for number in range(1, MAX_IMAGES + 1)])
    whole = show(world.admin, world.parent(kind).path)
    add(world, **below)

    found = show(world.admin, world.parent(kind).path)

    assert len(whole["images"]) == MAX_IMAGES
    assert found == {name: value for name, value in whole.items() if name != "images"}


@EACH_KIND
def test_ids_of_parents_are_never_given_twice(world: World, kind: str) -> None:
    new = add_parent(world.admin, kind, **NEW[kind])

    assert new.id not in {world.parent(kind).id, world.other(kind).id}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_has_a_friendly_name(world: World, provider: str) -> None:
    new = add_parent(world.admin, "compute_resources", name="new", provider=provider, url="https://cloud.example")

    found = show(world.admin, new.path)

    assert found["provider"] == provider
    assert isinstance(found["provider_friendly_name"], str)
    assert found["provider_friendly_name"]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"name": "Cv", "major": "8", "minor": "1"}, "Cv 8.1"),
        ({"name": "Cv", "major": "8"}, "Cv 8"),
        ({"name": "Cv", "major": "8", "minor": "1", "description": "Cv the eighth"}, "Cv the eighth"),
    ],
    ids=["name and version", "major version", "description"],
)
def test_the_title_is_the_description_or_else_name_and_version(world: World, given: Record, title: str) -> None:
    answer = post(world.admin, "/api/operatingsystems", {"operatingsystem": given})

    assert answer.status == 201
    assert answer.json["title"] == title
    assert (answer.json["name"], answer.json["major"]) == ("Cv", "8")


def test_versions_are_strings_even_if_they_came_as_numbers(world: World) -> None:
    given = {"name": "Cv", "major": 8, "minor": 1}

    answer = post(world.admin, "/api/operatingsystems", {"operatingsystem": given})

    assert answer.status == 201
    assert (answer.json["major"], answer.json["minor"], answer.json["title"]) == ("8", "1", "Cv 8.1")


def test_versions_of_an_operating_system_are_several(world: World) -> None:
    new = add_parent(world.admin, "operatingsystems", name="CvLinux", major="8", minor="0")

    assert new.name == "CvLinux 8.0"
    assert listing(world.admin, "/api/operatingsystems", search="name = CvLinux")["subtotal"] == 2


@pytest.mark.parametrize("kind", ["compute_resources", "architectures"])
def test_the_name_of_a_parent_is_taken_once(world: World, kind: str) -> None:
    given = {**NEW[kind], "name": world.parent(kind).name}

    answer = post(world.admin, f"/api/{kind}", {SINGULAR[kind]: given})

    assert answer.status == 422
    assert errors(answer.json) == {"name": [TAKEN]}
    assert listing(world.admin, f"/api/{kind}")["total"] == 2


def test_an_operating_system_is_there_once(world: World) -> None:
    answer = post(
        world.admin, "/api/operatingsystems", {"operatingsystem": {"name": "CvLinux", "major": "7", "minor": "9"}}
    )

    assert answer.status == 422
    assert [TAKEN] in errors(answer.json).values()
    assert listing(world.admin, "/api/operatingsystems")["total"] == 2


@EACH_KIND
@pytest.mark.parametrize("name", ["", "  ", None], ids=["empty", "blanks", "null"])
def test_a_parent_has_a_name(world: World, kind: str, name: str | None) -> None:
    answer = post(world.admin, f"/api/{kind}", {SINGULAR[kind]: {**NEW[kind], "name": name}})

    assert answer.status == 422
    assert errors(answer.json) == {"name": [BLANK]}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        *((spell(provider), provider) for provider in PROVIDERS for spell in (str.lower, str.upper, str.swapcase)),
        ("OpenStack", "Openstack"),
        ("VMware", "Vmware"),
        ("oVirt", "Ovirt"),
        ("LibVirt", "Libvirt"),
        (" ec2 ", "EC2"),
    ],
)
def test_the_case_of_a_provider_is_no_matter(world: World, given: str, shown: str) -> None:
    new = add_parent(world.admin, "compute_resources", name="new", provider=given, url="https://cloud.example")

    assert show(world.admin, new.path)["provider"] == shown


@pytest.mark.parametrize("provider", ["AzureRm", "Proxmox", "Kubevirt", "KubeVirt", "proxmox"])
def test_the_provider_of_a_plug_in_is_kept_as_it_is(world: World, provider: str) -> None:
    new = add_parent(world.admin, "compute_resources", name="new", provider=provider)
    image = create(world, new, user_data=True)

    found = show(world.admin, new.path)
    assert (found["provider"], found["provider_friendly_name"]) == (provider, provider)
    assert image["compute_resource_id"] == new.id
    assert "user_data" not in image


def test_an_operator_names_the_providers_of_other_plug_ins(make_api: MakeApi) -> None:
    caller = make_api(FOREMAN_PROVIDERS="Hyperspace, Warp").basic_caller("t1", *ORDINARY)

    known = [add_parent(caller, "compute_resources", name=name, provider=name) for name in ("warp", "ec2")]
    unknown = post(caller, "/api/compute_resources", {"name": "x", "provider": "Proxmox"})

    assert [show(caller, parent.path)["provider"] for parent in known] == ["warp", "EC2"]
    assert unknown.status == 422


CLOUDS: dict[str, Record] = {
    "EC2": {"user": "AKIA1", "region": "eu-west-1"},
    "Libvirt": {"display_type": "VNC", "set_console_password": True},
    "Openstack": {"user": "ann", "tenant": "t", "domain": "d", "project_domain_name": "p", "project_domain_id": "7"},
    "Vmware": {"user": "ann", "datacenter": "dc1", "server": "vc", "caching_enabled": False},
    "Ovirt": {"user": "ann", "datacenter": "dc1", "use_v4": True, "ovirt_quota": "q", "keyboard_layout": "de"},
    "GCE": {"project": "p", "email": "a@example", "key_path": "/key", "zone": "z"},
    "AzureRm": {"sub_id": "s", "tenant": "t", "app_ident": "a", "region": "eastus", "cloud": "azure"},
    "Proxmox": {"user": "ann", "ssl_verify_peer": False},
}
"""What clients say of clouds of each kind."""


@pytest.mark.parametrize("provider", CLOUDS)
def test_what_a_compute_resource_says_of_its_cloud_is_shown(world: World, provider: str) -> None:
    new = add_parent(world.admin, "compute_resources", name="new", provider=provider, **CLOUDS[provider])

    found = show(world.admin, new.path)

    assert found.items() >= CLOUDS[provider].items()
    assert found.get("access_key") == ("AKIA1" if provider == "EC2" else None)


def test_what_clouds_of_other_kinds_have_is_not_shown(world: World) -> None:
    new = add_parent(world.admin, "compute_resources", name="new", provider="EC2", zone="z", use_v4=True)

    assert {"zone", "use_v4"} & set(show(world.admin, new.path)) == set()


@pytest.mark.parametrize("secret", ["password", "public_key"])
def test_what_would_sign_in_to_a_cloud_is_taken_and_not_kept(world: World, secret: str) -> None:
    given = {"name": "new", "provider": "EC2", secret: "swordfish" * 100}

    answer = post(world.admin, "/api/compute_resources", {"compute_resource": given})

    [kept] = [each for each in world.api.world.references.of("t1", Kind.COMPUTE_RESOURCE) if each.name == "new"]
    assert answer.status == 201
    assert secret not in answer.json
    assert "swordfish" not in str(kept.facts)


@pytest.mark.parametrize("provider", ["Hyperspace", "nonsense", "EC"])
def test_a_provider_is_one_of_those_that_are_known(world: World, provider: str) -> None:
    given = {"name": "new", "provider": provider, "url": "https://cloud.example"}

    answer = post(world.admin, "/api/compute_resources", {"compute_resource": given})

    assert answer.status == 422
    assert errors(answer.json) == {"provider": ["is not included in the list"]}


@EACH_KIND
def test_a_viewer_creates_no_parent(world: World, kind: str) -> None:
    answer = post(world.viewer, f"/api/{kind}", {SINGULAR[kind]: NEW[kind]})

    assert answer.status == 403
    assert answer.json == denied(f"create_{kind}")
    assert listing(world.viewer, f"/api/{kind}")["total"] == 2


@EACH_KIND
def test_reading_parents_needs_a_permission(world: World, kind: str) -> None:
    found = [world.nobody.get(f"/api/{kind}"), world.nobody.get(world.parent(kind).path)]

    assert [answer.status for answer in found] == [403, 403]
    assert [answer.json for answer in found] == [denied(f"view_{kind}")] * 2


@EACH_KIND
def test_parents_need_credentials(world: World, kind: str) -> None:
    path = f"/api/{kind}"

    found = [world.anonymous.get(path), world.anonymous.get(f"{path}/1"), post(world.anonymous, path, {})]

    assert [answer.status for answer in found] == [401] * 3


@EACH_KIND
def test_an_unknown_parent_is_not_found(world: World, kind: str) -> None:
    found = [world.admin.get(f"/api/{kind}/{number}") for number in (7, UNKNOWN)]

    assert [answer.status for answer in found] == [404, 404]
    assert [answer.json["error"] for answer in found] == [
        {"message": f"Resource {SINGULAR[kind]} not found by id '{number}'"} for number in (7, UNKNOWN)
    ]


@EACH_KIND
@pytest.mark.parametrize("search", ['name="{}"', 'name = "{}"', "name ~ {}"], ids=["tight", "loose", "like"])
def test_parents_are_found_by_their_name(world: World, kind: str, search: str) -> None:
    parent = add_parent(world.admin, kind, **{**NEW[kind], "name": "cv-new"})
    search = search.format("cv-new")

    found = listing(world.admin, f"/api/{kind}", search=search, page=1, per_page=1000)

    assert [entry["id"] for entry in found["results"]] == [parent.id]
    assert (found["total"], found["subtotal"], found["search"]) == (3, 1, search)


@pytest.mark.parametrize("search", ['title = "CvBsd 13"', 'title~"cvbsd"', "major = 13", "family = x or major = 13"])
def test_operating_systems_are_found_by_title_and_version(world: World, search: str) -> None:
    found = listing(world.admin, "/api/operatingsystems", search=search)

    assert [entry["id"] for entry in found["results"]] == [world.ob.id]


@pytest.mark.parametrize("kind", ["compute_resources", "operatingsystems"])
def test_parents_are_found_by_their_id(world: World, kind: str) -> None:
    found = listing(world.admin, f"/api/{kind}", search=f"id = {world.other(kind).id}")

    assert [entry["id"] for entry in found["results"]] == [world.other(kind).id]


@EACH_KIND
def test_parents_are_ordered_and_paged(world: World, kind: str) -> None:
    expected = sorted(listed(world.admin, f"/api/{kind}"), reverse=True)

    pages = [listing(world.admin, f"/api/{kind}", order="name DESC", per_page=1, page=page) for page in (1, 2, 3)]

    assert [[entry["name"] for entry in page["results"]] for page in pages] == [expected[:1], expected[1:], []]
    assert {(page["total"], page["subtotal"], page["per_page"]) for page in pages} == {(2, 2, 1)}
    assert pages[0]["sort"] == {"by": "name", "order": "DESC"}


@EACH_KIND
def test_an_unknown_field_of_parents_is_refused(world: World, kind: str) -> None:
    searched = world.admin.get(f"/api/{kind}?search=nope+%3D+1")
    ordered = world.admin.get(f"/api/{kind}?order=nope")

    assert (searched.status, ordered.status) == (400, 400)
    assert searched.json == unsearchable("Field 'nope' not recognized for searching!")
    assert ordered.json == unsearchable("the field 'nope' in the order statement is not valid field for search")


@EACH_KIND
def test_a_parent_is_created_from_json_only(world: World, kind: str) -> None:
    answer = world.admin.post(f"/api/{kind}", TEXT, b"{}")

    assert_unsupported(answer, "text/plain")
