"""CPU models that are known by name, with whose processors they describe."""

from __future__ import annotations

from purevirt.cpu import models
from purevirt.drivers.qemu import machine_types as mt


def known_models(arch: str) -> dict[str, str] | None:
    """Name → vendor ("" is nobody's) of the models of an architecture, in order; None where every name is taken."""
    if mt.is_x86(arch):
        return {model.name: model.vendor or "" for model in models.x86().models.values()}
    if mt.is_ppc64(arch):
        return {model.name: model.vendor or "" for model in models.pvr_models("ppc64").values()}
    return None
