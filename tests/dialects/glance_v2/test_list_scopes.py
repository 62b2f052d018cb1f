"""Which images are listed for whom: cases 88 to 95, 106, 110, 124 and 125."""

from typing import Any
from uuid import uuid4

import pytest
from openapi_schema_validator import OAS31Validator

from chalicelib.catalog.image import Status, Transition, Visibility
from tests.api import Api, Caller
from tests.dialects.glance_v2.glance import (
    IMAGES,
    accept,
    an_active_one,
    answering,
    change,
    create,
    ids,
    listed,
    names,
    path_of,
    post,
    rewrite,
    says,
    share,
    shown,
)
from tests.factories import an_image

VISIBILITIES = ("public", "community", "shared", "private")


@pytest.fixture
def owned(a: Caller, b: Caller, admin: Caller) -> dict[str, dict[str, Any]]:
    """An image of each visibility of A and of B, by names such as `a-shared`; some of B's are shared with A."""
    found: dict[str, dict[str, Any]] = {}
    for owner, caller in (("t1", a), ("t2", b)):
        letter = "a" if caller is a else "b"
        for visibility in VISIBILITIES:
            found[f"{letter}-{visibility}"] = create(
                admin, owner=owner, visibility=visibility, name=f"{letter}-{visibility}"
            )
    for status in ("accepted", "pending", "rejected"):
        image = create(b, name=f"b-{status}")
        share(b, image, "t1")
        answering(a, image, status, "t1")
        found[f"b-{status}"] = image
    return found


OWN = {f"a-{visibility}" for visibility in VISIBILITIES}
SHARED = {"b-accepted", "b-pending", "b-rejected"}


