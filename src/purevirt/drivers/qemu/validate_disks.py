"""Disks: what QEMU's buses, formats and block layer can do."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.general import iothreads_of
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.drivers.qemu.validate_images import validate_image
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import CcwAddress, DriveAddress, PciAddress, UsbAddress, VirtioMmioAddress
from purevirt.model.domain.postparse_devices import disk_index, disk_partition

_MOST = 1_000_000_000_000_000
"""QEMU's limit of a throttling value."""
_VIRTIO_PLACES = (PciAddress, CcwAddress, VirtioMmioAddress)


def _internal(text: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.QEMU)


def validate_disk(domain: Any, disk: Any, context: PostParseContext) -> None:
    """One disk and everything below it."""
    caps = context.caps
    if isinstance(disk.address, DriveAddress):
        validate_place(domain, disk.target.bus, disk.address)
    _validate_frontend(disk, caps)
    _validate_iothread(domain, disk)
    if disk.iotune is not None:
        _validate_iotune(domain, disk)
    _validate_transient(disk)
    if disk.driver is not None and disk.driver.name not in (None, "qemu"):
        raise unsupported(f"unsupported driver name '{disk.driver.name}' for disk '{disk.dev}'")
    kind = (disk.driver.type if disk.driver is not None else None) or "raw"
    if disk.shareable and not disk.readonly and kind != "raw":
        raise unsupported(f"shared access for disk '{disk.dev}' requires use of supported storage format")
    if disk_index(disk.dev) < 0:
        raise unsupported(f"invalid disk target '{disk.dev}'")
    if disk_partition(disk.dev):
        raise unsupported(f"invalid disk target '{disk.dev}', partitions can't appear in disk targets")
    if disk.type == "vhostuser":
        if not caps.has("vhost-user-blk"):
            raise unsupported("vhostuser disk is not supported with this QEMU binary")
        require_shared_memory(domain, "vhostuser")
    if disk.source is not None or disk.type == "file":
        encryption = disk.encryption or (disk.source.encryption if disk.source is not None else None)
        validate_image(disk.source, kind, encryption, disk.driver, caps, readonly=disk.readonly)
    layer = disk.backing_store
    while layer is not None and layer.source is not None:
        validate_image(layer.source, layer.format.type, layer.source.encryption, None, caps, readonly=True)
        layer = layer.backing_store


def require_shared_memory(domain: Any, name: str) -> None:
    """Processes beside QEMU serve a guest whose memory they see."""
    cells = domain.cpu.numa.cells if domain.cpu is not None and domain.cpu.numa is not None else []
    backing = domain.memory_backing
    default = backing.access.mode if backing is not None and backing.access is not None else None
    modes = [cell.mem_access or default for cell in cells] or [default]
    if any(mode != "shared" for mode in modes):
        raise unsupported(f"'{name}' requires shared memory")


def validate_place(domain: Any, bus: str | None, address: DriveAddress) -> None:
    """The drive's place exists on such a bus."""
    match bus:
        case "scsi":
            controllers = domain.devices.controllers
            model = next((c.model for c in controllers if c.type == "scsi" and c.index == address.controller), None)
            if address.bus:
                raise _internal("SCSI controller only supports 1 bus")
            if model == "lsilogic" and address.target:
                raise unsupported(f"target must be 0 for controller model '{model}'")
        case "ide":
            if address.controller:
                raise _internal("Only 1 IDE controller is supported")
            if address.target:
                raise unsupported("target must be 0 for ide controller")
        case "fdc":
            if address.controller:
                raise _internal("Only 1 fdc controller is supported")
            if address.bus:
                raise _internal("Only 1 fdc bus is supported")
            if address.target:
                raise unsupported("target must be 0 for controller fdc")
        case "sata":
            if address.bus:
                raise unsupported("bus must be 0 for sata controller")
            if address.target:
                raise unsupported("target must be 0 for sata controller")


_SERIAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ .+")


