"""The status document `<domstatus>`: a running guest's definition and what the driver knows of it.

A daemon writes it before an effect is visible and reads it on restart; files written by other daemons of libvirt's
layout are read as well.
"""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.model._engine import (
    BITMAP,
    INT,
    LONG,
    UINT,
    ULONG,
    YES_NO,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
    text,
)
from purevirt.model.backup import DomainBackup
from purevirt.model.cpu import Cpu
from purevirt.model.domain.document import Domain
from purevirt.model.domain.status_blockjob import BlockJobs
from purevirt.model.storage_source import SOURCES, StorageSource, StorageType
from purevirt.types.override import override

DomainState = Literal[
    "no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended"
]  # fmt: skip
MonitorType = Literal["pty", "unix"]

WAIT_FOR_AGENT = -2
"""VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK."""

STATUS_PARSE = ParseContext(status=True, internal=True, actual_net=True, skip_validate=True)
STATUS_FORMAT = FormatContext(secure=True, status=True, internal=True, actual_net=True)


class Taint(Element, tag="taint"):
    """A reason why the guest is not quite supported."""

    flag: str = attr(required=True)


class StatusMonitor(Element, tag="monitor"):
    """Where QEMU's monitor is reached."""

    path: str | None = attr()
    type: MonitorType | None = attr(MonitorType)


class StatusNamespaces(Element, tag="namespaces"):
    """Private namespaces of QEMU's process."""

    mount: bool = flag()


class StatusVcpu(Element, tag="vcpu"):
    """The host thread of a vCPU."""

    id: int | None = attr(UINT)
    pid: int | None = attr(INT)


class StatusFlag(Element, tag="flag"):
    """A capability of the QEMU that runs."""

    name: str = attr(required=True)


class StatusDevice(Element, tag="device"):
    """A device that QEMU has, by alias."""

    alias: str = attr(required=True)


class MigrationSource(Element, tag="migrationSource"):
    """The export of the other side, to which a disk is copied."""

    type: StorageType | None = attr(StorageType)
    format: str | None = attr()
    source: StorageSource | None = choice("type", SOURCES, tag="source")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Older daemons wrote the source's attributes and children straight into this element."""
        if self.source is None and self.type is not None:
            self.source = SOURCES[self.type].from_node(node, ctx)


class JobDiskMigration(Element, tag="disk"):
    """Whether a disk is part of the migration."""

    dev: str | None = attr()
    migrating: bool | None = attr(YES_NO)
    migration_source: MigrationSource | None = child(MigrationSource)


class MigrationParameter(Element, tag="param"):
    """One of QEMU's migration parameters as it was before the migration."""

    name: str = attr(required=True)
    value: str | None = attr()


class StatusJob(Element, tag="job"):
    """The job under way: kind, phase, and what a restart needs to roll it back."""

    type: str | None = attr()
    async_: str | None = attr(name="async")
    phase: str | None = attr()
    flags: int | None = attr(Hex(1, 2**32 - 1))
    async_started: int | None = attr(ULONG, name="asyncStarted", doc="milliseconds since 1970")
    disks: list[JobDiskMigration] = children(JobDiskMigration)
    migration_parameters: list[MigrationParameter] = children(MigrationParameter, inside="migParams")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.async_ is not None:
            self.flags = self.flags or 0
            self.async_started = self.async_started or 0


class Numad(Element, tag="numad"):
    """Where numad placed the guest."""

    nodeset: frozenset[int] | None = attr(BITMAP)
    cpuset: frozenset[int] | None = attr(BITMAP)


class StatusPath(Element):
    """A directory of the guest's own."""

    path: str | None = attr()


class AllowReboot(Element, tag="allowReboot"):
    """Whether the guest may reboot, or ends on reboot."""

    value: bool | None = attr(YES_NO)


class Counter(Element):
    """The next number to be given out."""

    index: int | None = attr(ULONG)


class SlirpFeature(Element, tag="feature"):
    """A feature of the helper."""

    name: str = attr(required=True)


class SlirpHelper(Element, tag="helper"):
    """The process that serves a user-mode interface."""

    alias: str = attr(required=True)
    pid: int | None = attr(LONG)
    features: list[SlirpFeature] = children(SlirpFeature)


class LxcInit(Element, tag="init"):
    """The first process of a container, seen from the host."""

    pid: int | None = attr(LONG)


class Deprecation(Element, tag="deprecation"):
    """A use of something that is to be removed."""

    value: str | None = text()


class DomainStatus(Element, tag="domstatus"):
    """State, reason and pid; the driver's private data in libvirt's order; the live definition."""

    document = "domain_status"

    state: DomainState = attr(DomainState, required=True, error="invalid domain state '%s'")
    reason: str | None = attr()
    pid: int | None = attr(LONG)
    taints: list[Taint] = children(Taint)
    deprecations: list[Deprecation] = children(Deprecation)
    monitor: StatusMonitor | None = child(StatusMonitor)
    dbus_daemon: bool = flag(name="dbusDaemon")
    dbus_vmstate: bool = flag(name="dbusVMState")
    namespaces: StatusNamespaces | None = child(StatusNamespaces)
    vcpus: list[StatusVcpu] = children(StatusVcpu, inside="vcpus")
    qemu_caps: list[StatusFlag] = children(StatusFlag, inside="qemuCaps")
    lockstate: str | None = leaf()
    job: StatusJob | None = child(StatusJob)
    fakereboot: bool = flag()
    devices: list[StatusDevice] = children(StatusDevice, inside="devices")
    numad: Numad | None = child(Numad)
    lib_dir: StatusPath | None = child(StatusPath, tag="libDir")
    channel_target_dir: StatusPath | None = child(StatusPath, tag="channelTargetDir")
    cpu: Cpu | None = child(Cpu, doc="the CPU that the definition asked for, where the running one differs")
    chardev_stdio_logd: bool = flag(name="chardevStdioLogd")
    remember_owner: bool = flag(name="rememberOwner")
    allow_reboot: AllowReboot | None = child(AllowReboot)
    pr_daemon: bool = flag(name="prDaemon")
    nodename: Counter | None = child(Counter, tag="nodename")
    mem_prealloc: bool = flag(name="memPrealloc")
    fdset: Counter | None = child(Counter, tag="fdset")
    blockjobs: BlockJobs | None = child(BlockJobs)
    slirp: list[SlirpHelper] = children(SlirpHelper, inside="slirp")
    agent_timeout: int | None = leaf(INT, name="agentTimeout")
    backups: list[DomainBackup] = children(DomainBackup, inside="backups")
    init: LxcInit | None = child(LxcInit)
    domain: Domain | None = child(Domain, required=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Files of older daemons leave out what newer ones count; a QEMU domain always has these numbers."""
        if self.monitor is not None:
            self.nodename = self.nodename or Counter(index=0)
            self.fdset = self.fdset or Counter(index=0)
            self.blockjobs = self.blockjobs or BlockJobs(active=False)
            if self.agent_timeout is None:
                self.agent_timeout = WAIT_FOR_AGENT
