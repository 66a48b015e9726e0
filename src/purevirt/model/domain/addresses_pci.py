"""Allocation of PCI addresses: buses, slots and functions, and which device may sit on which bus.

A bus is what a PCI controller provides. Each bus says what it accepts (`Connect` flags), each device says what it needs.
An address from the definition is *reserved* (with errors in libvirt's words), a missing one is *found*: the first bus, in
index order, that accepts the device and has a free slot; when there is none, buses are added (`grow`).

Nothing here looks at documents: the hypervisor's part walks devices and chipsets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag, auto
from typing import NamedTuple

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.override import override

SLOTS = 32
FUNCTIONS = 8


class Connect(IntFlag):
    """What a bus accepts, or what a device needs (one type bit), and its wishes."""

    NONE = 0
    PCI_DEVICE = auto()
    PCIE_DEVICE = auto()
    PCIE_ROOT_PORT = auto()
    PCIE_SWITCH_UPSTREAM_PORT = auto()
    PCIE_SWITCH_DOWNSTREAM_PORT = auto()
    DMI_TO_PCI_BRIDGE = auto()
    PCI_EXPANDER_BUS = auto()
    PCIE_EXPANDER_BUS = auto()
    PCI_BRIDGE = auto()
    PCIE_TO_PCI_BRIDGE = auto()
    AGGREGATE_SLOT = auto()
    HOTPLUGGABLE = auto()
    AUTOASSIGN = auto()
    INTEGRATED = auto()


ENDPOINTS = Connect.PCI_DEVICE | Connect.PCIE_DEVICE
TYPES = (
    ENDPOINTS
    | Connect.PCIE_ROOT_PORT
    | Connect.PCIE_SWITCH_UPSTREAM_PORT
    | Connect.PCIE_SWITCH_DOWNSTREAM_PORT
    | Connect.DMI_TO_PCI_BRIDGE
    | Connect.PCI_EXPANDER_BUS
    | Connect.PCIE_EXPANDER_BUS
    | Connect.PCI_BRIDGE
    | Connect.PCIE_TO_PCI_BRIDGE
)

_TYPES, _HOTPLUGGABLE = int(TYPES), int(Connect.HOTPLUGGABLE)
_INTEGRATED, _AUTOASSIGN = int(Connect.INTEGRATED), int(Connect.AUTOASSIGN)
_ENDPOINTS, _AGGREGATE, _PCI_BRIDGE = int(ENDPOINTS), int(Connect.AGGREGATE_SLOT), int(Connect.PCI_BRIDGE)
# Plain integers: addresses are tried for every device on every bus, and arithmetic of flags costs ten times as much.

_WORDS: dict[Connect, str] = {
    Connect.PCI_DEVICE: "standard PCI device",
    Connect.PCIE_DEVICE: "PCI Express device",
    Connect.PCIE_ROOT_PORT: "pcie-root-port",
    Connect.PCIE_SWITCH_UPSTREAM_PORT: "pcie-switch-upstream-port",
    Connect.PCIE_SWITCH_DOWNSTREAM_PORT: "pcie-switch-downstream-port",
    Connect.DMI_TO_PCI_BRIDGE: "dmi-to-pci-bridge",
    Connect.PCIE_TO_PCI_BRIDGE: "pcie-to-pci-bridge",
    Connect.PCI_EXPANDER_BUS: "pci-expander-bus",
    Connect.PCIE_EXPANDER_BUS: "pcie-expander-bus",
    Connect.PCI_BRIDGE: "pci-bridge",
}

# What plugging a controller of that model asks from the bus above it.
CONTROLLER_NEEDS: dict[str, Connect] = {
    "pci-bridge": Connect.PCI_BRIDGE,
    "pci-expander-bus": Connect.PCI_EXPANDER_BUS,
    "pcie-expander-bus": Connect.PCIE_EXPANDER_BUS,
    "dmi-to-pci-bridge": Connect.DMI_TO_PCI_BRIDGE,
    "pcie-to-pci-bridge": Connect.PCIE_TO_PCI_BRIDGE,
    "pcie-root-port": Connect.PCIE_ROOT_PORT | Connect.AGGREGATE_SLOT,
    "pcie-switch-upstream-port": Connect.PCIE_SWITCH_UPSTREAM_PORT,
    "pcie-switch-downstream-port": Connect.PCIE_SWITCH_DOWNSTREAM_PORT,
}


class _BusKind(NamedTuple):
    accepts: Connect
    first_slot: int
    last_slot: int


_PCI_BUS = Connect.HOTPLUGGABLE | Connect.AUTOASSIGN | Connect.PCI_DEVICE | Connect.PCI_BRIDGE
BUS_KINDS: dict[str, _BusKind] = {
    "pci-root": _BusKind(_PCI_BUS | Connect.PCI_EXPANDER_BUS, 1, 31),
    "pci-bridge": _BusKind(_PCI_BUS, 1, 31),
    "pci-expander-bus": _BusKind(_PCI_BUS, 0, 31),
    "pcie-root": _BusKind(
        Connect.AUTOASSIGN
        | Connect.PCIE_DEVICE
        | Connect.PCIE_ROOT_PORT
        | Connect.DMI_TO_PCI_BRIDGE
        | Connect.PCIE_EXPANDER_BUS,
        1,
        31,
    ),
    "dmi-to-pci-bridge": _BusKind(Connect.AUTOASSIGN | Connect.PCI_DEVICE | Connect.PCI_BRIDGE, 0, 31),
    "pcie-to-pci-bridge": _BusKind(_PCI_BUS, 1, 31),
    "pcie-root-port": _BusKind(
        Connect.HOTPLUGGABLE
        | Connect.AUTOASSIGN
        | Connect.PCIE_DEVICE
        | Connect.PCIE_SWITCH_UPSTREAM_PORT
        | Connect.PCIE_TO_PCI_BRIDGE,
        0,
        0,
    ),
    "pcie-switch-upstream-port": _BusKind(Connect.AUTOASSIGN | Connect.PCIE_SWITCH_DOWNSTREAM_PORT, 0, 31),
    "pcie-expander-bus": _BusKind(Connect.PCIE_ROOT_PORT | Connect.DMI_TO_PCI_BRIDGE, 0, 31),
}
BUS_KINDS["pcie-switch-downstream-port"] = BUS_KINDS["pcie-root-port"]


class Place(NamedTuple):
    """A PCI address as a value."""

    domain: int = 0
    bus: int = 0
    slot: int = 0
    function: int = 0

    @override
    def __str__(self) -> str:
        return f"{self.domain:04x}:{self.bus:02x}:{self.slot:02x}.{self.function:x}"


@dataclass(slots=True)
class PciBus:
    """One bus: its controller's model, what it accepts, and its slots."""

    model: str = ""
    accepts: int = 0
    """`Connect` flags, as a plain integer."""
    first_slot: int = 0
    last_slot: int = 0
    functions: bytearray = field(default_factory=lambda: bytearray(SLOTS))
    """By slot: its functions in use, a bit each."""
    aggregates: set[int] = field(default_factory=set)
    """Slots whose functions are given to several devices."""
    taken: int = 0
    """Functions in use."""
    isolation_group: int = 0
    isolation_locked: bool = False

    def set_model(self, model: str, *, allow_isolated: bool = False) -> None:
        """Become the bus of a controller of this model."""
        kind = BUS_KINDS.get(model)
        if kind is None:
            raise _internal("PCI controller model was not set correctly")
        self.model = model
        self.accepts, self.first_slot, self.last_slot = int(kind.accepts), kind.first_slot, kind.last_slot
        if allow_isolated and model == "pci-root":
            self.isolation_locked = False

    @property
    def is_empty(self) -> bool:
        """No function of any slot is in use."""
        return not self.taken

    @property
    def is_full(self) -> bool:
        """Every slot a device could use is taken."""
        return not self.functions.count(0, self.first_slot, self.last_slot + 1)


