"""What the command of devops-service asks for is done: each operation, its way to log in, and its translations."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.e2e.devops import ENGLISH, RUSSIAN, Command, Reply, is_challenge
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

RECORD = {"id": "ami-63b25203", "provider": "ec2", "remote_user": "ec2-user", "name": "web server"}
OPERATIONS: dict[str, Callable[[Command], Reply]] = {
    "list": lambda command: command.get("/images"),
    "show": lambda command: command.get("/image/ami-63b25203"),
    "create": lambda command: command.post("/image", file(RECORD, id="another")),
    "update": lambda command: command.put("/image/ami-63b25203", file(RECORD, name="new")),
    "delete": lambda command: command.delete("/image/ami-63b25203"),
}
LANGUAGES = {"English": ENGLISH, "Russian": RUSSIAN}


def file(record: dict[str, Any], **changes: Any) -> bytes:
    """A record as people keep it in files."""
    return json.dumps({**record, **changes}, indent=2, ensure_ascii=False).encode()


def user_of(server: Server, principal: str) -> Command:
    return Command(server.address, server.user(principal), server.token(principal))


@pytest.fixture
def command(server: Server) -> Command:
    return user_of(server, "t1")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_is_done_once_its_challenge_is_answered(command: Command, operation: str, language: str) -> None:
    assert command.post("/image", file(RECORD)).status == 200

    reply = OPERATIONS[operation](replace(command, language=LANGUAGES[language]))

    assert reply.statuses == [401, 200]
    assert json.loads(reply.answers[0].body)["message"]
    assert reply.answers[-1].headers["Content-Type"].startswith("application/json")


def test_an_image_is_created_and_shown(command: Command) -> None:
    created = command.post("/image", file(RECORD))
    shown = command.get("/image/ami-63b25203")

    assert created.json == {"id": "ami-63b25203", "message": "Created"}
    assert shown.json == RECORD


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_survive_in_any_language(command: Command, language: str) -> None:
    record = {**RECORD, "remote_user": "администратор", "name": "Сервер «Ёлка» 猫"}
    russian = replace(command, language=LANGUAGES[language])

    russian.post("/image", file(record))

    assert russian.get("/image/ami-63b25203").json == record


def test_images_are_listed_by_id_and_by_provider(command: Command) -> None:
    images = [("c", "ec2"), ("a", "openstack"), ("b", "ec2")]
    for image_id, provider in images:
        command.post("/image", file(RECORD, id=image_id, provider=provider))

    everything = command.get("/images")
    of_ec2 = command.get("/images", "provider=ec2")
    of_nobody = command.get("/images", "provider=gce")

    assert [record["id"] for record in everything.json] == ["a", "b", "c"]
    assert [record["id"] for record in of_ec2.json] == ["b", "c"]
    assert of_nobody.statuses == [401, 404]
    assert all(f"'{known}'" in of_nobody.json["message"] for known in ("ec2", "openstack", "static"))


def test_a_deleted_image_is_gone(command: Command) -> None:
    command.post("/image", file(RECORD))

    deleted = command.delete("/image/ami-63b25203")

    assert deleted.json == {"id": "ami-63b25203", "message": "Deleted"}
    assert command.get("/images").json == []
    for operation in ("show", "delete"):
        again = OPERATIONS[operation](command)
        assert again.statuses == [401, 404]
        assert "ami-63b25203" in again.json["message"]


def test_the_update_of_an_image_is_one_operation(command: Command) -> None:
    command.post("/image", file(RECORD))

    replies = command.update("ami-63b25203", file(RECORD, name="new", remote_user="admin"))

    changed = {**RECORD, "name": "new", "remote_user": "admin"}
    assert [reply.statuses for reply in replies] == [[401, 200]]
    assert replies[0].json == {"image": changed, "message": "Updated"}
    assert command.get("/image/ami-63b25203").json == changed


def test_the_update_of_an_unknown_image_creates_it_and_can_be_repeated(command: Command) -> None:
    record = {"provider": "openstack", "remote_user": "root", "id": "cirros"}
    kept = file(record, image_id="89ecfe3f-9f25-4982-a0cf-b9b3814c02d6")

    first = command.update("cirros", kept)
    second = command.update("cirros", kept)

    assert [reply.statuses for reply in first] == [[401, 404], [401, 200]]
    assert [reply.statuses for reply in second] == [[401, 200]]
    assert second[0].json == {"image": {**record, "name": ""}, "message": "Updated"}
    assert command.get("/images").json == [{**record, "name": ""}]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "mistake", [{"password": "wrong"}, {"user": "unknown"}, {"user": "u2"}], ids=["password", "user", "other user"]
)
def test_wrong_credentials_are_challenged_five_times(command: Command, operation: str, mistake: dict[str, Any]) -> None:
    command.post("/image", file(RECORD))

    reply = OPERATIONS[operation](replace(command, **mistake))

    assert reply.statuses == [401] * 5
    assert all(is_challenge(answer) for answer in reply.answers)
    assert reply.json["message"]
    assert command.get("/images").json == [RECORD]


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_missing_right_is_no_reason_to_ask_for_credentials(command: Command, server: Server, operation: str) -> None:
    command.post("/image", file(RECORD))

    reply = OPERATIONS[operation](user_of(server, "reader"))

    assert reply.statuses == [401, 403]
    assert reply.json["message"]
    assert command.get("/images").json == [RECORD]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"remote_user": ""}, "'remote_user'"),
        ({"provider": None}, "'provider'"),
        ({"provider": "gce"}, "'gce'"),
        ({"name": 7}, "'name'"),
        ({}, "'ami-63b25203'"),
    ],
    ids=["blank", "undefined", "provider", "type", "taken"],
)
def test_a_refusal_says_what_is_wrong(command: Command, change: dict[str, Any], named: str) -> None:
    command.post("/image", file(RECORD))

    reply = command.post("/image", file(RECORD, **change))

    assert reply.statuses == [401, 400]
    assert named in reply.json["message"]
    assert command.get("/images").json == [RECORD]


def test_tenants_name_their_images_as_they_like(command: Command, server: Server) -> None:
    command.post("/image", file(RECORD))
    other = user_of(server, "t2")

    hidden = other.get("/image/ami-63b25203")
    other.post("/image", file(RECORD, name="theirs"))
    other.delete("/image/ami-63b25203")

    assert hidden.statuses == [401, 404]
    assert command.get("/images").json == [RECORD]


def test_what_is_asked_before_an_image_is_created_is_answered(command: Command, server: Server) -> None:
    user_of(server, "s1").post("/image", file(RECORD))
    publish(server, "s1", "web server")

    providers = command.get("/providers")
    choices = command.get("/images/provider/ec2")
    templates = command.get("/templates")
    unknown = command.get("/images/provider/gce")

    assert providers.json == ["ec2", "openstack", "static"]
    assert [(choice["id"], choice["name"]) for choice in choices.json] == [("ami-63b25203", "web server")]
    assert [choice.keys() for choice in choices.json] == [{"id", "name", "status"}]
    assert isinstance(templates.json, list)
    assert unknown.statuses == [401, 404]


def test_an_image_is_created_as_its_user_chose_it(command: Command) -> None:
    chosen = file(RECORD, bootstrap_template=None)

    created = command.post("/image", chosen)

    assert created.json == {"id": "ami-63b25203", "message": "Created"}
    assert command.get("/images").json == [RECORD]


def publish(server: Server, principal: str, name: str) -> None:
    """Let everybody see an image, which takes another dialect."""
    [image] = [image for image in server.images(principal) if image["name"] == name]
    answer = server.request(principal, "PUT", f"/v1/images/{image['id']}", headers={"x-image-meta-is_public": "True"})
    assert answer.status == 200, answer.body
