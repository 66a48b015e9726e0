"""Block jobs: pull, commit, copy, rebase. Only the documents change; data that does not exist is moved at once or in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.devices import find_disk
from purevirt.drivers.test.jobs import DISK_BYTES, MIB, Work
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.domain.disk import Disk
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import UINT, ULLONG, TypedParam, to_dict

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

PULL, COPY, COMMIT, ACTIVE_COMMIT = (
    C.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL,
    C.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY,
    C.VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT,
    C.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT,
)
_BY_BYTES = C.VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES
_REBASE = (
    C.VIR_DOMAIN_BLOCK_REBASE_SHALLOW
    | C.VIR_DOMAIN_BLOCK_REBASE_REUSE_EXT
    | C.VIR_DOMAIN_BLOCK_REBASE_COPY_RAW
    | C.VIR_DOMAIN_BLOCK_REBASE_COPY
    | C.VIR_DOMAIN_BLOCK_REBASE_COPY_DEV
    | C.VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES
)
_COMMIT = (
    C.VIR_DOMAIN_BLOCK_COMMIT_SHALLOW
    | C.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
    | C.VIR_DOMAIN_BLOCK_COMMIT_DELETE
    | C.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
)


@dataclass(slots=True, eq=False)
class BlockJob:
    """One disk's job; `apply` is what its success does to the disk. Bandwidth in bytes/s, 0 without limit."""

    kind: int
    target: str
    work: Work
    bandwidth: int = 0
    apply: Callable[[], None] = lambda: None
    ready: bool = False
    """Mirroring: all is copied, and the client may pivot."""

    @property
    def mirrors(self) -> bool:
        return self.kind in (COPY, ACTIVE_COMMIT)


def _source_path(disk: Any) -> str:
    source = disk.source
    path = None if source is None else getattr(source, "file", None) or getattr(source, "dev", None)
    return path or (disk.target.dev if disk.target is not None else "")


def settle_block_jobs(host: TestHost, guest: Guest) -> None:
    """End what is due, and announce it."""
    now = host.clock.now_us()
    for job in list(guest.block_jobs.values()):
        if not job.work.over(now) or job.ready:
            continue
        if job.mirrors:
            job.ready = True
            _announce(host, guest, job, C.VIR_DOMAIN_BLOCK_JOB_READY)
        else:
            end_block_job(host, guest, job, C.VIR_DOMAIN_BLOCK_JOB_COMPLETED)


def end_block_job(host: TestHost, guest: Guest, job: BlockJob, status: int) -> None:
    """COMPLETED changes the disk, CANCELED and FAILED leave it."""
    guest.block_jobs.pop(job.target, None)
    if status == C.VIR_DOMAIN_BLOCK_JOB_COMPLETED:
        job.apply()
    _announce(host, guest, job, status)


def _announce(host: TestHost, guest: Guest, job: BlockJob, status: int) -> None:
    disk = find_disk(guest.document, job.target)
    path = _source_path(disk) if disk is not None else job.target
    host.emit(guest, C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB, p.DomainEventBlockJobMsg(guest.ref, path, job.kind, status))
    message = p.DomainEventBlockJob2Msg(0, guest.ref, job.target, job.kind, status)
    host.emit(guest, C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, message)


