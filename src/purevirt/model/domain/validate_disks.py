"""Checks of disks that hold for every hypervisor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.place import blamed
from purevirt.model.domain.device import CcwAddress, DriveAddress, PciAddress, UsbAddress, VirtioMmioAddress, VirtioS390Address
from purevirt.model.domain.validate_errors import unsupported, wrong
from purevirt.model.storage_source import BlockSource, NetworkSource, NvmeSource, VhostUserSource, VolumeSource

_DRIVE_BUSES = ("ide", "fdc", "scsi", "sata")
_VIRTIO_PLACES = (PciAddress, CcwAddress, VirtioMmioAddress, VirtioS390Address)
_SECRET_TYPES = {"iscsi": "iscsi", "rbd": "ceph"}
_WITH_AUTH = ("iscsi", "rbd", "http", "https", "ftp", "ftps", "ssh")


def _bus(disk: Any) -> str:
    return str(disk.target.bus or "none") if disk.target is not None else "none"


def validate_disk(disk: Any, no_virtio_options: Callable[[Any], None]) -> None:
    """One disk; in libvirt's order where two mistakes would give two errors. `no_virtio_options` refuses those."""
    _validate_target(disk)
    _validate_passthrough(disk)
    bus, driver = _bus(disk), disk.driver
    _validate_address(disk)
    for encryption in _encryptions(disk):
        _validate_encryption(encryption)
    _validate_auth(disk)
    if bus != "virtio":
        if disk.model is not None:
            raise unsupported(f"disk model '{disk.model}' not supported for bus '{bus}'")
        _validate_virtio_only(driver)
        no_virtio_options(driver)
    if disk.type == "vhostuser":
        _validate_vhost_user(disk)
    if disk.target.tray == "open" and disk.device not in ("cdrom", "floppy"):
        raise unsupported("tray is only valid for cdrom and floppy")
    for name, most in (("vendor", 8), ("product", 16)):
        if len(getattr(disk, name) or "") > most:
            raise unsupported(f"disk {name} is more than {most} characters")
    if (disk.device == "floppy") != (bus == "fdc"):
        what = "floppy disk" if disk.device == "floppy" else "disk"
        raise wrong(f"Invalid bus type '{bus}' for {what}", ErrorCode.INTERNAL_ERROR)
    if disk.target.removable is not None and bus != "usb":
        raise wrong("removable is only valid for usb disks")
    _validate_startup_policy(disk)
    _validate_name(disk)
    _validate_presence(disk)


def _validate_target(disk: Any) -> None:
    """It has a name for the guest."""
    source = disk.source
    if not disk.dev:
        where = _image_path(source)
        if isinstance(source, VolumeSource):
            where = f"pool = '{source.pool}', volume = '{source.volume}'"
        raise VirtError(ErrorCode.NO_TARGET, where, ErrorDomain.DOMAIN)


def _validate_presence(disk: Any) -> None:
    """What is no drive for media has something in it."""
    source = disk.source
    empty = source is None or (source.is_empty and not isinstance(source, NvmeSource | VolumeSource | VhostUserSource))
    if disk.device == "disk" and empty:
        raise VirtError(ErrorCode.NO_SOURCE, disk.dev, ErrorDomain.DOMAIN)


def _image_path(source: Any) -> str | None:
    """The path alone, without the pool or volume of a protocol that has such."""
    if source is None or isinstance(source, NvmeSource):
        return None
    path: str | None = source.path
    if isinstance(source, NetworkSource) and source.protocol in ("rbd", "gluster") and path is not None:
        return path.partition("/")[2]
    return path


def _validate_passthrough(disk: Any) -> None:
    """SCSI commands reach only real SCSI devices."""
    source = disk.source
    if disk.sgio == "unfiltered":
        raise unsupported("unfiltered sgio is no longer supported")
    if disk.device != "lun":
        if source is not None and source.reservations is not None:
            raise unsupported("<reservations/> allowed only for lun devices")
        if disk.rawio is not None:
            raise unsupported("rawio can be used only with device='lun'")
        if disk.sgio not in (None, "default"):
            raise unsupported("sgio can be used only with device='lun'")
        return
    if isinstance(source, NetworkSource):
        if source.protocol != "iscsi":
            raise unsupported(f"disk device='lun' is not supported for protocol='{source.protocol}'")
    elif not isinstance(source, BlockSource | VolumeSource):
        raise unsupported("disk device='lun' is only valid for block type disk source")
    if (disk.driver.type if disk.driver is not None else None) not in (None, "raw"):
        raise unsupported("disk device 'lun' must use 'raw' format")
    if source is not None and source.slices:
        raise unsupported("disk device 'lun' doesn't support storage slice")
    if disk.encryption is not None or (source is not None and source.encryption is not None):
        raise unsupported("disk device 'lun' doesn't support encryption")


def _validate_address(disk: Any) -> None:
    """A disk sits where its bus has places."""
    bus, address = _bus(disk), disk.address
    if address is None:
        return
    places: tuple[type, ...]
    if bus in _DRIVE_BUSES:
        places = (DriveAddress,)
    elif bus == "virtio":
        places = (*_VIRTIO_PLACES, DriveAddress)  # a driver tells better what its virtio transport is
    elif bus == "usb":
        places = (UsbAddress, DriveAddress)
    else:
        return
    if not isinstance(address, places):
        raise unsupported(f"Invalid address type '{address.type}' for the disk '{disk.dev}' with the bus type '{bus}'")


