"""USB addresses, and hubs where the ports do not suffice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_usb import HUB_PORTS, UsbAddressSet, ports_of
from purevirt.model.domain.device import UsbAddress
from purevirt.model.domain.hub import Hub


def _usb_devices(domain: Any) -> Iterator[Any]:
    """All USB devices but hubs, in the order they get their ports."""
    devices = domain.devices
    yield from (h for h in devices.hostdevs if h.mode == "subsystem" and h.type == "usb")
    yield from (d for d in devices.disks if d.target is not None and d.target.bus == "usb")
    yield from (c for c in devices.controllers if c.type == "ccid")
    yield from (i for i in devices.inputs if i.bus == "usb")
    yield from (s for s in devices.serials if s.target is not None and s.target.type == "usb-serial")
    yield from (s for s in devices.sounds if s.model == "usb")
    yield from (r for r in devices.redirdevs if r.bus == "usb")


def _usb_hubs(domain: Any) -> list[Any]:
    return [hub for hub in domain.devices.hubs if hub.type == "usb"]


def _placed(device: Any) -> bool:
    return isinstance(device.address, UsbAddress) and device.address.port is not None


def _add_hubs(domain: Any, addresses: UsbAddressSet) -> None:
    """Add hubs (one costs a port) until all devices have one."""
    available = sum(bus.ports for bus in addresses.buses.values()) + len(_usb_hubs(domain)) * HUB_PORTS
    wanted = sum(1 for _ in _usb_devices(domain)) + len(_usb_hubs(domain))
    if wanted <= available:
        return
    missing = -(-(wanted - available + 1) // (HUB_PORTS - 1))
    for _ in range(missing):
        domain.devices.hubs.append(Hub(type="usb"))


def _assign(addresses: UsbAddressSet, device: Any) -> None:
    address = device.address
    if address is not None and not isinstance(address, UsbAddress):
        return
    bus, port = addresses.assign(address.bus if isinstance(address, UsbAddress) else None)
    device.address = UsbAddress(bus=bus, port=port)


def assign_usb(domain: Any, *, new_domain: bool) -> None:
    """Give every USB device a port. Hubs are added for new definitions only."""
    addresses = UsbAddressSet()
    for controller in domain.devices.controllers:
        if controller.type != "usb":
            continue
        ports = ports_of(controller.model or "piix3-uhci", controller.ports)
        if ports:
            addresses.add_controller(controller.index, ports)
    if not new_domain and not all(_placed(device) for device in [*_usb_devices(domain), *_usb_hubs(domain)]):
        # QEMU may have chosen other ports for an existing guest; it chooses again the same way.
        return
    if not addresses.buses:
        # Without a usable controller only a definition that needs none is left alone.
        if new_domain and (_usb_hubs(domain) or any(True for _ in _usb_devices(domain))):
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED,
                "USB is disabled for this domain, but USB devices are present in the domain XML",
                ErrorDomain.QEMU,
            )
        return
    if new_domain:
        _add_hubs(domain, addresses)
    hubs = _usb_hubs(domain)
    for hub in hubs:
        if _placed(hub):
            addresses.add_hub(hub.address.bus, hub.address.port)
    for device in _usb_devices(domain):
        if _placed(device):
            addresses.reserve(device.address.bus, device.address.port)
    for hub in hubs:
        if not _placed(hub):
            _assign(addresses, hub)
            if _placed(hub):
                _plug(addresses, hub)
    for device in _usb_devices(domain):
        if not _placed(device):
            _assign(addresses, device)


def _plug(addresses: UsbAddressSet, hub: Any) -> None:
    path = [int(part) for part in hub.address.port.split(".")]
    below = addresses.buses[hub.address.bus]
    for number in path[:-1]:
        below = below.hubs[number]
    below.taken.discard(path[-1])
    addresses.add_hub(hub.address.bus, hub.address.port)
