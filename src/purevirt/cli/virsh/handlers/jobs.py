"""Jobs of a domain, and how fast it dirties its memory."""

from __future__ import annotations

from collections.abc import Mapping

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import pretty
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.flags import collect
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c


def cmd_domjobabort(sh: Shell, a: Args) -> None:
    flags = collect(a, {"postcopy": c.VIR_DOMAIN_ABORT_JOB_POSTCOPY})
    dom = lookup.domain(sh, a)
    if flags:
        dom.abort_job_flags(flags)
    else:
        dom.abort_job()


def cmd_domdirtyrate_calc(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    seconds = a.integer("seconds")
    flags = 0
    mode = a.text("mode")
    if mode is not None:
        found = names.index(names.DOMAIN_DIRTY_RATE_CALC_MODE, mode)
        if found is None:
            raise Failed(f"Unknown calculation mode '{mode}'")
        flags = 1 << found
    dom.start_dirty_rate_calc(1 if seconds is None else seconds, flags)
    sh.extra("Start to calculate domain's memory dirty rate successfully.\n")


def cmd_domjobinfo(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {"completed": c.VIR_DOMAIN_JOB_STATS_COMPLETED, "keep-completed": c.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED},
    )
    raw = a.flag("rawstats")
    dom = lookup.domain(sh, a)
    try:
        kind, stats = dom.get_job_stats(flags)
    except VirtError as error:
        if error.code != ErrorCode.NO_SUPPORT:
            raise
        if flags or raw:
            raise Failed("Optional flags or --rawstats are not supported by the daemon") from None
        info = dom.get_job_info()
        kind, stats = info.type, {_OLD_FIELDS[name]: value for name, value in info._asdict().items() if name != "type"}
    if raw:
        sh.write(f"Job type: {int(kind)}\n\n")
        for name, value in stats.items():
            sh.write(f"{name}: {names.shown(value)}\n")
        return
    _Report(sh, stats).run(int(kind), a.flag("completed"), a.flag("anystats"))


_OLD_FIELDS = {
    "time_elapsed": "time_elapsed",
    "time_remaining": "time_remaining",
    "data_total": "data_total",
    "data_processed": "data_processed",
    "data_remaining": "data_remaining",
    "mem_total": "memory_total",
    "mem_processed": "memory_processed",
    "mem_remaining": "memory_remaining",
    "file_total": "disk_total",
    "file_processed": "disk_processed",
    "file_remaining": "disk_remaining",
}


class _Report:
    """The lines of domjobinfo."""

    def __init__(self, sh: Shell, stats: Mapping[str, object]) -> None:
        self._sh = sh
        self._stats = stats

    def _line(self, label: str, text: str) -> None:
        self._sh.out.fields([(label, text)], width=17)

    def _number(self, label: str, field: str, unit: str = "", width: int = 12) -> None:
        if field in self._stats:
            unit = f" {unit}" if unit else ""
            self._line(label, f"{self._stats[field]:<{width}}{unit}")

    def _bytes(self, label: str, field: str, suffix: str = "", *, always: bool = False) -> None:
        value = self._stats.get(field, 0 if always else None)
        if isinstance(value, int):
            self._line(label, "{:.3f} {}".format(*pretty(value)) + suffix)

    def _group(self, word: str, field: str) -> None:
        """Processed, remaining and total, when any of them is known."""
        parts = ("processed", "remaining", "total")
        if any(self._stats.get(f"{field}_{part}") for part in parts):
            for part in parts:
                self._bytes(f"{word} {part}:", f"{field}_{part}", always=True)

    def run(self, kind: int, completed: bool, anystats: bool) -> None:
        self._line("Job type:", f"{names.word(names.DOMAIN_JOB, kind):<12}")
        active = kind in (c.VIR_DOMAIN_JOB_BOUNDED, c.VIR_DOMAIN_JOB_UNBOUNDED)
        if not active and not anystats and not (completed and kind == c.VIR_DOMAIN_JOB_COMPLETED):
            return
        operation = self._stats.get("operation", 0)
        if isinstance(operation, int):
            self._line("Operation:", f"{names.word(names.DOMAIN_JOB_OPERATION, operation):<12}")
        self._number("Time elapsed:", "time_elapsed", "ms")
        self._number("Time elapsed w/o network:", "time_elapsed_net", "ms")
        if kind == c.VIR_DOMAIN_JOB_BOUNDED:
            self._number("Time remaining:", "time_remaining", "ms")
        self._group("Data", "data")
        self._group("Memory", "memory")
        if self._stats.get("memory_bps"):
            self._bytes("Memory bandwidth:", "memory_bps", "/s")
        self._number("Dirty rate:", "memory_dirty_rate", "pages/s")
        self._number("Page size:", "memory_page_size", "bytes")
        self._number("Iteration:", "memory_iteration")
        self._number("Postcopy requests:", "memory_postcopy_requests")
        self._group("File", "disk")
        if self._stats.get("disk_bps"):
            self._bytes("File bandwidth:", "disk_bps", "/s")
        self._number("Constant pages:", "memory_constant")
        self._number("Normal pages:", "memory_normal")
        self._bytes("Normal data:", "memory_normal_bytes")
        self._number("Total downtime:" if completed else "Expected downtime:", "downtime", "ms")
        self._number("Downtime w/o network:", "downtime_net", "ms")
        self._number("Setup time:", "setup_time", "ms")
        self._bytes("Compression cache:", "compression_cache")
        self._bytes("Compressed data:", "compression_bytes")
        self._number("Compressed pages:", "compression_pages", width=13)
        self._number("Compression cache misses:", "compression_cache_misses", width=13)
        self._number("Compression overflows:", "compression_overflow", width=13)
        self._number("Auto converge throttle:", "auto_converge_throttle", width=13)
        self._bytes("Temporary disk space use:", "disk_temp_used")
        self._bytes("Temporary disk space total:", "disk_temp_total")
        if "errmsg" in self._stats:
            self._line("Error message:", str(self._stats["errmsg"]))
