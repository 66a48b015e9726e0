"""CPUs of POWER: a model is everything, there are no features (docs of `<cpu>`, "ppc64")."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from purevirt.cpu.description import Description, cpu_error
from purevirt.cpu.models import PvrModel, pvr_models
from purevirt.cpu.outcome import Comparison, Outcome
from purevirt.errors import ErrorCode

_ARCHES = ("ppc64", "ppc64le")
# Names that old definitions hold; the processors were given one name each.
_LEGACY = {
    "POWER7_v2.1": "POWER7", "POWER7_v2.3": "POWER7", "POWER7+_v2.1": "POWER7", "POWER8_v1.0": "POWER8",
}  # fmt: skip


def modern_name(name: str | None) -> str | None:
    """The model's name today."""
    return _LEGACY.get(name, name) if name is not None else None


def _model(name: str | None) -> PvrModel:
    found = pvr_models("ppc64").get(modern_name(name) or "")
    if found is None:
        raise cpu_error(ErrorCode.INTERNAL_ERROR, f"Unknown CPU model {name}")
    return found


def compare(host: Description, cpu: Description) -> Outcome:
    """Equal models are IDENTICAL; a host-model guest compares by its compatibility level, with any host it fits."""
    if cpu.arch is not None and cpu.arch not in _ARCHES:
        return Outcome(Comparison.INCOMPATIBLE, f"CPU arch {cpu.arch} does not match host arch")
    if cpu.vendor is not None and cpu.vendor != host.vendor:
        return Outcome(Comparison.INCOMPATIBLE, f"host CPU vendor does not match required CPU vendor {cpu.vendor}")
    own = _model(host.model)
    if cpu.mode == "host-model":
        if cpu.model is not None and level(cpu.model) > level(own.name):
            return Outcome(Comparison.INCOMPATIBLE)
        return Outcome(Comparison.IDENTICAL)
    if _model(cpu.model).name != own.name:
        return Outcome(Comparison.INCOMPATIBLE, "host CPU model does not match required CPU model " + str(cpu.model))
    return Outcome(Comparison.IDENTICAL)


def level(name: str) -> int:
    """Generation of a POWER processor: power9 and POWER9 are 9; 0 for what is no such name."""
    digits = name.lower().removeprefix("power")
    return int(digits) if digits.isdecimal() else 0


def update(guest: Description, host: Description) -> None:
    """`minimum` becomes the host's model; a host-model guest stays one, with its compatibility level."""
    if guest.mode == "custom" and guest.match == "minimum":
        guest.model, guest.vendor, guest.match = host.model, host.vendor, "exact"


def translate(guest: Description, allowed: Collection[str] | None) -> None:
    """The model must be one that the hypervisor knows."""
    if guest.mode == "host-model" or guest.model is None or not allowed or guest.model in allowed:
        return
    if (name := modern_name(guest.model)) in allowed:
        guest.model = name
        return
    raise cpu_error(ErrorCode.CONFIG_UNSUPPORTED, f"CPU model {guest.model} is not supported by hypervisor")


def baseline(cpus: Sequence[Description]) -> Description:
    """The one model of all; OPERATION_FAILED when they are several."""
    models, vendor = [_model(cpu.model) for cpu in cpus], None
    for cpu, model in zip(cpus, models, strict=True):
        if model.name != models[0].name:
            raise cpu_error(ErrorCode.OPERATION_FAILED, "CPUs are incompatible")
        if cpu.vendor is not None and model.vendor is not None and cpu.vendor != model.vendor:
            text = f"CPU vendor {model.vendor} of model {model.name} differs from vendor {cpu.vendor}"
            raise cpu_error(ErrorCode.OPERATION_FAILED, text)
        if cpu.vendor is not None and vendor is not None and cpu.vendor != vendor:
            raise cpu_error(ErrorCode.OPERATION_FAILED, "CPU vendors do not match")
        vendor = vendor or cpu.vendor
    return Description(model=models[0].name, fallback="forbid")
