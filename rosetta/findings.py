"""What was found in the bytes of an image, in words, with what to do about it."""

from collections.abc import Callable

from chalicelib.catalog.inspection import HARMLESS, WORDS, Finding, Inspection
from rosetta.answers import Image

PREFIX = "inspection_"
"""How the properties of an image begin that tell it."""
SINGLE = ("compression", "partition_table", "filesystem")
LISTS = ("formats", "boot_modes", "findings")
TOLD = frozenset(f"{PREFIX}{name}" for name in (*SINGLE, *LISTS))
"""The properties that are told in other words."""
POLICIES = {
    "enforce": "enforce: this deployment kills images like this as they come",
    "record": "record: this deployment lets images like this be used",
    "off": "off: this deployment does not look at what comes",
}


def told(image: Image, policy: Callable[[], str | None]) -> dict[str, object]:
    """The facts to show, by what they are called; what the deployment does is asked if there is an objection.

    Without facts nobody has looked, or the deployment does not say so.
    """
    if TOLD.isdisjoint(image.properties):
        return {}
    formats, modes, findings = (_several(image, name) for name in LISTS)
    known = tuple(each for each in Finding if each in findings)
    found = Inspection(formats, None, image.properties.get(f"{PREFIX}compression"), findings=known)
    facts: dict[str, object] = {
        "real_format": _joined(formats),
        **{name: image.properties.get(f"{PREFIX}{name}") for name in SINGLE},
        "boot_modes": _joined(modes),
        **{f"{'note' if each in HARMLESS else 'unsafe'} {each}": WORDS[each] for each in known},
        **{
            f"finding {name}": "a later release of this command knows what that is"
            for name in findings
            if name not in WORDS
        },
    }
    reason = found.objection(image.disk_format, image.container_format)
    if reason is None:
        return facts
    if not found.unsafe:  # otherwise the findings say it
        facts["objection"] = reason
    said = policy()
    return {**facts, "policy": POLICIES.get(said or "", said)}


def _several(image: Image, name: str) -> tuple[str, ...]:
    """The values of a property that may have several."""
    return tuple(filter(None, (image.properties.get(f"{PREFIX}{name}") or "").split(",")))


def _joined(words: tuple[str, ...]) -> str | None:
    return " and ".join(words) or None
