"""python-foreman, which makes its methods of what the description says."""

import pytest

from tests.e2e.clients import refusal
from tests.e2e.foreman import ForemanCaller, Parents, Record, facts, request
from tests.e2e.server import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("installation", ["python_foreman-0.4.20"], indirect=True),
]

KINDS: dict[str, tuple[Record, Record]] = {
    "architecture": ({"name": "pf-ppc64le"}, {"name": "pf-s390x"}),
    "operatingsystem": ({"name": "PfLinux", "major": "9", "minor": "4"}, {"release_name": "Onyx"}),
    "compute_resource": ({"name": "pf-cloud", "provider": "EC2", "url": "eu-west-1"}, {"description": "of May"}),
}
"""What a new parent is made of, and what of it is changed."""


BELOW = "compute_resources.images_compute_resource_id_"
"""How the methods begin that are about one image."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_parent_is_created_listed_shown_changed_and_destroyed(f1: ForemanCaller, kind: str) -> None:
    told, changes = KINDS[kind]

    created = f1.call(f"{kind}s.create", told)
    listed = f1.call(f"{kind}s.index", search=f"name={told['name']}")["results"]
    changed = f1.call(f"{kind}s.update", **{"id": created["id"], kind: changes})
    shown = f1.call(f"{kind}s.show", created["id"])
    f1.call(f"{kind}s.destroy", created["id"])

    assert told.items() <= created.items()
    assert [each["id"] for each in listed] == [created["id"]]
    assert {**told, **changes}.items() <= shown.items()
    assert shown == {**changed, "images": []}
    assert f1.call(f"{kind}s.show", created["id"]) == []  # as it takes a 404


def test_an_image_is_created_listed_shown_changed_and_destroyed(
    f1: ForemanCaller, server: Server, parents: Parents
) -> None:
    below = {"compute_resource_id": parents.ec2}

    created = f1.call("compute_resources.images_create", **below, image=facts(parents, name="golden"))
    other = f1.call("compute_resources.images_create", **below, image=facts(parents, name="other", uuid="cv-u2"))
    found = f1.call("compute_resources.images_index", **below, search="name=golden")
    f1.call(f"{BELOW}updateimages", **below, id=created["id"], image={"username": "centos"})
    shown = f1.call(f"{BELOW}showimages", **below, id=created["id"])
    plainly = request(server, "f1", "GET", f"/api/compute_resources/{parents.ec2}/images/{created['id']}")
    f1.call(f"{BELOW}destroyimages", **below, id=created["id"])

    assert (found["total"], [each["id"] for each in found["results"]]) == (2, [created["id"]])
    assert shown == plainly == {**created, "username": "centos", "updated_at": shown["updated_at"]}
    assert [image["name"] for image in server.images("admin")] == [other["name"]]


def test_a_parent_that_images_refer_to_is_not_destroyed(f1: ForemanCaller, parents: Parents) -> None:
    f1.call("compute_resources.images_create", compute_resource_id=parents.ec2, image=facts(parents))

    with refusal("ForemanException", "is used by"):
        f1.call("architectures.destroy", parents.x86_64)

    assert f1.call("architectures.show", parents.x86_64)["name"] == "cv_x86_64"
