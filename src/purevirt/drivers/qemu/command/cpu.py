"""-cpu: the model, its features, and everything else that QEMU takes as a property of the processor."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.drivers.qemu.cpu_names import to_qemu
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.cpu import Cpu

_HYPERV = (
    "relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset", "vendor_id", "frequencies",
    "reenlightenment", "tlbflush", "ipi", "evmcs", "avic",
)  # fmt: skip


def _onoff(value: bool) -> str:
    return "on" if value else "off"


def _model(domain: Any, cpu: Any, context: CommandContext) -> str:
    arch = domain.os.type.arch
    mode = cpu.mode or "custom"
    if mode in ("host-passthrough", "maximum"):
        text = "host" if mode == "host-passthrough" else "max"
        if arch == "armv7l" and context.host_arch == "aarch64":
            text += ",aarch64=off"
        if cpu.migratable is not None and context.caps.has("cpu.migratable"):
            text += f",migratable={_onoff(cpu.migratable)}"
    elif mode == "host-model":
        text = "host"
        if cpu.model_name and mt.is_ppc64(arch) and not mt.is_pseries(*mt.of(domain)):
            text += f",compat={cpu.model_name}"
    else:
        text = cpu.model_name
    if (mt.is_s390(arch) or mt.is_arm(arch)) and cpu.features and not context.caps.has("query-cpu-model-expansion"):
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"CPU features not supported by hypervisor for {arch} architecture")
    if cpu.model is not None and cpu.model.vendor_id:
        text += f",vendor={cpu.model.vendor_id}"
    for feature in cpu.features:
        if feature.policy in ("force", "require"):
            text += f",{to_qemu(arch, feature.name)}=on"
        elif feature.policy in ("disable", "forbid"):
            text += f",{to_qemu(arch, feature.name)}=off"
    return str(text)


def _timers(domain: Any) -> list[str]:
    out = []
    for timer in domain.clock.timers if domain.clock is not None else ():
        if timer.name == "kvmclock" and timer.present is not None:
            out.append(f"kvmclock={_onoff(timer.present)}")
        elif timer.name == "hypervclock" and timer.present:
            out.append("hv-time=on")
        elif timer.name == "tsc" and timer.frequency:
            out.append(f"tsc-frequency={timer.frequency}")
        elif timer.name == "armvtimer" and timer.tickpolicy in ("delay", "discard"):
            out.append(f"kvm-no-adjvtime={_onoff(timer.tickpolicy == 'discard')}")
    return out


def _hyperv(hyperv: Any) -> list[str]:
    if hyperv is None:
        return []
    if hyperv.mode == "passthrough":
        return ["hv-passthrough=on"]
    out = []
    for name in _HYPERV:
        element = getattr(hyperv, name)
        if element is None or not element.state:
            continue
        option = f"hv-{name.replace('_', '-')}"
        if name == "spinlocks":
            out.append(f"{option}=0x{element.retries:x}")
        elif name == "vendor_id":
            out.append(f"{option}={escape_comma(element.value)}")
        else:
            out.append(f"{option}=on")
        if name == "stimer" and element.direct is not None and element.direct.state:
            out.append("hv-stimer-direct=on")
    return out


def _kvm(kvm: Any) -> list[str]:
    if kvm is None:
        return []
    out = []
    for field, wanted, option in (
        ("hidden", True, "kvm=off"), ("hint_dedicated", True, "kvm-hint-dedicated=on"),
        ("poll_control", True, "kvm-poll-control=on"), ("pv_ipi", False, "kvm-pv-ipi=off"),
    ):  # fmt: skip
        element = getattr(kvm, field)
        if element is not None and element.state is wanted:
            out.append(option)
    return out


def _features(domain: Any) -> list[str]:
    features, out = domain.features, []
    if features is None:
        return []
    if features.apic is not None and features.apic.eoi is not None:
        out.append(f"kvm-pv-eoi={_onoff(features.apic.eoi)}")
    if features.pvspinlock is not None:
        out.append(f"kvm-pv-unhalt={_onoff(features.pvspinlock.state)}")
    out += _hyperv(features.hyperv)
    if any(panic.model == "hyperv" for panic in domain.devices.panics):
        out.append("hv-crash")
    out += _kvm(features.kvm)
    if features.pmu is not None:
        out.append(f"pmu={_onoff(features.pmu.state)}")
    return out


def _cache(cpu: Any, context: CommandContext) -> list[str]:
    if cpu is None or cpu.cache is None:
        return []
    mode, out = cpu.cache.mode, []
    known = context.caps.has("cpu-cache")
    host, emulated = mode == "passthrough", mode == "emulate"
    if emulated:
        out.append("l3-cache=on")
    if host:
        out.append("host-cache-info=on")
    elif known and cpu.mode in ("host-passthrough", "maximum"):
        out.append("host-cache-info=off")
    if known and not emulated:
        out.append("l3-cache=off")
    return out


def _address_bits(cpu: Any) -> list[str]:
    if cpu is None or cpu.maxphysaddr is None:
        return []
    if cpu.maxphysaddr.mode == "passthrough":
        return ["host-phys-bits=on"]
    return [f"phys-bits={cpu.maxphysaddr.bits}"] if cpu.maxphysaddr.bits else []


_DEFAULT_MODELS = {"i686": "qemu32", "x86_64": "qemu64"}
"""The model that properties are set on when the definition names none."""


def add_cpu(command: Command, domain: Any, context: CommandContext) -> None:
    """-cpu, unless the machine's own processor is taken as it is."""
    cpu: Cpu | None = domain.cpu
    model = None
    if cpu is not None and (cpu.mode not in (None, "custom") or cpu.model_name is not None):
        model = _model(domain, cpu, context)
    parts = _timers(domain) + _features(domain)
    if domain.features is None and any(panic.model == "hyperv" for panic in domain.devices.panics):
        parts.append("hv-crash")
    parts += _cache(cpu, context) + _address_bits(cpu)
    if model is None:
        model = _DEFAULT_MODELS.get(domain.os.type.arch) if parts else None
    if model is not None:
        command.add("-cpu", ",".join([model, *parts]))
