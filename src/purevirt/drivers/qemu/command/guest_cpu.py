"""The CPU of a guest that starts: can it be had here, and what does it come down to on this host with this QEMU."""

from __future__ import annotations

from typing import Any

from purevirt.cpu import calls, pvr, x86_update
from purevirt.cpu.description import Description
from purevirt.cpu.x86_bits import model_of
from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.host_model import HostModels, allowed_models, host_models
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.cpu import CpuFeature, CpuModel


def settle_cpu(domain: Any, context: CommandContext) -> None:
    """Check the CPU and make it concrete in the live definition.

    host-model, `minimum` and optional features become a model with features; a model that this QEMU does not know is
    said by another. With check='partial' the host must be able to give it all (CPU_INCOMPATIBLE).
    """
    cpu, arch = domain.cpu, domain.os.type.arch
    if cpu is None or ((cpu.mode or "custom") == "custom" and cpu.model_name is None):
        return
    if context.incoming is not None and mt.is_x86(arch) and cpu.mode == "host-model" and cpu.model_name:
        cpu.mode = "custom"  # as older versions wrote a host-model that had been made concrete
    _check_mode(domain, context)
    if mt.is_x86(arch):
        _settle_x86(domain, context)
    elif mt.is_ppc64(arch):
        _settle_ppc64(domain, context)
    elif mt.is_s390(arch):
        _settle_s390(domain, context)


def _check_mode(domain: Any, context: CommandContext) -> None:
    mode, arch, kind = domain.cpu.mode or "custom", domain.os.type.arch, domain.type
    if mode == "host-passthrough" and kind == "qemu":
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            f"CPU mode '{mode}' for {arch} {kind} domain on {context.host_arch} host is not supported by hypervisor",
        )


def _settle_x86(domain: Any, context: CommandContext) -> None:
    cpu, kind, arch = domain.cpu, domain.type, domain.os.type.arch
    guest = Description.of_guest(cpu, arch)
    x86_update.check_features(guest)
    found: HostModels | None = None
    if guest.mode in ("host-model", "custom") and (cpu.check != "none" or _needs_host(guest)):
        found = host_models(context.caps, kind, context.host_cpu)
    if guest.mode == "host-model" and found is None:
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            f"CPU mode 'host-model' for {arch} {kind} domain on {context.host_arch} host is not supported by hypervisor",
        )
    if cpu.check == "partial" and guest.mode in ("host-model", "custom"):
        calls.require(arch, found.full if found else None, guest)
    elif cpu.check not in (None, "none") and found is not None:
        calls.check_forbidden(arch, found.full, guest)
    if found is not None or _needs_host(guest):
        calls.update(arch, guest, found.migratable if found else None)
    if context.incoming is None and guest.model is not None:
        x86_update.settle_removed(guest)
    definitions = context.caps.cpu_definitions(kind)
    if guest.model is not None and definitions and all(guest.model != known.name for known in definitions):
        calls.translate(arch, guest, allowed_models(arch, definitions))
    if guest.model is not None:
        guest.fallback = "forbid"
    guest.store(cpu)


def shown_for_host(domain: Any, caps: QemuCaps, processor: Description | None) -> None:
    """What VIR_DOMAIN_XML_UPDATE_CPU shows: the CPU that the guest would get if it started now."""
    cpu, arch = domain.cpu, domain.os.type.arch
    if cpu is None or not mt.is_x86(arch) or ((cpu.mode or "custom") == "custom" and cpu.model_name is None):
        return
    guest = Description.of_guest(cpu, arch)
    found = host_models(caps, domain.type, processor) if _needs_host(guest) else None
    if guest.model is not None:
        model_of(guest.model)
    calls.update(arch, guest, found.migratable if found else None)
    x86_update.settle_removed(guest)
    guest.store(cpu)


def _needs_host(guest: Description) -> bool:
    return guest.mode == "host-model" or guest.match == "minimum" or "optional" in guest.features.values()


def _settle_ppc64(domain: Any, context: CommandContext) -> None:
    """On POWER host-model stays what it is, with a compatibility level."""
    cpu, host = domain.cpu, context.host_cpu
    if cpu.mode != "host-model" or not cpu.model_name or host is None or host.model is None:
        return
    if pvr.level(cpu.model_name) > pvr.level(host.model):
        raise VirtError(ErrorCode.CPU_INCOMPATIBLE)


def _settle_s390(domain: Any, context: CommandContext) -> None:
    """Turn host-model into the model that QEMU expanded the host's CPU to: its names are libvirt's there."""
    cpu = domain.cpu
    host = context.caps.host_cpu(domain.type)
    if cpu.mode != "host-model" or host is None:
        return
    given = {feature.name: feature for feature in cpu.features}
    for item in host.properties:
        if item.value is True and item.name not in given:
            cpu.features.append(CpuFeature(name=item.name, policy="require"))
    cpu.mode, cpu.match, cpu.check = "custom", "exact", cpu.check or "partial"
    cpu.model = CpuModel(fallback="forbid", value=host.model)
