"""Images that were registered through other dialects, and those of other tenants (wire §2 and §7)."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.image import Image, Status, Visibility
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.devops_service.devops import (
    AMI,
    create,
    ids,
    message,
    path,
    post,
    put,
    record,
    records,
    show,
)
from tests.factories import INSPECTED, START, a_membership, an_image

BY_WHOM = pytest.mark.parametrize("who", ["admin", "operator"])
NOT_OURS: dict[str, dict[str, Any]] = {
    "private": {"owner": "t2"},
    "public": {"owner": "t2", "visibility": Visibility.PUBLIC},
    "shared": {"owner": "t2", "member_count": 1},
    "of nobody": {"owner": None},
    "public of nobody": {"owner": None, "visibility": Visibility.PUBLIC},
}
NOT_LISTED = pytest.mark.parametrize("whose", NOT_OURS)


CHEF = {"devops": {"bootstrap_template": "chef"}}


@pytest.fixture
def foreign(api: Api, whose: str) -> Image:
    """An image that is not of the callers' tenant."""
    image = add(api, name="theirs", provider="ec2", **NOT_OURS[whose])
    if image.member_count:
        api.world.memberships.change(image, [a_membership(image, "t1")], [])
    return image


def add(api: Api, **fields: Any) -> Image:
    """An image of t1, unless the fields say otherwise, as other dialects register them."""
    return api.world.images.add(an_image(number=api.world.images.number(), **fields))


def stored(api: Api, image: Image) -> Image:
    """The image as the catalogue has it."""
    found = api.world.images.get(image.id)
    assert found is not None
    return found.image


def test_an_image_of_ours_is_shown_with_what_is_missing_filled_in(api: Api, admin: Caller) -> None:
    image = add(api)

    found = show(admin, image.id)

    assert found == {"id": image.id, "provider": "static", "remote_user": "", "name": ""}
    assert records(admin) == [found]


def test_an_image_of_ours_is_shown_with_what_is_known(api: Api, admin: Caller) -> None:
    image = add(api, name="CentOS", provider="openstack", login_user="root", dialect_facts=CHEF)

    found = show(admin, image.id)

    known = {"provider": "openstack", "remote_user": "root", "name": "CentOS", "bootstrap_template": "chef"}
    assert found == {"id": image.id, **known}
    assert records(admin) == [found]


def test_an_id_of_another_dialect_is_not_one_of_ours(api: Api, admin: Caller) -> None:
    image = add(api, aliases={"qingcloud": "img-0a1b2c3d"}, provider="ec2", provider_image_id="ami-7")

    found = [admin.get(path(image_id)).status for image_id in ("img-0a1b2c3d", "ami-7", str(image.number))]

    assert found == [404] * 3
    assert ids(admin) == [image.id]


@pytest.mark.parametrize("query", ["?provider=static", "?provider=ec2", "?provider=openstack"])
def test_an_image_without_a_provider_is_listed_as_static(api: Api, admin: Caller, query: str) -> None:
    images = {
        "?provider=static": [add(api), add(api, provider="static")],
        "?provider=ec2": [add(api, provider="ec2")],
        "?provider=openstack": [add(api, provider="openstack")],
    }

    found = ids(admin, query)

    assert found == sorted(image.id for image in images[query])


OF_OTHER_CLOUDS = ["libvirt", "vmware", "EC2", "Proxmox", "", "no\nword"]


@pytest.mark.parametrize("provider", OF_OTHER_CLOUDS)
def test_what_is_listed_under_a_provider_is_one_that_is_admitted(api: Api, admin: Caller, provider: str) -> None:
    image = add(api, provider=provider, provider_image_id="of that cloud")
    add(api, provider="ec2", owner="t2", visibility=Visibility.PUBLIC)

    [found] = records(admin)

    known = admin.get("/v3/providers").json
    listed = {each: ids(admin, f"?provider={each}") for each in known}
    offered = {each: admin.get(f"/v3/images/provider/{each}").json for each in known}
    assert found["provider"] in known
    assert show(admin, image.id) == found
    assert [each for each in known if listed[each] == [image.id]] == [found["provider"]] == ["static"]
    assert [each["id"] for each in offered["static"]] == ["of that cloud"]
    assert len(offered["ec2"]) == 1


