"""What a program does through the library of python-glanceclient."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import refusal
from tests.e2e.conftest import MakeFile
from tests.e2e.glance import RAW, Caller, download_of
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

MIB = 1 << 20


def test_an_image_without_data_is_queued(t1: Caller) -> None:
    image = t1.call("images.create", name="reserved", **RAW)

    assert (image["status"], image["size"], image["owner"]) == ("queued", 0, "t1")
    assert t1.call("images.get", image["id"])["name"] == "reserved"


@pytest.mark.parametrize("name", ["My Image", "Çédille à l'œuvre", "猫 100% + 1"])
def test_case_146_texts_are_stored_as_they_were_meant(t1: Caller, name: str) -> None:
    told = {"title": "CentOS 7.9 (x86_64)", "note": "für alle & jeden"}

    image = t1.call("images.create", name=name, properties=told)
    t1.call("images.create", name="another")
    found = t1.call("images.list", filters={"name": name})

    assert (image["name"], image["properties"]) == (name, told)
    assert [(it["id"], it["name"], it["properties"]) for it in found] == [(image["id"], name, told)]


def test_case_146_a_name_with_spaces_is_shown_plain(t1: Caller) -> None:
    image = t1.call("images.create", name="My Image", properties={"os_title": "CentOS 7.9"})

    shown = t1.call("images.get", image["id"])

    assert (shown["name"], shown["properties"]) == ("My Image", {"os_title": "CentOS 7.9"})


@pytest.mark.parametrize("text", ["My Image", "100%25", "Çédille à l'œuvre", "猫 100% + 1", "%C3%A9"])
def test_what_the_client_is_shown_it_can_send_back(t1: Caller, text: str) -> None:
    """As `openstack image set --property` does it with all properties that it was shown."""
    image = t1.call("images.create", name="before")
    told = t1.call("images.update", image["id"], name=text, properties={"note": text})
    shown = t1.call("images.get", image["id"])

    updated = t1.call("images.update", image["id"], name=shown["name"], properties=shown["properties"])

    assert shown["name"].isascii()
    assert (updated["name"], updated["properties"]) == (told["name"], told["properties"])


@pytest.mark.parametrize("size", [0, 1, 3 * MIB])
def test_case_147_a_file_comes_back_as_it_went(t1: Caller, make_file: MakeFile, size: int) -> None:
    path = make_file(size)

    image = t1.send_file(path, "images.create", name="file", **RAW)

    assert (image["status"], image["size"], image["checksum"]) == ("active", size, md5(path))
    assert t1.call("images.data", image["id"]) == download_of(path)


def test_a_stream_comes_back_as_it_went(t1: Caller, make_file: MakeFile) -> None:
    path = make_file(3 * MIB)

    image = t1.send_stream(path, "images.create", name="stream", **RAW)

    assert (image["status"], image["size"], image["checksum"]) == ("active", 3 * MIB, md5(path))
    assert t1.call("images.data", image["id"]) == download_of(path)


def test_data_may_follow_later(t1: Caller, make_file: MakeFile) -> None:
    path = make_file(MIB)
    reserved = t1.call("images.create", name="later", properties={"kept": "yes"}, **RAW)

    image = t1.send_file(path, "images.update", reserved["id"], name="now")

    assert (image["status"], image["size"], image["name"]) == ("active", MIB, "now")
    assert image["properties"] == {"kept": "yes"}
    assert t1.call("images.data", image["id"]) == download_of(path)


def test_the_client_notices_when_stored_data_have_changed(t1: Caller, server: Server, make_file: MakeFile) -> None:
    image = t1.send_file(make_file(5), "images.create", **RAW)
    with server.s3() as s3:
        [stored] = s3.list_objects_v2(Bucket="rosetta-images", Prefix=image["id"])["Contents"]
        s3.put_object(Bucket="rosetta-images", Key=stored["Key"], Body=b"other")

    with refusal("BrokenPipeError", "[Errno 32] Corrupt image download"):
        t1.call("images.data", image["id"])


def test_case_149_pages_of_two_over_five_images_are_three_requests(t1: Caller, server: Server) -> None:
    made = [t1.call("images.create", name=f"image {number}")["id"] for number in range(5)]
    before = len(server.answered())

    listed = t1.call("images.list", page_size=2)

    assert [image["id"] for image in listed] == made[::-1]
    assert [it["route"] for it in server.answered()[before:]] == ["/v1/images/detail"] * 3


def test_sixty_images_are_listed_each_once(t1: Caller) -> None:
    made = [t1.call("images.create", name="the same name")["id"] for _ in range(60)]

    newest_first = t1.call("images.list")
    by_name = t1.call("images.list", sort_key="name", sort_dir="asc")
    limited = t1.call("images.list", limit=45)

    assert [image["id"] for image in newest_first] == made[::-1]
    assert [image["id"] for image in by_name] == made
    assert [image["id"] for image in limited] == made[:14:-1]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "big image"}, ["big image"]),
        ({"status": "queued"}, ["reserved"]),
        ({"status": "active"}, ["small", "big image"]),
        ({"size_min": 20}, ["big image"]),
        ({"size_max": 10}, ["reserved", "small"]),
        ({"size_min": 1, "size_max": 10}, ["small"]),
        ({"properties": {"os_distro": "Arch Linux"}}, ["small"]),
        ({"disk_format": "qcow2", "container_format": "bare"}, ["reserved"]),
        ({"name": "nothing"}, []),
    ],
    ids=str,
)
def test_filters(t1: Caller, make_file: MakeFile, filters: dict[str, Any], expected: list[str]) -> None:
    t1.call("images.create", name="reserved", disk_format="qcow2", container_format="bare")
    t1.send_file(make_file(10), "images.create", name="small", properties={"os_distro": "Arch Linux"}, **RAW)
    t1.send_file(make_file(20), "images.create", name="big image", properties={"os_distro": "Debian"}, **RAW)

    found = t1.call("images.list", filters=filters, sort_key="created_at", sort_dir="asc")

    assert [image["name"] for image in found] == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"of admin", "public"}),
        ({"filters": {"is_public": True}}, {"of admin", "public"}),
        ({"filters": {"is_public": False}}, {"of admin", "of t1", "of t2"}),
        ({"is_public": None}, {"of admin", "of t1", "of t2", "public"}),
        ({"owner": "t1"}, {"of t1"}),
    ],
    ids=["default", "public", "not public", "all", "of one"],
)
def test_an_administrator_chooses_whose_images_to_list(
    t1: Caller, t2: Caller, admin: Caller, asked: dict[str, Any], expected: set[str]
) -> None:
    t1.call("images.create", name="of t1")
    t2.call("images.create", name="of t2")
    admin.call("images.create", name="of admin")
    admin.call("images.create", name="public", is_public=True, owner="t3")

    found = admin.call("images.list", **asked)

    assert {image["name"] for image in found} == expected


@pytest.mark.parametrize(("purge", "expected"), [(True, {"arch": "arm"}), (False, {"distro": "old", "arch": "arm"})])
def test_case_148_an_update_purges_properties_if_told_to(t1: Caller, purge: bool, expected: dict[str, str]) -> None:
    image = t1.call("images.create", name="before", properties={"distro": "old", "arch": "x86"})

    updated = t1.call(
        "images.update", image["id"], name="after", min_disk=3, properties={"arch": "arm"}, purge_props=purge
    )

    assert (updated["name"], updated["min_disk"], updated["properties"]) == ("after", 3, expected)
    assert t1.call("images.get", image["id"])["properties"] == expected


def test_case_148_a_deleted_image_is_gone(t1: Caller, make_file: MakeFile) -> None:
    image = t1.send_file(make_file(5), "images.create", **RAW)

    t1.call("images.delete", image["id"])

    assert t1.call("images.list") == []
    for method in ("images.get", "images.data", "images.delete"):
        with refusal("HTTPNotFound"):
            t1.call(method, image["id"])


def test_private_images_are_their_owners_alone(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = t1.call("images.create", name="of t1")
    other = t2.call("images.create", name="of t2")
    operators = admin.call("images.create", name="of admin")

    listed = {caller.token: caller.call("images.list") for caller in (t1, t2, admin)}

    assert [it["id"] for it in listed[t1.token]] == [image["id"]]
    assert [it["id"] for it in listed[t2.token]] == [other["id"]]
    assert [it["id"] for it in listed[admin.token]] == [operators["id"]]
    for caller, hidden in [(t1, other), (t2, image), (t1, operators), (t2, operators)]:
        with refusal("HTTPNotFound"):
            caller.call("images.get", hidden["id"])


def test_a_public_image_is_everybodys_to_read(t1: Caller, admin: Caller, make_file: MakeFile) -> None:
    path = make_file(100)
    image = admin.send_file(path, "images.create", name="public", is_public=True, **RAW)

    listed = t1.call("images.list")

    assert [it["id"] for it in listed] == [image["id"]]
    assert t1.call("images.data", image["id"]) == download_of(path)


def test_case_150_members_come_and_go(t1: Caller, t2: Caller) -> None:
    image = t1.call("images.create", name="shared")

    t1.call("image_members.create", image["id"], "t2")
    t1.call("image_members.create", image["id"], "t3", can_share=True)

    assert members(t1, image) == [("t2", False), ("t3", True)]
    assert t2.call("images.get", image["id"])["name"] == "shared"
    assert [it["image_id"] for it in t2.call("image_members.list", member="t2")] == [image["id"]]

    t1.call("image_members.delete", image["id"], "t2")

    assert members(t1, image) == [("t3", True)]
    assert t2.call("images.list") == t2.call("image_members.list", member="t2") == []


@pytest.mark.parametrize("replacement", [[("t2", True), ("t4", False)], []])
def test_case_150_members_are_replaced(t1: Caller, replacement: list[tuple[str, bool]]) -> None:
    image = t1.call("images.create", name="shared")
    t1.call("image_members.create", image["id"], "t3")

    wanted = [{"member_id": member, "can_share": can_share} for member, can_share in replacement]
    t1.call("image_members.replace", image["id"], wanted)

    assert members(t1, image) == replacement


def test_the_versions_are_listed(t1: Caller) -> None:
    versions = t1.call("versions.list")

    assert [version["id"] for version in versions][-2:] == ["v1.1", "v1.0"]


def members(caller: Caller, image: dict[str, Any]) -> list[tuple[str, bool]]:
    listed = caller.call("image_members.list", image=image["id"])
    return [(member["member_id"], member["can_share"]) for member in listed]


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
