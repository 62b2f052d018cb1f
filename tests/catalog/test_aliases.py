"""Images by the names that their tenants chose."""

from uuid import uuid4

import pytest

from chalicelib.catalog.errors import ClaimTaken, ImageNotFound, Invalid
from chalicelib.catalog.image import Alias, NewImage, Status, TenantAlias, Visibility, is_uuid
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.service import Catalog
from tests.api import Api
from tests.catalog.conftest import Open
from tests.factories import a_membership, an_image

ID = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"


def called(alias: str) -> TenantAlias:
    return TenantAlias("x", alias)


def new(alias: str) -> NewImage:
    return NewImage({"name": f"called {alias[:9]}"}, tenant_aliases={"x": alias})


@pytest.mark.parametrize(
    ("text", "fits"),
    [(ID, True), (ID.upper(), False), (ID.replace("-", ""), False), (ID + "\n", False), ("ami-1", False), ("", False)],
)
def test_an_id_is_a_uuid_in_lower_case(text: str, fits: bool) -> None:
    assert is_uuid(text) is fits


@pytest.mark.parametrize("alias", ["ami-1", ID, "A", "\U0001f600" * 255, ""])
def test_an_image_is_found_changed_and_deleted_by_its_alias(catalog: Catalog, alias: str) -> None:
    image = catalog.register(new(alias))

    changed = catalog.update(called(alias), lambda _: {"name": "renamed"})
    found = catalog.image(called(alias))
    catalog.delete(called(alias))

    assert (changed.id, changed.name) == (image.id, "renamed")
    assert found == changed
    with pytest.raises(ImageNotFound):
        catalog.image(called(alias))


def test_an_alias_may_only_be_so_long(catalog: Catalog) -> None:
    with pytest.raises(Invalid, match="longer than 255 characters"):
        catalog.register(new("x" * 256))
    with pytest.raises(Invalid, match="longer than 255 characters"):
        catalog.register(NewImage({}, aliases={"x": "x" * 256}))


def test_an_alias_is_free_once_its_image_is_deleted(catalog: Catalog) -> None:
    first = catalog.register(new("ami-1"))
    catalog.delete(called("ami-1"))

    second = catalog.register(new("ami-1"))

    assert catalog.image(called("ami-1")).id == second.id != first.id


def test_tenants_may_choose_the_same_alias(open_catalog: Open) -> None:
    ours, theirs = open_catalog("t1"), open_catalog("t2")
    images = ours.register(new("ami-1")), theirs.register(new("ami-1"))

    theirs.delete(called("ami-1"))

    assert ours.image(called("ami-1")) == images[0]


def test_an_image_without_an_alias_is_known_by_its_id(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image(tenant_aliases={"y": "ami-1"}))

    assert catalog.image(called(image.id)) == image


def test_an_image_with_an_alias_is_not_known_by_its_id(catalog: Catalog) -> None:
    image = catalog.register(new("ami-1"))

    with pytest.raises(ImageNotFound):
        catalog.image(called(image.id))


@pytest.mark.parametrize("rights", [(), (Policy.ADMIN,)], ids=["ordinary", "administrator"])
def test_what_belongs_to_others_has_no_name_here(api: Api, open_catalog: Open, rights: tuple[Policy, ...]) -> None:
    public = api.world.images.add(an_image(owner="t2", visibility=Visibility.PUBLIC))
    shared = api.world.images.add(an_image(owner="t2"))
    nobodys = api.world.images.add(an_image(owner=None))
    api.world.memberships.change(shared, [a_membership(shared, "t1")], [])
    catalog = open_catalog("t1", *rights)

    for image in (public, shared, nobodys):
        with pytest.raises(ImageNotFound):
            catalog.image(called(image.id))


@pytest.mark.parametrize("status", [Status.PENDING_DELETE, Status.DELETED])
def test_a_deleted_image_has_no_name(api: Api, open_catalog: Open, status: Status) -> None:
    image = api.world.images.add(an_image(status=status))

    with pytest.raises(ImageNotFound):
        open_catalog("t1", Policy.ADMIN).image(called(image.id))


def test_an_alias_that_is_the_id_of_an_own_image_is_taken(api: Api, catalog: Catalog) -> None:
    image = api.world.images.add(an_image())

    with pytest.raises(ClaimTaken) as refusal:
        catalog.register(new(image.id))

    assert refusal.value.claims == (image.id,)


@pytest.mark.parametrize(
    "facts",
    [{"owner": "t2"}, {"tenant_aliases": {"x": "other"}}, {"status": Status.DELETED}],
    ids=["of somebody else", "known by another name", "deleted"],
)
def test_an_alias_may_be_the_id_of_an_image_that_is_not_known_by_it(
    api: Api, catalog: Catalog, facts: dict[str, object]
) -> None:
    other = api.world.images.add(an_image(**facts))

    image = catalog.register(new(other.id))

    assert catalog.image(called(other.id)) == image


def test_an_alias_goes_before_the_id_of_an_image_that_came_later(catalog: Catalog) -> None:
    image_id = str(uuid4())
    image = catalog.register(new(image_id))

    catalog.register(NewImage({"name": "later"}, id=image_id))

    assert catalog.image(called(image_id)) == image


def test_an_alias_for_everybody_leads_to_what_each_may_see(open_catalog: Open) -> None:
    ours = open_catalog("t1").register(NewImage({"name": "a"}, aliases={"x": "img-1"}))

    assert open_catalog("t1").image(Alias("x", "img-1")) == ours
    for alias in ("img-1", "img-2", ours.id):
        with pytest.raises(ImageNotFound):
            open_catalog("t2").image(Alias("x", alias))


def test_an_image_is_known_to_everybody_by_its_id_only_without_an_alias(catalog: Catalog) -> None:
    plain = catalog.register(NewImage({"name": "a"}))
    aliased = catalog.register(NewImage({"name": "b"}, aliases={"x": "img-1"}))

    assert catalog.image(Alias("x", plain.id)) == plain
    assert catalog.image(Alias("y", aliased.id)) == aliased
    with pytest.raises(ImageNotFound):
        catalog.image(Alias("x", aliased.id))
