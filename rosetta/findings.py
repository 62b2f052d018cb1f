"""Explain the results of an image's inspection, and what to do about them."""

from collections.abc import Callable

from chalicelib.catalog.inspection import HARMLESS, WORDS, Finding, Inspection
from chalicelib.catalog.rules import shortage
from rosetta.answers import Image

PREFIX = "inspection_"
"""The prefix of the properties with the results."""
SINGLE = ("compression", "partition_table", "filesystem")
LISTS = ("formats", "boot_modes", "findings")
TOO_SMALL = "disk_too_small"
"""A finding about the declared minimum disk rather than the bytes."""
TOLD = frozenset(f"{PREFIX}{name}" for name in (*SINGLE, *LISTS, "signature", "signature_by", "policy"))
"""Properties that `told` explains instead of showing as they are."""
SIGNATURES = {
    "trusted": "trusted: the signature is valid, and this deployment trusts the signer",
    "untrusted": "untrusted: the signature is valid, but this deployment does not know the signer",
    "unverified": "unverified: this deployment could not check the signature",
}
POLICIES = {
    "enforce": "enforce: this deployment kills images like this on arrival",
    "record": "record: this deployment accepts images like this",
    "off": "off: this deployment does not inspect images",
}


def told(image: Image, policy: Callable[[], str | None]) -> dict[str, object]:
    """The results to show, by label; empty if the image was not inspected or the deployment does not report it.

    If a finding is unsafe, they include the policy: the image's own, or else that of `policy()`, which sends a request.
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
    """The values of a property that is a list."""
    return tuple(filter(None, (image.properties.get(f"{PREFIX}{name}") or "").split(",")))


def _joined(words: tuple[str, ...]) -> str | None:
    return " and ".join(words) or None
