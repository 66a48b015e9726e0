"""Devices of the host: USB, PCI, SCSI, vhost-SCSI and mediated ones, and PCI functions that stand as interfaces."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.credentials import add_libvirt_secret
from purevirt.drivers.qemu.command.device_address import add_address, add_rom, controller_alias_by, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props
from purevirt.errors import ErrorCode, VirtError


class NodeNumbers:
    """Numbers of block nodes; disks take theirs first."""

    def __init__(self, last: int) -> None:
        self._last = last

    def next(self) -> int:
        """The next number that is not in use."""
        self._last += 1
        return self._last


def hostdevs_of(domain: Any) -> list[Any]:
    """All host devices in libvirt's order: interfaces that are host devices come first."""
    interfaces = [item for item in domain.devices.interfaces if item.actual_type == "hostdev"]
    return [*interfaces, *domain.devices.hostdevs]


def add_hostdevs(
    command: Command, domain: Any, context: CommandContext, indexes: dict[int, int], numbers: NodeNumbers
) -> None:
    """Every host device with what it needs in front."""
    for hostdev in hostdevs_of(domain):
        if _is_interface(hostdev):
            command.device(_pci(domain, hostdev, indexes, teaming=hostdev.teaming), hostdev)
            continue
        if hostdev.mode != "subsystem":
            continue
        match hostdev.type:
            case "usb":
                device = _usb(domain, hostdev, context, indexes)
            case "pci":
                device = _pci(domain, hostdev, indexes, teaming=hostdev.teaming)
            case "scsi":
                device = _scsi(command, domain, hostdev, context, indexes, numbers)
            case "scsi_host":
                device = _vhost_scsi(command, domain, hostdev, context)
            case _:
                device = _mdev(domain, hostdev, indexes)
        command.device(device, hostdev)


def _is_interface(device: Any) -> bool:
    return hasattr(device, "actual_type")


def _boot(device: Props, hostdev: Any, indexes: dict[int, int]) -> None:
    if id(hostdev) in indexes:
        device["bootindex"] = indexes[id(hostdev)]


def _pci(domain: Any, hostdev: Any, indexes: dict[int, int], *, teaming: Any) -> Props:
    source, driver = hostdev.source, hostdev.hostdev_driver if _is_interface(hostdev) else hostdev.driver
    if driver is not None and driver.name == "kvm":
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "host doesn't support legacy PCI passthrough")
    if driver is not None and driver.name == "xen":
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "QEMU does not support device assignment mode 'xen'")
    if _is_interface(hostdev) and hostdev.actual is not None and hostdev.actual.source is not None:
        source = hostdev.actual.source
    a = source.address
    device: Props = {"driver": "vfio-pci", "host": f"{a.domain:04x}:{a.bus:02x}:{a.slot:02x}.{a.function:x}"}
    device["id"] = alias_of(hostdev)
    _boot(device, hostdev, indexes)
    if teaming is not None and teaming.persistent:
        device["failover_pair_id"] = teaming.persistent
    add_address(device, domain, hostdev)
    add_rom(device, hostdev)
    return device


_GUEST_RESET: dict[str, Props] = {
    "off": {"guest-reset": False},
    "uninitialized": {"guest-reset": True, "guest-resets-all": False},
    "on": {"guest-reset": True, "guest-resets-all": True},
}


def _usb(domain: Any, hostdev: Any, context: CommandContext, indexes: dict[int, int]) -> Props:
    source = hostdev.source
    device: Props = {"driver": "usb-host"}
    if not source.missing:
        if source.address is None or not (source.address.bus or source.address.device):
            # Vendor and product are resolved to an address before the guest starts.
            raise VirtError(ErrorCode.INTERNAL_ERROR, "USB host device is missing bus/device information")
        if context.caps.has("usb-host.hostdevice"):
            device["hostdevice"] = f"/dev/bus/usb/{source.address.bus:03d}/{source.address.device:03d}"
        else:
            device |= {"hostbus": source.address.bus, "hostaddr": source.address.device}
    device["id"] = alias_of(hostdev)
    _boot(device, hostdev, indexes)
    device |= _GUEST_RESET.get(source.guest_reset or "", {})
    add_address(device, domain, hostdev)
    return device


def _scsi_backend(
    command: Command, hostdev: Any, context: CommandContext, numbers: NodeNumbers
) -> str:
    source, node = hostdev.source, f"libvirt-{numbers.next()}-backend"
    if source.protocol == "iscsi":
        target, _, lun = source.name.partition("/")
        host = source.hosts[0]
        props: Props = {"driver": "iscsi", "portal": f"{host.name}:{host.port or 3260}", "target": target}
        props |= {"lun": int(lun or 0), "transport": "tcp"}
        if source.auth is not None:
            secret = source.auth.secret
            add_libvirt_secret(command, context, f"{node}-secret0", uuid=secret.uuid, usage=secret.usage, kind="iscsi")
            props |= {"user": source.auth.username, "password-secret": f"{node}-secret0"}
        if source.initiator is not None and source.initiator.iqn is not None:
            props["initiator-name"] = source.initiator.iqn.name
    else:
        props = {"driver": "host_device", "filename": context.resources.scsi_device(hostdev)}
    command.blockdev(props | {"node-name": node, "read-only": hostdev.readonly})
    return node


def _scsi(
    command: Command, domain: Any, hostdev: Any, context: CommandContext, indexes: dict[int, int], numbers: NodeNumbers
) -> Props:
    node = _scsi_backend(command, hostdev, context, numbers)
    device: Props = {"driver": "scsi-generic", "drive": node, "id": alias_of(hostdev)}
    _boot(device, hostdev, indexes)
    address = hostdev.address
    device["bus"] = f"{controller_alias_by(domain, 'scsi', address.controller)}.0"
    model = next(c.model for c in domain.devices.controllers if c.type == "scsi" and c.index == address.controller)
    if model == "lsilogic":
        return device | {"scsi-id": address.unit}
    return device | {"channel": address.bus, "scsi-id": address.target, "lun": address.unit}


def _vhost_scsi(command: Command, domain: Any, hostdev: Any, context: CommandContext) -> Props:
    fd = context.resources.vhost_scsi_fd(hostdev)
    command.pass_fd(fd)
    device: Props = {"driver": virtio_driver("vhost-scsi", hostdev, hostdev.model), "wwpn": hostdev.source.wwpn}
    device |= {"vhostfd": str(fd), "id": alias_of(hostdev)}
    add_address(device, domain, hostdev)
    return device


def _mdev(domain: Any, hostdev: Any, indexes: dict[int, int]) -> Props:
    driver = hostdev.model or "vfio-pci"
    if driver == "vfio-pci" and hostdev.ramfb:
        driver = "vfio-pci-nohotplug"
    device: Props = {"driver": driver, "id": alias_of(hostdev)}
    device["sysfsdev"] = f"/sys/bus/mdev/devices/{hostdev.source.address.uuid}"
    if hostdev.display is not None:
        device["display"] = "on" if hostdev.display else "off"
    if hostdev.ramfb:
        device["ramfb"] = True
    _boot(device, hostdev, indexes)
    add_address(device, domain, hostdev)
    return device
