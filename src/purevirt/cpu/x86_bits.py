"""From a description to feature bits, and back."""

from __future__ import annotations

from collections.abc import Iterable

from purevirt.cpu import models
from purevirt.cpu.description import ADDING, REMOVING, Description, Policy, cpu_error
from purevirt.cpu.models import X86Model
from purevirt.errors import ErrorCode


def model_of(name: str) -> X86Model:
    """The model called `name`; INTERNAL_ERROR when there is none."""
    found = models.x86().models.get(name)
    if found is None:
        raise cpu_error(ErrorCode.INTERNAL_ERROR, f"Unknown CPU model {name}")
    return found


def feature_bits(name: str) -> int:
    """The bits of a feature; INTERNAL_ERROR when it is not known."""
    found = models.x86().features.get(name)
    if found is None:
        raise cpu_error(ErrorCode.INTERNAL_ERROR, f"Unknown CPU feature {name}")
    return found


def all_bits(cpu: Description) -> int:
    """Every feature the CPU has: its model's and its own, without those switched off."""
    bits = model_of(cpu.model).bits if cpu.model is not None else 0
    for name, policy in cpu.features.items():
        if policy in ADDING:
            bits |= feature_bits(name)
        elif policy in REMOVING:
            bits &= ~feature_bits(name)
        else:
            feature_bits(name)
    return bits


def bits_with(cpu: Description, *policies: Policy) -> int:
    """The bits of the features listed with one of the policies."""
    bits = 0
    for name, policy in cpu.features.items():
        mask = feature_bits(name)
        if policy in policies:
            bits |= mask
    return bits


def bits_of(names: Iterable[str]) -> int:
    """The bits of those of the features that are known."""
    known, bits = models.x86().features, 0
    for name in names:
        bits |= known.get(name, 0)
    return bits


def joined(bits: int) -> str:
    """Names of features for an error message."""
    return ", ".join(models.x86().names_of(bits))
