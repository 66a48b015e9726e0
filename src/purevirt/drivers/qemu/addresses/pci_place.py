"""PCI places as devices carry them."""

from __future__ import annotations

from typing import Any

from purevirt.model.domain.addresses_pci import Place
from purevirt.model.domain.device import PciAddress


def wants_place(device: Any) -> bool:
    """No address at all, or on PCI but nowhere yet."""
    address = device.address
    return address is None or (isinstance(address, PciAddress) and not address.is_placed)


def on_pci(device: Any) -> bool:
    """Has a PCI address that names a place."""
    return isinstance(device.address, PciAddress) and device.address.is_placed


def place_of(device: Any) -> Place | None:
    """The device's place, None when it has none or is not on PCI."""
    address = device.address
    if isinstance(address, PciAddress) and address.is_placed:
        return Place(address.domain or 0, address.bus or 0, address.slot or 0, address.function or 0)
    return None


def put(device: Any, place: Place, *, multifunction: bool | None = None) -> None:
    """Give the device a place, keeping a zPCI part."""
    zpci = device.address.zpci if isinstance(device.address, PciAddress) else None
    device.address = PciAddress(
        domain=place.domain,
        bus=place.bus,
        slot=place.slot,
        function=place.function,
        multifunction=multifunction,
        zpci=zpci,
    )