def _validate_frontend(disk: Any, caps: QemuCaps) -> None:
    bus, driver = disk.target.bus, disk.driver
    _validate_geometry(disk, bus)
    if disk.serial and bus == "sd":
        raise _internal(f"Serial property not supported for drive bus '{bus}'")
    copies = driver is not None and driver.copy_on_read
    if disk.device == "cdrom" and bus in ("virtio", "sd"):
        raise unsupported(f"disk type of '{disk.dev}' does not support ejectable media")
    if copies and disk.readonly:
        raise unsupported(f"copy_on_read is not compatible with read-only disk '{disk.dev}'")
    if copies and disk.device in ("cdrom", "floppy"):
        raise unsupported(f"copy_on_read is not supported with removable disk '{disk.dev}'")
    if disk.wwn and bus not in ("ide", "scsi", "sata"):
        raise unsupported("Only ide and scsi disk support wwn")
    if (disk.vendor or disk.product) and bus != "scsi":
        raise unsupported("Only scsi disk supports vendor and product")
    if disk.device == "lun":
        _validate_lun(disk, bus, copies=copies)
    if disk.target.rotation_rate:
        if bus not in ("ide", "scsi", "sata"):
            raise _internal("rotation rate is only valid for SCSI/IDE/SATA bus")
        if disk.device != "disk":
            raise unsupported("rotation rate is only valid for disk device")
    _validate_address(disk, bus)
    if disk.readonly and disk.device == "disk" and bus in ("ide", "sata"):
        raise unsupported(f"readonly {bus} disks are not supported")
    if driver is not None and driver.io == "native" and driver.cache not in ("none", "directsync"):
        raise unsupported("io='native' needs either no disk cache or directsync cache mode")
    if driver is not None and driver.io == "io_uring" and not caps.has("aio.io_uring"):
        raise unsupported("io uring is not supported by this QEMU binary")
    if disk.serial and bus == "scsi" and disk.device == "lun":
        raise unsupported("scsi-block 'lun' devices do not support the serial property")
    if disk.serial and not set(disk.serial) <= _SERIAL:
        raise _internal(f"driver serial '{disk.serial}' contains unsafe characters")


def _validate_geometry(disk: Any, bus: str) -> None:
    geometry = disk.geometry
    if geometry is None or not (geometry.cyls and geometry.heads and geometry.secs):
        return
    if bus not in ("ide", "scsi", "virtio", "sata", "usb"):
        raise unsupported(f"CHS geometry can not be set for '{bus}' bus")
    if geometry.trans is not None and bus != "ide":
        raise unsupported(f"CHS translation mode can only be set for 'ide' bus not '{bus}'")


def _validate_lun(disk: Any, bus: str, *, copies: bool) -> None:
    if bus not in ("scsi", "virtio"):
        raise unsupported(f"disk device='lun' is not supported for bus='{bus}'")
    if copies:
        raise unsupported(f"copy_on_read is not compatible with 'lun' disk '{disk.dev}'")
    if disk.wwn:
        raise unsupported("Setting wwn is not supported for lun device")
    if disk.vendor or disk.product:
        raise unsupported("Setting vendor or product is not supported for lun device")


def _validate_address(disk: Any, bus: str) -> None:
    address = disk.address
    if bus in ("scsi", "ide", "fdc", "sata") and not isinstance(address, DriveAddress):
        raise _internal(f"unexpected address type for {bus} disk")
    if bus == "virtio" and address is not None and not isinstance(address, _VIRTIO_PLACES):
        raise unsupported(f"virtio disk cannot have an address of type '{address.type}'")
    if bus == "usb" and address is not None and not isinstance(address, UsbAddress):
        raise _internal("unexpected address type for usb disk")


def _validate_iothread(domain: Any, disk: Any) -> None:
    wanted = disk.driver.iothread if disk.driver is not None else None
    if not wanted:
        return
    if disk.target.bus != "virtio":
        raise unsupported(f"IOThreads not available for bus {disk.target.bus} target {disk.dev}")
    if wanted not in {iothread.id for iothread in iothreads_of(domain)}:
        raise unsupported(f"Disk iothread '{wanted}' not defined in iothreadid")


def _limits(tune: Any) -> list[Any]:
    names = [f"{part}_{what}{peak}" for part in ("total", "read", "write") for what in ("bytes_sec", "iops_sec")
             for peak in ("", "_max")]  # fmt: skip
    return [getattr(tune, name) for name in (*names, "size_iops_sec")]


def _validate_iotune(domain: Any, disk: Any) -> None:
    tune = disk.iotune
    limits = _limits(tune)
    if tune.group_name and not any(limits):
        raise unsupported("group_name can be configured only together with settings")
    for other in domain.devices.disks if tune.group_name else ():
        same = other is not disk and other.iotune is not None and other.iotune.group_name == tune.group_name
        if same and other.iotune != tune:
            raise unsupported(f"different iotunes for disks {disk.dev} and {other.dev}")
    if any(value is not None and value > _MOST for value in limits):
        raise VirtError(
            ErrorCode.ARGUMENT_UNSUPPORTED,
            f"block I/O throttle limit must be no more than {_MOST} using QEMU",
            ErrorDomain.QEMU,
        )


def _validate_transient(disk: Any) -> None:
    if disk.transient is None:
        return
    if disk.source is None or disk.source.is_empty:
        raise unsupported(f"transient disk '{disk.dev}' must not be empty")
    if disk.readonly:
        raise unsupported(f"transient disk '{disk.dev}' must not be read-only")
    if disk.type != "file":
        raise unsupported(f"transient disk supported only with 'file' type ({disk.dev})")
    if disk.device != "disk":
        raise unsupported(f"transient disk supported only with 'disk' device ({disk.dev})")
    bus = disk.target.bus
    if disk.transient.share_backing and bus not in ("virtio", "usb", "scsi"):
        raise unsupported(f"disk bus '{bus}' doesn't support transiend disk backing image sharing")
