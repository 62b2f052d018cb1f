"""Items that newer releases may write too."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from pynamodb.models import Model

from chalicelib.storage.attributes import IntegerAttribute
from chalicelib.storage.releases import unknown


class Evolving(Model):
    """An item that newer releases may write too: attributes unknown to this one are kept as they are.

    `format` counts the changes after which older releases would misread an item.
    """

    format = IntegerAttribute(null=True)
    unknown: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """The item, with its unknown attributes."""
        item = super().from_raw_data(data)
        item.unknown = unknown(data, {attribute.attr_name for attribute in cls.get_attributes().values()})
        return item

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:  # noqa: ARG002, FBT001, FBT002
        """Only the attributes with a value; pynamodb's own visits all of them, five times in a transaction."""
        known, attributes = self.attribute_values.items(), self.get_attributes()
        written = [(attributes[name], value) for name, value in known if value is not None]
        return {
            **self.unknown,
            **{attribute.attr_name: {attribute.attr_type: attribute.serialize(value)} for attribute, value in written},
        }
