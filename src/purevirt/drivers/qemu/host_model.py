"""The host's processor as one QEMU can give it to guests, from what QEMU answered when it was probed."""

from __future__ import annotations

from collections.abc import Iterable

from purevirt.cpu import models
from purevirt.cpu.x86_data import X86Data
from purevirt.cpu.x86_decode import Allowed
from purevirt.drivers.qemu.capabilities import CpuDefinition, HostCpu
from purevirt.drivers.qemu.cpu_names import from_qemu

_X86 = "x86_64"


def data_of(host: HostCpu, *, migratable: bool) -> X86Data:
    """Features, vendor and signature of an expanded x86 model. `migratable`: only what a guest can be moved with."""
    known, data = models.x86().features, X86Data()
    numbers = {"family": 0, "model": 0, "stepping": 0}
    for item in host.properties:
        if item.value is True:
            if not migratable or item.migratable is not False:
                data.bits |= known.get(from_qemu(_X86, item.name), 0)
        elif item.name == "vendor" and isinstance(item.value, str):
            data.vendor = item.value
        elif item.name in numbers and isinstance(item.value, int):
            numbers[item.name] = item.value
    data.signature = (numbers["family"], numbers["model"], numbers["stepping"])
    return data


def allowed_models(arch: str, definitions: Iterable[CpuDefinition]) -> Allowed:
    """The models of a QEMU, with what keeps each from being used on this host."""
    return {cpu.name: [from_qemu(arch, name) for name in cpu.blockers] for cpu in definitions}
