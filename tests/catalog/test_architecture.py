"""How wide processors are."""

import pytest

from chalicelib.catalog.architecture import width

WIDE = """
x86_64 x86-64 x64 x86_64_v3 x86_64_mac amd64 AMD64 kfreebsd-amd64 arm64 ARM64 arm64e arm64_mac aarch64 aarch64_be
cv_aarch64 armv8 armv8-a armv8.2-a armv9 ppc64 ppc64le ppc64el powerpc64 powerpc64le s390x riscv64 riscv64gc loong64
loongarch64 mips64 mips64el mips64le ia64 sparc64 sparcv9 sun4u sun4v alpha hppa64 parisc64 e2k
"""
NARROW = """
i386 i486 i586 i686 I686 x86 386 x32 arm armel armhf armv5tel armv6 armv6l armv7 armv7a armv7b armv7hl armv7l armv8l
aarch64_ilp32 arm64_32 ppc ppcle ppcemb powerpc s390 sparc mips mipsel riscv32 loongarch32 m68k hppa parisc sh4 sh4eb
or1k openrisc microblaze xtensa cris lm32 unicore32 csky
"""
UNKNOWN = (None, "", " ", "noarch", "unknown_arch", "build-1764", "x8664", "armv10", "64000", "é", "processor")


@pytest.mark.parametrize(
    ("architecture", "bits"),
    [(name, bits) for names, bits in ((WIDE, 64), (NARROW, 32)) for name in names.split()],
)
def test_the_width_of_an_architecture_is_known(architecture: str, bits: int) -> None:
    assert width(architecture) == bits
    assert width(f" {architecture.upper()} ") == bits


@pytest.mark.parametrize("architecture", UNKNOWN)
def test_of_what_is_no_architecture_no_width_is_known(architecture: str | None) -> None:
    assert width(architecture) is None
