"""What was found in the bytes of an image, in words, with what to do about it."""

from collections.abc import Callable

from chalicelib.catalog.inspection import HARMLESS, WORDS, Finding, Inspection
from chalicelib.catalog.rules import shortage
from rosetta.answers import Image

PREFIX = "inspection_"
"""How the properties of an image begin that tell it."""
SINGLE = ("compression", "partition_table", "filesystem")
LISTS = ("formats", "boot_modes", "findings")
TOO_SMALL = "disk_too_small"
"""A finding that is not of the bytes alone, but of what they are declared to need."""
TOLD = frozenset(f"{PREFIX}{name}" for name in (*SINGLE, *LISTS, "signature", "signature_by", "policy"))
"""The properties that are told in other words."""
SIGNATURES = {
    "trusted": "trusted: the bytes are those that were signed, by a signer whom this deployment trusts",
    "untrusted": "untrusted: the bytes are those that were signed, by a signer of whom this deployment knows nothing",
    "unverified": "unverified: this deployment does not know whether the bytes are those that were signed",
}
POLICIES = {
    "enforce": "enforce: this deployment kills images like this on arrival",
    "record": "record: this deployment accepts images like this",
    "off": "off: this deployment does not inspect images",
}


def told(image: Image, policy: Callable[[], str | None]) -> dict[str, object]:
    """The facts to show, by what they are called.

    If there is an objection, they say what becomes of the image: what was decided for it alone, or else `policy`, which
    asks the deployment.
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
        "signature": _signature(image),
        "signed_by": image.properties.get(f"{PREFIX}signature_by"),
        **{f"{'note' if each in HARMLESS else 'unsafe'} {each}": WORDS[each] for each in known},
        **{
            f"finding {name}": "upgrade this command for an explanation"
            for name in findings
            if name not in WORDS and name != TOO_SMALL
        },
    }
    mistake = found.mismatch(image.disk_format, image.container_format)
    reasons = [mistake, shortage(image.virtual_size, image.min_disk) if TOO_SMALL in findings else None]
    if any(reasons):
        facts["objection"] = ". ".join(filter(None, reasons))
    if any(reasons) or found.unsafe:
        own = image.properties.get(f"{PREFIX}policy")
        said = policy() if own is None else own
        facts["policy"] = POLICIES.get(said or "", said) if own is None else f"{own}: decided for this image"
    return facts


def _signature(image: Image) -> str | None:
    found = image.properties.get(f"{PREFIX}signature")
    return found and SIGNATURES.get(found, found)


def _several(image: Image, name: str) -> tuple[str, ...]:
    """The values of a property that may have several."""
    return tuple(filter(None, (image.properties.get(f"{PREFIX}{name}") or "").split(",")))


def _joined(words: tuple[str, ...]) -> str | None:
    return " and ".join(words) or None
