"""Checks of a complete QEMU definition, with libvirt's codes and texts: what QEMU, or this QEMU, cannot do.

Order is libvirt's: the guest as a whole for this hypervisor, then each device, then what holds for every hypervisor.
"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_chardevs import validate_chardevs
from purevirt.drivers.qemu.validate_controllers import validate_controllers
from purevirt.drivers.qemu.validate_cpu import validate_cpu, validate_vcpus
from purevirt.drivers.qemu.validate_disks import validate_disks
from purevirt.drivers.qemu.validate_displays import validate_displays
from purevirt.drivers.qemu.validate_features import validate_features
from purevirt.drivers.qemu.validate_guest import validate_emulator, validate_guest
from purevirt.drivers.qemu.validate_hostdevs import validate_hostdevs
from purevirt.drivers.qemu.validate_interfaces import validate_interfaces
from purevirt.drivers.qemu.validate_memory import validate_memory
from purevirt.drivers.qemu.validate_peripherals import validate_peripherals
from purevirt.model.domain.validate_general import validate_devices, validate_general


def validate(domain: Any, context: PostParseContext) -> None:
    """Raise CONFIG_UNSUPPORTED (or XML_ERROR) for the first thing that is wrong."""
    caps = context.caps
    validate_emulator(domain, caps)
    validate_guest(domain, context)
    validate_features(domain, caps)
    validate_cpu(domain, context)
    validate_memory(domain, caps)
    validate_vcpus(domain, caps)
    validate_devices(domain)
    validate_disks(domain, caps)
    validate_controllers(domain, caps)
    validate_interfaces(domain, caps)
    validate_chardevs(domain, caps)
    validate_displays(domain, caps, context.settings)
    validate_hostdevs(domain, caps)
    validate_peripherals(domain, context)
    validate_general(domain, devices=False)
