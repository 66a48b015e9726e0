"""Checks of disks that hold for every hypervisor."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine.place import blamed
from purevirt.model.domain.device import DriveAddress
from purevirt.model.domain.validate_errors import unsupported, wrong
from purevirt.model.storage_source import BlockSource, NetworkSource, VolumeSource

_DRIVE_BUSES = ("ide", "fdc", "scsi", "sata")
_SECRET_TYPES = {"iscsi": "iscsi", "rbd": "ceph"}


def _bus(disk: Any) -> str:
    return str(disk.target.bus or "none") if disk.target is not None else "none"


def validate_disk(disk: Any) -> None:
    """One disk."""
    _validate_passthrough(disk)
    _validate_address(disk)
    bus, driver = _bus(disk), disk.driver
    if driver is not None and bus != "virtio":
        if driver.queues:
            raise unsupported("queues attribute in disk driver element is only supported by virtio-blk")
        for field, word in (("event_idx", "event_idx"), ("ioeventfd", "ioeventfd")):
            if getattr(driver, field) is not None:
                raise unsupported(f"disk {word} mode supported only for virtio bus")
    if disk.target.removable is not None and bus != "usb":
        raise wrong("removable is only valid for usb disks")
    if driver is not None and driver.iothread and bus != "virtio":
        raise unsupported(f"IOThreads not available for bus {bus} target {disk.dev}")
    if (disk.device == "floppy") != (bus == "fdc"):
        what = "floppy disk" if disk.device == "floppy" else "disk"
        raise wrong(f"Invalid bus type '{bus}' for {what}", ErrorCode.INTERNAL_ERROR)
    if disk.target.tray == "open" and disk.device not in ("cdrom", "floppy"):
        raise unsupported("tray is only valid for cdrom and floppy")
    for name, most in (("vendor", 8), ("product", 16)):
        if len(getattr(disk, name) or "") > most:
            raise unsupported(f"disk {name} is more than {most} characters")
    if disk.target.rotation_rate and bus not in ("ide", "scsi", "sata"):
        raise wrong("rotation rate is only valid for SCSI/IDE/SATA bus", ErrorCode.INTERNAL_ERROR)
    policy = disk.source.startup_policy if disk.source is not None else None
    if policy is not None and disk.type == "network":
        raise wrong(f"disk startupPolicy '{policy}' is not allowed for disk of 'network' type")
    if policy == "requisite" and disk.device not in ("cdrom", "floppy"):
        raise wrong(f"disk startupPolicy '{policy}' is allowed only for cdrom or floppy")
    for encryption in _encryptions(disk):
        _validate_encryption(encryption)
    _validate_auth(disk)


def _validate_passthrough(disk: Any) -> None:
    """SCSI commands reach only real SCSI devices."""
    if disk.device == "lun":
        if _bus(disk) not in ("virtio", "scsi"):
            raise unsupported(f"disk device='lun' is not supported for bus='{_bus(disk)}'")
        source = disk.source
        direct = isinstance(source, BlockSource | VolumeSource)
        iscsi = isinstance(source, NetworkSource) and source.protocol == "iscsi"
        if source is not None and not (direct or iscsi):
            raise unsupported("disk device='lun' is only valid for block type disk source")
        if disk.encryption is not None or (source is not None and source.encryption is not None):
            raise unsupported("disk device='lun' doesn't support encryption")
        return
    if disk.source is not None and disk.source.reservations is not None:
        raise unsupported("<reservations/> allowed only for lun devices")
    if disk.rawio is not None:
        raise unsupported("rawio can be used only with device='lun'")
    if disk.sgio not in (None, "default"):
        raise unsupported("sgio can be used only with device='lun'")


def _validate_address(disk: Any) -> None:
    bus, address = _bus(disk), disk.address
    if bus in _DRIVE_BUSES and address is not None and not isinstance(address, DriveAddress):
        raise unsupported(f"Invalid address type '{address.type}' for the disk '{disk.dev}' with the bus type '{bus}'")


def _encryptions(disk: Any) -> list[Any]:
    found = [disk.encryption]
    if disk.source is not None:
        found.append(disk.source.encryption)
    layer = disk.backing_store
    while layer is not None and layer.source is not None:
        found.append(layer.source.encryption)
        layer = layer.backing_store
    return [encryption for encryption in found if encryption is not None]


def _validate_encryption(encryption: Any) -> None:
    """How a volume is encrypted is written in the volume."""
    for name in ("cipher", "ivgen"):
        if getattr(encryption, name) is not None:
            raise unsupported(f"supplying <{name}> for domain disk definition is unnecessary")


def _validate_auth(disk: Any) -> None:
    source = disk.source
    auth = disk.auth or (source.auth if source is not None else None)
    if auth is None or not isinstance(source, NetworkSource):
        return
    wanted = _SECRET_TYPES.get(source.protocol)
    if wanted is None:
        return
    kind = auth.secret.type
    if kind not in ("ceph", "iscsi", "volume", "tls", "vtpm"):
        raise unsupported(f"unknown secret type '{kind or '<null>'}'")
    if kind != wanted:
        raise unsupported(f"invalid secret type '{kind}'")


def validate_disks(disks: list[Any]) -> None:
    """Names and places of all disks of a guest, and limits that several share."""
    alike: dict[object, list[int]] = {}
    for index, disk in enumerate(disks):
        earlier: set[int] = set()
        for key in _shareable(disk):
            same = alike.setdefault(key, [])
            earlier.update(same)
            same.append(index)
        if earlier:
            with blamed(disk):
                for other in sorted(earlier):
                    _validate_pair(disks[other], disk)
                    _validate_group(disks[other], disk)


def _shareable(disk: Any) -> list[object]:
    """What two disks must have in common to be in each other's way: only such pairs are looked at."""
    address, group = disk.address, disk.iotune.group_name if disk.iotune is not None else None
    found: list[object] = [("name", disk.dev)]
    if isinstance(address, DriveAddress):
        found.append((_bus(disk), address.controller, address.bus, address.target, address.unit))
    if group:
        found.append(("group", group))
    return found


def _validate_group(first: Any, second: Any) -> None:
    """Disks of one throttling group have the same limits."""
    here, there = first.iotune, second.iotune
    if here is None or there is None or not here.group_name or here.group_name != there.group_name:
        return
    if here != there:
        raise unsupported(f"different iotunes for disks {first.dev} and {second.dev}")


def _validate_pair(first: Any, second: Any) -> None:
    if first.dev == second.dev:
        sources = [disk.source.path if disk.source is not None and disk.source.path else "<null>" for disk in (first, second)]
        raise wrong(f"target '{first.dev}' duplicated for disk sources '{sources[0]}' and '{sources[1]}'")
    here, there = first.address, second.address
    if not isinstance(here, DriveAddress) or not isinstance(there, DriveAddress) or _bus(first) != _bus(second):
        return
    if (here.controller, here.bus, here.target, here.unit) == (there.controller, there.bus, there.target, there.unit):
        raise unsupported(
            f"Found duplicate drive address for disk with target name '{first.dev}' controller='{here.controller}' "
            f"bus='{here.bus}' target='{here.target}' unit='{here.unit}'"
        )
