"""What can be changed of the host, and what it says it can do for guests and pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.vcpus import MAX_VCPUS
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain_capabilities import CapsDevices, CapsEnum, CapsOs, CapsVcpu, DomainCapabilities, Supported
from purevirt.model.storage_pool import KINDS
from purevirt.model.storage_pool_capabilities import pool_capabilities
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import UINT, ParamList, TypedParam, to_dict

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_KSM = {
    C.VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN: UINT,
    C.VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS: UINT,
    C.VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES: UINT,
}
_TARGETS = (C.VIR_NODE_SUSPEND_TARGET_MEM, C.VIR_NODE_SUSPEND_TARGET_DISK, C.VIR_NODE_SUSPEND_TARGET_HYBRID)
_SHORTEST_S = 60
_EMULATOR, _ARCH = "/usr/bin/test-hv", "i686"


class HostActionsFacet:
    """virNodeAllocPages, virNode*MemoryParameters, virNodeSuspendForDuration, capabilities of guests and of pools."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def node_alloc_pages(
        self, page_sizes: list[int], page_counts: list[int], start: int, count: int, flags: int
    ) -> int:
        errors.check_flags(flags, C.VIR_NODE_ALLOC_PAGES_SET, "testNodeAllocPages")
        last = len(self._host.cells) - 1
        if start > last:
            raise errors.internal(f"start cell {start} out of range (0-{last})")
        first, end = (0, last + 1) if start < 0 else (start, min(start + count, last + 1))
        changed = 0
        for size, pages in zip(page_sizes, page_counts, strict=True):
            if size not in self._host.huge_pages:
                raise errors.failed(f"page size {size} is not available on node {first}")
            for cell in range(first, end):
                pools = self._host.huge_pages[size]
                pools[cell] = pages if flags & C.VIR_NODE_ALLOC_PAGES_SET else pools.get(cell, 0) + pages
                changed += 1
        return changed

    async def node_get_memory_parameters(self, nparams: int, flags: int) -> p.NodeGetMemoryParametersRet:
        errors.check_getter(flags, 0, "testNodeGetMemoryParameters")
        out = ParamList()
        for name, value in self._host.shared_memory.items():
            out.uint(name, value)
        return p.NodeGetMemoryParametersRet(list(out)[:nparams], len(out))

    async def node_set_memory_parameters(self, params: list[TypedParam], flags: int) -> None:
        errors.check_flags(flags, 0, "testNodeSetMemoryParameters")
        check_params(params, _KSM)
        self._host.shared_memory.update({name: int(value) for name, value in to_dict(params).items()})

    async def node_suspend_for_duration(self, target: int, duration: int, flags: int) -> None:
        """The host sleeps for so long and wakes up: its clock, if it is virtual, goes on by as much."""
        errors.check_flags(flags, 0, "testNodeSuspendForDuration")
        if target not in _TARGETS:
            raise errors.bad_argument("Invalid suspend target")
        if duration < _SHORTEST_S:
            raise errors.bad_argument("Suspend duration is too short")
        if self._host.clock.virtual:
            await self._host.clock.delay(duration)

    async def connect_get_domain_capabilities(
        self, emulatorbin: str | None, arch: str | None, machine: str | None, virttype: str | None, flags: int
    ) -> str:
        errors.check_flags(flags, 0, "testConnectGetDomainCapabilities")
        for given, only in ((virttype, "test"), (arch, _ARCH), (emulatorbin, _EMULATOR)):
            if given is not None and given != only:
                text = f"the accel '{given}' is not supported" if only == "test" else f"'{given}' is not there, '{only}' is"
                raise VirtError(ErrorCode.INVALID_ARG, text, errors.FROM)
        disks = Supported(supported=True, enums=[CapsEnum(name="bus", values=["ide", "fdc", "scsi", "virtio", "xen", "usb"])])
        return DomainCapabilities(
            path=_EMULATOR,
            domain="test",
            machine=machine,
            arch=_ARCH,
            vcpu=CapsVcpu(max=MAX_VCPUS),
            iothreads=Supported(supported=True),
            os=CapsOs(supported=True),
            devices=CapsDevices(disk=disks),
        ).to_xml()

    async def connect_get_storage_pool_capabilities(self, flags: int) -> str:
        errors.check_flags(flags, 0, "testConnectGetStoragePoolCapabilities")
        return pool_capabilities(frozenset(KINDS)).to_xml()
