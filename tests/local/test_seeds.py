"""What a seed puts into a world, once and again."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.storage.tables import ReferenceItem
from local.seed_file import DEMONSTRATION, Seed, SeedError, read_seed
from local.seeds import Loaded, load
from tests.api import Api
from tests.conftest import MakeApi

ALICE = {"user": "alice", "tenant": "t1", "policies": ["read_images", "create_image"]}
BYTES = {"disk_format": "raw", "container_format": "bare", "content": "tiny"}


def seed(**parts: Any) -> Seed:
    return Seed.model_validate_json(json.dumps(parts))


def image(api: Api, loaded: Loaded, name: str) -> Image:
    found = api.world.images.get(loaded["images"][name])
    assert found is not None
    return found.image


def test_a_principal_gets_a_token_of_its_own(api: Api) -> None:
    first = load(api.world, seed(principals={"alice": ALICE}))["principals"]["alice"]
    second = load(api.world, seed(principals={"alice": ALICE}))["principals"]["alice"]

    found = {**ALICE, "policies": ["create_image", "read_images"], "inspection": None, "secret": None}
    assert {**first, "secret": None} == found
    assert first["secret"] != second["secret"]
    principal = api.world.identities.authenticate(first["secret"])
    assert principal == Principal("alice", "t1", frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE}))


def test_a_principal_is_inspected_as_the_seed_says(api: Api) -> None:
    loaded = load(api.world, seed(principals={"alice": {**ALICE, "inspection": "off"}}))["principals"]["alice"]

    principal = api.world.identities.authenticate(loaded["secret"])

    assert principal is not None
    assert loaded["inspection"] == principal.inspecting == "off"


def test_a_given_secret_is_used_and_issued_again(api: Api) -> None:
    given = seed(principals={"alice": {**ALICE, "secret": "open sesame"}})

    first, second = (load(api.world, given)["principals"]["alice"]["secret"] for _ in range(2))

    assert first == second == "open sesame"
    assert len(api.world.identities.list()) == 1


def test_an_image_without_an_owner_is_the_operators(make_api: MakeApi) -> None:
    api = make_api(OPERATOR_TENANT="house")

    loaded = load(api.world, seed(images={"plain": {}}))

    found = image(api, loaded, "plain")
    assert (found.name, found.owner, found.status) == ("plain", "house", Status.QUEUED)
    assert found.number > 0


def test_an_image_has_the_fields_that_are_given(api: Api) -> None:
    fields = {
        "id": "9d3440c0-fc27-5c6b-9271-24209c36a1d4",
        "name": "CentOS 7.9",
        "owner": "t1",
        "visibility": "public",
        "aliases": {"qingcloud": "img-12345678"},
        "login_password": "hidden",
        "os_title": "CentOS 7.9",
        "properties": {"k": "v"},
    }

    loaded = load(api.world, seed(images={"centos": fields}))

    found = image(api, loaded, "centos")
    assert {name: getattr(found, name) for name in fields} == fields
    assert loaded["images"]["centos"] == fields["id"]


def test_an_image_with_content_is_active_and_measured(api: Api) -> None:
    loaded = load(api.world, seed(images={"tiny": BYTES}))

    found = image(api, loaded, "tiny")
    assert (found.status, found.size) == (Status.ACTIVE, 4)
    assert found.location is not None
    assert api.world.blobs.get(found.location) == b"tiny"


def test_an_image_can_be_in_any_status_and_of_any_age(api: Api) -> None:
    fields = {"status": "deactivated", "created_at": "2020-01-02T03:04:05Z", "size": 10**12}

    found = image(api, load(api.world, seed(images={"old": fields})), "old")

    assert (found.status, found.size, found.created_at.year) == (Status.DEACTIVATED, 10**12, 2020)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"disk_format": "floppy"}, "images.bad: Invalid disk format 'floppy'"),
        ({"content": "bytes"}, "images.bad: Disk format is not specified"),
        ({"blank": 512, "disk_format": "iso"}, "images.bad: a blank disk is raw or qcow2, not iso"),
        ({**BYTES, "size": 3}, "images.bad: Declared size 3 did not match"),
    ],
    ids=["unknown-format", "no-format", "no-blank-disk", "wrong-size"],
)
def test_the_rules_of_the_catalogue_hold(api: Api, fields: Mapping[str, Any], complaint: str) -> None:
    with pytest.raises(SeedError) as raised:
        load(api.world, seed(images={"bad": fields}))

    assert str(raised.value).startswith(complaint)


def test_a_second_load_leaves_images_alone(api: Api) -> None:
    images = {"same": {"owner": "t1"}, "other": {"name": "same", "owner": "t2"}}
    first = load(api.world, seed(images=images))
    before = image(api, first, "same")

    second = load(api.world, seed(images={**images, "new": {"owner": "t1"}}))

    assert first["images"].items() <= second["images"].items()
    assert len(set(second["images"].values())) == 3
    assert image(api, second, "same") == before


def test_a_second_load_brings_bytes_back_that_a_new_bucket_lacks(api: Api) -> None:
    found = image(api, load(api.world, seed(images={"tiny": BYTES})), "tiny")
    assert found.location is not None
    api.world.blobs.delete(found.location)

    load(api.world, seed(images={"tiny": BYTES}))

    assert api.world.blobs.get(found.location) == b"tiny"


def test_a_second_load_leaves_deleted_images_deleted(api: Api) -> None:
    image_id = load(api.world, seed(images={"gone": {}}))["images"]["gone"]
    api.world.catalog(Principal("root", None, frozenset({Policy.ADMIN}))).delete(image_id)

    again = load(api.world, seed(images={"gone": {}}))

    assert again["images"] == {"gone": image_id}
    assert image(api, again, "gone").status is Status.DELETED


def test_instances_are_tagged_with_their_facts_and_stopped_if_they_should_be(api: Api) -> None:
    facts = {"tenant": "t1", "zone": "ac1", "os_family": "centos", "size_gb": 20}

    instances = {"off": {**facts, "state": "stopped"}, "on": {**facts, "state": "running"}}
    loaded = load(api.world, seed(instances=instances))

    found = boto3.Session().client("ec2").describe_instances(InstanceIds=list(loaded["instances"].values()))
    by_id = {i["InstanceId"]: i for reservation in found["Reservations"] for i in reservation["Instances"]}
    off, on = (by_id[loaded["instances"][name]] for name in ("off", "on"))
    assert (off["State"]["Name"], on["State"]["Name"]) == ("stopped", "running")
    assert {tag["Key"]: tag["Value"] for tag in off["Tags"]} == {
        "Name": "off",
        "rosetta:tenant": "t1",
        "rosetta:zone": "ac1",
        "rosetta:os_family": "centos",
        "rosetta:size_gb": "20",
    }


def references(owner_kind: str) -> list[tuple[int, dict[str, Any]]]:
    return [(int(item.number), item.facts) for item in ReferenceItem.query(owner_kind)]


def test_references_go_to_their_tenant_or_to_every_one(api: Api) -> None:
    principals = {"alice": ALICE, "bob": {**ALICE, "tenant": "t2"}, "root": {"user": "root", "policies": []}}
    kinds = {"architectures": [{"name": "arm64"}, {"name": "sparc", "tenant": "t2", "number": 7, "bits": 64}]}

    load(api.world, seed(principals=principals, references=kinds))

    assert references("architecture/t1") == [(1, {"name": "arm64"})]
    assert references("architecture/t2") == [(1, {"name": "arm64"}), (7, {"name": "sparc", "bits": 64})]


def test_a_second_load_adds_the_references_that_are_new(api: Api) -> None:
    old, new = {"name": "CentOS", "tenant": "t1"}, {"name": "Debian", "tenant": "t1"}
    load(api.world, seed(references={"operatingsystems": [old]}))

    load(api.world, seed(references={"operatingsystems": [new, old]}))

    assert references("operatingsystem/t1") == [(1, {"name": "CentOS"}), (2, {"name": "Debian"})]


def test_the_demonstration_shows_each_tenant_its_own_and_the_public_image(api: Api) -> None:
    loaded = load(api.world, read_seed(DEMONSTRATION))

    names = {
        who: {entry["name"] for entry in images_of(api, loaded["principals"][who]["secret"])}
        for who in ("alice", "bob")
    }

    public = image(api, loaded, "system-image")
    assert (public.visibility, public.owner) == (Visibility.PUBLIC, "system")
    assert "CentOS 7.9" in names["alice"] & names["bob"]
    assert "hello" in names["alice"] - names["bob"]


def images_of(api: Api, secret: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.anonymous().get("/v1/images", {"X-Auth-Token": secret}).json["images"]
    return found


def test_whatever_is_active_in_the_demonstration_can_be_downloaded(api: Api) -> None:
    loaded = load(api.world, read_seed(DEMONSTRATION))

    active = [name for name in loaded["images"] if image(api, loaded, name).status is Status.ACTIVE]
    assert active == ["system-image", "hello", "web-server", "database"]
    assert all(image(api, loaded, name).size and image(api, loaded, name).location for name in active)


def test_the_secrets_of_the_demonstration_are_always_the_same(api: Api) -> None:
    principals = load(api.world, read_seed(DEMONSTRATION))["principals"]

    assert {name: principal["secret"] for name, principal in principals.items()} == {
        name: f"{name}-demo" for name in ("alice", "bob", "reader", "admin")
    }
