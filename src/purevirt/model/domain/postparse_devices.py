"""Defaults of single devices that hold for every hypervisor."""

from __future__ import annotations

import re
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.chardev import ParallelTarget
from purevirt.model.domain.device import CcwAddress, DriveAddress, PciAddress, UnassignedAddress
from purevirt.model.domain.rng import RandomBackend
from purevirt.model.domain.validate_errors import wrong
from purevirt.model.domain.video import VideoModel
from purevirt.model.domain.vsock import VsockCid

_DEV_NAME = re.compile(r"(fd|hd|vd|sd|xvd|ubd)([a-z]+)(\d*)\Z")
_BUS_OF_PREFIX = {"hd": "ide", "vd": "virtio", "sd": "scsi", "xvd": "xen", "ubd": "uml"}


def disk_index(name: str | None) -> int:
    """Position of a target name on its bus: hda = 0, hdz = 25, hdaa = 26; -1 when it is no such name."""
    match = _DEV_NAME.match(name or "")
    if match is None:
        return -1
    value = 0
    for letter in match[2]:
        value = value * 26 + ord(letter) - ord("a") + 1
    return value - 1


def disk_partition(name: str | None) -> int:
    """The partition a target name ends in (vdb1), 0 for a whole disk."""
    match = _DEV_NAME.match(name or "")
    return int(match[3]) if match is not None and match[3] else 0


def bus_of_name(name: str | None) -> str | None:
    """The bus a target name stands for by its prefix; a floppy's is told by what it is."""
    match = _DEV_NAME.match(name or "")
    return _BUS_OF_PREFIX.get(match[1]) if match else None


def _dev(disk: Any) -> str | None:
    return disk.target.dev if disk.target is not None else None


def _bus(disk: Any) -> str | None:
    return disk.target.bus if disk.target is not None else None


def sort_disks(domain: Any) -> None:
    """Disks of one bus in the order of their target names, each behind the last of its bus."""
    ordered: list[tuple[str | None, int, Any]] = []
    for disk in domain.devices.disks:
        bus, number = _bus(disk), disk_index(_dev(disk))
        position: int | None = None
        for index in range(len(ordered) - 1, -1, -1):
            other_bus, other, _ = ordered[index]
            if other_bus != bus:
                continue
            if other > number:
                position = index
            elif position is None:
                position = index + 1
        ordered.insert(len(ordered) if position is None else position, (bus, number, disk))
    domain.devices.disks[:] = [disk for _, _, disk in ordered]


def settle_device(domain: Any, kind: str, device: Any, *, wide_scsi: bool) -> None:
    """Generic defaults of one device."""
    match kind:
        case "disks":
            _settle_disk(domain, device, wide_scsi=wide_scsi)
        case "vsocks":
            if device.cid is None:
                device.cid = VsockCid()
            if device.cid.auto is None:
                device.cid.auto = not device.cid.address
        case "serials" | "parallels" | "consoles":
            _settle_port(domain, kind, device)
        case "controllers":
            _check_iothread(device)
        case "videos":
            _settle_video(device)
        case "hostdevs":
            _settle_hostdev(domain, device)
        case "rngs":
            if isinstance(device.backend, RandomBackend) and not device.backend.path:
                device.backend.path = "/dev/random"
        case "filesystems":
            # Who serves the export of a socket decides about access.
            served = device.source is not None and getattr(device.source, "socket", None)
            if device.accessmode is None and device.type in ("mount", "template", "bind") and not served:
                device.accessmode = "passthrough"


def _settle_disk(domain: Any, disk: Any, *, wide_scsi: bool) -> None:
    if disk.device == "cdrom":
        disk.readonly = True
    if disk.type == "vhostuser" and disk.snapshot is None:
        disk.snapshot = "no"
    if not _dev(disk):
        return  # validation refuses it
    if disk.target is not None and disk.target.bus in (None, "none") and _dev(disk):
        disk.target.bus = "fdc" if disk.device == "floppy" else bus_of_name(_dev(disk))
    if disk.address is None:
        assign_drive(domain, disk, wide_scsi=wide_scsi)


