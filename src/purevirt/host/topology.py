"""The host's processors in their places, their caches, and how far its NUMA nodes are from one another. From sysfs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from purevirt.host.node import PROC, SYS, cpu_list

CacheKind = Literal["both", "code", "data"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one processor is; `siblings` share its core."""

    cpu: int
    socket: int
    die: int
    core: int
    siblings: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cache:
    """One cache. `kind` is "both", "code" or "data"; `size_kib` its whole size."""

    number: int
    level: int
    kind: CacheKind
    size_kib: int
    cpus: frozenset[int]


def _text(path: Path, default: str = "") -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return default


def _number(path: Path) -> int:
    text = _text(path, "0")
    return int(text) if text.isdecimal() else 0


def places(cell: int, sys: Path = SYS) -> list[Place]:
    """The processors of a NUMA node, by number."""
    cpus = cpu_list(_text(sys / f"node/node{cell}/cpulist")) or cpu_list(_text(sys / "cpu/online", "0"))
    found = []
    for cpu in cpus:
        at = sys / f"cpu/cpu{cpu}/topology"
        siblings = frozenset(cpu_list(_text(at / "thread_siblings_list", str(cpu))))
        socket, die, core = (_number(at / name) for name in ("physical_package_id", "die_id", "core_id"))
        found.append(Place(cpu, socket, die, core, siblings))
    return found


def distances(cell: int, sys: Path = SYS) -> list[int]:
    """To each node in turn; 10 is the node itself."""
    return [int(word) for word in _text(sys / f"node/node{cell}/distance").split() if word.isdecimal()]


_KINDS: dict[str, CacheKind] = {"Unified": "both", "Instruction": "code", "Data": "data"}


def caches(least_level: int, sys: Path = SYS) -> list[Cache]:
    """Caches of that level and above, each once."""
    found: dict[tuple[int, int, str], Cache] = {}
    for cpu in cpu_list(_text(sys / "cpu/online", "0")):
        directory = sys / f"cpu/cpu{cpu}/cache"
        for name in sorted(os.listdir(directory)) if directory.is_dir() else []:
            at = directory / name
            level, kind = _number(at / "level"), _KINDS.get(_text(at / "type"))
            size = _text(at / "size").removesuffix("K")
            if kind is None or level < least_level or not size.isdecimal():
                continue
            shared = frozenset(cpu_list(_text(at / "shared_cpu_list")))
            key = (level, _number(at / "id"), kind)
            found.setdefault(key, Cache(_number(at / "id"), level, kind, int(size), shared))
    return [found[key] for key in sorted(found)]


@dataclass(frozen=True, slots=True)
class CpuIdentity:
    """What /proc/cpuinfo calls the processors; numbers None where it does not say."""

    vendor: str | None
    family: int | None
    model: int | None
    stepping: int | None
    microcode: int | None
    physical_bits: int | None


_VENDORS = {"GenuineIntel": "Intel", "AuthenticAMD": "AMD", "HygonGenuine": "Hygon"}


def cpu_identity(proc: Path = PROC) -> CpuIdentity:
    """Of the first processor."""
    fields: dict[str, str] = {}
    for line in _text(proc / "cpuinfo").split("\n\n")[0].splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip()] = value.strip()

    def number(name: str) -> int | None:
        try:
            return int(fields[name], 0)
        except (KeyError, ValueError):
            return None

    bits = fields.get("address sizes", "").split(" ")[0]
    return CpuIdentity(
        _VENDORS.get(fields.get("vendor_id", "")),
        number("cpu family"),
        number("model"),
        number("stepping"),
        number("microcode"),
        int(bits) if bits.isdecimal() else None,
    )


def has_iommu(groups: Path = Path("/sys/kernel/iommu_groups")) -> bool:
    """Whether the kernel made groups of devices that can be given away."""
    return groups.is_dir() and any(groups.iterdir())
