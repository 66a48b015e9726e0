"""CPUID leaves and model-specific registers of an x86 processor, as a set of features with vendor and signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from purevirt.cpu import models
from purevirt.cpu.models import Register, Signature
from purevirt.model.cpu_data import CpuData, Cpuid, Msr

_VENDOR_LEAF, _SIGNATURE_LEAF = 0, 1
_REGISTERS = ("eax", "ebx", "ecx", "edx")


@dataclass(slots=True)
class X86Data:
    """`bits` as `models` lays them out; `vendor` is the string of leaf 0 ("GenuineIntel")."""

    bits: int = 0
    vendor: str | None = None
    signature: Signature | None = None

    @property
    def vendor_name(self) -> str | None:
        """The vendor as documents call it; None when none such is known."""
        for name, text in models.x86().vendors.items():
            if text == self.vendor:
                return name
        return None


def decode_signature(eax: int) -> Signature:
    """Family, model and stepping of leaf 1's EAX (Intel SDM vol. 2, CPUID, "Version Information")."""
    family, model = (eax >> 8) & 0xF, (eax >> 4) & 0xF
    if family in (6, 15):
        model += ((eax >> 16) & 0xF) << 4
    if family == 15:
        family += (eax >> 20) & 0xFF
    return family, model, eax & 0xF


def encode_signature(signature: Signature) -> int:
    """EAX of leaf 1 for family, model and stepping."""
    family, model, stepping = signature
    extended = max(family - 15, 0)
    return extended << 20 | (model >> 4 & 0xF) << 16 | (family - extended) << 8 | (model & 0xF) << 4 | stepping


def _vendor_string(ebx: int, ecx: int, edx: int) -> str | None:
    raw = b"".join(value.to_bytes(4, "little") for value in (ebx, edx, ecx))
    return raw.decode("ascii", "replace") if any(raw) else None


def from_registers(registers: Iterable[tuple[Register, int]]) -> X86Data:
    """Data of register values; registers without a known feature are read for vendor and signature only."""
    offsets = models.x86().offsets
    data, name = X86Data(), {"ebx": 0, "ecx": 0, "edx": 0}
    for register, value in registers:
        if (at := offsets.get(register)) is not None:
            data.bits |= value << at
        kind, leaf, sub, letter = register
        if kind == "cpuid" and sub == 0 and leaf == _VENDOR_LEAF and letter in name:
            name[letter] = value
        elif kind == "cpuid" and sub == 0 and leaf == _SIGNATURE_LEAF and letter == "eax" and value:
            data.signature = decode_signature(value)
    data.vendor = _vendor_string(**name)
    return data


def from_document(document: CpuData) -> X86Data:
    """Data of a `<cpudata>`."""
    return from_registers(_listed(document))


def _listed(document: CpuData) -> Iterable[tuple[Register, int]]:
    for leaf in document.leaves:
        if isinstance(leaf, Cpuid):
            for name in _REGISTERS:
                yield ("cpuid", leaf.eax_in, leaf.ecx_in, name), getattr(leaf, name)
        else:
            for name in ("eax", "edx"):
                yield ("msr", leaf.index, 0, name), getattr(leaf, name)


def to_document(data: X86Data) -> CpuData:
    """The `<cpudata>` with the registers that are not zero: CPUID leaves in order, then model-specific registers."""
    values: dict[tuple[str, int, int], dict[str, int]] = {}
    for (kind, leaf, sub, name), at in models.x86().offsets.items():
        if value := data.bits >> at & 0xFFFFFFFF:
            values.setdefault((kind, leaf, sub), {})[name] = value
    if data.vendor is not None:
        raw = data.vendor.encode("ascii").ljust(12, b"\0")
        for name, at in (("ebx", 0), ("edx", 4), ("ecx", 8)):
            values.setdefault(("cpuid", 0, 0), {})[name] = int.from_bytes(raw[at : at + 4], "little")
    if data.signature is not None:
        values.setdefault(("cpuid", 1, 0), {})["eax"] = encode_signature(data.signature)
    leaves: list[Cpuid | Msr] = []
    for (kind, leaf, sub), registers in sorted(values.items()):
        if kind == "cpuid":
            leaves.append(Cpuid(eax_in=leaf, ecx_in=sub, **registers))
        else:
            leaves.append(Msr(index=leaf, **registers))
    return CpuData(arch="x86", leaves=leaves)


def describe_signature(signature: Signature) -> str:
    """The signature in hexadecimal and its parts, a line each."""
    lines = [f"{encode_signature(signature):06x}"]
    for name, value in zip(("family", "model", "stepping"), signature, strict=True):
        lines.append(f"{name + ':':<9} {value:>3} (0x{value:02x})")
    return "\n".join(lines) + "\n"
