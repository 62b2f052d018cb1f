"""The tables, their keys, and the models that stand for them.

table        hash        range      what                                       secondary indexes
images       image_id               images and tombstones (TTL)
rows         scope       key        a slim row of an image for each list it    local: created_key, updated_key,
                                    is in; `key` is its place in the order     name_key, size_key
                                    that the list is read in most
claims       claim                  a name that one image holds → image_id;
                                    `counter/images` holds the last number
memberships  image_id    member     who an image is shared with                global: member
events       image_id    version   what was done to an image, with each
                                    write that is worth telling
jobs         owner       job_id     work that outlives its request (TTL), and  local: created_key
                                    once more below `unfinished`
references   owner_kind  number     what images of some dialects refer to; its
                                    last_image changes with images that come
tokens       digest                 SHA-256 of a secret → its principal (TTL)  global: tenant

Scopes: `tenant/<tenant>`, `public`, `all/<0-7>`, `community`, `shared/<tenant>`, `rejected/<tenant>`, of live images;
`gone/` and one of the first three, of deleted ones; `unfinished`, `pending_delete`, `deleted`;
`compute_resource/<tenant>/<number>`, `operatingsystem/<tenant>/<title>`,
`architecture/<tenant>/<name>`. Which orders each has: `keys.ORDERS`.
Claims: `number/<number>`, `alias/<namespace>/<id>`, `alias/<namespace>/<tenant>/<id>`,
`uuid/<tenant>/<compute resource>/<uuid>`, `name/<tenant>/<compute resource>/<os title>/<name>`; of references
`title/<kind>/<tenant>/<title>`.
"""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model

from chalicelib.catalog.image import Inspecting, Status, Transition
from chalicelib.catalog.membership import MemberStatus
from chalicelib.storage.attributes import (
    EnumAttribute,
    InspectingAttribute,
    InstantAttribute,
    IntegerAttribute,
    PoliciesAttribute,
    TagsAttribute,
    TextsAttribute,
    VisibilityAttribute,
)
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.evolving import Evolving
from chalicelib.storage.row import RowItem


class ImageItem(Evolving):
    """An image as it is; the names are those of the canonical image."""

    class Meta:
        table_name = "images"
        billing_mode = "PAY_PER_REQUEST"

    image_id = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute()
    aliases = TextsAttribute()
    tenant_aliases = TextsAttribute()
    owner = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    status = EnumAttribute(Status)
    status_changed_at = InstantAttribute()
    status_reason = UnicodeAttribute(null=True)
    transition = EnumAttribute(Transition, null=True)
    visibility = VisibilityAttribute()
    hidden = BooleanAttribute(null=True)
    tags = TagsAttribute(null=True)
    protected = BooleanAttribute()
    size = IntegerAttribute(null=True)
    checksum = UnicodeAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    sha512 = UnicodeAttribute(null=True)
    inline = BooleanAttribute(null=True)
    virtual_size = IntegerAttribute(null=True)
    inspection = JSONAttribute(null=True)
    uninspected = BooleanAttribute(null=True)
    inspecting = EnumAttribute(Inspecting, null=True)
    allowed = BooleanAttribute(null=True)
    signature = JSONAttribute(null=True)
    disk_format = UnicodeAttribute(null=True)
    container_format = UnicodeAttribute(null=True)
    min_disk = IntegerAttribute()
    min_ram = IntegerAttribute()
    properties = TextsAttribute()
    architecture = UnicodeAttribute(null=True)
    os_family = UnicodeAttribute(null=True)
    os_title = UnicodeAttribute(null=True)
    platform = UnicodeAttribute(null=True)
    login_user = UnicodeAttribute(null=True)
    provider = UnicodeAttribute(null=True)
    provider_image_id = UnicodeAttribute(null=True)
    compute_resource = IntegerAttribute(null=True)
    dialect_facts = JSONAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    source_instance = UnicodeAttribute(null=True)
    # What one dialect alone knows needs no attribute of its own: see `dialect_facts.py`.
    user_data = BooleanAttribute(null=True)
    iam_role = UnicodeAttribute(null=True)
    bootstrap_template = UnicodeAttribute(null=True)
    root_volume = JSONAttribute(null=True)
    extra_volumes = JSONAttribute(null=True)
    default_bootscript = JSONAttribute(null=True)
    recommended_type = UnicodeAttribute(null=True)
    created_at = InstantAttribute()
    updated_at = InstantAttribute()
    deleted_at = InstantAttribute(null=True)
    expires = IntegerAttribute(null=True)
    login_password = UnicodeAttribute(null=True)
    location = UnicodeAttribute(null=True)
    location_version = UnicodeAttribute(null=True)
    member_count = IntegerAttribute()
    members_behind = BooleanAttribute(null=True)
    retriable = BooleanAttribute(null=True)
    version = IntegerAttribute()


class ListingItem(Model):
    """A row of the first layout; its facts are named as those of images are."""

    class Meta:
        table_name = "listings"
        billing_mode = "PAY_PER_REQUEST"

    scope = UnicodeAttribute(hash_key=True)
    image_id = UnicodeAttribute(range_key=True)


