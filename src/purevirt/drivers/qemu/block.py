"""Disks of a running guest: errors they stopped it with, and a threshold that tells when one is nearly full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.block_names import qom_paths
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.vm import Vm
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_STATUS = {"failed": C.VIR_DOMAIN_DISK_ERROR_UNSPEC, "nospace": C.VIR_DOMAIN_DISK_ERROR_NO_SPACE}
_INDEXED = re.compile(r"(?P<target>[^\[\]]+)(?:\[(?P<index>[0-9]+)\])?")


def images_of(disk: Any) -> list[tuple[int, Any]]:
    """Index and source of the disk's image and of those behind it."""
    found = []
    layer = disk
    while layer is not None and layer.source is not None:
        index = layer.source.index if layer is disk else layer.index
        if index is not None:
            found.append((int(index), layer.source))
        layer = layer.backing_store
    return found


def find_node(vm: Vm, text: str) -> str:
    """QEMU's node for "vda" or "vda[3]"; INVALID_ARG when there is no such disk or layer."""
    match = _INDEXED.fullmatch(text)
    for disk in vm.devices().disks:
        if match is None or disk.target is None or disk.target.dev != match["target"]:
            continue
        for position, (index, _) in enumerate(images_of(disk)):
            if (match["index"] is None and position == 0) or match["index"] == str(index):
                return f"libvirt-{index}-storage"
        if match["index"] is None:
            raise errors.bad_argument(f"disk '{text}' does not currently have a source assigned")
    raise errors.bad_argument(f"failed to find disk '{text}'")


class BlockFacet:
    """virDomainGetDiskErrors, virDomainSetBlockThreshold."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_disk_errors(self, dom: p.NonnullDomain, maxerrors: int, flags: int) -> p.DomainGetDiskErrorsRet:
        """With `maxerrors` 0 only how many there can be."""
        errors.check_flags(flags, 0, "qemuDomainGetDiskErrors")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.QUERY):
            vm.require_active()
            disks = vm.devices().disks
            if maxerrors == 0:
                return p.DomainGetDiskErrorsRet([], len(disks))
            reply = await vm.require_monitor().execute("query-block")
            vm.require_active()
        states = {}
        for item in decode.objects(reply, "query-block"):
            states[decode.string_or(item, "qdev")] = decode.string_or(item, "io-status")
            states[decode.string_or(item, "device")] = decode.string_or(item, "io-status")
        found = []
        for disk in disks:
            alias = (disk.alias.name if disk.alias is not None else None) or ""
            code = next((_STATUS[states[key]] for key in qom_paths(alias) if states.get(key) in _STATUS), None)
            if code is not None:
                found.append(p.DomainDiskError((disk.target.dev if disk.target is not None else None) or "", code))
        found = found[:maxerrors]
        return p.DomainGetDiskErrorsRet(found, len(found))

    async def domain_set_block_threshold(self, dom: p.NonnullDomain, dev: str, threshold: int, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainSetBlockThreshold")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            vm.require_active()
            node = find_node(vm, dev)
            arguments = {"node-name": node, "write-threshold": threshold}
            await vm.require_monitor().execute("block-set-write-threshold", arguments)
            vm.require_active()
