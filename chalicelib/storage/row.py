"""The row of an image in a list. Attributes have short names: they are paid for in each row and each index entry."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, LocalSecondaryIndex

from chalicelib.catalog.image import Inspecting, Status, Transition
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.position import id_of
from chalicelib.storage.attributes import (
    EnumAttribute,
    IntegerAttribute,
    ShortInstantAttribute,
    TagsAttribute,
    TextsAttribute,
    VisibilityAttribute,
)
from chalicelib.storage.evolving import Evolving

SCOPE, KEY = "s", "k"
"""What the keys are called."""


class _LocalIndex(LocalSecondaryIndex["RowItem"]):
    """An order of a scope: local, because what was written must be in the next list."""

    class Meta:
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True, attr_name=SCOPE)


class ByCreated(_LocalIndex):
    """Newest and oldest."""

    class Meta:
        index_name = "by_created"
        projection = AllProjection()

    created_key = UnicodeAttribute(range_key=True, attr_name="kc")


class ByUpdated(_LocalIndex):
    """Last changed."""

    class Meta:
        index_name = "by_updated"
        projection = AllProjection()

    updated_key = UnicodeAttribute(range_key=True, attr_name="ku")


class ByName(_LocalIndex):
    """By name."""

    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    name_key = UnicodeAttribute(range_key=True, attr_name="kn")


class BySize(_LocalIndex):
    """By size."""

    class Meta:
        index_name = "by_size"
        projection = AllProjection()

    size_key = UnicodeAttribute(range_key=True, attr_name="ks")


class RowItem(Evolving):
    """An image's row in one scope, with all that lists show and filter by. Its key ends with the image's id."""

    class Meta:
        table_name = "rows"
        billing_mode = "PAY_PER_REQUEST"

    scope = UnicodeAttribute(hash_key=True, attr_name=SCOPE)
    key = UnicodeAttribute(range_key=True, attr_name=KEY)
    created_key = UnicodeAttribute(null=True, attr_name="kc")
    updated_key = UnicodeAttribute(null=True, attr_name="ku")
    name_key = UnicodeAttribute(null=True, attr_name="kn")
    size_key = UnicodeAttribute(null=True, attr_name="ks")
    number = IntegerAttribute(attr_name="n")
    aliases = TextsAttribute(null=True, attr_name="al")
    tenant_aliases = TextsAttribute(null=True, attr_name="ta")
    owner = UnicodeAttribute(null=True, attr_name="o")
    name = UnicodeAttribute(null=True, attr_name="nm")
    called = UnicodeAttribute(null=True, attr_name="ca")
    description = UnicodeAttribute(null=True, attr_name="d")
    status = EnumAttribute(Status, attr_name="st")
    status_changed_at = ShortInstantAttribute(attr_name="sc")
    status_reason = UnicodeAttribute(null=True, attr_name="sr")
    transition = EnumAttribute(Transition, null=True, attr_name="tr")
    visibility = VisibilityAttribute(attr_name="v")
    hidden = BooleanAttribute(null=True, attr_name="h")
    tags = TagsAttribute(null=True, attr_name="tg")
    protected = BooleanAttribute(attr_name="p")
    size = IntegerAttribute(null=True, attr_name="sz")
    checksum = UnicodeAttribute(null=True, attr_name="md5")
    sha256 = UnicodeAttribute(null=True, attr_name="sha")
    sha512 = UnicodeAttribute(null=True, attr_name="sh5")
    inline = BooleanAttribute(null=True, attr_name="il")
    virtual_size = IntegerAttribute(null=True, attr_name="vs")
    inspection = JSONAttribute(null=True, attr_name="in")
    inspecting = EnumAttribute(Inspecting, null=True, attr_name="ip")
    allowed = BooleanAttribute(null=True, attr_name="aw")
    signature = JSONAttribute(null=True, attr_name="sg")
    disk_format = UnicodeAttribute(null=True, attr_name="df")
    container_format = UnicodeAttribute(null=True, attr_name="cf")
    min_disk = IntegerAttribute(attr_name="md")
    min_ram = IntegerAttribute(attr_name="mr")
    properties = TextsAttribute(null=True, attr_name="pr")
    architecture = UnicodeAttribute(null=True, attr_name="ar")
    os_family = UnicodeAttribute(null=True, attr_name="of")
    os_title = UnicodeAttribute(null=True, attr_name="ot")
    platform = UnicodeAttribute(null=True, attr_name="pl")
    login_user = UnicodeAttribute(null=True, attr_name="lu")
    provider = UnicodeAttribute(null=True, attr_name="pv")
    provider_image_id = UnicodeAttribute(null=True, attr_name="pi")
    compute_resource = IntegerAttribute(null=True, attr_name="cr")
    dialect_facts = JSONAttribute(null=True, attr_name="fa")
    zone = UnicodeAttribute(null=True, attr_name="z")
    source_instance = UnicodeAttribute(null=True, attr_name="si")
    # What one dialect alone knows needs no attribute of its own: see `dialect_facts.py`.
    user_data = BooleanAttribute(null=True, attr_name="ud")
    iam_role = UnicodeAttribute(null=True, attr_name="ir")
    bootstrap_template = UnicodeAttribute(null=True, attr_name="bt")
    root_volume = JSONAttribute(null=True, attr_name="rv")
    extra_volumes = JSONAttribute(null=True, attr_name="ev")
    default_bootscript = JSONAttribute(null=True, attr_name="db")
    recommended_type = UnicodeAttribute(null=True, attr_name="rt")
    created_at = ShortInstantAttribute(attr_name="c")
    updated_at = ShortInstantAttribute(attr_name="u")
    deleted_at = ShortInstantAttribute(null=True, attr_name="x")
    expires = IntegerAttribute(null=True)
    image_version = IntegerAttribute(null=True, attr_name="iv")
    share = EnumAttribute(MemberStatus, null=True, attr_name="sh")

    by_created = ByCreated()
    by_updated = ByUpdated()
    by_name = ByName()
    by_size = BySize()

    @property
    def image_id(self) -> str:
        """The id of its image."""
        return id_of(self.key)
