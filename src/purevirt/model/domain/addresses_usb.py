"""Allocation of USB ports. A USB bus is a tree: root hub ports, and hubs plugged into ports.

Ports are written `1.2.3`: port 3 of the hub on port 2 of the hub on root port 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

HUB_PORTS = 8

# Root hub ports per controller model; 0 = a companion controller, whose ports belong to its master.
CONTROLLER_PORTS: dict[str, int] = {
    "piix3-uhci": 2,
    "piix4-uhci": 2,
    "ehci": 6,
    "ich9-ehci1": 6,
    "vt82c686b-uhci": 2,
    "pci-ohci": 3,
    "nec-xhci": 4,
    "qusb1": 8,
    "qusb2": 8,
    "qemu-xhci": 4,
    "ich9-uhci1": 0,
    "ich9-uhci2": 0,
    "ich9-uhci3": 0,
}


def ports_of(model: str, ports: int | None) -> int:
    """Number of root ports of a controller."""
    if ports and model in ("nec-xhci", "qemu-xhci", "qusb1", "qusb2"):
        return ports
    return CONTROLLER_PORTS.get(model, 0)


@dataclass(slots=True)
class UsbHub:
    """A hub: which of its ports are taken, and the hubs on them."""

    ports: int
    taken: set[int] = field(default_factory=set)
    hubs: dict[int, UsbHub] = field(default_factory=dict)

    def first_free(self, *, levels: int) -> list[int] | None:
        """Path of the first free port, own ports before those of hubs further down."""
        for port in range(1, self.ports + 1):
            if port not in self.taken:
                return [port]
        if levels > 1:
            for port in sorted(self.hubs):
                path = self.hubs[port].first_free(levels=levels - 1)
                if path is not None:
                    return [port, *path]
        return None

    def count_free(self) -> int:
        """Free ports of this hub and all below."""
        return self.ports - len(self.taken) + sum(hub.count_free() for hub in self.hubs.values())


MAX_DEPTH = 4


class UsbAddressSet:
    """All USB buses of a guest."""

    def __init__(self) -> None:
        self.buses: dict[int, UsbHub] = {}

    def add_controller(self, index: int, ports: int) -> None:
        """Make bus `index` with that many root ports."""
        if index in self.buses:
            raise VirtError(ErrorCode.XML_ERROR, f"Duplicate USB controllers with index {index}", ErrorDomain.DOMAIN)
        self.buses[index] = UsbHub(ports)

    def _hub(self, bus: int, port: str) -> tuple[UsbHub, int]:
        path = [int(part) for part in port.split(".")]
        hub = self.buses.get(bus)
        if hub is None:
            raise VirtError(ErrorCode.XML_ERROR, f"Missing USB bus {bus}", ErrorDomain.DOMAIN)
        for number in path[:-1]:
            below = hub.hubs.get(number)
            if below is None:
                raise VirtError(
                    ErrorCode.XML_ERROR,
                    f"there is no hub at port {number} in USB address bus: {bus} port: {port}",
                    ErrorDomain.DOMAIN,
                )
            hub = below
        if not 1 <= path[-1] <= hub.ports:
            raise VirtError(ErrorCode.XML_ERROR, f"requested USB port {port} not present on USB bus {bus}", ErrorDomain.DOMAIN)
        return hub, path[-1]

    def reserve(self, bus: int, port: str) -> None:
        """Take a port."""
        hub, number = self._hub(bus, port)
        if number in hub.taken:
            raise VirtError(ErrorCode.XML_ERROR, f"Duplicate USB address bus {bus} port {port}", ErrorDomain.DOMAIN)
        hub.taken.add(number)

    def add_hub(self, bus: int, port: str) -> None:
        """Plug a hub into a port, which is taken by it."""
        hub, number = self._hub(bus, port)
        if number in hub.hubs:
            raise VirtError(ErrorCode.XML_ERROR, f"Duplicate USB hub on bus {bus} port {port}", ErrorDomain.DOMAIN)
        hub.taken.add(number)
        hub.hubs[number] = UsbHub(HUB_PORTS)

    def assign(self, bus: int | None = None) -> tuple[int, str]:
        """Take the first free port of one bus, or of any."""
        if bus is not None and bus not in self.buses:
            raise VirtError(
                ErrorCode.XML_ERROR,
                f"USB bus {bus} requested but no controller with that index is present",
                ErrorDomain.DOMAIN,
            )
        for index in sorted(self.buses) if bus is None else [bus]:
            path = self.buses[index].first_free(levels=MAX_DEPTH)
            if path is not None:
                port = ".".join(map(str, path))
                self.reserve(index, port)
                return index, port
        raise VirtError(ErrorCode.XML_ERROR, "No free USB ports", ErrorDomain.DOMAIN)

    def free_ports(self) -> int:
        """Free ports on all buses."""
        return sum(hub.count_free() for hub in self.buses.values())
