"""Memory shared between guests: ivshmem in its three forms."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.errors import ErrorCode, VirtError

_MIB = 1 << 20
SERVER_DIRECTORY = "/var/lib/libvirt"


def _check_size(shmem: Any) -> None:
    if shmem.size:
        if shmem.size & (shmem.size - 1):
            raise VirtError(ErrorCode.XML_ERROR, "shmem size must be a power of two")
        if shmem.size < _MIB:
            raise VirtError(ErrorCode.XML_ERROR, "shmem size must be at least 1 MiB (1024 KiB)")


def _interrupts(shmem: Any) -> Props:
    out: Props = {}
    if shmem.msi is not None:
        if shmem.msi.vectors:
            out["vectors"] = shmem.msi.vectors
        if shmem.msi.ioeventfd is not None:
            out["ioeventfd"] = shmem.msi.ioeventfd
    return out


def _device(shmem: Any) -> Props:
    name, model = alias_of(shmem), shmem.model.type
    if model == "ivshmem":
        device: Props = {"driver": "ivshmem", "id": name, "size": f"{shmem.size // _MIB}m"}
        if shmem.server is None:
            return device | {"shm": shmem.name}
        device["chardev"] = f"char{name}"
        return device | ({"msi": True} | _interrupts(shmem) if shmem.msi is not None else {})
    if model == "ivshmem-plain":
        device = {"driver": model, "id": name, "memdev": f"shmmem-{name}"}
        return device | ({"master": "on" if shmem.role == "master" else "off"} if shmem.role is not None else {})
    return {"driver": model, "id": name, "chardev": f"char{name}"} | _interrupts(shmem)


def add_shmems(command: Command, domain: Any, context: CommandContext) -> None:
    """Every region."""
    for shmem in domain.devices.shmems:
        _check_size(shmem)
        name = alias_of(shmem)
        if shmem.model.type == "ivshmem-plain":
            backend: Props = {"qom-type": "memory-backend-file", "id": f"shmmem-{name}"}
            command.object(backend | {"mem-path": f"/dev/shm/{shmem.name}", "size": shmem.size, "share": True})
        device = _device(shmem)
        add_address(device, domain, shmem)
        command.device(device, shmem)
        if shmem.server is not None:
            path = shmem.server.path or f"{SERVER_DIRECTORY}/shmem-{shmem.name}-sock"
            command.add("-chardev", f"socket,id=char{name},path={escape_comma(path)}")
