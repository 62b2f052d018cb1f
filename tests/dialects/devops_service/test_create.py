"""Creates that succeed: cases 10 to 12, 19, 20 and 25 to 29, and 31."""

import json

import pytest

from tests.api import Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    JSON,
    PROVIDERS,
    MakeApi,
    create,
    ids,
    media_type,
    message,
    path,
    post,
    record,
    records,
    send,
    show,
    without,
)

UUID = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
ORDINARY_IDS = [
    AMI,
    UUID,
    UUID.upper(),
    "centos.6.5",
    "urn:image:7",
    "centos_6_5",
    "centos+updates",
    "centos@eu-west-1",
    "ami-1+2@x:y_z.w",
    "7",
    "true",
    "null",
]
QUOTED_IDS = [
    "50%",
    "a%2Fb",
    "a%20b",
    "a?b",
    "a#b",
    "a&b=c",
    "a;b",
    "a\\b",
    'a"b',
    "a'b",
    "~",
    "образ",
    "イメージ",
    "💿",
]


def test_case_010_a_create_answers_with_the_id_and_a_message(admin: Caller) -> None:
    answer = post(admin, record())

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == {"id": AMI, "message": "Created"}


def test_case_011_an_image_is_shown_as_it_was_sent(admin: Caller) -> None:
    create(admin, id=AMI, provider="openstack", remote_user="root", name="CentOS 7")

    answer = admin.get(path(AMI))

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == {"id": AMI, "provider": "openstack", "remote_user": "root", "name": "CentOS 7"}


def test_case_012_the_list_is_an_array_with_the_record_once(admin: Caller) -> None:
    image = create(admin)

    answer = admin.get(IMAGES)

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == [image]


@pytest.mark.parametrize(
    "body",
    [without("name"), record(name=None), record(name=""), record(name=" \t ")],
    ids=["missing", "null", "empty", "blank"],
)
def test_case_019_an_image_without_a_name_has_an_empty_one(admin: Caller, body: dict[str, str]) -> None:
    answer = post(admin, body)

    assert answer.status == 200
    assert show(admin, AMI) == record(name="")
    assert records(admin) == [record(name="")]


@pytest.mark.parametrize("blank", [" ", "   ", "\t", "\n", " \r\n\t "], ids=repr)
def test_case_020_blanks_at_the_ends_are_stripped(admin: Caller, blank: str) -> None:
    padded = {field: f"{blank}{value}{blank}" for field, value in record().items()}

    answer = post(admin, padded)

    assert answer.status == 200
    assert answer.json == {"id": AMI, "message": "Created"}
    assert show(admin, AMI) == record()


def test_case_020_a_padded_id_that_is_taken_is_taken(admin: Caller) -> None:
    image = create(admin)

    answer = post(admin, record(id=f"  {AMI} ", name="another"))

    assert answer.status == 400
    assert AMI in message(answer)
    assert records(admin) == [image]


def test_case_020_blanks_inside_a_text_stay(admin: Caller) -> None:
    image = create(admin, name="CentOS  6.5   final", remote_user="ec2 user")

    found = show(admin, AMI)

    assert found == image


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        "application/json;charset=utf-8",
        "application/json ; charset=utf-8",
        "Application/JSON",
        "APPLICATION/JSON; CHARSET=UTF-8",
    ],
)
def test_case_025_charset_and_case_of_the_media_type_do_not_matter(admin: Caller, media_type: str) -> None:
    answer = send(admin, "POST", IMAGE, record(), {"Content-Type": media_type})

    assert answer.status == 200
    assert show(admin, AMI) == record()


def test_case_026_a_bootstrap_template_of_null_is_none(admin: Caller) -> None:
    answer = post(admin, record(bootstrap_template=None))

    assert answer.status == 200
    assert show(admin, AMI) == record()
    assert records(admin) == [record()]


def test_case_026_a_bootstrap_template_is_shown_when_it_is_set(admin: Caller) -> None:
    answer = post(admin, record(bootstrap_template="chef-client"))

    assert answer.status == 200
    assert show(admin, AMI) == record(bootstrap_template="chef-client")
    assert records(admin) == [record(bootstrap_template="chef-client")]


