"""Checks of a complete QEMU definition, with libvirt's codes and texts: what QEMU, or this QEMU, cannot do.

Order is libvirt's: the guest as a whole for this hypervisor, then each device (what holds for every hypervisor before what
holds for this one), then the whole again.
"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_boot import validate_boot, validate_power
from purevirt.drivers.qemu.validate_cpu import validate_cpu, validate_vcpus
from purevirt.drivers.qemu.validate_device import validate_device as validate_qemu_device
from purevirt.drivers.qemu.validate_features import validate_features
from purevirt.drivers.qemu.validate_guest import validate_emulator, validate_firmware, validate_lifecycle, validate_rest
from purevirt.drivers.qemu.validate_memory import validate_hotplug, validate_memory
from purevirt.drivers.qemu.validate_timers import validate_timers
from purevirt.model._engine.place import blamed
from purevirt.model.domain.validate_devices import validate_device
from purevirt.model.domain.validate_general import validate_whole, validated_devices


def validate(domain: Any, context: PostParseContext) -> None:
    """Raise CONFIG_UNSUPPORTED (or XML_ERROR) for the first thing that is wrong."""
    caps = context.caps
    validate_emulator(domain, caps)
    validate_firmware(domain, caps)
    validate_lifecycle(domain)
    validate_cpu(domain, context)
    validate_hotplug(domain)
    validate_timers(domain, caps)
    validate_power(domain, caps)
    validate_boot(domain)
    validate_vcpus(domain, caps)
    validate_features(domain, caps)
    validate_memory(domain, caps)
    validate_rest(domain, caps)
    for kind, device in validated_devices(domain):
        with blamed(device):
            validate_device(domain, kind, device)
            validate_qemu_device(domain, kind, device, context)
    validate_whole(domain, firmware_features=True)
