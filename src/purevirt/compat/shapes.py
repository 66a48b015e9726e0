"""The client's typed results as the lists, tuples and dicts that libvirt-python answers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

MEMORY_STATS = (
    "swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "actual", "rss", "usable", "last_update",
    "disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail",
)  # fmt: skip
"""Keys of memoryStats() by VIR_DOMAIN_MEMORY_STAT_* tag."""


def plain(value: Any) -> Any:
    """Enumerations as the numbers they are."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def row(record: Iterable[Any]) -> list[Any]:
    return [plain(value) for value in record]


def cpus_of(cpumap: Iterable[int], count: int) -> tuple[bool, ...]:
    """A set of CPU numbers as one truth value per host CPU."""
    have = frozenset(cpumap)
    return tuple(cpu in have for cpu in range(count))


def cpu_set(cpumap: object, twin: Any) -> list[int]:
    """One truth value per CPU, as callers give it, as numbers of CPUs that the host of a guest has."""
    if not isinstance(cpumap, tuple):
        raise TypeError("Unexpected type, tuple is required")
    return [number for number, wanted in enumerate(cpumap[: host_cpus(twin)]) if wanted]


def uint(number: int) -> int:
    """An int as the C function gets it, which takes an unsigned one."""
    return number & 0xFFFFFFFF


def text(value: object) -> Any:
    """A string or None. Raises TypeError as the binding does."""
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"argument must be str or None, not {type(value).__name__}")


def sint(number: int) -> int:
    """A number where the binding takes an int. Raises OverflowError as it does."""
    if not -(1 << 31) <= number < 1 << 31:
        raise OverflowError("signed integer is greater than maximum")
    return number


def counted(items: object, count: int, most: int) -> None:
    """A list and its length, at most `most`: where they differ, the binding fails without a word."""
    if not isinstance(items, list) or len(items) != count or count > most:
        raise _silent()


def cells(start: int, count: int) -> None:
    """The NUMA nodes whose memory is asked for; outside of what may be, the binding fails without a word."""
    if start < 0 or count <= 0 or start + count > 10000:
        raise _silent()


def filled(pages: object) -> Any:
    """What pages to make. Raises LookupError as the binding does."""
    if not pages:
        raise LookupError("Need non-empty dictionary to pages attribute")
    return pages


def time_parts(time: object, flags: int) -> tuple[int, int]:
    """The guest's time out of a dictionary; none where flags say what is meant. Raises as the binding does."""
    if time is None and flags:
        return 0, 0
    if not isinstance(time, dict):
        raise TypeError("time must be a dictionary or None with flags set")
    if "seconds" not in time:
        raise LookupError("Dictionary must contains 'seconds'")
    return operator.index(time["seconds"]), operator.index(time.get("nseconds", 0))


def _silent() -> Exception:
    from purevirt.compat.raising import libvirtError

    return libvirtError("the arguments do not fit")


def host_cpus(twin: Any) -> int:
    """How many CPUs the host of a guest's connection may have."""
    count: int = twin.get_connect().node_get_cpu_map().cpus
    return count


def memory_stats(stats: dict[int, int]) -> dict[str, int]:
    return {MEMORY_STATS[tag]: value for tag, value in stats.items() if tag < len(MEMORY_STATS)}


def vcpus(twin: Any) -> tuple[list[tuple[int, int, int, int]], list[tuple[bool, ...]]]:
    infos = twin.get_vcpus()
    count = host_cpus(twin)
    return (
        [(v.number, int(v.state), v.cpu_time, v.cpu) for v in infos],
        [cpus_of(v.cpumap, count) for v in infos],
    )


def interfaces(found: Iterable[Any]) -> dict[str, dict[str, Any]]:
    return {
        i.name: {
            "addrs": [{"addr": a.addr, "prefix": a.prefix, "type": int(a.type)} for a in i.addrs] or None,
            "hwaddr": i.hwaddr,
        }
        for i in found
    }


def lease(found: Any) -> dict[str, Any]:
    names = ("iface", "expirytime", "type", "mac", "ipaddr", "prefix", "hostname", "clientid", "iaid")
    return {name: plain(getattr(found, name)) for name in names}


def node_info(info: Any) -> list[Any]:
    """virNodeGetInfo: the binding tells memory in MiB."""
    return [info.model, info.memory >> 10, *row(info[2:])]


def cpu_stats(twin: Any, total: bool, flags: int) -> list[dict[str, Any]]:
    stats: list[dict[str, Any]] = twin.get_cpu_stats(-1, 1, flags) if total else twin.get_cpu_stats(0, 0, flags)
    return stats


def graphics_address(address: Any) -> dict[str, Any]:
    return {"family": plain(address.family), "node": address.node, "service": address.service}


def settable(params: Any, current: Callable[[], dict[str, Any]]) -> Any:
    """The parameters to set, all of which must be among those there are. Raises LookupError as the binding does."""
    if not isinstance(params, dict):
        raise TypeError("PyDict_Type expected")
    if not params:
        raise LookupError("Need non-empty dictionary to set attributes")
    known = current()
    for name in params:
        if name not in known:
            raise LookupError(f'Attribute name "{name}" could not be recognized')
    return params
