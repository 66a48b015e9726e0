"""What the driver asks a running QEMU, decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purevirt.drivers.qemu.monitor import decode
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.monitor.connection import Monitor
    from purevirt.drivers.qemu.vm import Runtime, Vm

_PAUSED = {
    "paused": C.VIR_DOMAIN_PAUSED_USER,
    "io-error": C.VIR_DOMAIN_PAUSED_IOERROR,
    "watchdog": C.VIR_DOMAIN_PAUSED_WATCHDOG,
    "save-vm": C.VIR_DOMAIN_PAUSED_SAVE,
    "finish-migrate": C.VIR_DOMAIN_PAUSED_MIGRATION,
    "postmigrate": C.VIR_DOMAIN_PAUSED_MIGRATION,
    "inmigrate": C.VIR_DOMAIN_PAUSED_MIGRATION,
    "shutdown": C.VIR_DOMAIN_PAUSED_SHUTTING_DOWN,
    "guest-panicked": C.VIR_DOMAIN_PAUSED_CRASHED,
}


def paused_reason(word: str) -> int:
    """The reason of a pause from QEMU's run state."""
    return _PAUSED.get(word, C.VIR_DOMAIN_PAUSED_UNKNOWN)


async def run_state(monitor: Monitor) -> tuple[bool, str]:
    """Whether the processors run, and QEMU's word for its state."""
    reply = decode.mapping(await monitor.execute("query-status"), "query-status")
    return decode.flag_or(reply, "running"), decode.string_or(reply, "status")


async def learn(vm: Vm, run: Runtime) -> None:
    """After a start or a reattach: thread ids, pseudo terminals, IOThreads. All questions go out at once."""
    monitor = vm.require_monitor()
    document = vm.require_live()
    cpus = monitor.submit("query-cpus-fast")
    chardevs = monitor.submit("query-chardev") if _has_pty(document.devices) else None
    iothreads = monitor.submit("query-iothreads") if document.iothreads else None
    reply = await monitor.result(cpus, "query-cpus-fast")
    run.vcpu_threads = threads_of(reply)
    run.cpu_path = next((decode.string_or(item, "qom-path") or None for item in decode.objects(reply, "query-cpus-fast")), None)
    if chardevs is not None:
        _set_ptys(document.devices, pty_paths(await monitor.result(chardevs, "query-chardev")))
    if iothreads is not None:
        run.iothreads = iothreads_of(await monitor.result(iothreads, "query-iothreads"))
    vm.require_active()
    vm.changed()


def threads_of(reply: Any) -> dict[int, int]:
    """vCPU index → thread id."""
    found = {}
    for item in decode.objects(reply, "query-cpus-fast"):
        found[decode.integer(item, "cpu-index", "query-cpus-fast")] = decode.integer_or(item, "thread-id")
    return found


def iothreads_of(reply: Any) -> dict[int, int]:
    """IOThread number → thread id; aliases are `iothreadN`."""
    found = {}
    for item in decode.objects(reply, "query-iothreads"):
        name = decode.string_or(item, "id")
        if name.startswith("iothread") and name[8:].isdigit():
            found[int(name[8:])] = decode.integer_or(item, "thread-id")
    return found


def pty_paths(reply: Any) -> dict[str, str]:
    """Character device label → path of its pseudo terminal."""
    found = {}
    for item in decode.objects(reply, "query-chardev"):
        file = decode.string_or(item, "filename")
        if file.startswith("pty:"):
            found[decode.string_or(item, "label")] = file[4:]
    return found


def _chardevs(devices: Any) -> list[Any]:
    return [*devices.serials, *devices.parallels, *devices.consoles, *devices.channels]


def _has_pty(devices: Any) -> bool:
    return any(device.type == "pty" for device in _chardevs(devices))


def _set_ptys(devices: Any, paths: dict[str, str]) -> None:
    from purevirt.model.domain.chardev import ChardevSource

    for device in _chardevs(devices):
        alias = device.alias.name if device.alias else None
        if device.type == "pty" and alias and (path := paths.get(f"char{alias}")):
            device.sources = [ChardevSource(path=path)]
    if devices.consoles and devices.serials and devices.consoles[0].alias is None:
        # The first console is the first serial port under another name.
        devices.consoles[0].sources = [s.copy() for s in devices.serials[0].sources]


@dataclass(frozen=True, slots=True)
class BlockStats:
    """Counters of one device; times in nanoseconds."""

    rd_operations: int
    rd_bytes: int
    rd_time_ns: int
    wr_operations: int
    wr_bytes: int
    wr_time_ns: int
    flush_operations: int
    flush_time_ns: int
    wr_highest_offset: int | None
    write_threshold: int


def total_of(each: list[BlockStats]) -> BlockStats:
    """The sums of several devices' counters."""
    names = [name for name in BlockStats.__slots__ if name not in ("wr_highest_offset", "write_threshold")]
    sums = {name: sum(getattr(one, name) for one in each) for name in names}
    return BlockStats(**sums, wr_highest_offset=None, write_threshold=0)


