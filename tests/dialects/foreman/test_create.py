"""Images that are made: cases C01 to C10, C25, C28 to C30 and C32, and wire §2 and §4."""

from typing import Any

import pytest

from tests.dialects.foreman.foreman import (
    ALWAYS_SHOWN,
    JSON,
    Record,
    World,
    add_parent,
    attributes,
    attributes_without,
    create,
    is_stamp,
    listed,
    post,
    send,
    show,
    try_create,
)

OTHER = {"name": "other", "uuid": "cv-u2"}
"""What keeps a second image from being taken for the first one."""


def test_case_c01_a_new_image_is_shown_with_its_parents(world: World) -> None:
    answer = post(world.admin, world.ca.images, {"image": attributes(world, user_data=True)})

    assert answer.status == 201
    image = answer.json
    assert image == {
        "id": image["id"],
        "name": "alpha",
        "username": "root",
        "uuid": "cv-u1",
        "operatingsystem_id": world.oa.id,
        "operatingsystem_name": "CvLinux 7.9",
        "compute_resource_id": world.ca.id,
        "compute_resource_name": "cv-cloud",
        "architecture_id": world.aa.id,
        "architecture_name": "cv_x86_64",
        "created_at": image["created_at"],
        "updated_at": image["updated_at"],
        "user_data": True,
        "iam_role": None,
    }
    assert type(image["id"]) is int
    assert is_stamp(image["created_at"])
    assert is_stamp(image["updated_at"])


def test_case_c02_ids_may_be_strings_and_come_back_as_integers(world: World) -> None:
    ids = {
        "compute_resource_id": world.ca.id,
        "operatingsystem_id": world.oa.id,
        "architecture_id": world.aa.id,
    }

    image = create(world, **{name: str(value) for name, value in ids.items()})

    assert {name: image[name] for name in ids} == ids
    assert {type(image[name]) for name in ids} == {int}
    assert image["user_data"] is False


def test_case_c03_an_image_is_created_below_v2(world: World) -> None:
    target = world.ca.images.replace("/api/", "/api/v2/")

    answer = post(world.admin, target, {"image": attributes(world)})

    assert answer.status == 201
    assert listed(world.admin, world.ca.images) == ["alpha"]


def test_case_c04_strings_are_stripped(world: World) -> None:
    image = create(world, name="  delta-1 ", uuid=" cv-u4 ", username="\troot\n")

    assert (image["name"], image["uuid"], image["username"]) == ("delta-1", "cv-u4", "root")


def test_case_c05_what_is_unknown_is_dropped(world: World) -> None:
    first = create(world)

    answer = try_create(world, **OTHER, id=first["id"], colour="red")

    assert answer.status == 201
    assert answer.json["id"] != first["id"]
    assert set(answer.json) == ALWAYS_SHOWN | {"user_data", "iam_role"}


def test_case_c06_the_compute_resource_of_the_path_wins(world: World) -> None:
    answer = try_create(world, world.cb, compute_resource_id=world.ca.id)

    assert answer.status == 201
    assert answer.json["compute_resource_id"] == world.cb.id
    assert listed(world.admin, world.cb.images) == ["alpha"]
    assert listed(world.admin, world.ca.images) == []


def test_case_c07_below_libvirt_there_is_neither_user_data_nor_role(world: World) -> None:
    image = create(world, world.cb, compute_resource_id=world.ca.id, user_data=True, iam_role="reader")

    found = show(world.admin, world.cb.image(image))

    assert set(found) == ALWAYS_SHOWN


def test_case_c09_a_uuid_is_free_below_another_compute_resource(world: World) -> None:
    create(world)

    answer = try_create(world, world.cb)

    assert answer.status == 201
    assert answer.json["uuid"] == "cv-u1"


def test_case_c10_a_name_is_free_for_another_operating_system(world: World) -> None:
    create(world)

    answer = try_create(world, uuid="cv-u9", operatingsystem_id=world.ob.id)

    assert answer.status == 201
    assert listed(world.admin, world.ca.images) == ["alpha", "alpha"]


@pytest.mark.parametrize("changes", [{"name": "Alpha"}, {"uuid": "CV-U1"}], ids=["name", "uuid"])
def test_names_and_uuids_differ_by_their_case(world: World, changes: Record) -> None:
    create(world)

    answer = try_create(world, **{**OTHER, **changes})

    assert answer.status == 201


def test_case_c25_an_architecture_may_be_named(world: World) -> None:
    image = {**attributes_without(world, "architecture_id"), "architecture_name": "cv_aarch64"}

    answer = post(world.admin, world.ca.images, {"image": image})

    assert answer.status == 201
    assert answer.json["architecture_id"] == world.ab.id


def test_an_operating_system_may_be_named_by_its_title(world: World) -> None:
    image = {**attributes_without(world, "operatingsystem_id"), "operatingsystem_name": "CvBsd 13"}

    answer = post(world.admin, world.ca.images, {"image": image})

    assert answer.status == 201
    assert answer.json["operatingsystem_id"] == world.ob.id


