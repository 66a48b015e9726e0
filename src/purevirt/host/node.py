"""The machine as virNodeGetInfo and its kin tell it: processors, memory, their use. Read from sysfs and procfs."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys/devices/system")
PROC = Path("/proc")
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """`memory_kib` of all nodes; `sockets`, `cores`, `threads` of one NUMA node, as libvirt counts."""

    model: str
    memory_kib: int
    cpus: int
    mhz: int
    nodes: int
    sockets: int
    cores: int
    threads: int


def cpu_list(text: str) -> list[int]:
    """The kernel's list format: "0-3,8"."""
    found: list[int] = []
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            found.extend(range(int(first), int(last or first) + 1))
    return found


def _read(path: Path, default: str = "") -> str:
    try:
        return path.read_text()
    except OSError:
        return default


def online_cpus(sys: Path = SYS) -> list[int]:
    return cpu_list(_read(sys / "cpu/online", "0"))


def present_cpus(sys: Path = SYS) -> list[int]:
    return cpu_list(_read(sys / "cpu/present", "0"))


def numa_nodes(sys: Path = SYS) -> list[int]:
    return cpu_list(_read(sys / "node/online", "0"))


def meminfo_kib(proc: Path = PROC) -> dict[str, int]:
    """/proc/meminfo's rows by name, in KiB."""
    found = {}
    for line in _read(proc / "meminfo").splitlines():
        name, _, rest = line.partition(":")
        number = rest.split()
        if number and number[0].isdecimal():
            found[name] = int(number[0])
    return found


def cell_memory_kib(cell: int, sys: Path = SYS) -> dict[str, int]:
    """A NUMA node's meminfo rows by name ("MemTotal", "MemFree" …), in KiB; empty when there is no such node."""
    found = {}
    for line in _read(sys / f"node/node{cell}/meminfo").splitlines():
        fields = line.split()  # Node 0 MemTotal:  5466316 kB
        if len(fields) >= 4 and fields[3].isdecimal():
            found[fields[2].rstrip(":")] = int(fields[3])
    return found


@dataclass(frozen=True, slots=True)
class Pages:
    """How many pages of a size a NUMA node has, and how many of them are free."""

    size_kib: int
    total: int
    free: int


PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def cell_pages(cell: int, sys: Path = SYS) -> list[Pages]:
    """Page pools of a NUMA node, smallest first. What lies in huge pages is not counted among the ordinary ones."""
    huge = []
    with suppress(OSError):
        for entry in os.scandir(sys / f"node/node{cell}/hugepages"):
            size = entry.name.removeprefix("hugepages-").removesuffix("kB")
            counts = [int(_read(Path(entry.path) / name, "0")) for name in ("nr_hugepages", "free_hugepages")]
            huge.append(Pages(int(size), counts[0], counts[1]))
    memory = cell_memory_kib(cell, sys)
    total = memory.get("MemTotal", 0) - sum(pool.size_kib * pool.total for pool in huge)
    ordinary = Pages(PAGE_KIB, total // PAGE_KIB, memory.get("MemFree", 0) // PAGE_KIB)
    return [ordinary, *sorted(huge, key=lambda pool: pool.size_kib)]


def shared_memory(sys: Path = Path("/sys/kernel/mm/ksm")) -> dict[str, int]:
    """Settings and counters of the kernel's page merging, by their file names; those that it lacks are left out."""
    found = {}
    for name in KSM_FILES:
        text = _read(sys / name).strip()
        if text.isdecimal():
            found[name] = int(text)
    return found


def set_shared_memory(name: str, value: int, sys: Path = Path("/sys/kernel/mm/ksm")) -> None:
    """Change one of the kernel's settings of page merging. OSError as the kernel gives it."""
    (sys / name).write_text(f"{value}\n")


def set_huge_pages(cell: int, size_kib: int, total: int, sys: Path = SYS) -> None:
    """Ask for that many huge pages on a NUMA node; fewer may be there after. OSError as the kernel gives it."""
    (sys / f"node/node{cell}/hugepages/hugepages-{size_kib}kB/nr_hugepages").write_text(f"{total}\n")


KSM_FILES = (
    "pages_to_scan",
    "sleep_millisecs",
    "pages_shared",
    "pages_sharing",
    "pages_unshared",
    "pages_volatile",
    "full_scans",
    "merge_across_nodes",
)


def node_info(sys: Path = SYS, proc: Path = PROC) -> NodeInfo:
    """Everything about the host's shape; unknown values are 1 or 0."""
    online = online_cpus(sys)
    places = {cpu: _place(sys, cpu) for cpu in online}
    sockets = len({socket for socket, _ in places.values()}) or 1
    cores = max((len({c for s, c in places.values() if s == one}) for one, _ in places.values()), default=1)
    threads = max((len([1 for place in places.values() if place == one]) for one in places.values()), default=1)
    nodes = len(numa_nodes(sys)) or 1
    cells = [cell_memory_kib(cell, sys).get("MemTotal", 0) for cell in numa_nodes(sys)]
    memory = sum(cells) or meminfo_kib(proc).get("MemTotal", 0)
    return NodeInfo(os.uname().machine, memory, len(online), _mhz(proc), nodes, max(sockets // nodes, 1), cores, threads)


def _place(sys: Path, cpu: int) -> tuple[int, int]:
    """(socket, core) of a processor."""
    topology = sys / f"cpu/cpu{cpu}/topology"
    socket, core = (_read(topology / name, "0").strip() for name in ("physical_package_id", "core_id"))
    return int(socket or 0), int(core or 0)


def _mhz(proc: Path) -> int:
    for line in _read(proc / "cpuinfo").splitlines():
        if line.startswith("cpu MHz"):
            return int(float(line.partition(":")[2]))
    return 0


def cpu_times_ns(cpu: int | None = None, proc: Path = PROC) -> dict[str, int]:
    """kernel, user, idle and iowait time of one processor (or of all), in nanoseconds; empty when there is no such one."""
    wanted = "cpu" if cpu is None else f"cpu{cpu}"
    for line in _read(proc / "stat").splitlines():
        fields = line.split()
        if fields and fields[0] == wanted:
            user, nice, system, idle, iowait, irq, softirq = (int(f) * TICK_NS for f in fields[1:8])
            return {"kernel": system + irq + softirq, "user": user + nice, "idle": idle, "iowait": iowait}
    return {}
