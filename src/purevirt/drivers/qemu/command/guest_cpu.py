"""The host-model CPU of a guest that starts: what QEMU calls the host's processor, as a model with features."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.cpu import CpuFeature, CpuModel


def check_cpu(domain: Any, context: CommandContext) -> None:
    """The CPU can be had on this host, by this accelerator."""
    cpu, arch = domain.cpu, domain.os.type.arch
    if cpu is None:
        return
    if cpu.mode == "host-passthrough" and domain.type == "qemu":
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            f"CPU mode 'host-passthrough' for {arch} qemu domain on {context.host_arch} host is not supported by hypervisor",
        )
    if cpu.mode == "host-model" and cpu.model_name and mt.is_ppc64(arch) and context.host_cpu:
        too_new = _power_level(cpu.model_name) > _power_level(context.host_cpu["model"])
        if too_new:
            raise VirtError(ErrorCode.CPU_INCOMPATIBLE)


def _power_level(model: str) -> int:
    """Generation of a POWER processor: power9 and POWER9 are 9; 0 for what is no such name."""
    digits = model.lower().removeprefix("power")
    return int(digits) if digits.isdecimal() else 0


def settle_host_model(domain: Any, context: CommandContext) -> None:
    """Turn host-model into the model that QEMU expanded the host's CPU to, where its names are libvirt's (s390, ARM).

    On POWER the model is the compatibility level of the host's own CPU and stays as it is. On x86 QEMU tells features,
    not a model; without a CPU model database the guest gets all that QEMU can give on this host (`host`, or `max`
    where QEMU emulates), with the definition's own features.
    """
    cpu = domain.cpu
    if cpu is None or cpu.mode != "host-model" or not mt.is_s390(domain.os.type.arch):
        return
    host = context.caps.host_cpu(domain.type)
    if host is None:
        return
    given = {feature.name: feature for feature in cpu.features}
    for item in host.properties:
        if item.value is True and item.name not in given:
            cpu.features.append(CpuFeature(name=item.name, policy="require"))
    cpu.mode, cpu.match, cpu.check = "custom", "exact", cpu.check or "partial"
    cpu.model = CpuModel(fallback="forbid", value=host.model)
