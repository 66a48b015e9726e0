"""CPU, vCPUs and NUMA of a QEMU definition: the machine's default model, the check policy, automatic cells."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.cpu import Cpu, CpuModel

# Architectures whose CPUs libvirt can compare with the host's.
_COMPARABLE = mt.X86 | mt.S390 | mt.PPC64


_S390_HOST_ONLY = frozenset(f"s390-ccw-virtio-2.{minor}" for minor in range(4, 8)) | {"s390-virtio"}
"""Machines whose only CPU under KVM is the host's own."""


def _unsupported(message: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, message, ErrorDomain.QEMU)


def settle_vcpus(domain: Any) -> None:
    """Individually described vCPUs: the count of those at boot follows from them."""
    entries = domain.vcpus
    if not entries:
        return
    if any(entry.hotpluggable is None for entry in entries):
        for entry in entries:
            if entry.hotpluggable is None:
                entry.hotpluggable = not entry.enabled


def _set_default_model(domain: Any, caps: QemuCaps) -> None:
    cpu = domain.cpu
    if cpu is not None and (cpu.mode not in (None, "custom") or cpu.model_name is not None):
        return
    arch = domain.os.type.arch
    # What QEMU tells of its default holds under TCG; with KVM only where models can be compared with the host's.
    if arch not in _COMPARABLE and not (mt.is_arm(arch) and domain.type == "qemu"):
        return
    model = caps.machine_default_cpu(domain.type, domain.os.type.machine)
    if model is None:
        return
    if model == "host" and domain.type != "kvm":
        return
    if cpu is None:
        cpu = domain.cpu = Cpu()
    if model == "host":
        if mt.is_s390(arch) and caps.has("query-cpu-model-expansion") and domain.os.type.machine not in _S390_HOST_ONLY:
            cpu.mode = "host-model"
        else:
            cpu.mode = "host-passthrough"
        cpu.match = None
        cpu.model = None
        return
    cpu.check = "none"
    cpu.mode = "custom"
    cpu.match = "exact"
    cpu.model = CpuModel(fallback="forbid", value=model)


def _settle_cache(cpu: Any) -> None:
    cache = cpu.cache
    if cache is None:
        return
    if cache.mode == "emulate" and cache.level is None:
        return
    return


def _check_sve(cpu: Any) -> None:
    """SVE switched off goes with no SVE vector length."""
    features = {feature.name: feature.policy for feature in cpu.features}
    if features.get("sve") == "disable":
        for name, policy in features.items():
            if name.startswith("sve") and name != "sve" and policy != "disable":
                raise _unsupported("SVE disabled, but SVE vector lengths provided")


def settle_cpu(domain: Any, caps: QemuCaps, context: PostParseContext) -> None:
    """Default model and the policy of checking it."""
    _set_default_model(domain, caps)
    cpu = domain.cpu
    if cpu is None:
        return
    arch = domain.os.type.arch
    _check_sve(cpu)
    mode = cpu.mode or "custom"
    if mode == "host-passthrough" and cpu.migratable is None:
        if caps.has("cpu.migratable"):
            cpu.migratable = True
        elif mt.is_x86(arch):
            cpu.migratable = False
    if mode == "custom" and cpu.model_name is None:
        return
    if cpu.check is not None:
        return
    if mode in ("host-passthrough", "maximum"):
        cpu.check = "none"
    elif mode == "host-model" or (domain.type != "qemu" and arch in _COMPARABLE):
        cpu.check = "partial"
    else:
        cpu.check = "none"


def settle_numa(domain: Any, context: PostParseContext) -> None:
    """vCPUs that no cell names go to the first, in a new definition."""
    cpu = domain.cpu
    cells = cpu.numa.cells if cpu is not None and cpu.numa is not None else []
    if not context.abi_update or not cells:
        return
    named: set[int] = set()
    for cell in cells:
        named |= cell.cpus or frozenset()
    missing = set(range(domain.vcpu.value)) - named
    if missing:
        cells[0].cpus = frozenset((cells[0].cpus or frozenset()) | missing)
