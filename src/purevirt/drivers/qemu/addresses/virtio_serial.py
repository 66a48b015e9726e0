"""Ports of virtio-serial channels and consoles, and the controllers they need."""

from __future__ import annotations

from typing import Any

from purevirt.errors import VirtError
from purevirt.model.domain.addresses_serial import VirtioSerialAddressSet
from purevirt.model.domain.chardev import VirtioTarget
from purevirt.model.domain.device import VirtioSerialAddress
from purevirt.model.domain.postparse_controllers import add_controller


def _channel(device: Any) -> bool:
    return isinstance(device.target, VirtioTarget)


def _console(device: Any) -> bool:
    return device.target is not None and device.target.type == "virtio"


def _given(device: Any) -> bool:
    address = device.address
    return isinstance(address, VirtioSerialAddress) and bool(address.port)


def assign_virtio_serial(domain: Any) -> None:
    """Port 0 is for consoles only; a channel without an address takes the first free port, on a new controller if need be."""
    addresses = VirtioSerialAddressSet()
    for controller in domain.devices.controllers:
        if controller.type == "virtio-serial":
            addresses.add_controller(controller.index, controller.ports)
    channels = [device for device in domain.devices.channels if _channel(device)]
    consoles = [device for device in domain.devices.consoles if _console(device)]
    for device in [*channels, *consoles]:
        if _given(device):
            addresses.reserve(device.address.controller, device.address.port)
    for device in consoles:
        if isinstance(device.address, VirtioSerialAddress) and not _given(device):
            _assign(domain, addresses, device, allow_zero=True)
    for device in channels:
        if not _given(device):
            _assign(domain, addresses, device, allow_zero=False)


def _assign(domain: Any, addresses: VirtioSerialAddressSet, device: Any, *, allow_zero: bool) -> None:
    address = device.address
    wanted = address.controller if isinstance(address, VirtioSerialAddress) else None
    try:
        controller, port = addresses.assign(controller=wanted, allow_zero=allow_zero)
    except VirtError:
        if wanted is not None:
            raise
        index = addresses.next_controller()
        add_controller(domain, "virtio-serial", index)
        addresses.add_controller(index, None)
        controller, port = addresses.assign(controller=index, allow_zero=allow_zero)
    device.address = VirtioSerialAddress(controller=controller, bus=0, port=port)
