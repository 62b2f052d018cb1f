"""nailgun, Red Hat's client: what it creates it reads back, and what it searches for it finds, and nothing else."""

from typing import Any

import pytest

from tests.e2e.clients import refusal
from tests.e2e.foreman import ForemanCaller, Parents, Record, request
from tests.e2e.server import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("installation", ["nailgun-0.32.0"], indirect=True),
]

KINDS: dict[str, tuple[Record, Record]] = {
    "Architecture": ({"name": "ng-ppc64le"}, {"name": "ng-s390x"}),
    "OperatingSystem": ({"name": "NgLinux", "major": "9", "minor": "4"}, {"release_name": "Onyx"}),
    "LibvirtComputeResource": (
        {"name": "ng-libvirt", "provider": "Libvirt", "url": "qemu:///system", "display_type": "spice"},
        {"description": "of the second floor"},
    ),
    "VMWareComputeResource": (
        {"name": "ng-vmware", "provider": "Vmware", "url": "https://v", "user": "root", "datacenter": "d1"},
        {"description": "of the third floor"},
    ),
}
"""What a new entity is made of, and what of it is changed."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_parent_is_created_read_changed_and_deleted(f1: ForemanCaller, kind: str) -> None:
    told, changes = KINDS[kind]

    created = f1.call(f"{kind}.create", False, **told)
    read = f1.call(f"{kind}.read", id=created["id"])
    changed = f1.call(f"{kind}.update", list(changes), id=created["id"], **changes)
    f1.call(f"{kind}.delete", id=created["id"])

    assert told.items() <= created.items()
    assert read == created
    assert {**told, **changes}.items() <= changed.items()
    with refusal("HTTPError", "404"):
        f1.call(f"{kind}.read", id=created["id"])


@pytest.mark.parametrize(
    ("kind", "parent", "search"),
    [
        ("Architecture", "aarch64", 'name="cv_aarch64"'),
        ("OperatingSystem", "bsd", 'title="CvBsd 13"'),
        ("AbstractComputeResource", "libvirt", 'name="cv-libvirt"'),
    ],
)
def test_a_search_finds_what_was_asked_for_and_nothing_else(
    f1: ForemanCaller, parents: Parents, kind: str, parent: str, search: str
) -> None:
    found = f1.call(f"{kind}.search", {"search": search})
    nothing = f1.call(f"{kind}.search", {"search": 'name="nothing-like-it"'})
    first = f1.call(f"{kind}.search", {"per_page": 1})

    assert [each["id"] for each in found] == [getattr(parents, parent)]
    assert nothing == []
    assert len(first) == 1


def test_an_image_is_created_read_changed_and_deleted(f1: ForemanCaller, server: Server, parents: Parents) -> None:
    references = {"architecture": parents.x86_64, "operatingsystem": parents.linux}
    below: dict[str, Any] = {"compute_resource": parents.ec2}
    facts = {"name": "golden", "username": "root", "uuid": "ami-0abc", **references}

    created = f1.call("Image.create", False, **below, **facts)
    read = f1.call("Image.read", **below, id=created["id"])
    changed = f1.call("Image.update", ["username"], **below, id=created["id"], username="centos")
    shown = request(server, "f1", "GET", f"/api/compute_resources/{parents.ec2}/images/{created['id']}")
    f1.call("Image.delete", **below, id=created["id"])

    assert {**facts, **below}.items() <= created.items()
    assert read == created
    assert changed == {**created, "username": "centos"}
    assert {name: shown[name] for name in ("name", "username", "uuid")} == {
        name: changed[name] for name in ("name", "username", "uuid")
    }
    assert server.images("admin") == []


def test_a_parent_that_images_refer_to_is_not_deleted(f1: ForemanCaller, parents: Parents) -> None:
    facts = {"name": "golden", "username": "root", "uuid": "ami-0abc", "compute_resource": parents.ec2}
    f1.call("Image.create", False, **facts, architecture=parents.x86_64, operatingsystem=parents.linux)

    with refusal("HTTPError", "422"):
        f1.call("Architecture.delete", id=parents.x86_64)

    assert f1.call("Architecture.read", id=parents.x86_64)["name"] == "cv_x86_64"