def _encryptions(disk: Any) -> Iterator[Any]:
    """Of the image and of each below it."""
    if disk.encryption is not None:
        yield disk.encryption
    elif disk.source is not None and disk.source.encryption is not None:
        yield disk.source.encryption
    layer = disk.backing_store
    while layer is not None and layer.source is not None:
        if layer.source.encryption is not None:
            yield layer.source.encryption
        layer = layer.backing_store


def _validate_encryption(encryption: Any) -> None:
    """How a volume is encrypted is written in the volume."""
    for name in ("cipher", "ivgen"):
        if getattr(encryption, name) is not None:
            raise unsupported(f"supplying <{name}> for domain disk definition is unnecessary")


def _validate_virtio_only(driver: Any) -> None:
    if driver is None:
        return
    if driver.queues:
        raise unsupported("queues attribute in disk driver element is only supported by virtio-blk")
    for field in ("event_idx", "ioeventfd"):
        if getattr(driver, field) is not None:
            raise unsupported(f"disk {field} mode supported only for virtio bus")


_VHOST_USER_DRIVER = ("cache", "error_policy", "io", "ioeventfd", "copy_on_read", "discard", "iothread", "detect_zeroes")
_VHOST_USER_DISK = ("iotune", "backing_store", "encryption", "readonly", "shareable", "transient", "serial", "wwn", "vendor",
                    "product", "auth", "geometry", "blockio")  # fmt: skip
_XML_NAMES = {"backing_store": "backingStore"}


def _validate_vhost_user(disk: Any) -> None:
    """Another process serves it: nothing of our block layer applies."""
    driver = disk.driver
    if _bus(disk) != "virtio":
        raise unsupported("vhostuser disk supports only virtio bus")
    if disk.snapshot not in (None, "no"):
        raise unsupported("only snapshot=no is supported with vhostuser disk")
    said = [name for name in _VHOST_USER_DRIVER if driver is not None and getattr(driver, name)]
    said += ["metadata_cache"] if driver is not None and driver.metadata_cache is not None else []
    said += [name for name in _VHOST_USER_DISK if getattr(disk, name)]
    if said:
        raise unsupported(f"{_XML_NAMES.get(said[0], said[0])} is not supported with vhostuser disk")


def _validate_startup_policy(disk: Any) -> None:
    policy = disk.source.startup_policy if disk.source is not None else None
    if policy is None:
        return
    if disk.type == "network":
        raise wrong(f"disk startupPolicy '{policy}' is not allowed for disk of 'network' type")
    if policy == "requisite" and disk.device not in ("cdrom", "floppy"):
        raise wrong("disk startupPolicy 'requisite' is allowed only for cdrom or floppy")


def _validate_name(disk: Any) -> None:
    """Floppies and others have names of their own."""
    if disk.device == "floppy":
        if not disk.dev.startswith("fd"):
            raise wrong(f"Invalid floppy device name: {disk.dev}", ErrorCode.INTERNAL_ERROR)
    elif not disk.dev.startswith(("hd", "sd", "vd", "xvd", "ubd")):
        raise wrong(f"Invalid harddisk device name: {disk.dev}", ErrorCode.INTERNAL_ERROR)


def _validate_auth(disk: Any) -> None:
    """Who may read a network image is told by a secret; some protocols have a kind of their own."""
    source = disk.source
    auth = disk.auth or (source.auth if source is not None else None)
    if auth is None or not isinstance(source, NetworkSource):
        return
    if source.protocol not in _WITH_AUTH:
        raise unsupported(f"authentication is not supported for protocol '{source.protocol}'")
    kind = auth.secret.type
    if kind not in ("ceph", "iscsi", "volume", "tls", "vtpm"):
        raise unsupported(f"unknown secret type '{kind or '<null>'}'")
    if kind != _SECRET_TYPES.get(source.protocol, kind):
        raise unsupported(f"invalid secret type '{kind}'")


def validate_disks(disks: list[Any]) -> None:
    """Names, then places of all disks of a guest."""
    names: dict[str, Any] = {}
    for disk in disks:
        first = names.setdefault(disk.dev, disk)
        if first is not disk:
            with blamed(disk):
                sources = [_image_path(one.source) or "<null>" for one in (first, disk)]
                raise wrong(f"target '{disk.dev}' duplicated for disk sources '{sources[0]}' and '{sources[1]}'")
    places: dict[tuple[Any, ...], Any] = {}
    for disk in disks:
        a = disk.address
        if not isinstance(a, DriveAddress):
            continue
        first = places.setdefault((_bus(disk), a.controller, a.bus, a.target, a.unit), disk)
        if first is not disk:
            with blamed(disk):
                raise unsupported(
                    f"Found duplicate drive address for disk with target name '{first.dev}' controller='{a.controller}' "
                    f"bus='{a.bus}' target='{a.target}' unit='{a.unit}'"
                )
