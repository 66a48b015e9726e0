"""Comparing, updating, translating and joining CPUs of any architecture.

Architectures differ in what they know: x86 has features and models, POWER models only; on ARM and s390 a hypervisor's
word counts, so any CPU is accepted there. Others know nothing of CPUs: NO_SUPPORT.
"""

from __future__ import annotations

from collections.abc import Sequence

from purevirt.cpu import pvr, x86_baseline, x86_compare, x86_update
from purevirt.cpu.description import Description, cpu_error
from purevirt.cpu.outcome import Comparison, Outcome
from purevirt.cpu.x86_decode import Allowed
from purevirt.errors import ErrorCode
from purevirt.model.arch import is_arm, is_ppc64, is_s390, is_x86

_WHOLE = ("host-passthrough", "maximum")


def _no_support(what: str, arch: str) -> Exception:
    return cpu_error(ErrorCode.NO_SUPPORT, f"cannot {what} CPUs of {arch} architecture")


def compare(arch: str, host: Description | None, cpu: Description) -> Outcome:
    """What the host's CPU is to `cpu`. A host without a known model is INCOMPATIBLE with everything that has one."""
    if is_arm(arch) or is_s390(arch):
        return Outcome(Comparison.IDENTICAL)
    if not (is_x86(arch) or is_ppc64(arch)):
        raise _no_support("compare", arch)
    if host is None or host.model is None:
        return Outcome(Comparison.INCOMPATIBLE, "unknown host CPU")
    return x86_compare.compare(host, cpu) if is_x86(arch) else pvr.compare(host, cpu)


def require(arch: str, host: Description | None, cpu: Description) -> Comparison:
    """As `compare`, but an incompatible CPU raises CPU_INCOMPATIBLE with the reason."""
    found = compare(arch, host, cpu)
    if found.result == Comparison.INCOMPATIBLE:
        raise cpu_error(ErrorCode.CPU_INCOMPATIBLE, found.reason)
    return found.result


def check_forbidden(arch: str, host: Description, cpu: Description) -> None:
    """CPU_INCOMPATIBLE when the host has a feature that the guest must not have."""
    if is_x86(arch) and (names := x86_compare.forbidden_features(host, cpu)) is not None:
        raise cpu_error(ErrorCode.CPU_INCOMPATIBLE, f"Host CPU provides forbidden features: {names}")


def update(arch: str, guest: Description, host: Description | None) -> None:
    """Make the guest's CPU concrete for a host (`x86_update.update`)."""
    if guest.mode in _WHOLE:
        return
    relative = guest.mode == "host-model" or (guest.model is not None and guest.match == "minimum")
    if not relative and "optional" not in guest.features.values():
        return
    if is_ppc64(arch):
        pvr.update(guest, host or Description())
        return
    if host is None or host.model is None:
        raise cpu_error(ErrorCode.CONFIG_UNSUPPORTED, "unknown host CPU model")
    if is_x86(arch):
        x86_update.update(guest, host)


def translate(arch: str, guest: Description, allowed: Allowed | None) -> None:
    """Say the guest's CPU by a model its hypervisor knows."""
    if guest.mode in _WHOLE:
        return
    if is_x86(arch):
        x86_update.translate(guest, allowed)
    elif is_ppc64(arch):
        pvr.translate(guest, allowed)


def baseline(
    arch: str,
    cpus: Sequence[Description],
    *,
    allowed: Allowed | None = None,
    features: Sequence[str] | None = None,
    migratable: bool = False,
) -> Description:
    """The CPU that all of `cpus` can give. INVALID_ARG when there is none or one names no model."""
    if not cpus:
        raise cpu_error(ErrorCode.INVALID_ARG, "No CPUs given")
    for index, cpu in enumerate(cpus):
        if cpu.model is None:
            raise cpu_error(ErrorCode.INVALID_ARG, f"no CPU model specified at index {index}")
    if is_x86(arch):
        return x86_baseline.baseline(cpus, allowed=allowed, features=features, migratable=migratable)
    if is_ppc64(arch):
        return pvr.baseline(cpus)
    raise cpu_error(ErrorCode.NO_SUPPORT, f"cannot compute baseline CPU of {arch} architecture")


def convert_legacy(arch: str, guest: Description) -> None:
    """Call the model by the name that it has today."""
    if is_ppc64(arch):
        guest.model = pvr.modern_name(guest.model)