def _xml(message: str) -> VirtError:
    return VirtError(ErrorCode.XML_ERROR, message, ErrorDomain.DOMAIN)


def _internal(message: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, message, ErrorDomain.DOMAIN)


class PciAddressSet:
    """All PCI buses of a guest. With `dry_run` buses may be added on demand."""

    def __init__(self, buses: int = 0, *, dry_run: bool = False, pcie_to_pci_bridge: bool = False) -> None:
        self.buses = [PciBus() for _ in range(buses)]
        self.dry_run = dry_run
        self.pcie_to_pci_bridge = pcie_to_pci_bridge
        self.multiple_roots = False
        self._open: dict[int, int] = {}
        """By what a device needs: the first bus that is not closed to it."""

    # -- given addresses ---------------------------------------------------------------------------------------------
    def check_compatible(self, place: Place, bus: int, needs: Connect, *, from_config: bool) -> None:
        """Raise XML_ERROR when a bus accepting `bus` cannot take a device that needs `needs`.

        An address the user chose may mix PCI and PCIe, and is not held to hotplug.
        """
        error = _xml if from_config else _internal
        has, wants = bus, int(needs)
        if from_config:
            if has & _ENDPOINTS:
                has |= _ENDPOINTS
            if wants & _HOTPLUGGABLE:
                has |= _HOTPLUGGABLE
        if not wants & has & _TYPES:
            word = next((word for flag, word in _WORDS.items() if needs & flag), None)
            if word is None:
                raise error(
                    f"The device at PCI address {place} has unrecognized connection type flags 0x{needs & TYPES:02x}"
                )
            raise error(
                f"The device at PCI address {place} cannot be plugged into the PCI controller with "
                f"index='{place.bus}'. It requires a controller that accepts a {word}."
            )
        if wants & _HOTPLUGGABLE and not has & _HOTPLUGGABLE:
            raise error(
                f"The device at PCI address {place} requires hotplug capability, but the PCI controller with "
                f"index='{place.bus}' doesn't support hotplug"
            )
        if wants & _INTEGRATED and place.bus != 0:
            raise error(f"The device at PCI address {place} needs to be an integrated device (bus=0)")

    def _accepts(self, index: int, needs: int) -> bool:
        bus = self.buses[index].accepts
        if not needs & bus & _TYPES:
            return False
        if needs & _HOTPLUGGABLE and not bus & _HOTPLUGGABLE:
            return False
        return not (needs & _INTEGRATED and index != 0)

    def validate(self, place: Place, needs: Connect, *, from_config: bool) -> None:
        """Raise when the address does not exist or cannot take the device."""
        error = _xml if from_config else _internal
        if not self.buses:
            raise error("No PCI buses available")
        if place.domain != 0:
            raise error(f"Invalid PCI address {place}. Only PCI domain 0 is available")
        if place.bus >= len(self.buses):
            raise error(f"Invalid PCI address {place}. Only PCI buses up to {len(self.buses) - 1} are available")
        bus = self.buses[place.bus]
        self.check_compatible(place, bus.accepts, needs, from_config=from_config)
        if place.slot < bus.first_slot:
            raise error(f"Invalid PCI address {place}. slot must be >= {bus.first_slot}")
        if place.slot > bus.last_slot:
            raise error(f"Invalid PCI address {place}. slot must be <= {bus.last_slot}")
        if place.function >= FUNCTIONS:
            raise error(f"Invalid PCI address {place}. function must be <= {FUNCTIONS - 1}")

    def is_used(self, place: Place) -> bool:
        """Is exactly this function in use."""
        return bool(self.buses[place.bus].functions[place.slot] & (1 << place.function))

    def slot_in_use(self, place: Place) -> bool:
        """Is any function of the slot in use."""
        return bool(self.buses[place.bus].functions[place.slot])

    def reserve(self, place: Place, needs: Connect, *, from_config: bool = True, isolation_group: int = 0) -> None:
        """Take an address; adds buses in a dry run."""
        if self.dry_run and place.domain == 0:
            self.grow(place, needs)
        self.validate(place, needs, from_config=from_config)
        bus = self.buses[place.bus]
        functions = bus.functions[place.slot]
        if functions & (1 << place.function):
            raise (_xml if from_config else _internal)(f"Attempted double use of PCI Address {place}")
        if int(needs) & _AGGREGATE and not functions:
            bus.aggregates.add(place.slot)
        if bus.is_empty and not bus.isolation_locked:
            # The first device decides which isolation group the whole bus is for.
            bus.isolation_group = isolation_group
        bus.functions[place.slot] = functions | 1 << place.function
        bus.taken += 1

    # -- new addresses -----------------------------------------------------------------------------------------------
    def _find_on_bus(self, index: int, needs: int, function: int | None) -> Place | None:
        bus = self.buses[index]
        free = bus.functions.find(0, bus.first_slot, bus.last_slot + 1)
        if needs & _AGGREGATE:
            for slot in sorted(bus.aggregates):
                if 0 <= free < slot or not bus.first_slot <= slot <= bus.last_slot:
                    continue
                for candidate in range(FUNCTIONS) if function is None else (function,):
                    if not bus.functions[slot] & (1 << candidate):
                        return Place(0, index, slot, candidate)
        return None if free < 0 else Place(0, index, free, function or 0)

    def _first_open(self, needs: int) -> int:
        """The first bus that may take such a device now or later: places are only ever taken, never given back."""
        first, end = self._open.get(needs, 0), len(self.buses)
        while first < end:
            bus = self.buses[first]
            if bus.accepts & _AUTOASSIGN and self._accepts(first, needs) and (bus.aggregates or not bus.is_full):
                break
            first += 1
        self._open[needs] = first
        return first

    def find(self, needs: Connect, *, function: int | None = None, isolation_group: int = 0) -> Place:
        """The first free address for such a device; INTERNAL_ERROR when there is none and no bus may be added."""
        if not self.buses:
            raise _xml("No PCI buses available")
        wanted = int(needs)
        others = []
        for index in range(self._first_open(wanted), len(self.buses)):
            bus = self.buses[index]
            if not bus.accepts & _AUTOASSIGN or not self._accepts(index, wanted):
                continue
            if bus.isolation_group != isolation_group:
                others.append(index)
                continue
            place = self._find_on_bus(index, wanted, function)
            if place is not None:
                return place
        for index in others:
            bus = self.buses[index]
            if not bus.isolation_locked and bus.is_empty:
                place = self._find_on_bus(index, wanted, function)
                if place is not None:
                    bus.isolation_group = isolation_group
                    return place
        if self.dry_run:
            before = len(self.buses)
            place = Place(0, before, 0, function or 0)
            self.grow(place, needs)
            for index in range(before, len(self.buses)):
                if self._accepts(index, wanted):
                    self.buses[index].isolation_group = isolation_group
                    found = self._find_on_bus(index, wanted, function)
                    if found is not None:
                        return found
        raise _internal("No more available PCI slots")

    def reserve_next(self, needs: Connect, *, function: int | None = None, isolation_group: int = 0) -> Place:
        """Find and take an address."""
        place = self.find(needs, function=function, isolation_group=isolation_group)
        self.reserve(place, needs, from_config=False, isolation_group=isolation_group)
        return place

    # -- growing -----------------------------------------------------------------------------------------------------
    def _growth_model(self, needs: Connect) -> tuple[str, bool]:
        """Model of the bus to add for such a device, and whether a dmi-to-pci-bridge must come before it."""
        if needs & Connect.PCI_DEVICE:
            if self.multiple_roots:
                return "pci-root", False
            if any(bus.accepts & _PCI_BRIDGE for bus in self.buses):
                return "pci-bridge", False
            if self.pcie_to_pci_bridge:
                return "pcie-to-pci-bridge", False
            return "pci-bridge", True
        if needs & Connect.PCI_BRIDGE and self.buses and self.buses[0].model == "pcie-root":
            return "dmi-to-pci-bridge", False
        if needs & (Connect.PCIE_DEVICE | Connect.PCIE_SWITCH_UPSTREAM_PORT | Connect.PCIE_TO_PCI_BRIDGE):
            return "pcie-root-port", False
        if needs & Connect.PCIE_SWITCH_DOWNSTREAM_PORT:
            return "pcie-switch-upstream-port", False
        if needs & (Connect.PCIE_ROOT_PORT | Connect.DMI_TO_PCI_BRIDGE):
            return "pcie-expander-bus", False
        if needs & Connect.PCI_BRIDGE:
            return "pci-root", False
        return "", False

    def grow(self, place: Place, needs: Connect) -> None:
        """Add buses so that `place.bus` exists, of a kind that suits the device."""
        add = place.bus - len(self.buses) + 1
        if add <= 0:
            return
        needs_dmi = False
        if needs & (Connect.PCIE_ROOT_PORT | Connect.DMI_TO_PCI_BRIDGE | Connect.PCIE_SWITCH_DOWNSTREAM_PORT):
            # A bus for these (an expander bus, an upstream port) is the user's decision.
            raise self._cannot_add(needs)
        model, needs_dmi = self._growth_model(needs)
        if not model or model in ("pcie-expander-bus", "pcie-switch-upstream-port"):
            raise self._cannot_add(needs)
        if needs & Connect.PCI_BRIDGE and model == "pci-root" and not self.multiple_roots:
            raise self._cannot_add(needs)
        # A new bridge to conventional PCI has to be plugged in itself: on the root, or into a port that comes first.
        first_model = "dmi-to-pci-bridge" if needs_dmi else "pcie-root-port" if model == "pcie-to-pci-bridge" else None
        if first_model is not None:
            if add == 1:
                add += 1
            first = PciBus()
            first.set_model(first_model)
            self.buses.append(first)
            add -= 1
        for _ in range(add):
            bus = PciBus()
            bus.set_model(model)
            self.buses.append(bus)

    @staticmethod
    def _cannot_add(needs: Connect) -> VirtError:
        for flag, model in (
            (Connect.PCIE_ROOT_PORT, "pcie-root-port"),
            (Connect.PCIE_SWITCH_UPSTREAM_PORT, "pcie-switch-upstream-port"),
            (Connect.PCIE_SWITCH_DOWNSTREAM_PORT, "pcie-switch-downstream-port"),
            (Connect.DMI_TO_PCI_BRIDGE, "dmi-to-pci-bridge"),
            (Connect.PCI_EXPANDER_BUS, "pci-expander-bus"),
            (Connect.PCIE_EXPANDER_BUS, "pcie-expander-bus"),
            (Connect.PCI_BRIDGE, "pci-bridge"),
        ):
            if needs & flag:
                return _internal(
                    f"a PCI slot is needed to connect a PCI controller model='{model}', but none is available, "
                    "and it cannot be automatically added"
                )
        return _internal(
            f"Cannot automatically add a new PCI bus for a device with connect flags {int(needs):02x}"
        )
