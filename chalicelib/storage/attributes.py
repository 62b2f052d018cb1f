"""The domain's values as attributes of DynamoDB items."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pynamodb.attributes import Attribute
from pynamodb.constants import LIST, MAP, NUMBER, STRING

from chalicelib.catalog.event import Actor
from chalicelib.catalog.image import Inspecting, Visibility
from chalicelib.catalog.position import instant_of, short_instant
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import instant_text

E = TypeVar("E", bound=StrEnum)
VISIBILITIES = {Visibility.SHARED: "private", Visibility.PRIVATE: "owned"}
_ACTOR = frozenset(Actor._fields)
_POLICIES = frozenset(policy.value for policy in Policy)


class InstantAttribute(Attribute[datetime]):
    """An instant as text of one width with microseconds, UTC, which sorts by time."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """`2016-05-10T21:35:15.000000`."""
        return instant_text(value)

    def deserialize(self, value: str) -> datetime:
        """An aware instant."""
        return datetime.fromisoformat(f"{value}+00:00")


class ShortInstantAttribute(Attribute[datetime]):
    """An instant in fifteen characters, which sort by time."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """See `short_instant`."""
        return short_instant(value)

    def deserialize(self, value: str) -> datetime:
        """An aware instant."""
        return instant_of(value)


class IntegerAttribute(Attribute[int]):
    """A whole number."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Its digits."""
        return str(value)

    def deserialize(self, value: str) -> int:
        """The number, which DynamoDB writes in digits."""
        return int(value)


class EnumAttribute(Attribute[E]):
    """A member of an enumeration of texts, by its value."""

    attr_type = STRING

    def __init__(self, members: type[E], *, null: bool = False, attr_name: str | None = None) -> None:
        super().__init__(null=null, attr_name=attr_name)
        self._members = {member.value: member for member in members}

    def serialize(self, value: E) -> str:
        """The value."""
        return value.value

    def deserialize(self, value: str) -> E:
        """The member of that value."""
        return self._members[value]


class VisibilityAttribute(EnumAttribute[Visibility]):
    """Who sees an image. Shared ones are stored as `private`: at first, images were either that or public."""

    def __init__(self, *, attr_name: str | None = None) -> None:
        super().__init__(Visibility, attr_name=attr_name)
        self._members |= {"private": Visibility.SHARED, "owned": Visibility.PRIVATE}

    def serialize(self, value: Visibility) -> str:
        """The stored word, which may differ from the domain's."""
        return VISIBILITIES.get(value, value.value)


class InspectingAttribute(EnumAttribute[Inspecting]):
    """The inspection policy of a token; a value that only a newer release knows counts as the strictest."""

    def __init__(self) -> None:
        super().__init__(Inspecting, null=True)

    def deserialize(self, value: str) -> Inspecting:
        """The member of that value."""
        return self._members.get(value, Inspecting.ENFORCE)


class TagsAttribute(Attribute[tuple[str, ...]]):
    """Texts in their order, so that a filter can look for one of them."""

    attr_type = LIST

    def serialize(self, value: tuple[str, ...]) -> list[dict[str, str]]:
        """A DynamoDB list."""
        return [{"S": text} for text in value]

    def deserialize(self, value: list[dict[str, str]]) -> tuple[str, ...]:
        """A plain tuple."""
        return tuple(item["S"] for item in value)


class TextsAttribute(Attribute[Mapping[str, str | None]]):
    """A map of texts, some of them null, so that a filter can name a key."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
        """A DynamoDB map."""
        return {key: {"NULL": True} if text is None else {"S": text} for key, text in value.items()}

    def deserialize(self, value: dict[str, dict[str, Any]]) -> dict[str, str | None]:
        """A plain dictionary."""
        return {key: item.get("S") for key, item in value.items()}


class PoliciesAttribute(Attribute[frozenset[Policy]]):
    """Policies as one text, separated by blanks; a set in DynamoDB could not be empty."""

    attr_type = STRING

    def serialize(self, value: frozenset[Policy]) -> str:
        """The names, sorted."""
        return " ".join(sorted(value))

    def deserialize(self, value: str) -> frozenset[Policy]:
        """The policies of those names; those that only a newer release knows are ignored."""
        return frozenset(Policy(name) for name in value.split() if name in _POLICIES)


def actor_of(facts: Mapping[str, Any]) -> Actor:
    """The actor whose facts were stored; those that only a newer release knows are left out."""
    return Actor(**{name: value for name, value in facts.items() if name in _ACTOR})
