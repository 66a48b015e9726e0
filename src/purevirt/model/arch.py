"""CPU architectures by libvirt's names (virArch), with what documents need to know of them."""

from __future__ import annotations

from typing import Literal

Arch = Literal[
    "alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k", "microblaze", "microblazeel",
    "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64", "ppc", "ppcle", "ppc64", "ppc64le", "ppcemb",
    "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb",
]  # fmt: skip

_WORD_64 = frozenset(
    ("alpha", "aarch64", "ia64", "mips64", "mips64el", "parisc64", "ppc64", "ppc64le", "riscv64", "s390x", "sparc64", "x86_64")
)


def word_size(arch: str) -> int:
    """Bits of a word: 64 or 32."""
    return 64 if arch in _WORD_64 else 32


def is_x86(arch: str | None) -> bool:
    return arch in ("i686", "x86_64")


def is_arm(arch: str | None) -> bool:
    return arch in ("armv6l", "armv7l", "armv7b", "aarch64")


def is_s390(arch: str | None) -> bool:
    return arch in ("s390", "s390x")


def is_ppc64(arch: str | None) -> bool:
    return arch in ("ppc64", "ppc64le")


def is_riscv(arch: str | None) -> bool:
    return arch in ("riscv32", "riscv64")
