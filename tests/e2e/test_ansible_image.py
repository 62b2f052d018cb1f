"""Ansible's image module: what a task says of an image is brought about, once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.ansible import Ansible, Outcome, Record, TaskFailed
from tests.e2e.foreman import Parents, heard, request
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("parents")]

Play = Callable[..., Outcome]

IMAGE: Record = {
    "name": "golden 7",
    "uuid": "ami-0abc",
    "image_username": "root",
    "compute_resource": "cv-cloud",
    "operatingsystem": "CvLinux 7.9",
    "architecture": "cv_x86_64",
}
PING = "GET /api/ping"
STATUS = "GET /api/status"
CLOUDS = "GET /api/compute_resources"
SYSTEMS = "GET /api/operatingsystems"
ARCHITECTURES = "GET /api/architectures"
IMAGES = "GET /api/compute_resources/…/images"
SHOW = "GET /api/compute_resources/…/images/…"
CREATE = "POST /api/compute_resources/…/images"
UPDATE = "PUT /api/compute_resources/…/images/…"
DESTROY = "DELETE /api/compute_resources/…/images/…"


@pytest.fixture
def play(ansible: Ansible) -> Play:
    """Have the image be as it says above, but for what is told."""
    return lambda **changes: ansible.bring_about("image", **{**IMAGE, **changes})


def images(server: Server, parents: Parents) -> list[Record]:
    """What there is below the cloud of EC2."""
    found: list[Record] = request(server, "f1", "GET", f"/api/compute_resources/{parents.ec2}/images")["results"]
    return found


def test_an_image_is_created(play: Play, server: Server, parents: Parents) -> None:
    before = len(server.answered())

    outcome = play()

    expected = {
        "name": "golden 7",
        "uuid": "ami-0abc",
        "username": "root",
        "compute_resource_id": parents.ec2,
        "operatingsystem_id": parents.linux,
        "architecture_id": parents.x86_64,
    }
    assert outcome.changed
    assert outcome.record is not None
    assert expected.items() <= outcome.record.items()
    asked = ["GET /apidoc/v2.json", STATUS, CLOUDS, SYSTEMS, IMAGES, ARCHITECTURES, CREATE]
    assert heard(server, before) == asked


def test_the_same_task_again_writes_nothing(play: Play, server: Server) -> None:
    created = play()
    before = len(server.answered())

    again = play()

    assert again == Outcome(changed=False, record=created.record)
    assert heard(server, before) == [STATUS, CLOUDS, SYSTEMS, IMAGES, SHOW, ARCHITECTURES]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uuid": "ami-0def"}, {"uuid": "ami-0def"}),
        ({"image_username": "админ"}, {"username": "админ"}),
        ({"user_data": True}, {"user_data": True}),
        ({"architecture": "cv_aarch64"}, {"architecture_name": "cv_aarch64"}),
        ({"uuid": "ami-0def", "user_data": True}, {"uuid": "ami-0def", "user_data": True}),
    ],
    ids=["uuid", "username", "user data", "architecture", "two"],
)
def test_what_differs_is_updated_and_then_stays(
    play: Play, server: Server, changes: dict[str, Any], expected: Record
) -> None:
    created = play()
    before = len(server.answered())

    changed, again = play(**changes), play(**changes)

    assert created.record is not None
    assert changed.record is not None
    kept = created.record.keys() - expected.keys() - {"architecture_id", "updated_at"}
    assert changed.changed
    assert expected.items() <= changed.record.items()
    assert {name: changed.record[name] for name in kept} == {name: created.record[name] for name in kept}
    assert again == Outcome(changed=False, record=changed.record)
    read = [STATUS, CLOUDS, SYSTEMS, IMAGES, SHOW, ARCHITECTURES]
    assert heard(server, before) == [*read, UPDATE, *read]


def test_user_data_may_be_taken_back(play: Play) -> None:
    play(user_data=True)

    taken_back, again = play(user_data=False), play(user_data=False)

    assert taken_back.record is not None
    assert taken_back.record["user_data"] is False
    assert [taken_back.changed, again.changed] == [True, False]


def test_a_password_is_set_and_never_shown(play: Play) -> None:
    outcomes = [play(image_password="swordfish") for _ in range(2)]

    assert [outcome.changed for outcome in outcomes] == [True, True]
    assert all(outcome.record and "password" not in outcome.record for outcome in outcomes)


def test_an_image_is_removed_once(play: Play, server: Server, parents: Parents) -> None:
    play()
    play(name="kept", uuid="ami-kept")
    before = len(server.answered())

    removed, again = play(state="absent"), play(state="absent")

    assert [removed.changed, again.changed] == [True, False]
    search = [STATUS, CLOUDS, SYSTEMS, IMAGES]
    assert heard(server, before) == [*search, DESTROY, *search]
    assert [image["name"] for image in images(server, parents)] == ["kept"]


def test_one_name_is_for_one_image_of_each_operating_system(play: Play, server: Server, parents: Parents) -> None:
    other = {"operatingsystem": "CvBsd 13", "uuid": "ami-bsd"}

    outcomes = [play(), play(**other), play(), play(**other)]
    play(state="absent")

    assert [outcome.changed for outcome in outcomes] == [True, True, False, False]
    assert [image["uuid"] for image in images(server, parents)] == ["ami-bsd"]


def test_an_image_below_another_compute_resource_is_another_image(play: Play) -> None:
    outcomes = [play(), play(compute_resource="cv-libvirt"), play(compute_resource="cv-libvirt")]

    assert [outcome.changed for outcome in outcomes] == [True, True, False]


@pytest.mark.parametrize(
    "name",
    ["Сервер «Ёлка» 猫", "a, (b) or c = d", "100% + 1 & more", "-not", "null?"],
    ids=["any language", "grammar", "URL", "sign", "keyword"],
)
def test_an_image_is_found_by_whatever_name_it_has(play: Play, name: str) -> None:
    outcomes = [play(name=name), play(name=name), play(name=name, state="absent")]

    assert [outcome.changed for outcome in outcomes] == [True, False, True]
    assert outcomes[1].record is not None
    assert outcomes[1].record["name"] == name


def test_an_operating_system_is_found_by_a_part_of_its_title(play: Play, server: Server, parents: Parents) -> None:
    before = len(server.answered())

    outcome = play(operatingsystem="linux")

    assert outcome.record is not None
    assert outcome.record["operatingsystem_id"] == parents.linux
    assert heard(server, before)[2:5] == [CLOUDS, SYSTEMS, SYSTEMS]


@pytest.mark.parametrize("unknown", ["compute_resource", "operatingsystem", "architecture"])
def test_a_task_below_what_is_unknown_writes_nothing(
    play: Play, server: Server, parents: Parents, unknown: str
) -> None:
    changes: dict[str, Any] = {unknown: "nowhere"}

    with pytest.raises(TaskFailed, match=f"[Nn]o result.* {unknown}"):
        play(**changes)

    assert images(server, parents) == []


def test_a_taken_uuid_fails_with_the_words_of_the_server(play: Play, server: Server, parents: Parents) -> None:
    created = play()

    with pytest.raises(TaskFailed, match="Uuid has already been taken"):
        play(name="another")

    assert images(server, parents) == [created.record]


@pytest.mark.parametrize(
    ("changes", "permission"),
    [({"name": "new"}, "create_images"), ({"uuid": "new"}, "edit_images"), ({"state": "absent"}, "destroy_images")],
    ids=["create", "update", "destroy"],
)
def test_a_task_of_somebody_who_may_only_read_fails(
    play: Play, ansible: Ansible, server: Server, parents: Parents, changes: dict[str, Any], permission: str
) -> None:
    created = play()

    with pytest.raises(TaskFailed, match=f"Missing one of the required permissions: {permission}"):
        ansible.acting_for(server, "f1_viewer").bring_about("image", **{**IMAGE, **changes})

    assert images(server, parents) == [created.record]


def test_a_task_of_somebody_who_may_only_read_succeeds_if_there_is_nothing_to_write(
    play: Play, ansible: Ansible, server: Server
) -> None:
    created = play()

    outcome = ansible.acting_for(server, "f1_viewer").bring_about("image", **IMAGE)

    assert outcome == Outcome(changed=False, record=created.record)
