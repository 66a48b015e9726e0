"""What a long job of a guest has done so far: kept while it runs, and as the last completed one after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from purevirt.drivers.qemu.monitor import decode
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList


@dataclass(slots=True)
class Progress:
    """Amounts in bytes, as the last answer of QEMU had them."""

    total: int = 0
    processed: int = 0
    remaining: int = 0
    bps: int = 0


@dataclass(slots=True)
class MigrationProgress(Progress):
    """The same for a stream of memory, with what query-migrate says more. Times in milliseconds."""

    downtime_ms: int | None = None
    setup_ms: int | None = None
    constant: int | None = None
    normal: int = 0
    normal_bytes: int = 0
    dirty_rate: int = 0
    iteration: int = 0
    postcopy_requests: int = 0
    page_size: int = 0


@dataclass(slots=True)
class JobData:
    """One long job: what it is for (VIR_DOMAIN_JOB_OPERATION_*), since when, and how far it is."""

    operation: int
    started: float
    kind: int = C.VIR_DOMAIN_JOB_UNBOUNDED
    progress: Progress = field(default_factory=Progress)
    cancelled: bool = False
    abortable: bool = True
    elapsed_ms: int = 0
    stopped: float | None = None
    """When the guest was stopped for it; its downtime counts from there."""

    def elapse(self, now: float) -> None:
        """Note how long it has taken so far; `now` in monotonic seconds."""
        self.elapsed_ms = max(0, int((now - self.started) * 1000))

    def info(self) -> p.DomainGetJobInfoRet:
        """For virDomainGetJobInfo."""
        now = self.progress
        amounts = (now.total, now.processed, now.remaining)
        return p.DomainGetJobInfoRet(self.kind, self.elapsed_ms, 0, *amounts, *amounts, 0, 0, 0)

    def params(self) -> ParamList:
        """For virDomainGetJobStats and the event of its completion, in libvirt's order."""
        out = ParamList().int(C.VIR_DOMAIN_JOB_OPERATION, self.operation)
        out.ullong(C.VIR_DOMAIN_JOB_TIME_ELAPSED, self.elapsed_ms)
        now = self.progress
        stream = now if isinstance(now, MigrationProgress) else None
        if stream is not None:
            if stream.downtime_ms is not None:
                out.ullong(C.VIR_DOMAIN_JOB_DOWNTIME, stream.downtime_ms)
            if stream.setup_ms is not None:
                out.ullong(C.VIR_DOMAIN_JOB_SETUP_TIME, stream.setup_ms)
            out.ullong(C.VIR_DOMAIN_JOB_DATA_TOTAL, now.total)
            out.ullong(C.VIR_DOMAIN_JOB_DATA_PROCESSED, now.processed)
            out.ullong(C.VIR_DOMAIN_JOB_DATA_REMAINING, now.remaining)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_TOTAL, now.total)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_PROCESSED, now.processed)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_REMAINING, now.remaining)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_BPS, now.bps)
        if stream is not None:
            _add_pages(out, stream)
        return out


def _add_pages(out: ParamList, stream: MigrationProgress) -> None:
    if stream.constant is not None:
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_CONSTANT, stream.constant)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_NORMAL, stream.normal)
        out.ullong(C.VIR_DOMAIN_JOB_MEMORY_NORMAL_BYTES, stream.normal_bytes)
    out.ullong(C.VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE, stream.dirty_rate)
    out.ullong(C.VIR_DOMAIN_JOB_MEMORY_ITERATION, stream.iteration)
    out.ullong(C.VIR_DOMAIN_JOB_MEMORY_POSTCOPY_REQS, stream.postcopy_requests)
    out.ullong(C.VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE, stream.page_size)


def migration_progress(reply: Any) -> MigrationProgress:
    """The answer to query-migrate; without "ram" nothing has begun."""
    data = decode.mapping(reply, "query-migrate")
    ram = decode.child(data, "ram")
    mbps = ram.get("mbps")
    return MigrationProgress(
        total=decode.integer_or(ram, "total"),
        processed=decode.integer_or(ram, "transferred"),
        remaining=decode.integer_or(ram, "remaining"),
        bps=int(mbps * 1_000_000 / 8) if isinstance(mbps, int | float) and 0 <= mbps < 1e12 else 0,
        downtime_ms=_maybe(data, "downtime"),
        setup_ms=_maybe(data, "setup-time"),
        constant=_maybe(ram, "duplicate"),
        normal=decode.integer_or(ram, "normal"),
        normal_bytes=decode.integer_or(ram, "normal-bytes"),
        dirty_rate=decode.integer_or(ram, "dirty-pages-rate"),
        iteration=decode.integer_or(ram, "dirty-sync-count"),
        postcopy_requests=decode.integer_or(ram, "postcopy-requests"),
        page_size=decode.integer_or(ram, "page-size"),
    )


def dump_progress(reply: Any) -> Progress:
    """The answer to query-dump, or the result in DUMP_COMPLETED."""
    data = decode.mapping(reply, "query-dump")
    total, done = decode.integer_or(data, "total"), decode.integer_or(data, "completed")
    return Progress(total, done, max(total - done, 0))


def _maybe(data: Any, key: str) -> int | None:
    value = decode.integer_or(data, key, -1)
    return value if value >= 0 else None
