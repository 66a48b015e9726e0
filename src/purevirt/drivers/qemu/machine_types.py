"""What can be told from architecture and machine name alone.

Functions take the two strings, so that they serve definitions, capabilities and domain capabilities alike.
"""

from __future__ import annotations

import re
from typing import Any

X86 = frozenset({"i686", "x86_64"})
ARM = frozenset({"armv6l", "armv7l", "armv7b", "aarch64"})
PPC64 = frozenset({"ppc64", "ppc64le"})
S390 = frozenset({"s390", "s390x"})
RISCV = frozenset({"riscv32", "riscv64"})
MIPS = frozenset({"mips", "mipsel", "mips64", "mips64el"})
ALL_ARCHES = frozenset(
    [
        "alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "loongarch64", "m68k", "microblaze",
        "microblazeel", "mips", "mipsel", "mips64", "mips64el", "or32", "parisc", "parisc64", "ppc", "ppcle", "ppc64", "ppc64le",
        "ppcemb", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa",
        "xtensaeb",
    ]
)  # fmt: skip


def is_x86(arch: str) -> bool:
    """i686 or x86_64."""
    return arch in X86


def is_arm(arch: str) -> bool:
    """Any ARM."""
    return arch in ARM


def is_ppc64(arch: str) -> bool:
    """ppc64 of either byte order."""
    return arch in PPC64


def is_s390(arch: str) -> bool:
    """s390 or s390x."""
    return arch in S390


def is_riscv(arch: str) -> bool:
    """riscv32 or riscv64."""
    return arch in RISCV


def is_mips(arch: str) -> bool:
    """Any MIPS."""
    return arch in MIPS


def _is(machine: str, name: str) -> bool:
    return machine == name or machine.startswith(name + "-")


def is_q35(arch: str, machine: str) -> bool:
    """x86 with the Q35 chipset."""
    return arch in X86 and (machine.startswith("pc-q35") or machine == "q35" or _is(machine, "q35"))


def is_i440fx(arch: str, machine: str) -> bool:
    """x86 with the i440FX chipset."""
    return arch in X86 and (
        machine == "pc" or machine.startswith(("pc-0.", "pc-1.", "pc-i440", "rhel"))
    )


def is_s390_ccw(arch: str, machine: str) -> bool:
    """s390 with the channel subsystem."""
    return arch in S390 and machine.startswith("s390-ccw")


def is_arm_virt(arch: str, machine: str) -> bool:
    """The ARM `virt` board."""
    return arch in ARM and _is(machine, "virt")


def is_riscv_virt(arch: str, machine: str) -> bool:
    """The RISC-V `virt` board."""
    return arch in RISCV and _is(machine, "virt")


def is_loongson_virt(arch: str, machine: str) -> bool:
    """The LoongArch `virt` board."""
    return arch == "loongarch64" and _is(machine, "virt")


def is_pseries(arch: str, machine: str) -> bool:
    """ppc64 pSeries."""
    return arch in PPC64 and _is(machine, "pseries")


def is_mips_malta(arch: str, machine: str) -> bool:
    """MIPS Malta."""
    return arch in MIPS and machine == "malta"


def has_builtin_ide(arch: str, machine: str) -> bool:
    """The board has IDE channels of its own."""
    return is_i440fx(arch, machine) or machine in ("malta", "sun4u", "g3beige")


def has_pci_root(arch: str, machine: str) -> bool:
    """The root bus is conventional PCI ('pci-root')."""
    return is_i440fx(arch, machine) or is_pseries(arch, machine)


def of(domain: Any) -> tuple[str, str]:
    """(arch, machine) of a definition."""
    type_ = domain.os.type
    return type_.arch or "", type_.machine or ""


_VERSION = re.compile(r"-(\d+)\.(\d+)")


def pseries_version(machine: str) -> tuple[int, int] | None:
    """Version of a versioned machine name such as pseries-2.7."""
    match = _VERSION.search(machine)
    return (int(match[1]), int(match[2])) if match else None