def test_case_c28_an_image_needs_no_wrapper(world: World) -> None:
    answer = post(world.admin, world.ca.images, {"compute_resource_id": world.ca.id, **attributes(world)})

    assert answer.status == 201
    assert listed(world.admin, world.ca.images) == ["alpha"]


def test_the_order_of_keys_without_a_wrapper_is_irrelevant(world: World) -> None:
    flat = {"architecture_id": world.aa.id, **attributes(world), "compute_resource_id": world.cb.id}

    answer = post(world.admin, world.ca.images, flat)

    assert answer.status == 201
    assert (answer.json["compute_resource_id"], answer.json["name"]) == (world.ca.id, "alpha")


def test_case_c29_a_password_is_accepted_and_not_returned(world: World) -> None:
    answer = try_create(world, password="s3cret")

    assert answer.status == 201
    assert "password" not in answer.json
    assert "s3cret" not in answer.text


def test_case_c30_a_password_is_not_shown(world: World) -> None:
    image = create(world, password="s3cret")

    found = [world.admin.get(world.ca.image(image)), world.admin.get(world.ca.images)]

    assert [answer.status for answer in found] == [200, 200]
    assert not any("password" in answer.text or "s3cret" in answer.text for answer in found)


def test_case_c32_below_an_operating_system_the_body_names_the_compute_resource(world: World) -> None:
    answer = try_create(world, world.oa, compute_resource_id=world.ca.id)

    assert answer.status == 201
    assert listed(world.admin, world.ca.images) == ["alpha"]


def test_below_an_architecture_the_body_names_the_compute_resource(world: World) -> None:
    answer = try_create(world, world.aa, compute_resource_id=str(world.cb.id))

    assert answer.status == 201
    assert listed(world.admin, world.cb.images) == ["alpha"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *((value, True) for value in (True, 1, "1", "t", "true", "on", "T", "TRUE", "ON")),
        *((value, False) for value in (False, 0, "0", "f", "false", "off", "F", "FALSE", "Off")),
        *((value, None) for value in (None, "")),
    ],
    ids=lambda value: f"{value!r}",
)
def test_user_data_is_a_flag_that_is_written_in_many_ways(world: World, sent: Any, kept: bool | None) -> None:
    image = create(world, user_data=sent)

    assert image["user_data"] is kept
    assert show(world.admin, world.ca.image(image))["user_data"] is kept


@pytest.mark.parametrize(
    ("provider", "more"),
    [
        ("EC2", {"user_data", "iam_role"}),
        ("Openstack", {"user_data"}),
        ("Vmware", {"user_data"}),
        ("Libvirt", set()),
        ("GCE", set()),
    ],
    ids=["EC2", "Openstack", "Vmware", "Libvirt", "GCE"],
)
def test_what_is_shown_depends_on_the_provider(world: World, provider: str, more: set[str]) -> None:
    parent = add_parent(world.admin, "compute_resources", name="new", provider=provider, url="https://cloud.example")

    image = create(world, parent, user_data=True, iam_role="reader")

    assert set(image) == ALWAYS_SHOWN | more
    assert {name: image[name] for name in more} == {
        name: {"user_data": True, "iam_role": "reader"}[name] for name in more
    }


def test_numbers_for_strings_become_strings(world: World) -> None:
    image = create(world, name=7, username=12, uuid=99)

    assert (image["name"], image["username"], image["uuid"]) == ("7", "12", "99")


def test_strings_may_have_255_characters(world: World) -> None:
    longest = {"name": "n" * 255, "username": "😀" * 255, "uuid": f" {'ü' * 255} "}

    image = create(world, **longest)

    assert {name: image[name] for name in longest} == {name: value.strip() for name, value in longest.items()}


@pytest.mark.parametrize(
    "text",
    ["Grüße aus 東京 😀", 'quotes "and" \\', "<b>&amp;", "e\u0301", "%41+%2f"],
    ids=["Unicode", "quotes", "markup", "combining", "percent"],
)
def test_strings_are_kept_as_they_were_sent(world: World, text: str) -> None:
    image = create(world, name=text, username=text, uuid=text)

    found = show(world.admin, world.ca.image(image))

    assert (found["name"], found["username"], found["uuid"]) == (text, text, text)


def test_a_new_image_has_not_been_changed(world: World) -> None:
    image = create(world)

    assert image["created_at"] == image["updated_at"]


def test_numbers_of_images_grow(world: World) -> None:
    found = [create(world, name=f"image {turn}", uuid=f"cv-{turn}")["id"] for turn in range(4)]

    assert found == sorted(set(found))


@pytest.mark.parametrize("parameter", ["; charset=utf-8", ";charset=UTF-8", "; version=2"])
def test_the_media_type_may_have_parameters(world: World, parameter: str) -> None:
    headers = {"Content-Type": JSON["Content-Type"] + parameter}

    answer = send(world.admin, "POST", world.ca.images, {"image": attributes(world)}, headers)

    assert answer.status == 201
