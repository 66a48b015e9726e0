"""What can be done to the host, and what its firmware says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host import node
from purevirt.host.dmi import dmi
from purevirt.model.domain.sysinfo import Sysinfo
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import UINT, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_NONE = ErrorDomain.NONE
_TARGETS = {
    C.VIR_NODE_SUSPEND_TARGET_MEM: "Suspend-to-RAM",
    C.VIR_NODE_SUSPEND_TARGET_DISK: "Suspend-to-Disk",
    C.VIR_NODE_SUSPEND_TARGET_HYBRID: "Hybrid-Suspend",
}
_KSM = {f"shm_{name}": UINT for name in ("pages_to_scan", "sleep_millisecs", "merge_across_nodes")}
_ENTRIES = {
    "bios": {"vendor": "bios_vendor", "version": "bios_version", "date": "bios_date", "release": "bios_release"},
    "system": {
        "manufacturer": "sys_vendor",
        "product": "product_name",
        "version": "product_version",
        "serial": "product_serial",
        "uuid": "product_uuid",
        "sku": "product_sku",
        "family": "product_family",
    },
    "baseBoard": {
        "manufacturer": "board_vendor",
        "product": "board_name",
        "version": "board_version",
        "serial": "board_serial",
        "asset": "board_asset_tag",
    },
    "chassis": {
        "manufacturer": "chassis_vendor",
        "version": "chassis_version",
        "serial": "chassis_serial",
        "asset": "chassis_asset_tag",
    },
}
"""Block of the document → entry → the kernel's name of it."""


class NodeActionFacet:
    """virConnectGetSysinfo, virNodeGetSEVInfo, virNodeAllocPages, virNodeSuspendForDuration, virNodeSetMemoryParameters."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def connect_get_sysinfo(self, flags: int) -> str:
        errors.check_flags(flags, 0, "qemuConnectGetSysinfo")
        known = await offload(dmi)
        if not known:
            raise errors.unsupported("Host SMBIOS information is not available")
        blocks = []
        for block, entries in _ENTRIES.items():
            rows = [(name, known[key]) for name, key in entries.items() if key in known]
            inside = "".join(f"<entry name='{name}'>{_escaped(value)}</entry>" for name, value in rows)
            blocks.append(f"<{block}>{inside}</{block}>" if rows else "")
        return Sysinfo.from_xml(f"<sysinfo type='smbios'>{''.join(blocks)}</sysinfo>").to_xml()

    async def node_get_sev_info(self, nparams: int, flags: int) -> p.NodeGetSevInfoRet:
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "qemuNodeGetSEVInfo")
        raise errors.not_supported("QEMU does not support SEV guest")

    async def node_alloc_pages(
        self, page_sizes: list[int], page_counts: list[int], start: int, count: int, flags: int
    ) -> int:
        """Pools of huge pages made larger, or with SET as large as said. The number of pools that were changed."""
        errors.check_flags(flags, C.VIR_NODE_ALLOC_PAGES_SET, "qemuNodeAllocPages")
        last = max(node.numa_nodes(), default=0)
        if start > last:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"start cell {start} out of range (0-{last})", _NONE)
        changed = 0
        for cell in range(max(start, 0), min(last + 1, max(start, 0) + count)):
            for size, wanted in zip(page_sizes, page_counts, strict=False):
                await offload(_resize, cell, size, wanted, not flags & C.VIR_NODE_ALLOC_PAGES_SET)
                changed += 1
        return changed

    async def node_suspend_for_duration(self, target: int, duration: int, flags: int) -> None:
        """Nothing here says that the host wakes up again by itself, so it is not sent to sleep."""
        errors.check_flags(flags, 0, "virNodeSuspend", _NONE)
        if target not in _TARGETS:
            raise VirtError(ErrorCode.INVALID_ARG, "Invalid suspend target", _NONE)
        raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, _TARGETS[target], _NONE)

    async def node_set_memory_parameters(self, params: list[TypedParam], flags: int) -> None:
        """How the kernel merges equal pages."""
        errors.check_flags(flags, 0, "virHostMemSetParameters", _NONE)
        check_params(params, _KSM)
        for param in params:
            name = param.field.removeprefix("shm_")
            try:
                await offload(node.set_shared_memory, name, int(param.value))
            except OSError as error:
                raise system_error(error.errno or 5, f"failed to set {name}", _NONE) from error


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _resize(cell: int, size_kib: int, wanted: int, add: bool) -> None:
    pools = {pool.size_kib: pool for pool in node.cell_pages(cell)}
    if size_kib not in pools:
        text = f"page size {size_kib} is not available on node {cell}"
        raise VirtError(ErrorCode.OPERATION_FAILED, text, _NONE)
    if size_kib == node.PAGE_KIB:
        text = "system pages pool can't be modified"
        raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, _NONE)
    total = wanted + (pools[size_kib].total if add else 0)
    try:
        node.set_huge_pages(cell, size_kib, total)
    except OSError as error:
        raise system_error(error.errno or 5, f"Unable to write to the pool of {size_kib} KiB pages", _NONE) from error
    got = next(pool.total for pool in node.cell_pages(cell) if pool.size_kib == size_kib)
    if got != total:
        text = f"Unable to allocate {wanted} pages. Allocated only {got - (total - wanted)}"
        raise VirtError(ErrorCode.OPERATION_FAILED, text, _NONE)
