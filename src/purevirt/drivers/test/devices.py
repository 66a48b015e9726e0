"""Finding a guest's devices by the names that clients use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain


def find_disk(document: Domain, name: str) -> Any:
    """The disk with this target or source path, None where there is none."""
    disks: list[Any] = list(document.devices.disks) if document.devices is not None else []
    for disk in disks:
        if disk.target is not None and disk.target.dev == name:
            return disk
    if not name.startswith("/"):
        return None
    return next((disk for disk in disks if disk.source is not None and getattr(disk.source, "path", None) == name), None)


def find_interface(document: Domain, name: str) -> Any:
    """The interface with this target name or MAC address. Raises INVALID_ARG."""
    interfaces: list[Any] = list(document.devices.interfaces) if document.devices is not None else []
    for interface in interfaces:
        if interface.target is not None and interface.target.dev == name:
            return interface
        if interface.mac is not None and (interface.mac.address or "").lower() == name.lower():
            return interface
    raise VirtError(ErrorCode.INVALID_ARG, f"'{name}' is not a known interface", ErrorDomain.DOMAIN)