def test_case_027_unknown_keys_are_ignored(admin: Caller) -> None:
    unknown = {"image_id": "other", "owner": "t2", "status": 7, "visibility": [], "Name": None, "": {}}

    answer = post(admin, {**unknown, **record()})

    assert answer.status == 200
    assert answer.json == {"id": AMI, "message": "Created"}
    assert show(admin, AMI) == record()
    assert records(admin) == [record()]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_case_028_every_usual_provider_is_accepted(admin: Caller, provider: str) -> None:
    answer = post(admin, record(provider=provider))

    assert answer.status == 200
    assert show(admin, AMI) == record(provider=provider)


@pytest.mark.parametrize("provider", ["azure", "Google", "on premises"])
def test_case_028_every_configured_provider_is_accepted(make_api: MakeApi, provider: str) -> None:
    api = make_api(DEVOPS_SERVICE_PROVIDERS="azure, Google ,on premises")
    caller = api.basic_caller("t1", "read_images", "create_image")

    answer = post(caller, record(provider=provider))

    assert answer.status == 200
    assert show(caller, AMI) == record(provider=provider)


def test_case_028_only_configured_providers_are_accepted(make_api: MakeApi) -> None:
    api = make_api(DEVOPS_SERVICE_PROVIDERS="azure,static")
    caller = api.basic_caller("t1", "read_images", "create_image")

    answer = post(caller, record(provider="ec2"))

    assert answer.status == 400
    assert "ec2" in message(answer)
    assert records(caller) == []


@pytest.mark.parametrize("image_id", [*ORDINARY_IDS, *QUOTED_IDS])
def test_case_029_an_id_may_be_any_word(admin: Caller, image_id: str) -> None:
    answer = post(admin, record(id=image_id))

    assert answer.status == 200
    assert answer.json == {"id": image_id, "message": "Created"}
    assert show(admin, image_id) == record(id=image_id)
    assert ids(admin) == [image_id]


@pytest.mark.parametrize("image_id", ORDINARY_IDS)
def test_case_029_an_ordinary_id_is_found_as_it_is_too(admin: Caller, image_id: str) -> None:
    create(admin, id=image_id)

    answer = admin.get(f"{IMAGE}/{image_id}")

    assert answer.status == 200
    assert answer.json == record(id=image_id)


def test_case_029_a_path_may_be_encoded_wherever_it_likes(admin: Caller) -> None:
    create(admin)
    encoded = "".join(f"%{byte:02x}" for byte in AMI.encode())

    answer = admin.get(f"{IMAGE}/{encoded}")

    assert answer.status == 200
    assert answer.json == record()


def test_case_029_a_path_is_decoded_once(admin: Caller) -> None:
    create(admin, id="a%62c", name="with a percent sign")
    create(admin, id="abc", name="without")

    found = [admin.get(f"{IMAGE}/{segment}").json["name"] for segment in ("a%2562c", "a%62c", "abc")]

    assert found == ["with a percent sign", "without", "without"]


@pytest.mark.parametrize(
    ("one", "another"),
    [("ami-a", "AMI-A"), (UUID, UUID.upper()), ("образ", "Образ"), ("caf\u00e9", "cafe\u0301")],
    ids=["ami", "uuid", "cyrillic", "composed and not"],
)
def test_case_029_ids_that_differ_in_case_or_form_differ(admin: Caller, one: str, another: str) -> None:
    create(admin, id=one, name="one")
    create(admin, id=another, name="another")

    found = [show(admin, image_id)["name"] for image_id in (one, another)]

    assert found == ["one", "another"]
    assert sorted(ids(admin)) == sorted([one, another])


@pytest.mark.parametrize("image_id", ["x" * 255, "ж" * 255, "💿" * 255], ids=["ascii", "cyrillic", "astral"])
def test_case_029_an_id_may_have_255_characters(admin: Caller, image_id: str) -> None:
    answer = post(admin, record(id=image_id))

    assert answer.status == 200
    assert show(admin, image_id) == record(id=image_id)


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as UTF-8"])
@pytest.mark.parametrize("text", ["Образ «ёлочка»", "イメージ", "naïve — “quoted”", "💿", 'a"b\\c/d'])
def test_case_031_any_text_survives(admin: Caller, text: str, ascii_only: bool) -> None:
    image = record(name=text, remote_user=text)

    answer = admin.post(IMAGE, JSON, json.dumps(image, ensure_ascii=ascii_only).encode())

    assert answer.status == 200
    assert show(admin, AMI) == image
    assert records(admin) == [image]
