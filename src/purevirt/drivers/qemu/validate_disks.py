"""Disks: what QEMU's buses, formats and block layer can do."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.general import iothreads_of
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import CcwAddress, DriveAddress, PciAddress
from purevirt.model.domain.postparse_devices import disk_index, disk_partition
from purevirt.model.storage_source import DirSource, NetworkSource

_MOST = 1_000_000_000_000_000
"""QEMU's limit of a throttling value."""


def validate_disks(domain: Any, caps: QemuCaps) -> None:
    """Every disk and everything below it."""
    for disk in domain.devices.disks:
        if disk.target is None:
            continue
        _validate_name(disk)
        _validate_bus(domain, disk)
        _validate_frontend(disk)
        _validate_driver(domain, disk, caps)
        if disk.iotune is not None:
            _validate_iotune(disk.iotune)
        if disk.type == "vhostuser":
            require_shared_memory(domain, "vhostuser")
            if not caps.has("vhost-user-blk"):
                raise unsupported("vhostuser disk is not supported with this QEMU binary")
        if disk.source is not None:
            kind = (disk.driver.type if disk.driver is not None else None) or "raw"
            encryption = disk.encryption or disk.source.encryption
            _validate_image(disk.source, kind, encryption, disk.driver, caps)
        layer = disk.backing_store
        while layer is not None and layer.source is not None:
            _validate_image(layer.source, layer.format.type, layer.source.encryption, None, caps)
            layer = layer.backing_store


def _validate_name(disk: Any) -> None:
    if disk_index(disk.dev) < 0:
        raise unsupported(f"invalid disk target '{disk.dev}'")
    if disk_partition(disk.dev):
        raise unsupported(f"invalid disk target '{disk.dev}', partitions can't appear in disk targets")


def require_shared_memory(domain: Any, name: str) -> None:
    """Processes beside QEMU serve a guest whose memory they see."""
    cells = domain.cpu.numa.cells if domain.cpu is not None and domain.cpu.numa is not None else []
    backing = domain.memory_backing
    default = backing.access.mode if backing is not None and backing.access is not None else None
    modes = [cell.mem_access or default for cell in cells] or [default]
    if any(mode != "shared" for mode in modes):
        raise unsupported(f"'{name}' requires shared memory")


def _validate_bus(domain: Any, disk: Any) -> None:
    """The drive's place exists on such a bus."""
    bus, address = disk.target.bus, disk.address
    if not isinstance(address, DriveAddress):
        return
    if bus == "ide" and address.controller:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "Only 1 IDE controller is supported", ErrorDomain.QEMU)
    if bus == "fdc" and address.controller:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "Only 1 fdc controller is supported", ErrorDomain.QEMU)
    if bus == "fdc" and address.bus:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "Only 1 fdc bus is supported", ErrorDomain.QEMU)
    if bus == "sata" and address.bus:
        raise unsupported("bus must be 0 for sata controller")
    if bus == "scsi":
        controllers = domain.devices.controllers
        model = next((c.model for c in controllers if c.type == "scsi" and c.index == address.controller), None)
        if model == "lsilogic" and address.target:
            raise unsupported(f"target must be 0 for controller model '{model}'")


_SERIAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ .+")


def _validate_frontend(disk: Any) -> None:
    bus = disk.target.bus
    if disk.serial and not set(disk.serial) <= _SERIAL:
        raise VirtError(
            ErrorCode.INTERNAL_ERROR, f"driver serial '{disk.serial}' contains unsafe characters", ErrorDomain.QEMU
        )
    if disk.readonly and disk.device == "disk" and bus in ("ide", "sata"):
        raise unsupported(f"readonly {bus} disks are not supported")
    if (disk.vendor or disk.product) and bus != "scsi":
        raise unsupported("Only scsi disk supports vendor and product")
    if disk.wwn and bus not in ("ide", "scsi", "sata"):
        raise unsupported("Only ide and scsi disk support wwn")
    if disk.device == "cdrom" and bus == "virtio":
        raise unsupported(f"disk type of '{disk.dev}' does not support ejectable media")
    if disk.transient is not None and disk.transient.share_backing and bus not in ("virtio", "usb", "scsi"):
        raise unsupported(f"disk bus '{bus}' doesn't support transiend disk backing image sharing")


def _validate_driver(domain: Any, disk: Any, caps: QemuCaps) -> None:
    driver = disk.driver
    if driver is None:
        return
    if driver.io == "native" and driver.cache not in ("none", "directsync"):
        raise unsupported("io='native' needs either no disk cache or directsync cache mode")
    if driver.io == "io_uring" and not caps.has("aio.io_uring"):
        raise unsupported("io uring is not supported in this QEMU binary")
    if driver.copy_on_read and (disk.device in ("cdrom", "floppy") or disk.readonly):
        raise unsupported(f"copy_on_read is not compatible with read-only disk '{disk.dev}'")
    if driver.iothread:
        if disk.address is not None and not isinstance(disk.address, PciAddress | CcwAddress):
            raise unsupported("IOThreads only available for virtio pci and virtio ccw disk")
        if driver.iothread not in {iothread.id for iothread in iothreads_of(domain)}:
            raise unsupported(f"Disk iothread '{driver.iothread}' not defined in iothreadid")


def _validate_iotune(tune: Any) -> None:
    values = [getattr(tune, f"{part}_{what}{peak}") for part in ("total", "read", "write")
              for what in ("bytes_sec", "iops_sec") for peak in ("", "_max")]  # fmt: skip
    if any(value is not None and value > _MOST for value in values):
        raise VirtError(
            ErrorCode.ARGUMENT_UNSUPPORTED,
            f"block I/O throttle limit must be no more than {_MOST} using QEMU",
            ErrorDomain.QEMU,
        )


def _validate_image(source: Any, kind: str, encryption: Any, driver: Any, caps: QemuCaps) -> None:
    if kind == "dir":
        raise unsupported("'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead")
    if isinstance(source, NetworkSource) and source.protocol == "tftp":
        raise unsupported(f"'{source.protocol}' protocol is not supported with this QEMU binary")
    if kind == "fat" and not isinstance(source, DirSource):
        raise unsupported("storage format 'fat' is supported only with 'dir' storage type")
    metadata = driver.metadata_cache if driver is not None else None
    if metadata is not None and metadata.max_size and kind != "qcow2":
        raise unsupported("metadata cache max size control is supported only with qcow2 images")
    if encryption is None:
        return
    if encryption.engine == "librbd":
        if not isinstance(source, NetworkSource) or source.protocol != "rbd":
            raise unsupported("librbd encryption is supported only with RBD backed disks")
        if not caps.has("rbd-encryption"):
            raise unsupported("librbd encryption is not supported by this QEMU binary")
        return
    if kind not in ("raw", "qcow2"):
        raise unsupported("encryption is supported only with 'raw' and 'qcow2' image format")
    if encryption.format == "luks2":
        raise unsupported("luks2 is currently not supported by the qemu encryption engine")
