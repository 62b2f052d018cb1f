"""The organizations of tenants whose names are not UUIDs (wire §11)."""

from uuid import UUID

import pytest

from chalicelib.catalog.image import Visibility
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.scaleway.scaleway import (
    EVERY_RIGHT,
    ORG_A,
    ORG_B,
    assert_error,
    assert_well_typed,
    create,
    image_of,
    is_uuid,
    listed,
    listed_ids,
    minimal,
    pages,
    path_of,
    post,
    put,
    register,
    show,
    total,
)

TENANTS = ["t1", "ops/team one", "Grüße", "12345", "n" * 255]
TENANT_IDS = ["short", "slash and space", "Unicode", "number", "long"]


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1", *EVERY_RIGHT)


@pytest.fixture
def organization(api: Api, t1: Caller) -> str:
    """The organization of `t1`, as an image of its own shows it."""
    image = register(api, owner="t1")
    found: str = show(t1, image)["organization"]
    t1.delete(path_of(image))
    return found


@pytest.mark.parametrize("tenant", TENANTS, ids=TENANT_IDS)
def test_a_tenant_is_shown_as_a_name_based_uuid(api: Api, tenant: str) -> None:
    image = register(api, owner=tenant)

    organization = show(api.caller(tenant), image)["organization"]

    assert is_uuid(organization)
    assert UUID(organization).version in {3, 5}


def test_a_tenant_that_is_a_uuid_is_shown_as_it_is(api: Api, a: Caller) -> None:
    image = register(api, owner=ORG_A)

    assert show(a, image)["organization"] == ORG_A


def test_different_tenants_are_different_organizations(api: Api, a: Caller) -> None:
    images = [register(api, owner=tenant, visibility=Visibility.PUBLIC) for tenant in [*TENANTS, None, ORG_A, ORG_B]]

    organizations = {show(a, image)["organization"] for image in images}

    assert len(organizations) == len(images)


def test_an_organization_is_the_same_for_everybody_and_everywhere(api: Api, make_api: MakeApi, t1: Caller) -> None:
    images = [register(api, owner="t1", visibility=Visibility.PUBLIC) for _ in range(2)]
    another = make_api(PUBLIC_ENDPOINT="https://cloud.example").caller(ORG_A, *EVERY_RIGHT)

    seen = {show(caller, image)["organization"] for caller in (t1, another) for image in images}
    listed_as = {image["organization"] for image in listed(another)}

    assert len(seen) == 1
    assert listed_as == seen


def test_an_image_is_made_for_the_organization_that_is_shown(t1: Caller, organization: str) -> None:
    answer = post(t1, minimal(organization=organization))

    assert answer.status == 201
    assert image_of(answer)["organization"] == organization
    assert_well_typed(image_of(answer))


def test_an_image_is_not_made_for_the_organization_of_another_tenant(a: Caller, organization: str) -> None:
    answer = post(a, minimal(organization=organization))

    assert_error(answer, 403)
    assert listed(a) == []


def test_the_key_of_a_tenant_is_no_organization(t1: Caller) -> None:
    answer = post(t1, minimal(organization="t1"))

    assert_error(answer, 400, "organization")


def test_an_image_is_changed_with_the_organization_that_is_shown(t1: Caller, organization: str) -> None:
    image = create(t1, organization=organization)

    answer = put(t1, image, {**image, "name": "new"})

    assert answer.status == 200
    assert image_of(answer)["organization"] == organization


def test_an_image_is_not_given_to_another_organization(t1: Caller, organization: str) -> None:
    image = create(t1, organization=organization)

    answer = put(t1, image, {**image, "organization": ORG_A})

    assert_error(answer, 403)
    assert show(t1, image) == image


def test_the_filter_finds_ones_own_organization(api: Api, t1: Caller, organization: str) -> None:
    private = create(t1, organization=organization)
    public = create(t1, organization=organization, public=True)
    register(api, owner=ORG_B, visibility=Visibility.PUBLIC)

    answer = t1.get(f"/images?organization={organization}")

    assert answer.json == {"images": [public, private]}
    assert total(answer) == 2


def test_the_filter_finds_public_images_of_another_organization(a: Caller, t1: Caller, organization: str) -> None:
    create(t1, organization=organization)
    public = create(t1, organization=organization, public=True)
    create(a, public=True)

    answer = a.get(f"/images?organization={organization}")

    assert answer.json == {"images": [public]}
    assert total(answer) == 1


def test_pages_of_such_an_organization_keep_it(a: Caller, t1: Caller, organization: str) -> None:
    created = [create(t1, organization=organization, public=True)["id"] for _ in range(3)]

    first = a.get(f"/images?organization={organization}&per_page=2")
    second = listed_ids(a, f"?organization={organization}&per_page=2&page=2")

    assert pages(first) == {"next": 2, "last": 2}
    assert [image["id"] for image in first.json["images"]] == created[:0:-1]
    assert second == created[:1]


def test_an_image_of_nobody_is_found_by_the_organization_that_is_shown(api: Api, a: Caller) -> None:
    image = register(api, owner=None, visibility=Visibility.PUBLIC)
    create(a)

    assert listed_ids(a, f"?organization={show(a, image)['organization']}") == [image["id"]]


def test_private_images_of_such_a_tenant_are_forbidden_to_others(a: Caller, t1: Caller, organization: str) -> None:
    image = create(t1, organization=organization)

    assert_error(a.get(path_of(image)), 403)
    assert_error(put(a, image, {"name": "theirs"}), 403)
    assert_error(a.delete(path_of(image)), 403)
    assert show(t1, image) == image


def test_a_token_of_no_tenant_makes_no_images(api: Api) -> None:
    nobody = api.caller(None, *EVERY_RIGHT)

    answer = post(nobody, minimal())

    assert_error(answer, 403)
    assert listed(nobody) == []


def test_a_token_of_no_tenant_sees_public_images(api: Api, a: Caller) -> None:
    create(a)
    public = create(a, public=True)
    nobody = api.caller(None, *EVERY_RIGHT)

    answer = nobody.get(f"/images?organization={ORG_A}")

    assert answer.json == {"images": [public]}
    assert listed(nobody) == [public]
    assert total(nobody.head("/images")) == 1
