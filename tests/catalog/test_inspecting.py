"""What becomes of unsafe bytes, as the token says with which they are sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.catalog.image import Changes, Image, Inspecting, NewImage, Status
from chalicelib.catalog.rules import policy
from chalicelib.catalog.service import Catalog
from tests.api import ORDINARY, Api, a_caller
from tests.factories import an_image

FORMATS: Changes = {"disk_format": "raw", "container_format": "bare"}
SAVING: Changes = {**FORMATS, "status": Status.SAVING}
Begin = Callable[[Catalog, Api, str], object]


def placed(api: Api) -> str:
    return api.put_elsewhere("source", b"bytes")


def imported(catalog: Catalog, image_id: str) -> None:
    catalog.imports.stage(image_id, lambda _: None, b"bytes")
    catalog.imports.begin(image_id, lambda _: None)


BEGINNINGS: dict[str, Begin] = {
    "sent": lambda catalog, _, image_id: catalog.update(image_id, lambda _: {"status": Status.SAVING}),
    "uploaded": lambda catalog, _, image_id: catalog.uploads.begin(image_id, 5, None, {}),
    "copied": lambda catalog, api, image_id: catalog.update(image_id, lambda _: {}, source=placed(api)),
    "imported": lambda catalog, _, image_id: imported(catalog, image_id),
    "fetched": lambda catalog, api, image_id: catalog.imports.fetch(image_id, lambda _: None, placed(api)),
}


def opened(api: Api, inspecting: Inspecting | None) -> Catalog:
    """The catalogue as a token of t1 may use it."""
    return api.world.catalog(replace(a_caller("t1", *ORDINARY), inspecting=inspecting))


def kept(api: Api, image_id: str) -> Image:
    """The image as the worker reads it."""
    found = api.world.images.get(image_id)
    assert found is not None
    return found.image


@pytest.mark.parametrize("inspecting", [None, *Inspecting])
@pytest.mark.parametrize("begin", BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_an_image_is_inspected_as_the_token_says_with_which_its_bytes_are_begun(
    api: Api, begin: Begin, inspecting: Inspecting | None
) -> None:
    image = api.world.images.add(an_image(**FORMATS, inspecting=Inspecting.RECORD))

    begin(opened(api, inspecting), api, image.id)

    assert kept(api, image.id).inspecting is inspecting


@pytest.mark.parametrize("source", [False, True], ids=["sent", "copied"])
def test_a_new_image_is_inspected_as_the_token_says_if_it_comes_with_bytes(api: Api, *, source: bool) -> None:
    catalog = opened(api, Inspecting.ENFORCE)

    empty = catalog.register(NewImage(FORMATS))
    full = catalog.register(NewImage(FORMATS), placed(api)) if source else catalog.register(NewImage(SAVING))

    assert (kept(api, empty.id).inspecting, kept(api, full.id).inspecting) == (None, Inspecting.ENFORCE)


@pytest.mark.parametrize("deployments", Inspecting)
def test_without_a_policy_of_its_own_an_image_is_inspected_as_the_deployment_says(
    api: Api, deployments: Inspecting
) -> None:
    limits = api.world.settings.limits._replace(inspecting=deployments)

    assert policy(an_image(), limits) is deployments
    assert [policy(an_image(inspecting=own), limits) for own in Inspecting] == [*Inspecting]
    assert {policy(an_image(inspecting=own, allowed=True), limits) for own in (None, *Inspecting)} == {
        Inspecting.RECORD
    }