def test_case_088_an_empty_list(a: Caller) -> None:
    assert a.get(IMAGES).json == {"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}


def test_case_089_the_newest_come_first_25_of_them(api: Api, a: Caller) -> None:
    created = [create(a, name=str(number))["name"] for number in range(24)]

    answer = a.get(IMAGES)
    assert [image["name"] for image in answer.json["images"]] == created[::-1]
    assert "next" not in answer.json
    created += [create(a, name=str(number))["name"] for number in range(24, 26)]
    assert names(a) == created[:0:-1]


@pytest.mark.usefixtures("owned")
def test_case_090_a_tenant_sees_its_own_what_is_public_and_what_it_has_accepted(a: Caller) -> None:
    assert set(names(a)) == OWN | {"b-public", "b-accepted"}


@pytest.mark.usefixtures("owned")
@pytest.mark.parametrize(
    ("visibility", "seen"),
    [
        ("public", {"a-public", "b-public"}),
        ("private", {"a-private"}),
        ("shared", {"a-shared", "b-accepted"}),
        ("community", {"a-community", "b-community"}),
        ("all", OWN | {"b-public", "b-accepted", "b-community"}),
    ],
)
def test_case_091_a_visibility_chooses_what_a_tenant_sees(a: Caller, visibility: str, seen: set[str]) -> None:
    assert set(names(a, f"visibility={visibility}")) == seen


@pytest.mark.usefixtures("owned")
@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_case_091_a_visibility_chooses_what_an_administrator_sees(admin: Caller, visibility: str) -> None:
    others = SHARED if visibility == "shared" else set()

    assert set(names(admin, f"visibility={visibility}")) == {f"a-{visibility}", f"b-{visibility}"} | others


def test_case_091_all_are_all_for_an_administrator(admin: Caller, owned: dict[str, Any]) -> None:
    assert set(names(admin, "visibility=all")) == owned.keys()


@pytest.mark.usefixtures("owned")
def test_case_091_the_other_tenant_sees_its_own(b: Caller) -> None:
    assert set(names(b, "visibility=shared")) == {"b-shared", *SHARED}
    assert set(names(b, "visibility=private")) == {"b-private"}


def test_case_092_an_administrator_sees_everything_but_what_others_offer_those_who_know_it(
    admin: Caller, owned: dict[str, Any]
) -> None:
    create(admin, name="own", visibility="community")

    assert set(names(admin)) == (owned.keys() - {"a-community", "b-community"}) | {"own"}


@pytest.mark.parametrize("visibility", ["x", "", "Public"])
def test_case_093_a_visibility_is_known(a: Caller, visibility: str) -> None:
    assert says(a.get(f"{IMAGES}?visibility={visibility}"), 400, "Invalid visibility value")


@pytest.mark.usefixtures("owned")
@pytest.mark.parametrize(
    ("status", "seen"),
    [("accepted", {"b-accepted"}), ("pending", {"b-pending"}), ("rejected", {"b-rejected"}), ("all", SHARED)],
)
def test_case_094_a_member_chooses_by_what_it_has_said(a: Caller, status: str, seen: set[str]) -> None:
    assert set(names(a, f"member_status={status}")) == OWN | {"b-public"} | seen


@pytest.mark.parametrize("status", ["x", "", "Accepted"])
def test_case_094_a_status_is_known(a: Caller, status: str) -> None:
    assert says(a.get(f"{IMAGES}?member_status={status}"), 400, "Invalid status")


@pytest.mark.usefixtures("owned")
def test_case_095_shared_images_by_what_was_said(a: Caller) -> None:
    assert set(names(a, "visibility=shared&member_status=pending")) == {"a-shared", "b-pending"}


def test_case_106_hidden_images_are_listed_for_those_who_ask(a: Caller, b: Caller, admin: Caller) -> None:
    create(a, name="shown")
    create(a, name="hidden", os_hidden=True)
    published = create(admin, name="published", visibility="public", os_hidden=True)

    for value in ("true", "True", "TRUE"):
        assert set(names(a, f"os_hidden={value}")) == {"hidden", "published"}
    assert names(a) == names(a, "os_hidden=false") == ["shown"]
    assert names(b, "os_hidden=true") == ["published"]
    assert b.get(path_of(published)).status == 200
    for value in ("1", "", "yes"):
        assert says(a.get(f"{IMAGES}?os_hidden={value}"), 400, "Invalid value")


def test_case_110_there_is_no_list_of_changes(a: Caller) -> None:
    gone, kept = create(a), create(a)
    a.delete(path_of(gone))

    assert says(a.get(f"{IMAGES}?changes-since=2012-01-01"), 400, "no longer available")
    for value in ("true", "false", "x"):
        assert ids(a, f"deleted={value}") == [kept["id"]]


def test_case_124_images_of_all_dialects_are_listed(api: Api) -> None:
    organization = str(uuid4())
    a = api.caller(organization)
    schema = a.get("/v2/schemas/image").json
    common = {"owner": organization}
    images = [
        an_image(**common, name="scaleway", architecture="arm", aliases={"scaleway": "x"}, status=Status.ACTIVE),
        an_image(**common, tenant_aliases={"devops": "ami-1"}, provider="ec2", login_user="root"),
        an_image(**common, name="foreman", number=5, compute_resource=1, platform="linux", login_password="secret"),
        an_image(**common, name="qingcloud", zone="ac1", transition=Transition.CREATING),
        an_image(**common, name="v1", properties={"a": None, "size": "x"}, size=5, checksum="x" * 32, min_disk=1),
        an_image(**common, name="deactivated", status=Status.DEACTIVATED, size=5, sha256="0" * 64, checksum="1" * 32),
    ]
    for image in images:
        api.world.images.add(image)

    found = listed(a)

    assert {image["name"] for image in found} == {
        *("scaleway", "ami-1", "foreman", "qingcloud", "v1", "deactivated"),
    }
    for document in found:
        assert [str(error) for error in OAS31Validator(schema).iter_errors(document)] == []
        assert shown(a, document) == document
        assert "secret" not in str(document)
    statuses = {image["name"]: image["status"] for image in found}
    assert statuses["qingcloud"] == "importing"
    sizes = {image["name"]: (image["size"], image["checksum"]) for image in found}
    assert sizes["v1"] == (None, None)
    hashes = {image["name"]: (image["os_hash_algo"], image["os_hash_value"]) for image in found}
    assert hashes["deactivated"] == ("sha256", "0" * 64)
    assert hashes["v1"] == (None, None)
    assert sizes["deactivated"] == (5, "1" * 32)


def test_killed_images_are_shown_and_not_listed(api: Api, a: Caller) -> None:
    image = create(a)
    rewrite(api, image, status=Status.KILLED)

    assert ids(a) == []
    assert shown(a, image)["status"] == "killed"
    assert a.get(path_of(image, "file")).status == 404


def test_case_125_what_is_written_is_in_the_next_list(a: Caller) -> None:
    first = create(a, name="b")
    second = create(a, name="a")

    assert ids(a, "sort=name:asc") == [second["id"], first["id"]]
    change(a, second, name="c")
    assert ids(a, "sort=name:asc") == [first["id"], second["id"]]
    a.delete(path_of(first))
    assert ids(a) == [second["id"]]


def test_an_ownerless_image_is_listed_for_administrators(admin: Caller, a: Caller) -> None:
    image = create(admin, owner=None)

    assert ids(admin) == [image["id"]]
    assert ids(a) == ids(a, "visibility=all") == []


def test_lists_need_a_policy(api: Api) -> None:
    writer = api.caller("t1", "create_image", user="writer")

    assert says(writer.get(IMAGES), 403, "not authorized to complete get_images action")
    assert post(writer, {}).status == 201


def test_an_image_that_is_not_shared_any_more_is_in_no_list_of_its_members(a: Caller, b: Caller) -> None:
    image = create(a, name="x")
    share(a, image)
    accept(b, image)
    assert names(b) == ["x"]

    change(a, image, visibility="private")

    assert names(b) == names(b, "visibility=all&member_status=all") == []
    assert an_active_one(a)["visibility"] == Visibility.SHARED
