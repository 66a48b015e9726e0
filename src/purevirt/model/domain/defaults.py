"""Defaults that several hypervisors fill in the same way: the boot device, the architecture, MAC addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.model.domain.document import Domain
from purevirt.model.domain.interface import Interface, InterfaceMac
from purevirt.model.domain.os import Boot


def has_boot_order(domain: Domain) -> bool:
    """Whether some device says its place in the boot order."""
    if domain.devices is None:
        return False
    lists = (domain.devices.disks, domain.devices.interfaces, domain.devices.hostdevs, domain.devices.redirdevs)
    return any(device.boot is not None and device.boot.order for kind in lists for device in kind)


def settle_boot(domain: Domain) -> None:
    """A fully virtualised guest without a boot loader of the host boots from its disk when nothing else is said."""
    os = domain.os
    if os is None or os.type is None or os.type.value != "hvm" or domain.bootloader is not None:
        return
    if not os.boots and not has_boot_order(domain):
        os.boots.append(Boot(dev="hd"))


def settle_arch(domain: Domain, arch: str) -> None:
    """`arch` where the document names none."""
    if domain.os is not None and domain.os.type is not None and domain.os.type.arch is None:
        domain.os.type.arch = arch


def settle_mac(interface: Interface, new_mac: Callable[[], str]) -> None:
    """A MAC address for an interface that has none."""
    if interface.mac is None or interface.mac.address is None:
        interface.mac = InterfaceMac(address=new_mac())


def settle_inputs(domain: Any) -> None:
    """The bus of input devices that name none."""
    if domain.os.type.value != "hvm":
        return
    for item in domain.devices.inputs:
        if item.bus is None:
            item.bus = default_input_bus(domain.os.type.arch, item.type)


def default_input_bus(arch: str, type_: str) -> str:
    """Where a device of the type is looked for on the architecture."""
    if type_ == "evdev":
        return "none"
    if type_ in ("mouse", "keyboard") and arch in ("i686", "x86_64"):
        return "ps2"
    return "virtio" if arch in ("s390", "s390x") or type_ == "passthrough" else "usb"
