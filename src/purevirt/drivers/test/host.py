"""The make-believe host: its hardware and every object on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from purevirt.api.events import Event, EventHub
from purevirt.drivers.test import errors
from purevirt.drivers.test.blockjobs import end_block_job, settle_block_jobs
from purevirt.drivers.test.clock import Clock
from purevirt.drivers.test.contents import Budget
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.index import Index
from purevirt.drivers.test.jobs import Work, end_job
from purevirt.errors import ErrorCode
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.interfaces import TestInterface
    from purevirt.drivers.test.networks import TestNetwork
    from purevirt.drivers.test.nodedevs import TestDevice
    from purevirt.drivers.test.nwfilters import TestBinding, TestFilter
    from purevirt.drivers.test.pools import TestPool
    from purevirt.drivers.test.rules import Rule
    from purevirt.drivers.test.secrets import TestSecret


@dataclass(slots=True)
class Hardware:
    """What `virNodeGetInfo` tells; memory in KiB."""

    model: str = "i686"
    memory: int = 3145728
    cpus: int = 16
    mhz: int = 1400
    nodes: int = 2
    sockets: int = 2
    cores: int = 2
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A NUMA node: memory in KiB, the size of its small pages, its processors."""

    memory: int
    page: int
    cpus: tuple[int, ...]


@dataclass(slots=True, eq=False)
class TestHost:
    """Shared by every connection of test:///default, one's own for a file."""

    __test__ = False

    hardware: Hardware = field(default_factory=Hardware)
    cells: list[Cell] = field(default_factory=list)
    guests: Index[Guest] = field(default_factory=Index)
    networks: Index[TestNetwork] = field(default_factory=Index)
    interfaces: Index[TestInterface] = field(default_factory=Index)
    interfaces_before: Index[TestInterface] | None = None
    """What the interfaces were when the running transaction began."""
    pools: Index[TestPool] = field(default_factory=Index)
    devices: Index[TestDevice] = field(default_factory=Index)
    filters: Index[TestFilter] = field(default_factory=Index)
    bindings: Index[TestBinding] = field(default_factory=Index)
    secrets: Index[TestSecret] = field(default_factory=Index)
    hub: EventHub = field(default_factory=EventHub)
    clock: Clock = field(default_factory=Clock)
    rules: list[Rule] = field(default_factory=list)
    job_s: float = 0
    """How long jobs take, in seconds of the clock."""
    budget: Budget = field(default_factory=Budget)
    """What its volumes may keep in memory."""
    busy: set[Guest] = field(default_factory=set)
    """Guests that have jobs, or had when it was last looked."""
    huge_pages: dict[int, dict[int, int]] = field(default_factory=lambda: {2048: {}, 1048576: {}})
    """Pools of pages by size in KiB: NUMA node → number."""
    shared_memory: dict[str, int] = field(
        default_factory=lambda: {"shm_pages_to_scan": 100, "shm_sleep_millisecs": 20, "shm_merge_across_nodes": 1}
    )
    """How the kernel would merge equal pages."""
    connections: int = 0
    last_id: int = 0

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def guest(self, ref: p.NonnullDomain) -> Guest:
        """The guest that a client means; NO_DOMAIN when it is gone."""
        found = self.guests.by_uuid(ref.uuid)
        if found is None:
            detail = f"no domain with matching uuid '{format_uuid(ref.uuid)}' ({ref.name})"
            raise errors.not_found(ErrorCode.NO_DOMAIN, detail)
        return found

    # --- time --------------------------------------------------------------------------------------------------

    def work(self, guest: Guest, total: int, *, forever: bool = False) -> Work:
        """Something to be done with the guest from now on; `forever`: until somebody ends it."""
        self.busy.add(guest)
        return Work(self.clock.now_us(), None if forever else round(self.job_s * 1_000_000), total)

    def settle_jobs(self) -> None:
        """End the jobs that are due."""
        now = self.clock.now_us()
        for guest in list(self.busy):
            if guest.job is not None and guest.job.work.over(now):
                end_job(self, guest, success=True)
            if guest.block_jobs:
                settle_block_jobs(self, guest)
            if guest.job is None and not guest.block_jobs:
                self.busy.discard(guest)

    # --- life --------------------------------------------------------------------------------------------------

    def start(self, guest: Guest, reason: int = C.VIR_DOMAIN_RUNNING_BOOTED) -> None:
        """Make it run."""
        guest.set_state(C.VIR_DOMAIN_RUNNING, reason)
        guest.id = guest.document.id = self.new_id()
        guest.updated = False
        guest.taint()
        if guest.persistent and guest.next is None:
            guest.next = guest.document.copy()
            guest.next.id = None

    def stop(self, guest: Guest, reason: int) -> None:
        """Make it stand still; a transient guest stays until `settle`."""
        if guest.job is not None:
            end_job(self, guest, success=False)
        for job in list(guest.block_jobs.values()):
            end_block_job(self, guest, job, C.VIR_DOMAIN_BLOCK_JOB_FAILED)
        guest.set_state(C.VIR_DOMAIN_SHUTOFF, reason)
        guest.id = -1
        if guest.next is not None:
            guest.document, guest.next = guest.next, None
        guest.document.id = None

    def settle(self, guest: Guest) -> None:
        """Forget it when it neither runs nor is defined."""
        if not guest.persistent and not guest.is_active:
            self.guests.remove(guest)

    # --- events ------------------------------------------------------------------------------------------------

    def emit(self, guest: Guest, event_id: int, message: Any) -> None:
        self.hub.emit(Event("domain", event_id, guest.uuid, message))

    def lifecycle(self, guest: Guest, event: int, detail: int, ref: p.NonnullDomain | None = None) -> None:
        """`ref`: the guest as it was, when its id is gone already."""
        message = p.DomainEventLifecycleMsg(ref or guest.ref, event, detail)
        self.emit(guest, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, message)
