"""What the devops command sends and asks for: cases 53 to 56, and the templates of wire §6."""

import json

import pytest

from tests.api import Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    JSON,
    NEW,
    OPERATIONS,
    PROVIDERS,
    MakeApi,
    create,
    media_type,
    message,
    path,
    perform,
    post,
    put,
    record,
    records,
    show,
)
from tests.factories import an_image

LANGUAGES = {"english": "en=Yes&" * 1200, "russian": "ru=Да&" * 1100}
TEMPLATES = "chef-client,omnibus, windows 2012 "


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_case_053_a_long_accept_language_is_put_up_with(admin: Caller, operation: str, language: str) -> None:
    create(admin)

    answer = perform(admin, operation, {"Accept-Language": LANGUAGES[language]})

    assert answer.status == 200
    assert media_type(answer) == "application/json"


def test_case_054_a_file_is_put_then_posted_then_put(admin: Caller) -> None:
    file = json.dumps({**record(), "image_id": AMI, "comment": ["any"], "bootstrap_template": None}).encode()

    answers = [
        admin.put(path(AMI), JSON, file),
        admin.post("/v3/image", JSON, file),
        admin.put(path(AMI), JSON, file),
    ]

    assert [answer.status for answer in answers] == [404, 200, 200]
    assert AMI in message(answers[0])
    assert answers[1].json == {"id": AMI, "message": "Created"}
    assert answers[2].json == {"image": record(), "message": "Updated"}
    assert records(admin) == [record()]


def test_case_054_a_lone_question_mark_is_put_up_with(admin: Caller) -> None:
    create(admin)

    answer = admin.get(f"{path(AMI)}?")

    assert answer.status == 200
    assert answer.json == record()


def test_case_055_the_providers_are_named(reader: Caller) -> None:
    answer = reader.get("/v3/providers")

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert sorted(answer.json) == sorted(PROVIDERS)


def test_case_055_the_providers_are_those_of_the_operator(make_api: MakeApi) -> None:
    caller = make_api(DEVOPS_SERVICE_PROVIDERS="azure, static").basic_caller("t1", "read_images")

    answer = caller.get("/v3/providers")

    assert answer.status == 200
    assert sorted(answer.json) == ["azure", "static"]


def test_case_056_the_images_of_a_provider_are_offered(reader: Caller, admin: Caller) -> None:
    create(admin, id=AMI, provider="ec2", name="CentOS")
    create(admin, id=NEW, provider="ec2", name="")
    create(admin, id="glance", provider="openstack")

    answer = reader.get("/v3/images/provider/ec2")

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert sorted((entry["id"], entry["name"]) for entry in answer.json) == [(NEW, ""), (AMI, "CentOS")]
    assert [set(entry) for entry in answer.json] == [{"id", "name", "status"}] * 2
    assert all(isinstance(entry["status"], str) and entry["status"] for entry in answer.json)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_case_056_a_provider_without_images_offers_none(reader: Caller, provider: str) -> None:
    answer = reader.get(f"/v3/images/provider/{provider}")

    assert answer.status == 200
    assert answer.json == []


@pytest.mark.parametrize("provider", ["foo", "EC2", "ec2,static", "%D0%BE", "%20"])
def test_case_056_an_unknown_provider_is_not_found(reader: Caller, provider: str) -> None:
    answer = reader.get(f"/v3/images/provider/{provider}")

    assert answer.status == 404
    assert message(answer)


def test_case_056_a_deleted_image_is_no_longer_offered(admin: Caller) -> None:
    create(admin)
    admin.delete(path(AMI))

    answer = admin.get("/v3/images/provider/ec2")

    assert answer.json == []


def test_case_056_an_image_of_another_dialect_is_offered_by_its_id_in_the_cloud(api: Api, reader: Caller) -> None:
    known = api.world.images.add(an_image(number=1, provider="ec2", provider_image_id="ami-7", name="known there"))
    unknown = api.world.images.add(an_image(number=2, provider="ec2"))
    api.world.images.add(an_image(number=3, provider="static"))
    api.world.images.add(an_image(number=4))

    answer = reader.get("/v3/images/provider/ec2")

    assert answer.status == 200
    assert {entry["id"]: entry["name"] for entry in answer.json} == {"ami-7": known.name, unknown.id: ""}


def test_the_templates_of_the_operator_are_named(make_api: MakeApi) -> None:
    caller = make_api(DEVOPS_SERVICE_TEMPLATES=TEMPLATES).basic_caller("t1", "read_images")

    answer = caller.get("/v3/templates")

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert sorted(answer.json) == ["chef-client", "omnibus", "windows 2012"]


def test_there_are_no_templates_unless_the_operator_names_some(reader: Caller) -> None:
    answer = reader.get("/v3/templates")

    assert answer.status == 200
    assert answer.json == []


@pytest.mark.parametrize("template", ["chef-client", "windows 2012", " omnibus "])
def test_a_template_of_the_operator_is_accepted(make_api: MakeApi, template: str) -> None:
    caller = make_api(DEVOPS_SERVICE_TEMPLATES=TEMPLATES).basic_caller("t1", "read_images", "create_image")

    created = post(caller, record(bootstrap_template=template))
    updated = put(caller, AMI, {"bootstrap_template": template})

    assert (created.status, updated.status) == (200, 200)
    assert show(caller, AMI) == record(bootstrap_template=template.strip())


@pytest.mark.parametrize("template", ["other", "Chef-Client", "chef", TEMPLATES])
def test_another_template_is_refused(make_api: MakeApi, template: str) -> None:
    caller = make_api(DEVOPS_SERVICE_TEMPLATES=TEMPLATES).basic_caller("t1", "read_images", "create_image")
    image = create(caller, id=NEW, bootstrap_template="omnibus")

    created = post(caller, record(bootstrap_template=template))
    updated = put(caller, NEW, {"bootstrap_template": template, "name": "changed"})

    assert (created.status, updated.status) == (400, 400)
    assert message(created)
    assert message(updated)
    assert records(caller) == [image]


@pytest.mark.parametrize("template", [None, "any", "Любой"])
def test_any_template_is_accepted_unless_the_operator_names_some(admin: Caller, template: str | None) -> None:
    answer = post(admin, record(bootstrap_template=template))

    assert answer.status == 200
    assert show(admin, AMI).get("bootstrap_template") == template


@pytest.mark.parametrize(
    "target", ["/v3/providers", "/v3/images/provider/ec2", "/v3/images/provider/x", "/v3/templates"]
)
@pytest.mark.parametrize("who", ["deleter", "nobody"])
def test_the_companions_need_read_images(caller: Caller, who: str, target: str) -> None:
    answer = caller.get(target)

    assert answer.status == 403
    assert f"'{who}'" in message(answer)
