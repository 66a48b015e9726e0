"""A guest as the driver holds it: its identity, its definition, and while it runs everything about its process.

**Invariant:** one loop thread owns every `Vm`; what must not be interleaved happens under one of its jobs, and after
each await the code looks again (`require_active`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from purevirt.core.clock import Clock
from purevirt.core.jobs import JobSlots
from purevirt.core.tasks import TaskOwner
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.remote import NonnullDomain
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid

if TYPE_CHECKING:
    from purevirt.drivers.qemu.agent import Agent
    from purevirt.drivers.qemu.capabilities import QemuCaps
    from purevirt.drivers.qemu.definition import Definition
    from purevirt.drivers.qemu.job_data import JobData
    from purevirt.drivers.qemu.monitor.connection import Monitor
    from purevirt.host.process import PidFile, Process
    from purevirt.model.domain.devices import Devices
    from purevirt.model.domain.document import Domain


@dataclass(slots=True, eq=False)
class Runtime:
    """What exists only while the guest runs."""

    caps: QemuCaps
    own_dir: Path
    channel_dir: Path
    process: Process | None = None
    monitor: Monitor | None = None
    pid_file: PidFile | None = None
    agent: Agent | None = None
    agent_error: bool = False
    agent_timeout_s: float | None = None
    """How long clients want to wait for the agent; None as long as it takes."""
    vcpu_threads: dict[int, int] = field(default_factory=dict)
    cpu_path: str | None = None
    """The first processor's place among QEMU's objects."""
    asked_cpu: Any = None
    """The `<cpu>` that the guest was started with, where the live document tells what came of it."""
    iothreads: dict[int, int] = field(default_factory=dict)
    labelled: list[str] = field(default_factory=list)
    """Files whose ownership we changed, in order."""
    ending: tuple[int, int] | None = None
    """Shut-off reason and event detail that its end shall have, when we cause it."""
    shutdown_seen: bool = False
    fake_reboot: bool = False
    running_reason: int = C.VIR_DOMAIN_RUNNING_BOOTED
    paused_reason: int = C.VIR_DOMAIN_PAUSED_UNKNOWN
    autodestroy: int | None = None
    """Connection whose end is this guest's."""
    starting: bool = True
    balloon_kib: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    """Last known answers, for readers that must not wait."""
    waiters: list[tuple[str, Callable[[Any], bool]]] = field(default_factory=list)
    consoles: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Open console streams by alias: how to end the one that is there."""
    taints: set[str] = field(default_factory=set)
    block_errors: dict[str, int] = field(default_factory=dict)
    trays_open: set[str] = field(default_factory=set)
    cgroup: Any = None
    helpers: list[Process] = field(default_factory=list)
    """Programs that serve this guest alone (swtpm …)."""
    quiet: bool = False
    """Nothing that QEMU says any more is told: its end is our doing and has its own event."""

    def end_quietly(self, reason: int, detail: int) -> None:
        """We are about to end it: what its end is called, and no word of its shutdown."""
        self.ending, self.quiet = (reason, detail), True

    @property
    def short_name(self) -> str:
        """The name that everything of this run has: `ID-NAME`, shortened."""
        return self.own_dir.name.removeprefix("domain-")


class Vm:
    """A known guest. `config` is its persistent definition, `live` the document of the running one."""

    __slots__ = (
        "__weakref__",
        "_live_text",
        "_ref",
        "autostart",
        "completed_job",
        "config",
        "fd_groups",
        "id",
        "job",
        "jobs",
        "live",
        "managed_save",
        "name",
        "reason",
        "run",
        "state",
        "state_since_ms",
        "tasks",
        "updated",
        "uuid",
    )

    def __init__(self, name: str, uuid: bytes, clock: Clock, *, max_queued: int = 0) -> None:
        self.name = name
        self.uuid = uuid
        self.id = -1
        self.config: Definition | None = None
        self.live: Domain | None = None
        self.fd_groups: dict[str, list[int]] = {}
        """Descriptors that clients gave for its disks, by the group's name."""
        self.autostart = False
        self.managed_save = False
        self.updated = False
        self.state = C.VIR_DOMAIN_SHUTOFF
        self.reason = C.VIR_DOMAIN_SHUTOFF_UNKNOWN
        self.state_since_ms = clock.wall_ms()
        self.run: Runtime | None = None
        self.job: JobData | None = None
        """What the async job that is held does, where that is more than a start."""
        self.completed_job: JobData | None = None
        self.jobs = JobSlots(name, clock, max_queued=max_queued)
        self.tasks = TaskOwner(f"vm {name}")
        self._ref: NonnullDomain | None = None
        self._live_text: dict[int, str] = {}

    # --- identity ----------------------------------------------------------------------------------------------

    @property
    def ref(self) -> NonnullDomain:
        """How the wire names this guest now."""
        ref = self._ref
        if ref is None or ref.id != self.id or ref.name != self.name:
            ref = self._ref = NonnullDomain(name=self.name, uuid=self.uuid, id=self.id)
        return ref

    @property
    def uuid_text(self) -> str:
        return format_uuid(self.uuid)

    @property
    def is_active(self) -> bool:
        return self.run is not None

    @property
    def is_persistent(self) -> bool:
        return self.config is not None

    # --- looking again -----------------------------------------------------------------------------------------

    def require_active(self) -> Runtime:
        """What runs; OPERATION_INVALID when nothing does."""
        if self.run is None or self.live is None:
            raise VirtError(ErrorCode.OPERATION_INVALID, "domain is not running", ErrorDomain.DOMAIN)
        return self.run

    def require_monitor(self) -> Monitor:
        """The monitor of the running guest."""
        run = self.require_active()
        if run.monitor is None:
            raise VirtError(ErrorCode.OPERATION_INVALID, "domain is not running", ErrorDomain.DOMAIN)
        return run.monitor

    def require_live(self) -> Domain:
        """The document of the running guest."""
        self.require_active()
        assert self.live is not None
        return self.live

    def devices(self) -> Devices:
        """The devices of the running guest."""
        devices = self.require_live().devices
        if devices is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "domain has no devices", ErrorDomain.QEMU)
        return devices

    def require_config(self) -> Definition:
        """The persistent definition; OPERATION_INVALID for a transient guest."""
        if self.config is None:
            text = "transient domains do not have any persistent config"
            raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.DOMAIN)
        return self.config

    def current(self) -> Domain:
        """The live document while it runs, the definition's otherwise; shared, not to be changed."""
        if self.live is not None:
            return self.live
        return self.require_config().document()

    # --- state -------------------------------------------------------------------------------------------------

    def set_state(self, state: int, reason: int, clock: Clock) -> None:
        self.state, self.reason = state, reason
        self.state_since_ms = clock.wall_ms()

    def changed(self) -> None:
        """The live document changed: forget formatted texts."""
        self._live_text.clear()
        self.updated = True

    def live_text(self, flags: int, make: Callable[[], str]) -> str:
        """The live document formatted with `flags`, kept until it changes."""
        text = self._live_text.get(flags)
        if text is None:
            text = self._live_text[flags] = make()
        return text
