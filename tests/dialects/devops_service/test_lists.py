"""Lists and single images: cases 32 to 36, and their order (wire §4)."""

import pytest

from tests.api import Api, Caller
from tests.dialects.devops_service.devops import (
    AMI,
    IMAGE,
    IMAGES,
    PROVIDERS,
    MakeApi,
    create,
    ids,
    media_type,
    message,
    path,
    put,
    record,
    records,
    show,
)
from tests.factories import an_image

OF_EACH_PROVIDER = {provider: [f"{provider}-1", f"{provider}-2"] for provider in PROVIDERS}


@pytest.fixture
def of_each_provider(admin: Caller) -> None:
    """Two images of each provider."""
    for provider, image_ids in OF_EACH_PROVIDER.items():
        for image_id in image_ids:
            create(admin, id=image_id, provider=provider)


@pytest.mark.usefixtures("of_each_provider")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_case_032_a_list_may_be_of_one_provider(admin: Caller, provider: str) -> None:
    answer = admin.get(f"{IMAGES}?provider={provider}")

    assert answer.status == 200
    assert answer.json == [record(id=image_id, provider=provider) for image_id in OF_EACH_PROVIDER[provider]]


@pytest.mark.usefixtures("of_each_provider")
def test_case_032_without_a_filter_all_are_listed(admin: Caller) -> None:
    found = ids(admin)

    assert found == [image_id for image_ids in OF_EACH_PROVIDER.values() for image_id in image_ids]


def test_case_032_a_provider_without_images_has_an_empty_list(admin: Caller) -> None:
    create(admin, provider="ec2")

    found = records(admin, "?provider=openstack")

    assert found == []


@pytest.mark.parametrize("provider", ["foo", "EC2", "ec2,static", "%D0%BE", "", "ec"])
def test_case_033_a_list_of_an_unknown_provider_is_not_found(admin: Caller, provider: str) -> None:
    create(admin)

    answer = admin.get(f"{IMAGES}?provider={provider}")

    assert answer.status == 404
    assert all(known in message(answer) for known in PROVIDERS)


def test_case_033_a_provider_that_is_only_named_is_empty(admin: Caller) -> None:
    answer = admin.get(f"{IMAGES}?provider")

    assert answer.status == 404
    assert all(known in message(answer) for known in PROVIDERS)


def test_case_033_the_unknown_provider_is_named(admin: Caller) -> None:
    answer = admin.get(f"{IMAGES}?provider=foo")

    assert answer.status == 404
    assert "'foo'" in message(answer)


def test_case_033_the_known_ones_are_the_configured_ones(make_api: MakeApi) -> None:
    caller = make_api(DEVOPS_SERVICE_PROVIDERS="azure,static").basic_caller("t1", "read_images")

    known, unknown = caller.get(f"{IMAGES}?provider=azure"), caller.get(f"{IMAGES}?provider=ec2")

    assert (known.status, known.json) == (200, [])
    assert unknown.status == 404
    assert "azure" in message(unknown)
    assert "static" in message(unknown)
    assert "openstack" not in message(unknown)


@pytest.mark.parametrize("image_id", ["unknown", "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11", "образ", "7", "x" * 255])
def test_case_034_an_unknown_image_is_not_found(admin: Caller, image_id: str) -> None:
    create(admin)

    answer = admin.get(path(image_id))

    assert answer.status == 404
    assert image_id in message(answer)


@pytest.mark.parametrize("image_id", ["x" * 256, "x" * 5000, "%00", "a%20b", "%20", "%ff", "%", "%zz", "a%2Fb"])
def test_case_034_an_id_that_no_image_can_have_is_not_found(admin: Caller, image_id: str) -> None:
    create(admin)

    answer = admin.get(f"{IMAGE}/{image_id}")

    assert answer.status == 404
    assert message(answer)


@pytest.mark.parametrize(
    "target",
    [
        f"{IMAGES}/foo",
        f"{IMAGES}/{AMI}",
        f"{IMAGES}/provider",
        f"{IMAGES}/provider/ec2/{AMI}",
        IMAGE,
        f"{IMAGE}?id={AMI}",
        f"{IMAGE}/{AMI}/ec2",
    ],
)
def test_case_035_one_and_many_do_not_fall_into_one_another(admin: Caller, target: str) -> None:
    create(admin)

    answer = admin.get(target)

    assert answer.status == 404
    assert message(answer)


@pytest.mark.parametrize("image_id", ["images", "image", "provider", "providers", "templates"])
def test_case_035_words_of_paths_are_ids_like_any_other(admin: Caller, image_id: str) -> None:
    image = create(admin, id=image_id)

    found = show(admin, image_id)

    assert found == image
    assert ids(admin) == [image_id]


@pytest.mark.parametrize(
    "query", ["?", "?foo=bar", "?id=x", "?name=x&limit=0&page=7", "?Provider=foo", "?=", "?&&", "?%"]
)
def test_case_036_queries_that_mean_nothing_have_no_effect(admin: Caller, query: str) -> None:
    image = create(admin)

    listed, shown = admin.get(IMAGES + query), admin.get(path(AMI) + query)

    assert (listed.status, listed.json) == (200, [image])
    assert (shown.status, shown.json) == (200, image)


def test_case_036_a_filter_counts_beside_unknown_keys(admin: Caller) -> None:
    create(admin, id="one", provider="ec2")
    create(admin, id="two", provider="static")

    found = ids(admin, "?foo=bar&provider=static&limit=0")

    assert found == ["two"]


def test_a_catalogue_without_images_lists_none(admin: Caller) -> None:
    answer = admin.get(IMAGES)

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == []


def test_a_list_is_ordered_by_id(admin: Caller) -> None:
    image_ids = ["m", "ami-2", "b", "7", "ami-10", "z", "ami-1", "a"]
    for number, image_id in enumerate(image_ids):
        create(admin, id=image_id, name=f"{9 - number}")

    found = ids(admin)

    assert found == sorted(image_ids)


def test_an_update_does_not_change_the_order(admin: Caller) -> None:
    for image_id in ("b", "a", "c"):
        create(admin, id=image_id)
    put(admin, "a", {"name": "zzz"})

    found = ids(admin)

    assert found == ["a", "b", "c"]


def test_a_list_has_no_pages(api: Api, admin: Caller) -> None:
    images = [api.world.images.add(an_image(number=number)) for number in range(1, 251)]

    found = ids(admin)

    assert found == sorted(image.id for image in images)