def _block_stats(item: Any) -> BlockStats:
    stats = decode.child(item, "stats")
    parent = decode.child(decode.child(item, "parent"), "stats")
    offset = decode.integer_or(parent, "wr_highest_offset", -1)
    return BlockStats(
        rd_operations=decode.integer_or(stats, "rd_operations"),
        rd_bytes=decode.integer_or(stats, "rd_bytes"),
        rd_time_ns=decode.integer_or(stats, "rd_total_time_ns"),
        wr_operations=decode.integer_or(stats, "wr_operations"),
        wr_bytes=decode.integer_or(stats, "wr_bytes"),
        wr_time_ns=decode.integer_or(stats, "wr_total_time_ns"),
        flush_operations=decode.integer_or(stats, "flush_operations"),
        flush_time_ns=decode.integer_or(stats, "flush_total_time_ns"),
        wr_highest_offset=offset if offset >= 0 else None,
        write_threshold=0,
    )


def block_stats_of(reply: Any) -> dict[str, BlockStats]:
    """Counters by QOM path (-blockdev) or drive alias."""
    found = {}
    for item in decode.objects(reply, "query-blockstats"):
        stats = _block_stats(item)
        for key in (decode.string_or(item, "qdev"), decode.string_or(item, "device")):
            if key:
                found[key] = stats
    return found


def node_capacity_of(reply: Any) -> dict[str, tuple[int, int]]:
    """Block node name → virtual size and write threshold, from query-named-block-nodes."""
    found = {}
    for item in decode.objects(reply, "query-named-block-nodes"):
        image = decode.child(item, "image")
        found[decode.string_or(item, "node-name")] = (
            decode.integer_or(image, "virtual-size"),
            decode.integer_or(item, "write_threshold"),
        )
    return found


def balloon_of(reply: Any) -> int:
    """Current balloon size in KiB."""
    return decode.integer(decode.mapping(reply, "query-balloon"), "actual", "query-balloon") // 1024


_MEMORY_TAGS = {
    "stat-swap-in": (C.VIR_DOMAIN_MEMORY_STAT_SWAP_IN, 1024),
    "stat-swap-out": (C.VIR_DOMAIN_MEMORY_STAT_SWAP_OUT, 1024),
    "stat-major-faults": (C.VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT, 1),
    "stat-minor-faults": (C.VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT, 1),
    "stat-free-memory": (C.VIR_DOMAIN_MEMORY_STAT_UNUSED, 1024),
    "stat-total-memory": (C.VIR_DOMAIN_MEMORY_STAT_AVAILABLE, 1024),
    "stat-available-memory": (C.VIR_DOMAIN_MEMORY_STAT_USABLE, 1024),
    "stat-disk-caches": (C.VIR_DOMAIN_MEMORY_STAT_DISK_CACHES, 1024),
    "stat-htlb-pgalloc": (C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC, 1),
    "stat-htlb-pgfail": (C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL, 1),
}


def guest_memory_of(reply: Any) -> dict[int, int]:
    """VIR_DOMAIN_MEMORY_STAT_* → value, from the balloon's guest-stats; sizes in KiB. Unknown ones are left out."""
    data = decode.mapping(reply, "guest-stats")
    stats = decode.child(data, "stats")
    found = {}
    for key, (tag, unit) in _MEMORY_TAGS.items():
        value = decode.integer_or(stats, key, -1)
        if 0 <= value < (1 << 64) - 1:
            found[tag] = value // unit
    last = decode.integer_or(data, "last-update")
    if last:
        found[C.VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE] = last
    return found


@dataclass(frozen=True, slots=True)
class IoThread:
    """An IOThread as QEMU runs it."""

    number: int
    thread_id: int
    poll_max_ns: int
    poll_grow: int
    poll_shrink: int


def io_threads_of(reply: Any) -> list[IoThread]:
    """The IOThreads that are ours, in QEMU's order."""
    found = []
    for item in decode.objects(reply, "query-iothreads"):
        name = decode.string_or(item, "id")
        if name.startswith("iothread") and name[8:].isdecimal():
            poll = (decode.integer_or(item, f"poll-{key}") for key in ("max-ns", "grow", "shrink"))
            found.append(IoThread(int(name[8:]), decode.integer_or(item, "thread-id"), *poll))
    return found


@dataclass(frozen=True, slots=True)
class DirtyRate:
    """The last measurement of how fast the guest writes its memory."""

    status: int
    start_s: int
    period_s: int
    mode: str
    mib_per_s: int
    vcpus: list[tuple[int, int]]


_DIRTY_STATUS = {
    "unstarted": C.VIR_DOMAIN_DIRTYRATE_UNSTARTED,
    "measuring": C.VIR_DOMAIN_DIRTYRATE_MEASURING,
    "measured": C.VIR_DOMAIN_DIRTYRATE_MEASURED,
}


def dirty_rate_of(reply: Any) -> DirtyRate:
    """The answer to query-dirty-rate."""
    data = decode.mapping(reply, "query-dirty-rate")
    word = decode.string(data, "status", "query-dirty-rate")
    if word not in _DIRTY_STATUS:
        raise decode.BadReply(f"Unknown dirty rate status: {word}")
    ring = data.get("vcpu-dirty-rate")
    return DirtyRate(
        _DIRTY_STATUS[word],
        decode.integer_or(data, "start-time"),
        decode.integer_or(data, "calc-time"),
        decode.string_or(data, "mode", "page-sampling"),
        decode.integer_or(data, "dirty-rate"),
        [(decode.integer_or(i, "id"), decode.integer_or(i, "dirty-rate")) for i in decode.objects(ring or [], "vcpu-dirty-rate")],
    )
