"""From raw features to a model with features: which named model is the nearest, and what it has more or less."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from purevirt.cpu import models
from purevirt.cpu.description import Description, Policy, cpu_error
from purevirt.cpu.models import X86Model
from purevirt.cpu.x86_bits import bits_of
from purevirt.cpu.x86_data import X86Data
from purevirt.errors import ErrorCode

Allowed = Mapping[str, Sequence[str]]
"""Models a hypervisor knows by name → features that it needs and that cannot be had now (its blockers)."""


@dataclass(slots=True)
class _Candidate:
    model: X86Model
    features: dict[str, Policy] = field(default_factory=dict)

    @property
    def disabled(self) -> int:
        return sum(policy == "disable" for policy in self.features.values())

    @property
    def cost(self) -> tuple[int, int]:
        """What is to be said beside the model. Switching off is dear: software relies on what a model promises.

        Found by comparing choices with those of libvirt 9.0 (tests/system/test_cpu_beside.py): each second feature to
        be switched off weighs one more than the one before it.
        """
        steps = (self.disabled + 1) // 2
        return len(self.features) + steps * (steps + 1) // 2, steps

    def is_whole_input(self, inputs: Collection[str], best: _Candidate) -> bool:
        """A model that the data was put together from, and all of it is there, while the best one lacks something."""
        return self.model.name in inputs and not self.disabled and best.disabled > 0


def decode(
    data: X86Data,
    *,
    host: bool = False,
    allowed: Allowed | None = None,
    inputs: Collection[str] = (),
    migratable: bool = False,
) -> Description:
    """The CPU with exactly these features, by the model that says it best.

    `host`: for a host, whose features cannot be switched off. `inputs`: models that the data was put together from.
    `migratable`: leave out features that keep a guest from moving. INTERNAL_ERROR when no model fits.
    """
    known, vendor = models.x86(), data.vendor_name
    best: _Candidate | None = None
    for model in reversed(known.models.values()):
        if allowed is not None and model.name not in allowed:
            continue
        if vendor is not None and model.vendor is not None and vendor != model.vendor:
            continue
        if not (model.for_host if host else model.for_guest):
            continue
        candidate = _Candidate(model, _difference(data.bits, model, allowed))
        if not host:
            for name in model.removed:
                candidate.features.setdefault(name, "disable")
        if host and candidate.disabled:
            continue
        if inputs and list(inputs) == [model.name]:
            best = candidate
            break
        if best is None or _better(candidate, best, data, inputs):
            best = candidate
    if best is None:
        raise cpu_error(ErrorCode.INTERNAL_ERROR, "Cannot find suitable CPU model for given data")
    features = best.features
    if migratable:
        features = {name: policy for name, policy in features.items() if name not in known.unmigratable}
    return Description(
        is_host=host, model=best.model.name, vendor=vendor, features=features, signature=data.signature if host else None
    )


def _difference(bits: int, model: X86Model, allowed: Allowed | None) -> dict[str, Policy]:
    """What must be added to the model and what taken away. A blocker of the hypervisor's model must be taken away too."""
    names_of = models.x86().names_of
    extra, missing = bits & ~model.bits, model.bits & ~bits
    for blocker in (allowed or {}).get(model.name, ()):
        mask = bits_of([blocker])
        if extra & mask != mask:
            missing |= mask
    features: dict[str, Policy] = dict.fromkeys(names_of(extra), "require")
    for name in names_of(missing):
        features[name] = "disable"
    return features


def _better(candidate: _Candidate, best: _Candidate, data: X86Data, inputs: Collection[str]) -> bool:
    """Is the candidate to be taken instead of the best one so far?

    A model of the same family and model as the processor is kept against all others. Otherwise the shorter list wins.
    """
    described, before = candidate.model.describes(data.signature), best.model.describes(data.signature)
    if before and not described:
        return False
    return candidate.cost < best.cost or candidate.is_whole_input(inputs, best) or (described and not before)
