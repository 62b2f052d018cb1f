"""What images of a tenant refer to, and images by their numbers."""

import pytest

from chalicelib.catalog.errors import ImageNotFound, ImageProtected, Invalid, PolicyMissing, TenantMissing
from chalicelib.catalog.image import Image, ImageNumber, NewImage, Visibility
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import ImageQuery, Scope
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.service import Catalog
from tests.api import Api
from tests.catalog.conftest import Open
from tests.factories import START, an_image


def test_a_reference_is_its_tenants_alone(open_catalog: Open) -> None:
    added = open_catalog("t1").references.add(Kind.ARCHITECTURE, {"name": "arm64"})

    assert open_catalog("t1").references.of(Kind.ARCHITECTURE) == [added]
    assert open_catalog("t2").references.of(Kind.ARCHITECTURE) == []
    assert open_catalog(None).references.of(Kind.ARCHITECTURE) == []


def test_adding_a_reference_needs_the_right_to_create(open_catalog: Open) -> None:
    catalog = open_catalog("t1", Policy.READ_IMAGES, Policy.DELETE_IMAGE)

    with pytest.raises(PolicyMissing):
        catalog.references.add(Kind.ARCHITECTURE, {"name": "arm64"})

    assert catalog.references.of(Kind.ARCHITECTURE) == []


def test_who_acts_for_no_tenant_adds_no_references(open_catalog: Open) -> None:
    with pytest.raises(TenantMissing):
        open_catalog(None).references.add(Kind.ARCHITECTURE, {"name": "arm64"})


@pytest.mark.parametrize("name", ["name", "title", "url"])
def test_a_text_of_a_reference_may_only_be_so_long(api: Api, catalog: Catalog, name: str) -> None:
    longest, longer = ({"name": "Linux", name: "x" * length} for length in (255, 256))

    added = catalog.references.add(Kind.OPERATINGSYSTEM, longest)
    with pytest.raises(Invalid, match="longer than 255 characters"):
        catalog.references.add(Kind.OPERATINGSYSTEM, longer)
    with pytest.raises(Invalid, match="longer than 255 characters"):
        catalog.references.update(Kind.OPERATINGSYSTEM, lambda there: there[0], lambda _: longer)

    assert catalog.references.of(Kind.OPERATINGSYSTEM) == [added]


def test_a_text_of_a_reference_that_is_too_long_may_stay(api: Api, catalog: Catalog) -> None:
    facts = {"name": "x" * 256, "url": "y" * 256}
    old = Reference(kind=Kind.COMPUTE_RESOURCE, owner="t1", facts=facts, created_at=START, updated_at=START)
    api.world.references.add(old)

    changed = catalog.references.update(
        Kind.COMPUTE_RESOURCE, lambda there: there[0], lambda reference: {**reference.facts, "description": "ours"}
    )

    assert changed.facts == {**facts, "description": "ours"}


@pytest.mark.parametrize(
    ("kind", "fact", "other"),
    [
        (Kind.COMPUTE_RESOURCE, {"compute_resource": 7}, {"compute_resource": 8}),
        (Kind.OPERATINGSYSTEM, {"os_title": "Linux 7"}, {"os_title": "Linux"}),
        (Kind.ARCHITECTURE, {"architecture": "Linux 7"}, {"architecture": None}),
    ],
    ids=[kind.value for kind in Kind],
)
def test_images_refer_by_number_or_by_title(
    api: Api, catalog: Catalog, kind: Kind, fact: dict[str, object], other: dict[str, object]
) -> None:
    facts = {"name": "Linux", "title": "Linux 7"}
    reference = Reference(kind=kind, owner="t1", number=7, facts=facts, created_at=START, updated_at=START)
    image = api.world.images.add(an_image(**fact))
    for another in ({**other}, {**fact, "owner": "t2", "visibility": Visibility.PUBLIC}):
        api.world.images.add(an_image(**another))
    query = ImageQuery(Scope.OWN, below=reference)

    assert [found.id for found in catalog.images(query)] == [image.id]
    assert catalog.count(query) == 1
    assert [found.id for found in catalog.images(ImageQuery(below=reference))] == [image.id]


def test_a_reference_without_a_title_goes_by_its_name() -> None:
    reference = Reference(
        kind=Kind.OPERATINGSYSTEM, owner="t1", facts={"name": "a"}, created_at=START, updated_at=START
    )

    assert (reference.title, reference.key) == ("a", "a")


def test_an_image_is_found_changed_and_deleted_by_its_number(catalog: Catalog) -> None:
    image = catalog.register(NewImage({"name": "web"}))
    number = ImageNumber(image.number)

    changed = catalog.update(number, lambda _: {"name": "renamed"})
    gone = catalog.delete(number)

    assert changed.id == image.id
    assert gone == changed
    with pytest.raises(ImageNotFound, match=f"Image {image.number} not found"):
        catalog.image(number)


def test_the_number_of_somebody_elses_image_is_unknown(api: Api, open_catalog: Open) -> None:
    api.world.images.add(an_image(number=7, owner="t2", visibility=Visibility.PUBLIC))

    with pytest.raises(ImageNotFound):
        open_catalog("t1", Policy.ADMIN).image(ImageNumber(7))


def test_a_deletion_may_be_refused_by_whoever_asks_for_it(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image())

    def refuse(found: Image) -> None:
        raise ImageProtected(found.id)

    with pytest.raises(ImageProtected):
        catalog.delete(image.id, check=refuse)

    assert catalog.image(image.id) == image


def test_a_query_below_a_reference_admits_what_refers_to_it() -> None:
    facts = {"name": "arm64"}
    reference = Reference(kind=Kind.ARCHITECTURE, owner="t1", facts=facts, created_at=START, updated_at=START)
    query = ImageQuery(Scope.OWN, below=reference)

    assert query.admits(an_image(architecture="arm64"))
    assert not query.admits(an_image(architecture="x86_64"))
