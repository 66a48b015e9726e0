"""Raw CPU data as documents: CPUID leaves and model-specific registers, as the CPU map and status files hold them."""

from __future__ import annotations

from purevirt.model._engine import Element, Hex, attr, children
from purevirt.model.cpu import HostCpu


class Cpuid(Element, tag="cpuid"):
    """One CPUID leaf: the registers a guest reads for (eax_in, ecx_in)."""

    eax_in: int = attr(Hex(8), required=True)
    ecx_in: int = attr(Hex(2, 2**32 - 1), default=0)
    eax: int = attr(Hex(8), default=0)
    ebx: int = attr(Hex(8), default=0)
    ecx: int = attr(Hex(8), default=0)
    edx: int = attr(Hex(8), default=0)


class Msr(Element, tag="msr"):
    """One model-specific register, split into its halves."""

    index: int = attr(Hex(2, 2**32 - 1), required=True)
    eax: int = attr(Hex(8), default=0)
    edx: int = attr(Hex(8), default=0)


class CpuData(Element, tag="cpudata"):
    """CPU data of one architecture ("x86")."""

    arch: str | None = attr()
    leaves: list[Cpuid | Msr] = children({"cpuid": Cpuid, "msr": Msr})


class CpuTest(Element, tag="cpuTest"):
    """CPUs of several hosts, as the input of a baseline."""

    cpus: list[HostCpu] = children(HostCpu)
