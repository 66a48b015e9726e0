"""Checks of devices other than disks that hold for every hypervisor."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import devices_of, iter_devices
from purevirt.model.domain.chardev import Channel, VirtioTarget, XenTarget, source_problem
from purevirt.model.domain.device import (
    CcidAddress,
    CcwAddress,
    DriveAddress,
    PciAddress,
    UnassignedAddress,
    UsbAddress,
)
from purevirt.model.domain.validate_disks import validate_disk
from purevirt.model.domain.validate_errors import unsupported, wrong

_VIRTIO_OPTIONS = {"iommu": "iommu driver", "ats": "ats driver", "packed": "packed driver", "page_per_vq": "page_per_vq"}
_DETAIL = ErrorCode.XML_DETAIL


def _no_virtio_options(driver: Any) -> None:
    for name, words in _VIRTIO_OPTIONS.items():
        if getattr(driver, name, None) is not None:
            raise unsupported(f"{words} option is only supported for virtio devices")


def validate_device(domain: Any, kind: str, device: Any) -> None:
    """One device by the list it stands in."""
    if kind != "hostdevs" and isinstance(getattr(device, "address", None), UnassignedAddress):
        raise unsupported("address of type 'unassigned' is supported only for hostdevs")
    match kind:
        case "disks":
            validate_disk(device, _no_virtio_options)
        case "interfaces":
            _validate_interface(device)
        case "controllers":
            _validate_controller(device)
        case "hostdevs":
            _validate_hostdev(device)
        case "redirdevs":
            if not any(c.type == "usb" and c.model != "none" for c in domain.devices.controllers):
                raise unsupported("cannot add redirected USB device: USB is disabled for this domain")
            _validate_source(device)
        case "serials" | "parallels" | "consoles" | "channels":
            _validate_source(device)
        case "smartcards":
            if device.mode == "passthrough":
                _validate_source(device)
            if device.address is not None and not isinstance(device.address, CcidAddress):
                raise wrong("Controllers must use the 'ccid' address type")
        case "rngs":
            if hasattr(device.backend, "sources"):
                _validate_source(device.backend)
        case "memories":
            _validate_memory(domain, device)
        case "vsocks":
            if device.driver is not None and device.model is None:
                _no_virtio_options(device.driver)
        case "inputs":
            _validate_input(domain, device)
        case "videos":
            _validate_video(domain, device)
        case "graphics":
            _validate_graphics(domain, device)
        case "sounds":
            validate_audio_user(domain, device)
        case "audios":
            _validate_audio(domain, device)
        case "iommus":
            _validate_iommu(device)
        case "tpms":
            _validate_tpm(device)
        case "filesystems":
            driver = device.driver.type if device.driver is not None else None
            if device.boot is not None and driver != "virtiofs":
                raise unsupported("boot order is only supported for virtiofs")


def _validate_source(device: Any) -> None:
    """The host side of a character device is complete; a driver makes up the sockets of virtio and Xen channels."""
    problem = source_problem(device)
    if problem is None:
        return
    made_up = isinstance(device, Channel) and isinstance(device.target, VirtioTarget | XenTarget)
    if made_up and device.type == "unix" and not (device.source and device.source.path):
        return
    raise wrong(problem[1], problem[0])


def _validate_interface(interface: Any) -> None:
    source, kind = interface.source, interface.type
    if kind != "ethernet" and (getattr(source, "ips", None) or getattr(source, "routes", None)):
        raise unsupported(
            "Invalid attempt to set network interface host-side IP route and/or address info on interface of type "
            f"'{kind}'. This is only supported on interfaces of type 'ethernet'"
        )
    target = interface.target
    if target is not None and target.managed is False and kind != "ethernet":
        raise unsupported(f"unmanaged target dev is not supported on interfaces of type '{kind}'")
    if interface.backend is not None and interface.backend.type == "passt" and kind != "user":
        raise unsupported("The 'passt' backend can only be used with interface type='user'")
    if not interface.is_virtio:
        _no_virtio_options(interface.driver)
    if kind == "vhostuser" and not interface.is_virtio:
        raise wrong(
            "Wrong or no <model> 'type' attribute specified with <interface type='vhostuser'/>. "
            "vhostuser requires the virtio-net* frontend",
            ErrorCode.INTERNAL_ERROR,
        )


def _validate_video(domain: Any, video: Any) -> None:
    model, driver = video.model, video.driver
    kind = model.type if model is not None else None
    vhost_user = driver is not None and driver.name == "vhostuser"
    if kind is None:
        raise unsupported("missing video model and cannot determine default")
    videos = domain.devices.videos
    if len(videos) > 1 and any(other.model is not None and other.model.type == "none" for other in videos):
        raise unsupported("a 'none' video type must be the only video device defined for the domain")
    if vhost_user and kind != "virtio":
        raise unsupported("'vhostuser' driver is only supported with 'virtio' device")
    acceleration = model.acceleration
    if acceleration is not None and acceleration.rendernode and not vhost_user:
        raise unsupported("unsupported rendernode accel attribute without 'vhostuser'")
    resolution = model.resolution
    if resolution is not None and not (resolution.x and resolution.y):
        raise unsupported("video resolution values must be greater than 0")
    if kind != "virtio":
        _no_virtio_options(driver)
    if kind != "qxl":
        for name in ("ram", "vram64", "vgamem"):
            if getattr(model, name):
                raise unsupported(f"{name} attribute only supported for video type qxl")
    if kind == "ramfb" and video.address is not None:
        raise unsupported("address not supported for video type ramfb")


_PARALLELS_INPUTS = ("mouse", "keyboard")


def _validate_input(domain: Any, item: Any) -> None:
    kind, bus = item.type, item.bus
    machine = domain.os.type.value
    if bus == "ps2" and kind not in ("mouse", "keyboard"):
        raise wrong(f"ps2 bus does not support {kind} input device", ErrorCode.INTERNAL_ERROR)
    if machine == "hvm" and bus == "xen":
        raise wrong(f"unsupported input bus {bus}", ErrorCode.INTERNAL_ERROR)
    if machine in ("xen", "xenpvh"):
        if bus != "xen":
            raise wrong(f"unsupported input bus {bus}", ErrorCode.INTERNAL_ERROR)
        if kind not in ("mouse", "keyboard"):
            raise wrong(f"xen bus does not support {kind} input device", ErrorCode.INTERNAL_ERROR)
    elif machine != "hvm" and domain.type in ("vz", "parallels"):
        if bus != "parallels":
            raise wrong(f"parallels containers don't support input bus {bus}", ErrorCode.INTERNAL_ERROR)
        if kind not in _PARALLELS_INPUTS:
            raise wrong(f"parallels bus does not support {kind} input device", ErrorCode.INTERNAL_ERROR)
    elif machine not in ("hvm", "xen", "xenpvh"):
        raise wrong("Input devices are not supported by this virtualization driver.", ErrorCode.INTERNAL_ERROR)
    if kind == "passthrough" and bus != "virtio":
        raise unsupported("only bus 'virtio' is supported for 'passthrough' input devices")
    if kind == "evdev" and bus not in (None, "none"):
        raise unsupported("input evdev doesn't support bus element")
    if bus != "virtio" and item.model is not None:
        raise unsupported(f"only bus 'virtio' is supported for input model '{item.model}'")


def _validate_controller(controller: Any) -> None:
    if controller.type == "pci":
        _validate_pci_controller(controller)


def _validate_pci_controller(controller: Any) -> None:
    index, target = controller.index, controller.target
    if controller.model in ("pci-root", "pcie-root") and controller.address is not None:
        raise unsupported("pci-root and pcie-root controllers should not have an address")
    if index > 255:
        raise wrong(f"PCI controller index {index} too high, maximum is 255")
    if target is None:
        return
    if target.index is not None and (index == 0) != (target.index == 0):
        raise unsupported("Only the PCI controller with index 0 can have target index 0, and vice versa")
    if target.node is not None and index == 0:
        raise wrong("The PCI controller with index=0 can't be associated with a NUMA node")


_HOSTDEV_PLACES: dict[str, tuple[tuple[type, ...], str, int]] = {
    "pci": ((PciAddress,), "PCI host devices must use 'pci' or 'unassigned' address type", ErrorCode.INTERNAL_ERROR),
    "scsi": ((DriveAddress,), "SCSI host device must use 'drive' address type", ErrorCode.XML_ERROR),
    "scsi_host": ((PciAddress, CcwAddress), "SCSI_host host device must use 'pci' or 'ccw' address type", ErrorCode.XML_ERROR),
    "usb": ((UsbAddress,), "USB host device must use 'usb' address type", ErrorCode.XML_ERROR),
}


def _validate_hostdev(hostdev: Any) -> None:
    if hostdev.mode != "subsystem":
        return
    address = hostdev.address
    if hostdev.type in _HOSTDEV_PLACES and address is not None:
        places, text, code = _HOSTDEV_PLACES[hostdev.type]
        if not isinstance(address, (*places, UnassignedAddress)):
            raise wrong(text, code)
    if hostdev.teaming is not None:
        if hostdev.teaming.type != "transient":
            raise unsupported("teaming hostdev devices must have type='transient'")
        if not hostdev.teaming.persistent:
            raise unsupported("missing required persistent attribute in hostdev teaming element")
        if hostdev.type != "pci":
            raise unsupported("teaming is only supported for pci hostdev devices")


_FILE_MEMORY = ("nvdimm", "virtio-pmem")


def _validate_memory(domain: Any, module: Any) -> None:
    """What a model must say, and may not."""
    model, target, source = module.model, module.target, module.source
    cells = domain.cpu.numa.cells if domain.cpu is not None and domain.cpu.numa is not None else []
    if target.node is not None:
        if not cells:
            raise wrong("can't add memory backend as guest has no NUMA nodes configured", _DETAIL)
        if target.node >= len(cells):
            raise wrong(
                f"can't add memory backend for guest node '{target.node}' as the guest has only '{len(cells)}' "
                "NUMA nodes configured",
                _DETAIL,
            )
    if model in _FILE_MEMORY:
        if source is None or not source.path:
            raise wrong(f"path is required for model '{model}'", _DETAIL)
        if module.discard:
            raise unsupported("discard is not supported for nvdimms" if model == "nvdimm" else
                              f"discard is not supported for model '{model}'")  # fmt: skip
    if model == "nvdimm":
        pseries = domain.os.type.arch in ("ppc64", "ppc64le")
        if pseries and (target.label is None or not target.label.size):
            raise unsupported("label size is required for NVDIMM device")
        if not pseries and module.uuid is not None:
            raise unsupported("UUID is not supported for NVDIMM device")
    elif model == "virtio-pmem":
        if module.access != "shared":
            raise unsupported("shared access mode required for virtio-pmem device")
        if target.node is not None:
            raise unsupported("virtio-pmem does not support NUMA nodes")
    elif model == "virtio-mem":
        _validate_virtio_mem(target, source)
    elif model == "sgx-epc" and module.address is not None:
        raise unsupported(f"memory device address is not supported for model '{model}'")


def _validate_virtio_mem(target: Any, source: Any) -> None:
    requested, block = target.requested or 0, target.block or 0
    if requested > target.size:
        raise wrong(f"requested size must be smaller than or equal to @size ({target.size}KiB)", _DETAIL)
    if block & (block - 1):
        raise wrong("block size must be a power of two", _DETAIL)
    least = (source.pagesize if source is not None else None) or _HUGE_PAGE_KIB
    if block < least:
        raise wrong(f"block size too small, must be at least {least}KiB", _DETAIL)
    if block and requested % block:
        raise wrong("requested size must be an integer multiple of block size", _DETAIL)


_HUGE_PAGE_KIB = 2048
"""Transparent huge pages of the host: smaller blocks cannot be given back."""


def _validate_graphics(domain: Any, item: Any) -> None:
    for listen in item.listens:
        if listen.type == "network" and not listen.network:
            raise wrong("'network' attribute is required for listen type 'network'")
    if item.type in ("vnc", "dbus"):
        validate_audio_user(domain, item)


def _validate_iommu(iommu: Any) -> None:
    if iommu.model in ("smmuv3", "virtio") and iommu.driver is not None:
        raise wrong(f"iommu model '{iommu.model}' doesn't support additional attributes")
    if iommu.model in ("intel", "smmuv3") and iommu.address is not None:
        raise wrong(f"iommu model '{iommu.model}' can't have address")


def _validate_tpm(tpm: Any) -> None:
    backend = tpm.backend
    if backend.type == "emulator" and backend.active_pcr_banks is not None and backend.version == "1.2":
        banks = backend.active_pcr_banks
        if banks.sha1 or banks.sha256 or banks.sha384 or banks.sha512:
            raise wrong("<active_pcr_banks/> requires TPM version '2.0'")
    if backend.type == "external" and (backend.source is None or not backend.source.path):
        raise wrong("missing socket path for external TPM device")


# -- all devices together --------------------------------------------------------------------------------------------
def validate_together(domain: Any) -> None:
    """What several devices must not share, and what one needs of another."""
    _validate_hostdevs(domain)
    _validate_aliases(domain)
    _validate_iommus(domain)


def validate_audio_user(domain: Any, user: Any) -> None:
    """Whoever makes sound names a backend that there is."""
    wanted = user.audio.id if user.audio is not None else None
    if wanted and all(audio.id != wanted for audio in domain.devices.audios):
        raise wrong(f"no audio device with ID {wanted}")


def _validate_audio(domain: Any, audio: Any) -> None:
    same = [other for other in domain.devices.audios if other.id == audio.id]
    if len(same) > 1:
        with blamed(same[1]):
            raise wrong(f"audio ID {audio.id} is used multiple times")


def validate_videos(domain: Any) -> None:
    """One primary adapter; none beside "none"."""
    videos = domain.devices.videos if domain.devices is not None else []
    if sum(1 for video in videos if video.model is not None and video.model.primary) > 1:
        raise unsupported("Only one primary video device is supported")


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


def _validate_hostdevs(domain: Any) -> None:
    hostdevs = domain.devices.hostdevs
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
