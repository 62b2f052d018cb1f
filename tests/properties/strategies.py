"""Images, catalogues, queries and callers as Hypothesis draws them: small worlds in which values often collide."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chalicelib.bootstrap import World
from chalicelib.catalog.image import GONE, Image, Status, Visibility
from chalicelib.catalog.membership import Membership, MemberStatus
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.storage.tables import MODELS, TokenItem

EXAMPLES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
TENANTS = ("t1", "t2", "t3")
EPOCH = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
INSTANTS = tuple(EPOCH + timedelta(microseconds=step) for step in (0, 1, 1_000_000))
ORDINARY = frozenset({Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE})

instants = st.sampled_from(INSTANTS)
names = st.sampled_from(["a", "B", "b", "ab", "é", "\uffff", "\U0001f4bf"])
zones = st.sampled_from([None, "ac1", "ac.2"])
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
"""Texts that clients can send in a header: without control characters and surrogates."""


class Entry(NamedTuple):
    """An image, the tenants it is shared with, and what they say of it."""

    image: Image
    members: Mapping[str, MemberStatus]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """An image in any status, shared with some tenants unless it is deleted."""
    status = draw(st.sampled_from(Status))
    image = Image(
        id=str(draw(st.builds(UUID, int=st.integers(0, 2**128 - 1)))),
        owner=draw(st.sampled_from([*TENANTS, None])),
        name=draw(st.none() | names),
        status=status,
        status_changed_at=EPOCH,
        visibility=draw(st.sampled_from(Visibility)),
        hidden=draw(st.booleans()),
        tags=draw(st.sampled_from([(), ("a",), ("ab", "b")])),
        protected=draw(st.booleans()),
        zone=draw(zones),
        size=draw(st.none() | st.sampled_from([0, 7, 10, 10**12])),
        disk_format=draw(st.none() | st.sampled_from(["raw", "qcow2"])),
        container_format=draw(st.none() | st.sampled_from(["bare", "ovf"])),
        properties={} if status is Status.DELETED else draw(st.dictionaries(names, names, max_size=2)),
        created_at=draw(instants),
        updated_at=draw(instants),
        deleted_at=EPOCH if status in GONE else None,
    )
    shares = st.dictionaries(st.sampled_from(TENANTS), st.sampled_from(MemberStatus))
    return Entry(image, {} if status is Status.DELETED else draw(shares))


catalogues = st.lists(entries(), max_size=9, unique_by=lambda entry: entry.image.id)
principals = st.builds(
    Principal,
    user=st.just("somebody"),
    tenant=st.sampled_from([*TENANTS, None]),
    policies=st.sampled_from([ORDINARY, frozenset({Policy.ADMIN})]),
)
conditions = st.one_of(
    st.builds(Condition, st.sampled_from(["name", "called"]), st.just(Operator.EQUAL), names),
    st.builds(Condition, st.just("name"), st.just(Operator.CONTAINS), names),
    st.builds(Condition, st.just("disk_format"), st.sampled_from([Operator.EQUAL, Operator.UNEQUAL]), st.just("raw")),
    st.builds(Condition, st.just("status"), st.just(Operator.UNEQUAL), st.just(Status.KILLED)),
    st.builds(Condition, st.just("status"), st.just(Operator.EQUAL), st.just(Status.KILLED)),
    st.builds(Condition, st.just("zone"), st.just(Operator.IN), zones.map(lambda zone: (None, zone))),
    st.builds(Condition, st.just("zone"), st.sampled_from([Operator.EQUAL, Operator.UNEQUAL]), zones),
    st.builds(
        Condition,
        st.just("visibility"),
        st.sampled_from([Operator.EQUAL, Operator.UNEQUAL]),
        st.sampled_from(Visibility),
    ),
    st.builds(Condition, st.just("size"), st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST]), st.just(7)),
    st.builds(Condition, st.sampled_from(["protected", "hidden"]), st.just(Operator.EQUAL), st.booleans()),
    st.builds(Condition, st.just("tags"), st.just(Operator.CONTAINS), st.sampled_from(["a", "b"])),
    st.builds(Condition, st.tuples(st.just("properties"), names), st.just(Operator.EQUAL), names),
)


def _query(**fields: Any) -> ImageQuery:
    """Of a named tuple Hypothesis would make up the other fields, too."""
    return ImageQuery(**fields)


queries = st.builds(
    _query,
    scope=st.sampled_from(Scope),
    conditions=st.lists(conditions, max_size=2).map(tuple),
    order=st.builds(Order, st.sampled_from(SortKey), st.booleans()),
    changed_since=st.none() | instants,
    expected=st.none() | st.integers(1, 4),
    shares=st.frozensets(st.sampled_from(MemberStatus)),
    community=st.booleans(),
)


def store(world: World, catalogue: Sequence[Entry]) -> None:
    """Make this the whole catalogue; tokens stay."""
    for model in MODELS:
        if model is not TokenItem:
            with model.batch_write() as batch:
                for item in model.scan():
                    batch.delete(item)
    for image, members in catalogue:
        stored = world.images.add(image)
        shares = [Membership(image.id, member, False, EPOCH, members[member]) for member in sorted(members)]
        world.memberships.change(stored, shares, [])
