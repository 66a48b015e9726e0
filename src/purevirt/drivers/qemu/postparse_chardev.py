"""Target types and models of serial ports, and automatic paths of channels."""

from __future__ import annotations

import re
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.model.domain.chardev import SerialModel, SerialTarget, VirtioTarget

_MODEL = {"isa-serial": "isa-serial", "usb-serial": "usb-serial", "pci-serial": "pci-serial",
          "spapr-vio-serial": "spapr-vty", "isa-debug": "isa-debugcon"}  # fmt: skip


def default_serial_type(arch: str, machine: str) -> str | None:
    """What a plain serial port is on this machine."""
    if mt.is_x86(arch):
        return "isa-serial"
    if mt.is_pseries(arch, machine):
        return "spapr-vio-serial"
    if mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine):
        return "system-serial"
    return "sclp-serial" if mt.is_s390(arch) else None


def _model_of(type_: str, domain: Any) -> str | None:
    if type_ == "system-serial":
        arch, machine = mt.of(domain)
        if mt.is_arm_virt(arch, machine):
            return "pl011"
        return "16550a" if mt.is_riscv_virt(arch, machine) else None
    if type_ == "sclp-serial":
        return "sclpconsole"
    return _MODEL.get(type_)


def settle_serial(domain: Any, serial: Any, caps: QemuCaps) -> None:
    """Type and model of a serial port."""
    if serial.target is None:
        serial.target = SerialTarget()
    target = serial.target
    arch, machine = mt.of(domain)
    # Once upon a time isa-serial meant "the machine's own", whatever the machine.
    if target.type == "isa-serial" and not mt.is_x86(arch) and serial.address is None:
        target.type = None
    if target.type in (None, "none"):
        target.type = default_serial_type(arch, machine)
    if (target.model is None or target.model.name in (None, "none")) and target.type is not None:
        name = _model_of(target.type, domain)
        if name is not None:
            target.model = SerialModel(name=name)  # type: ignore[arg-type]


def settle_channel(domain: Any, channel: Any, context: PostParseContext) -> None:
    """Paths that we made ourselves are forgotten in a persistent definition: they are made anew at each start."""
    source = channel.source
    if not context.inactive or channel.type != "unix" or source is None or not source.path:
        return
    if not isinstance(channel.target, VirtioTarget):
        return
    # libvirt's pattern has an alternative at its top: a file with a dot in its name right below our directory, or the
    # channel's name in any guest's own directory, wherever that is.
    ours = rf"{re.escape(context.settings.channel_target_dir)}/[^/]+\."
    named = rf".*domain-[^/]+/{re.escape(channel.target.name or '')}\Z"
    if re.match(ours, source.path) or re.match(named, source.path):
        channel.source = None