@pytest.mark.parametrize("provider", OF_OTHER_CLOUDS)
def test_an_image_of_another_cloud_is_updated_by_what_is_shown(api: Api, admin: Caller, provider: str) -> None:
    image = add(api, provider=provider)

    answer = put(admin, image.id, {**show(admin, image.id), "remote_user": "root"})
    refused = put(admin, image.id, {"provider": provider})

    assert answer.json["image"] == {"id": image.id, "provider": "static", "remote_user": "root", "name": ""}
    assert refused.status == 400
    assert stored(api, image).provider == provider


def test_static_is_admitted_whatever_is_configured(make_api: MakeApi) -> None:
    api = make_api(DEVOPS_SERVICE_PROVIDERS="azure")
    caller = api.basic_caller("t1", "read_images", "create_image")
    was, bare = add(api, provider="ec2"), add(api)

    assert caller.get("/v3/providers").json == ["azure", "static"]
    assert {each["provider"] for each in records(caller)} == {"static"}
    assert ids(caller, "?provider=static") == sorted([was.id, bare.id])
    assert post(caller, record(provider="static")).status == 200


def test_all_images_are_in_one_order(api: Api, admin: Caller) -> None:
    images = [add(api, created_at=START + timedelta(days=day)).id for day in range(6)]
    words = ["0", "7f", "m", "zz"]
    for word in words:
        create(admin, id=word)

    found = ids(admin)

    assert found == sorted([*images, *words])


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SAVING, Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED])
def test_an_image_is_listed_wherever_it_stands(api: Api, admin: Caller, status: Status) -> None:
    image = add(api, status=status)

    found = ids(admin)

    assert found == [image.id]


@pytest.mark.parametrize("status", [Status.DELETED, Status.PENDING_DELETE])
def test_a_deleted_image_is_not_there(api: Api, admin: Caller, operator: Caller, status: Status) -> None:
    image = add(api, status=status, deleted_at=START)

    found = [
        admin.get(path(image.id)),
        operator.get(path(image.id)),
        put(admin, image.id, {"name": "changed"}),
        put(operator, image.id, {"name": "changed"}),
        admin.delete(path(image.id)),
        operator.delete(path(image.id)),
    ]

    assert [answer.status for answer in found] == [404] * 6
    assert all(image.id in message(answer) for answer in found)
    assert (records(admin), records(operator)) == ([], [])


@pytest.mark.parametrize("provider", [{}, {"provider": "static"}], ids=["without provider", "provider repeated"])
def test_an_image_of_ours_is_updated(api: Api, admin: Caller, provider: dict[str, str]) -> None:
    image = add(api, name="old", disk_format="raw", min_disk=7, properties={"distro": "arch"})

    answer = put(admin, image.id, {**provider, "name": "new", "remote_user": "root"})

    expected = {"id": image.id, "provider": "static", "remote_user": "root", "name": "new"}
    assert answer.status == 200
    assert answer.json == {"image": expected, "message": "Updated"}
    assert show(admin, image.id) == expected
    left = stored(api, image)
    assert (left.name, left.login_user) == ("new", "root")
    assert (left.disk_format, left.min_disk, left.properties) == ("raw", 7, {"distro": "arch"})


@pytest.mark.parametrize("provider", ["ec2", "", None, 7], ids=repr)
def test_an_image_without_a_provider_gets_none(api: Api, admin: Caller, provider: object) -> None:
    image = add(api, name="old")

    answer = put(admin, image.id, {"provider": provider, "name": "new"})

    assert answer.status == 400
    assert "'provider'" in message(answer)
    assert show(admin, image.id)["name"] == "old"


def test_an_image_of_ours_is_deleted(api: Api, admin: Caller) -> None:
    image = add(api)

    answer = admin.delete(path(image.id))

    assert answer.status == 200
    assert answer.json == {"id": image.id, "message": "Deleted"}
    assert admin.get(path(image.id)).status == 404
    assert records(admin) == []


def test_a_protected_image_is_not_deleted(api: Api, admin: Caller) -> None:
    image = add(api, protected=True)

    answer = admin.delete(path(image.id))

    assert answer.status == 400
    assert message(answer)
    assert ids(admin) == [image.id]


def test_a_refusal_names_the_id_that_the_client_used(api: Api, admin: Caller) -> None:
    image = add(api, protected=True, tenant_aliases={"devops": "chosen"})

    answer = admin.delete(path("chosen"))

    assert "chosen" in message(answer)
    assert image.id not in message(answer)


def test_the_uuid_of_an_image_of_ours_is_taken(api: Api, admin: Caller) -> None:
    image = add(api, name="ours")

    answer = post(admin, record(id=image.id))

    assert answer.status == 400
    assert image.id in message(answer)
    assert [entry["name"] for entry in records(admin)] == ["ours"]


