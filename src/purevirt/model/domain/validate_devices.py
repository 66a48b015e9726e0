"""Checks of devices other than disks that hold for every hypervisor."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import devices_of, iter_devices
from purevirt.model.domain.device import CcwAddress, DriveAddress, PciAddress, UnassignedAddress
from purevirt.model.domain.validate_errors import unsupported, wrong

_VIRTIO_OPTIONS = ("iommu", "ats", "packed", "page_per_vq")


def _no_virtio_options(driver: Any) -> None:
    for name in _VIRTIO_OPTIONS:
        if getattr(driver, name, None) is not None:
            raise unsupported(f"{name} driver option is only supported for virtio devices")


def validate_device(kind: str, device: Any) -> None:
    """One device by the list it stands in."""
    match kind:
        case "interfaces":
            _validate_interface(device)
        case "controllers":
            _validate_controller(device)
        case "hostdevs":
            _validate_hostdev(device)
        case "disks":
            if device.target is not None and device.target.bus != "virtio":
                _no_virtio_options(device.driver)
        case "inputs":
            _validate_input(device)
        case "videos":
            model = device.model
            if model is not None and model.type != "virtio":
                _no_virtio_options(device.driver)
            resolution = model.resolution if model is not None else None
            if resolution is not None and not (resolution.x and resolution.y):
                raise unsupported("video resolution values must be greater than 0")


def _validate_interface(interface: Any) -> None:
    source = interface.source
    if interface.type != "ethernet" and (getattr(source, "ips", None) or getattr(source, "routes", None)):
        raise unsupported(
            "Invalid attempt to set network interface host-side IP route and/or address info, "
            "not supported on this interface type"
        )
    target = interface.target
    if target is not None and target.managed is False and interface.type != "ethernet":
        raise unsupported(f"unmanaged target dev is not supported on interfaces of type '{interface.type}'")


def _validate_input(item: Any) -> None:
    if item.bus == "ps2" and item.type not in ("mouse", "keyboard"):
        raise wrong(f"ps2 bus does not support {item.type} input device", ErrorCode.INTERNAL_ERROR)


def _validate_controller(controller: Any) -> None:
    if controller.type != "pci":
        return
    index, target = controller.index, controller.target
    if index > 255:
        raise wrong(f"PCI controller index {index} too high, maximum is 255")
    if controller.model == "pci-root" and index and (target is None or target.index is None):
        raise wrong("pci-root and pcie-root controllers should have index 0")
    if target is not None and target.index is not None and (index == 0) != (target.index == 0):
        raise unsupported("Only the PCI controller with index 0 can have target index 0, and vice versa")


def _validate_hostdev(hostdev: Any) -> None:
    if hostdev.mode != "subsystem":
        return
    address = hostdev.address
    if address is None or isinstance(address, UnassignedAddress):
        return
    if hostdev.type == "pci" and not isinstance(address, PciAddress):
        raise wrong("PCI host devices must use 'pci' or 'unassigned' address type", ErrorCode.INTERNAL_ERROR)
    if hostdev.type == "scsi" and not isinstance(address, DriveAddress):
        raise wrong("SCSI host device must use 'drive' or 'unassigned' address type")
    if hostdev.type == "scsi_host" and not isinstance(address, PciAddress | CcwAddress):
        raise wrong("SCSI_host host device must use 'pci' or 'ccw' address type")


_NO_USB = "USB is disabled for this domain, but USB devices are present in the domain XML"


# -- all devices together --------------------------------------------------------------------------------------------
def validate_together(domain: Any) -> None:
    """What several devices must not share, and what one needs of another."""
    _validate_usb(domain)
    _validate_videos(domain.devices.videos)
    _validate_hostdevs(domain.devices.hostdevs)
    _validate_aliases(domain)
    _validate_iommus(domain)
    _validate_audio(domain)


def _validate_audio(domain: Any) -> None:
    """Whoever makes sound names a backend that there is."""
    known: set[int] = set()
    for audio in domain.devices.audios:
        if audio.id in known:
            with blamed(audio):
                raise wrong(f"audio ID {audio.id} is used multiple times")
        known.add(audio.id)
    users = [*domain.devices.sounds, *(item for item in domain.devices.graphics if item.type in ("vnc", "dbus"))]
    for user in users:
        if user.audio is not None and user.audio.id and user.audio.id not in known:
            with blamed(user):
                raise wrong(f"no audio device with ID {user.audio.id}")


def _validate_usb(domain: Any) -> None:
    devices = domain.devices
    controllers = [controller for controller in devices.controllers if controller.type == "usb"]
    if any(controller.model == "none" for controller in controllers):
        if any(hub.type == "usb" for hub in devices.hubs):
            raise unsupported("Can't add USB hub: USB is disabled for this domain")
        if any(item.bus == "usb" for item in devices.inputs):
            raise unsupported("Can't add USB input device. USB bus is disabled")
        if any(host.mode == "subsystem" and host.type == "usb" for host in devices.hostdevs):
            raise unsupported("Can't add host USB device: USB is disabled in this host")
        if devices.redirdevs or devices.smartcards or any(sound.model == "usb" for sound in devices.sounds):
            raise unsupported(_NO_USB)
    masters = {controller.index for controller in controllers if controller.master is None}
    for controller in controllers:
        if controller.master is not None and controller.index not in masters:
            raise wrong("No master USB controller specified", ErrorCode.XML_DETAIL)


def _validate_videos(videos: list[Any]) -> None:
    if sum(1 for video in videos if video.model is not None and video.model.primary) > 1:
        raise unsupported("Only one primary video device is supported")
    if len(videos) > 1 and any(video.model is not None and video.model.type == "none" for video in videos):
        raise unsupported("a 'none' video type must be the only video device defined for the domain")


def _host_identity(hostdev: Any) -> tuple[Any, ...] | None:
    """What of the host the device is."""
    if hostdev.mode != "subsystem":
        return None
    source = hostdev.source
    if hostdev.type == "pci":
        a = source.address
        return ("pci", a.domain, a.bus, a.slot, a.function)
    if hostdev.type == "mdev":
        return ("mdev", source.address.uuid)
    if hostdev.type == "scsi_host":
        return ("scsi_host", source.wwpn)
    if hostdev.type == "scsi":
        if source.protocol == "iscsi":
            return ("iscsi", source.hosts[0].name, source.hosts[0].port, source.name)
        a = source.address
        return ("scsi", source.adapter.name, a.bus, a.target, a.unit)
    if source.address is not None and (source.address.bus or source.address.device):
        return ("usb", source.address.bus, source.address.device)
    if source.vendor is not None:
        return ("usb", source.vendor.id, source.product.id)
    return None


def _validate_hostdevs(hostdevs: list[Any]) -> None:
    seen: set[tuple[Any, ...]] = set()
    places: set[tuple[int, int, int, int]] = set()
    for hostdev in hostdevs:
        identity = _host_identity(hostdev)
        if identity is not None and identity in seen:
            with blamed(hostdev):
                raise wrong("Hostdev already exists in the domain configuration")
        if identity is not None:
            seen.add(identity)
    for hostdev in hostdevs:
        a = hostdev.address
        if hostdev.type != "scsi" or not isinstance(a, DriveAddress):
            continue
        place = (a.controller, a.bus, a.target, a.unit)
        if place in places:
            raise unsupported(
                f"SCSI host address controller='{a.controller}' bus='{a.bus}' target='{a.target}' unit='{a.unit}' "
                "in use by another SCSI host device"
            )
        places.add(place)


def _validate_aliases(domain: Any) -> None:
    seen: set[str] = set()
    for _, device in iter_devices(domain):
        name = device.alias.name if device.alias is not None else None
        if not name or not name.startswith("ua-"):
            continue
        if name in seen:
            with blamed(device):
                raise unsupported(f"non unique alias detected: {name}")
        seen.add(name)


def _validate_iommus(domain: Any) -> None:
    for iommu in devices_of(domain, "iommus"):
        driver = iommu.driver
        if driver is None:
            continue
        ioapic = domain.features.ioapic if domain.features is not None else None
        if driver.intremap and (ioapic is None or ioapic.driver != "qemu"):
            raise unsupported("IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')")
        if driver.eim and not driver.intremap:
            raise unsupported("IOMMU eim requires interrupt remapping to be enabled")
