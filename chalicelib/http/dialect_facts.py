"""What one dialect alone knows of an image, as its edge reads and writes it: with types, in its own namespace."""

from typing import Any, Generic, TypeVar, cast

from chalicelib.catalog.image import Changes, Image

Facts = TypeVar("Facts")


class DialectFacts(Generic[Facts]):
    """The facts that a dialect declares: the optional keys of a TypedDict, whose values are JSON or None.

    >>> class Facts(TypedDict, total=False):
    ...     planet: str | None
    >>> FACTS = DialectFacts("example", Facts)
    """

    def __init__(self, namespace: str, declared: type[Facts]) -> None:
        self.namespace = namespace
        self.declared = declared
        self.names = tuple(declared.__annotations__)

    def of(self, image: Image) -> Facts:
        """Those that the image has. What only a newer release has declared is not among them."""
        known = image.dialect_facts.get(self.namespace, {})
        found: Any = {name: known[name] for name in self.names if name in known}
        return cast("Facts", found)  # nobody else writes them

    def changes(self, facts: Facts) -> Changes:
        """The changes that give an image these facts; None takes one away, and others stay."""
        given = cast("dict[str, Any]", facts)  # as every TypedDict
        return {"dialect_facts": {self.namespace: given}} if given else {}