def test_an_id_stays_with_the_record_that_took_it_first(api: Api, admin: Caller) -> None:
    first = create(admin, id="2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11")
    add(api, id=first["id"], name="registered later")

    listed, shown = records(admin), show(admin, first["id"])

    assert listed == [first]
    assert shown == first


def test_the_uuid_of_a_deleted_image_is_free(api: Api, admin: Caller) -> None:
    image = add(api, name="old")
    admin.delete(path(image.id))

    answer = post(admin, record(id=image.id))

    assert answer.status == 200
    assert show(admin, image.id) == record(id=image.id)
    assert ids(admin) == [image.id]


def test_a_uuid_counts_in_lower_case_only(api: Api, admin: Caller) -> None:
    image = add(api, id="2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11", name="ours")
    upper = image.id.upper()

    before = admin.get(path(upper))
    created = post(admin, record(id=upper, name="in upper case"))

    assert (before.status, created.status) == (404, 200)
    assert [show(admin, image_id)["name"] for image_id in (image.id, upper)] == ["ours", "in upper case"]


@pytest.mark.parametrize("form", ["{{{}}}", "urn:uuid:{}"])
def test_a_uuid_counts_in_its_usual_form_only(api: Api, admin: Caller, form: str) -> None:
    image = add(api)

    found = [admin.get(path(form.format(image.id))).status, admin.get(path(image.id.replace("-", ""))).status]

    assert found == [404, 404]


def test_a_record_has_no_other_id_than_its_own(api: Api, admin: Caller) -> None:
    create(admin)
    [internal] = [image["id"] for image in api.caller("t1").get("/v1/images").json["images"]]

    answer = admin.get(path(internal))

    assert internal != AMI
    assert answer.status == 404
    assert ids(admin) == [AMI]


@BY_WHOM
@NOT_LISTED
def test_images_of_others_are_not_found(caller: Caller, foreign: Image, who: str, whose: str) -> None:
    found = [
        caller.get(path(foreign.id)),
        put(caller, foreign.id, {"name": "changed"}),
        caller.delete(path(foreign.id)),
    ]

    assert [answer.status for answer in found] == [404] * 3
    assert all(foreign.id in message(answer) for answer in found)


@BY_WHOM
@NOT_LISTED
def test_images_of_others_stay_as_they_are(api: Api, caller: Caller, foreign: Image, who: str, whose: str) -> None:
    before = stored(api, foreign)

    put(caller, foreign.id, {"name": "changed"})
    caller.delete(path(foreign.id))

    assert stored(api, foreign) == before


@BY_WHOM
@NOT_LISTED
def test_images_of_others_are_not_listed(api: Api, caller: Caller, foreign: Image, who: str, whose: str) -> None:
    ours = add(api, provider="ec2")

    found = [ids(caller), ids(caller, "?provider=ec2")]

    assert found == [[ours.id], [ours.id]]


@BY_WHOM
@NOT_LISTED
def test_the_uuid_of_an_image_of_others_is_free(caller: Caller, foreign: Image, who: str, whose: str) -> None:
    answer = post(caller, record(id=foreign.id))

    assert answer.status == 200
    assert show(caller, foreign.id) == record(id=foreign.id)
    assert ids(caller) == [foreign.id]


@pytest.mark.parametrize("whose", ["public", "shared"])
def test_the_images_of_a_provider_are_all_that_the_caller_may_see(
    api: Api, reader: Caller, foreign: Image, whose: str
) -> None:
    add(api, provider="ec2", provider_image_id=AMI)
    add(api, provider="ec2", owner="t3")
    add(api, provider="openstack", visibility=Visibility.PUBLIC, owner="t3")

    answer = reader.get("/v3/images/provider/ec2")

    assert answer.status == 200
    assert sorted(entry["id"] for entry in answer.json) == sorted([foreign.id, AMI])


def test_what_the_worker_found_in_its_bytes_is_shown_and_not_taken(api: Api, admin: Caller) -> None:
    image = add(api, **INSPECTED)
    found = {
        "virtual_size": INSPECTED["virtual_size"],
        "inspection_formats": "qcow2",
        "inspection_partition_table": "gpt",
        "inspection_findings": "luks2,snapshots",
    }

    answer = put(admin, image.id, {"inspection_formats": "raw", "virtual_size": "1", "name": "new"})

    assert answer.status == 200
    assert answer.json["image"] == show(admin, image.id) == records(admin)[0]
    assert answer.json["image"].items() >= {**found, "name": "new"}.items()
    assert stored(api, image).properties == {}
