"""What a playbook says of an image is brought about: tasks that create, keep, change and remove it, and that fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.e2e.clients import Installation, refusal, running_library
from tests.e2e.foreman import ForemanCaller, ImageTask, Outcome, Parents, Record, TaskFailed, heard
from tests.e2e.server import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("installation", ["apypie-0.8.0"], indirect=True),
    pytest.mark.usefixtures("parents"),
]

Play = Callable[[ImageTask], Outcome]

TASK = ImageTask(
    name="golden 7",
    uuid="ami-0abc",
    username="root",
    compute_resource="cv-cloud",
    operatingsystem="CvLinux 7.9",
    architecture="cv_x86_64",
)
STATUS = "GET /api/status"
CLOUDS = "GET /api/compute_resources"
SYSTEMS = "GET /api/operatingsystems"
ARCHITECTURES = "GET /api/architectures"
IMAGES = "GET /api/compute_resources/…/images"
IMAGE = "GET /api/compute_resources/…/images/…"
CREATE = "POST /api/compute_resources/…/images"
UPDATE = "PUT /api/compute_resources/…/images/…"
DESTROY = "DELETE /api/compute_resources/…/images/…"


@pytest.fixture
def ansible(f1: ForemanCaller) -> ForemanCaller:
    """Whom the tasks of a playbook act for."""
    return replace(f1, client="ForemanApi")


@pytest.fixture
def play(ansible: ForemanCaller, installation: Installation) -> Play:
    """Each task is a process of its own; what stays between them is the description of the API."""

    def run(task: ImageTask) -> Outcome:
        with running_library(installation) as library:
            return task.play(replace(ansible, bindings=library))

    return run


def images(caller: ForemanCaller, parents: Parents) -> list[Record]:
    found: list[Record] = caller.call("list", "images", None, {"compute_resource_id": parents.ec2})
    return found


def test_an_image_is_created(play: Play, server: Server, parents: Parents) -> None:
    before = len(server.answered())

    outcome = play(TASK)

    expected = {
        "name": "golden 7",
        "uuid": "ami-0abc",
        "username": "root",
        "compute_resource_id": parents.ec2,
        "operatingsystem_id": parents.linux,
        "architecture_id": parents.x86_64,
    }
    assert (outcome.changed, outcome.unsupported) == (True, [])
    assert outcome.image is not None
    assert expected.items() <= outcome.image.items()
    asked = ["GET /apidoc/v2.json", STATUS, CLOUDS, SYSTEMS, IMAGES, ARCHITECTURES, CREATE]
    assert heard(server, before) == asked


def test_the_same_task_again_writes_nothing(play: Play, server: Server) -> None:
    created = play(TASK)
    before = len(server.answered())

    again = play(TASK)

    assert again == Outcome(changed=False, image=created.image, unsupported=[])
    assert heard(server, before) == [STATUS, CLOUDS, SYSTEMS, IMAGES, IMAGE, ARCHITECTURES]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uuid": "ami-0def"}, {"uuid": "ami-0def"}),
        ({"username": "админ"}, {"username": "админ"}),
        ({"user_data": True}, {"user_data": True}),
        ({"architecture": "cv_aarch64"}, {"architecture_name": "cv_aarch64"}),
        ({"uuid": "ami-0def", "user_data": True}, {"uuid": "ami-0def", "user_data": True}),
    ],
    ids=["uuid", "username", "user data", "architecture", "two"],
)
def test_what_differs_is_updated_and_then_stays(
    play: Play, server: Server, changes: dict[str, Any], expected: Record
) -> None:
    created = play(TASK)
    before = len(server.answered())

    changed = play(replace(TASK, **changes))
    again = play(replace(TASK, **changes))

    assert created.image is not None
    assert changed.image is not None
    kept = created.image.keys() - expected.keys() - {"architecture_id", "updated_at"}
    assert (changed.changed, changed.unsupported) == (True, [])
    assert expected.items() <= changed.image.items()
    assert {name: changed.image[name] for name in kept} == {name: created.image[name] for name in kept}
    assert again == Outcome(changed=False, image=changed.image, unsupported=[])
    read = [STATUS, CLOUDS, SYSTEMS, IMAGES, IMAGE, ARCHITECTURES]
    assert heard(server, before) == [*read, UPDATE, *read]


def test_user_data_may_be_taken_back(play: Play) -> None:
    play(replace(TASK, user_data=True))

    taken_back = play(replace(TASK, user_data=False))
    again = play(replace(TASK, user_data=False))

    assert taken_back.image is not None
    assert taken_back.image["user_data"] is False
    assert [taken_back.changed, again.changed] == [True, False]


def test_a_password_is_set_and_never_shown(play: Play) -> None:
    outcomes = [play(replace(TASK, password="swordfish")) for _ in range(2)]

    assert [outcome.changed for outcome in outcomes] == [True, True]
    assert [outcome.unsupported for outcome in outcomes] == [[], []]
    assert all(outcome.image and "password" not in outcome.image for outcome in outcomes)


def test_an_image_is_removed_once(play: Play, server: Server, ansible: ForemanCaller, parents: Parents) -> None:
    play(TASK)
    play(replace(TASK, name="kept", uuid="ami-kept"))
    before = len(server.answered())

    removed = play(replace(TASK, state="absent"))
    again = play(replace(TASK, state="absent"))

    assert [removed.changed, again.changed] == [True, False]
    search = [STATUS, CLOUDS, SYSTEMS, IMAGES]
    assert heard(server, before) == [*search, DESTROY, *search]
    assert [image["name"] for image in images(ansible, parents)] == ["kept"]


def test_one_name_is_for_one_image_of_each_operating_system(
    play: Play, ansible: ForemanCaller, parents: Parents
) -> None:
    other = replace(TASK, operatingsystem="CvBsd 13", uuid="ami-bsd")

    outcomes = [play(task) for task in (TASK, other, TASK, other)]
    play(replace(TASK, state="absent"))

    assert [outcome.changed for outcome in outcomes] == [True, True, False, False]
    assert [image["uuid"] for image in images(ansible, parents)] == ["ami-bsd"]


def test_an_image_below_another_compute_resource_is_another_image(play: Play) -> None:
    elsewhere = replace(TASK, compute_resource="cv-libvirt")

    outcomes = [play(task) for task in (TASK, elsewhere, elsewhere)]

    assert [outcome.changed for outcome in outcomes] == [True, True, False]


@pytest.mark.parametrize(
    "name",
    ["Сервер «Ёлка» 猫", "a, (b) or c = d", "100% + 1 & more", "-not", "null?"],
    ids=["any language", "grammar", "URL", "sign", "keyword"],
)
def test_an_image_is_found_by_whatever_name_it_has(play: Play, name: str) -> None:
    task = replace(TASK, name=name)

    outcomes = [play(task), play(task), play(replace(task, state="absent"))]

    assert [outcome.changed for outcome in outcomes] == [True, False, True]
    assert outcomes[1].image is not None
    assert outcomes[1].image["name"] == name


def test_an_operating_system_is_found_by_a_part_of_its_title(play: Play, server: Server, parents: Parents) -> None:
    before = len(server.answered())

    outcome = play(replace(TASK, operatingsystem="linux"))

    assert outcome.image is not None
    assert outcome.image["operatingsystem_id"] == parents.linux
    assert heard(server, before)[2:5] == [CLOUDS, SYSTEMS, SYSTEMS]


@pytest.mark.parametrize("unknown", ["compute_resource", "operatingsystem", "architecture"])
def test_a_task_below_what_is_unknown_writes_nothing(
    play: Play, ansible: ForemanCaller, parents: Parents, unknown: str
) -> None:
    changes: dict[str, Any] = {unknown: "nowhere"}

    with pytest.raises(TaskFailed, match=f"^0 {unknown}s "):
        play(replace(TASK, **changes))

    assert images(ansible, parents) == []


def test_a_taken_uuid_fails_with_the_words_of_the_server(play: Play, ansible: ForemanCaller, parents: Parents) -> None:
    created = play(TASK)

    with refusal("ForemanApiException", "Uuid has already been taken"):
        play(replace(TASK, name="another"))

    assert images(ansible, parents) == [created.image]


@pytest.mark.parametrize(
    ("changes", "permission"),
    [({"name": "new"}, "create_images"), ({"uuid": "new"}, "edit_images"), ({"state": "absent"}, "destroy_images")],
    ids=["create", "update", "destroy"],
)
def test_a_task_of_somebody_who_may_only_read_fails(
    play: Play,
    ansible: ForemanCaller,
    f1_viewer: ForemanCaller,
    parents: Parents,
    changes: dict[str, Any],
    permission: str,
) -> None:
    created = play(TASK)

    with refusal("ForemanApiException", f"Missing one of the required permissions: {permission}"):
        replace(TASK, **changes).play(replace(f1_viewer, client="ForemanApi"))

    assert images(ansible, parents) == [created.image]


def test_a_task_of_somebody_who_may_only_read_succeeds_if_there_is_nothing_to_write(
    play: Play, f1_viewer: ForemanCaller
) -> None:
    created = play(TASK)

    outcome = TASK.play(replace(f1_viewer, client="ForemanApi"))

    assert outcome == Outcome(changed=False, image=created.image, unsupported=[])