def drive_place(bus: str | None, index: int, *, wide_scsi: bool) -> DriveAddress | None:
    """Where the index-th drive of a bus sits; None for a bus without drive addresses."""
    match bus:
        case "scsi":
            if wide_scsi:
                # Unit 7 is the adapter itself.
                unit = index % 15
                return DriveAddress(controller=index // 15, bus=0, target=0, unit=unit + 1 if unit >= 7 else unit)
            return DriveAddress(controller=index // 7, bus=0, target=0, unit=index % 7)
        case "ide":
            return DriveAddress(controller=index // 4, bus=index % 4 // 2, target=0, unit=index % 2)
        case "sata":
            return DriveAddress(controller=index // 6, bus=0, target=0, unit=index % 6)
        case "fdc":
            return DriveAddress(controller=index // 2, bus=0, target=0, unit=index % 2)
    return None


def assign_drive(domain: Any, disk: Any, *, wide_scsi: bool) -> None:
    """Give a disk the drive address its target name stands for."""
    index = disk_index(_dev(disk))
    if index < 0:
        raise VirtError(
            ErrorCode.XML_ERROR,
            f"Unknown disk name '{_dev(disk)}' and no address specified", ErrorDomain.DOMAIN,
        )
    place = drive_place(_bus(disk), index, wide_scsi=wide_scsi)
    if place is None:
        return
    if _bus(disk) == "scsi" and _hostdev_at(domain, place):
        raise VirtError(
            ErrorCode.XML_ERROR,
            f"using disk target name '{_dev(disk)}' conflicts with SCSI host device address "
            f"controller='{place.controller}' bus='{place.bus}' target='{place.target}' unit='{place.unit}'", ErrorDomain.DOMAIN,
        )
    disk.address = place


_HOSTDEV_UNITS = 7
"""Host devices without an address are placed as on a narrow bus, below the adapter's own unit."""


def _same(address: Any, place: DriveAddress) -> bool:
    return isinstance(address, DriveAddress) and (
        (address.controller, address.bus, address.target, address.unit)
        == (place.controller, place.bus, place.target, place.unit)
    )


def _hostdev_at(domain: Any, place: DriveAddress) -> bool:
    return any(
        hostdev.mode == "subsystem" and hostdev.type == "scsi" and _same(hostdev.address, place)
        for hostdev in domain.devices.hostdevs
    )


def _disk_at(domain: Any, place: DriveAddress) -> bool:
    return any(_bus(disk) == "scsi" and _same(disk.address, place) for disk in domain.devices.disks)


def _settle_hostdev(domain: Any, hostdev: Any) -> None:
    if hostdev.mode == "subsystem" and hostdev.type == "mdev":
        _check_mdev_address(hostdev)
    if hostdev.mode != "subsystem" or hostdev.type != "scsi":
        return
    if hostdev.address is not None:
        if isinstance(hostdev.address, DriveAddress) and _disk_at(domain, hostdev.address):
            a = hostdev.address
            raise wrong(
                f"SCSI host address controller='{a.controller}' bus='{a.bus}' target='{a.target}' unit='{a.unit}' "
                "in use by a SCSI disk"
            )
        return
    controllers = [c.index for c in domain.devices.controllers if c.type == "scsi"]
    # A full set of controllers is followed by one whose index is their number.
    for controller in [*controllers, len(controllers)]:
        for unit in range(_HOSTDEV_UNITS):
            place = DriveAddress(controller=controller, bus=0, target=0, unit=unit)
            if not _hostdev_at(domain, place) and not _disk_at(domain, place):
                hostdev.address = place
                return


def _check_iothread(controller: Any) -> None:
    wanted = controller.driver.iothread if controller.driver is not None else None
    if wanted and not (controller.type == "scsi" and (controller.model or "").startswith("virtio")):
        raise wrong("'iothread' attribute only supported for virtio scsi controllers")


_MDEV_ADDRESSES: dict[str, tuple[type, ...]] = {"vfio-pci": (PciAddress,), "vfio-ccw": (CcwAddress,), "vfio-ap": ()}


def _check_mdev_address(hostdev: Any) -> None:
    address = hostdev.address
    if address is None or isinstance(address, UnassignedAddress):
        return
    if not isinstance(address, _MDEV_ADDRESSES[hostdev.model]):
        raise wrong(f"Unsupported address type '{address.type}' with mediated device model '{hostdev.model}'")


def _settle_port(domain: Any, kind: str, device: Any) -> None:
    """Ports count upwards in their list; a console's is its place there, whatever the document says."""
    if kind == "consoles" and device.target is not None:
        device.target.port = next(i for i, other in enumerate(domain.devices.consoles) if other is device)
        return
    if device.target is None and kind == "parallels":
        device.target = ParallelTarget()
    if device.target is None or device.target.port is not None:
        return
    others = getattr(domain.devices, kind)
    if kind == "parallels":
        others = others[: next(i for i, other in enumerate(others) if other is device)]  # those behind it do not count
    taken = [
        other.target.port
        for other in others
        if other is not device and other.target is not None and other.target.port is not None
    ]
    device.target.port = max(taken, default=-1) + 1


# Kilobytes of video RAM by model, where it has any.
_VRAM = {"vga": 16384, "cirrus": 16384, "vmvga": 16384, "bochs": 16384, "xen": 4096, "vbox": 8192, "parallels": 4096}
_QXL_RAM = 65536


def _settle_video(video: Any) -> None:
    model = video.model
    if model is None or model.type is None:
        return
    if model.type == "qxl":
        if not model.vram:
            model.vram = _QXL_RAM
        if not model.ram:
            model.ram = _QXL_RAM
    elif model.type in _VRAM and not model.vram:
        model.vram = _VRAM[model.type]
    if not model.heads and model.type != "none":
        model.heads = 1


def settle_videos(domain: Any) -> None:
    """Exactly one video device is the primary one and comes first."""
    videos = domain.devices.videos
    if not videos:
        return
    if videos[0].model is not None and videos[0].model.type == "none":
        videos[0].model = VideoModel(type="none")
        videos[0].address = None
        return
    primaries = [video for video in videos if video.model is not None and video.model.primary]
    if not primaries:
        if videos[0].model is not None:
            videos[0].model.primary = True
    elif videos[0] is not primaries[0]:
        videos.remove(primaries[0])
        videos.insert(0, primaries[0])