class ClaimItem(Model):
    """A name that one image holds at a time, or a counter."""

    class Meta:
        table_name = "claims"
        billing_mode = "PAY_PER_REQUEST"

    claim = UnicodeAttribute(hash_key=True)
    image_id = UnicodeAttribute(null=True)
    last = IntegerAttribute(null=True)
    expires = IntegerAttribute(null=True)


class ByMember(GlobalSecondaryIndex["MembershipItem"]):
    """What is shared with a tenant."""

    class Meta:
        index_name = "by_member"
        projection = AllProjection()

    member = UnicodeAttribute(hash_key=True)
    image_id = UnicodeAttribute(range_key=True)


class MembershipItem(Evolving):
    """A tenant's share in an image."""

    class Meta:
        table_name = "memberships"
        billing_mode = "PAY_PER_REQUEST"

    image_id = UnicodeAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)
    can_share = BooleanAttribute()
    created_at = InstantAttribute()
    status = EnumAttribute(MemberStatus, null=True)
    updated_at = InstantAttribute(null=True)

    by_member = ByMember()


class EventItem(Model):
    """What a write did to an image, and who wrote it. It goes with the image's tombstone."""

    class Meta:
        table_name = "events"
        billing_mode = "PAY_PER_REQUEST"

    image_id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    at = InstantAttribute()
    what = UnicodeAttribute()
    facts = JSONAttribute()


class ByJobCreated(LocalSecondaryIndex["JobItem"]):
    """A tenant's jobs, newest and oldest."""

    class Meta:
        index_name = "by_created"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    created_key = UnicodeAttribute(range_key=True)


class JobItem(Evolving):
    """A piece of work that outlives the request that asked for it."""

    class Meta:
        table_name = "jobs"
        billing_mode = "PAY_PER_REQUEST"

    owner = UnicodeAttribute(hash_key=True)
    job_id = UnicodeAttribute(range_key=True)
    created_key = UnicodeAttribute()
    facts = JSONAttribute()
    version = IntegerAttribute()
    expires = IntegerAttribute(null=True)

    by_created = ByJobCreated()


class ReferenceItem(Model):
    """Something that images of a tenant refer to by number: a compute resource, an operating system, …

    One that is `gone` keeps its number taken.
    """

    class Meta:
        table_name = "references"
        billing_mode = "PAY_PER_REQUEST"

    owner_kind = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)
    facts = JSONAttribute()
    title = UnicodeAttribute(null=True)
    created_at = InstantAttribute()
    updated_at = InstantAttribute()
    version = IntegerAttribute(null=True)
    last_image = UnicodeAttribute(null=True)
    gone = BooleanAttribute(null=True)


class ByTenant(GlobalSecondaryIndex["TokenItem"]):
    """The tokens of a tenant."""

    class Meta:
        index_name = "by_tenant"
        projection = AllProjection()

    tenant = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute(range_key=True)


class TokenItem(Model):
    """A secret's digest and what the secret stands for; `issuers` are digests, separated by blanks."""

    class Meta:
        table_name = "tokens"
        billing_mode = "PAY_PER_REQUEST"

    digest = UnicodeAttribute(hash_key=True)
    user = UnicodeAttribute()
    tenant = UnicodeAttribute(null=True)
    policies = PoliciesAttribute()
    created_at = InstantAttribute()
    expires_at = InstantAttribute(null=True)
    expires = IntegerAttribute(null=True)
    name = UnicodeAttribute(null=True)
    issuers = UnicodeAttribute(null=True)
    last_used = UnicodeAttribute(null=True)
    inspecting = InspectingAttribute()

    by_tenant = ByTenant()


MODELS: tuple[type[Model], ...] = (
    ImageItem,
    RowItem,
    ClaimItem,
    MembershipItem,
    EventItem,
    JobItem,
    ReferenceItem,
    TokenItem,
)
FIRST_LAYOUT: tuple[type[Model], ...] = (ListingItem,)
"""Tables of older layouts: the template keeps them for one release, and only tests make them anew."""
EXPIRING: tuple[type[Model], ...] = (ImageItem, RowItem, ClaimItem, JobItem, TokenItem)
_PLAIN_NAMES: dict[type[Model], str] = {model: model.Meta.table_name for model in (*MODELS, *FIRST_LAYOUT)}


def bind(connection: SharedConnection, prefix: str) -> None:
    """Name the tables of one deployment and have all models use one connection; no request is made."""
    for model in (*MODELS, *FIRST_LAYOUT):
        meta: Any = model.Meta
        meta.table_name = prefix + _PLAIN_NAMES[model]
        model._connection = None  # noqa: SLF001  # pynamodb has no public way to share a connection
        table = model._get_connection()  # noqa: SLF001
        connection.add_meta_table(table.get_meta_table())
        table.connection = connection


def create_tables(models: Iterable[type[Model]] = MODELS) -> None:
    """Create each table that does not exist, with its indexes and its time to live. For tests and local use."""
    for model in models:
        if not model.exists():
            model.create_table(wait=True)
            if model in EXPIRING:
                _expire(model)


def _expire(model: type[Model]) -> None:
    table = model._get_connection()  # noqa: SLF001  # as in bind
    table.connection.update_time_to_live(table.table_name, "expires")
