"""Can a host give the CPU that a guest wants, and would it give more?"""

from __future__ import annotations

from purevirt.cpu.description import Description
from purevirt.cpu.models import x86
from purevirt.cpu.outcome import Comparison, Outcome
from purevirt.cpu.x86_bits import all_bits, bits_with, joined, model_of
from purevirt.model.arch import is_x86


def compare(host: Description, cpu: Description) -> Outcome:
    """What `host` is to `cpu`: IDENTICAL, SUPERSET, or INCOMPATIBLE with the reason. Unknown names raise."""
    if cpu.arch is not None and not (is_x86(cpu.arch) and is_x86(host.arch or "x86_64")):
        return _no(f"CPU arch {cpu.arch} does not match host arch")
    if cpu.vendor is not None and cpu.vendor != host.vendor:
        return _no(f"host CPU vendor does not match required CPU vendor {cpu.vendor}")
    has = all_bits(host)
    forced, optional = bits_with(cpu, "force"), bits_with(cpu, "optional")
    disabled, forbidden = bits_with(cpu, "disable"), bits_with(cpu, "forbid")
    required = bits_with(cpu, "require")
    if cpu.model is not None:
        required |= model_of(cpu.model).bits
    if unwanted := forbidden & ~forced & has:
        return _no(f"Host CPU provides forbidden features: {joined(unwanted)}")
    required &= ~(disabled | optional | forced)
    if missing := required & ~has:
        return _no(f"Host CPU does not provide required features: {joined(missing)}")
    extra = has & ~(optional | required | disabled | forced)
    if not extra:
        return Outcome(Comparison.IDENTICAL)
    if not cpu.is_host and cpu.match == "strict":
        return _no(f"Host CPU does not strictly match guest CPU: Extra features: {joined(extra)}")
    return Outcome(Comparison.SUPERSET)


def forbidden_features(host: Description, cpu: Description) -> str | None:
    """Features that the guest must not have and the host has, comma separated; None when there are none."""
    has, known = all_bits(host), x86().features
    names = [
        name
        for name, policy in cpu.features.items()
        if policy == "forbid" and (mask := known.get(name, 0)) and mask & has == mask
    ]
    return ",".join(names) or None


def _no(reason: str) -> Outcome:
    return Outcome(Comparison.INCOMPATIBLE, reason)
