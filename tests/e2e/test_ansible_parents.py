"""Ansible's other modules: what images are below, made and removed by tasks, and a whole playbook."""

from pathlib import Path

import pytest

from tests.e2e.ansible import Ansible, Outcome, Record, TaskFailed
from tests.e2e.foreman import Parents
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

KINDS: dict[str, tuple[Record, Record, Record]] = {
    "architecture": ({"name": "ans-ppc64le"}, {"updated_name": "ans-s390x"}, {"name": "ans-s390x"}),
    "operatingsystem": (
        {"name": "AnsLinux", "major": "9", "minor": "4", "os_family": "Redhat"},
        {"release_name": "Onyx"},
        {"release_name": "Onyx"},
    ),
    "compute_resource": (
        {"name": "ans-cloud", "provider": "vmware", "provider_params": {"url": "v.example.com", "datacenter": "d1"}},
        {"description": "of the second floor"},
        {"description": "of the second floor"},
    ),
}
"""What a task says of a new parent of each kind, what another one says besides, and what then holds."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_parent_is_created_changed_and_removed_once(ansible: Ansible, kind: str) -> None:
    told, more, expected = KINDS[kind]
    changed = told | more
    after = {**told, **expected, "state": "absent"}

    created = [ansible.bring_about(kind, **told) for _ in range(2)]
    updated = ansible.bring_about(kind, **changed)
    removed = [ansible.bring_about(kind, **after) for _ in range(2)]

    assert [outcome.changed for outcome in [*created, updated, *removed]] == [True, False, True, True, False]
    assert updated.record is not None
    assert expected.items() <= updated.record.items()


def test_a_parent_that_images_refer_to_is_not_removed(ansible: Ansible, parents: Parents) -> None:
    ansible.bring_about("architecture", name="ans-used")
    image = {"name": "user", "uuid": "ami-1", "image_username": "root", "compute_resource": "cv-cloud"}
    image |= {"operatingsystem": "CvLinux 7.9", "architecture": "ans-used"}
    ansible.bring_about("image", **image)

    with pytest.raises(TaskFailed, match="ans-used is used by user"):
        ansible.bring_about("architecture", name="ans-used", state="absent")

    ansible.bring_about("image", **image, state="absent")
    assert ansible.bring_about("architecture", name="ans-used", state="absent") == Outcome(changed=True, record=None)


def test_a_task_lists_what_there_is(ansible: Ansible, parents: Parents) -> None:
    found = {
        resource: ansible.task("resource_info", resource=resource, search=search)["resources"]
        for resource, search in (
            ("compute_resources", "name = cv-cloud"),
            ("operatingsystems", 'title = "CvLinux 7.9"'),
            ("architectures", "name = cv_x86_64"),
        )
    }

    ids = {resource: [entry["id"] for entry in entries] for resource, entries in found.items()}
    assert ids == {
        "compute_resources": [parents.ec2],
        "operatingsystems": [parents.linux],
        "architectures": [parents.x86_64],
    }


def test_a_task_asks_how_the_server_is(ansible: Ansible) -> None:
    said = ansible.task("status_info")

    assert said["status"]["result"] == "ok"
    assert said["ping"]["results"]["foreman"]["database"]["active"] is True


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - theforeman.foreman.architecture: {name: play-arm}
    - theforeman.foreman.operatingsystem: {name: PlayLinux, major: "9", os_family: Redhat}
    - theforeman.foreman.compute_resource: {name: play-cloud, provider: EC2, provider_params: {region: eu-west-1}}
    - theforeman.foreman.image:
        name: golden
        uuid: ami-0abc
        image_username: root
        compute_resource: play-cloud
        operatingsystem: PlayLinux 9
        architecture: play-arm
        state: STATE
"""


def test_a_playbook_makes_an_image_and_all_that_it_needs(ansible: Ansible, server: Server, tmp_path: Path) -> None:
    def play(state: str) -> tuple[int, int]:
        playbook = tmp_path / "images.yml"
        playbook.write_text(PLAYBOOK.replace("STATE", state), "utf-8")
        done = ansible.play(playbook)
        return done["ok"], done["changed"]

    first, again = play("present"), play("present")
    images = [image["name"] for image in server.images("admin")]
    removed = play("absent")

    assert [first, again, removed] == [(4, 4), (4, 0), (4, 1)]
    assert images == ["golden"]
    assert server.images("admin") == []
