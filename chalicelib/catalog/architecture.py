"""Word sizes of processor architectures, by the names in use."""

import re

WIDTHS: dict[str, int] = {
    **dict.fromkeys(("alpha", "armv8", "armv9", "e2k", "s390x", "sparcv9", "sun4u", "sun4v"), 64),
    **dict.fromkeys(("x86", "i386", "i486", "i586", "i686", "386", "486", "586", "686", "athlon"), 32),
    **dict.fromkeys(("arm", "armel", "armhf", "armeb", "armv4", "armv5", "armv6", "armv7", "armv8l"), 32),
    **dict.fromkeys(("ppc", "ppcle", "ppcemb", "powerpc", "s390", "sparc", "sparcv8", "sun4m"), 32),
    **dict.fromkeys(("mips", "mipseb", "mipsel", "mipsle", "m68k", "hppa", "parisc", "sh4", "sh4eb"), 32),
    **dict.fromkeys(("or1k", "openrisc", "microblaze", "microblazeel", "xtensa", "xtensaeb", "cris", "csky"), 32),
}
"""Word sizes of architectures without a number in their names; suffixes after ARM versions are ignored."""

_WORD_SIZE = r"(?<![0-9])(?:32|64)(?![0-9])"
_ARM_VERSION = r"armv[4-9](?![0-9])"


def width(architecture: str | None) -> int | None:
    """Bits of a machine word, 64 or 32; None if the architecture is not known.

    Most names contain it: `x86_64`, `ppc64le`, `AMD64`, `riscv64`. In `arm64_32` the last number counts.
    """
    name = (architecture or "").strip().lower()
    if found := re.findall(_WORD_SIZE, name):
        return int(found[-1])
    version = re.match(_ARM_VERSION, name)
    return WIDTHS.get(name) or (WIDTHS[version[0]] if version else None)
