"""Images that were registered through other dialects, as they are listed and shown here (wire §6 and §7)."""

from typing import Any

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import Api, Caller
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    SHOWN,
    ZONES,
    add,
    add_in_status,
    add_system_image,
    listed,
    listed_ids,
    listing,
    query,
    share,
    show,
)
from tests.dialects.qingcloud.shapes import (
    assert_image,
    assert_not_found,
)

GB = 2**30
EACH_STATUS = pytest.mark.parametrize(("status", "shown"), SHOWN.items())
EACH_ZONE = pytest.mark.parametrize("zone", ZONES)
OTHERS: dict[str, dict[str, Any]] = {
    "bare": {},
    "of a disk": {
        "name": "cirros",
        "disk_format": "qcow2",
        "container_format": "bare",
        "size": 7,
        "checksum": "f" * 32,
        "min_disk": 3,
        "properties": {"distro": "arch", "status": "odd"},
    },
    "of a machine": {
        "name": "centos",
        "description": "CentOS",
        "os_family": "centos",
        "os_title": "CentOS 7.9",
        "platform": "linux",
        "architecture": "x86_64",
        "login_user": "root",
        "login_password": "s3cret",
        "dialect_facts": {"qingcloud": {"recommended_type": "small_b"}},
    },
    "of a cloud": {"name": "ami", "provider": "ec2", "provider_image_id": "ami-1", "compute_resource": 1},
    "of an odd machine": {"platform": "Plan 9", "os_family": "Redhat", "architecture": "SPARC v9, big endian"},
    "of a capital machine": {"platform": "Linux", "os_family": "CentOS", "architecture": "aarch64"},
    "public": {"visibility": Visibility.PUBLIC, "size": 10**15},
    "empty texts": {"name": "", "description": "", "os_family": "", "platform": "", "architecture": ""},
}


@EACH_ZONE
@pytest.mark.parametrize("fields", OTHERS.values(), ids=OTHERS.keys())
def test_an_image_is_whole_and_well_typed_in_every_zone(
    api: Api, alice: Caller, fields: dict[str, Any], zone: str
) -> None:
    image = add(api, **fields)

    (found,) = listed(alice, zone=zone)

    assert_image(found)
    assert found["image_id"] == image
    assert show(alice, image, zone) == found


def test_an_image_is_shown_with_what_is_known(api: Api, alice: Caller) -> None:
    image = add(api, **OTHERS["of a machine"])

    found = show(alice, image)

    assert (found["image_name"], found["description"]) == ("centos", "CentOS")
    assert (found["os_family"], found["platform"], found["processor_type"]) == ("centos", "linux", "64bit")
    assert (found["default_user"], found["recommended_type"]) == ("root", "small_b")


@pytest.mark.parametrize(
    ("architecture", "processor"),
    [
        ("x86_64", "64bit"),
        ("AMD64", "64bit"),
        ("ppc64le", "64bit"),
        ("s390x", "64bit"),
        ("riscv64", "64bit"),
        ("i686", "32bit"),
        ("armv7l", "32bit"),
        ("noarch", ""),
    ],
)
def test_the_processor_type_is_the_width_of_any_architecture(
    api: Api, alice: Caller, architecture: str, processor: str
) -> None:
    image = add(api, architecture=architecture)

    found = {value: listed_ids(alice, query(processor_type=value)) for value in ("64bit", "32bit")}

    assert show(alice, image)["processor_type"] == processor
    assert found == {value: [image] if value == processor else [] for value in found}


def test_what_is_not_known_is_empty(api: Api, alice: Caller) -> None:
    found = show(alice, add(api))

    empty = {name for name in found if found[name] == ""}
    assert empty >= {"image_name", "description", "os_family", "platform", "processor_type", "default_user"}
    assert empty >= {"default_passwd", "recommended_type", "transition_status"}
    assert found["size"] == 0


@EACH_STATUS
def test_a_status_is_shown_in_the_words_of_this_dialect(api: Api, alice: Caller, status: Status, shown: str) -> None:
    image = add_in_status(api, status)

    found = show(alice, image)

    assert_image(found)
    assert found["status"] == shown
    assert listed_ids(alice, f"?status={shown}") == [image]


@EACH_STATUS
def test_images_that_are_gone_are_listed_only_if_asked_for(api: Api, alice: Caller, status: Status, shown: str) -> None:
    image = add_in_status(api, status)

    found = listing(alice)

    visible = [image] if shown not in {"deleted", "ceased"} else []
    assert [each["image_id"] for each in found["images"]] == visible
    assert found["total_count"] == len(visible)


def test_a_status_finds_all_images_that_show_it(api: Api, alice: Caller) -> None:
    images = {add_in_status(api, status): shown for status, shown in SHOWN.items()}

    found = {shown: set(listed_ids(alice, f"?status={shown}")) for shown in SHOWN.values()}

    assert found == {shown: {image for image in images if images[image] == shown} for shown in SHOWN.values()}


@pytest.mark.parametrize("field", ["processor_type", "os_family", "visibility", "provider"])
def test_a_filter_finds_all_images_that_show_its_value(api: Api, alice: Caller, field: str) -> None:
    for fields in OTHERS.values():
        add(api, **fields)
    add_system_image(api, architecture="i386", os_family="Ubuntu")
    share(api, add(api, owner="t2", architecture="amd64"), "t1")
    everything = listed(alice, "?limit=100")

    for value in {image[field] for image in everything} - {""}:
        found = listed(alice, query(limit=100, **{field: value}))

        assert found == [image for image in everything if image[field].lower() == value.lower()]


@pytest.mark.parametrize("status", [Status.PENDING_DELETE, Status.DELETED])
def test_a_deleted_image_is_not_shown_to_others(api: Api, alice: Caller, bob: Caller, status: Status) -> None:
    image = add_in_status(api, status)

    answer = bob.get(IMAGES + query(images=image))

    assert_not_found(answer)
    assert listed(bob, "?status=deleted,ceased") == []


@pytest.mark.parametrize(
    ("size", "shown"),
    [(None, 0), (0, 0), (1, 1), (GB - 1, 1), (GB, 1), (GB + 1, 2), (5 * GB, 5), (2**60 + 1, 2**30 + 1)],
    ids=["unknown", "nothing", "a byte", "almost one", "one", "a bit more", "five", "very large"],
)
def test_a_size_is_in_gigabytes_rounded_up(api: Api, alice: Caller, size: int | None, shown: int) -> None:
    image = add(api, size=size)

    assert show(alice, image)["size"] == shown


@pytest.mark.parametrize(("architecture", "processor"), [("x86_64", "64bit"), ("i386", "32bit"), (None, "")])
def test_an_architecture_is_a_type_of_processor(
    api: Api, alice: Caller, architecture: str | None, processor: str
) -> None:
    image = add(api, architecture=architecture)

    assert show(alice, image)["processor_type"] == processor