class BlockJobFacet:
    """virDomainBlockPull, -Commit, -Copy, -Rebase, virDomainBlockJobAbort and its kin."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _disk(self, dom: p.NonnullDomain, path: str) -> tuple[Guest, Any]:
        guest = self._host.guest(dom)
        guest.require_active()
        disk = find_disk(guest.document, path)
        if disk is None:
            raise errors.bad_argument(f"invalid path {path} not assigned to domain")
        return guest, disk

    def _begin(self, guest: Guest, disk: Any, kind: int, bandwidth: int, apply: Callable[[], None] = lambda: None) -> None:
        target = disk.target.dev
        if target in guest.block_jobs:
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, f"disk '{target}' already in active block job", errors.FROM)
        job = BlockJob(kind, target, self._host.work(guest, DISK_BYTES), bandwidth, apply)
        guest.block_jobs[target] = job
        settle_block_jobs(self._host, guest)

    # --- beginning ---------------------------------------------------------------------------------------------

    async def domain_block_pull(self, dom: p.NonnullDomain, path: str, bandwidth: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES, "testDomainBlockPull")
        guest, disk = self._disk(dom, path)
        self._begin(guest, disk, PULL, _bytes(bandwidth, flags & C.VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES))

    async def domain_block_rebase(
        self, dom: p.NonnullDomain, path: str, base: str | None, bandwidth: int, flags: int
    ) -> None:
        """A pull down to `base`, or with COPY a copy to the file that `base` names."""
        errors.check_flags(flags, _REBASE, "testDomainBlockRebase")
        speed = _bytes(bandwidth, flags & C.VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES)
        guest, disk = self._disk(dom, path)
        if flags & C.VIR_DOMAIN_BLOCK_REBASE_COPY:
            kind = "block" if flags & C.VIR_DOMAIN_BLOCK_REBASE_COPY_DEV else "file"
            attribute = "dev" if kind == "block" else "file"
            from purevirt.model._engine import escape

            text = f"<disk type='{kind}'><source {attribute}='{escape(base or '')}'/></disk>"
            self._copy(guest, disk, text, speed)
        else:
            self._begin(guest, disk, PULL, speed)

    async def domain_block_copy(
        self, dom: p.NonnullDomain, path: str, destxml: str, params: list[TypedParam], flags: int
    ) -> None:
        allowed = C.VIR_DOMAIN_BLOCK_COPY_SHALLOW | C.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT
        allowed |= C.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB | C.VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES
        errors.check_flags(flags, allowed, "testDomainBlockCopy")
        check_params(params, {"bandwidth": ULLONG, "granularity": UINT, "buf-size": ULLONG})
        given = to_dict(params)
        granularity = int(given.get("granularity", 0))
        if granularity & (granularity - 1):
            raise errors.bad_argument("granularity must be power of 2")
        guest, disk = self._disk(dom, path)
        self._copy(guest, disk, destxml, int(given.get("bandwidth", 0)))

    def _copy(self, guest: Guest, disk: Any, destination: str, bandwidth: int) -> None:
        wanted = Disk.from_xml(destination, ParseContext(inactive=True))

        def pivot() -> None:
            disk.type, disk.source = wanted.type, wanted.source

        self._begin(guest, disk, COPY, bandwidth, pivot)

    async def domain_block_commit(
        self, dom: p.NonnullDomain, disk: str, base: str | None, top: str | None, bandwidth: int, flags: int
    ) -> None:
        errors.check_flags(flags, _COMMIT, "testDomainBlockCommit")
        guest, its = self._disk(dom, disk)
        top_is_active = top in (None, its.target.dev, _source_path(its))
        if top_is_active and not flags & C.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE:
            raise errors.bad_argument("commit of active layer of '" + its.target.dev + "' requires active flag")
        kind = ACTIVE_COMMIT if top_is_active else COMMIT
        self._begin(guest, its, kind, _bytes(bandwidth, flags & C.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES))

    # --- while it goes on --------------------------------------------------------------------------------------

    async def domain_get_block_job_info(
        self, dom: p.NonnullDomain, path: str, flags: int
    ) -> p.DomainGetBlockJobInfoRet:
        errors.check_flags(flags, _BY_BYTES, "testDomainGetBlockJobInfo")
        guest, disk = self._disk(dom, path)
        job = guest.block_jobs.get(disk.target.dev)
        if job is None:
            return p.DomainGetBlockJobInfoRet(0, 0, 0, 0, 0)
        bandwidth = job.bandwidth if flags & _BY_BYTES else -(-job.bandwidth // MIB)
        done = job.work.total if job.ready else job.work.done(self._host.clock.now_us())
        return p.DomainGetBlockJobInfoRet(1, job.kind, bandwidth, done, job.work.total)

    async def domain_block_job_set_speed(self, dom: p.NonnullDomain, path: str, bandwidth: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES, "testDomainBlockJobSetSpeed")
        self._job(dom, path)[1].bandwidth = _bytes(bandwidth, flags)

    async def domain_block_job_abort(self, dom: p.NonnullDomain, path: str, flags: int) -> None:
        pivot = C.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT
        errors.check_flags(flags, pivot | C.VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC, "testDomainBlockJobAbort")
        guest, job = self._job(dom, path)
        if not flags & pivot:
            end_block_job(self._host, guest, job, C.VIR_DOMAIN_BLOCK_JOB_CANCELED)
            return
        if not job.mirrors:
            raise errors.invalid(f"pivot of disk '{job.target}' requires an active copy job")
        if not job.ready:
            text = f"disk '{job.target}' not ready for pivot yet"
            raise VirtError(ErrorCode.BLOCK_COPY_ACTIVE, text, errors.FROM)
        end_block_job(self._host, guest, job, C.VIR_DOMAIN_BLOCK_JOB_COMPLETED)

    def _job(self, dom: p.NonnullDomain, path: str) -> tuple[Guest, BlockJob]:
        guest, disk = self._disk(dom, path)
        job = guest.block_jobs.get(disk.target.dev)
        if job is None:
            raise errors.invalid(f"disk {disk.target.dev} does not have an active block job")
        return guest, job


def _bytes(bandwidth: int, by_bytes: int) -> int:
    """Bytes/s of a bandwidth in MiB/s, or in bytes/s already."""
    return bandwidth if by_bytes else bandwidth * MIB
