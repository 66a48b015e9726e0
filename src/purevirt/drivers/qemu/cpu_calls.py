"""Comparing CPUs with the host's or the hypervisor's, and the best CPU of several hosts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from purevirt.core.tasks import offload
from purevirt.cpu import documents
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.caps import choose_emulator
from purevirt.drivers.qemu.cpu_names import from_qemu
from purevirt.drivers.qemu.host_model import allowed_models, host_models
from purevirt.drivers.qemu.processor import processor
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.capabilities import QemuCaps
    from purevirt.drivers.qemu.state import QemuState

_COMPARE = C.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE | C.VIR_CONNECT_COMPARE_CPU_VALIDATE_XML
_BASELINE = C.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES | C.VIR_CONNECT_BASELINE_CPU_MIGRATABLE


class CpuFacet:
    """virConnectCompareCPU, virConnectBaselineCPU, and both for a hypervisor's CPU."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def connect_compare_cpu(self, xml: str, flags: int) -> int:
        errors.check_flags(flags, _COMPARE, "qemuConnectCompareCPU")
        cpu = documents.read(xml, validate=bool(flags & C.VIR_CONNECT_COMPARE_CPU_VALIDATE_XML))
        strict = bool(flags & C.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE)
        return documents.compare(os.uname().machine, await offload(processor), cpu, strict=strict)

    async def connect_compare_hypervisor_cpu(
        self, emulator: str | None, arch: str | None, machine: str | None, virttype: str | None, xml_cpu: str, flags: int
    ) -> int:
        errors.check_flags(flags, _COMPARE, "qemuConnectCompareHypervisorCPU")
        caps, arch, kind = await choose_emulator(self._state, emulator, arch, virttype)
        if not mt.is_x86(arch):
            raise _unsupported(f"comparing with the hypervisor CPU is not supported for arch {arch}")
        cpu = documents.read(xml_cpu, validate=bool(flags & C.VIR_CONNECT_COMPARE_CPU_VALIDATE_XML))
        found = host_models(caps, kind, await offload(processor))
        strict = bool(flags & C.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE)
        return documents.compare(arch, found.reported if found else None, cpu, strict=strict)

    async def connect_baseline_cpu(self, xml_cpus: list[str], flags: int) -> str:
        errors.check_flags(flags, _BASELINE, "qemuConnectBaselineCPU")
        cpus = documents.read_all(xml_cpus, host=True)
        return documents.baseline(
            cpus[0].arch or os.uname().machine,
            cpus,
            migratable=bool(flags & C.VIR_CONNECT_BASELINE_CPU_MIGRATABLE),
            expand=bool(flags & C.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES),
        )

    async def connect_baseline_hypervisor_cpu(
        self,
        emulator: str | None,
        arch: str | None,
        machine: str | None,
        virttype: str | None,
        xml_cpus: list[str],
        flags: int,
    ) -> str:
        errors.check_flags(flags, _BASELINE, "qemuConnectBaselineHypervisorCPU")
        cpus = documents.read_all(xml_cpus, host=False)
        caps, arch, kind = await choose_emulator(self._state, emulator, arch, virttype)
        if not mt.is_x86(arch):
            raise _unsupported(f"computing baseline hypervisor CPU is not supported for arch {arch}")
        definitions = caps.cpu_definitions(kind)
        if not definitions:
            text = f"QEMU '{caps.emulator}' does not support any CPU models for virttype '{kind}'"
            raise VirtError(ErrorCode.OPERATION_FAILED, text, ErrorDomain.QEMU)
        migratable = bool(flags & C.VIR_CONNECT_BASELINE_CPU_MIGRATABLE)
        return documents.baseline(
            arch,
            cpus,
            allowed=allowed_models(arch, definitions),
            features=_features(caps, arch, kind, migratable=migratable),
            migratable=migratable,
            expand=bool(flags & C.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES),
            forbid_fallback=True,
        )


def _features(caps: QemuCaps, arch: str, kind: str, *, migratable: bool) -> list[str] | None:
    """Every feature that QEMU has a name for, whether this host can give it or not; None when it did not tell."""
    host = caps.host_cpu(kind)
    if host is None:
        return None
    return [from_qemu(arch, item.name) for item in host.properties if not (migratable and item.migratable is False)]


def _unsupported(text: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, ErrorDomain.QEMU)
