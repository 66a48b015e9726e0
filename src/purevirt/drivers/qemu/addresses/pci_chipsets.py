"""Fixed PCI places of the x86 chipsets: what sits in the south bridge, and where the first graphics card goes."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.addresses.pci_place import place_of, put, wants_place
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_pci import Connect, PciAddressSet, Place

_ENDPOINT = Connect.PCI_DEVICE | Connect.HOTPLUGGABLE


def _unsupported(message: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, message, ErrorDomain.QEMU)


def _fix(device: Any, place: Place, message: str) -> None:
    """The device must sit at `place`; put it there unless it was put elsewhere on purpose (an error)."""
    given = place_of(device)
    if given is None:
        put(device, place)
    elif given != place:
        raise _unsupported(message)


def primary_video(domain: Any) -> Any | None:
    """The first video device that is on PCI."""
    videos = domain.devices.videos
    if videos and videos[0].model is not None and videos[0].model.type not in ("none", "ramfb"):
        return videos[0]
    return None


def _place_video(domain: Any, buses: PciAddressSet, slot: int, needs: Any) -> None:
    video = primary_video(domain)
    if video is None or not wants_place(video):
        return
    place = Place(slot=slot)
    if buses.slot_in_use(place):
        put(video, buses.reserve_next(needs(video)))
    else:
        buses.reserve(place, needs(video))
        put(video, place)


def fix_piix3(domain: Any) -> None:
    """Put the first IDE and USB controllers where the PIIX3 has them."""
    for controller in domain.devices.controllers:
        if controller.type == "ide" and controller.index == 0:
            _fix(controller, Place(slot=1, function=1), "Primary IDE controller must have PCI address 0:0:1.1")
        elif controller.type == "usb" and controller.index == 0 and controller.model in (None, "piix3-uhci"):
            _fix(
                controller, Place(slot=1, function=2), "PIIX3 USB controller at index 0 must have PCI address 0:0:1.2"
            )


def reserve_piix3(domain: Any, buses: PciAddressSet, needs: Any) -> None:
    """Keep slot 1 for the PIIX3, prefer slot 2 for the primary video."""
    if buses.buses:
        buses.reserve(Place(slot=1), Connect.PCI_DEVICE)
    _place_video(domain, buses, 2, needs)


def fix_ich9(domain: Any) -> None:
    """Put the first SATA controller where the ICH9 has it."""
    for controller in domain.devices.controllers:
        if controller.type == "sata" and controller.index == 0:
            _fix(controller, Place(slot=0x1F, function=2), "Primary SATA controller must have PCI address 0:0:1f.2")


def reserve_ich9(domain: Any, buses: PciAddressSet, needs: Any) -> None:
    """Keep the ICH9's functions, and use real hardware's places for USB 2, the PCI bridge, video and sound."""
    for controller in domain.devices.controllers:
        if not wants_place(controller):
            continue
        if controller.type == "usb" and controller.model == "ich9-uhci1":
            for slot in (0x1D, 0x1A):
                place = Place(slot=slot)
                if not buses.slot_in_use(place):
                    buses.reserve(place, needs(controller))
                    put(controller, place, multifunction=True)
                    break
        elif controller.type == "pci" and controller.model == "dmi-to-pci-bridge":
            place = Place(slot=0x1E)
            if not buses.slot_in_use(place):
                buses.reserve(place, needs(controller))
                put(controller, place)
    if buses.buses:
        buses.reserve(Place(slot=0x1F, function=0), Connect.PCIE_DEVICE)
        buses.reserve(Place(slot=0x1F, function=3), Connect.PCIE_DEVICE)
    _place_video(domain, buses, 1, needs)
    for sound in domain.devices.sounds:
        if sound.model == "ich9" and wants_place(sound):
            place = Place(slot=0x1B)
            if not buses.slot_in_use(place):
                buses.reserve(place, needs(sound))
                put(sound, place)
            break


def fix(domain: Any) -> None:
    """Devices that have no choice."""
    arch, machine = mt.of(domain)
    if mt.is_i440fx(arch, machine):
        fix_piix3(domain)
    elif mt.is_q35(arch, machine):
        fix_ich9(domain)


def reserve(domain: Any, buses: PciAddressSet, needs: Any) -> None:
    """The chipset's own functions, and devices with a customary place. `needs(device)` gives connect flags."""
    arch, machine = mt.of(domain)
    if mt.is_i440fx(arch, machine):
        reserve_piix3(domain, buses, needs)
    elif mt.is_q35(arch, machine):
        reserve_ich9(domain, buses, needs)
