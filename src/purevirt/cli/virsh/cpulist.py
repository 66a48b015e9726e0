"""Lists of CPUs as they are typed and shown: "0-3,^2", "yy-y", "0-1,3"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from purevirt.cli.engine.problems import Failed
from purevirt.errors import ErrorCode, VirtError

if TYPE_CHECKING:
    from purevirt.cli.engine.shell import Shell

_PART = re.compile(r"(\^?)(\d+)(?:-(\d+))?\Z")


def parse_bitmap(text: str) -> frozenset[int]:
    """The numbers of "0-3,5,^2". Raises VirtError (INVALID_ARG)."""
    bits: set[int] = set()
    for part in text.replace(" ", "").split(","):
        match = _PART.match(part)
        if match is None or (match[1] and match[3]):
            raise VirtError(ErrorCode.INVALID_ARG, f"Failed to parse bitmap '{text}'")
        first, last = int(match[2]), int(match[3] or match[2])
        if last < first or last > 1 << 20:
            raise VirtError(ErrorCode.INVALID_ARG, f"Failed to parse bitmap '{text}'")
        if match[1]:
            bits.discard(first)
        else:
            bits.update(range(first, last + 1))
    return frozenset(bits)


def parse_cpulist(text: str, maxcpu: int) -> frozenset[int]:
    """Some of `maxcpu` CPUs; "r" is all of them. Raises Failed."""
    if text == "r":
        return frozenset(range(maxcpu))
    try:
        cpus = parse_bitmap(text)
    except VirtError as error:
        raise Failed(f"Invalid cpulist '{text}'") from error
    if not cpus:
        raise Failed(f"Invalid cpulist '{text}'")
    if max(cpus) >= maxcpu:
        raise Failed(f"CPU {max(cpus)} in cpulist '{text}' exceed the maxcpu {maxcpu}")
    return cpus


def ranges(cpus: Collection[int]) -> str:
    """ "0-1,3"; empty for none."""
    out: list[str] = []
    start: int | None = None
    for cpu in range(max(cpus, default=-1) + 2):
        if cpu in cpus:
            start = cpu if start is None else start
        elif start is not None:
            out.append(f"{start}" if start == cpu - 1 else f"{start}-{cpu - 1}")
            start = None
    return ",".join(out)


def letters(cpus: Collection[int], maxcpu: int) -> str:
    """ "yy-y"."""
    return "".join("y" if cpu in cpus else "-" for cpu in range(maxcpu))


def host_cpu_count(sh: Shell) -> int:
    """How many CPUs the host may have: from its CPU map, else from the node information."""
    try:
        return int(sh.conn.node_get_cpu_map().cpus)
    except VirtError:
        info = sh.conn.node_get_info()
        return int(info.nodes * info.sockets * info.cores * info.threads)
