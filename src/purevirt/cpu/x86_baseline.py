"""The best CPU that every one of several hosts can give."""

from __future__ import annotations

from collections.abc import Sequence

from purevirt.cpu import models
from purevirt.cpu.description import Description, cpu_error
from purevirt.cpu.x86_bits import all_bits, bits_of, model_of
from purevirt.cpu.x86_data import X86Data
from purevirt.cpu.x86_decode import Allowed, decode
from purevirt.errors import ErrorCode


def baseline(
    cpus: Sequence[Description],
    *,
    allowed: Allowed | None = None,
    features: Sequence[str] | None = None,
    migratable: bool = False,
) -> Description:
    """The CPU of the features that all have (and that are among `features`, when given).

    Each needs a model (the caller checks). OPERATION_FAILED when vendors differ or nothing is left.
    """
    bits, vendor = ~0, _known(cpus[0].vendor)
    for index, cpu in enumerate(cpus):
        bits &= all_bits(cpu)
        if index == 0:
            continue
        model = model_of(cpu.model or "")
        if cpu.vendor is not None and model.vendor is not None and cpu.vendor != model.vendor:
            text = f"CPU vendor {model.vendor} of model {model.name} differs from vendor {cpu.vendor}"
            raise cpu_error(ErrorCode.OPERATION_FAILED, text)
        mine = _known(cpu.vendor) or model.vendor
        if mine is not None and vendor is not None and mine != vendor:
            raise cpu_error(ErrorCode.OPERATION_FAILED, "CPU vendors do not match")
        vendor = vendor or mine
    if features is not None:
        bits &= bits_of(features)
    if not bits:
        raise cpu_error(ErrorCode.OPERATION_FAILED, "CPUs are incompatible")
    names = list(dict.fromkeys(cpu.model or "" for cpu in cpus))
    data = X86Data(bits, models.x86().vendors.get(vendor or ""))
    found = decode(data, allowed=allowed, inputs=names, migratable=migratable)
    if names == [found.model]:
        found.fallback = "forbid"
    if any(cpu.vendor is None for cpu in cpus):
        found.vendor = None
    return found


def _known(vendor: str | None) -> str | None:
    if vendor is not None and vendor not in models.x86().vendors:
        raise cpu_error(ErrorCode.OPERATION_FAILED, f"Unknown CPU vendor {vendor}")
    return vendor
