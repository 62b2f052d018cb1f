"""A list is everything there is, filtered by the access rules; its pages, joined, are the list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.catalog.access import is_shared, may_see, owns
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.position import position
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import ImageQuery, Scope, in_order
from chalicelib.dialects.glance_v1.schema import render_image
from tests.api import Api, Caller
from tests.properties.strategies import (
    EPOCH,
    EXAMPLES,
    ORDINARY,
    Entry,
    catalogues,
    principals,
    queries,
    store,
)

SORT_KEYS = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"]


def may_list(principal: Principal, query: ImageQuery, image: Image, membership: Membership | None) -> bool:
    """Who may see an image has it in the list, but for what the query leaves out and two exceptions.

    They are those of Glance v1's wire §3.1: an administrator sees as an ordinary caller does unless everything is asked
    for; and an image that is nobody's, which everybody may read who knows its id, is not listed for that.
    """
    if query.scope is Scope.EVERYTHING:
        return may_see(principal, image, membership)
    if query.scope is Scope.OWN or owns(principal, image):
        return owns(principal, image)
    if image.visibility is Visibility.COMMUNITY:
        return query.community and image.status is not Status.DELETED
    if membership is not None and (membership.status not in query.shares or not is_shared(image)):
        membership = None
    if image.owner is None and image.visibility is not Visibility.PUBLIC and membership is None:
        return False
    return may_see(replace(principal, policies=ORDINARY), image, membership)


def expected(catalogue: Sequence[Entry], principal: Principal, query: ImageQuery) -> list[Image]:
    listed = []
    for image, members in catalogue:
        tenant = principal.tenant or ""
        mine = None if tenant not in members else Membership(image.id, tenant, False, EPOCH, members[tenant])
        if may_list(principal, query, image, mine) and query.admits(image):
            listed.append(image)
    return in_order(listed, query.order)


def as_offered(query: ImageQuery, principal: Principal) -> ImageQuery:
    """Only administrators list everything."""
    everything = query.scope is Scope.EVERYTHING and not principal.is_admin
    return query._replace(scope=Scope.VISIBLE) if everything else query


@settings(EXAMPLES, max_examples=40)
@given(catalogue=catalogues, principal=principals, query=queries)
def test_a_list_is_everything_filtered_by_the_access_rules(
    api: Api, catalogue: list[Entry], principal: Principal, query: ImageQuery
) -> None:
    store(api.world, catalogue)
    query = as_offered(query, principal)

    listed = list(api.world.catalog(principal).images(query))

    # Rows of lists hold less than the images, but all that this dialect shows.
    assert [render_image(image) for image in listed] == [
        render_image(image) for image in expected(catalogue, principal, query)
    ]


@settings(EXAMPLES, max_examples=40)
@given(catalogue=catalogues, principal=principals, query=queries)
def test_a_list_has_as_many_images_as_are_counted(
    api: Api, catalogue: list[Entry], principal: Principal, query: ImageQuery
) -> None:
    store(api.world, catalogue)
    query = as_offered(query, principal)

    count = api.world.catalog(principal).count(query)

    assert count == len(expected(catalogue, principal, query))


@settings(EXAMPLES, max_examples=30)
@given(catalogue=catalogues, principal=principals, query=queries, data=st.data())
def test_a_list_resumes_after_the_place_of_any_image(
    api: Api, catalogue: list[Entry], principal: Principal, query: ImageQuery, data: st.DataObject
) -> None:
    assume(catalogue)
    store(api.world, catalogue)
    query = as_offered(query, principal)
    whole = in_order((entry.image for entry in catalogue), query.order)
    place = data.draw(st.integers(0, len(whole) - 1), label="place of the marker")

    resumed = query._replace(after=position(whole[place], query.order.key))
    listed = [image.id for image in api.world.catalog(principal).images(resumed)]

    later = {image.id for image in whole[place + 1 :]}
    assert listed == [image.id for image in expected(catalogue, principal, query) if image.id in later]


def pages(caller: Caller, target: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list as a client walks through them: until one is shorter than asked for."""
    marker, full = "", True
    while full:
        answer = caller.get(f"{target}&limit={size}{marker}")
        assert answer.status == 200, answer.text
        page = answer.json["images"]
        yield page
        full = len(page) == size
        marker = f"&marker={page[-1]['id']}" if page else ""


@settings(EXAMPLES, max_examples=20)
@given(
    catalogue=catalogues,
    tenant=st.sampled_from(["t1", None]),
    key=st.sampled_from(SORT_KEYS),
    direction=st.sampled_from(["asc", "desc"]),
    size=st.integers(1, 5),
    scope=st.sampled_from(["", "&is_public=None", "&changes-since=2026-01-02T03:04:05", "&size_max=7"]),
)
def test_pages_of_any_size_join_to_the_whole(
    api: Api,
    catalogue: list[Entry],
    tenant: str | None,
    key: str,
    direction: str,
    size: int,
    scope: str,
) -> None:
    store(api.world, catalogue)
    caller = api.caller("t1") if tenant else api.caller("ops", "admin")
    target = f"/v1/images/detail?sort_key={key}&sort_dir={direction}{scope}"

    joined = list(chain.from_iterable(pages(caller, target, size)))

    assert joined == caller.get(target).json["images"]
