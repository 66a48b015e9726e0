"""Guests (virDomain): the calls whose shape is their own. The regular ones are in `calls/domain_*.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from purevirt.client.base import enum_of
from purevirt.client.calls.domain_block import DomainBlockCalls
from purevirt.client.calls.domain_guest import DomainGuestCalls
from purevirt.client.calls.domain_lifecycle import DomainLifecycleCalls
from purevirt.client.calls.domain_migration import DomainMigrationCalls
from purevirt.client.calls.domain_tuning import DomainTuningCalls
from purevirt.client.checks import (
    FROM_DOMAIN,
    FROM_NONE,
    FROM_STREAMS,
    check_socket,
    empty_arg,
    exclusive_flags,
    negative_arg,
    null_arg,
    positive_arg,
    read_only,
    required_flag,
    zero_arg,
)
from purevirt.client.cpusets import CPUSet, from_map, map_length, to_map
from purevirt.client.enums import DomainJobType, VcpuState
from purevirt.client.objects.identity import HasName, HasUUID
from purevirt.client.objects.migration import DomainMigration
from purevirt.client.params import STRINGS_OKAY, ParamValue, params_dict
from purevirt.client.records import (
    DiskError,
    DomainInterface,
    DomainJobStats,
    EmulatorPinInfo,
    FSInfo,
    IOThreadInfo,
    IPAddress,
    SecurityLabel,
    VcpuInfo,
)
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol.remote import NonnullDomain
from purevirt.types.constants import (
    VIR_DOMAIN_AFFECT_CONFIG,
    VIR_DOMAIN_AFFECT_LIVE,
    VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    VIR_MEMORY_PHYSICAL,
    VIR_MEMORY_VIRTUAL,
)

if TYPE_CHECKING:
    from purevirt.client.objects.stream import Stream

_BOTH = VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG
MEMORY_STATS_MAX = 1024
DISK_ERRORS_MAX = 256


def _one_of_live_config(flags: int, function: str) -> None:
    if flags & _BOTH == _BOTH:
        raise exclusive_flags("VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG", function, FROM_DOMAIN)


class Domain(
    DomainLifecycleCalls,
    DomainBlockCalls,
    DomainTuningCalls,
    DomainGuestCalls,
    DomainMigrationCalls,
    DomainMigration,
    HasName,
    HasUUID,
):
    """A guest (virDomain)."""

    __slots__ = ()

    def get_id(self) -> int:
        """Its number while it runs, -1 when it did not run at the time we got the object."""
        number: int = self._ref.id
        return number

    @property
    def id(self) -> int | None:
        """Its number, None when it did not run at the time we got the object."""
        number = self.get_id()
        return None if number < 0 else number

    async def create(self, *, deadline: float | None = None) -> None:
        """virDomainCreate. The peer does not tell the new id, so the guest is looked up again, as libvirt does."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainCreate", FROM_DOMAIN)
        await conn._call("domain_create", (self._ref,), deadline)
        self._ref = await conn._call("domain_lookup_by_uuid", (self._ref.uuid,), deadline)

    async def destroy(self, *, deadline: float | None = None) -> None:
        """virDomainDestroy. The object has no id any more."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainDestroy", FROM_DOMAIN)
        await conn._call("domain_destroy", (self._ref,), deadline)
        self._ref = NonnullDomain(self._ref.name, self._ref.uuid, -1)

    # -- start with descriptors -------------------------------------------------------------------------------------

    async def create_with_files(self, files: Sequence[int], flags: int = 0, *, deadline: float | None = None) -> None:
        """virDomainCreateWithFiles: start, the guest inherits the descriptors (ours stay open)."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainCreateWithFiles", FROM_DOMAIN)
        args = (self._ref, flags)
        self._ref, _ = await (await conn._standing()).invoke_fds("domain_create_with_files", args, files, deadline)

    async def fd_associate(
        self, name: str, fds: Sequence[int], flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainFDAssociate: give the guest definition a named group of descriptors for `<source fdgroup=…>`."""
        conn = self._conn
        if not fds:
            raise zero_arg("nfds", "virDomainFDAssociate", FROM_DOMAIN)
        if conn._readonly:
            raise read_only("virDomainFDAssociate", FROM_DOMAIN)
        await (await conn._standing()).invoke_fds("domain_fd_associate", (self._ref, name, flags), fds, deadline)

    async def open_graphics(self, idx: int, fd: int, flags: int = 0, *, deadline: float | None = None) -> None:
        """virDomainOpenGraphics: connect our socket `fd` to graphics device `idx`."""
        conn = self._conn
        if fd < 0:
            raise negative_arg("fd", "virDomainOpenGraphics", FROM_DOMAIN)
        check_socket(fd, "virDomainOpenGraphics", FROM_DOMAIN)
        if conn._readonly:
            raise read_only("virDomainOpenGraphics", FROM_DOMAIN)
        await (await conn._standing()).invoke_fds("domain_open_graphics", (self._ref, idx, flags), (fd,), deadline)

    async def open_graphics_fd(self, idx: int, flags: int = 0, *, deadline: float | None = None) -> int:
        """virDomainOpenGraphicsFD: a new socket connected to graphics device `idx`; ours to close."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainOpenGraphicsFD", FROM_DOMAIN)
        _, fds = await (await conn._standing()).invoke_fds("domain_open_graphics_fd", (self._ref, idx, flags), (), deadline)
        return fds[0]

    async def qemu_monitor_command_with_files(
        self, cmd: str, files: Sequence[int] = (), flags: int = 0, *, deadline: float | None = None
    ) -> tuple[str, list[int]]:
        """virDomainQemuMonitorCommandWithFiles: the answer and the descriptors that came with it."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainQemuMonitorCommandWithFiles", FROM_NONE)
        args = (self._ref, cmd, flags)
        return await (await conn._standing()).invoke_fds("domain_monitor_command_with_files", args, files, deadline, "qemu")

    async def lxc_open_namespace(self, flags: int = 0, *, deadline: float | None = None) -> list[int]:
        """virDomainLxcOpenNamespace: descriptors of the container's namespaces, ours to close."""
        conn = self._conn
        if conn._readonly:
            raise read_only("virDomainLxcOpenNamespace", FROM_NONE)
        _, fds = await (await conn._standing()).invoke_fds("domain_open_namespace", (self._ref, flags), (), deadline, "lxc")
        return fds

    def lxc_enter_cgroup(self, flags: int = 0) -> None:
        """virDomainLxcEnterCGroup: move this process into the control groups of the container's first process."""
        if flags:
            text = f"unsupported flags (0x{flags:x}) in function virDomainLxcEnterCGroup"
            raise VirtError(ErrorCode.INVALID_ARG, message=text, domain=FROM_NONE)
        from purevirt.host.cgroup_join import join_cgroups_of

        join_cgroups_of(self._ref.id)

    def lxc_enter_namespace(self, fds: Sequence[int], flags: int = 0) -> list[int]:
        """virDomainLxcEnterNamespace: move this thread into the namespaces of `lxc_open_namespace`; descriptors of those
        it was in, ours to close. A process ID namespace counts for children only."""
        if flags:
            text = f"unsupported flags (0x{flags:x}) in function virDomainLxcEnterNamespace"
            raise VirtError(ErrorCode.INVALID_ARG, message=text, domain=FROM_NONE)
        if not fds:
            raise zero_arg("nfdlist", "virDomainLxcEnterNamespace", FROM_NONE)
        from purevirt.host.namespaces import enter_namespaces

        return enter_namespaces(fds)

    # -- streams ------------------------------------------------------------------------------------------------------

    async def open_console(
        self, dev_name: str | None, stream: Stream, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainOpenConsole: attach a stream to a console (None: the first)."""
        self._check_stream(stream, "virDomainOpenConsole")
        await stream._attach("domain_open_console", (self._ref, dev_name, flags), deadline)

    async def open_channel(
        self, name: str | None, stream: Stream, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainOpenChannel: attach a stream to a channel device (None: the first)."""
        self._check_stream(stream, "virDomainOpenChannel")
        await stream._attach("domain_open_channel", (self._ref, name, flags), deadline)

    async def screenshot(
        self, stream: Stream, screen: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> str | None:
        """virDomainScreenshot: attach a stream that brings the picture; its MIME type."""
        self._check_stream(stream, "virDomainScreenshot")
        mime: str | None = await stream._attach("domain_screenshot", (self._ref, screen, flags), deadline)
        return mime

    def _check_stream(self, stream: Stream, function: str) -> None:
        if self._conn._readonly:
            raise read_only(function, FROM_DOMAIN)
        if stream is None:
            raise VirtError(ErrorCode.INVALID_STREAM, function, FROM_STREAMS)

    # -- processors -----------------------------------------------------------------------------------------------------

    async def get_vcpus(self, *, deadline: float | None = None) -> list[VcpuInfo]:
        """virDomainGetVcpus: each virtual CPU of a running guest."""
        conn = self._conn
        info = await conn._call("domain_get_info", (self._ref,), deadline)
        size = await self._map_length(deadline)
        ret = await conn._call("domain_get_vcpus", (self._ref, info.nrVirtCpu, size), deadline)
        return [
            VcpuInfo(
                v.number,
                enum_of(VcpuState, v.state),
                v.cpu_time,
                v.cpu,
                from_map(ret.cpumaps[i * size : (i + 1) * size]),
            )
            for i, v in enumerate(ret.info)
        ]

    async def _map_length(self, deadline: float | None) -> int:
        ret = await self._conn._call("node_get_cpu_map", (0, 0, 0), deadline)
        return map_length(ret.ret)

    async def get_vcpu_pin_info(self, flags: int = 0, *, deadline: float | None = None) -> list[frozenset[int]]:
        """virDomainGetVcpuPinInfo: where each virtual CPU may run."""
        _one_of_live_config(flags, "virDomainGetVcpuPinInfo")
        conn = self._conn
        info = await conn._call("domain_get_info", (self._ref,), deadline)
        size = await self._map_length(deadline)
        ret = await conn._call("domain_get_vcpu_pin_info", (self._ref, info.nrVirtCpu, size, flags), deadline)
        return [from_map(ret.cpumaps[i * size : (i + 1) * size]) for i in range(ret.num)]

    async def get_emulator_pin_info(self, flags: int = 0, *, deadline: float | None = None) -> EmulatorPinInfo:
        """virDomainGetEmulatorPinInfo."""
        _one_of_live_config(flags, "virDomainGetEmulatorPinInfo")
        size = await self._map_length(deadline)
        ret = await self._conn._call("domain_get_emulator_pin_info", (self._ref, size, flags), deadline)
        return EmulatorPinInfo(from_map(ret.cpumaps), bool(ret.ret))

    async def get_iothread_info(self, flags: int = 0, *, deadline: float | None = None) -> list[IOThreadInfo]:
        """virDomainGetIOThreadInfo."""
        _one_of_live_config(flags, "virDomainGetIOThreadInfo")
        ret = await self._conn._call("domain_get_iothread_info", (self._ref, flags), deadline)
        return [IOThreadInfo(r.iothread_id, from_map(r.cpumap)) for r in ret.info]

    def _pin_map(self, cpumap: CPUSet, function: str) -> bytes:
        if self._conn._readonly:
            raise read_only(function, FROM_DOMAIN)
        if cpumap is None:
            raise null_arg("cpumap", function, FROM_DOMAIN)
        if cpumap == b"":
            raise positive_arg("maplen", function, FROM_DOMAIN)
        return to_map(cpumap)

    async def pin_vcpu(self, vcpu: int, cpumap: CPUSet, *, deadline: float | None = None) -> None:
        """virDomainPinVcpu: CPU numbers, or the C library's byte map."""
        cpus = self._pin_map(cpumap, "virDomainPinVcpu")
        await self._conn._call("domain_pin_vcpu", (self._ref, vcpu, cpus), deadline)

    async def pin_vcpu_flags(
        self, vcpu: int, cpumap: CPUSet, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainPinVcpuFlags."""
        cpus = self._pin_map(cpumap, "virDomainPinVcpuFlags")
        await self._conn._call("domain_pin_vcpu_flags", (self._ref, vcpu, cpus, flags), deadline)

    async def pin_emulator(self, cpumap: CPUSet, flags: int = 0, *, deadline: float | None = None) -> None:
        """virDomainPinEmulator."""
        cpus = self._pin_map(cpumap, "virDomainPinEmulator")
        await self._conn._call("domain_pin_emulator", (self._ref, cpus, flags), deadline)

    async def pin_iothread(
        self, iothread_id: int, cpumap: CPUSet, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainPinIOThread."""
        cpus = self._pin_map(cpumap, "virDomainPinIOThread")
        await self._conn._call("domain_pin_iothread", (self._ref, iothread_id, cpus, flags), deadline)

    async def get_cpu_stats(
        self, start_cpu: int = -1, ncpus: int = 1, flags: int = 0, *, deadline: float | None = None
    ) -> list[dict[str, ParamValue]]:
        """virDomainGetCPUStats: the guest's total (start_cpu -1), or one dict per host CPU from `start_cpu`.

        With `start_cpu` 0 and `ncpus` 0: all host CPUs.
        """
        conn = self._conn
        start, count = start_cpu, ncpus
        if start == 0 and count == 0:
            count = (await conn._call("domain_get_cpu_stats", (self._ref, 0, 0, 0, flags | STRINGS_OKAY), deadline)).nparams
        width = (await conn._call("domain_get_cpu_stats", (self._ref, 0, start, 1, flags | STRINGS_OKAY), deadline)).nparams
        out: list[dict[str, ParamValue]] = []
        while width and count > 0:
            step = min(count, 128)
            args = (self._ref, width, start, step, flags | STRINGS_OKAY)
            ret = await conn._call("domain_get_cpu_stats", args, deadline)
            per_cpu = ret.nparams or width
            rows = [ret.params[i : i + per_cpu] for i in range(0, len(ret.params), per_cpu)]
            out += [params_dict(row) for row in rows]
            start, count = start + step, count - step
        return out

    # -- what is inside -------------------------------------------------------------------------------------------------

    async def memory_stats(self, flags: int = 0, *, deadline: float | None = None) -> dict[int, int]:
        """virDomainMemoryStats: VIR_DOMAIN_MEMORY_STAT_* tag → value (KiB or a count)."""
        ret = await self._conn._call("domain_memory_stats", (self._ref, MEMORY_STATS_MAX, flags), deadline)
        return {r.tag: r.val for r in ret}

    async def get_disk_errors(self, flags: int = 0, *, deadline: float | None = None) -> list[DiskError]:
        """virDomainGetDiskErrors: only disks with an error."""
        ret = await self._conn._call("domain_get_disk_errors", (self._ref, DISK_ERRORS_MAX, flags), deadline)
        return [DiskError(r.disk, r.error) for r in ret.errors]

    async def get_fs_info(self, flags: int = 0, *, deadline: float | None = None) -> list[FSInfo]:
        """virDomainGetFSInfo: the guest's mounted file systems, from its agent."""
        if self._conn._readonly:
            raise read_only("virDomainGetFSInfo", FROM_DOMAIN)
        ret = await self._conn._call("domain_get_fsinfo", (self._ref, flags), deadline)
        return [FSInfo(r.mountpoint, r.name, r.fstype, list(r.dev_aliases)) for r in ret.info]

    async def interface_addresses(
        self, source: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> list[DomainInterface]:
        """virDomainInterfaceAddresses: from leases (0), the agent (1) or the host's ARP table (2)."""
        if self._conn._readonly and source == VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT:
            raise read_only("virDomainInterfaceAddresses", FROM_DOMAIN)
        ret = await self._conn._call("domain_interface_addresses", (self._ref, source, flags), deadline)
        return [
            DomainInterface(r.name, r.hwaddr, [IPAddress(a.type, a.addr, a.prefix) for a in r.addrs]) for r in ret
        ]

    async def get_security_label(self, *, deadline: float | None = None) -> SecurityLabel:
        """virDomainGetSecurityLabel."""
        ret = await self._conn._call("domain_get_security_label", (self._ref,), deadline)
        return SecurityLabel(ret.label, bool(ret.enforcing))

    async def get_security_label_list(self, *, deadline: float | None = None) -> list[SecurityLabel]:
        """virDomainGetSecurityLabelList."""
        ret = await self._conn._call("domain_get_security_label_list", (self._ref,), deadline)
        return [SecurityLabel(r.label, bool(r.enforcing)) for r in ret.labels]

    async def get_job_stats(self, flags: int = 0, *, deadline: float | None = None) -> DomainJobStats:
        """virDomainGetJobStats."""
        if flags & 0x2 and not flags & 0x1:
            raise required_flag(
                "VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED", "VIR_DOMAIN_JOB_STATS_COMPLETED", "virDomainGetJobStats", FROM_DOMAIN
            )
        ret = await self._conn._call("domain_get_job_stats", (self._ref, flags), deadline)
        return DomainJobStats(enum_of(DomainJobType, ret.type), params_dict(ret.params))

    async def block_peek(
        self, disk: str, offset: int, size: int, flags: int = 0, *, deadline: float | None = None
    ) -> bytes:
        """virDomainBlockPeek: bytes of a disk."""
        if self._conn._readonly:
            raise read_only("virDomainBlockPeek", FROM_DOMAIN)
        if not disk:
            raise empty_arg("disk", "virDomainBlockPeek", FROM_DOMAIN)
        data: bytes = await self._conn._call("domain_block_peek", (self._ref, disk, offset, size, flags), deadline)
        return data

    async def memory_peek(self, start: int, size: int, flags: int, *, deadline: float | None = None) -> bytes:
        """virDomainMemoryPeek: bytes of the guest's memory; `flags` says virtual or physical."""
        if self._conn._readonly:
            raise read_only("virDomainMemoryPeek", FROM_DOMAIN)
        if flags & VIR_MEMORY_VIRTUAL and flags & VIR_MEMORY_PHYSICAL:
            raise exclusive_flags("VIR_MEMORY_VIRTUAL", "VIR_MEMORY_PHYSICAL", "virDomainMemoryPeek", FROM_DOMAIN)
        data: bytes = await self._conn._call("domain_memory_peek", (self._ref, start, size, flags), deadline)
        return data

    async def rename(self, new_name: str, flags: int = 0, *, deadline: float | None = None) -> None:
        """virDomainRename. The object keeps the old name; look the guest up again, or use its UUID."""
        if not new_name:
            raise empty_arg("new_name", "virDomainRename", FROM_DOMAIN)
        if self._conn._readonly:
            raise read_only("virDomainRename", FROM_DOMAIN)
        await self._conn._call("domain_rename", (self._ref, new_name, flags), deadline)
